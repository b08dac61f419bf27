"""Hides unit, floor and room in foreign addresses, and tells where one may be unreadable.

A number is a unit's by a word before or behind it, in the languages of `foreign_units.tsv`; as an ordinal (3º B,
3. tv.); or by its place (`places`).
"""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.addresses.foreign.lots import IS_KOREAN
from masking_service.masking.addresses.foreign.places import JALAN
from masking_service.masking.addresses.foreign.tokens import BREAKS, LONG, ROOM_DIGITS
from masking_service.masking.addresses.foreign.unit_numbers import AND, MAX_GAP, ROMAN, UnitNumbers
from masking_service.masking.words.foreign_words import (
    MARKS,
    first_words,
    kinds_and_months,
    kinds_of_words,
    numbers_in_words,
)

_ORDINALS: Final = frozenset(
    "st nd rd th do ro to vo mo er re ère ème eme e o a º ª ° . й я е ти та тата р ος ο η -"
    " વો જો ನೇ വത്തെ வது వ য় রা ला रा था वा".split()
)
_SIGNS: Final = frozenset("n#º°ª")
"""Signs that may say, as words do, that a number is a unit's."""
_ROMAN_ORDINAL: Final = re.compile(r"[IVX]{1,5}(?:ST|ND|RD|TH)", re.I).fullmatch
"""Matches an ordinal as floors in India are written: IIND FLOOR."""
_OF_TOWERS: Final = frozenset("one two three four five six seven eight nine ten".split())
"""Words behind a floor that may be part of the building's name: 3 Floor One Pacific Place."""
_OF_NAMES: Final = frozenset(("pl", "plan"))
"""Short words for floors that are also ends of street names."""
_AND_OF_FLOORS: Final = frozenset(("e", "y", "and", "&", "ao"))
_TENS: Final = frozenset("twenty thirty forty fifty sixty seventy eighty ninety".split())
_NORWEGIAN: Final = re.compile(r"[0*][0-9*]{3}").fullmatch
"""Matches the number of a home in Norway behind H, K, L or U: floor and door."""
_LEVELS: Final = ("B", "L", "LG", "UG")
_LETTERED_FLOORS: Final = ("G", "M", "B", "L", "P", "LG", "UG", "UB", "LB")
"""Letters of floors before their word: M Floor."""
_FLOORS_IN_LETTERS: Final = ("GF", "FF", "SF", "TF", "LGF", "UGF")
"""Floors by their letters, which are a part alone: GF, 12 Oak Road."""
_LETTERS_OF_PARTS: Final = frozenset((*_FLOORS_IN_LETTERS, "F", "Sh", "SH", "ho"))
"""Those, F/17, a shop in South Africa (Sh. 1) and a flat in Korea (1203-ho)."""
_BEHIND_NUMBER: Final = frozenset("room rm flat unit suite office apartment apt shop".split())
"""English words for units that may be behind their number: 1201 Room, Guo Li Building."""
_SEVERAL: Final = frozenset(
    "sala salas sl sls loja lojas lj conjunto conjuntos conj cj cjs grupo grupos grp andar andares".split()
)
"""Words of Brazil whose numbers may be a list: Lojas 11, 12 e 26, Salas 211 a 214."""
_WORDS_OF_RUSSIA: Final = dict.fromkeys("d k str zd vl vld sh korp bld build".split(), "building") | {"off": "unit"}
"""Abbreviations of a house, a building and an office in Russia; in Turkey, d and k are a flat and a floor."""
_BEFORE_NUMBER: Final = ("H", "K", "U", *_LEVELS)
_CODES_BEFORE_FLOOR: Final = re.compile(
    r"[A-Z][0-9]{1,3}(?:[/&][A-Z][0-9]{1,3})+(?=, ?(?:[Ff]loor|[Ll]evel|[0-9]{1,2}(?:st|nd|rd|th)? ?/?[Ff]))"
).match
_DANISH_DOORS: Final = frozenset("tv th mf".split())
_STREETS: Final = frozenset(
    "carrera cra kra cr calle cl clle diagonal transversal tv dg av avenida autopista rua praça travessa".split()
)
_SPANISH: Final = re.compile(
    r"\b(?:col|colonia|c\.? ?p|entre|esq|esquina|calle|calzada|carretera|prolongaci[oó]n|fracc(?:ionamiento)?|avenida"
    r"|avda|boulevar|local|lc|piso|m[eé]xico|chile|per[uú]|ecuador)\b",
    re.I,
).search
_SITE_IN_SPANISH: Final = re.compile(
    r"\b(?:edif|torre|cond|residencial|centro|plaza|mall|conjunto|multifam|unidad|hotel"
    r"|c\.? ?c\b)",
    re.I,
).search
"""Finds a site whose units may have their number behind #."""
_TAIWANESE: Final = re.compile(
    r"\b(?:sec|section|dist|district|taiwan|taipei|taichung|kaohsiung|tainan)\b", re.I
).search
_LETTERED_IN_VIETNAM: Final = frozenset("đường duong phố lô khu block tổ hẻm".split())
"""Words before the letter and number of a street, a lot or a block in Vietnam."""
_WARD: Final = re.compile(r"p\.? ?[0-9]{1,2} ?[,;]? ?(?:q\b|quận|quan\b|tp\b|t\.p|thành phố|tx\b|thị xã)", re.I).match
_UNITS_IN_SPANISH: Final = frozenset(
    "local lc oficina of ofc apto apartamento interior int bodega bod consultorio".split()
)
"""Words for units in Spanish.

No house follows their number: in Spanish it is behind the street, in other languages before it.
"""
_COMPASS: Final = frozenset("norte sur este oeste oriente poniente nte ote pte".split())
"""Directions in names of numbered streets: in 43 Av Sur #127, 127 is the house."""
_LONGEST_SIGN: Final = 5
"""Characters of the longest word that is read as a sign (`_read_sign`)."""
_STREET_WORDS: Final = frozenset(
    "calle carrer rua rue via strada avenida av plaza plaça praça largo camino paseo travessa ulica piazza".split()
)
"""Words for streets that are before the name.

The word right behind one is part of the name, not a word for a unit: Calle Principal 20.
"""
_OR_OF_STREETS: Final = frozenset(("unit", "floor", "side"))
"""Kinds of words that may be a street's name."""
_CALLED_BARE: Final = frozenset("principal central centro exterior frente portal sol".split())
"""Words of these kinds that are a street's name even without an article.

Others are a word for a unit: Grand Plaza Unit 402.
"""
_ARTICLES: Final = frozenset("de del do da dos das di della du la el los las le les".split())
_BOX: Final = ("b", ".", "p")
"""A post office box in French: B.P. 215."""
_OF_LAND: Final = frozenset("khasra khasara kh".split())
"""Words for a plot of land in India. The whole number behind one is the plot's: Kh. No. 48/30/4."""
_BEFORE_ROOM: Final = frozenset(("no", "."))
_MAY_BE_ROOM: Final = re.compile(r"[0-9*]{3}[0-9A-Za-z*]?|[0-9*]{1,2}[A-Za-z]").fullmatch
_FRENCH_NUMBER: Final = frozenset(("n", "°", "º"))
"""Signs between a floor and the number of a room behind it. Behind a comma, No. means a house in Taiwan."""


def hide_foreign_units(text: str, *, places: bool = True) -> str:
    """Return an address with the numbers and letters of its units as stars; by words alone if not by `places`."""
    return ForeignAddress(text, places=places).masked()


class ForeignAddress(UnitNumbers):
    """Reads an address word by word.

    Args:
        text: the text.
        places: whether the place of a number says that it is a unit's where no word does.
    """

    def __init__(self, text: str, *, places: bool = True) -> None:
        super().__init__(text)
        self._floors: set[int] = set()
        """Those of the hidden tokens that end with F for floor."""
        self._lettered_floors: set[int] = set()
        """Those that are a floor in letters: they say nothing of the other numbers."""
        self._note_names_of_streets()
        self._read_words()
        if places and self._hidden:
            self._read_before_floor()
            self._read_behind_units()
        elif places:
            self._read_beside_house_of_flats()
        if places and not self._hidden:
            self._read_places()
        self._hidden |= self._lettered_floors
        self._floors |= self._lettered_floors

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
        """Whether there may be a unit that was not recognised."""
        if self._hidden - self._lettered_floors or any(token.text[-1] == "*" for token in self._tokens):
            return False  # or its unit was hidden before
        numbers = [at for at, token in enumerate(self._tokens) if token.kind == "n" and at not in self._known]
        rest = [self._tokens[at].text for at in numbers if at not in self._codes]
        return len(rest) > 1 or bool(self._lots and rest and len(rest[0]) in ROOM_DIGITS)

    def _read_words(self) -> None:
        kinds, of_two = kinds_and_months(), first_words()
        tokens = self._tokens
        at = 0
        while at < len(tokens):
            kind, size = None, 1
            token = tokens[at]
            if token.kind == "w":
                word = token.text.lower()
                kind, size = self._kind(at, kinds) if word in of_two else (kinds.get(word), 1)
                if word in _WORDS_OF_RUSSIA and self._of_russia:
                    kind = _WORDS_OF_RUSSIA[word]
                if kind in _OR_OF_STREETS:
                    kind = self._kind_here(at, word, kind)
            if kind is None:
                if token.kind in _SIGNS or (token.kind == "w" and len(token.text) <= _LONGEST_SIGN):
                    self._read_sign(at)
            elif kind == "unit":
                self._read_unit(word, at, at + size)
            elif kind in ("floor", "behind"):
                self._read_either(at, at + size)
            elif kind == "side":
                self._hide_ordinal(at)
            else:
                self._read_place(kind, at, at + size)
            at += size

    def _read_unit(self, word: str, at: int, behind: int) -> None:
        """Read a word for a unit."""
        value = self._value(at, behind)
        if value and word in _SEVERAL:
            self._hide_several(value[-1])
        if self._hide(value):
            return
        if word == "dto":
            self._hide_ordinal(at)  # in Portugal it is a side: 3 Dto
        elif word == "flat":
            self._hide_worded(at)
        if word in _BEHIND_NUMBER and self._ends(at) and self._begins_part(at - 1) and self._is_room(at - 1):
            self._hidden.add(at - 1)

    def _read_place(self, kind: str, word: int, behind: int) -> None:
        """Read a word for a building or a road, or the month of a date that is a street's name."""
        if kind == "month":
            self._note_date(word)
        else:
            self._read_building(word, behind)

    def _read_before_floor(self) -> None:
        """Hide a unit at the beginning of an address, before its floor: A1/A2, Floor 5."""
        if codes := _CODES_BEFORE_FLOOR(self.text):
            self._hidden.update(
                at for at, token in enumerate(self._tokens) if token.start < codes.end() and token.kind in "nw"
            )

    def _read_behind_units(self) -> None:
        """Hide the number of a room behind the number of its unit or floor: Unit 2 402, 88/F, 8801."""
        tokens, kinds = self._tokens, kinds_of_words()
        for at in sorted(self._hidden):
            self._hide_list(at)
            if (
                self._kinds(at + 1, at + 3) == "wn"
                and self._tokens[at + 1].text == "و"
                and self._tokens[at - 1].text == "ط"
            ):
                self._hidden.add(at + 2)  # ط 3 و 5 is floor 3, flat 5 in Iran
            room = at + 1
            while room < len(tokens) and (
                tokens[room].text.lower() in _BEFORE_ROOM
                or kinds.get(tokens[room].text.lower(), tokens[room].text) in ("floor", "/", "F")
            ):
                room += 1
            apart = room < len(tokens) and tokens[room].kind == ","
            room += apart
            marks = room
            while apart and room < len(tokens) and tokens[room].text.lower() in _FRENCH_NUMBER:
                room += 1
            apart = apart and room == marks  # 3ème étage, n° 304
            if self._is_house_of_taiwan(at, room):
                continue
            if (
                apart
                and self._kinds(room, room + 3) == "n-w"
                and len(tokens[room + 2].text) == 1
                and self._ends(room + 2)
            ):
                self._hidden.update((room, room + 2))  # esc. A, 6-A
                continue
            if room == at + 1 and self._is_second_number(at, room):
                self._hidden.add(room)
                continue
            if room >= len(tokens) or not _MAY_BE_ROOM(tokens[room].text):
                continue
            if self._ends(room) and (not apart or room + 1 == len(tokens)):
                self._hidden.add(room)

    def _hide_list(self, at: int) -> None:
        """Hide the further numbers of a list with one letter: Lots G-25, G-26 & G-27."""
        while self._kinds(at + 1, at + 5) in (",n&n", ",n,n", ",nwn") and self._is_second_of_list(at + 2):
            at += 2
            self._hidden.update((at, *self._chain(at)))
        if self._kinds(at - 2, at + 1) not in ("w-n", "n-n"):
            return
        letter = self._tokens[at - 2].text
        while self._kinds(at + 1, at + 5) in (",w-n", "&w-n") and letter in (self._tokens[at + 2].text, "*"):
            at += 4
            self._hidden.update((at - 2, at))

    def _is_second_of_list(self, at: int) -> bool:
        """Whether a number of three digits and more is one of several, with an and before the last: 226, 228 & 230."""
        number, sign, after = self._tokens[at : at + 3]
        last = sign.text.lower() in AND or self._kinds(at + 1, at + 6)[2:3] == "&"
        return len(number.text) in ROOM_DIGITS and last and len(after.text) == len(number.text)

    def _is_second_number(self, unit: int, at: int) -> bool:
        """Whether a number right behind a unit's belongs to it: Unit 32 39 at the end, LOCAL 3 28 CENTRO COMERCIAL."""
        if self._kinds(unit, at + 1) not in ("nn", "nw") or len(self._tokens[at].text) >= LONG:
            return False
        if self._tokens[at].start in self._in_codes or (self._tokens[at].kind == "w" and not self._is_short(at)):
            return False
        word = unit - 1
        while word and (self._tokens[word].kind != "w" or len(self._tokens[word].text) < len("lc")):
            word -= 1
        in_spanish = self._tokens[word].text.lower() in _UNITS_IN_SPANISH and unit - word <= len("N º:")
        return in_spanish or (
            at + 1 == len(self._tokens) and kinds_of_words().get(self._tokens[word].text.lower()) == "unit"
        )

    def _is_house_of_taiwan(self, floor: int, house: int) -> bool:
        """Whether behind the floor that an address begins with is a house of Taiwan: 6F.No. 105, Sec. 2."""
        if floor or house + 2 >= len(self._tokens):
            return False
        marked = self._tokens[house - 1].text.lower() in _BEFORE_ROOM and _TAIWANESE(self.text) is not None
        return marked or self._tokens[house + 2].text.lower() in ("sec", "section")

    def _read_either(self, word: int, behind: int) -> None:
        """Read a word that may be before its number or behind it."""
        before = self._tokens[word - 1]
        if self._is_joined(word) and self._tokens[word].start in self._in_codes:
            return  # L3 2NP
        if self._tokens[word].text.lower() == "pl" and before.text.lower() in ("st", "nd", "rd", "th"):
            return  # 23rd Place
        ordinal = before.kind in ".º°ª" or (before.text.lower() in _ORDINALS and self._is_joined(word - 1))
        marked = word > 0 and (self._is_joined(word) or ordinal)
        if marked and self._hide_before(word, behind):
            return
        if self._tokens[word].text.lower() == "sol":
            return  # sol means floor behind a number in Basque, and sun elsewhere: Calle del Sol 5
        if self._tokens[word].text.lower() in _OF_NAMES and before.kind == "w" and word:
            return  # 3 Premier Pl, Grosser Plan 9
        value = self._value(word, behind)
        first = self._tokens[value[0]] if value else None
        in_words = first is not None and first.text.lower() in numbers_in_words()
        if not in_words and self._hide_worded(word):
            self._hide_before(word, behind)
            return
        if not in_words and self._is_hidden_floor(word, value):
            return
        numbered = first is not None and (first.kind == "n" or (in_words and first.text.lower() not in _OF_TOWERS))
        if numbered or len(self._tokens[word].text) == 1 or not self._hide_before(word, behind):
            self._hide(value, door=True)

    def _read_building(self, word: int, behind: int) -> None:
        """Note the number of a building, a road or a district: it stays. No. B-12-3 is a unit."""
        if self._is_joined(word) and self._tokens[word - 1].kind == "n":
            self._known.add(word - 1)
            return
        value = self._value(word, behind)
        if value and (self._tokens[value[0]].start in self._in_codes or self._is_sector(value[0])):
            return
        if (
            self._tokens[word].text.lower() == "casa"
            and value
            and self._ends(value[-1])
            and self._kinds(max(0, word - 2), word).rstrip(",")[-1:] == "n"
        ):
            self._hidden.update(value)  # one of several houses on a plot in Brazil: Rua X 45 casa 2
        elif value and self._tokens[word].text == "к" and self._is_room_in_russia(value[0]):
            self._hidden.update(value)
        elif self._tokens[word].text.lower() in JALAN:
            self._known.update(value)  # Jalan SS2/24
        elif len(value) > 2 and self._tokens[value[0]].kind == "w" and self._tokens[value[-1] - 1].kind != ".":
            self._hidden.update(value)
        else:
            if not value and self._tokens[word].text.lower() == "soi":
                value = self._behind_name(behind)  # Soi Sukhumvit 61
            self._known.update(value if self._tokens[word].text.lower() in _OF_LAND else value[:1])

    def _behind_name(self, at: int) -> list[int]:
        """Return the number behind a street's name of up to three words that begins here; empty if there is none."""
        end = at
        while end < len(self._tokens) and end - at < len(("Lat", "Phrao", "Wang")) and self._tokens[end].kind == "w":
            end += 1
        return [end] if end > at and self._kinds(end, end + 1) == "n" else []

    def _is_room_in_russia(self, at: int) -> bool:
        """Whether a number behind an abbreviation for building or room is a room's: к. 246, not к. 1553, кв. 5."""
        return len(self._tokens[at].text) >= ROOM_DIGITS[0] and "кв" not in self._low

    def _is_joined_or_first(self, at: int) -> bool:
        """Whether a number touches a letter, or is between a U at the beginning of the address and another number."""
        return self._adjacent(at, "n") or (not at and self._tokens[0].text == "U" and self._kinds(1, 3) == "nn")

    def _read_sign(self, at: int) -> None:
        """Read a unit that is marked by a sign: #08-11, 3º B, 12/F, 3. tv., H0203, III/12."""
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
        elif token.text in _LETTERS_OF_PARTS and self._read_letters(at):
            return
        elif token.text in ("F", "f") and at > 1 and tokens[at - 1].kind == "/" and len(tokens[at - 2].text) <= 3:
            self._hidden.add(at - 2)
        elif token.text in "FLU" and self._is_joined_or_first(at) and self._is_before_house(at + 1):
            self._hidden.add(at + 1)  # U3/18 Smith Road, U3 18 Smith Road, and U 12 45 Smith Road
        elif token.text in _BEFORE_NUMBER and self._adjacent(at, "n") and self._is_home_or_level(at):
            self._hidden.add(at + 1)
        elif token.text in ("R", "r") and "".join(one.text for one in tokens[at + 1 : at + 3]) in ("/C", "/c"):
            self._hidden.update((at, at + 2))  # the ground floor in Portugal
        elif ROMAN(token.text) and at + 2 < len(tokens) and tokens[at + 1].kind == "/" and tokens[at + 2].kind == "n":
            self._hidden.update((at, at + 2))

    def _read_letters(self, at: int) -> bool:
        """Read letters that are a floor or a flat where they are a part, or of one; return whether they are."""
        text = self._tokens[at].text
        if text in _FLOORS_IN_LETTERS:
            if is_floor := self._begins_part(at) and self._ends(at):
                self._lettered_floors.add(at)
            return is_floor
        if text == "ho":
            value = [at - 2] if at > 1 and self._kinds(at - 2, at) == "n-" and IS_KOREAN(self.text) else []
        elif text == "F":
            value = [at + 2] if self._is_floor_behind_slash(at) else [*self._beside_floor(at)]
        else:
            is_shop = self._begins_part(at) and self._kinds(at + 1, at + 3) == ".n"
            value = self._chain(at + 2) if is_shop else []
        return self._hide(value)

    def _is_floor_behind_slash(self, at: int) -> bool:
        """Whether a part alone is an F, a slash and a floor: F/17, No. 173."""
        is_part = self._begins_part(at) and self._kinds(at + 1, at + 3) == "/n" and self._ends(at + 2)
        return is_part and len(self._tokens[at + 2].text) < ROOM_DIGITS[0]

    def _beside_floor(self, at: int) -> tuple[int, ...]:
        """Return the numbers beside an F for floor: 1F2, 33 Oak Road, and 1 F, No. 777.

        The F is with them where it is between two.
        """
        if not at:
            return ()
        if at == 1 and self._is_joined(at) and self._adjacent(at, "n") and self._ends(at + 1):
            return (0, 1, 2)
        number = self._tokens[at - 1].text
        is_alone = self._begins_part(at - 1) and number.isdecimal() and self._ends(at)
        return (at - 1,) if is_alone and len(number) < ROOM_DIGITS[0] else ()

    def _is_home_or_level(self, at: int) -> bool:
        """Whether a letter begins a home's number in Norway (H0203), or a level that is a part: L30, Unit 3007."""
        letters, number = self._tokens[at : at + 2]
        if letters.text not in _LEVELS or len(number.text) > len("L1"):
            return len(letters.text) == 1 and _NORWEGIAN(number.text) is not None
        return number.text.isdecimal() and self._begins_part(at) and self._ends(at + 1)

    def _is_before_house(self, at: int) -> bool:
        """Whether the number of a house follows a number after a slash, or is the second number of an address."""
        if self._adjacent(at, "/") or (self._adjacent(at, "-") and self._before_street(at + 2)):
            return True
        behind = self._tokens[at + 1 : at + 2]
        return at == 1 and bool(behind) and behind[0].kind == "n" and self._before_street(at + 1)

    def _read_floor_with_letter(self, at: int) -> None:
        """Read 12F, B3F, 5F-2 and 5F.-2."""
        token = self._tokens[at]
        if token.text[-1] in "Ff" and len(token.text) <= 4 and at not in self._hidden:
            self._hidden.update(self._chain(at))
            self._floors.add(at)
            if self._adjacent(at, ".") and self._adjacent(at + 1, "-") and self._adjacent(at + 2, "n"):
                self._hidden.add(at + 3)

    def _kind(self, at: int, kinds: dict[str, str]) -> tuple[str | None, int]:
        """Return the meaning of a word, alone or with the next one, and how many tokens it covers."""
        word = self._tokens[at].text.lower()
        if at + 1 < len(self._tokens) and self._tokens[at + 1].kind == "w":
            two = kinds.get(f"{word} {self._tokens[at + 1].text.lower()}")
            if two is not None:
                return two, 2
        return kinds.get(word), 1

    def _kind_here(self, at: int, word: str, kind: str | None) -> str | None:
        """Return the meaning of a word at its place.

        In the name of a street it has none. The P of B.P. has that of a building.
        """
        if self._is_name_of_street(at):
            return None
        if kind == "unit" and len(word) == 1 and at and self._is_lettered_place(at, word):
            return "building"
        return "building" if word == "p" and kind == "unit" and self._is_box(at) else kind

    def _is_lettered_place(self, at: int, word: str) -> bool:
        """Whether a letter is part of a street or ward in Vietnam, or a village in Thailand.

        Examples: đường D7, P. 5, Q. 3, M.4.
        """
        if word == "m":
            return self._of_thailand
        if not self._of_vietnam:
            return False
        named = self._tokens[at - 1].text.lower() in _LETTERED_IN_VIETNAM and self._adjacent(at, "n")
        return named or (word == "p" and _WARD(self.text, self._tokens[at].start) is not None)

    def _is_name_of_street(self, at: int) -> bool:
        """Whether a word is right behind a word for a street, or after an article: Rua do Sol."""
        before = at - 1
        while before >= 0 and self._tokens[before].text.lower() in _ARTICLES:
            before -= 1
        if before == at - 1 and self._tokens[at].text.lower() not in _CALLED_BARE:
            return False
        return before >= 0 and self._tokens[before].text.lower() in _STREET_WORDS

    def _is_box(self, at: int) -> bool:
        return tuple([token.text.lower() for token in self._tokens[max(0, at - 2) : at + 1]]) == _BOX

    def _hide(self, value: list[int], *, door: bool = False) -> bool:
        """Hide a value, and the door right behind a floor."""
        self._hidden.update(value)
        if value and door:
            at = value[-1] + 1
            while at < len(self._tokens) and (
                self._tokens[at].kind in ".º°ª" or self._tokens[at].text.lower() in MARKS
            ):
                at += 1
            if at < len(self._tokens) and self._is_short(at) and self._ends(at):
                self._hidden.add(at)
        return bool(value)

    def _hide_several(self, at: int) -> None:
        """Hide the other numbers of a list."""
        tokens = self._tokens
        while (
            at + 2 < len(tokens)
            and tokens[at + 2].kind == "n"
            and tokens[at + 1].text.lower() in (",", "/", "-", "e", "a")
        ):
            at += 2
            self._hidden.add(at)

    def _hide_worded(self, word: int) -> bool:
        """Hide the words of a number right before a word, and return whether there are any: Third Floor 45 Main St."""
        at = word
        if "\u0600" <= self._tokens[word].text[0] <= "\u06ff":
            return False  # in Arabic and Persian the number is behind: کوچه سوم طبقه دوم
        while at and self._tokens[at - 1].text.lower() in numbers_in_words():
            at -= 1
            self._hidden.add(at)
        return at < word

    def _is_hidden_floor(self, word: int, value: list[int]) -> bool:
        """Whether stars are right before a word, and behind it a house and its street: *** Floor 45 Main St."""
        is_house = bool(value) and (value[0] in self._lots or self._before_street(value[-1]))
        return is_house and not self._tokens[word - 1].text.strip("*")

    def _hide_before(self, at: int, behind: int) -> bool:
        """Hide the number in front of a word, and the door behind it; return whether there is one."""
        tokens = self._tokens
        number = at - 1
        while number >= max(0, at - MAX_GAP) and (
            tokens[number].kind in ".-º°ª" or tokens[number].text.lower() in _ORDINALS
        ):
            number -= 1
        if number < 0:
            return False
        if number == at - 1 and tokens[number].text in _LETTERED_FLOORS and self._begins_part(number):
            self._hidden.add(number)
            return True
        if self._is_letter_behind_slash(number):
            self._hidden.update((number - 2, number))  # 7/D floor
            return True
        if not self._is_of_floor(number):
            return False
        self._hidden.update(range(number, at))
        self._hide_joined(number)
        while behind < len(tokens) and tokens[behind].kind == ".":
            behind += 1
        if tokens[at].text.lower() == "sal" and behind < len(tokens) and tokens[behind].kind == ",":
            behind += 1  # 8. sal, 2, in Denmark
        if behind < len(tokens) and self._is_short(behind) and self._ends(behind):
            self._hidden.add(behind)
        return True

    def _hide_joined(self, number: int) -> None:
        """Hide the other number that is joined to that of a floor, before it."""
        tokens = self._tokens
        joined = number > 1 and tokens[number - 1].kind == "-" and not self._is_floor_behind_house(number)
        if joined and (tokens[number - 2].kind == "n" or tokens[number - 2].text.lower() in _TENS):
            self._hidden.add(number - 2)  # 12-14 floor, Twenty-First floor
        elif joined and number > 2 and tokens[number - 2].text.lower() in _ORDINALS and tokens[number - 3].kind == "n":
            self._hidden.update((number - 3, number - 2))  # 20th-26th floor
        elif number and tokens[number - 1].text.lower() in _TENS:
            self._hidden.add(number - 1)
        elif (
            number > 1
            and tokens[number - 1].text.lower() in ("and", "&")
            and tokens[number - 2].text.lower() in numbers_in_words()
        ):
            self._hidden.add(number - 2)  # First and Second Floor
        elif (
            number > 1
            and self._kinds(number - 2, number) == "n,"
            and self._is_joined(number)
            and self._is_joined(number - 1)
        ):
            self._hidden.add(number - 2)  # 1,2층
        else:
            while number > 1 and tokens[number - 1].text.lower() in _AND_OF_FLOORS and self._is_of_floor(number - 2):
                number -= 2
                self._hidden.add(number)  # 3 e 4 andares

    def _is_floor_behind_house(self, floor: int) -> bool:
        """Whether a dash with spaces is between a house and a floor: Rua do Carmo, 8 - 10º andar."""
        before, sign = self._tokens[floor - 2 : floor]
        if "andar" not in self._low or before.end == sign.start or sign.end == self._tokens[floor].start:
            return False
        return floor < len(("Box", "22", "-", "3")) or self._tokens[floor - 3].text.lower() not in kinds_of_words()

    def _is_of_floor(self, at: int) -> bool:
        """Whether a token may be the number of a floor, in digits, as a Roman one or in words."""
        token = self._tokens[at]
        if token.kind == "n":
            return len(token.text) < LONG and at not in self._lots
        if token.kind != "w":
            return False
        return bool(ROMAN(token.text) or _ROMAN_ORDINAL(token.text)) or token.text.lower() in numbers_in_words()

    def _is_letter_behind_slash(self, at: int) -> bool:
        before = self._tokens[max(0, at - 2) : at]
        letter = self._tokens[at]
        return len(letter.text) == 1 and letter.text.isupper() and [token.kind for token in before] == ["n", "/"]

    def _hide_ordinal(self, side: int) -> None:
        """Hide the floor in front of a side: 3º dcha, 2. links, 3ème gauche, and 2 dcha behind a comma."""
        tokens = self._tokens
        at = side - 1
        while at >= 0 and (tokens[at].kind in ".º°ª" or (self._is_joined(at) and tokens[at].text.lower() in _ORDINALS)):
            at -= 1
        begins_part = at > 0 and tokens[at - 1].kind in BREAKS
        if tokens[side].text.lower() == "centro" and at >= 0 and len(tokens[at].text) >= ROOM_DIGITS[0]:
            return  # Rua 16 de Março, 310 Centro
        if at >= 0 and tokens[at].kind == "n" and (at < side - 1 or begins_part) and self._is_short(at):
            self._hidden.add(at)

    def _read_ordinal(self, sign: int) -> None:
        """Read 3º, and what is behind it: 3º B, 2º 1ª."""
        tokens = self._tokens
        at = sign - 1
        if at >= 0 and tokens[at].kind == ".":
            at -= 1
        if at < 0 or tokens[at].kind != "n" or not self._is_short(at):
            return
        if self._is_of_street(at, 2):
            self._known.add(at)  # Rua 1º de Março
            return
        self._hidden.add(at)
        door = sign + 1
        if door < len(tokens) and self._is_short(door) and (tokens[door].kind == "w" or self._ends(door)):
            self._hidden.add(door)

    def _begins_part(self, at: int) -> bool:
        """Whether a part of the address begins with a token."""
        return at == 0 or (at > 0 and self._tokens[at - 1].kind in BREAKS)

    def _is_of_street(self, at: int, words: int) -> bool:
        """Whether a word for a street is among the `words` tokens before a number.

        The number is then a street's name, in Colombia or Spain.
        """
        return not _STREETS.isdisjoint([token.text.lower() for token in self._tokens[max(0, at - words) : at]])

    def _is_behind_house_in_street(self, sign: int) -> bool:
        """Whether an address begins with the house and its street, and # follows: 506 Calle Sol #L141."""
        street = self._tokens[1:2]
        name = self._tokens[2:sign]
        return (
            bool(street and name)
            and self._tokens[0].kind == "n"
            and street[0].text.lower() in _STREETS
            and all(token.kind == "w" and token.text.lower() not in _COMPASS for token in name)
        )

    def _is_house_in_spanish(self, sign: int) -> bool:
        """Whether the first number of an address in Spanish is behind # and a street: Morelos #44 Col. Centro."""
        return (
            sign > 0
            and self._tokens[sign - 1].kind in "w."
            and self._tokens[sign - 1 - (self._tokens[sign - 1].kind == ".")].text.lower() not in kinds_of_words()
            and all(token.kind != "n" or at in self._known for at, token in enumerate(self._tokens[:sign]))
            and _SPANISH(self.text) is not None
            and _SITE_IN_SPANISH(self.text, 0, self._tokens[sign].start) is None
        )

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
        if value and (value[0] in self._lots or self._is_house_in_spanish(sign)):
            self._known.update(value)
        elif self._begins_part(sign - 1) and kinds_of_words().get(tokens[sign - 1].text.lower()) == "building":
            self._known.update(value[:1])  # House # 33, Road # 4
        elif (
            self._is_of_street(sign, 5) and tokens[sign - 1].kind in "nwª" and not self._is_behind_house_in_street(sign)
        ):
            self._known.update(value)
        else:
            self._hidden.update(value)
            while value and self._adjacent(value[-1], "/") and self._adjacent(value[-1] + 1, "n"):
                value = [value[-1] + 2]
                self._hidden.update(value)  # #06-07/08 before the name of a building
