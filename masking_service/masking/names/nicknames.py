"""Finds family names behind 小 or 老, where the clause goes on with what a person does: 老杜让放门卫, 小胡说别敲门.

Behind a word that announces a person, the nickname may be the end of the clause: 客服小唐.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from masking_service.masking.names.behind_names import HAN, is_han
from masking_service.masking.names.beside_runs import ANNOUNCE
from masking_service.masking.names.names_of_clauses import Span
from masking_service.masking.words import called_words
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import any_of, by_char
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES, FAMILY_NAMES

_DOES: Final = "说讲让要叫请问催来到去在已没不会想取拿收签给帮把将就也都还又打接送寄订买退换改发留喊带"
"""First characters of what a person does."""
_called: Final = Expression(
    rf"[小老](?<![*0-9A-Za-z].)(?:{any_of(DOUBLE_FAMILY_NAMES)}|[{FAMILY_NAMES}])(?:(?P<does>(?=[{_DOES}]))|(?![{HAN}*]))"
).finditer
_LONG_OPEN: Final = by_char((word for word in cues.OPEN if len(word) > 1), -1)
_NEVER: Final = frozenset("大最从多")
"""Characters that 小 is part of a word with."""


def find(text: str) -> Iterator[Span]:
    """Yield the spans of family names behind 小 or 老 in a text in simplified characters."""
    for match in _called(text):
        start, end = match.span()
        name = match[0]
        if called_words.is_word(name) and name not in cues.NICKNAMES:
            continue
        does = match["does"] is not None and (text[end] == "说" or not called_words.is_word(text[end - 1 : end + 1]))
        if _is_told(text, start, longer=1 if does else 2) or (does and _is_open(text, start)):
            yield start + 1, end


def _is_told(text: str, start: int, *, longer: int) -> bool:
    """Whether a word of so many characters or more that announces a person ends at `start`."""
    last = text[start - 1 : start]
    return last not in _NEVER and any(
        len(word) >= longer for word in ANNOUNCE.get(last, ()) if text.endswith(word, 0, start)
    )


def _is_open(text: str, start: int) -> bool:
    """Whether a clause begins at `start`, or a word is before it that a name follows as often as other words."""
    last = text[start - 1 : start]
    return not is_han(last) or text.endswith(_LONG_OPEN.get(last, ()), 0, start)
