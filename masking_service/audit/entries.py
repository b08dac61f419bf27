"""What the service puts into an entry: announcements of sealed state, and ids from outside without personal data."""

import re
from typing import Final

from masking_audit.format.entries import Fact
from masking_service.masking.numbers_in_text import contains_personal_data
from masking_service.service.state.sealed import Sealed, digest

REPLACED: Final = "(replaced)"
_CREDENTIAL: Final = re.compile(r"wbt\d[A-Za-z0-9_-]{16}|wbk_[A-Za-z0-9_-]{8}|eyJ[A-Za-z0-9_-]{8}").search
"""A token, an API key, or a part of a JWT. No id looks like these."""
_REQUEST_ID: Final = re.compile(r"(?!00)(?=[0-9]*[a-f])[0-9a-f]{32}").fullmatch
"""The form of a generated request id. It is not searched for numbers of persons, which would take 5 % of the time of a
view, because it cannot contain one: only a number that fills the word or begins with 00 can be in a word of hexadecimal
digits."""


def fact(sealed: Sealed) -> Fact:
    """Return the announcement of sealed state."""
    value = "" if sealed.value is None else digest(sealed.value)
    return Fact(digest(sealed.place), value, sealed.until, sealed.once)


def outside_id(text: str) -> str:
    """Return an id from outside, replaced if it contains personal data, a token or a key."""
    if not text or _REQUEST_ID(text):
        return text
    return REPLACED if contains_personal_data(text) or _CREDENTIAL(text) else text
