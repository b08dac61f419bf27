"""What is wrong with the items of a batch, by JSON Pointers inside the item."""

import re
from collections.abc import Collection, Mapping
from itertools import islice
from typing import Any, Final

from masking_service.audit.log import outside_id
from masking_service.masking.names.names_between_words import is_name
from masking_service.masking.records.schema import pointer
from masking_service.service.call.own_words import masked_words

INVALID_ITEM: Final = "invalid-item"
MAX_UNKNOWN: Final = 10
"""Unknown members of one object that are named."""

Fault = tuple[str, str]
"""A JSON Pointer inside the item, and a code."""

_PRINTABLE: Final = re.compile(r"[ -~\u4e00-\u9fff]{0,64}")
_LATIN_NAME: Final = re.compile(r"\b[A-Z][A-Za-z]+[ .]+[A-Z][A-Za-z]")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]+")


def unknown_members(members: Mapping[str, Any], known: Collection[str]) -> list[Fault]:
    """A fault for each unknown member of an object, up to `MAX_UNKNOWN`.

    A member's name is the caller's and may be personal data: then the object is named instead.
    """
    unknown = islice((name for name in members if name not in known), MAX_UNKNOWN)
    places = (pointer([name]) if is_shown(name) else "" for name in unknown)
    return [(place, "unknown-member") for place in dict.fromkeys(places)]


def is_shown(name: str) -> bool:
    """Return whether the name of a member holds nothing of a person."""
    if not _PRINTABLE.fullmatch(name) or _LATIN_NAME.search(name):
        return False
    runs = _HAN.findall(name)
    if any(is_name(run, plainly=True) for run in {*runs, "".join(runs)} if run):
        return False
    return outside_id(name) == name and masked_words(name) == name
