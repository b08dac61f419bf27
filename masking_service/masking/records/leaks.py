"""Hides a record's own phones and full names wherever else they are in the record, after it was masked.

It costs next to nothing when there is nothing to find. It hides the record's own values only: other people's numbers
in members that no schema maps are for `unmapped`, as the profile says.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from masking_service.masking.effort import Share
from masking_service.masking.errors import TOO_LARGE, InvalidRecord
from masking_service.masking.records.schema import Steps
from masking_service.masking.records.spellings import (
    Mask,
    has_capitals,
    hide_names,
    hide_phones,
    may_hold_name,
    may_hold_phone,
)
from masking_service.masking.stars import stars
from masking_service.masking.texts.documents_in_text import json_in_base64

DEEPEST: Final = 32
"""The largest number of levels of objects and arrays in a record, with the record itself."""

MAX_ALIKE: Final = 200
"""The largest number of members of one object whose names have the same mask."""


def gather(value: Any, texts: list[str], depth: int) -> None:
    """Append every text and number of an unmapped value, and the names of members.

    Raises InvalidRecord (``too-deep``); `depth` is how many containers are around the value.
    """
    kind = type(value)
    if kind is str:
        texts.append(value)
    elif kind is dict or kind is list:
        if depth >= DEEPEST:
            raise InvalidRecord((("", "too-deep"),))
        if kind is dict:
            texts.extend(value)
            value = value.values()
        for inner in value:
            gather(inner, texts, depth + 1)
    elif value is not None and kind is not bool:
        texts.append(decimal_text(value))


def may_leak(texts: list[str], phones: list[str], names: list[str]) -> bool:
    """False only if no needle is in the texts. Quick; says yes too often rather than too seldom.

    The needles are those of `spellings`; a long text may give one many times.
    """
    joined = "\n".join(texts)
    return may_hold_phone(joined, [*dict.fromkeys(phones)]) or may_hold_name(joined, [*dict.fromkeys(names)])


@dataclass(slots=True)
class Hider:
    """Masks what leaks in one record, in place.

    Attributes:
        phones, names: the needles.
        mask_phone, mask_name: how a phone and a name are masked.
        own_number: the record's own waybill number (`own_number`); it stays everywhere, even if it holds a needle.
        fixed: member names that the schema gives; they stay even if they are a person's name.
        share: pays for each text in which something may be hidden.
    """

    phones: list[str]
    names: list[str]
    mask_phone: Mask
    mask_name: Mask
    own_number: str | None
    fixed: frozenset[str]
    share: Share
    _found: list[Steps] = field(default_factory=list)

    def hide(self, record: dict[str, Any]) -> list[Steps]:
        """Mask every leak in the record.

        Returns the places of the values and member names that changed. Raises InvalidRecord where it takes too
        much work; the record is then half hidden.
        """
        self._container(record, ())
        return list(dict.fromkeys(self._found))

    def _container(self, container: Any, keys: tuple[str | int, ...]) -> None:
        if type(container) is dict:
            self._member_names(container, keys)
        for key, value in list(container.items() if type(container) is dict else enumerate(container)):
            here = (*keys, key)
            if type(value) is dict or type(value) is list:
                self._container(value, here)
            elif value is not None and type(value) is not bool:
                text = value if type(value) is str else decimal_text(value)
                masked = self._text(text, self.names)
                inner = json_in_base64(text) if masked is text else None
                if inner is not None and self._text(inner, self.names) is not inner:
                    masked = stars(text)
                if masked is not text:
                    # A minus beside stars is a text, of which the next pass might hide the minus too.
                    container[key] = masked if type(value) is str else masked.replace("-", "*")
                    self._found.append(here)

    def _member_names(self, container: dict[str, Any], keys: tuple[str | int, ...]) -> None:
        # A person may be called Name or Status: member names are not searched for names in Latin letters.
        names = [name for name in self.names if not has_capitals(name)]
        shown = {key: key if key in self.fixed else self._text(key, names) for key in container}
        self._found += [(*keys, new) for new in rename_members(container, shown)]

    def _text(self, text: str, names: list[str]) -> str:
        own = self.own_number
        if own is None or own not in text:
            return self._piece(text, names)
        pieces = text.split(own)
        masked = [self._piece(piece, names) for piece in pieces]
        return text if all(a is b for a, b in zip(pieces, masked, strict=True)) else own.join(masked)

    def _piece(self, text: str, names: list[str]) -> str:
        if may_hold_phone(text, self.phones):
            self.share.hide(text)
            text = hide_phones(text, self.phones, self.mask_phone)
        if may_hold_name(text, names):
            self.share.hide(text)
            text = hide_names(text, names, self.mask_name)
        return text


def rename_members(members: dict[str, Any], shown: dict[str, str]) -> list[str]:
    """Rename members in place.

    The order stays, and a name that is taken gets more stars.

    Args:
        members: the object.
        shown: the new name of each member; the same object where it stays.

    Returns:
        The new names.

    Raises:
        InvalidRecord: ``too-large``: the stars of more than `MAX_ALIKE` alike would be a multiple of the record.
    """
    if all(old is new for old, new in shown.items()):
        return []
    before = list(members.items())
    members.clear()
    taken = {old for old, new in shown.items() if old is new}
    renamed: list[str] = []
    alike = Counter[str]()
    for old, value in before:
        new = shown[old]
        if new is not old:
            alike[new] += 1
            if alike[new] > MAX_ALIKE:
                raise InvalidRecord((("", TOO_LARGE),))
            while new in taken:
                new += "*"
            taken.add(new)
            renamed.append(new)
        members[new] = value
    return renamed


def scrub_around(text: str, own: str, scrub: Mask) -> str:
    """Return the text as `scrub` masks it, except for the record's own waybill number."""
    return own.join(map(scrub, text.split(own)))


def decimal_text(number: Any) -> str:
    try:
        return str(number)
    except ValueError:  # an integer of thousands of digits: Python refuses to write it in decimal
        raise InvalidRecord((("", TOO_LARGE),)) from None
