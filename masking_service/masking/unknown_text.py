"""Masks texts of unknown meaning: what is found in them, and what they say about people.

Phones, identity numbers, e-mail addresses and cards are found by `text`. Names and addresses can be told from other
words where a label announces them (`labels`), where a name is beside a phone, and where an address has a house and a
room.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from masking_service.masking.bare_names import names_at_the_ends, names_beside_phones
from masking_service.masking.effort import estimate
from masking_service.masking.hidden import hidden_form
from masking_service.masking.kinds.text import worth_scanning
from masking_service.masking.labels import labelled_values, may_hold_labels
from masking_service.masking.leaks import may_leak
from masking_service.masking.name_words import PARTY, name_words
from masking_service.masking.profiles import Profile
from masking_service.masking.spellings import Mask, hide_names, hide_phones, needles
from masking_service.masking.stars import stars, steady

_KINDS: Final = ("name", "phone", "address", "unit", "secret")
_SEARCHED_AS: Final = {PARTY: "name", "virtual_phone": "phone"}
_DIGIT_OR_STAR: Final = re.compile(r"[\d*]").search
"""In a party: then it is more than a name, or its mask, in which no name may be found that was none before."""

_ROUNDS: Final = 3
MAX_STEADY: Final = 4096
"""Characters of a text, or of all texts of a record, that are masked until nothing changes. More are masked once, or it
would take too long."""
_MAX_LENGTH: Final = 256
"""Characters of a text in which names beside phones and addresses are looked for."""
_NUMBER: Final = "[0-9０-９*A-Za-z零一二三四五六七八九十]"
_ROOMS: Final = "室元栋棟幢座楼樓户戶"
_HOUSE_AND_ROOM: Final = re.compile(
    rf"[路街道巷弄村镇鎮乡鄉苑园園城庄莊里湾灣区區厦廈寓场場][^，,;；。\n]{{0,16}}?{_NUMBER}{{1,5}}"
    rf"(?:(?:号楼|號樓|号|號|弄|栋|棟|幢|座)[^，;；。\n]{{0,20}}?{_NUMBER}{{1,6}}[室户戶]"
    rf"|(?:号楼|號樓|号|號|弄|栋|棟|幢|座)[^，;；。\n]{{0,12}}?{_NUMBER}{{1,3}}(?:单元|單元)"
    rf"|(?:号楼|號樓|栋|棟|幢|座)[- ]?{_NUMBER}{{2,5}}(?![0-9]))"
    rf"|{_NUMBER}{{1,3}}(?:号楼|號樓|栋|棟|幢|座){_NUMBER}{{1,3}}(?:单元|單元){_NUMBER}{{2,6}}"
).search
_LATIN_ROOMS: Final = ("Apt", "apt", "APT", "Unit", "unit", "UNIT", "Suite", "SUITE", "Ste", "Flat", "Room", "#")
_STREET_AND_ROOM: Final = re.compile(
    r"\d{1,5}[A-Za-z]? [A-Z][\w.' ]{1,40}\b(?:St|Street|Rd|Road|Ave|Avenue|Ln|Lane|Dr|Drive|Blvd|Boulevard|Ct|Court|Way"
    r"|Pl|Place|Hwy|Pkwy)\b\.?,?[^\n]{0,40}?(?:\b(?:apt|unit|suite|ste|flat|room)\b\.?|\#)\s?\#?[0-9A-Z]",
    re.I,
).search


def masks_of(profile: Profile) -> dict[str, Mask]:
    """The masks of the kinds that a profile hides, of parties, too."""
    masks = {kind: mask for kind in _KINDS if (mask := profile.masker(kind)) is not None}
    masks[PARTY] = profile.party_masker()
    if "phone" in masks:
        masks["virtual_phone"] = masks["phone"]
    return masks | {PARTY: _steady_party(masks)}


class UnknownText:
    """Masks such texts under one profile.

    Args:
        masks: see `masks_of`.
    """

    def __init__(self, masks: Mapping[str, Mask]) -> None:
        self._masks = masks

    def mask(self, text: str, context: str, scan: Mask, pay: Callable[[float], None]) -> Found:
        """Mask a text.

        Args:
            text: not blank.
            context: what the objects around the text say of their members (`member_names`).
            scan: hides what can be found in any text.
            pay: takes what reading costs, in units of `effort`.

        Raises:
            InvalidRecord: by `pay`.
        """
        found = self._mask_once(text, context, scan, pay)
        if (
            found.text != text and len(text) <= MAX_STEADY
        ):  # stars may make a number, or a label's value, of what stood beside them
            found.text = steady(lambda masked: self._mask_once(masked, context, scan, pay).text, found.text, _ROUNDS)
        return found

    def _mask_once(self, text: str, context: str, scan: Mask, pay: Callable[[float], None]) -> Found:
        found = Found(text)
        for start, end, kind in reversed(labelled_values(text, context, pay)):
            found.put(start, end, self._of_kind(found, kind, text[start:end], pay))
        if worth_scanning(found.text):
            scanned = scan(found.text)
            if scanned != found.text:
                found.text = scanned
                if len(scanned) <= _MAX_LENGTH:
                    self._hide(found, names_beside_phones(scanned))
        if "address" in self._masks and len(found.text) <= _MAX_LENGTH and _may_hold_address(found.text):
            pay(estimate("address", found.text))
            found.text = self._masks["address"](found.text)
            self._hide(found, names_at_the_ends(found.text))
        return found

    def _of_kind(self, found: Found, kind: str, value: str, pay: Callable[[float], None]) -> str:
        if kind not in self._masks or hidden_form(kind, value) == "opaque":
            return value
        pay(estimate("address" if kind == PARTY else kind, value))
        if hidden_form(kind, value) is None:
            phones, names = needles_of(kind, value)
            found.phones += phones
            found.names += names
        return self._masks[kind](value)

    def _hide(self, found: Found, spans: Iterable[tuple[int, int]]) -> None:
        """Hide names."""
        if "name" not in self._masks:
            return
        for start, end in sorted(spans, reverse=True):
            name = found.text[start:end]
            if not name_words().knows(name):
                found.names += needles("name", name)[1]
                found.put(start, end, self._masks["name"](name))


class Found:
    """What shows of a text, and the phones and names to look for elsewhere."""

    __slots__ = ("names", "phones", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.phones: list[str] = []
        self.names: list[str] = []

    def put(self, start: int, end: int, shown: str) -> None:
        """Show this in place of a span."""
        self.text = self.text[:start] + shown + self.text[end:]


def worth_reading(text: str) -> bool:
    """False for a text, or for lines, in which nothing can be hidden but by `text`."""
    return may_hold_labels(text) or _may_hold_address(text)


def _may_hold_address(text: str) -> bool:
    """Whether a text, or one of its lines, has an address with a house and a room in it."""
    if not text.isascii() and any(room in text for room in _ROOMS) and _HOUSE_AND_ROOM(text):
        return True
    return any(room in text for room in _LATIN_ROOMS) and _STREET_AND_ROOM(text) is not None


def _steady_party(masks: Mapping[str, Mask]) -> Mask:
    """The mask of a party, in which nothing is left that would be hidden if it came in so.

    Args:
        masks: the masks of the kinds that the profile hides, of parties, too.
    """

    def without_needles(masked: str, party: str) -> str:
        """Hide in a mask what the leak guard looks for where a party is masked."""
        phones, names = needles_of(PARTY, party)
        if may_leak([masked], phones, names):
            masked = hide_phones(masked, phones, masks.get("phone", stars))
            masked = mask_once(hide_names(masked, names, masks.get("name", stars)))
        return masked

    def mask(party: str) -> str:
        once = without_needles(mask_once(party), party)
        return steady(lambda masked: without_needles(masked, masked), once, _ROUNDS)

    mask_once = masks[PARTY]
    return mask


def needles_of(kind: str, text: str) -> tuple[list[str], list[str]]:
    """The phones and names to look for elsewhere where a value is masked by its name or label."""
    phones, names = needles(_SEARCHED_AS.get(kind, kind), text)
    return phones, [] if kind == PARTY and _DIGIT_OR_STAR(text) else names
