"""Hides unit, floor and room in foreign addresses, and tells where one may be unreadable.

A number is a unit's by a word before or behind it, in the languages of `foreign_units.tsv`; as an ordinal (3º B,
3. tv.); or by its place (`places`).
"""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.addresses.foreign.countries import JALAN
from masking_service.masking.addresses.foreign.decisions import Decisions
from masking_service.masking.addresses.foreign.lots import IS_KOREAN, lots, names_of_streets, numbers_in_brazil
from masking_service.masking.addresses.foreign.places import hide_beside_flats, is_sector, read_places
from masking_service.masking.addresses.foreign.postcodes import lettered_postcodes, postcodes
from masking_service.masking.addresses.foreign.tokens import BREAKS, LONG, ROOM_DIGITS, Tokens
from masking_service.masking.addresses.foreign.unit_numbers import AND, MAX_GAP, ROMAN, joined_numbers, number_behind
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


_BEFORE_MONTH: Final = frozenset("de di of er º go e do".split())
_YEAR: Final = re.compile("1[5-9][0-9]{2}").fullmatch


class ForeignAddress:
    """An address abroad that has been read.

    Args:
        text: the text.
        places: whether the place of a number says that it is a unit's where no word does.
    """

    def __init__(self, text: str, *, places: bool = True) -> None:
        self.text = text
        self._tokens = Tokens(text)
        self._decided = _read(self._tokens, places=places)

    def masked(self) -> str:
        """The address with the numbers and letters of its units as stars."""
        decided = self._decided
        hidden = decided.hidden | decided.floor_letters
        if not hidden:
            return self.text
        chars = list(self.text)
        for at in hidden:
            token = self._tokens[at]
            is_floor = at in decided.floors_with_letter or at in decided.floor_letters
            end = token.end - (token.text[-1] in "Ff" and is_floor)
            chars[token.start : end] = "*" * (end - token.start)
        return "".join(chars)

    def unread(self) -> bool:
        """Whether there may be a unit that was not recognised."""
        decided = self._decided
        if decided.hidden - decided.floor_letters or any(token.text[-1] == "*" for token in self._tokens):
            return False  # or its unit was hidden before
        rest = [
            token.text
            for at, token in enumerate(self._tokens)
            if token.kind == "n" and at not in decided.kept and at not in decided.postcodes
        ]
        return len(rest) > 1 or bool(decided.lots and rest and len(rest[0]) in ROOM_DIGITS)


def _read(tokens: Tokens, *, places: bool) -> Decisions:
    """Decide which tokens of an address are hidden."""
    decided = _decided_beforehand(tokens)
    read_words(tokens, decided)
    if places and decided.hidden:
        hide_before_floor(tokens, decided)
        hide_rooms_behind_units(tokens, decided)
    elif places:
        hide_beside_flats(tokens, decided)
    if places and not decided.hidden:
        read_places(tokens, decided)
    return decided


def _decided_beforehand(tokens: Tokens) -> Decisions:
    """Return what is decided of an address before its words are read."""
    lettered = lettered_postcodes(tokens)
    in_brazil = numbers_in_brazil(tokens)
    found = lots(tokens)
    return Decisions(
        postcodes=postcodes(tokens, lettered),
        lettered_postcodes=lettered,
        lots=found,
        street_names=in_brazil,
        kept={*in_brazil, *found, *names_of_streets(tokens)},
    )


def read_words(tokens: Tokens, decided: Decisions) -> None:
    kinds, of_two = kinds_and_months(), first_words()
    at = 0
    while at < len(tokens):
        kind, size = None, 1
        token = tokens[at]
        if token.kind == "w":
            word = token.lower
            kind, size = _kind(tokens, at, kinds) if word in of_two else (kinds.get(word), 1)
            if word in _WORDS_OF_RUSSIA and tokens.country.russia:
                kind = _WORDS_OF_RUSSIA[word]
            if kind in _OR_OF_STREETS:
                kind = _kind_here(tokens, at, word, kind)
        if kind is None:
            if token.kind in _SIGNS or (token.kind == "w" and len(token.text) <= _LONGEST_SIGN):
                read_sign(tokens, decided, at)
        elif kind == "unit":
            read_unit_word(tokens, decided, word, at, at + size)
        elif kind in ("floor", "behind"):
            read_floor_word(tokens, decided, at, at + size)
        elif kind == "side":
            read_side_word(tokens, decided, at)
        else:
            read_place_word(tokens, decided, kind, at, at + size)
        at += size


def read_unit_word(tokens: Tokens, decided: Decisions, word: str, at: int, behind: int) -> None:
    """Read a word for a unit."""
    value = number_behind(tokens, decided, at, behind)
    if value and word in _SEVERAL:
        _hide_list(tokens, decided, value[-1])
    if hide_number(tokens, decided, value):
        return
    if word == "dto":
        read_side_word(tokens, decided, at)  # in Portugal it is a side: 3 Dto
    elif word == "flat":
        hide_words_before(tokens, decided, at)
    if word in _BEHIND_NUMBER and tokens.ends_part(at) and tokens.begins_part(at - 1) and tokens.is_room(at - 1):
        decided.hidden.add(at - 1)


def read_place_word(tokens: Tokens, decided: Decisions, kind: str, word: int, behind: int) -> None:
    """Read a word for a building or a road, or the month of a date that is a street's name."""
    if kind == "month":
        read_month(tokens, decided, word)
    else:
        read_house_word(tokens, decided, word, behind)


def hide_before_floor(tokens: Tokens, decided: Decisions) -> None:
    """Hide a unit at the beginning of an address, before its floor: A1/A2, Floor 5."""
    if codes := _CODES_BEFORE_FLOOR(tokens.text):
        decided.hidden.update(at for at, token in enumerate(tokens) if token.start < codes.end() and token.kind in "nw")


def hide_rooms_behind_units(tokens: Tokens, decided: Decisions) -> None:
    """Hide the number of a room behind the number of its unit or floor: Unit 2 402, 88/F, 8801."""
    kinds = kinds_of_words()
    for at in sorted(decided.hidden):
        _hide_further_of_list(tokens, decided, at)
        if tokens.shape(at + 1, at + 3) == "wn" and tokens[at + 1].text == "و" and tokens[at - 1].text == "ط":
            decided.hidden.add(at + 2)  # ط 3 و 5 is floor 3, flat 5 in Iran
        room = at + 1
        while room < len(tokens) and (
            tokens[room].lower in _BEFORE_ROOM
            or kinds.get(tokens[room].lower, tokens[room].text) in ("floor", "/", "F")
        ):
            room += 1
        apart = room < len(tokens) and tokens[room].kind == ","
        room += apart
        marks = room
        while apart and room < len(tokens) and tokens[room].lower in _FRENCH_NUMBER:
            room += 1
        apart = apart and room == marks  # 3ème étage, n° 304
        if _is_house_of_taiwan(tokens, at, room):
            continue
        if (
            apart
            and tokens.shape(room, room + 3) == "n-w"
            and len(tokens[room + 2].text) == 1
            and tokens.ends_part(room + 2)
        ):
            decided.hidden.update((room, room + 2))  # esc. A, 6-A
            continue
        if room == at + 1 and _is_second_number(tokens, decided, at, room):
            decided.hidden.add(room)
            continue
        if room >= len(tokens) or not _MAY_BE_ROOM(tokens[room].text):
            continue
        if tokens.ends_part(room) and (not apart or room + 1 == len(tokens)):
            decided.hidden.add(room)


def _hide_further_of_list(tokens: Tokens, decided: Decisions, at: int) -> None:
    """Hide the further numbers of a list with one letter: Lots G-25, G-26 & G-27."""
    while tokens.shape(at + 1, at + 5) in (",n&n", ",n,n", ",nwn") and _is_second_of_list(tokens, at + 2):
        at += 2
        decided.hidden.update((at, *joined_numbers(tokens, decided, at)))
    if tokens.shape(at - 2, at + 1) not in ("w-n", "n-n"):
        return
    letter = tokens[at - 2].text
    while tokens.shape(at + 1, at + 5) in (",w-n", "&w-n") and letter in (tokens[at + 2].text, "*"):
        at += 4
        decided.hidden.update((at - 2, at))


def _is_second_of_list(tokens: Tokens, at: int) -> bool:
    """Whether a number of three digits and more is one of several, with an and before the last: 226, 228 & 230."""
    number, sign, after = tokens[at : at + 3]
    last = sign.lower in AND or tokens.shape(at + 1, at + 6)[2:3] == "&"
    return len(number.text) in ROOM_DIGITS and last and len(after.text) == len(number.text)


def _is_second_number(tokens: Tokens, decided: Decisions, unit: int, at: int) -> bool:
    """Whether a number right behind a unit's belongs to it: Unit 32 39 at the end, LOCAL 3 28 CENTRO COMERCIAL."""
    if tokens.shape(unit, at + 1) not in ("nn", "nw") or len(tokens[at].text) >= LONG:
        return False
    if at in decided.lettered_postcodes or (tokens[at].kind == "w" and not tokens.may_be_door(at)):
        return False
    word = unit - 1
    while word and (tokens[word].kind != "w" or len(tokens[word].text) < len("lc")):
        word -= 1
    in_spanish = tokens[word].lower in _UNITS_IN_SPANISH and unit - word <= len("N º:")
    return in_spanish or (at + 1 == len(tokens) and kinds_of_words().get(tokens[word].lower) == "unit")


def _is_house_of_taiwan(tokens: Tokens, floor: int, house: int) -> bool:
    """Whether behind the floor that an address begins with is a house of Taiwan: 6F.No. 105, Sec. 2."""
    if floor or house + 2 >= len(tokens):
        return False
    marked = tokens[house - 1].lower in _BEFORE_ROOM and _TAIWANESE(tokens.text) is not None
    return marked or tokens[house + 2].lower in ("sec", "section")


def read_floor_word(tokens: Tokens, decided: Decisions, word: int, behind: int) -> None:
    """Read a word that may be before its number or behind it."""
    before = tokens[word - 1]
    if tokens.touches_previous(word) and word in decided.lettered_postcodes:
        return  # L3 2NP
    if tokens[word].lower == "pl" and before.lower in ("st", "nd", "rd", "th"):
        return  # 23rd Place
    ordinal = before.kind in ".º°ª" or (before.lower in _ORDINALS and tokens.touches_previous(word - 1))
    marked = word > 0 and (tokens.touches_previous(word) or ordinal)
    if marked and _hide_number_before(tokens, decided, word, behind):
        return
    if tokens[word].lower == "sol":
        return  # sol means floor behind a number in Basque, and sun elsewhere: Calle del Sol 5
    if tokens[word].lower in _OF_NAMES and before.kind == "w" and word:
        return  # 3 Premier Pl, Grosser Plan 9
    value = number_behind(tokens, decided, word, behind)
    first = tokens[value[0]] if value else None
    in_words = first is not None and first.lower in numbers_in_words()
    if not in_words and hide_words_before(tokens, decided, word):
        _hide_number_before(tokens, decided, word, behind)
        return
    if not in_words and _is_hidden_floor(tokens, decided, word, value):
        return
    numbered = first is not None and (first.kind == "n" or (in_words and first.lower not in _OF_TOWERS))
    if numbered or len(tokens[word].text) == 1 or not _hide_number_before(tokens, decided, word, behind):
        hide_number(tokens, decided, value, door=True)


def read_month(tokens: Tokens, decided: Decisions, month: int) -> None:
    """Note the day of a date that is a street's name, and the year behind it: rue du 4 Septembre."""
    day = next((at for at in range(month - 1, max(-1, month - 3), -1) if tokens[at].kind == "n"), None)
    if day is None or any(token.lower not in _BEFORE_MONTH for token in tokens[day + 1 : month]):
        return
    decided.kept.add(day)
    year = month + 1 + (month + 1 < len(tokens) and tokens[month + 1].lower == "de")
    if year < len(tokens) and _YEAR(tokens[year].text):
        decided.kept.add(year)


def read_house_word(tokens: Tokens, decided: Decisions, word: int, behind: int) -> None:
    """Note the number of a building, a road or a district: it stays. No. B-12-3 is a unit."""
    if tokens.touches_previous(word) and tokens[word - 1].kind == "n":
        decided.kept.add(word - 1)
        return
    value = number_behind(tokens, decided, word, behind)
    if value and (value[0] in decided.lettered_postcodes or is_sector(tokens, value[0])):
        return
    if (
        tokens[word].lower == "casa"
        and value
        and tokens.ends_part(value[-1])
        and tokens.shape(max(0, word - 2), word).rstrip(",")[-1:] == "n"
    ):
        decided.hidden.update(value)  # one of several houses on a plot in Brazil: Rua X 45 casa 2
    elif value and tokens[word].text == "к" and _is_room_in_russia(tokens, value[0]):
        decided.hidden.update(value)
    elif tokens[word].lower in JALAN:
        decided.kept.update(value)  # Jalan SS2/24
    elif len(value) > 2 and tokens[value[0]].kind == "w" and tokens[value[-1] - 1].kind != ".":
        decided.hidden.update(value)
    else:
        if not value and tokens[word].lower == "soi":
            value = _number_behind_name(tokens, behind)  # Soi Sukhumvit 61
        decided.kept.update(value if tokens[word].lower in _OF_LAND else value[:1])


def _number_behind_name(tokens: Tokens, at: int) -> list[int]:
    """Return the number behind a street's name of up to three words that begins here; empty if there is none."""
    end = at
    while end < len(tokens) and end - at < len(("Lat", "Phrao", "Wang")) and tokens[end].kind == "w":
        end += 1
    return [end] if end > at and tokens.shape(end, end + 1) == "n" else []


def _is_room_in_russia(tokens: Tokens, at: int) -> bool:
    """Whether a number behind an abbreviation for building or room is a room's: к. 246, not к. 1553, кв. 5."""
    return len(tokens[at].text) >= ROOM_DIGITS[0] and "кв" not in tokens.lower


def _is_joined_or_first(tokens: Tokens, at: int) -> bool:
    """Whether a number touches a letter, or is between a U at the beginning of the address and another number."""
    return tokens.touches_next(at, "n") or (not at and tokens[0].text == "U" and tokens.shape(1, 3) == "nn")


def read_sign(tokens: Tokens, decided: Decisions, at: int) -> None:
    """Read a unit that is marked by a sign: #08-11, 3º B, 12/F, 3. tv., H0203, III/12."""
    token = tokens[at]
    if token.kind == "#":
        _read_hash(tokens, decided, at)
    elif token.kind in "ºª°":
        _read_ordinal(tokens, decided, at)
    elif token.kind == "n":
        _read_floor_with_letter(tokens, decided, at)
    elif token.kind != "w":
        return
    elif token.lower in _DANISH_DOORS and not tokens.touches_previous(at):
        _read_danish_door(tokens, decided, at)
    elif token.text in _LETTERS_OF_PARTS and _read_letters(tokens, decided, at):
        return
    elif token.text in ("F", "f") and at > 1 and tokens[at - 1].kind == "/" and len(tokens[at - 2].text) <= 3:
        decided.hidden.add(at - 2)
    elif token.text in "FLU" and _is_joined_or_first(tokens, at) and _is_before_house(tokens, at + 1):
        decided.hidden.add(at + 1)  # U3/18 Smith Road, U3 18 Smith Road, and U 12 45 Smith Road
    elif token.text in _BEFORE_NUMBER and tokens.touches_next(at, "n") and _is_home_or_level(tokens, at):
        decided.hidden.add(at + 1)
    elif token.text in ("R", "r") and "".join(one.text for one in tokens[at + 1 : at + 3]) in ("/C", "/c"):
        decided.hidden.update((at, at + 2))  # the ground floor in Portugal
    elif ROMAN(token.text) and at + 2 < len(tokens) and tokens[at + 1].kind == "/" and tokens[at + 2].kind == "n":
        decided.hidden.update((at, at + 2))


def _read_letters(tokens: Tokens, decided: Decisions, at: int) -> bool:
    """Read letters that are a floor or a flat where they are a part, or of one; return whether they are."""
    text = tokens[at].text
    if text in _FLOORS_IN_LETTERS:
        if is_floor := tokens.begins_part(at) and tokens.ends_part(at):
            decided.floor_letters.add(at)
        return is_floor
    if text == "ho":
        value = [at - 2] if at > 1 and tokens.shape(at - 2, at) == "n-" and IS_KOREAN(tokens.text) else []
    elif text == "F":
        value = [at + 2] if _is_floor_behind_slash(tokens, at) else [*_beside_floor(tokens, at)]
    else:
        is_shop = tokens.begins_part(at) and tokens.shape(at + 1, at + 3) == ".n"
        value = joined_numbers(tokens, decided, at + 2) if is_shop else []
    return hide_number(tokens, decided, value)


def _is_floor_behind_slash(tokens: Tokens, at: int) -> bool:
    """Whether a part alone is an F, a slash and a floor: F/17, No. 173."""
    is_part = tokens.begins_part(at) and tokens.shape(at + 1, at + 3) == "/n" and tokens.ends_part(at + 2)
    return is_part and len(tokens[at + 2].text) < ROOM_DIGITS[0]


def _beside_floor(tokens: Tokens, at: int) -> tuple[int, ...]:
    """Return the numbers beside an F for floor: 1F2, 33 Oak Road, and 1 F, No. 777.

    The F is with them where it is between two.
    """
    if not at:
        return ()
    if at == 1 and tokens.touches_previous(at) and tokens.touches_next(at, "n") and tokens.ends_part(at + 1):
        return (0, 1, 2)
    number = tokens[at - 1].text
    is_alone = tokens.begins_part(at - 1) and number.isdecimal() and tokens.ends_part(at)
    return (at - 1,) if is_alone and len(number) < ROOM_DIGITS[0] else ()


def _is_home_or_level(tokens: Tokens, at: int) -> bool:
    """Whether a letter begins a home's number in Norway (H0203), or a level that is a part: L30, Unit 3007."""
    letters, number = tokens[at : at + 2]
    if letters.text not in _LEVELS or len(number.text) > len("L1"):
        return len(letters.text) == 1 and _NORWEGIAN(number.text) is not None
    return number.text.isdecimal() and tokens.begins_part(at) and tokens.ends_part(at + 1)


def _is_before_house(tokens: Tokens, at: int) -> bool:
    """Whether the number of a house follows a number after a slash, or is the second number of an address."""
    if tokens.touches_next(at, "/") or (tokens.touches_next(at, "-") and tokens.is_before_street(at + 2)):
        return True
    behind = tokens[at + 1 : at + 2]
    return at == 1 and bool(behind) and behind[0].kind == "n" and tokens.is_before_street(at + 1)


def _read_floor_with_letter(tokens: Tokens, decided: Decisions, at: int) -> None:
    """Read 12F, B3F, 5F-2 and 5F.-2."""
    token = tokens[at]
    if token.text[-1] in "Ff" and len(token.text) <= 4 and at not in decided.hidden:
        decided.hidden.update(joined_numbers(tokens, decided, at))
        decided.floors_with_letter.add(at)
        if tokens.touches_next(at, ".") and tokens.touches_next(at + 1, "-") and tokens.touches_next(at + 2, "n"):
            decided.hidden.add(at + 3)


def _kind(tokens: Tokens, at: int, kinds: dict[str, str]) -> tuple[str | None, int]:
    """Return the meaning of a word, alone or with the next one, and how many tokens it covers."""
    word = tokens[at].lower
    if at + 1 < len(tokens) and tokens[at + 1].kind == "w":
        two = kinds.get(f"{word} {tokens[at + 1].lower}")
        if two is not None:
            return two, 2
    return kinds.get(word), 1


def _kind_here(tokens: Tokens, at: int, word: str, kind: str | None) -> str | None:
    """Return the meaning of a word at its place.

    In the name of a street it has none. The P of B.P. has that of a building.
    """
    if _is_name_of_street(tokens, at):
        return None
    if kind == "unit" and len(word) == 1 and at and _is_letter_of_place(tokens, at, word):
        return "building"
    return "building" if word == "p" and kind == "unit" and _is_box(tokens, at) else kind


def _is_letter_of_place(tokens: Tokens, at: int, word: str) -> bool:
    """Whether a letter is part of a street or ward in Vietnam, or a village in Thailand.

    Examples: đường D7, P. 5, Q. 3, M.4.
    """
    if word == "m":
        return tokens.country.thailand
    if not tokens.country.vietnam:
        return False
    named = tokens[at - 1].lower in _LETTERED_IN_VIETNAM and tokens.touches_next(at, "n")
    return named or (word == "p" and _WARD(tokens.text, tokens[at].start) is not None)


def _is_name_of_street(tokens: Tokens, at: int) -> bool:
    """Whether a word is right behind a word for a street, or after an article: Rua do Sol."""
    before = at - 1
    while before >= 0 and tokens[before].lower in _ARTICLES:
        before -= 1
    if before == at - 1 and tokens[at].lower not in _CALLED_BARE:
        return False
    return before >= 0 and tokens[before].lower in _STREET_WORDS


def _is_box(tokens: Tokens, at: int) -> bool:
    return tuple([token.lower for token in tokens[max(0, at - 2) : at + 1]]) == _BOX


def hide_number(tokens: Tokens, decided: Decisions, value: list[int], *, door: bool = False) -> bool:
    """Hide a value, and the door right behind a floor."""
    decided.hidden.update(value)
    if value and door:
        at = value[-1] + 1
        while at < len(tokens) and (tokens[at].kind in ".º°ª" or tokens[at].lower in MARKS):
            at += 1
        if at < len(tokens) and tokens.may_be_door(at) and tokens.ends_part(at):
            decided.hidden.add(at)
    return bool(value)


def _hide_list(tokens: Tokens, decided: Decisions, at: int) -> None:
    """Hide the other numbers of a list."""
    while at + 2 < len(tokens) and tokens[at + 2].kind == "n" and tokens[at + 1].lower in (",", "/", "-", "e", "a"):
        at += 2
        decided.hidden.add(at)


def hide_words_before(tokens: Tokens, decided: Decisions, word: int) -> bool:
    """Hide the words of a number right before a word, and return whether there are any: Third Floor 45 Main St."""
    at = word
    if "\u0600" <= tokens[word].text[0] <= "\u06ff":
        return False  # in Arabic and Persian the number is behind: کوچه سوم طبقه دوم
    while at and tokens[at - 1].lower in numbers_in_words():
        at -= 1
        decided.hidden.add(at)
    return at < word


def _is_hidden_floor(tokens: Tokens, decided: Decisions, word: int, value: list[int]) -> bool:
    """Whether stars are right before a word, and behind it a house and its street: *** Floor 45 Main St."""
    is_house = bool(value) and (value[0] in decided.lots or tokens.is_before_street(value[-1]))
    return is_house and not tokens[word - 1].text.strip("*")


def _hide_number_before(tokens: Tokens, decided: Decisions, at: int, behind: int) -> bool:
    """Hide the number in front of a word, and the door behind it; return whether there is one."""
    number = at - 1
    while number >= max(0, at - MAX_GAP) and (tokens[number].kind in ".-º°ª" or tokens[number].lower in _ORDINALS):
        number -= 1
    if number < 0:
        return False
    if number == at - 1 and tokens[number].text in _LETTERED_FLOORS and tokens.begins_part(number):
        decided.hidden.add(number)
        return True
    if _is_letter_behind_slash(tokens, number):
        decided.hidden.update((number - 2, number))  # 7/D floor
        return True
    if not _is_floor(tokens, decided, number):
        return False
    decided.hidden.update(range(number, at))
    _hide_joined_floor(tokens, decided, number)
    while behind < len(tokens) and tokens[behind].kind == ".":
        behind += 1
    if tokens[at].lower == "sal" and behind < len(tokens) and tokens[behind].kind == ",":
        behind += 1  # 8. sal, 2, in Denmark
    if behind < len(tokens) and tokens.may_be_door(behind) and tokens.ends_part(behind):
        decided.hidden.add(behind)
    return True


def _hide_joined_floor(tokens: Tokens, decided: Decisions, number: int) -> None:
    """Hide the other number that is joined to that of a floor, before it."""
    joined = number > 1 and tokens[number - 1].kind == "-" and not _is_floor_behind_house(tokens, number)
    if joined and (tokens[number - 2].kind == "n" or tokens[number - 2].lower in _TENS):
        decided.hidden.add(number - 2)  # 12-14 floor, Twenty-First floor
    elif joined and number > 2 and tokens[number - 2].lower in _ORDINALS and tokens[number - 3].kind == "n":
        decided.hidden.update((number - 3, number - 2))  # 20th-26th floor
    elif number and tokens[number - 1].lower in _TENS:
        decided.hidden.add(number - 1)
    elif number > 1 and tokens[number - 1].lower in ("and", "&") and tokens[number - 2].lower in numbers_in_words():
        decided.hidden.add(number - 2)  # First and Second Floor
    elif (
        number > 1
        and tokens.shape(number - 2, number) == "n,"
        and tokens.touches_previous(number)
        and tokens.touches_previous(number - 1)
    ):
        decided.hidden.add(number - 2)  # 1,2층
    else:
        while number > 1 and tokens[number - 1].lower in _AND_OF_FLOORS and _is_floor(tokens, decided, number - 2):
            number -= 2
            decided.hidden.add(number)  # 3 e 4 andares


def _is_floor_behind_house(tokens: Tokens, floor: int) -> bool:
    """Whether a dash with spaces is between a house and a floor: Rua do Carmo, 8 - 10º andar."""
    before, sign = tokens[floor - 2 : floor]
    if "andar" not in tokens.lower or before.end == sign.start or sign.end == tokens[floor].start:
        return False
    return floor < len(("Box", "22", "-", "3")) or tokens[floor - 3].lower not in kinds_of_words()


def _is_floor(tokens: Tokens, decided: Decisions, at: int) -> bool:
    """Whether a token may be the number of a floor, in digits, as a Roman one or in words."""
    token = tokens[at]
    if token.kind == "n":
        return len(token.text) < LONG and at not in decided.lots
    if token.kind != "w":
        return False
    return bool(ROMAN(token.text) or _ROMAN_ORDINAL(token.text)) or token.lower in numbers_in_words()


def _is_letter_behind_slash(tokens: Tokens, at: int) -> bool:
    before = tokens[max(0, at - 2) : at]
    letter = tokens[at]
    return len(letter.text) == 1 and letter.text.isupper() and [token.kind for token in before] == ["n", "/"]


def read_side_word(tokens: Tokens, decided: Decisions, side: int) -> None:
    """Hide the floor in front of a side: 3º dcha, 2. links, 3ème gauche, and 2 dcha behind a comma."""
    at = side - 1
    while at >= 0 and (tokens[at].kind in ".º°ª" or (tokens.touches_previous(at) and tokens[at].lower in _ORDINALS)):
        at -= 1
    begins_part = at > 0 and tokens[at - 1].kind in BREAKS
    if tokens[side].lower == "centro" and at >= 0 and len(tokens[at].text) >= ROOM_DIGITS[0]:
        return  # Rua 16 de Março, 310 Centro
    if at >= 0 and tokens[at].kind == "n" and (at < side - 1 or begins_part) and tokens.may_be_door(at):
        decided.hidden.add(at)


def _read_ordinal(tokens: Tokens, decided: Decisions, sign: int) -> None:
    """Read 3º, and what is behind it: 3º B, 2º 1ª."""
    at = sign - 1
    if at >= 0 and tokens[at].kind == ".":
        at -= 1
    if at < 0 or tokens[at].kind != "n" or not tokens.may_be_door(at):
        return
    if _is_behind_street(tokens, at, 2):
        decided.kept.add(at)  # Rua 1º de Março
        return
    decided.hidden.add(at)
    door = sign + 1
    if door < len(tokens) and tokens.may_be_door(door) and (tokens[door].kind == "w" or tokens.ends_part(door)):
        decided.hidden.add(door)


def _is_behind_street(tokens: Tokens, at: int, words: int) -> bool:
    """Whether a word for a street is among the `words` tokens before a number.

    The number is then a street's name, in Colombia or Spain.
    """
    return not _STREETS.isdisjoint([token.lower for token in tokens[max(0, at - words) : at]])


def _is_behind_house_in_street(tokens: Tokens, sign: int) -> bool:
    """Whether an address begins with the house and its street, and # follows: 506 Calle Sol #L141."""
    street = tokens[1:2]
    name = tokens[2:sign]
    return (
        bool(street and name)
        and tokens[0].kind == "n"
        and street[0].lower in _STREETS
        and all(token.kind == "w" and token.lower not in _COMPASS for token in name)
    )


def _is_house_in_spanish(tokens: Tokens, decided: Decisions, sign: int) -> bool:
    """Whether the first number of an address in Spanish is behind # and a street: Morelos #44 Col. Centro."""
    return (
        sign > 0
        and tokens[sign - 1].kind in "w."
        and tokens[sign - 1 - (tokens[sign - 1].kind == ".")].lower not in kinds_of_words()
        and all(token.kind != "n" or at in decided.kept for at, token in enumerate(tokens[:sign]))
        and _SPANISH(tokens.text) is not None
        and _SITE_IN_SPANISH(tokens.text, 0, tokens[sign].start) is None
    )


def _read_danish_door(tokens: Tokens, decided: Decisions, door: int) -> None:
    at = door - 1
    while at >= 0 and tokens[at].kind == ".":
        at -= 1
    if at >= 0 and (tokens.may_be_door(at) or tokens[at].lower in ("st", "kl")):
        decided.hidden.update((door, at) if tokens[at].kind == "n" else (door,))


def _read_hash(tokens: Tokens, decided: Decisions, sign: int) -> None:
    """Read #08-11, but not the number of a house in Colombia: Carrera 7 # 71-21."""
    if sign and tokens[sign - 1].end == tokens[sign].start and tokens[sign - 1].kind == "w":
        return
    value = number_behind(tokens, decided, sign, sign + 1)
    if value and (value[0] in decided.lots or _is_house_in_spanish(tokens, decided, sign)):
        decided.kept.update(value)
    elif tokens.begins_part(sign - 1) and kinds_of_words().get(tokens[sign - 1].lower) == "building":
        decided.kept.update(value[:1])  # House # 33, Road # 4
    elif (
        _is_behind_street(tokens, sign, 5)
        and tokens[sign - 1].kind in "nwª"
        and not _is_behind_house_in_street(tokens, sign)
    ):
        decided.kept.update(value)
    else:
        decided.hidden.update(value)
        while value and tokens.touches_next(value[-1], "/") and tokens.touches_next(value[-1] + 1, "n"):
            value = [value[-1] + 2]
            decided.hidden.update(value)  # #06-07/08 before the name of a building
