"""Hides unit, floor and room in addresses outside China, and says where there may be one that it cannot read.

A number is a unit's by a word before or behind it, in the languages of `foreign_units.tsv`; as an ordinal (3º B,
3. tv.); or by its place: before a street and a slash (7/23 George Street), or behind the number of a house (Kwiatowa
5/24, Pikk 12-37, 12 A 23). The lots of Japan and Korea (1-2-3, 178-1) are places.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

from masking_service.masking import address_words as words

_TOKENS: Final = re.compile(
    r"(?P<n>[0-9*]+(?:[A-Za-z](?![^\W_]))?)|(?P<w>(?:[^\s\d*!-/:-@\[-`{-~«»،؛，。、№ºª°–—’]++|(?<=\w)['’](?=\w))++)|\S"
)
_BREAKS: Final = frozenset(",;،؛，、()|")
_GAPS: Final = frozenset(".:#№-º°ª")
_ORDINALS: Final = frozenset(
    "st nd rd th er re ère ème eme e o a º ª ° . й я е ти та тата р ος ο η -".split()  # noqa: SIM905
)
_SIGNS: Final = frozenset("n#º°ª")
"""Besides words what may say that it is a unit."""
_MARKS: Final = frozenset("no nr n num number numbers nº № č رقم เลขที่ số so numara nomor nomer".split())  # noqa: SIM905
_ROMAN: Final = re.compile(r"[IVX]{1,5}").fullmatch
_WORDED: Final = frozenset(
    "one two three four five six seven eight nine ten eleven twelve ground first second third fourth fifth sixth"  # noqa: SIM905
    " seventh eighth ninth tenth eleventh twelfth upper lower top basement mezzanine".split()
)
_CODES: Final = re.compile(
    r"(?<!\w)(?:[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]|[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}|[A-Z]{1,2}-[0-9]{4,6}"
    r"|[0-9]{4} [A-Z]{2}|[0-9]{5}-[0-9]{3,4}|[0-9]{4}-[0-9]{3})(?!\w)"
).finditer
"""Postcodes with letters or dashes: of Canada, Britain, Luxembourg, the Netherlands, Brazil, Portugal."""
_NORWEGIAN: Final = re.compile(r"[0*][0-9*]{3}").fullmatch
"""The number of a home in Norway behind H, K, L or U: floor and door."""
_DUTCH_DOORS: Final = frozenset("hs huis bis bg bel ii iii iv".split())  # noqa: SIM905
_DANISH_DOORS: Final = frozenset("tv th mf".split())  # noqa: SIM905
_STREETS: Final = frozenset("carrera cra kra cr calle cl clle diagonal transversal tv dg av avenida autopista".split())  # noqa: SIM905
_LONG: Final = 5
"""Digits: a number of so many is a postcode or a waybill's, no unit's."""
_JALAN: Final = ("jalan", "jln", "lorong", "persiaran", "lebuh")
_SHORT_WORD: Final = 2
_LONGEST_SIGN: Final = 5
"""Characters of a word that is read as a sign (`_read_sign`)."""
_MAX_GAP: Final = 6
"""Signs and words such as No. between a word and its number."""
_MAX_LOT: Final = 3
"""Parts of a lot in Japan: district, block, house."""
_SHORT_NUMBER: Final = 3
_ROOM_DIGITS: Final = (3, 4)
_IS_LETTER: Final = re.compile("[A-Z\u00c0-\u00de\u0391-\u03a9\u0410-\u042f\u05d0-\u05ea\u0621-\u064a]").fullmatch
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_HAS_HANGUL: Final = re.compile("[\uac00-\ud7a3]").search
_CYRILLIC: Final = re.compile("[\u0400-\u04ff]").search
_HOUSE_OF_FLATS: Final = rf"\b(?:{words.HOUSE_OF_FLATS})\b(?! (?:road|rd|street|st|lane|avenue|ave|jalan)\b)"
_BEFORE_FLATS: Final = re.compile(
    r"\s*(?:No\.? ?)?(?P<unit>(?:[A-Z]{1,2}[0-9]{0,2}[-/ ]?|[0-9]{1,3}[A-Z]?[-/.])"
    r"[0-9]{1,4}[A-Z]?(?:[-/][0-9]{1,4}[A-Z]?)?,?"
    rf"|[0-9]{{3,4}}[A-Z]?,) ?(?=[^,0-9]{{0,40}}{_HOUSE_OF_FLATS})",
    re.I,
).match
_BEHIND_FLATS: Final = re.compile(
    rf"{_HOUSE_OF_FLATS}[^,0-9]{{0,20}},? "
    r"(?P<unit>[A-Z]{1,2}[-/ ]?[0-9]{2,4}[A-Z]?|[0-9]{1,3}[A-Z]?-[0-9]{1,4}[A-Z]?(?:-[0-9]{1,4})?)(?=,|$)",
    re.I,
).search
_SAME_HOUSE: Final = 8
"""Two numbers before a street that are no further apart are those of one long house."""


class _Token(NamedTuple):
    kind: str
    """`n` for a number, `w` for a word, else the sign itself."""
    text: str
    start: int
    end: int


@cache
def _kinds() -> dict[str, str]:
    """What each word says: unit, floor, behind, side or building; of several the one that hides more."""
    text = resources.files(__package__).joinpath("foreign_units.tsv").read_text("utf-8")
    found: dict[str, str] = {}
    rank = ("building", "side", "behind", "floor", "unit")
    for line in text.splitlines():
        if line and not line.startswith("# "):
            _, kind, words = line.split("\t")
            for word in words.split("|"):
                if word not in found or rank.index(kind) > rank.index(found[word]):
                    found[word] = kind
    return found


@cache
def _first_words() -> frozenset[str]:
    """What words of two parts begin with."""
    return frozenset(word.partition(" ")[0] for word in _kinds() if " " in word)


def hide_foreign_units(text: str, *, places: bool = True) -> str:
    """Return an address with the numbers and letters of its units as stars; by words alone if not by `places`."""
    return ForeignAddress(text, places=places).masked()


def unit_not_recognised(text: str) -> bool:
    """Whether an address may have a unit that is not recognised as one."""
    return ForeignAddress(text).unread()


_IS_JAPANESE: Final = re.compile(
    r"[\u3041-\u306d\u306f-\u30ff](?!.*[路弄栋幢单层楼室]\b)|〒|丁目|番地|番町|^\s?(?:東京都|北海道|大阪府|京都府|[\u4e00-\u9fff]{2,3}県)"
).search
_JAPANESE: Final = re.compile(
    r"(?P<code>〒\s?[0-9]{3}-?[0-9]{4})|(?P<lot>[0-9]++(?:丁目|番地|番|街区|条)(?:[0-9]+号(?!室))?)|(?P<house>[0-9A-Z]{1,5}号?[棟館])"
    r"|[A-Z]?-?[0-9*]+(?:-[0-9*]+)*[A-Z]?(?![A-Za-z])"
)
_DIGITS: Final = re.compile(r"[0-9A-Z]+").sub
_HOUSE_IN_KANA: Final = re.compile(r"[\u30a1-\u30ff]\s?\Z").search


def is_japanese(text: str) -> bool:
    """Whether an address is of Japan: by its kana, or by the names of its prefectures and lots."""
    return _IS_JAPANESE(text) is not None


def hide_japanese_units(text: str) -> str:
    """Return an address in Japanese with its floors and rooms as stars; the lot (1-2-3, 1丁目2番3号) stays."""
    parts = _MAX_LOT

    def shown(match: re.Match[str]) -> str:
        nonlocal parts
        if match["code"] or match["house"]:
            return match[0]
        if match["lot"]:
            parts = max(0, parts - 1) if "丁目" in match[0] else 0
            return match[0]
        numbers = match[0].split("-")
        is_floor = text[match.end() : match.end() + 1] in ("階", "F", "室") or text.startswith("号室", match.end())
        is_room = is_floor or (
            len(numbers) == 1
            and len(match[0]) in _ROOM_DIGITS
            and _HOUSE_IN_KANA(text[max(0, match.start() - 2) : match.start()])
        )
        lot = 0 if is_room or not numbers[0].isdecimal() else min(parts, len(numbers))
        if lot > 1 and len(numbers[lot - 1]) >= len("101") and lot == len(numbers) == _MAX_LOT:
            lot -= 1
        parts = 0 if lot or parts < _MAX_LOT else parts
        return "-".join([*numbers[:lot], *(_DIGITS(lambda run: "*" * len(run[0]), number) for number in numbers[lot:])])

    return _JAPANESE.sub(shown, text)


def _is_code(match: re.Match[str]) -> bool:
    """Whether what looks like a postcode is one: 1204-789 in front of an address is a unit and a house."""
    return match.start() > 0 or not match[0][:4].isdecimal() or match[0][4] != "-"


class ForeignAddress:
    """An address that is read word by word.

    Args:
        text: it.
        places: whether the place of a number says that it is a unit's where no word does.
    """

    def __init__(self, text: str, *, places: bool = True) -> None:
        new = tuple.__new__  # which takes half of the time
        self.text = text
        self._tokens = [new(_Token, (one.lastgroup or one[0], one[0], *one.span())) for one in _TOKENS.finditer(text)]
        self._hidden: set[int] = set()
        """Tokens that are units' numbers."""
        self._floors: set[int] = set()
        """Those of them that end with F for floor."""
        self._known: set[int] = set()
        """Numbers that something else than a unit has."""
        self._in_codes = {place for match in _CODES(text) if _is_code(match) for place in range(*match.span())}
        """Places within postcodes that have letters or dashes."""
        self._codes: set[int] = set()
        """Numbers that are postcodes' or parts of them."""
        self._note_codes()
        self._read_words()
        if places and not self._hidden:
            self._read_beside_house_of_flats()
        if places and not self._hidden:
            self._read_places()

    def masked(self) -> str:
        """The address with the numbers and letters of its units as stars."""
        if not self._hidden:
            return self.text
        chars = list(self.text)
        for at in self._hidden:
            token = self._tokens[at]
            end = token.end - (token.text[-1] in "Ff" and at in self._floors)
            chars[token.start : end] = "*" * (end - token.start)
        return "".join(chars)

    def unread(self) -> bool:
        """Whether there may be a unit that is not recognised as one."""
        if self._hidden or any(token.text[-1] == "*" for token in self._tokens):
            return False  # or its unit was hidden before
        numbers = [at for at, token in enumerate(self._tokens) if token.kind == "n" and at not in self._known]
        return sum(at not in self._codes for at in numbers) > 1

    # Words.

    def _read_words(self) -> None:
        kinds, first_words = _kinds(), _first_words()
        tokens = self._tokens
        at = 0
        while at < len(tokens):
            kind, size = None, 1
            token = tokens[at]
            if token.kind == "w":
                word = token.text.lower()
                kind, size = self._kind(at, kinds) if word in first_words else (kinds.get(word), 1)
            if kind is None:
                if token.kind in _SIGNS or (token.kind == "w" and len(token.text) <= _LONGEST_SIGN):
                    self._read_sign(at)
            elif kind == "unit":
                self._hide(self._value(at, at + size))
            elif kind in ("floor", "behind"):
                self._read_either(at, at + size)
            elif kind == "side":
                self._hide_ordinal(at)
            else:
                self._read_building(at, at + size)
            at += size

    def _read_either(self, word: int, behind: int) -> None:
        """Read a word that may be before its number or behind it."""
        marked = word > 0 and (self._is_joined(word) or self._tokens[word - 1].kind in ".º°ª")
        if marked and self._hide_before(word, behind):
            return
        value = self._value(word, behind)
        numbered = bool(value) and self._tokens[value[0]].kind == "n"
        if numbered or len(self._tokens[word].text) == 1 or not self._hide_before(word, behind):
            self._hide(value, door=True)

    def _read_building(self, word: int, behind: int) -> None:
        """Note the number of a building, a road or a district: it stays. No. B-12-3 is a unit."""
        if self._is_joined(word) and self._tokens[word - 1].kind == "n":
            self._known.add(word - 1)
            return
        value = self._value(word, behind)
        if len(value) > 2 and self._tokens[value[0]].kind == "w" and self._tokens[value[-1] - 1].kind != ".":
            self._hidden.update(value)
        else:
            self._known.update(value[:1])

    def _read_sign(self, at: int) -> None:
        """Read what says by a sign that it is a unit: #08-11, 3º B, 12/F, 3. tv., H0203, III/12."""
        tokens = self._tokens
        token = tokens[at]
        if token.kind == "#":
            self._read_hash(at)
        elif token.kind in "ºª°":
            self._read_ordinal(at)
        elif token.kind == "n":
            self._read_floor_with_letter(at)
        elif token.kind != "w":
            return
        elif token.text.lower() in _DANISH_DOORS and not self._is_joined(at):
            self._read_danish(at)
        elif token.text == "F" and at == 1 and self._is_joined(at) and self._adjacent(at, "n") and self._ends(at + 1):
            self._hidden.update((0, 1, 2))  # 1F2, 33 Marchmont Road
        elif token.text in ("F", "f") and at > 1 and tokens[at - 1].kind == "/" and len(tokens[at - 2].text) <= 3:
            self._hidden.add(at - 2)
        elif token.text in "FLU" and self._adjacent(at, "n") and self._adjacent(at + 1, "/"):
            self._hidden.add(at + 1)  # U3/18 Smith Road
        elif token.text in "HKLU" and self._adjacent(at, "n") and _NORWEGIAN(tokens[at + 1].text):
            self._hidden.add(at + 1)
        elif token.text in ("R", "r") and "".join(one.text for one in tokens[at + 1 : at + 3]) in ("/C", "/c"):
            self._hidden.update((at, at + 2))  # the ground floor in Portugal
        elif _ROMAN(token.text) and at + 2 < len(tokens) and tokens[at + 1].kind == "/" and tokens[at + 2].kind == "n":
            self._hidden.update((at, at + 2))

    def _read_floor_with_letter(self, at: int) -> None:
        """Read 12F, B3F, 5F-2 and 5F.-2."""
        token = self._tokens[at]
        if token.text[-1] in "Ff" and len(token.text) <= 4 and at not in self._hidden:
            self._hidden.update(self._chain(at))
            self._floors.add(at)
            if self._adjacent(at, ".") and self._adjacent(at + 1, "-") and self._adjacent(at + 2, "n"):
                self._hidden.add(at + 3)

    def _kind(self, at: int, kinds: dict[str, str]) -> tuple[str | None, int]:
        """What a word says that may be the first of two, alone or with the next one, and of how many tokens it is."""
        word = self._tokens[at].text.lower()
        if at + 1 < len(self._tokens) and self._tokens[at + 1].kind == "w":
            two = kinds.get(f"{word} {self._tokens[at + 1].text.lower()}")
            if two is not None:
                return two, 2
        return kinds.get(word), 1

    def _value(self, word: int, at: int) -> list[int]:
        """The tokens of the number or letter behind a word; empty if there is none."""
        tokens = self._tokens
        short = len(tokens[word].text) <= _SHORT_WORD
        dotted = False
        last = min(len(tokens), at + _MAX_GAP)
        while at < last and (tokens[at].kind in _GAPS or tokens[at].text.lower() in _MARKS):
            dotted = dotted or tokens[at].kind in ".:#№"
            at += 1
        if at == last:
            return []
        token = tokens[at]
        if len(tokens[word].text) == 1 and not (dotted or self._is_joined(at) or self._is_number(word - 1)):
            return []
        if tokens[word].start in self._in_codes:
            return []
        if token.kind == "n":
            return self._chain(at)
        apart = token.start > tokens[at - 1].end or dotted
        if token.kind != "w" or not apart:
            return []
        if len(token.text) <= _SHORT_WORD and self._adjacent(at, "n"):
            return [at, *self._chain(at + 1)]
        if len(token.text) == 1 and len(tokens[word].text) > 1 and (not short or dotted):
            return self._chain(at)
        if _ROMAN(token.text) or (token.text.lower() in _WORDED and not short):
            return [at]
        return []

    def _chain(self, at: int) -> list[int]:
        """A number with those that are joined to it: 12-34, 5/7, 1203 & 1205."""
        tokens = self._tokens
        found = [at]
        if self._adjacent(at, "w") and self._adjacent(at + 1, "n") and len(tokens[at + 1].text) == 1:
            at += 2  # 3F2
            found += [at - 1, at]
        while at + 2 < len(tokens):
            sign, after = tokens[at + 1], tokens[at + 2]
            if after.kind != "n" and not (after.kind == "w" and len(after.text) == 1):
                break
            if sign.kind == ",":
                joined = after.kind == "n" and len(after.text) in _ROOM_DIGITS and self._ends(at + 2)
            elif sign.kind == ".":
                joined = after.kind == "n" and sign.start == tokens[at].end and after.start == sign.end
            elif sign.kind == "/" or (sign.kind == "-" and after.start > sign.end):
                joined = not self._before_street(at + 2)
            else:
                joined = sign.kind == "-" or sign.text.lower() in ("&", "and")
            if not joined:
                break
            at += 2
            found.append(at)
        return found

    def _hide(self, value: list[int], *, door: bool = False) -> bool:
        """Hide a value, and the door right behind a floor."""
        self._hidden.update(value)
        if value and door:
            at = value[-1] + 1
            while at < len(self._tokens) and (
                self._tokens[at].kind in ".º°ª" or self._tokens[at].text.lower() in _MARKS
            ):
                at += 1
            if at < len(self._tokens) and self._is_short(at) and self._ends(at):
                self._hidden.add(at)
        return bool(value)

    def _hide_before(self, at: int, behind: int) -> bool:
        """Hide the number in front of a word, and the door behind it; return whether there is one."""
        tokens = self._tokens
        number = at - 1
        while number >= max(0, at - _MAX_GAP) and (
            tokens[number].kind in ".-º°ª" or tokens[number].text.lower() in _ORDINALS
        ):
            number -= 1
        if number < 0:
            return False
        token = tokens[number]
        if not (token.kind == "n" and len(token.text) < _LONG) and not (
            token.kind == "w" and (_ROMAN(token.text) or token.text.lower() in _WORDED)
        ):
            return False
        self._hidden.update(range(number, at))
        if number > 1 and tokens[number - 1].kind == "-" and tokens[number - 2].kind == "n":
            self._hidden.add(number - 2)
        while behind < len(tokens) and tokens[behind].kind == ".":
            behind += 1
        if behind < len(tokens) and self._is_short(behind) and self._ends(behind):
            self._hidden.add(behind)
        return True

    def _hide_ordinal(self, side: int) -> None:
        """Hide the floor in front of a side: 3º dcha, 2. links."""
        at = side - 1
        while at >= 0 and self._tokens[at].kind in ".º°ª":
            at -= 1
        if at >= 0 and self._tokens[at].kind == "n" and at < side - 1 and self._is_short(at):
            self._hidden.add(at)

    def _read_ordinal(self, sign: int) -> None:
        """Read 3º, and what is behind it: 3º B, 2º 1ª."""
        tokens = self._tokens
        at = sign - 1
        if at >= 0 and tokens[at].kind == ".":
            at -= 1
        if at < 0 or tokens[at].kind != "n" or not self._is_short(at):
            return
        self._hidden.add(at)
        door = sign + 1
        if door < len(tokens) and self._is_short(door) and (tokens[door].kind == "w" or self._ends(door)):
            self._hidden.add(door)

    def _read_danish(self, door: int) -> None:
        at = door - 1
        while at >= 0 and self._tokens[at].kind == ".":
            at -= 1
        if at >= 0 and (self._is_short(at) or self._tokens[at].text.lower() in ("st", "kl")):
            self._hidden.update((door, at) if self._tokens[at].kind == "n" else (door,))

    def _read_hash(self, sign: int) -> None:
        """Read #08-11, but not the number of a house in Colombia: Carrera 7 # 71-21."""
        tokens = self._tokens
        if sign and tokens[sign - 1].end == tokens[sign].start and tokens[sign - 1].kind == "w":
            return
        value = self._value(sign, sign + 1)
        street = [token.text.lower() for token in tokens[max(0, sign - 3) : sign]]
        if not _STREETS.isdisjoint(street) and sign and tokens[sign - 1].kind in "nw":
            self._known.update(value)
        else:
            self._hidden.update(value)

    # Places.

    def _read_beside_house_of_flats(self) -> None:
        """Read A-402, Shanti Towers and Pangsapuri Desa 3-12."""
        found = _BEFORE_FLATS(self.text) or _BEHIND_FLATS(self.text)
        if found:
            start, end = found.span("unit")
            self._hidden.update(
                at for at, token in enumerate(self._tokens) if start <= token.start < end and token.kind in "nw"
            )

    def _read_places(self) -> None:
        """Where no word says so: by the place of a number."""
        tokens = self._tokens
        at = 0
        while at < len(tokens):
            if at in self._known and (doors := self._doors(at)):
                self._hidden.update([at, *doors] if self._is_behind_house(at) else doors)
                at = doors[-1] + 1
            elif (
                not self._is_number(at) or at in self._known or (tokens[at].kind == "w" and not self._adjacent(at, "-"))
            ):
                at += 1
            else:
                chain = self._joined(at)
                self._read_chain(chain)
                at = chain[-1] + 1

    def _doors(self, house: int) -> list[int]:
        """The numbers of doors behind the slashes of a house's number, which is behind a word for a street.

        In Cyrillic addresses they are the house's, too.
        """
        tokens = self._tokens
        found: list[int] = []
        at = house
        while at + 2 < len(tokens) and tokens[at + 1].kind == "/" and self._is_short(at + 2):
            at += 2
            found.append(at)
        return found if found and self._ends(at) and _CYRILLIC(self.text) is None else []

    def _joined(self, at: int) -> list[int]:
        """The numbers and letters that are joined by a slash or dash to the one here, and it."""
        tokens = self._tokens
        found = [at]
        while (
            at + 2 < len(tokens)
            and tokens[at + 1].kind in "/-"
            and (self._is_number(at + 2) or tokens[at + 2].text.lower() in _DUTCH_DOORS)
        ):
            at += 2
            found.append(at)
        return found

    def _read_chain(self, chain: list[int]) -> None:
        tokens = self._tokens
        first = tokens[chain[0]]
        if len(chain) == 1:
            if first.kind == "n":
                self._read_alone(chain[0])
                if chain[0] not in self._codes:
                    self._read_house(chain[0])
        elif len(first.text) >= _LONG or chain[0] in self._codes:
            pass
        elif chain[0] == 0 or tokens[chain[0] - 1].kind in _BREAKS:
            self._read_first(chain)
        else:
            self._read_behind_street(chain)

    def _read_first(self, chain: list[int]) -> None:
        """Read numbers at the beginning of a part: 7/23 George Street, 3-B, B-12-3."""
        first, last = chain[0], chain[-1]
        letters = "w" in (self._tokens[first].kind, self._tokens[last].kind)
        slash = self._tokens[first + 1].kind == "/"
        if len(chain) > 2 or not self._before_street(last):
            if letters and (
                len(chain) > 2 or first or (len(self._tokens[last].text) >= _SHORT_NUMBER and self._ends(last))
            ):
                self._hidden.update(chain)
            elif len(chain) == _MAX_LOT and len(self._tokens[last].text) in _ROOM_DIGITS and self._ends(last):
                self._hidden.update(chain[1:])  # 3-2-501, Xinghe Garden
            elif len(chain) == _MAX_LOT:
                self._known.update(chain)
            elif first == 0 and self._ends(last) and self._before_street(last + 2) and self._is_number(last + 2):
                self._hidden.update(chain)  # 2/1, 45 Byres Road
        elif slash or (first == 0 and not self._is_one_house(first, last)):
            self._hidden.add(first)
        elif first == 0:
            self._known.add(last)

    def _read_behind_street(self, chain: list[int]) -> None:
        """Read numbers behind the name of a street: the first is the house's."""
        tokens = self._tokens
        slash = tokens[chain[0] + 1].kind == "/"
        if slash and self._is_behind_house(chain[0]):
            self._hidden.update(chain)
        elif slash and self._is_in_jalan(chain[0]):
            self._known.update(chain)
        elif _HAS_HANGUL(self.text):
            self._hidden.update(at for at in chain[1:] if len(tokens[at].text) >= _SHORT_NUMBER)
            self._known.update(chain)
        elif slash and len(chain) == 2 and len(tokens[chain[0]].text) > _SHORT_NUMBER:
            self._known.update(chain)  # in Czechia and Slovakia, both are the house's
        else:
            self._hidden.update(chain[1:] if len(chain) <= _MAX_LOT or slash else chain[_MAX_LOT:])

    def _is_in_jalan(self, at: int) -> bool:
        """Whether numbers are of a street in Malaysia, behind the house: 12, Jalan SS 2/24."""
        while at and self._tokens[at - 1].kind not in _BREAKS:
            at -= 1
        is_jalan = self._tokens[at].text.lower() in _JALAN
        return is_jalan and any(token.kind == "n" for token in self._tokens[:at])

    def _is_behind_house(self, at: int) -> bool:
        """Whether the number of a house is before a number, and only short words are between: út 42. B. ép. 4/12."""
        first = at
        while at and (self._tokens[at - 1].kind == "." or self._is_short_word(at - 1)):
            at -= 1
        return 0 < at < first - 1 and self._tokens[at - 1].kind == "n"

    def _is_short_word(self, at: int) -> bool:
        word = self._tokens[at]
        return word.kind == "w" and len(word.text) <= _SHORT_WORD and word.text.lower() not in _MARKS

    def _read_house(self, house: int) -> None:
        """Read what is right behind a house in a street: 12 A 23, 40 A."""
        tokens = self._tokens
        if not house or tokens[house - 1].kind not in "w.":
            return
        found: list[int] = []
        at = house + 1
        while at < len(tokens) and len(found) < 3 and self._is_short(at):
            found.append(at)
            at += 1
        if found and tokens[found[0]].kind == "w" and (at == len(tokens) or tokens[at].kind in _BREAKS):
            self._hidden.update(found)

    def _read_alone(self, at: int) -> None:
        """Read a number alone beside that of a building: Tower 6, 2317."""
        tokens = self._tokens
        if not self._ends(at) or len(tokens[at].text) not in _ROOM_DIGITS:
            return
        if at == 0:
            following = tokens[2:3]
            if following and _kinds().get(following[0].text.lower()) == "building":
                self._hidden.add(at)
        elif tokens[at - 1].kind in _BREAKS:
            if at - 2 in self._known:
                self._hidden.add(at)
        elif at - 1 in self._known:
            self._hidden.add(at)

    # Questions.

    def _adjacent(self, at: int, kind: str) -> bool:
        """Whether the next token is of a kind and nothing is between."""
        tokens = self._tokens
        return at + 1 < len(tokens) and tokens[at + 1].kind == kind and tokens[at + 1].start == tokens[at].end

    def _ends(self, at: int) -> bool:
        """Whether a part of the address ends here."""
        return at + 1 == len(self._tokens) or self._tokens[at + 1].kind in _BREAKS

    def _is_joined(self, at: int) -> bool:
        """Whether nothing is between a token and the one before it."""
        return at > 0 and self._tokens[at - 1].end == self._tokens[at].start

    def _is_number(self, at: int) -> bool:
        """Whether a token is a number or a letter in place of one."""
        if at < 0:
            return False
        token = self._tokens[at]
        return token.kind == "n" or (token.kind == "w" and len(token.text) == 1 and token.text.isascii())

    def _is_short(self, at: int) -> bool:
        """Whether a token is a number of up to three digits or a capital letter."""
        token = self._tokens[at]
        if token.kind == "w":
            return _IS_LETTER(token.text) is not None and token.text not in _kinds()
        return token.kind == "n" and len(token.text) <= _SHORT_NUMBER

    def _before_street(self, at: int) -> bool:
        """Whether the name of a street is behind a number."""
        tokens = self._tokens
        if at + 1 >= len(tokens) or tokens[at + 1].kind != "w" or tokens[at + 1].start == tokens[at].end:
            return False
        word = tokens[at + 1].text
        return len(word) > 1 and _kinds().get(word.lower()) not in ("unit", "floor", "behind", "side", "building")

    def _is_one_house(self, first: int, last: int) -> bool:
        one, other = self._tokens[first].text, self._tokens[last].text
        return one.isdecimal() and other.isdecimal() and 0 < int(other) - int(one) <= _SAME_HOUSE

    def _is_code(self, at: int) -> bool:
        """Whether a number is a postcode or a part of one."""
        tokens = self._tokens
        digits = len(tokens[at].text.rstrip(_LETTERS))
        if digits >= _LONG or tokens[at].start in self._in_codes or at in self._codes:
            return True
        before = tokens[at - 1] if at else None
        ends = at + 1 == len(tokens)
        if before is not None and before.kind in _BREAKS:
            # 1015 Amsterdam, 111 51 Stockholm, 00-590 Warszawa
            return not ends and tokens[at + 1].kind in ("w", "n", "-") and digits > 1
        if before is not None and before.kind == "w" and before.text.isupper() and len(before.text) <= _SHORT_NUMBER:
            return True  # SW4, NSW 2000, QLD 4217
        return digits == max(_ROOM_DIGITS) and self._ends(at) and at + 3 >= len(tokens)

    def _note_codes(self) -> None:
        """Note the numbers of postcodes, also what is behind the first part of one."""
        for at, token in enumerate(self._tokens):
            if token.kind == "n":
                first = at - 1 if at and self._tokens[at - 1].kind == "n" else at - 2
                joined = at > 1 and self._tokens[at - 1].kind in ("n", "-")
                if (joined and first in self._codes) or self._is_code(at):
                    self._codes.add(at)
