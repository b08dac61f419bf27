"""Finds the whole number of a unit behind its word: 12-34, B-12-3, AO-09, EM - G - 01, 5 y 6."""

import re
from typing import Final

from masking_service.masking.addresses.foreign.houses import is_in_turkey
from masking_service.masking.addresses.foreign.tokens import LONG, ROOM_DIGITS, AddressTokens, Decisions, Token
from masking_service.masking.words.foreign_words import MARKS, kinds_of_words, numbers_in_words

SHORT_WORD: Final = 2
"""Characters of the longest word that may be an abbreviation: ap 5."""
_GAPS: Final = frozenset(".:#№-º°ª'")
"""Signs between a word and its number: Apt. #5."""
_SAY_NUMBER: Final = frozenset(".:#№")
"""Those that say that a number follows: Unit: B, but not Unit B."""
_IS_PREPOSITION: Final = re.compile("[вксоиу]").fullmatch
"""Matches a word of one letter that is no number: вход с левого торца."""
_NO_STATE: Final = "rm"
"""Of the short words for units the one behind which five digits are no postcode."""
_IN_SPANISH: Final = frozenset("poligono polígono pol calle carretera avenida avda".split())
"""Before the name of a street, whose house is not before it: Unit 63/64 Poligono Industrial."""
_FLOOR_IN_PERSIAN: Final = "ط"
"""A letter that stands for a floor, also with a space before the number: ط 3."""
_SURE: Final = frozenset(("lj", "lc"))
"""Short words that hardly ever mean anything but a unit before a letter and a number: Lj T-430."""
AND: Final = frozenset("& + and y al".split())
"""Words and signs between two numbers of units."""
_AND_IN_PORTUGUESE: Final = ("e", "E")
"""Also between them in Brazil; elsewhere it is the east: 12 E 45 Street."""
ROMAN: Final = re.compile(r"[IVX]{1,5}").fullmatch
"""Matches a Roman number: ap. IV."""
_TWO_CAPITALS: Final = re.compile("[A-Z]{2}").fullmatch
MAX_GAP: Final = 6
"""The largest number of tokens, such as No. and signs, between a word and its number."""


def _is_next(number: str, other: str) -> bool:
    """Whether one number follows the other, or is the same with a letter; it may be cut to its last digits.

    30/30a, 046/47 and 206/207 are one unit or two. 12/13 may be a unit and a house.
    """
    if not (number.isdecimal() and other[:-1].isdecimal() and len(number) > 1):
        return False
    if not other.isdecimal():
        return other[:-1] == number
    return len(number) >= ROOM_DIGITS[0] and len(other) > 1 and str(int(number) + 1).endswith(other.lstrip("0") or "-")


def number_behind(tokens: AddressTokens, decided: Decisions, word: int, behind: int) -> list[int]:
    """Return the tokens of the number or letter behind a word, which ends before `behind`; empty if there is none."""
    at = _behind_marks(tokens, behind)
    if at == min(len(tokens), behind + MAX_GAP) or word in decided.lettered_postcodes:
        return []
    dotted = _is_dotted(tokens, behind, at)
    is_letter = len(tokens[word].text) == 1 and tokens[word].kind == "w" and tokens[word].text != _FLOOR_IN_PERSIAN
    if is_letter and not (dotted or tokens.touches_previous(at) or tokens.is_number_or_letter(word - 1)):
        return []
    if tokens[at].kind == "n":
        return [] if _is_postcode_of_state(tokens, word, at) else joined_numbers(tokens, decided, at)
    if tokens[at].kind != "w" or not (dotted or _is_apart(tokens, word, at)):
        return []
    return _letters_behind(tokens, decided, word, behind, at)


def _behind_marks(tokens: AddressTokens, at: int) -> int:
    """Return the place behind the signs and the No. that begin here."""
    last = min(len(tokens), at + MAX_GAP)
    while at < last and (tokens[at].kind in _GAPS or tokens[at].lower in MARKS):
        at += 1
    return at


def _is_dotted(tokens: AddressTokens, start: int, end: int) -> bool:
    """Whether a sign is among some tokens that says that a number follows: Apt. 5, Unit #5."""
    return not _SAY_NUMBER.isdisjoint(tokens.shape(start, end))


def _is_postcode_of_state(tokens: AddressTokens, word: int, at: int) -> bool:
    """Whether a number behind a short word is a postcode, and the word a state: Guwahati, AS 781003."""
    name, number = tokens[word], tokens[at].text
    short_unit = len(name.text) <= SHORT_WORD and name.lower != _NO_STATE and _is_of_unit(name)
    return short_unit and number.isdecimal() and len(number) >= LONG


def _is_of_unit(word: Token) -> bool:
    return kinds_of_words().get(word.lower) == "unit"


def _is_apart(tokens: AddressTokens, word: int, at: int) -> bool:
    """Whether letters are the number of a unit and no end of its word: Unit B, # B, Unit-B."""
    name, before = tokens[word], tokens[at - 1]
    long_with_dash = before.kind == "-" and len(name.text) > SHORT_WORD and _is_of_unit(name)
    return tokens[at].start > before.end or name.kind == "#" or long_with_dash


def _letters_behind(tokens: AddressTokens, decided: Decisions, word: int, behind: int, at: int) -> list[int]:
    """Return the tokens of a number that begins with a word or letters: Apt B, Unit AO-09, Suite Twenty-One."""
    name, token = tokens[word], tokens[at]
    if len(token.text) <= SHORT_WORD and tokens.touches_next(at, "n"):
        return [at, *joined_numbers(tokens, decided, at + 1)]
    of_unit, short, is_letter = _is_of_unit(name), len(name.text) <= SHORT_WORD, len(name.text) == 1
    sure = not short or _is_dotted(tokens, behind, at) or name.lower in _SURE
    if of_unit and sure and not is_letter and (found := _lettered_number(tokens, decided, at, marked=at > behind)):
        return found
    if _IS_PREPOSITION(token.text) and tokens.shape(at + 1, at + 2) == "w":
        return []  # вход с левого торца
    if len(token.text) == 1 and (name.kind == "#" or (not is_letter and (sure or (of_unit and tokens.ends_part(at))))):
        return joined_numbers(tokens, decided, at)
    if token.lower in numbers_in_words() and (not short or name.text == _FLOOR_IN_PERSIAN):
        return _number_in_words(tokens, at)
    is_flat = of_unit and not is_letter and _TWO_CAPITALS(token.text) is not None and tokens.ends_part(at)  # Flat AG
    return [at] if is_flat or ROMAN(token.text) else []


def _lettered_number(tokens: AddressTokens, decided: Decisions, at: int, *, marked: bool) -> list[int]:
    """Return the tokens of a number and the one or two letters before it: Flat-BC 103, Unit AO-09, Flat No D 03.

    Else empty. `marked` tells that a sign or No. is before it; then there may be more letters.
    """
    if marked and tokens[at].text.isupper() and tokens.touches_next(at, "n"):
        return [at + 1]  # FZJOBB1210 behind Office No.
    found = [at]
    while tokens.shape(at + 1, at + 4) in ("-w-", "-wn") and _is_letters(tokens, at + 2):
        at += 2
        found.append(at)  # Unit EM - G - 01
    letters = tokens[at].text
    if not _is_letters(tokens, at):
        return []
    room = at + 1 + ((len(letters) > 1 or len(found) > 1) and tokens.shape(at + 1, at + 2) == "-")
    if len(letters) > 1 and tokens.shape(room, room + 2) == "wn" and _is_letters(tokens, room):
        found.append(room)  # Shop OT G50
        room += 1
    if not tokens.is_room(room) or (len(letters) == 1 and tokens.is_before_street(room)):
        return []
    return [*found, *joined_numbers(tokens, decided, room)]


def _is_letters(tokens: AddressTokens, at: int) -> bool:
    """Whether one or two letters of a unit's number are here; they are capitals, except in Vietnam."""
    letters = tokens[at].text
    return len(letters) <= SHORT_WORD and (letters.isupper() or tokens.country.vietnam)


def _number_in_words(tokens: AddressTokens, at: int) -> list[int]:
    """Return the tokens of a number in words that begins here: Twenty-One, One Two Zero Three."""
    found = [at]
    for after, token in enumerate(tokens[at + 1 :], at + 1):
        if token.lower in numbers_in_words():
            found.append(after)
        elif token.kind != "-":
            break
    return found


def joined_numbers(tokens: AddressTokens, decided: Decisions, at: int) -> list[int]:
    """Return a number and those that are joined to it: 12-34, 5/7, 1203 & 1205."""
    found = [at]
    if tokens.touches_next(at, "w") and tokens.touches_next(at + 1, "n") and len(tokens[at + 1].text) == 1:
        at += 2  # 3F2
        found += [at - 1, at]
    while at + 2 < len(tokens):
        sign, after = tokens[at + 1], tokens[at + 2]
        if after.kind != "n" and not (after.kind == "w" and len(after.text) == 1):
            break
        if at + 2 in decided.lots:
            joined = False
        elif sign.kind == ",":
            joined = after.kind == "n" and len(after.text) in ROOM_DIGITS and tokens.ends_part(at + 2)
            joined = joined or (
                tokens.touches_previous(at + 1) and tokens.touches_next(at + 1, "n") and tokens.ends_part(at + 2)
            )
        elif sign.kind == ".":
            joined = after.kind == "n" and sign.start == tokens[at].end and after.start == sign.end
            joined = joined and tokens[at].text[-1] not in "Ff"  # 7F.459, Sec. 2
            joined = joined or (after.kind == "n" and _is_in_list(tokens, at + 3))
        elif sign.kind == "/" or (sign.kind == "-" and after.start > sign.end):
            joined = not tokens.is_before_street(at + 2) or _is_next(tokens[at].text, after.text)
            joined = joined or tokens[at + 3].lower in _IN_SPANISH or is_in_turkey(tokens, at)
            joined = joined or _is_letter_behind_slash(tokens, at) or (at > 0 and tokens[at - 1].kind == "#")
            joined = joined or (tokens.country.thailand and tokens.touches_previous(at + 1))
        else:
            joined = sign.kind == "-" or sign.lower in AND
            joined = joined or (sign.text in _AND_IN_PORTUGUESE and not tokens.is_before_street(at + 2))
        if not joined:
            break
        at += 2
        found.append(at)
    return found


def _is_letter_behind_slash(tokens: AddressTokens, at: int) -> bool:
    """Whether a slash and a letter touch a number, and no further slash does: 39/E Kandy Road, but not 39/c/o Lee."""
    slash = at + 1
    return (
        tokens.touches_previous(slash) and tokens.touches_next(slash, "w") and not tokens.touches_next(slash + 1, "/")
    )


def _is_in_list(tokens: AddressTokens, at: int) -> bool:
    """Whether a list of numbers goes on here: Lc. 9. 10. 13. 14 y 15."""
    return at < len(tokens) and tokens[at].lower in (".", "y")
