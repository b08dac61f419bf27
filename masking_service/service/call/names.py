"""The names of cases and principals, as callers send them."""

import re
from typing import Final

from masking_service.service.people.principals import principal_id

_CASE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


def case_name(value: object) -> str:
    """Return a well-formed case name; raise ValueError otherwise.

    It is 1 to 64 of ``A-Z a-z 0-9 . _ -``, a letter or digit first.
    """
    if not isinstance(value, str) or not _CASE.fullmatch(value):
        raise ValueError("a case's name is 1 to 64 of A-Z a-z 0-9 . _ - and begins with a letter or digit")
    return value


def sound_case_name(name: str | None) -> str | None:
    """Return the name if it is well formed, for an audit entry; else None."""
    try:
        return case_name(name)
    except ValueError:
        return None


def sound_principal(principal: str) -> str:
    """Return the principal's id; empty if it is malformed."""
    try:
        return principal_id(principal)
    except ValueError:
        return ""
