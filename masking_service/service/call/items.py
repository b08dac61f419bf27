"""What is wrong with the items of a batch, by JSON Pointers inside the item."""

import re
from collections.abc import Collection, Mapping
from itertools import islice
from typing import Any, Final

from masking_service.audit.entries import outside_id

INVALID_ITEM: Final = "invalid-item"
MAX_UNKNOWN: Final = 10
"""Unknown members of one item that are named."""

Fault = tuple[str, str]
"""A JSON Pointer inside the item, and a code."""

_PLAIN_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}", re.ASCII)
_BY_NUMBER: Final = ("waybill_no", "field")
_OF_OPENING: Final = ("token", *_BY_NUMBER)


def unknown_members(item: Mapping[str, Any], known: Collection[str]) -> list[Fault]:
    """A fault for each unknown member of an item.

    A member's name is the caller's and may hold personal data: only a plain word is repeated, else the item is named.
    """
    unknown = islice((name for name in item if name not in known), MAX_UNKNOWN)
    pointers = (f"/{name}" if _PLAIN_WORD.fullmatch(name) and outside_id(name) == name else "" for name in unknown)
    return [(pointer, "unknown-member") for pointer in dict.fromkeys(pointers)]


def opening_faults(item: Any) -> list[Fault]:
    """Everything that is wrong with what is neither ``{"token"}`` nor ``{"waybill_no", "field"}``."""
    if not isinstance(item, dict):
        return [("", INVALID_ITEM)]
    faults = unknown_members(item, _OF_OPENING)
    if "token" in item:
        faults += [(f"/{name}", "not-with-token") for name in _BY_NUMBER if name in item]
    elif not faults or any(name in item for name in _BY_NUMBER):
        faults += [(f"/{name}", "missing") for name in _BY_NUMBER if name not in item]
    wrong = (name for name in _OF_OPENING if name in item and not isinstance(item[name], str))
    return [*faults, *((f"/{name}", "invalid-value") for name in wrong)]
