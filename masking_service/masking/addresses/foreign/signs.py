"""Reads a sign or a short word that marks a unit or a floor: #08-11, 3º B, 12F, F/17, 3. tv., H0203, U3/18, III/12."""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.addresses.foreign.decisions import Decisions
from masking_service.masking.addresses.foreign.floor_words import hide_number
from masking_service.masking.addresses.foreign.tokens import ROOM_DIGITS, Tokens
from masking_service.masking.addresses.foreign.unit_numbers import ROMAN, joined_numbers, number_behind
from masking_service.masking.words.foreign_words import kinds_of_words

_NORWEGIAN: Final = re.compile(r"[0*][0-9*]{3}").fullmatch
"""Matches the number of a home in Norway behind H, K, L or U: floor and door."""
_LEVELS: Final = ("B", "L", "LG", "UG")
_FLOORS_IN_LETTERS: Final = ("GF", "FF", "SF", "TF", "LGF", "UGF")
"""Floors by their letters, which are a part alone: GF, 12 Oak Road."""
_LETTERS_OF_PARTS: Final = frozenset((*_FLOORS_IN_LETTERS, "F", "Sh", "SH", "ho"))
"""Those, F/17, a shop in South Africa (Sh. 1) and a flat in Korea (1203-ho)."""
_BEFORE_NUMBER: Final = ("H", "K", "U", *_LEVELS)
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
_COMPASS: Final = frozenset("norte sur este oeste oriente poniente nte ote pte".split())
"""Directions in names of numbered streets: in 43 Av Sur #127, 127 is the house."""


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
        value = [at - 2] if at > 1 and tokens.shape(at - 2, at) == "n-" and tokens.country.korea else []
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
