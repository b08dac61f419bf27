"""What masking refuses.

These errors name places and codes and never hold a value.
"""

from typing import Final

TOO_LARGE: Final = "too-large"


class InvalidRecord(Exception):
    """One record cannot be masked.

    Its neighbours in the batch are not affected.

    Attributes:
        errors: (JSON Pointer inside the record, code) for every bad place. Codes: ``invalid-type``
            (something that is neither a string, an integer nor null where a value is expected, or a value
            where an object or an array is), ``nothing-mapped`` (no member of the schema is present),
            ``too-deep`` (more than 32 levels) and ``too-large`` (more values or more work than a record, or what is
            left of its batch, may have). Of the last three only ``too-large`` names a place, down to the first
            unmapped member: a pointer further into unmapped keys would repeat keys that may be personal data. They
            concern the record as a whole otherwise, pointer ``""``.
    """

    def __init__(self, errors: tuple[tuple[str, str], ...]) -> None:
        super().__init__(", ".join(f"{code} at {pointer or 'the record'}" for pointer, code in errors))
        self.errors = errors


class DefinitionError(Exception):
    """A schema or profile of the operator is wrong.

    Attributes:
        path: where, dotted, beginning at the file's own top (``profiles.label.phone``, ``schemas.sto.fields``).
        reason: what is wrong there, in words.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
