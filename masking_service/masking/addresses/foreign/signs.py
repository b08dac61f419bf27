"""Reads a sign or a short word that marks a unit or a floor: #08-11, 3º B, 12F, F/17, 3. tv., H0203, U3/18, III/12."""

import re
from collections.abc import Callable
from typing import Final

from masking_service.masking.addresses.foreign.tokens import ROOM_DIGITS, SHORT_NUMBER, AddressTokens, Decisions
from masking_service.masking.addresses.foreign.unit_numbers import ROMAN, joined_numbers, number_behind
from masking_service.masking.words.foreign_words import kinds_of_words

_NORWEGIAN: Final = re.compile(r"[0*][0-9*]{3}").fullmatch
"""Matches the number of a home in Norway behind H, K, L, U or B: floor and door."""
_DANISH_DOORS: Final = frozenset("tv th mf".split())
"""Doors on the left, the right and in the middle: 3. tv."""
_LETTERS_OF_FLOORS: Final = ("GF", "FF", "SF", "TF", "LGF", "UGF")
_LONGEST_FLOOR: Final = 4
"""Characters of the longest number of a floor with its letter: 102F."""
_STREETS: Final = frozenset(
    "carrera cra kra cr calle cl clle diagonal transversal tv dg av avenida autopista rua praça travessa".split()
)
"""Words for streets in Spanish and Portuguese that may have a number for a name: Carrera 7 # 71-21."""
_SPANISH: Final = re.compile(
    r"\b(?:col|colonia|c\.? ?p|entre|esq|esquina|calle|calzada|carretera|prolongaci[oó]n|fracc(?:ionamiento)?|avenida"
    r"|avda|boulevar|local|lc|piso|m[eé]xico|chile|per[uú]|ecuador)\b",
    re.I,
).search
"""Finds that an address is in Spanish: Morelos #44 Col. Centro."""
_SITE_IN_SPANISH: Final = re.compile(
    r"\b(?:edif|torre|cond|residencial|centro|plaza|mall|conjunto|multifam|unidad|hotel"
    r"|c\.? ?c\b)",
    re.I,
).search
"""Finds a site whose units may have their number behind #."""
_COMPASS: Final = frozenset("norte sur este oeste oriente poniente nte ote pte".split())
"""Directions in names of numbered streets: in 43 Av Sur #127, 127 is the house."""


def read_sign(tokens: AddressTokens, decided: Decisions, at: int) -> None:
    """Read a unit that is marked by a sign, or by a short word that is no word for a unit elsewhere."""
    token = tokens[at]
    if token.kind == "#":
        _read_hash(tokens, decided, at)
    elif token.kind == "n":
        _read_floor_with_letter(tokens, decided, at)
    elif token.kind != "w":
        _read_ordinal(tokens, decided, at)
    elif token.text in _LETTERS_OF_FLOORS:
        if tokens.begins_part(at) and tokens.ends_part(at):
            decided.floor_letters.add(at)  # GF, 12 Oak Road
    elif token.text in ("Sh", "SH"):
        if tokens.begins_part(at) and tokens.shape(at + 1, at + 3) == ".n":
            decided.hidden.update(joined_numbers(tokens, decided, at + 2))  # Sh. 1 in South Africa
    elif token.text in _READERS:
        decided.hidden.update(next((hidden for read in _READERS[token.text] if (hidden := read(tokens, at))), ()))
    elif ROMAN(token.text) and tokens.shape(at + 1, at + 3) == "/n":
        decided.hidden.update((at, at + 2))  # III/12
    elif token.lower in _DANISH_DOORS and not tokens.touches_previous(at):
        _read_danish_door(tokens, decided, at)


def _read_floor_with_letter(tokens: AddressTokens, decided: Decisions, at: int) -> None:
    """Read 12F, B3F, 5F-2 and 5F.-2."""
    token = tokens[at]
    if token.text[-1] in "Ff" and len(token.text) <= _LONGEST_FLOOR and at not in decided.hidden:
        decided.hidden.update(joined_numbers(tokens, decided, at))
        decided.floors_with_letter.add(at)
        if tokens.touches_next(at, ".") and tokens.touches_next(at + 1, "-") and tokens.touches_next(at + 2, "n"):
            decided.hidden.add(at + 3)


def _read_danish_door(tokens: AddressTokens, decided: Decisions, door: int) -> None:
    """Read the side of a door behind its floor: 3. tv., st. th."""
    at = door - 1
    while at >= 0 and tokens[at].kind == ".":
        at -= 1
    if at >= 0 and (tokens.may_be_door(at) or tokens[at].lower in ("st", "kl")):
        decided.hidden.update((door, at) if tokens[at].kind == "n" else (door,))


def _read_hash(tokens: AddressTokens, decided: Decisions, sign: int) -> None:
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


def _read_ordinal(tokens: AddressTokens, decided: Decisions, sign: int) -> None:
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
    door = sign + 1 + (tokens.shape(sign + 1, sign + 2) == '"')
    if door == len(tokens):
        return
    small = tokens.in_small_letters and len(tokens[door].text) == 1 and tokens[door].kind == "w"
    if (tokens.may_be_door(door) and tokens[door].kind == "w") or (
        tokens.ends_part(door) and (small or tokens.may_be_door(door))
    ):
        decided.hidden.add(door)


def _is_behind_street(tokens: AddressTokens, at: int, words: int) -> bool:
    """Whether a word for a street is among the `words` tokens before a number.

    The number is then a street's name, in Colombia or Spain.
    """
    return not _STREETS.isdisjoint([token.lower for token in tokens[max(0, at - words) : at]])


def _is_behind_house_in_street(tokens: AddressTokens, sign: int) -> bool:
    """Whether an address begins with the house and its street, and # follows: 506 Calle Sol #L141."""
    name = {token.lower for token in tokens[2:sign]}
    return bool(name) and tokens[0].kind == "n" and tokens[1].lower in _STREETS and _COMPASS.isdisjoint(name)


def _is_house_in_spanish(tokens: AddressTokens, decided: Decisions, sign: int) -> bool:
    """Whether the first number of an address in Spanish is behind # and a street: Morelos #44 Col. Centro."""
    return (
        sign > 0
        and tokens[sign - 1].kind in "w."
        and tokens[sign - 1 - (tokens[sign - 1].kind == ".")].lower not in kinds_of_words()
        and all(token.kind != "n" or at in decided.kept for at, token in enumerate(tokens[:sign]))
        and _SPANISH(tokens.text) is not None
        and _SITE_IN_SPANISH(tokens.text, 0, tokens[sign].start) is None
    )


def _part_with_f(tokens: AddressTokens, at: int) -> tuple[int, ...]:
    """A part that is an F and the number of a floor: F/17; 1 F, No. 777; 1F2, 33 Oak Road."""
    if tokens.begins_part(at):
        is_part = tokens.shape(at + 1, at + 3) == "/n" and tokens.ends_part(at + 2)
        return (at + 2,) if is_part and len(tokens[at + 2].text) < ROOM_DIGITS[0] else ()
    if at == 1 and tokens.touches_previous(at) and tokens.touches_next(at, "n") and tokens.ends_part(at + 1):
        return 0, 1, 2  # the floor, the F and the flat
    number = tokens[at - 1].text
    is_floor = tokens.begins_part(at - 1) and tokens.ends_part(at) and number.isdecimal()
    return (at - 1,) if is_floor and len(number) < ROOM_DIGITS[0] else ()


def _f_behind_slash(tokens: AddressTokens, at: int) -> tuple[int, ...]:
    """12/F."""
    is_floor = at > 1 and tokens[at - 1].kind == "/" and len(tokens[at - 2].text) <= SHORT_NUMBER
    return (at - 2,) if is_floor else ()


def _unit_before_house(tokens: AddressTokens, at: int) -> tuple[int, ...]:
    """U3/18 Smith Road, U3-18 Smith Road, U3 18 Smith Road and U 12 45 Smith Road."""
    number = at + 1
    begins = at == 0 and tokens.shape(1, 3) == "nn"
    is_before_house = (tokens.touches_next(at, "n") or begins) and (
        tokens.touches_next(number, "/")
        or (tokens.touches_next(number, "-") and tokens.is_before_street(number + 2))
        or (begins and tokens.is_before_street(number + 1))
    )
    return (number,) if is_before_house else ()


def _home_in_norway(tokens: AddressTokens, at: int) -> tuple[int, ...]:
    """H0203."""
    return (at + 1,) if tokens.touches_next(at, "n") and _NORWEGIAN(tokens[at + 1].text) else ()


def _level(tokens: AddressTokens, at: int) -> tuple[int, ...]:
    """A level that is a part alone: L30, Unit 3007."""
    if not (tokens.touches_next(at, "n") and tokens.begins_part(at) and tokens.ends_part(at + 1)):
        return ()
    number = tokens[at + 1].text
    return (at + 1,) if number.isdecimal() and len(number) < SHORT_NUMBER else ()


def _ground_floor_in_portugal(tokens: AddressTokens, at: int) -> tuple[int, ...]:
    """R/C, with the door behind it: R/C B."""
    if "".join([token.text for token in tokens[at + 1 : at + 3]]) not in ("/C", "/c"):
        return ()
    door = at + 3
    has_door = door < len(tokens) and tokens.is_number_or_letter(door) and tokens.ends_part(door)
    return (at, at + 2, door) if has_door and len(tokens[door].text) < ROOM_DIGITS[0] else (at, at + 2)


def _flat_in_korea(tokens: AddressTokens, at: int) -> tuple[int, ...]:
    """1203-ho and 1203ho."""
    if not tokens.country.korea:
        return ()
    if at and tokens.touches_previous(at) and tokens[at - 1].kind == "n":
        return (at - 1,)
    return (at - 2,) if at > 1 and tokens.shape(at - 2, at) == "n-" else ()


_READERS: Final[dict[str, tuple[Callable[[AddressTokens, int], tuple[int, ...]], ...]]] = {
    "F": (_part_with_f, _f_behind_slash, _unit_before_house),
    "f": (_f_behind_slash,),
    "L": (_unit_before_house, _home_in_norway, _level),
    "U": (_unit_before_house, _home_in_norway),
    "H": (_home_in_norway,),
    "K": (_home_in_norway,),
    "B": (_home_in_norway, _level),
    "LG": (_level,),
    "UG": (_level,),
    "R": (_ground_floor_in_portugal,),
    "r": (_ground_floor_in_portugal,),
    "ho": (_flat_in_korea,),
    "HO": (_flat_in_korea,),
}
"""Short words, and what is asked of each until something returns the tokens to hide."""
