"""Tells that words with capitals are a name which no cue announces, because they are nothing else: Nagy Eszter, 06 20 …

No list of ordinary words, firms or places has them, and one thing more speaks for a name: a phone a few words away, a
small word before them with which people hand over (`till`, `for`), or the order of Hungary, with the given name last.
"""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.names.latin_at_doors import drop_ordinary, is_ordinary_with_capital
from masking_service.masking.names.latin_bounds import (
    LETTERS,
    LONGEST,
    TITLE,
    Span,
    begins_with_street,
    is_given,
    is_latin_name,
    is_of_firm,
    plain_word,
)
from masking_service.masking.numbers.found_numbers import IN_THREES
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.plain_words import words_of_parcels

_LEAST: Final = 2
"""Words of a name that nothing announces."""
_MOST: Final = 3
_SENTENCE: Final = 80
"""Characters beside a name in which words are looked for that tell of parcels, or of the language."""
_GAP: Final = r"[\s,.;:(/\-–]{1,3}"
_phone_behind: Final = re.compile(
    rf"(?:{_GAP}[^\W\d_]{{1,12}}){{0,4}}{_GAP}(?:\+?[0-9() \-]{{0,8}}\*{{5}}|{IN_THREES})"
).match
"""Matches a phone behind up to four words."""
_phone_before: Final = re.compile(rf"\*{{4}}(?:\*|[0-9]{{1,4}})(?:{_GAP}[^\W\d_]{{1,12}}){{0,3}}{_GAP}$").search
"""Finds a phone before up to three words."""
_for_before: Final = Expression(
    rf"(?<![{LETTERS}])(?:{any_of(cues.LATIN_FOR)})\s(?:(?:{any_of(cues.LATIN_KIN)})\s)?{TITLE}?$", re.I
).search
_han: Final = re.compile("[\u3041-\u30fa\u3400-\u9fff]").search
_hungarian: Final = re.compile(
    "[őű]|csomag|kérem|részére|veszi|hívja|hívjon|köszön|átad|átve|szomszéd|futár|emelet", re.I
).search
"""Finds that a text is in Hungarian, in which the family name comes first."""
_small_words: Final = re.compile(rf"(?<![{LETTERS}'’])[{LETTERS}]{{3,}}").findall


def name_by_exclusion(text: str, start: int, end: int) -> Span | None:
    """Return the span of a name among words that begin with a capital; None if they are none."""
    words = text[start:end].split(" ")
    if begins_with_street(text[start:end]) or _is_beside_han(text, start, end):
        return None
    if _is_hungarian_name(text, words, start, end) and not _begins_sentence(text, start):
        return start, end
    start += drop_ordinary(words)
    while words and is_ordinary_with_capital(words[-1]):
        end -= len(words.pop()) + 1
    name = " ".join(words)
    if not _LEAST <= len(words) <= _MOST or not may_be_name(name, words):
        return None
    if _phone_behind(text, end) or _phone_before(text, max(0, start - LONGEST), start):
        return start, end
    is_name = _is_handed_over(text, words, start) or _is_hungarian_name(text, words, start, end)
    return (start, end) if is_name else None


def _is_handed_over(text: str, words: list[str], start: int) -> bool:
    """Whether `for` or the like is before words, with a given name in them or a word of parcels before that."""
    if _for_before(text, max(0, start - LONGEST), start) is None:
        return False
    before = map(plain_word, _small_words(text, max(0, start - _SENTENCE), start))
    return any(map(is_given, words)) or not words_of_parcels().isdisjoint(before)


def _is_beside_han(text: str, start: int, end: int) -> bool:
    """Whether a Chinese or Japanese character is near in the same line: goods have names in Latin letters there."""
    first = max(text.rfind("\n", max(0, start - LONGEST), start) + 1, start - LONGEST)
    last = text.find("\n", end, end + LONGEST)
    return _han(text, first, end + LONGEST if last < 0 else last) is not None


def _is_hungarian_name(text: str, words: list[str], start: int, end: int) -> bool:
    """Whether words are a family name, which may be an ordinary word as well, and a given name: Nagy Eszter."""
    if (
        len(words) != _LEAST
        or not is_given(words[-1])
        or not _hungarian(text, max(0, start - _SENTENCE), end + _SENTENCE)
    ):
        return False
    name = " ".join(words)
    return is_latin_name(name) and not is_of_firm(name)


def _begins_sentence(text: str, at: int) -> bool:
    """Whether a word begins a sentence, so that its capital tells nothing."""
    before = text[max(0, at - 2) : at].rstrip(" ")
    return not before or before[-1] in ".!?\n"


def may_be_name(name: str, words: list[str]) -> bool:
    """Whether all words have small letters, too, and none is an ordinary one or of a firm, a place or a brand."""
    return (
        not any(
            word.isupper() or is_ordinary_with_capital(word) or plain_word(word) in cues.LATIN_BRANDS for word in words
        )
        and is_latin_name(name)
        and not is_of_firm(name)
    )
