"""Finds names of people among other Chinese words, where nothing separates them: 修水管王丽娟加急.

A part of a run of Han is a name if it is far likelier a name than words (`han_run`). The other modules also ask here
where their own rules do not decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from masking_service.masking.around import text_before
from masking_service.masking.names.beside_runs import BEFORE_RUN, FOLLOW, FOLLOW_ALONE, announced
from masking_service.masking.names.han_run import (
    COST_OF_NAME,
    LAST,
    NICKNAMES,
    PLACE_ENDS,
    USUAL_LAST,
    HanRun,
    cost_of_given,
)
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.address_words import BARE_PLACE
from masking_service.masking.words.called_words import PERSON_ENDS, home_as_place, is_word
from masking_service.masking.words.divisions import begins_place, is_division
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.family_names import (
    DOUBLE_FAMILY_NAMES,
    FAMILY_NAMES,
    PLAIN_WORDS_AS_FAMILY_NAMES,
    RARE_FAMILY_NAMES,
    WORDS_AS_FAMILY_NAMES,
)
from masking_service.masking.words.han_words import COST_OF_UNKNOWN, COST_OF_WORD_AS_FAMILY, NO_WORD, han_words

MAX_RUN: Final = 32
"""Characters of the longest run that is read.

In a longer one, what is beside a name is not what people write beside names.
"""

_A_RUN: Final = 10
_A_CHARACTER: Final = 3
"""Units to read a run that may hold names (`_A_RUN`), and for each of its characters."""
_BEFORE_PLACE: Final = 12
"""Characters that are read of a name and the place behind it."""
_BEFORE_A_PLACE: Final = 6
"""The least that a name has to save where a place is behind it and the text has a number."""
_BETWEEN_NUMBER_AND_PLACE: Final = 1
"""The least that it has to save between a phone and a complete place.

A part of a place is no name: 阳明街道, 华强北路.
"""
NAME_BEFORE_PLACE: Final = (
    "(?:(?![业产发技商际园市州省县区镇乡村城场厂店公司路街道桥埠圩県])[\u3400-\u9fff]){2,4}"
    f"(?<![{cues.PLACE_ENDS}港线窑屿坝坡岭沟塘垸垟坳坞宅埭寨屯下前后口边旁侧头堡都哥姐叔姨嫂婶])(?<!家[门尖坪渡墩角嘴])"
)
"""Part of a regular expression: a possible name in front of a road or a town, without characters of places."""
_TITLES: Final = frozenset(cues.TITLES)
_may_be_before_place: Final = re.compile(NAME_BEFORE_PLACE).fullmatch
_bare_place: Final = Expression(BARE_PLACE).match
_BEFORE_A_BARE_PLACE: Final = {2: 0, 3: -6, 4: 0}
"""The least that a name of so many characters has to save in front of a road, a town or an estate."""
_MORE_IF_UNUSUAL: Final = 6
"""How much more it has to save if its family name is often a word, and if its only given character is unusual."""
_MOST_OF_USUAL: Final = 14
_IN_A_LIST: Final = 4
"""The least that a name has to save where it is one of several that are the whole text."""
_ALONE: Final = (8, 4)
"""The least that a name of two characters, and a longer one, has to save where nothing is beside it."""
_IN_A_PLAIN_PLACE: Final = -1
_RARE_WORD: Final = 27
"""The least cost of a word that a name may begin with by chance: 周语嫣."""
_MAY_BE_NAME: Final = 4
"""The least that a name has to save over its single characters, for the run around it to be read."""


_NO_FAMILIES: Final = frozenset("apu")
"""Classes of words that are seldom family names: 和, 都."""
_ENDS_OF_ROOM: Final = frozenset("0123456789 (（")
_ROOM_AT_END: Final = re.compile(r"(?<![0-9*])[0-9]{3,4}[ (（]{0,2}$").search
"""Tells a room's number before a run that may begin with a word: 302孙子涵."""
_MASKED_BEFORE: Final = re.compile(r"[\u4e00-\u9fff]\*{1,3}[,，、;； |｜/／+＋&＆]").finditer
_RUN: Final = r"[\u4e00-\u4e27\u4e29-\u9fff]"
"""Han, without 丨, which text recognition writes for a vertical bar."""
_run: Final = re.compile(f"{_RUN}*").match
_han_runs: Final = re.compile(f"{_RUN}+").finditer
_LIST: Final = re.compile(
    r"[\u4e00-\u9fff]{2,4}(?:[、，,;；/+&\s]{1,2}(?!一起|均可|都可)[\u4e00-\u9fff]{2,4}?)+"
    r"(?P<tail>[。.，, ]?(?:[0-9一两二三四五六]人)?(?:一起[收取拿]|[均都][可行]"
    rf"|各[0-9一两二三四五六七八九十半]{{1,3}}[{cues.UNITS}])?)"
).fullmatch
_LIST_IN: Final = re.compile(
    r"(?<!\w)[\u4e00-\u9fff]{2,4}(?:[、;；/+&][\u4e00-\u9fff]{2,4}?)+(?:(?!\w)|(?=新?婚|[两三四五六]人))"
).finditer
_HAN_PARTS: Final = re.compile(r"[\u4e00-\u9fff]+").finditer
_WORDS_AS_FAMILY: Final = frozenset(WORDS_AS_FAMILY_NAMES)
_WORDS_IN_FRONT: Final = frozenset(WORDS_AS_FAMILY_NAMES + PLAIN_WORDS_AS_FAMILY_NAMES)
_STARTS: Final = "".join(sorted({*FAMILY_NAMES, *RARE_FAMILY_NAMES, *(name[0] for name in DOUBLE_FAMILY_NAMES)}))
_family: Final = re.compile(rf"[{_STARTS}](?=[\u4e00-\u9fff])").finditer
_BEFORE_SITE: Final = PERSON_ENDS | frozenset(
    "级场地放工员委楼人师者天后晚前点司厂店部科处组班院局所行社馆校市队站库间堂舍心室会团办房"
)
"""Last characters of words for people and organisations, and 放."""
_ROOM_OF_SITE: Final = re.compile("(?:(?<=[0-9])|(?<=[0-9*]{3}))(?:室|房间?|[号铺床户班级届楼层層]|店面)?的?$").search
_LAST_BEHIND: Final = re.compile(r"[\u4e00-\u9fff]{0,2}[家那在签簽拿取领留赠亲](?![\u4e00-\u9fff])").match
_LAST_OF_ROOM: Final = frozenset("0123456789*室房间号铺床户班级届面楼层層的")


def effort(text: str) -> float:
    """Return the units that `find` takes at most.

    It includes `before_place`, which is asked only where `find` found nothing.
    """
    return sum(_A_RUN + _A_CHARACTER * (end - start) for start, end in _runs(text))


def find(text: str, found: Sequence[tuple[int, int]] = ()) -> Iterator[tuple[int, int]]:
    """Yield the spans of names in runs that have a cue beside a family name.

    Args:
        text: any text.
        found: the spans of names that were found in it: they are read again where Han goes on behind them.
    """
    if text.isascii():
        return
    text = han_words().simplified(text)
    whole = _LIST(text)
    listed = [*_names_of_a_list(text, 0, whole.start("tail"))] if whole else []
    if not listed:
        listed = [name for part in _LIST_IN(text) for name in _names_of_a_list(text, *part.span())]
    yield from listed
    # No other name begins where a family name before a title does, or a name that may be part of a place's name.
    begun = {
        start
        for start, end in found
        if end - start == 1 or text[end - 1] in PLACE_ENDS or text[start:end] in DOUBLE_FAMILY_NAMES
    }
    told = {match.end() for match in _MASKED_BEFORE(text)} if "*" in text else set()
    ended = [span for span in found if not _goes_on(text, *span)]
    for start, end in _runs(text, [*ended, *listed]):
        for name in HanRun(text, start, end, parallel=start in told).names():
            if name[0] not in begun:
                told.add(name[1] + 1)
                yield name


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether Han follow a name that are none of the words that follow names.

    It may then be another name: 班呼延 in 木工班呼延二湖.
    """
    char = text[end : end + 1]
    follows = char in FOLLOW_ALONE or text.startswith(FOLLOW.get(char, ()), end)
    return end - start > 1 and _is_han(char) and not follows


def before_place(text: str, start: int) -> int | None:
    """Return where a name at `start` ends, if a place follows it without a sign; else None: 王小明和平路12号.

    The name begins with a family name. A number may be before it.
    """
    known = han_words()
    text = known.simplified(text[: start + _BEFORE_PLACE])
    end = _run(text, start).end()  # type: ignore[union-attr]  # it always matches
    if end - start < len("王明和平"):
        return None
    run = HanRun(text, start, end)
    found = run.first_name(_BEFORE_A_PLACE)
    if found is None and start:  # a number is before it
        found = run.first_name(_BETWEEN_NUMBER_AND_PLACE)
        if found is not None and _bare_place(text, start + found) is None:
            return None
    return None if found is None else start + found


def before_bare_place(text: str) -> int | None:
    """Return where a name at the start of an address ends, if a road, a town or an estate is behind it; else None.

    Example: 王小明和平路12号. The text is in simplified characters.
    """
    run = _run(text, 0, _BEFORE_PLACE)[0]  # type: ignore[index]  # it always matches
    if is_division(run[:2]) or begins_place(run) or home_as_place(run) is not None:
        return None
    known = han_words()
    costs = known.read(run)[1][0]
    found = [
        (costs[0] - cost - costs[length], length)
        for length, cost in names_at_start(run)
        if _may_be_before_place(run, 0, length) is not None
        and _bare_place(run, length) is not None
        and run[length - 2 : length] not in _TITLES
        and not is_word(run[:length])
        and not is_division(run[:length])
        and run[:length] not in DOUBLE_FAMILY_NAMES
    ]
    saved, length = max(found, default=(0, 0))
    odd = length == len("王明") and known.given.get(run[1], COST_OF_UNKNOWN) > _MOST_OF_USUAL
    least = _BEFORE_A_BARE_PLACE.get(length, 0) + _MORE_IF_UNUSUAL * (odd + (not known.is_family(run[0])))
    return length if length and saved >= least else None


def names_at_start(han: str) -> Iterator[tuple[int, int]]:
    """Yield the length of each possible name at the beginning of Han, and its cost as a name."""
    known = han_words()
    for family in (1, 2) if han[:2] in DOUBLE_FAMILY_NAMES else (1,):
        cost = known.family.get(han[:family], COST_OF_WORD_AS_FAMILY if han[0] in _WORDS_IN_FRONT else None)
        for length in (family + 1, family + 2):
            if cost is not None and length <= len(han):
                yield length, cost + cost_of_given(han[family:length])


def _runs(text: str, found: Sequence[tuple[int, int]] = ()) -> Iterator[tuple[int, int]]:
    """Yield the spans of the runs that may hold a name that was not found yet."""
    known = {at for span in found for at in range(*span)}
    runs, start, end, is_open = _han_runs(text), 0, 0, False
    for match in _family(text):
        at = match.start()
        while at >= end:
            start, end = next(runs).span()
            is_open = end - start <= MAX_RUN
        if is_open and at not in known and _is_read(text, at, start):
            is_open = False
            yield start, end


def _is_read(text: str, at: int, first: int) -> bool:
    """Whether the possible family name at `at` makes its run, which begins at `first`, worth reading."""
    if at == first:
        if not _is_word(text, at, plain=True) or text[at : at + 2] in han_words().rare:
            return True
        told = han_words().words.get(text[at : at + 2], NO_WORD)[1] >= _RARE_WORD
        if not told and text[at - 1 : at] in _ENDS_OF_ROOM:
            told = _ROOM_AT_END(text, at - 8, at) is not None
        return told and _may_be_name(text, at)
    return _may_be_name(text, at) or (_is_site(text, at) and not _is_word(text, at, plain=False))


def _may_be_name(text: str, at: int) -> bool:
    """Whether a possible name at `at` is likelier than its characters are as single words."""
    first = at + (2 if text[at : at + 2] in DOUBLE_FAMILY_NAMES else 1)
    least, saved = _least_saved()[text[at:first]], han_words().saved_as_given
    given = text[first : first + 2]
    if len(given) > 1 and _is_han(given[1]) and saved(given) - COST_OF_NAME[2] >= least:
        return True
    return given != "" and _is_han(given[0]) and saved(given[0]) - COST_OF_NAME[1] >= least


@cache
def _least_saved() -> dict[str, int]:
    """Return what a given name has to save behind each family name, for its run to be read."""
    known = han_words()
    return {
        family: known.family.get(family, COST_OF_UNKNOWN)
        + _MAY_BE_NAME
        - sum(known.words.get(char, NO_WORD)[1] for char in family)
        for family in (*_STARTS, *DOUBLE_FAMILY_NAMES)
    }


def _is_site(text: str, at: int) -> bool:
    """Whether a cue is beside what may be a name at `at`, inside a run."""
    last = text[at - 1]
    return (
        last in _BEFORE_SITE
        or (last == "的" and not _is_han(text[at + 3 : at + 4]))
        or announced(text, at)
        or text.startswith(FOLLOW.get(text[at + 2 : at + 3], ()), at + 2)
        or text.startswith(FOLLOW.get(text[at + 3 : at + 4], ()), at + 3)
        or _LAST_BEHIND(text, at + 2) is not None
        or (last in _LAST_OF_ROOM and _ROOM_OF_SITE(text, at - 6, at) is not None)
    )


def _names_of_a_list(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of all parts of a list, if each of them is a name: 张小三、李四 of 张小三、李四均可签收."""
    parts = [part.span() for part in _HAN_PARTS(text, start, end)]
    if all(_is_name(text[first:last], _IN_A_LIST) for first, last in parts):
        yield from parts


def is_plainly_name(text: str) -> bool:
    """Whether a whole text in Han is far likelier a name than words, though nothing is beside it.

    Examples: 欧阳娜娜, but not 陈列架.
    """
    known = han_words()
    text = known.simplified(text)
    of_things = text[-1] in cues.NO_LABEL_ENDS and known.given.get(text[-1], COST_OF_UNKNOWN) > USUAL_LAST
    if of_things or text in cues.BRANDS:
        return False
    return _is_name(text, _ALONE[len(text) > len("李芳")])


def _is_name(han: str, least: int) -> bool:
    """Whether a whole run in simplified characters is a name that saves at least so much."""
    known = han_words()
    family = 2 if han[:2] in DOUBLE_FAMILY_NAMES and len(han) > len("欧阳") else 1
    given, cost = han[family:], known.family.get(han[:family])
    if han[:1] in _WORDS_AS_FAMILY:
        cost = COST_OF_WORD_AS_FAMILY
    if cost is None or len(given) not in COST_OF_NAME or han in known.words:
        return False
    return known.cost(han) - cost - cost_of_given(given) >= least


def is_name(text: str, *, plainly: bool = False) -> bool:
    """Whether a text in Han is likelier a name than words. `plainly`: little else is around it, so less is needed."""
    return _is_name(han_words().simplified(text), _IN_A_PLAIN_PLACE if plainly else _IN_A_LIST)


def are_words(text: str, start: int, end: int) -> bool:
    """Whether a possible name at this span begins with a word, or is one behind 和, 都 …, and is far likelier words."""
    first, last = _span_of_run(text, start)
    nicknamed = end - start == 1 and text_before(text, start, 1) in NICKNAMES
    unparted = end - start > len("那日") and text.startswith(cues.FIRST_PARTS, start)
    if last - first > MAX_RUN or end > last or nicknamed or unparted:
        return False
    known, floor = han_words(), max(0, first - BEFORE_RUN)
    text = known.simplified(text[floor : last + BEFORE_RUN])
    start, end, first, last = start - floor, end - floor, first - floor, last - floor
    given = text[start + 1 : end]
    joined = known.words.get(text[start], NO_WORD)[0] in _NO_FAMILIES and given not in cues.GIVEN_WORDS
    if (
        text[start : start + 2] not in known.words
        and (not start or text[start - 1 : start + 1] not in known.words)
        and not (joined and len(given) > 1 and given in known.words)
    ):
        return False
    if text[end - 1] in PLACE_ENDS and end - start > len("张栋") and text[start : end - 1] in known.words:
        return True
    if end - start == len("张三") and not _is_han(text[end : end + 1]):
        return False
    return HanRun(text, first, last).is_unlikely(start, end)


def ends_sooner(text: str, start: int, end: int) -> bool:
    """Whether the last character of a possible name more likely belongs to the next word."""
    stop = _run(text, end, end + MAX_RUN).end()  # type: ignore[union-attr]  # it always matches
    if stop == end and text[end - 1] not in LAST:
        return False
    return HanRun(han_words().simplified(text), start, stop).ends_sooner(end - start)


def _span_of_run(text: str, at: int) -> tuple[int, int]:
    """Return the span of the run around `at`, cut to a part if it is too long."""
    start, floor = at, max(0, at - MAX_RUN - 1)
    while start > floor and "\u4e00" <= text[start - 1] <= "\u9fff" and text[start - 1] != "丨":
        start -= 1
    return start, _run(text, at, at + MAX_RUN + 1).end()  # type: ignore[union-attr]  # it always matches


def _is_word(text: str, at: int, *, plain: bool) -> bool:
    """Whether a word that is no name begins at the family name; behind a cue a noun may be a name."""
    words = han_words().words
    two = text[at : at + 2]
    if two in DOUBLE_FAMILY_NAMES:
        return False
    if plain:
        return two in words or text[at : at + 3] in words
    return words.get(two, ("n", 0))[0] != "n"


def _is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff" and char != "丨"
