"""Finds names without a family name, as among Uyghurs, Tibetans and Mongols, and says where names of several parts end.

Each part of such a name is a known one, or a word for a relative, or for what comes, follows the name. Dots separate
several parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.around import text_before
from masking_service.masking.names.behind_names import HAN, follows, is_han, name_ends
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.cue_uses import ANNOUNCING
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.han_words import NO_WORD, han_words

DOTS: Final = "·•‧・∙⋅･.．"
DOTS_SET: Final = frozenset(DOTS)
_PARTED: Final = rf"[{HAN}]{{1,8}}(?:\s?[·•‧・∙⋅･.．]\s?[{HAN}]{{1,8}}){{1,4}}"
_PART_FOLLOWS: Final = frozenset("的拿取签簽已要称稱说說把被就家在为从由凭先收您了吧误")
"""Characters that follow names and are in no name of several parts."""
ADDRESS_ENDS: Final = frozenset("室号號楼樓层層栋棟幢座元户戶房弄村")
_parted: Final = re.compile(_PARTED)
_full_stop: Final = re.compile(r"\s?[.．]\s?")
_dot: Final = re.compile(r"\s?[·•‧・∙⋅･.．]\s?")
_NEVER_IN_PARTS: Final = frozenset("的了是很我你您没有就还这要在时说过吗吃")
"""Characters of prose that are in no part of a name. Words may be before its first part and behind its last."""
_A_WORD: Final = 13
"""The most that a character costs on average in a clause of words (`han_words`); foreign names cost more."""
_parted_behind: Final = re.compile(rf"{_PARTED}$")
FIRST_PART: Final = Expression(any_of(cues.FIRST_PARTS)).search
_UNPARTED: Final = rf"(?:{any_of(cues.FIRST_PARTS)})[{HAN}]{{0,4}}"
_unparted: Final = Expression(rf"{_UNPARTED}(?:[-－]{_UNPARTED})?")
_FIRST_CHARS: Final = frozenset(part[0] for part in cues.FIRST_PARTS)
_PARTS: Final = any_of({*cues.FIRST_PARTS, *cues.LAST_PARTS})
_part: Final = Expression(_PARTS).match
_known_parts: Final = Expression(rf"(?:{_PARTS})+").fullmatch
_CHARS_OF_PARTS: Final = frozenset("".join(cues.FIRST_PARTS))
"""Characters that begin no verb behind a name, because they may go on with it: 买买提 and 提出."""
ANNOUNCES: Final = Expression(
    rf"(?:{any_of((*cues.ROLES, *cues.WEAK, *(word for word in cues.ANNOUNCE if len(word) > 1)))})(?:是|为|叫|姓名)?"
)
_LONGEST_PARTED: Final = 28
_without_family: Final = Expression(
    rf"(?:{any_of(cues.FIRST_PARTS)})(?:{any_of({*cues.FIRST_PARTS, *cues.LAST_PARTS})}){{1,3}}"
    rf"|{any_of(part for part in cues.FIRST_PARTS if len(part) > 2)}"
).finditer
"""Finds names of which each part is known: 次仁多吉."""
_first_in_clause: Final = Expression(rf"(?:(?<![{HAN}])|(?<=[给交找]))(?={any_of(cues.FIRST_PARTS)})").finditer
_OF_FAMILY_OR_COMING: Final = (
    *("女儿", "儿子", "妻子", "丈夫", "母亲", "父亲", "婆婆", "公公"),
    *("上门", "将于", "将在", "将为", "将由", "将会"),
)
_BEFORE_WHOLE: Final = frozenset(
    "的给由交号楼室户栋家间床名报好爱放找把到跟和与请部台员站司厂院苑区村敬寄写班级服改师人托柜"
)
_BEHIND_WHOLE: Final = frozenset("已正在收代的家取签领上客为将委女未他她")
"""Characters that may follow such a name without a sign."""


def find(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of such names in a text in simplified characters."""
    for match in _without_family(text) if not _FIRST_CHARS.isdisjoint(text) else ():
        start, end = match.span()
        before, behind = text[start - 1 : start], text[end : end + 1]
        begins = end - start > len("其其格") or not is_han(before) or before in _BEFORE_WHOLE
        begins = begins or text.endswith(ANNOUNCING.get(before, ()), 0, start)
        if begins and (before == "*" or before.isdecimal() or behind in _BEHIND_WHOLE or name_ends(text, end)):
            yield start, end
    for match in _first_in_clause(text) if any(word in text for word in _OF_FAMILY_OR_COMING) else ():
        stop = without_family_from(text, match.start())
        if stop is not None and text.startswith(_OF_FAMILY_OR_COMING, stop):
            yield match.start(), stop


def without_family_from(text: str, start: int) -> int | None:
    """Return where a name ends that has several parts, or begins like names without a family name.

    None if there is none.
    """
    if (
        not DOTS_SET.isdisjoint(text[start + 1 : start + 10])
        and (parted := _parted.match(text, start))
        and not _are_clauses(parted[0], _dot.split(parted[0])[:-1])
    ):
        last = start + max(map(parted[0].rfind, DOTS)) + 1
        if not follows(text, last):  # as in 收件人.张三.电话
            ends = (at for at in range(last + 1, parted.end()) if follows(text, at) or _ends_part(text, last, at))
            return next(ends, parted.end())
    if text[start : start + 1] in _FIRST_CHARS and (unparted := _unparted.match(text, start)):
        ends = (at for at in range(start + 2, unparted.end()) if follows(text, at) or _ends_part(text, start, at))
        return next(ends, unparted.end())
    return None


def _ends_part(text: str, last: int, at: int) -> bool:
    """Whether the last part of a name, which begins at `last`, ends before the character at `at`."""
    if at <= last + 1:
        return False
    if text[at] in _PART_FOLLOWS:
        return True
    word = han_words().words.get(text[at : at + 2], NO_WORD)[0]
    if text[at] not in _CHARS_OF_PARTS and word == "v":
        return True
    is_word = word in "nmpar" and is_han(text[at + 1 : at + 2])
    return is_word and _part(text, at) is None and _known_parts(text, last, at) is not None


def parted_before(text: str, end: int) -> re.Match[str] | None:
    """Return the match of a name of several parts that ends at `end`, with what may be before it."""
    if DOTS_SET.isdisjoint(text_before(text, end, 10)):
        return None
    parted = _parted_behind.search(text, end - _LONGEST_PARTED, end)
    return None if parted is None or _are_clauses(parted[0], _dot.split(parted[0])[1:]) else parted


def unparted_before(text: str, end: int) -> int | None:
    """Return where a name without a family name that ends at `end` begins. It may have words in it."""
    if _FIRST_CHARS.isdisjoint(text_before(text, end, 12)):
        return None
    found = _unparted.search(text, end - 12, end)
    return found.start() if found and found.end() == end else None


def _are_clauses(parts: str, whole: list[str]) -> bool:
    """Whether dots separate clauses and not parts of a name: 东西不错.速度特别快.

    No other words are in the parts that are `whole`.
    """
    if not _NEVER_IN_PARTS.isdisjoint("".join(whole)):
        return True
    if not DOTS_SET.difference(".．").isdisjoint(parts):
        return False
    clauses = _full_stop.split(parts)
    if any(clause.startswith(cues.FIRST_PARTS) for clause in clauses):
        return False
    return min(map(len, whole)) < len("阿里") or sum(map(han_words().cost, clauses)) <= _A_WORD * sum(map(len, clauses))


def parted_start(text: str, parted: re.Match[str]) -> int | None:
    """Return where a name of several parts begins, behind what announces it; None if other words are in it."""
    dots = [parted.start() + at for at in (*map(parted[0].find, DOTS), *map(parted[0].rfind, DOTS)) if at >= 0]
    dot = min(dots)
    last = max(dots) + 1
    if any(follows(text, at) or _ends_part(text, last, at) for at in range(last + 1, parted.end())):
        return None
    announced = [word.end() for word in ANNOUNCES.finditer(text, parted.start(), parted.end())]
    announced += [at + 1 for at in range(parted.start(), dot) if text[at] in ADDRESS_ENDS]
    if dot in announced:  # as in 收件人.张三
        return dot + 1
    start = max((at for at in announced if at < dot), default=parted.start())
    first = FIRST_PART(text, start, dot)
    start = first.start() if first else start
    return start if _NEVER_IN_PARTS.isdisjoint(text[start:dot]) else None
