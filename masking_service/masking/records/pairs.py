"""Reads shapes that hold a name and its value apart, and keys that are a person's name.

``{"key": "收件人", "value": "张三"}``, ``["receiverName", "张三"]``, columns beside rows, and
``{"recipients": {"张三": {...}}}``. Such a key alone can seldom decide whether it is a name, because 高铁 has the form
of one, too: unless it is far likelier a name than words, what is under it has to belong to a person.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from masking_service.masking.effort import COLD_NAME, Pay, estimate
from masking_service.masking.kinds.address import mask_address
from masking_service.masking.kinds.table import OF_A_PERSON
from masking_service.masking.members.codes import is_code, is_persons, settled
from masking_service.masking.members.member_names import (
    ANY_NAME,
    BARE_NAME,
    GOODS,
    MAYBE_NAME,
    NEUTRAL,
    ROOT,
    UNKNOWN_NAME,
    Meaning,
    plan,
    read_names,
)
from masking_service.masking.members.name_words import PARTY, THING, name_words
from masking_service.masking.names.names_between_words import is_plainly_name
from masking_service.masking.numbers.numbers_in_text import contains_personal_data

_MAX_LABEL: Final = 40
_LABEL: Final = re.compile(rf"\**[^\d:：=＝,，;；*]{{1,{_MAX_LABEL}}}\**").fullmatch
"""Matches what may be a label. Forms put a star beside a label that has to be filled in, and masks put it elsewhere."""
_MASK_OF_UNIT: Final = re.compile(r"[ #.]\*+$").search
"""Finds the mask of a unit, which is no label of what is behind it: Flat *."""

_PAIR: Final = 2
_LONGEST_NAME: Final = 4
"""Characters of a name in Han."""
_BITS: Final = 64
"""Bits of an integer that is no phone and no identity number."""


def pair_in(names: Iterable[str]) -> tuple[list[str], str] | None:
    """Return the members that may hold a name, and the one with its value; None for another object."""
    words = name_words()
    value = next((name for name in names if _folded(name) in words.pair_values), None)
    if value is None:
        return None
    labels = [name for name in names if _folded(name) in words.pair_names]
    return (labels, value) if labels else None


def is_label(value: Any) -> bool:
    """Whether an element of an array may be the name of a person's value. Quick."""
    return type(value) is str and _LABEL(value) is not None and name_words().ends_personal(value)


def with_labels(values: Sequence[Any], meaning: Meaning, pay: Pay) -> Sequence[Meaning]:
    """Return the meanings of an array's elements: one behind a label means what it says, others what the array does."""
    if len(values) < _PAIR or not any(map(is_label, values)):
        return [meaning] * len(values)
    words = name_words()
    each = [meaning]
    for before, value in pairwise(values):
        label = is_label(before) and not (type(value) is str and not value[:1].isdecimal() and words.knows(value))
        said = _said(meaning.inside, (before,), pay)[0] if label else None
        is_mask = said is not None and said.kind == "unit" and _MASK_OF_UNIT(before) is not None
        each.append(meaning if said is None or is_mask else said)
    return each


def beside_number(values: Sequence[Any], each: Sequence[Meaning]) -> Sequence[Meaning]:
    """Return the meanings of an array's elements. One beside a person's number may be that person's name."""
    if len(values) < _PAIR or not any(map(_is_number, values)):
        return each
    return [Meaning(BARE_NAME, its.inside) if its.kind in (None, ANY_NAME, GOODS) else its for its in each]


def _is_number(value: Any) -> bool:
    value = _text_of(value)
    return type(value) is str and is_persons(value) is not None


def heading_of(rows: Any) -> Sequence[str] | None:
    """Return the first of some rows, if it holds the names of their columns."""
    if not are_rows(rows) or len(rows) < _PAIR:
        return None
    first = rows[0]
    names = all(type(name) is str and name_words().knows(name) for name in first) and any(map(is_label, first))
    return first if names else None


def heading_in(members: Mapping[str, Any]) -> Sequence[str] | None:
    """Return the names of columns in an object that also has rows of that length.

    Example: ``{"columns": [...], "rows": [[...], ...]}``.
    """
    rows = next((value for value in members.values() if are_rows(value)), None)
    if rows is None:
        return None
    headings = filter(None, map(_names_in, members.values()))
    return next((names for names in headings if len(names) == len(rows[0]) and any(map(is_label, names))), None)


def are_rows(value: Any) -> bool:
    """Whether a value is an array of arrays."""
    return type(value) is list and bool(value) and all(type(row) is list for row in value)


def column_meanings(heading: Sequence[str], meaning: Meaning, pay: Pay) -> list[Meaning]:
    """Return the meanings of cells under a heading; names without a meaning have that of the rows."""
    return [said or meaning for said in _said(meaning.inside, tuple(heading), pay)]


def _names_in(value: Any) -> list[str] | None:
    """Return the names of columns in an array of names, or of objects with one name each."""
    if type(value) is not list or not value:
        return None
    if all(type(one) is dict for one in value):
        words = name_words()
        value = [next((one[key] for key in one if _folded(key) in words.pair_names), None) for one in value]
    return value if all(type(one) is str and len(one) <= _MAX_LABEL for one in value) else None


def _said(context: str, labels: tuple[str, ...], pay: Pay) -> list[Meaning | None]:
    pay(COLD_NAME * len(labels))
    meanings = read_names(context if context == THING else ROOT, labels)
    return [None if said.kind is None else Meaning(said.kind, said.inside) for said in meanings]


def _folded(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def with_pair(members: Mapping[str, Any], meanings: Sequence[Meaning], context: str, pay: Pay) -> Sequence[Meaning]:
    """Return the meanings of an object's members; a pair's value means what the pair's name says.

    A name made of known words is no person. `context` is what the objects around them say.
    """
    pair = pair_in(members)
    if pair is None:
        return meanings
    labels = tuple(label for name in pair[0] if type(label := members[name]) is str and label)
    its = next(filter(None, _said(context, labels, pay)), None)
    if its is None:
        return meanings
    said = {name for name in pair[0] if type(members[name]) is str and name_words().knows_all(members[name])}
    return [
        its if name == pair[1] else Meaning(None, meaning.inside) if name in said else meaning
        for name, meaning in zip(members, meanings, strict=True)
    ]


def with_phone(members: Mapping[str, Any], meanings: Sequence[Meaning], pay: Pay) -> Sequence[Meaning]:
    """Return the meanings of members: a bare name, or what is most likely a name, is a person's beside a phone."""
    each = list(zip(members.values(), meanings, strict=True))
    if not any(its.kind == ANY_NAME or may_be_name_of_person(value, its) for value, its in each):
        return meanings
    if not any(_is_phone(value, its, pay) for value, its in each):
        return meanings
    return [_beside_phone(value, its) for value, its in each]


def _beside_phone(value: Any, its: Meaning) -> Meaning:
    if its.kind == ANY_NAME:
        return Meaning(MAYBE_NAME, "name", its.holds_data)
    return Meaning(UNKNOWN_NAME, its.inside, its.holds_data) if may_be_name_of_person(value, its) else its


def may_be_name_of_person(value: Any, meaning: Meaning) -> bool:
    """Whether a value under a name that is not known is most likely a person's name: ``{"k1": "王小明"}``."""
    return (
        meaning.kind is None
        and meaning.inside == NEUTRAL
        and type(value) is str
        and len(value) <= _LONGEST_NAME
        and settled(UNKNOWN_NAME, value) is not None
    )


def _is_phone(value: Any, meaning: Meaning, pay: Pay) -> bool:
    if type(value) is int and value.bit_length() <= _BITS:
        value = str(value)
    if type(value) is not str or any(map(str.isalpha, value)) or is_code(meaning.kind, value):
        return False
    pay(estimate("text", value))
    return contains_personal_data(value)


_OF_A_PERSON: Final = OF_A_PERSON | {PARTY}
_MOBILE: Final = r"(?:\+?86[\s-]?)?[1１][3-9３-９]\d[\s-]?[\d*]{4}[\s-]?\d{4}"
_ARE_MOBILES: Final = re.compile(rf"\s*{_MOBILE}(?:[\s,，、/;；]{{1,3}}{_MOBILE}){{0,3}}\s*").fullmatch


def names_person(key: str, meaning: Meaning, value: Any, pay: Pay) -> bool:
    """Whether a key is a person's name, by its meaning and the value under it, which `pay` pays for."""
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
    value = _text_of(value)
    if type(value) is not str:
        return False
    pay(estimate("text", value) + estimate("address", value))
    return contains_personal_data(value) or mask_address(value, "unit") != value


def _text_of(value: Any) -> Any:
    """Return an integer that may be a phone or an identity number as a text, and every other value as it is."""
    return str(value) if type(value) is int and value.bit_length() < _BITS else value


def is_mobile(value: Any) -> bool:
    """Whether a value is one or more mobile numbers only: its member's name may then be a person's."""
    value = _text_of(value)
    return type(value) is str and _ARE_MOBILES(value) is not None
