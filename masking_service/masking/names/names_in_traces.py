"""Finds names of people at fixed places: in the sentences of carriers' traces, and before what a chat quotes.

In a trace a word is a name, too, and so is one with a family name that is nearly always a word: 【苏州】 的时光（138…）
正在第1次派件. What is called like a place or a site is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.names import names_between_words
from masking_service.masking.names.name_bounds import ANY_FAMILY, HAN, PLACE_ENDS
from masking_service.masking.words import called_words
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES
from masking_service.masking.words.han_words import NO_WORD, han_words

_STARTS: Final = "".join(sorted(ANY_FAMILY | {name[0] for name in DOUBLE_FAMILY_NAMES}))
_NAME: Final = rf"[{_STARTS}][{HAN}]{{1,3}}?"
_PHONES: Final = r"(?:[\s\[（(【]{0,2}\+?[0-9\-]{0,5}\*{5,}+[0-9]{0,4}[\]）)】]?){1,3}"
_DELIVERS: Final = r"\s?(?:正在(?:第|派|为|投|配|揽)|为您?(?:派|投|配)|准备(?:派|投))"
_DONE: Final = r"已(?:收入|打包|发出|收件|拆包|装车|卸车|入库|出库|揽收)"
_trace: Final = Expression(
    rf"(?:[】\]]\s?的\s?|(?:派件|业务|快递|投递|揽投|配送|收派|派送)[员員]\s?[:：]?\s?)"
    rf"(?P<delivers>{_NAME})(?:{_PHONES})?(?={_DELIVERS})"
    rf"|(?:(?<![\s\S])|(?<=\n))[「“](?P<said>{_NAME})[:：]"
    rf"|[】\]]\s?{_DONE}\s+(?P<done>{_NAME})(?![^\n])"
    rf"|[司部点站店处场][\-－—](?P<dashed>{_NAME})(?=[\-－—](?:派件|派送|投递|收件|揽收|取件)中?(?![{HAN}]))"
).finditer
_may_hold: Final = re.compile(r"[】\]员\-－—「“]").search
_NO_NOUN: Final = frozenset("atpurm")
"""Classes of words that call no one: 马上."""
_no_name: Final = Expression(rf"(?:{any_of((*cues.TITLES, *cues.ROLES))})$").search


def find(text: str) -> Iterator[tuple[int, int]]:
    """The spans of names in a text in simplified characters, its phones hidden."""
    if _may_hold(text) is None:
        return
    for match in _trace(text):
        start, end = match.span(match.lastgroup or 0)
        name = text[start:end]
        place = name[-1] in PLACE_ENDS or any(called_words.is_word(name + ending) for ending in "市县区")
        kind = han_words().words.get(name, NO_WORD)[0]
        is_name = match["said"] is None or names_between_words.is_name(name, plainly=True)
        if is_name and not place and kind not in _NO_NOUN and _no_name(name) is None:
            yield start, end
