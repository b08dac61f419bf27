"""Finds the name in a line that is a name, a phone and an address in China, in any order and often without a sign.

People paste such lines into forms, or send them to clerks: 王小明13812345678浙江省杭州市…. What is left when the phone
and the address are taken out is the name, however rare its family name is. Where nothing separates the name from the
address, the likeliest name that begins or ends there is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from masking_service.masking.names import names_between_words
from masking_service.masking.names.behind_names import COMMON_FAMILY, HAN, is_han
from masking_service.masking.names.beside_runs import FOLLOW
from masking_service.masking.names.han_run import PLACE_ENDS
from masking_service.masking.names.name_bounds import ANY_FAMILY
from masking_service.masking.names.names_at_addresses import ends_in_word, name_in_front, name_touches_place
from masking_service.masking.names.names_in_text import apart
from masking_service.masking.names.names_of_clauses import Span
from masking_service.masking.words import called_words
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.address_words import PROVINCES
from masking_service.masking.words.divisions import begins_place, is_division
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES
from masking_service.masking.words.han_words import han_words

_SIGNS: Final = r"\s,，、;；/|_\-—(（)）"
_phones: Final = re.compile(r"(?<!\*)\*{6,}[0-9]{0,4}(?![0-9*])").finditer
_MAX_LENGTH: Final = 120
"""Characters of the longest line that is read. A longer text says more than where a person lives."""
_MOBILE: Final = len("13812345678")
_LONGEST_NAME: Final = len("欧阳小明")
_province: Final = re.compile(PROVINCES).match
_is_address: Final = re.compile(
    rf"[{_SIGNS}]*[{HAN}{_SIGNS}]{{2,16}}?[省市区县旗镇乡村路街道巷弄园苑庄城里湾港府庭厦]"
).match
_empty: Final = re.compile(rf"[{_SIGNS}]*").fullmatch
_only_name: Final = re.compile(rf"[{_SIGNS}]*([{HAN}]{{2,4}})[{_SIGNS}]*").fullmatch
_first_part: Final = re.compile(rf"[{_SIGNS}]*([{HAN}]{{2,4}})[{_SIGNS}]").match
_last_part: Final = re.compile(rf"[{_SIGNS}]([{HAN}]{{2,4}})[{_SIGNS}]*$").search
_hidden_at_start: Final = re.compile(rf"[{_SIGNS}]*[{HAN}]{{1,2}}\*{{1,2}}(?!\*)").match
_hidden_at_end: Final = re.compile(rf"[{HAN}](?<![之第附号编自层楼栋幢座室铺舖])\*{{1,2}}[{_SIGNS}]*$").search
_first_run: Final = re.compile(rf"[{_SIGNS}]*([{HAN}]{{1,24}})").match
_last_run: Final = re.compile(rf"[{HAN}]{{1,24}}(?=[{_SIGNS}]*$)").search
_to_house: Final = re.compile(r".*[0-9*]", re.S).match
_to_road: Final = re.compile(r".*[市区县旗镇乡村路街道巷]", re.S).match
_behind_house: Final = re.compile(rf"[0-9*](?:[号栋幢座室楼层组米]|号楼|单元)[{_SIGNS}]*([{HAN}]{{2,3}})$").search
_home_behind: Final = re.compile("家[0-9*]|收(?!费|购|藏|割|获)").match
_AROUND_HOUSE: Final = frozenset("号栋幢座楼室层找交转给")
_SIDES: Final = frozenset("东西南北侧口边旁面近内外处头首段商角厅嘴寺桥窗门")
"""Last characters of directions to a house; some given names end with them, too: 南门东."""
_NO_LAST: Final = PLACE_ENDS - frozenset("园苑城亭湖岸阁台府庭")
"""Characters that no given name of two characters ends with."""
_DISTRICTS: Final = frozenset("市区县镇乡村路街道")
_NO_LAST_BEFORE_PLACE: Final = frozenset("于到往在至是线级路")
_SURE: Final = 99
_LEAST_AT_START: Final = 3
_LEAST_AT_END: Final = -5
_LEAST_AT_SIDE: Final = 4
"""The least that a name has to save that nothing separates from the address.

It is little, because such a line has a name.
"""
_NO_NAMES: Final = cues.PLAIN_BESIDE_NUMBER.union(
    PROVINCES.split("|"), cues.ROLES, cues.LABELS, cues.TITLES, DOUBLE_FAMILY_NAMES
)


class PastedLine(NamedTuple):
    """A line of a name, a phone and an address.

    Attributes:
        text: the line.
        places: the span of the address up to its last number, or to its road if it has none.
        names: the spans of what may be the name; empty if it is hidden already, or none is told.
        told: whether the line's name is hidden already, or told.
    """

    text: str
    places: Span
    names: list[Span]
    told: bool

    def without_places(self, spans: Iterable[Span]) -> list[Span]:
        """Return the spans without those inside the address, which are parts of places if the line's name is known.

        Example: 尔伯 of 杜尔伯特街.

        Spans before a title or a verb, or with someone's home, are kept: 路12号李四代收, 路12号李四家3栋.
        """
        return [span for span in spans if not (self.told and self._is_of_place(*span))]

    def _is_of_place(self, start: int, end: int) -> bool:
        first, last = self.places
        if not (first < end < last and is_han(self.text[end]) and (start <= first or is_han(self.text[start - 1]))):
            return False
        if self.text.startswith(FOLLOW.get(self.text[end], ()), end) or _is_told(self.text, start, end):
            return False
        ends_surely = _province(self.text, first) is not None
        return ends_surely or not any(start < name_end and name < end for name, name_end in self.names)


def _is_told(text: str, start: int, end: int) -> bool:
    """Whether the text behind a possible name in an address shows that it is one: 李四收; behind a house, 李四家3栋."""
    return _home_behind(text, end) is not None and (text[end] == "收" or text[start - 1] in _AROUND_HOUSE)


def names_with_lines(text: str, found: list[Span]) -> list[Span]:
    """Return the spans in `found` and, if the text is such a line, that of its name, in order."""
    worth_reading = "******" in text or name_in_front(text)
    line = read(han_words().simplified(text)) if worth_reading else None
    return found if line is None else apart([*line.without_places(found), *line.names])


def names_before_place(text: str) -> list[Span]:
    """Return the spans of names in front of an address without a phone, if the text is such a line."""
    line = read(han_words().simplified(text)) if name_touches_place(text) else None
    return [] if line is None else line.names


def read(text: str) -> PastedLine | None:
    """Read a line in simplified characters whose phone is hidden; None for every other text.

    In a line without a phone, a name is found only where hardly anything else can be.
    """
    if len(text) > _MAX_LENGTH:
        return None
    phones = [match.span() for match in _phones(text)]
    if len(phones) > 1:
        return None
    phone, behind = phones[0] if phones else (len(text), len(text))
    sides = (0, phone), (behind, len(text))
    written = sorted((side for side in sides if not _empty(text, *side)), key=lambda side: side[1] - side[0])
    if not written:
        return None
    start, end = written[-1]
    at_start, at_end = _hidden_at_start(text, start, end), _hidden_at_end(text, start, end)
    start = at_start.end() if at_start else start
    if _is_address(text, start, end) is None:
        return None
    touched = behind - phone > _MOBILE and is_han(text[phone - 1 : phone])
    if len(written) > 1:
        side = written[0]
        hidden = _hidden_at_start(text, *side) is not None or (touched and side[1] == phone)
        names = [] if hidden else _only_names(text, *side)
    else:
        hidden = at_start is not None or at_end is not None
        may_end = not (touched and end == phone)
        names = [] if hidden else _names_beside(text, start, end, phone=bool(phones), may_end=may_end)
    start = max([start, *(last for first, last in names if first < (start + end) // 2)])
    places = _to_house(text, start, end) or _to_road(text, start, end)
    return PastedLine(text, (start, places.end() if places else start), names, told=bool(names) or hidden)


def _only_names(text: str, start: int, end: int) -> list[Span]:
    """Return the span of a name that is all of the text on one side of a phone."""
    name = _only_name(text, start, end)
    return [name.span(1)] if name is not None and _can_be_person(name[1]) else []


def _names_beside(text: str, start: int, end: int, *, phone: bool, may_end: bool) -> list[Span]:
    """Return the spans of possible names at the start of an address, and at its end if `may_end`."""
    first, last = _first_part(text, start, end), _last_part(text, start, end)
    apart = [part for part in (first, last) if part is not None and _can_be_person(part[1])]
    if apart:
        return [part.span(1) for part in apart if phone or _is_name_apart(part)]
    at_start = _name_at_start(text, start, end, phone=phone)
    at_end = _name_at_end(text, start, end) if phone and may_end else None
    found = [one for one in (at_start, at_end) if one is not None]
    return [max(found)[1]] if found else []


def _is_name_apart(part: re.Match[str]) -> bool:
    """Whether a part of an address without a phone is a name: by itself, or by the place behind it."""
    if begins_place(part[1]) or is_division(part[1]):
        return False
    behind = part.string[part.end() :].lstrip(" ,，、;；|")
    return begins_place(behind, road=False) or names_between_words.is_name(part[1], plainly=True)


def _can_be_person(word: str) -> bool:
    """Whether Han that are all of the text between phone, address and the ends of the line can be a person's name."""
    may_end_so = len(word) == len("李湖园") and word[0] in COMMON_FAMILY
    last = _NO_LAST if may_end_so else PLACE_ENDS
    if word in _NO_NAMES or word[-2:] in _NO_NAMES or word[-1] in last or word[-1] == "收":
        return False
    if len(word) == _LONGEST_NAME and word[:2] not in DOUBLE_FAMILY_NAMES and not COMMON_FAMILY.issuperset(word[:2]):
        return False
    if called_words.is_word(word):
        called = called_words.can_be_called(word, politely=False) and not called_words.is_time_or_anyone(word)
        return called and word[0] in COMMON_FAMILY
    if word[0] in ANY_FAMILY or word[:2] in DOUBLE_FAMILY_NAMES:
        return True
    return not any(called_words.is_word(part) for part in (word, word[:2], word[-2:]))


def _name_at_start(text: str, start: int, end: int, *, phone: bool) -> tuple[int, Span] | None:
    """Return what the likeliest name at the start of an address saves, and its span; None if no name is likely.

    In a line without a phone, a known division has to follow the name.
    """
    run = _first_run(text, start, end)
    if run is None or begins_place(run[1]):
        return None
    first = run.start(1)
    for length in (3, 2, 4):
        name = run[1][:length]
        touches = begins_place(run[1][length:], road=False) and name[-1] not in _NO_LAST_BEFORE_PLACE
        if touches and not phone and (is_division(name) or (length == _LONGEST_NAME and ends_in_word(name))):
            return None
        if touches and _DISTRICTS.isdisjoint(name) and _can_be_person(name):
            return _SURE, (first, first + length)
    if not phone:
        bare = names_between_words.before_bare_place(run[1])
        return (_SURE, (first, first + bare)) if bare else None
    costs = han_words().read(run[1])[1][0]
    found = [
        (costs[0] - cost - costs[length], length)
        for length, cost in names_between_words.names_at_start(run[1])
        if run[1][length - 1] not in PLACE_ENDS and run[1][length : length + 1] not in PLACE_ENDS
    ]
    saved, length = max(found, default=(_LEAST_AT_START - 1, 0))
    return (saved, (first, first + length)) if saved >= _LEAST_AT_START else None


def _name_at_end(text: str, start: int, end: int) -> tuple[int, Span] | None:
    """Return what the likeliest name at the end of an address saves, and its span; None if no name is likely."""
    run = _last_run(text, start, end)
    if run is None or run[0][-1] in PLACE_ENDS:
        return None
    costs = han_words().read(run[0])[0][0]
    found = [
        (costs[-1] - costs[-length - 1] - cost, length)
        for last in range(2, _LONGEST_NAME + 1)
        for length, cost in names_between_words.names_at_start(run[0][-last:])
        if length == last
    ]
    saved, length = max(found, default=(_LEAST_AT_END - 1, 0))
    if saved < (_LEAST_AT_SIDE if run[0][-1] in _SIDES else _LEAST_AT_END) or run[0][-2:] in _NO_NAMES:
        saved, length = 0, 0
    house = _behind_house(text, max(start, run.end() - len("1号楼 王小明")), run.end())
    if house is not None and run[0][-1] not in _SIDES and _can_be_person(house[1]):
        length = max(length, len(house[1]))
    return (saved, (run.end() - length, run.end())) if length else None
