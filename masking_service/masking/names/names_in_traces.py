"""Finds names at fixed places: in the sentences of carriers' traces, and before the text that a chat quotes.

At such a place a known word is taken for a name, too, and so is a name whose family name is nearly always a word:
【苏州】 的时光（138…） 正在第1次派件. The name of a town or a site is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.names import names_between_words
from masking_service.masking.names.behind_names import HAN
from masking_service.masking.names.name_bounds import ANY_FAMILY, PLACE_ENDS
from masking_service.masking.names.names_of_clauses import Span
from masking_service.masking.words import called_words
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.cue_uses import ANNOUNCING, BEFORE_NAMES
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES
from masking_service.masking.words.han_words import COST_OF_USUAL_GIVEN, NO_WORD, han_words

_STARTS: Final = "".join(sorted(ANY_FAMILY | {name[0] for name in DOUBLE_FAMILY_NAMES}))
_NAME: Final = rf"[{_STARTS}][{HAN}]{{1,3}}?"
_PHONES: Final = r"(?:[\s\[（(【]{0,2}\+?[0-9\-]{0,5}\*{5,}+[0-9]{0,4}[\]）)】]?){1,3}"
_DELIVERS: Final = r"\s?(?:正在(?:第|派|为|投|配|揽)|为您?(?:派|投|配)|准备(?:派|投)|已(?:揽|取)[收件])"
_DONE: Final = r"已(?:收入|打包|发出|收件|拆包|装车|卸车|入库|出库|揽收)"
_trace: Final = Expression(
    rf"(?:[】\]）)]\s?的\s?|[部司点站店]的|(?:派件|业务|快递|投递|揽投|配送|收派|派送)[员員]\s?[:：]?\s?)"
    rf"(?P<delivers>{_NAME})(?:{_PHONES})?(?={_DELIVERS})"
    rf"|(?:(?<![\s\S])|(?<=\n))[「“](?P<said>{_NAME})[:：]"
    rf"|[】\]]\s?{_DONE}\s+(?P<done>{_NAME})(?![^\n])"
    rf"|[司部点站店处场][\-－—](?P<dashed>{_NAME})(?=[\-－—](?:派件|派送|投递|收件|揽收|取件)中?(?![{HAN}]))"
).finditer
_may_hold: Final = re.compile(r"[】\]员\-－—「“]|[部司点站店]的").search
_NO_NOUN: Final = frozenset("atpurm")
"""Classes of words that are no names: 马上."""
_no_name: Final = Expression(rf"(?:{any_of((*cues.TITLES, *cues.ROLES, *cues.LABELS))})$").search
_town_first: Final = re.compile(
    rf"[【\[]([{HAN}]{{2,10}})[】\]]\s?(?:快件[已到离发正]|到达|离开|正?发往|已到|已发|(?:快递|派件|派送|收派|揽收|投递|业务|配送)[员員])"
).match
"""Matches the town at the beginning of a trace, which may look like a name: 【岳阳】快件已到达."""
_site_before_name: Final = re.compile(
    rf"(?<=[【\[])([{HAN}]{{2,10}})[】\]]\s?的(?=[{HAN}])"
    rf"|(?:(?<=[】\]市区县])|(?<=^))([{HAN}]{{2,8}}?)(?:派件|派送|快递|配送|业务|投递|收派|揽投)[员員][:：]\s?(?=[{HAN}])"
)
"""Finds a site, with 的 or a role behind it, before the name of its courier."""
_site_of_parcel: Final = re.compile(
    rf"(?:到达|离开|发往|抵达|到達|離開|發往)\s?[【\[]([{HAN}]{{2,10}})(?=[】\]])"
    rf"|[【\[]([{HAN}]{{2,10}})(?=[】\]]\s?[（(]0[0-9]{{2,3}}-)"
)
"""Finds a site to which a parcel goes, or a site with its landline."""
_ENDS_OF_TOWNS: Final = frozenset("平东山阳水江河海林泽津德安源康石龙集庄丘义州口梁堰栗狮胜志祥良川")
"""Last characters that are frequent in towns of two characters and in names."""


def find(text: str) -> Iterator[Span]:
    """Yield the spans of names in a text in simplified characters, its phones hidden."""
    if _may_hold(text) is None:
        return
    for match in _trace(text):
        start, end = match.span(match.lastgroup or 0)
        name = text[start:end]
        place = name[-1] in PLACE_ENDS or (
            han_words().given_cost(name) > COST_OF_USUAL_GIVEN
            and any(called_words.is_word(name + ending) for ending in "市县区")
        )
        kind = han_words().words.get(name, NO_WORD)[0]
        is_name = match["said"] is None or names_between_words.is_name(name, plainly=True)
        if is_name and not place and name != "包裹" and kind not in _NO_NOUN and _no_name(name) is None:
            yield start, end


def without_sites(text: str, found: list[Span]) -> list[Span]:
    """Return the spans without those at the end of a town's or a site's name in brackets, as in 【云栖】的黄凯."""
    if town := _town_first(text):
        found = [span for span in found if not _is_of_town(text, span, town, alone=len(found) == 1)]
    sites = [
        site.span(site.lastindex or 0)
        for site in _site_before_name.finditer(text)
        if text[site.end() + 1 : site.end() + 2] == "*" or any(start == site.end() for start, _ in found)
    ]
    sites += [site.span(site.lastindex or 0) for site in _site_of_parcel.finditer(text)]
    return [
        (start, end)
        for start, end in found
        if not any(
            first <= start
            and end == last
            and not text.endswith(ANNOUNCING.get(text[start - 1], ()), first, start)
            and not names_between_words.is_plainly_name(text[start:end])
            for first, last in sites
        )
    ]


def _is_of_town(text: str, span: Span, town: re.Match[str], *, alone: bool) -> bool:
    """Whether a possible name in brackets is a town, or the end of one: 【岳阳】, 【常州武进】, but not 【客户李芳】.

    Before the role of a courier whose name does not follow, what is in brackets is the name, unless it is a known
    place: 【李芳】派件员.
    """
    before = text[town.start(1) : span[0]]
    if span[1] != town.end(1) or before in BEFORE_NAMES:
        return False
    if not before and alone and text[town.end() - 1] in "员員":
        is_place = any(called_words.is_word(town[1] + end) for end in ("", *"市县区州"))
        may_be_name = len(town[1]) > len("岳阳") or town[1][-1] not in _ENDS_OF_TOWNS
        return is_place or not (may_be_name and names_between_words.is_name(town[1]))
    return not before or called_words.is_noun(before)
