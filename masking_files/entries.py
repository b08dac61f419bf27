"""A record of a file, and what formats do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from masking_files.destination import Write
from masking_service.service.call.answers import Answer

Result = dict[str, Any]
"""The members of an answer of `mask` or `tokenize`, or of its error."""


def members(answer: Answer) -> Result:
    """The members of an answer. The record is the answer's own."""
    found = {name: value for name, value in msgspec.structs.asdict(answer).items() if value is not msgspec.UNSET}
    return {name: value if name == "record" else msgspec.to_builtins(value) for name, value in found.items()}


@dataclass(slots=True)
class FileEntry:
    """One record.

    Attributes:
        line: where it begins, from 1.
        number: its number among the records, from 1.
        record: what the schema describes; None where `fault` says why there is none.
        origin: what its format needs to write it.
    """

    line: int
    number: int
    record: Any
    fault: Result | None = None
    origin: Any = None


def unreadable(code: str, *pointers: str) -> Result:
    """Return the error of a record that cannot be read, with the places that are wrong in it."""
    errors = [{"pointer": pointer, "code": code} for pointer in pointers]
    return {"code": code, "errors": errors} if errors else {"code": code}


class Format(Protocol):
    """Reads the records of a file and writes one answer for each, in order."""

    def entries(self) -> Iterator[FileEntry]:
        """The records. Raises InputError: the rest cannot be read."""

    def begin(self, write: Write) -> None:
        """Write what comes before the first answer."""

    def put(self, answers: Sequence[tuple[FileEntry, Result]]) -> None:
        """Write a batch of answers. The answer to a record that failed holds none of its values."""

    def end(self) -> None:
        """Write what comes after the last answer. Raises NotDone: the records hold what must not be written."""

    def column(self, pointer: str) -> int | None:
        """Return the 1-based column of a place in the record; None without columns."""
        del pointer
        return None

    @property
    def progress(self) -> tuple[int, int | None]:
        """Return how much of the input was read, and its size, in one unit; None if unknown."""
        ...

    @property
    def notes(self) -> list[str]:
        """What the summary says before its counts."""
        return []

    @property
    def remarks(self) -> list[str]:
        """What the summary says at its end."""
        return []
