"""Says whether the key of an object is a person's name, as in ``{"recipients": {"张三": {...}}}``.

The key alone can seldom decide it, because 高铁 has the form of a name, too. Unless it is far likelier a name than
words, what is under it has to belong to a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from masking_service.masking.effort import COLD_NAME, estimate
from masking_service.masking.kinds.address import mask_address
from masking_service.masking.kinds.table import OF_A_PERSON
from masking_service.masking.members.member_names import Meaning, plan
from masking_service.masking.members.name_words import PARTY
from masking_service.masking.names.names_between_words import is_plainly_name
from masking_service.masking.numbers.numbers_in_text import contains_personal_data

_OF_A_PERSON: Final = OF_A_PERSON | {PARTY}
_MOBILE: Final = r"(?:\+?86[\s-]?)?[1１][3-9３-９]\d[\s-]?[\d*]{4}[\s-]?\d{4}"
_ARE_MOBILES: Final = re.compile(rf"\s*{_MOBILE}(?:[\s,，、/;；]{{1,3}}{_MOBILE}){{0,3}}\s*").fullmatch
_BITS_OF_A_NUMBER: Final = 64
"""The bits of the largest integer that may be a phone or an identity number."""


def names_person(key: str, meaning: Meaning, value: Any, pay: Callable[[float], None]) -> bool:
    """Whether a key is a person's name.

    Args:
        key: it.
        meaning: of the key.
        value: what is under it.
        pay: takes what reading the value costs, in units of `effort`.

    Raises:
        InvalidRecord: by `pay`.
    """
    if not meaning.may_be_persons:
        return False
    if is_plainly_name(key):
        return True
    if type(value) is list:
        return any(names_person(key, meaning, inner, pay) for inner in value if type(inner) is not list)
    if type(value) is dict:
        if meaning.inside == PARTY:
            return True
        pay(sum(COLD_NAME + estimate("text", name) for name in value))
        return any(one.kind in _OF_A_PERSON for one in plan(meaning.inside, tuple(value)))
    if meaning.inside != PARTY:
        return is_mobile(value)
    if type(value) is int and value.bit_length() < _BITS_OF_A_NUMBER:
        value = str(value)
    if type(value) is not str:
        return False
    pay(estimate("text", value) + estimate("address", value))
    return contains_personal_data(value) or mask_address(value, "unit") != value


def is_mobile(value: Any) -> bool:
    """Whether a value is one or more mobile numbers only: its member's name may then be a person's."""
    if type(value) is int and value.bit_length() < _BITS_OF_A_NUMBER:
        value = str(value)
    return type(value) is str and _ARE_MOBILES(value) is not None
