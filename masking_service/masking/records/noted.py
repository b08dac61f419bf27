"""Limits the warnings and errors of a record: their number, and the length of their pointers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from masking_service.masking.records.schema import pointer

NOT_LISTED: Final = "not-listed"
"""The code for more warnings, or more errors, than are listed."""
MAX_LISTED: Final = 100
"""The largest number of listed warnings, and of listed errors, of a record. One more says that there are others."""
MAX_POINTER: Final = 200
"""Characters of the longest pointer in them. A member's name may be as long as a body."""


def place_name(keys: Iterable[str | int]) -> str:
    """Return the JSON Pointer of a value, or of what is around it if that has more than `MAX_POINTER` characters."""
    where = ""
    for key in keys:
        step = str(key)
        if len(where) + len(step) >= MAX_POINTER:
            break
        where += pointer((step,))
    return where


def note(warnings: list[tuple[str, str]], keys: Iterable[str | int], code: str) -> None:
    """Add a warning once. After `MAX_LISTED` of them only add that there are more."""
    if len(warnings) > MAX_LISTED:
        return
    warning = (place_name(keys), code)
    if warning not in warnings:
        warnings.append(warning if len(warnings) < MAX_LISTED else ("", NOT_LISTED))


def listed(errors: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the first `MAX_LISTED` errors, and that there are more where there are."""
    return (*errors[:MAX_LISTED], *([("", NOT_LISTED)] if len(errors) > MAX_LISTED else []))
