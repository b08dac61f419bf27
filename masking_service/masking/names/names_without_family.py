"""Finds names without a family name, of Uyghurs, Tibetans and Mongols, in texts.

Each of their parts is known, or a relative or what comes is told behind them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from masking_service.masking.names.name_bounds import HAN, is_han, name_ends, without_family_from
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.cue_uses import ANNOUNCING
from masking_service.masking.words.expressions import Expression

_without_family: Final = Expression(
    rf"(?:{any_of(cues.FIRST_PARTS)})(?:{any_of({*cues.FIRST_PARTS, *cues.LAST_PARTS})}){{1,3}}"
).finditer
"""Names of which each part is known: 次仁多吉."""
_first_in_clause: Final = Expression(rf"(?:(?<![{HAN}])|(?<=[给交找]))(?={any_of(cues.FIRST_PARTS)})").finditer
_OF_FAMILY_OR_COMING: Final = (
    *("女儿", "儿子", "妻子", "丈夫", "母亲", "父亲", "婆婆", "公公"),
    *("上门", "将于", "将在", "将为", "将由", "将会"),
)
_FIRST_CHARS: Final = frozenset(part[0] for part in cues.FIRST_PARTS)
_BEFORE_WHOLE: Final = frozenset("的给由交号楼室户栋家好爱放找把到跟和与请部台员站司厂院苑区村敬寄写班级服改师人托柜")
_BEHIND_WHOLE: Final = frozenset("已正在收代的家取签领上客为将委女未他她")
"""Beside such a name, where Han go on."""


def find(text: str) -> Iterator[tuple[int, int]]:
    """The spans of such names in a text in simplified characters."""
    for match in _without_family(text) if not _FIRST_CHARS.isdisjoint(text) else ():
        start, end = match.span()
        before, behind = text[start - 1 : start], text[end : end + 1]
        begins = not is_han(before) or before in _BEFORE_WHOLE or text.endswith(ANNOUNCING.get(before, ()), 0, start)
        if begins and (before == "*" or before.isdecimal() or behind in _BEHIND_WHOLE or name_ends(text, end)):
            yield start, end
    for match in _first_in_clause(text) if any(word in text for word in _OF_FAMILY_OR_COMING) else ():
        stop = without_family_from(text, match.start())
        if stop is not None and text.startswith(_OF_FAMILY_OR_COMING, stop):
            yield match.start(), stop
