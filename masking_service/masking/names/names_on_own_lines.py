"""Finds names on a line of their own in scripts without capitals: Japanese, Korean, Thai, Arabic, Hebrew, Hindi.

They are above an address, behind c/o or below a closing. A name behind c/o is whatever is there, up to the next sign.
A line is a name only if it has the form of one in its language, because many first lines are a house's or a firm's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.names.names_of_neighbours import WORDS, Span, is_name_of_neighbours
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.expressions import Expression

_LETTERS: Final = "\u0531-\u1cff\u200c\u200d\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_WORD: Final = rf"(?:(?!\d)[{_LETTERS}'’׳])+"
_NAME: Final = rf"{_WORD}(?:[ \u3000·・\-־]{_WORD}){{0,3}}"
_care_of: Final = Expression(rf"(?<![^\W_])c/o[ :.]{{0,2}}(?P<name>{_NAME})(?=\s*(?:$|[,،、;|\n(（]))", re.I).finditer
_first_line: Final = Expression(rf"\s*(?P<name>{_NAME})[,、،]?[ \t\u3000]*\n(?=.*\d)", re.S).match
_below_closing: Final = Expression(
    rf"(?:{any_of(WORDS['closings'])})[ ,،.!！]{{0,2}}(?:\n\s?|。)"
    rf"(?P<name>{_NAME}?)(?: (?:드림|올림)|より)?[ \t]*(?:\n|$)"
).finditer
_no_person: Final = Expression(any_of(WORDS["no-addressee"])).search
_two_words: Final = Expression(
    rf"(?!.*(?<![^ ])(?:{any_of((*WORDS['no-hebrew'], *WORDS['no-hindi']))})(?![^ ]))"
    "[\u0590-\u05ff'’׳]{2,} [\u0590-\u05ff'’׳]{2,}|[\u0900-\u097f]{2,} [\u0900-\u097f]{2,}"
).fullmatch
"""Matches two words in Hebrew or Hindi of which none is in the lists of those that are no names."""
_GIVEN: Final = frozenset((*WORDS["arabic-given"], *WORDS["hebrew-given"], *WORDS["hindi-given"]))


def names_above_addresses(text: str) -> Iterator[Span]:
    """Yield the spans of names behind c/o and on the first line of an address."""
    if text.isascii():
        return
    found = [*_care_of(text)] if "/" in text else []
    if (line := _first_line(text)) and _is_name(line["name"]):
        found.append(line)
    yield from (match.span("name") for match in found if _no_person(match["name"]) is None)


def names_below_closings(text: str) -> Iterator[Span]:
    """Yield the spans of names of who wrote a text, on the line below a closing."""
    if text.isascii():
        return
    for match in _below_closing(text):
        if _is_name(match["name"]) and _no_person(match["name"]) is None:
            yield match.span("name")


def _is_name(line: str) -> bool:
    """Whether a line has the form of a name in its language."""
    words = line.replace("\u3000", " ").split(" ")
    known = len(words) > 1 and not _GIVEN.isdisjoint((words[0], words[-1]))
    return known or is_name_of_neighbours(line) or _two_words(line) is not None
