"""Finds names of people in Hebrew and Hindi, whose letters have no capitals, by the words beside them.

The words are data (`neighbour_names.txt`). A word of a name is one that is not in the list of words that are none. A
further script needs its letters here, and four sections there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from masking_service.masking.names.names_of_neighbours import PHONE, WORDS
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.expressions import Expression

Span = tuple[int, int]
_LONGEST_NAME: Final = 3
"""Words of a name."""
_USUAL: Final = 2
"""Words of one whose first word is in no list."""
_LEAST_JOINED: Final = 3
"""Letters that a word has at least with which others are written together."""
_words: Final = re.compile("[^ -]+").findall
_ends: Final = re.compile(rf"\s*(?:$|[.,;:!?()\n।/\-–]|{PHONE})").match


@dataclass(frozen=True)
class _Script:
    """The expressions of one script, and its given names."""

    has_letters: Callable[[str], object]
    told: Expression
    """Finds a name behind a cue."""
    done: Expression
    """Finds the words before what a person does, or before a phone."""
    given: frozenset[str]


def _script(language: str, letters: str, joined: str = "", family: str = "") -> _Script:
    """Return what is read in texts in a language.

    Args:
        language: the beginning of its sections.
        letters: the inside of a class of all letters and marks.
        joined: letters that are written together with the next word.
        family: words that begin a name of two words: son, daughter.
    """
    before = WORDS[f"{language}-before"]
    touching = [word.removesuffix("-") for word in before if word.endswith("-")]
    apart = any_of(word for word in before if not word.endswith("-"))
    none = WORDS[f"no-{language}"]
    longer = any_of(word for word in none if len(word) >= _LEAST_JOINED)
    no_name = rf"(?!(?:{any_of(none)}{f'|[{joined}]{{1,2}}(?:{longer})' if joined else ''})(?![{letters}]))"
    last = "".join({word[-1] for word in touching})
    touches = rf"(?:{any_of(word[:-1] for word in touching)}){no_name}[{last}][-־ ]?|" if touching else ""
    begins = f"(?:(?:{family})[ -])?" if family else ""
    word = rf"{begins}{no_name}(?:[{letters}]['’׳]?){{2,20}}"
    name = rf"{word}(?:[ -]{word}){{0,{_LONGEST_NAME - 1}}}"
    behind = any_of(WORDS[f"{language}-behind"])
    return _Script(
        has_letters=re.compile(f"[{letters}]{{2}}").search,
        told=Expression(
            rf"(?<![{letters}\"'׳״])(?:{touches}(?:{apart})[ :.\-–(]{{1,3}})(?:(?:{apart})[ :]{{1,2}}){{0,2}}"
            rf"(?P<name>{name})(?![{letters}])"
        ),
        done=Expression(
            rf"(?<![{letters}])(?P<name>{name})"
            rf"(?=[ ,]{{1,2}}(?:{behind})|[ ,:(\-–]{{1,3}}(?:[{letters}]{{2,8}}[ :]{{1,2}})?{PHONE})"
        ),
        given=frozenset(WORDS[f"{language}-given"]),
    )


_SCRIPTS: Final = (
    _script("hebrew", "\u05d0-\u05ea", "הבלמוכש", "בן|בת|בר"),
    _script("hindi", "\u0900-\u0963\u0971-\u097f\u200c\u200d"),
)


def names_by_script(text: str) -> Iterator[Span]:
    """Yield the spans of names."""
    if text.isascii():
        return
    for script in _SCRIPTS:
        if script.has_letters(text):
            yield from _told(text, script)
            yield from _done(text, script)


def _told(text: str, script: _Script) -> Iterator[Span]:
    """Yield the spans of names behind a cue: those that begin with a given name, end a clause, or are two words."""
    for match in script.told.finditer(text):
        words = _words(match["name"])
        if words[0] in script.given or len(words) == _USUAL or _ends(text, match.end("name")):
            yield match.span("name")


def _done(text: str, script: _Script) -> Iterator[Span]:
    """Yield the spans of words before what a person does: those from a given name, or the last two."""
    for match in script.done.finditer(text):
        start = match.start("name")
        words = match["name"].split(" ")
        known = next((at for at, word in enumerate(words) if word in script.given), None)
        if known is not None:
            yield start + len(" ".join(words[:known])) + bool(known), match.end("name")
        else:
            yield start + len(" ".join(words[:-_USUAL])) + (len(words) > _USUAL), match.end("name")
