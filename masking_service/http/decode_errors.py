"""Tells which member of a request does not fit, from the message of its decoder."""

import re
from typing import Final

import msgspec

from masking_service.audit.entries import outside_id
from masking_service.http.problems import Problem
from masking_service.http.schemas import queries, search
from masking_service.http.schemas import requests as contract

_STEP: Final = re.compile(r"\.([a-z_][a-z0-9_]*)|\[(\d{1,6})\]", re.ASCII)
_NAMED: Final = re.compile(
    r"Object (?:contains )?(?P<what>missing required|unknown) field `(?P<member>[A-Za-z][A-Za-z0-9_-]{0,31})`"
    r"(?: - at `\$(?P<path>[^`]*)`)?",
    re.ASCII,
)
_MEMBERS: Final = frozenset(
    member
    for shape in (*vars(contract).values(), *vars(queries).values(), *vars(search).values())
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct)
    for member in shape.__struct_encode_fields__
)


def decode_problem(error: Exception) -> Problem:
    """Return the problem of a body that cannot be decoded."""
    if isinstance(error, msgspec.ValidationError):
        return Problem("invalid-request", [place_of(str(error))])
    return Problem("invalid-json")


def place_of(message: str) -> tuple[str, str]:
    """Return the JSON Pointer and code of a validation message of msgspec.

    The messages are ``… - at `$.records[3]` ``, and for a member that is missing or unknown they name the member
    first. An unknown name is the caller's and may be made to look like a path or hold personal data: it is repeated
    only where it is a plain word.
    """
    named = _NAMED.fullmatch(message)
    if named and outside_id(named["member"]) == named["member"]:
        code = "missing" if named["what"] == "missing required" else "unknown-member"
        return f"{_pointer(named['path'] or '')}/{named['member']}", code
    _, _, path = message.rpartition(" - at `$")
    return _pointer(path.rstrip("`")), "invalid-value"


def _pointer(path: str) -> str:
    """Convert a path of msgspec (``.records[3]``) to a JSON Pointer; only names of the contract are kept."""
    return "".join(f"/{name or index}" for name, index in _STEP.findall(path) if not name or name in _MEMBERS)
