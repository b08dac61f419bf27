"""Masks addresses: road, number and building are shown; unit, floor and room are hidden.

Words (单元, 室, Apt) stay, and their numbers or letters become stars, one for each character. Phones and the like are
hidden in every mode. The rules look at spelling only and know no places: what may be the number of a room is hidden
like one, and a value that may be a person's name is hidden whole. The grammar is in `han_addresses`,
`japanese_addresses` and `foreign`. Addresses of the usual forms take a quick way to the same masks
(`mask_all_plain`, `mask_shaped`), and the masks of others are cached.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from masking_service.masking.addresses.districts import district_end
from masking_service.masking.addresses.foreign.address import ForeignAddress, hide_foreign_units, in_parts
from masking_service.masking.addresses.han_addresses import behind_last_number, hide_han_units, read_han_units
from masking_service.masking.addresses.han_numbers import starred, with_numerals
from masking_service.masking.addresses.japanese_addresses import hide_japanese_units, is_japanese
from masking_service.masking.addresses.usual_addresses import (
    HAS_HAN,
    MAX_LENGTH,
    MAX_NAME,
    Numbered,
    mask_all_plain,
    mask_lines,
    mask_plain,
)
from masking_service.masking.cache import DigestCache
from masking_service.masking.names.bare_names import bare_name
from masking_service.masking.names.latin_at_addresses import latin_names_beside_address
from masking_service.masking.names.names_at_addresses import label_in_front, name_in_front, which_may_have_names
from masking_service.masking.names.names_between_words import is_name
from masking_service.masking.names.names_in_text import names_in, starred_alone
from masking_service.masking.names.names_of_pasted_lines import names_with_lines
from masking_service.masking.names.names_on_own_lines import names_above_addresses
from masking_service.masking.names.pinyin_names import pinyin_names
from masking_service.masking.numbers.codes_in_text import SAYS_ORDER
from masking_service.masking.numbers.found_numbers import find_numbers
from masking_service.masking.numbers.numbers_in_text import crowded, scrub
from masking_service.masking.reading import Reading, without_unseen
from masking_service.masking.records.spellings import Mask
from masking_service.masking.stars import stars, steady
from masking_service.masking.words import address_words as words
from masking_service.masking.words.divisions import begins_place
from masking_service.masking.words.expressions import Expression

UNIT_NOT_RECOGNISED: Final = "unit-not-recognised"
"""The warning for a foreign address that may have a unit which is not recognised."""

_HAS_WORDS: Final = re.compile(
    r"[A-Za-z]{2}|(?<![0-9A-Za-z*])#|[^\x00-\x7f\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"
).search
_ODD: Final = re.compile(r"[^\n -~\u2018-\u201d\u3001-\u3011\u4e00-\u9fff，：；！？（）]").search

_CODE_ABROAD: Final = re.compile(
    r"[\s,.]*(?:[A-Z][0-9][A-Z] [0-9][A-Z][0-9]|[0-9]{5,6}(?:-[0-9]{3,4})?|[0-9]{3} [0-9]{2}|[0-9]{2}-[0-9]{3})[\s,.]*"
).fullmatch
"""Matches a postcode behind a bracket: Montréal (Québec) H2L 5C4, Kiev (Kyiv), 01001."""
_DIGIT: Final = re.compile(r"\d")
_STARS_AND_OTHERS: Final = re.compile(r"\*+|[^*]+").finditer
_NUMBER_SIGN: Final = re.compile(r"(?<![A-Za-z])(?:[Nn][Oo]\.?(?=\s?[\d*])|[Cc]/[Oo](?![0-9A-Za-z*]))").sub
"""Matches letters that are no unit: No. and c/o."""
_BULLET: Final = re.compile(r"(?<=[\u4e00-\u9fff])•(?=[0-9A-Za-z*\u4e00-\u9fff])(?!单|單|[室层層楼樓号號户戶])").sub
"""Matches one bullet between words, which is the dot that it looks like."""

_LINE_BREAK: Final = re.compile(r"<br ?/?>", re.I).sub
"""Matches a line break in HTML: some shops keep an address as a page shows it."""

_OPENS: Final = re.compile(r"[(（\[【]").search
_BRACKETS: Final = re.compile(r"([(（\[【][^()（）\[\]【】]*[)）\]】]?)")
_PARTS_BEFORE: Final = 3
"""The number of parts before a bracket that are read: enough for a road whose name is in another part."""
_ONLY_UNIT: Final = re.compile(
    rf"(?:[(（\[【)）\]】\s\-#/,，.0-9*{words.NUMERALS}A-Za-z室户戶房层層楼樓号號门門栋棟幢座之]|单元|單元)*"
).fullmatch
_ONLY_ROOM: Final = re.compile(r"[A-Za-z*]?[0-9*]{3,4}[A-Za-z*]?").fullmatch
_ROOM_IN_BRACKETS: Final = re.compile(r"[(（\[【]\s?[A-Za-z]?[0-9*]{3,4}[A-Za-z]?\s?[)）\]】]?").fullmatch
_UNIT_IN_NOTE: Final = Expression(
    rf"(?<![0-9A-Za-z*.\-—~{words.NUMERALS}])(?:[A-Za-z]?[0-9]{{1,4}}[A-Za-z]?(?:[\-—~/、,至到及和][A-Za-z]?[0-9]{{1,4}}[A-Za-z]?)*"
    rf"|[{words.NUMERALS}]{{1,3}})(?=\s?(?:[号號]?(?:{words.ROOM})|{words.FLOOR}))"
).sub
_HOUSE_IN_NOTE: Final = re.compile(
    r"[0-9*](?:单元|單元)|(?:[号號][楼樓]|[栋棟幢])[A-Z]?[0-9*]|\*[楼樓层層][A-Z]?[0-9]{2}"
).search
"""Finds a house or a floor with a unit or a room in a note: (西苑小区11号楼2单元), (华庭二楼206-207号)."""
_AWAITS_ROOM: Final = re.compile(r"[栋棟幢座元楼樓层層梯厦廈寓号號#]\s?$").search

_PHONE_STARS: Final = re.compile(
    r"(?<!\*)\*{6,}[0-9]{1,4}(?![0-9A-Za-z]|\*(?!\*{0,2}(?:单元|單元|[门門室户戶层層楼樓号號梯座])))"
)
"""Matches the mask of a phone, which a unit in Han may touch: *******5678*楼."""
_PHONE_MASK: Final = _PHONE_STARS.search
_BEHIND_DIGITS: Final = re.compile(r"(?:.*[0-9*][A-Za-z]?(?![A-Za-z]))?", re.S).match
_PHONE_ABROAD: Final = re.compile(
    r"(?<![0-9A-Za-z*#/\-.])(?<!\+[0-9] )(?<!\+[0-9]{2} )(?<!\+[0-9]{3} )"
    r"(?:[0-9]{10,12}|[6-9][0-9]{4} [0-9]{5})(?![0-9A-Za-z*/\-]|\.[0-9])"
).sub
"""Matches digits without a country code, as many as phones of most countries have."""
_SAYS_ORDER: Final = Expression(rf"{SAYS_ORDER}[ \t:=#.()]{{0,4}}$", re.I).search
_WIDE: Final = re.compile("[０-９]").search
_NARROW: Final = {0xFF10 + digit: str(digit) for digit in range(10)}
"""From full-width digits, with which Japan and Taiwan write addresses, to plain ones."""
_HEAD: Final = 24
_CONTEXT: Final = 8
"""Characters at the beginning of an address, and before the text behind it, that are read to tell what is a name there.
"""

_MAX_LENGTH: Final = 512
"""Characters of the longest address. A longer value is no address and is hidden whole."""

_ADDRESS_MASK: Final = re.compile(
    r"\*{2}|\*-\*|\*(?=单元|單元|[室户戶房層层楼樓门門梯]|F)"
    r"|(?i:\b(?:apartment|apt|unit|suite|ste|flat|room|rm)\b)\.?\s?#?\*(?![^\s,;])|^\*/[0-9]"
).search

_PASSES: Final = 8
"""Rounds of masking: beside stars, something may become a number. More rounds never hide more."""

_CACHED: Final = 8192
"""How many masks of addresses are cached at least. They take at most 4 MB."""


class Named(NamedTuple):
    """An address with names behind its last number, and whose units one reading finds.

    Attributes:
        value, shown: what came in, and what is left of it when its units are hidden.
        note: where the words behind its last number begin.
        names: the spans of the names in them.
    """

    value: str
    shown: str
    note: int
    names: list[tuple[int, int]]


MaskNamed = Callable[[Named], str]


def mask_address(value: str, hide: str, keep: int = 4, name: Mask = stars, *, label: bool = False) -> str:
    """Mask one address as `AddressMask` does."""
    return AddressMask(hide, keep, name, label=label)(value)


class AddressMask:
    """Masks addresses under one profile; masking a mask again changes nothing.

    Args:
        hide: ``unit`` (unit, floor and room), ``detail`` (everything behind the district; the whole where no district
            can be told), ``all``, or ``nothing`` (of the address itself).
        keep: how many of the last digits of a phone in an address show, 0 to 4.
        name: masks a person's name in a note behind the address or in front of it.
        label: whether no number shows where a unit may be that is not recognised.
    """

    __slots__ = ("_hide", "_keep", "_label", "_masks", "_name")

    def __init__(self, hide: str, keep: int = 4, name: Mask = stars, *, label: bool = False) -> None:
        self._hide, self._keep, self._name, self._label = hide, keep, name, label
        self._masks: DigestCache[str] = DigestCache(_CACHED)

    def __call__(self, value: str) -> str:
        """Return the mask of an address."""
        if self._hide == "unit":
            usual = mask_plain(value) or self.of_other_form(value)
            return self.by_all_rules(value) if usual is None else str(usual)
        if self._hide == "nothing":
            return self._steadily(_hide_phones_abroad(value), _hide_phones_abroad)
        if not value or value.isspace():
            return value
        if self._hide == "detail":
            end = district_end(value)
            return value[:end] + stars(value[end:]) if end < len(value) else value
        return stars(value)

    def of_other_form(self, value: str) -> str | None:
        """Return what `usual_column` gives for one value that `mask_plain` leaves."""
        return self._masks.each([value], self._read)[0]

    def usual_column(self, values: Sequence[Any]) -> list[str | None]:
        """Return the masks of many addresses in China that were not sent hidden; None for every other value."""
        texts = [value for value in values if type(value) is str]
        if len(texts) < len(values):
            masks = iter(self.usual_column(texts))
            return [next(masks) if type(value) is str else None for value in values]
        shown = mask_all_plain(texts)
        if None not in shown:
            return shown
        others = [value for value, one in zip(texts, shown, strict=True) if one is None]
        found = iter(self._masks.each(others, self._read))
        return [next(found) if one is None else one for one in shown]

    def _read(self, values: Sequence[str]) -> list[str | None]:
        shown = mask_shaped(values, self._of_named)
        return [self._in_china(value) if one is None else one for value, one in zip(values, shown, strict=True)]

    def misses_unit(self, value: str, masked: str) -> bool:
        """Whether an address deserves the warning UNIT_NOT_RECOGNISED; one that is hidden whole does not."""
        if self._hide == "nothing" or masked.strip("*") == "":
            return False
        if self._label and self._hide == "unit" and _DIGIT.search(masked):
            return False  # a label shows no digit of such an address
        read = _foreign(value)
        return read is not None and read.unread()

    def _in_china(self, value: str) -> str | None:
        """Return the mask of an address in China that is not usual and was not sent hidden; else None."""
        if len(value) > MAX_LENGTH or HAS_HAN(value) is None or bare_name(value) is not None or is_address_mask(value):
            return None
        return _numbered(self.by_all_rules(value))

    def _of_named(self, named: Named) -> str:
        return self._steadily(named.value, hide_units, named)

    def by_all_rules(self, value: str) -> str:
        """Return the mask of an address that `mask_shaped` leaves."""

        def mask(address: str) -> str:
            read = _foreign(address) if self._label and len(address) <= _MAX_LENGTH else None
            if read is not None and read.unread():
                address = _DIGIT.sub("*", address)
            address = _hide_phones_abroad(address)
            return self._steadily(address, lambda scrubbed: hide_units(_hide_phones_abroad(scrubbed), read))

        shown = mask(value)
        # Beside stars that were sent, or those of a phone, an address abroad may be another one.
        is_other = not HAS_HAN(value) and ("*" in value or "******" in shown)
        return steady(mask, shown, _PASSES) if is_other else shown

    def _steadily(self, value: str, hide: Mask, named: Named | None = None) -> str:
        """Hide numbers and names beside an address, and what `hide` says, until nothing changes."""
        if (plain := without_unseen(value)) != value:
            masked = self._steadily(plain, hide)
            return value if masked == plain else masked
        if not value or value.isspace():
            return value
        if len(value) > _MAX_LENGTH or crowded(value):
            return stars(value)
        known = {} if named is None else {named.value: named.shown, named.shown: named.shown}
        nameless = False
        for _ in range(_PASSES):
            masked = known.get(value) or hide(scrub(value, self._keep))
            if masked != value:
                nameless = False
            elif not nameless:
                # Beside its stars, a letter may become the number of a room.
                masked, nameless = _hide_names(value, self._name, named)
            if masked == value:
                return value
            value = masked
        return stars(value)


_UNITS: Final = AddressMask("unit")


def is_address_mask(value: str) -> bool:
    """Whether an address was sent hidden.

    A single star is a sign of it only beside a word for a unit or a slash; else it may be a sign between words.
    """
    return _ADDRESS_MASK(Reading(value).text) is not None and _UNITS.by_all_rules(value) == value


def _hide_phones_abroad(value: str) -> str:
    """Hide numbers that are too long for a foreign house or postcode: 12 Oak Road, Pune 9820098200.

    All digits are hidden. If the last ones were shown, the words beside them would be taken for a name, and here they
    are mostly a city. A number that is recognised as a phone without this stays, and is masked as one.
    """

    def mask(number: re.Match[str]) -> str:
        is_known = " " not in number[0] and any(find_numbers(number[0]))
        stays = is_known or _SAYS_ORDER(value[: number.start()])
        return number[0] if stays else _DIGIT.sub("*", number[0])

    return value if len(value) > _MAX_LENGTH or HAS_HAN(value) else _PHONE_ABROAD(mask, value)


def _hide_names(value: str, mask: Mask, named: Named | None) -> tuple[str, bool]:
    """Hide a person's name that is the whole value or beside the address, and say whether no other name is left."""
    alone = bare_name(value)
    if alone is not None:
        return value.replace(alone, stars(alone)), False
    spans = _names_beside(value, named)
    # Stars beside those of a number may look like a phone's, so a name is looked for in front of them.
    nameless = all(starred_alone(value, *span) and value[span[0] - 1 : span[0]] != "*" for span in spans)
    for start, end in reversed(spans):
        value = value[:start] + mask(value[start:end]) + value[end:]
    return value, nameless


def _names_beside(value: str, named: Named | None) -> list[tuple[int, int]]:
    """Return the spans of names behind an address's last number, in brackets, and in front of it."""
    bracket, phone = _OPENS(value), _PHONE_MASK(value)
    front = value[: phone.start()] if phone else value
    front = front.translate(_NARROW) if _WIDE(front) else front
    note = behind_last_number(front) if HAS_HAN(front) else _BEHIND_DIGITS(front).end()  # type: ignore[union-attr]  # it always matches
    found = _names_behind(value, min(note, bracket.start()) if bracket else note, named)
    others = *latin_names_beside_address(value), *pinyin_names(value), *names_above_addresses(value)
    found += [span for span in others if span not in found]
    if name_in_front(value):
        label = label_in_front(value)
        begin = label.end() if label else 0
        if not begins_place(value[begin:_HEAD]):
            found = [*(span for span in names_in(value[:_HEAD], address=True) if span[0] == begin), *found]
    return names_with_lines(value, sorted(found))


def _names_behind(value: str, note: int, named: Named | None) -> list[tuple[int, int]]:
    """Return the spans of names in the words behind the last number of an address, which begin at `note`."""
    if not _PHONE_MASK(value) and not which_may_have_names(value[note:]):
        return []
    if named is not None and (named.shown, named.note) == (value, note):
        return [*named.names]
    return _names_in_note(value, note)


def _names_in_note(value: str, note: int) -> list[tuple[int, int]]:
    begin = max(0, note - _CONTEXT)
    names = [(begin + start, begin + end) for start, end in names_in(value[begin:], address=True)]
    inside = [name for name in names if name[1] < len(value)]
    if inside and not _PHONE_MASK(value) and not which_may_have_names(value[note:], at_end=False):
        names = [name for name in names if name not in inside]
    # 12班公孙明, 1732八楼王芳, 93号厂房 王芳: 班, 楼 and 房 number, and begin no name.
    return [
        (end - len(value[max(start, note) : end].lstrip()), end)
        for start, end in names
        if start >= note or (start == note - 1 and is_name(value[note:end].lstrip()))
    ]


def hide_units(text: str, read: ForeignAddress | None = None) -> str:
    """Return an address in any writing, with the numbers of its units, floors and rooms as stars.

    `read` is the reading of an address that may be the same.
    """
    plain = with_numerals(_BULLET("·", text) if "•" in text and HAS_HAN(text) else text)
    if "<" in text:
        plain = _LINE_BREAK(lambda tag: " " * len(tag[0]), plain)
    if ("o" in text or "O" in text) and HAS_HAN(text):
        plain = _NUMBER_SIGN(lambda sign: "№" * len(sign[0]), plain)
    if not HAS_HAN(text):
        plain = in_parts(plain)
    if plain == text and _ODD(text) is None:
        return _hide_units(text, read)
    reading = Reading(plain)
    reading.source = text
    masked = _hide_units(reading.text, read)
    return "".join([run[0] if run[0][0] == "*" else reading.written(*run.span()) for run in _STARS_AND_OTHERS(masked)])


def _foreign(value: str) -> ForeignAddress | None:
    """Return the reading of a foreign address; None for every other one.

    If it may have a unit that cannot be read, a label shows no number of it.
    """
    return ForeignAddress(Reading(in_parts(value)).text) if not HAS_HAN(value) and _HAS_WORDS(value) else None


def _hide_units(text: str, read: ForeignAddress | None = None) -> str:
    if _OPENS(text) is None:
        return _hide_plain(text, read)
    parts = _BRACKETS.split(text)
    found = False
    hidden: set[str] = set()
    abroad = not HAS_HAN(text) and _HAS_WORDS(text) is not None
    for at in range(0, len(parts), 2):
        masked = _hide_plain(parts[at], abroad=abroad)
        hidden.update(_hidden_numbers(parts[at], masked))
        found = found or "*" in _PHONE_STARS.sub("", masked)
        parts[at] = masked
    for at in range(1, len(parts), 2):
        if _ROOM_IN_BRACKETS(parts[at]) and (found or _AWAITS_ROOM(parts[at - 1])):
            parts[at], found = re.sub(r"[0-9A-Za-z]", "*", parts[at]), True
        elif not found or _ONLY_UNIT(parts[at]):
            before = "".join(parts[max(0, at - _PARTS_BEFORE) : at])
            parts[at] = _hide_plain(before + parts[at])[len(before) :]
            found = found or "*" in parts[at]
        else:
            # A note stays, but it must not repeat what was hidden, nor name another floor or room.
            note = re.sub(r"[0-9A-Za-z]+", lambda m: "*" * len(m[0]) if m[0] in hidden else m[0], parts[at])
            note = _UNIT_IN_NOTE(lambda number: starred(number[0]), note)
            parts[at] = hide_han_units(note) if _HOUSE_IN_NOTE(note) else note
    return "".join(parts)


def _hide_plain(text: str, read: ForeignAddress | None = None, *, abroad: bool = False) -> str:
    """Hide the units of an address or a part of it, which may be one `abroad` by its other parts."""
    if _ONLY_ROOM(text):
        return "*" * len(text)
    han = HAS_HAN(text)
    if (han or "〒" in text) and is_japanese(text):
        return hide_japanese_units(text)
    if _HAS_WORDS(text) is None and not (abroad and _CODE_ABROAD(text)):
        return hide_han_units(text)
    if han:
        return hide_foreign_units(hide_han_units(text), places=False)
    return (read if read is not None and read.text == text else ForeignAddress(text)).masked()


def _hidden_numbers(text: str, masked: str) -> set[str]:
    """Return the numbers of two digits and more that were hidden."""
    return {run[0] for run in re.finditer(r"[0-9A-Za-z]{2,}", text) if masked[run.start() : run.end()] != run[0]}


# The quick way.

_HAN: Final = "[\u4e00-\u9fff]"
_JOINS: Final = r"\-_~/.:至到&+"
_IS_PLAIN: Final = re.compile(
    r"(?:[\u4e00-\u522f\u5231-\u81f2\u81f4-\u9fff0-9 !\"$%',;<=>?@\\^`{|}\u2018-\u201d\u3001-\u300f，：；！？]++"
    rf"|[{_JOINS}](?:(?<![0-9A-Za-z].)|(?![{_JOINS}]?(?:[东東西南北中甲乙丙丁]-)?[{words.NUMERALS}]))"
    rf"|#(?<=[0-9A-Za-z].)|(?<={_HAN})[A-Za-z]{{2,}}+(?={_HAN}|$)|[A-Za-z](?![A-Za-z])(?!(?<=[Cc])/[Oo]))*+"
).fullmatch
"""Matches text of Han, numbers and signs, in which every Latin word touches Han. Brackets and separate words are read
by themselves. Numerals behind a sign would be joined to the number before them once they are stars (6幢B:六楼).
"""
_FIVE_DIGITS: Final = re.compile(r"\d(?:(?:[^\w*]|_){0,8}\d){4}").search
_NUMBER_BESIDE_STARS: Final = re.compile(
    rf"\*(?:[^0-9A-Za-z*][^0-9A-Za-z]*[0-9A-Za-z]|[A-EG-Za-eg-z]|[Ff]-)|[0-9A-Za-z{words.NUMERALS}]\*"
    rf"|[0-9*]{{3}}\s?{_HAN}\*{{1,2}}(?!\*)"
).search
"""Finds what a second reading may hide, because stars replaced a number or look like those of a name."""


def mask_shaped(values: Sequence[str], mask_named: MaskNamed | None = None) -> list[str | None]:
    """Return the masks of addresses of usual forms, some of them `Numbered`; None for every other one.

    `mask_named` masks one with a name behind it; if there is none, that is no usual one.
    """
    shown = mask_lines(values)
    if None not in shown:
        return shown
    others = [value for value, one in zip(values, shown, strict=True) if one is None]
    found = iter(_mask_simple(others, mask_named))
    return [next(found) if one is None else one for one in shown]


def _numbered(shown: str) -> str:
    return Numbered(shown) if _FIVE_DIGITS(shown) else shown


def _mask_simple(values: Sequence[str], mask_named: MaskNamed | None) -> list[str | None]:
    """Return the masks of addresses in which one reading finds all that has to be hidden; None for every other one."""
    simple = [*map(_is_simple, values)]
    read = [read_han_units(value) if ok else ("", 0) for value, ok in zip(values, simple, strict=True)]
    found = [_read_once(shown) for shown, _ in read]
    for at in which_may_have_names("\n".join([shown[note:] for shown, note in read])):
        if found[at] is not None and (names := _names_in_note(*read[at])):
            named = Named(values[at], *read[at], names)
            found[at] = _numbered(mask_named(named)) if mask_named is not None else None
    return found


def _is_simple(value: str) -> bool:
    """Whether one reading of its Han and numbers finds all that is hidden of an address."""
    return (
        len(value) <= MAX_LENGTH
        and _IS_PLAIN(value) is not None
        and HAS_HAN(value) is not None
        and not is_japanese(value)
        and not name_in_front(value)
        and (len(value) > MAX_NAME or bare_name(value) is None)
        and scrub(value) is value
        and not crowded(value)
    )


def _read_once(shown: str) -> str | None:
    """Return a mask, unless a second reading finds more or there is none."""
    if not shown or "******" in shown:
        return None
    if _NUMBER_BESIDE_STARS(shown) and (read_han_units(shown)[0] != shown or scrub(shown) is not shown):
        return None
    return _numbered(shown)
