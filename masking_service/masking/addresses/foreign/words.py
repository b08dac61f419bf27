"""Reads each word and sign of an address abroad in turn, by what `foreign_units.tsv` says of it.

The word decides which reader is asked: Apt is a unit's, étage a floor's, links a side, Block a building's. A reader is
given the address (`tokens`, `decided`), the place of the word (`word`) and the place behind it (`behind`).
"""

import re
from typing import Final

from masking_service.masking.addresses.foreign.countries import JALAN
from masking_service.masking.addresses.foreign.houses import is_sector
from masking_service.masking.addresses.foreign.signs import read_sign
from masking_service.masking.addresses.foreign.tokens import LONG, ROOM_DIGITS, AddressTokens, Decisions
from masking_service.masking.addresses.foreign.unit_numbers import MAX_GAP, ROMAN, number_behind
from masking_service.masking.words.foreign_words import MARKS, first_words, kinds_and_months, numbers_in_words

_SIGNS: Final = frozenset("n#º°ª")
"""Signs that may say, as words do, that a number is a unit's."""
_WORDS_OF_RUSSIA: Final = dict.fromkeys("d k str zd vl vld sh korp bld build".split(), "building") | {"off": "unit"}
"""Abbreviations of a house, a building and an office in Russia; in Turkey, d and k are a flat and a floor."""
_LETTERED_IN_VIETNAM: Final = frozenset("đường duong phố lô khu block tổ hẻm".split())
"""Words before the letter and number of a street, a lot or a block in Vietnam."""
_WARD: Final = re.compile(r"p\.? ?[0-9]{1,2} ?[,;]? ?(?:q\b|quận|quan\b|tp\b|t\.p|thành phố|tx\b|thị xã)", re.I).match
"""Matches a ward in Vietnam, and what is behind it: P. 5, Q. 3."""
_LONGEST_SIGN: Final = 5
"""Characters of the longest word that is read as a sign (`signs`)."""
_STREET_WORDS: Final = frozenset(
    "calle carrer rua rue via strada avenida av plaza plaça praça largo camino paseo travessa ulica piazza".split()
)
"""Words for streets before the name. A word right behind one is no word for a unit: Calle Principal 20."""
_OR_OF_STREETS: Final = frozenset(("unit", "floor", "side"))
"""Kinds of words that may be a street's name."""
_CALLED_BARE: Final = frozenset("principal central centro exterior frente portal sol".split())
"""Those that are a street's name even without an article. Others mean a unit: Grand Plaza Unit 402."""
_ARTICLES: Final = frozenset("de del do da dos das di della du la el los las le les".split())
"""Words between a word for a street and its name: Rua do Sol."""
_BOX: Final = ("b", ".", "p")
"""A post office box in French: B.P. 215."""


def read_words(tokens: AddressTokens, decided: Decisions) -> None:
    """Ask the reader of each word and sign of an address, from left to right."""
    kinds, of_two = kinds_and_months(), first_words()
    at = 0
    while at < len(tokens):
        token = tokens[at]
        kind, size = None, 1
        if token.lower in kinds or token.lower in of_two or token.lower in _WORDS_OF_RUSSIA:
            kind, size = _kind(tokens, at)
        if kind is None:
            if token.kind in _SIGNS or (token.kind == "w" and len(token.text) <= _LONGEST_SIGN):
                read_sign(tokens, decided, at)
        elif kind == "unit":
            read_unit_word(tokens, decided, at, at + size)
        elif kind in ("floor", "behind"):
            read_floor_word(tokens, decided, at, at + size)
        elif kind == "side":
            read_side_word(tokens, decided, at)
        elif kind == "month":
            read_month(tokens, decided, at)
        else:
            read_house_word(tokens, decided, at, at + size)
        at += size


def _kind(tokens: AddressTokens, at: int) -> tuple[str | None, int]:
    """Return what a word says, alone or with the next one, and how many tokens it covers: sous sol are two."""
    kinds = kinds_and_months()
    word = tokens[at].lower
    kind, size = kinds.get(word), 1
    if word in first_words() and tokens.shape(at + 1, at + 2) == "w":
        two = kinds.get(f"{word} {tokens[at + 1].lower}")
        if two is not None:
            kind, size = two, 2
    if word in _WORDS_OF_RUSSIA and tokens.country.russia:
        kind = _WORDS_OF_RUSSIA[word]
    elif word == "st" and tokens.country.croatia and (tokens.begins_part(at) or tokens[at - 1].kind in ("n", "-")):
        kind = "unit"
    elif word == "krt" and tokens.shape(at - 1, at) == "w":
        kind = "building"  # Szent István krt. 45 in Hungary, and not Pikk 12 krt 5 in Estonia
    elif word == "box" and tokens.country.belgium and tokens[at - 1].kind in ("n", ","):
        kind = "unit"
    return (_kind_here(tokens, at, word, kind) if kind in _OR_OF_STREETS else kind), size


def _kind_here(tokens: AddressTokens, at: int, word: str, kind: str | None) -> str | None:
    """Return the meaning of a word at its place.

    In the name of a street it has none. The P of B.P. has that of a building.
    """
    if _is_name_of_street(tokens, at):
        return None
    if kind == "unit" and len(word) == 1 and at and _is_letter_of_place(tokens, at, word):
        return "building"
    return "building" if word == "p" and _is_box(tokens, at) else kind


def _is_letter_of_place(tokens: AddressTokens, at: int, word: str) -> bool:
    """Whether a letter is part of a street or ward in Vietnam, or a village in Thailand.

    Examples: đường D7, P. 5, Q. 3, M.4.
    """
    if word == "m":
        return tokens.country.thailand
    if not tokens.country.vietnam:
        return False
    named = tokens[at - 1].lower in _LETTERED_IN_VIETNAM and tokens.touches_next(at, "n")
    return named or (word == "p" and _WARD(tokens.text, tokens[at].start) is not None)


def _is_name_of_street(tokens: AddressTokens, at: int) -> bool:
    """Whether a word is right behind a word for a street, or after an article: Rua do Sol."""
    before = at - 1
    while before >= 0 and tokens[before].lower in _ARTICLES:
        before -= 1
    if before == at - 1 and tokens[at].lower not in _CALLED_BARE:
        return False
    return before >= 0 and tokens[before].lower in _STREET_WORDS


def _is_box(tokens: AddressTokens, at: int) -> bool:
    """Whether a P is that of a post office box: B.P. 215."""
    return tuple([token.lower for token in tokens[max(0, at - 2) : at + 1]]) == _BOX


_ORDINALS: Final = frozenset(
    "st nd rd th do ro to vo mo er re ère ème eme e o a º ª ° . й я е ти та тата р ος ο η -"
    " de ste વો જો ನೇ വത്തെ வது వ য় রা ला रा था वा".split()
)
"""What may be between the number of a floor and its word: 3rd floor, 3-й этаж, 3ème étage, 3º andar."""
_BEHIND_ORDINAL: Final = frozenset("verdieping verd verdiep etage étage hoog".split())
"""Words for floors behind a number with an e: 7e verdieping."""
_ROMAN_ORDINAL: Final = re.compile(r"[IVX]{1,5}(?:ST|ND|RD|TH)", re.I).fullmatch
"""Matches an ordinal as floors in India are written: IIND FLOOR."""
_OF_TOWERS: Final = frozenset("one two three four five six seven eight nine ten".split())
"""Words behind a floor that may be part of the building's name: 3 Floor One Pacific Place."""
_OF_NAMES: Final = frozenset(("pl", "plan"))
"""Words for floors that are also ends of street names: 3 Premier Pl, Grosser Plan 9."""
_AND_OF_FLOORS: Final = frozenset(("e", "y", "and", "&", "ao"))
"""Words between two floors: 3 e 4 andares."""
_TENS: Final = frozenset("twenty thirty forty fifty sixty seventy eighty ninety".split())
"""What may be before a dash and another number in words: Twenty-First floor."""
_LETTERED_FLOORS: Final = ("G", "M", "B", "L", "P", "LG", "UG", "UB", "LB")
"""Letters of floors before their word: M Floor."""


def read_floor_word(tokens: AddressTokens, decided: Decisions, word: int, behind: int) -> None:
    """Read a word for a floor, which may be before its number or behind it."""
    if _is_part_of_name(tokens, decided, word):
        return
    if _is_marked(tokens, word) and _hide_number_before(tokens, decided, word, behind):
        return
    if tokens[word].lower == "sol" or (tokens[word].lower in _OF_NAMES and tokens.shape(word - 1, word) == "w"):
        return  # Calle del Sol 5, 3 Premier Pl
    value = number_behind(tokens, decided, word, behind)
    first = tokens[value[0]] if value else None
    in_words = first is not None and first.lower in numbers_in_words()
    if not in_words and hide_words_before(tokens, decided, word):
        _hide_number_before(tokens, decided, word, behind)
        return
    if not in_words and _is_house_behind_stars(tokens, decided, word, value):
        return
    numbered = first is not None and (first.kind == "n" or (in_words and first.lower not in _OF_TOWERS))
    if numbered or len(tokens[word].text) == 1 or not _hide_number_before(tokens, decided, word, behind):
        _hide_floor_and_door(tokens, decided, value)


def _is_part_of_name(tokens: AddressTokens, decided: Decisions, word: int) -> bool:
    """Whether a word is in a postcode, or in the name of a street: L3 2NP, 23rd Place."""
    if word in decided.lettered_postcodes and tokens.touches_previous(word):
        return True
    return tokens[word].lower == "pl" and tokens[word - 1].lower in ("st", "nd", "rd", "th")


def _is_marked(tokens: AddressTokens, word: int) -> bool:
    """Whether a number touches a word or is an ordinal, so that it is the word's: 3F, 3. Stock, 3rd floor."""
    if word == 0:
        return False
    before = tokens[word - 1]
    ordinal = before.kind in ".º°ª" or (before.lower in _ORDINALS and tokens.touches_previous(word - 1))
    ordinal = ordinal or (before.kind == "n" and before.lower.endswith("e") and tokens[word].lower in _BEHIND_ORDINAL)
    return ordinal or tokens.touches_previous(word)


def _is_house_behind_stars(tokens: AddressTokens, decided: Decisions, word: int, value: list[int]) -> bool:
    """Whether stars are right before a word, and behind it a house and its street: *** Floor 45 Main St."""
    is_house = bool(value) and (value[0] in decided.lots or tokens.is_before_street(value[-1]))
    return is_house and not tokens[word - 1].text.strip("*")


def _hide_floor_and_door(tokens: AddressTokens, decided: Decisions, value: list[int]) -> None:
    """Hide the number of a floor, and a door behind it that ends a part: piso 3 B."""
    decided.hidden.update(value)
    at = value[-1] + 1 if value else len(tokens)
    while at < len(tokens) and (tokens[at].kind in ".º°ª" or tokens[at].lower in MARKS):
        at += 1
    _hide_door(tokens, decided, at)


def _hide_door(tokens: AddressTokens, decided: Decisions, at: int) -> None:
    """Hide a door behind a floor, if there is one and it ends a part."""
    if at < len(tokens) and tokens.may_be_door(at) and tokens.ends_part(at):
        decided.hidden.add(at)


def hide_words_before(tokens: AddressTokens, decided: Decisions, word: int) -> bool:
    """Hide the words of a number right before a word, and return whether there are any: Third Floor 45 Main St."""
    at = word
    if "\u0600" <= tokens[word].text[0] <= "\u06ff":
        return False  # in Arabic and Persian the number is behind: کوچه سوم طبقه دوم
    while at and tokens[at - 1].lower in numbers_in_words():
        at -= 1
        decided.hidden.add(at)
    return at < word


def _hide_number_before(tokens: AddressTokens, decided: Decisions, word: int, behind: int) -> bool:
    """Hide the number in front of a word, and the door behind it; return whether there is one."""
    number = word - 1
    while number >= max(0, word - MAX_GAP) and (tokens[number].kind in ".-º°ª" or tokens[number].lower in _ORDINALS):
        number -= 1
    if number < 0:
        return False
    if number == word - 1 and tokens[number].text in _LETTERED_FLOORS and tokens.begins_part(number):
        decided.hidden.add(number)
        return True
    if tokens.shape(number - 2, number) == "n/" and len(tokens[number].text) == 1 and tokens[number].text.isupper():
        decided.hidden.update((number - 2, number))  # 7/D floor
        return True
    if not _is_floor(tokens, decided, number):
        return False
    decided.hidden.update(range(number, word))
    _hide_joined_floor(tokens, decided, number)
    while behind < len(tokens) and tokens[behind].kind == ".":
        behind += 1
    if tokens[word].lower == "sal" and tokens.shape(behind, behind + 1) == ",":
        behind += 1  # 8. sal, 2, in Denmark
    _hide_door(tokens, decided, behind)
    return True


def _is_floor(tokens: AddressTokens, decided: Decisions, at: int) -> bool:
    """Whether a token may be the number of a floor, in digits, as a Roman one or in words."""
    token = tokens[at]
    if token.kind == "n":
        return len(token.text) < LONG and at not in decided.lots
    if token.kind != "w":
        return False
    return bool(ROMAN(token.text) or _ROMAN_ORDINAL(token.text)) or token.lower in numbers_in_words()


def _hide_joined_floor(tokens: AddressTokens, decided: Decisions, floor: int) -> None:
    """Hide the other number that is joined to that of a floor, before it."""
    if floor > 1 and tokens[floor - 1].kind == "-":
        if not _is_behind_house(tokens, floor):
            _hide_before_dash(tokens, decided, floor)
        return
    if floor and tokens[floor - 1].lower in _TENS:
        decided.hidden.add(floor - 1)  # Twenty 1st floor
    while floor > 1 and _is_joined_floor(tokens, decided, floor - 2):
        floor -= 2
        decided.hidden.add(floor)


def _hide_before_dash(tokens: AddressTokens, decided: Decisions, floor: int) -> None:
    """Hide the number before the dash: 12-14 floor, Twenty-First floor, 20th-26th floor."""
    other = floor - 2
    if tokens[other].kind == "n" or tokens[other].lower in _TENS:
        decided.hidden.add(other)
    elif other > 0 and tokens[other].lower in _ORDINALS and tokens[other - 1].kind == "n":
        decided.hidden.update((other - 1, other))


def _is_joined_floor(tokens: AddressTokens, decided: Decisions, at: int) -> bool:
    """Whether a floor is joined to the one behind it: 3 e 4 andares, First and Second Floor, 1,2층."""
    if tokens[at + 1].lower in _AND_OF_FLOORS:
        return _is_floor(tokens, decided, at)
    is_list = tokens.shape(at, at + 2) == "n,"
    return is_list and tokens.touches_previous(at + 1) and tokens.touches_previous(at + 2)


def _is_behind_house(tokens: AddressTokens, floor: int) -> bool:
    """Whether a dash with spaces is between a house and a floor: Rua do Carmo, 8 - 10º andar."""
    return "andar" in tokens.lower and not (tokens.touches_previous(floor - 1) or tokens.touches_previous(floor))


def read_side_word(tokens: AddressTokens, decided: Decisions, side: int) -> None:
    """Hide the floor in front of a side: 3º dcha, 2. links, 3ème gauche, and 2 dcha behind a comma."""
    at = side - 1
    while at >= 0 and (tokens[at].kind in ".º°ª" or (tokens.touches_previous(at) and tokens[at].lower in _ORDINALS)):
        at -= 1
    if at < 0 or tokens[at].kind != "n" or not tokens.may_be_door(at):
        return
    if tokens[side].lower == "centro" and len(tokens[at].text) >= ROOM_DIGITS[0]:
        return  # Rua 16 de Março, 310 Centro
    if at < side - 1 or (at and tokens.begins_part(at)):
        decided.hidden.add(at)


_BEHIND_NUMBER: Final = frozenset("room rm flat unit suite office apartment apt shop".split())
"""English words for units that may be behind their number: 1201 Room, Guo Li Building."""
_SEVERAL: Final = frozenset(
    "sala salas sl sls loja lojas lj conjunto conjuntos conj cj cjs grupo grupos grp andar andares".split()
)
"""Words of Brazil whose numbers may be a list: Lojas 11, 12 e 26, Salas 211 a 214."""


def read_unit_word(tokens: AddressTokens, decided: Decisions, word: int, behind: int) -> None:
    """Read a word for a unit."""
    value = number_behind(tokens, decided, word, behind)
    name = tokens[word].lower
    if name == "dto" and not decided.lettered_postcodes.isdisjoint(value):
        value = []  # 8 Dto - 4000-098 Porto
    decided.hidden.update(value)
    _hide_floor_before(tokens, decided, word)
    if value:
        if name in _SEVERAL:
            _hide_list(tokens, decided, value[-1])
        return
    if name == "dto":
        read_side_word(tokens, decided, word)  # in Portugal it is a side: 3 Dto
    elif name == "flat":
        hide_words_before(tokens, decided, word)  # Basement flat
    if name in _BEHIND_NUMBER and tokens.ends_part(word) and tokens.begins_part(word - 1) and tokens.is_room(word - 1):
        decided.hidden.add(word - 1)


def _hide_floor_before(tokens: AddressTokens, decided: Decisions, word: int) -> None:
    """Hide a floor that is before a word for a door and begins a part: 5. dør 2."""
    floor = word - 2
    if floor >= 0 and tokens.shape(floor, word) == "n." and tokens.begins_part(floor) and tokens.may_be_door(floor):
        decided.hidden.add(floor)


def _hide_list(tokens: AddressTokens, decided: Decisions, at: int) -> None:
    """Hide the other numbers of a list: Lojas 11, 12 e 26."""
    while tokens.shape(at + 2, at + 3) == "n" and tokens[at + 1].lower in (",", "/", "-", "e", "a"):
        at += 2
        decided.hidden.add(at)


_OF_LAND: Final = frozenset("khasra khasara kh".split())
"""Words for a plot of land in India. The whole number behind one is the plot's: Kh. No. 48/30/4."""
_LONGEST_NAME: Final = 3
"""The largest number of words between Soi and its number: Soi Lat Phrao Wang Hin 12."""
_BEFORE_MONTH: Final = frozenset("de di of er º go e do".split())
"""What may be between a day and its month: 1er Mai, 25 de Abril."""
_YEAR: Final = re.compile("1[5-9][0-9]{2}").fullmatch
"""Matches a year of which a street may be named: 25 de Mayo de 1810."""


def read_month(tokens: AddressTokens, decided: Decisions, month: int) -> None:
    """Note the day of a date that is a street's name, and the year behind it: rue du 4 Septembre."""
    day = next((at for at in range(month - 1, max(-1, month - 3), -1) if tokens[at].kind == "n"), None)
    if day is None or any(token.lower not in _BEFORE_MONTH and token.kind != "." for token in tokens[day + 1 : month]):
        return
    decided.kept.add(day)
    year = month + 1 + (month + 1 < len(tokens) and tokens[month + 1].lower == "de")
    if year < len(tokens) and _YEAR(tokens[year].text):
        decided.kept.add(year)


def read_house_word(tokens: AddressTokens, decided: Decisions, word: int, behind: int) -> None:
    """Read a word for a building, a road or a district: its number stays."""
    if tokens.touches_previous(word) and tokens[word - 1].kind == "n":
        decided.kept.add(word - 1)
        return
    name = tokens[word].lower
    value = number_behind(tokens, decided, word, behind)
    if not value and name == "soi":
        value = _number_behind_name(tokens, behind)
    if value and (value[0] in decided.lettered_postcodes or is_sector(tokens, value[0])):
        return
    if value and (_is_of_unit(tokens, word, value) or _is_behind_floor(tokens, decided, word)):
        decided.hidden.update(value)
    else:
        decided.kept.update(value if name in JALAN or name in _OF_LAND else value[:1])


def _is_of_unit(tokens: AddressTokens, word: int, value: list[int]) -> bool:
    """Whether a unit's number is behind the word: Rua X 45 casa 2 in Brazil, к. 246 in Russia, Block B-12-3."""
    name, first, last = tokens[word], value[0], value[-1]
    if name.lower == "casa" and _is_on_plot(tokens, word):
        return True
    if name.text == "к" and len(tokens[first].text) >= ROOM_DIGITS[0] and "кв" not in tokens.lower:
        return True  # not к. 1553, кв. 5
    lettered = len(value) > 2 and tokens[first].kind == "w" and tokens[last - 1].kind != "."
    return lettered and name.lower not in JALAN  # Jalan SS2/24


def _is_on_plot(tokens: AddressTokens, word: int) -> bool:
    """Whether the house of a plot is before a word for one of several houses on it, and no street: Rua X 45 casa 2."""
    house = word - 1 - (tokens.shape(word - 1, word) in (",", "-", "|"))
    return tokens.shape(house, house + 1) == "n" and tokens[house - 1].lower not in _STREET_WORDS


def _is_behind_floor(tokens: AddressTokens, decided: Decisions, word: int) -> bool:
    """Whether a floor is right before No. in Turkey, so that a flat is behind it: Kat: 8 No: 519."""
    return word > 1 and word - 1 in decided.hidden and "kat" in (tokens[word - 2].lower, tokens[word - 3].lower)


def _number_behind_name(tokens: AddressTokens, at: int) -> list[int]:
    """Return the number behind a street's name of up to three words that begins here: Soi Sukhumvit 61."""
    end = at
    while end - at < _LONGEST_NAME and tokens.shape(end, end + 1) == "w":
        end += 1
    return [end] if tokens.shape(end, end + 1) == "n" else []
