"""Finds names of people in texts: asks the other modules of this package, and joins what they find.

Nearly every name is found by a cue beside it: a word that announces a person, a title, a verb, a phone, an identity
number, or one end of an address. Without a cue, only what is far likelier a name than words is taken for one
(`names_between_words`), because goods and brands have names like people. The texts that are read have their numbers
hidden already (`numbers_in_text`); nothing is masked here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.names import (
    given_names_alone,
    names_beside_numbers,
    names_beside_words,
    names_between_words,
    names_in_frames,
    names_in_traces,
    names_of_clauses,
    names_without_family,
    nicknames,
)
from masking_service.masking.names.arabic_names import arabic_names
from masking_service.masking.names.behind_names import HAN, is_han
from masking_service.masking.names.latin_at_addresses import first_latin_name, latin_names_at_ends
from masking_service.masking.names.latin_bounds import is_latin_name, latin_name_before
from masking_service.masking.names.latin_names import latin_names
from masking_service.masking.names.name_bounds import (
    ANY_FAMILY,
    NICKNAMES,
    PLACE_ENDS,
    has_family,
    has_two_families,
    name_before,
    name_from,
    word_at,
)
from masking_service.masking.names.names_by_script import names_by_script
from masking_service.masking.names.names_of_clauses import Span
from masking_service.masking.names.names_of_neighbours import names_of_neighbours
from masking_service.masking.names.names_of_places import without_places
from masking_service.masking.names.names_on_own_lines import names_below_closings
from masking_service.masking.names.pinyin_names import pinyin_names
from masking_service.masking.words import called_words
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES
from masking_service.masking.words.han_words import han_words
from masking_service.masking.words.legal_forms import HAN_FORMS

_weekday: Final = re.compile(
    "周[一二三四五六日末][至到和或及与前后早晚上中下就再才可要能给送发取来去不没有是的内起拿收寄派]?"
).fullmatch
"""Matches a day of the week, with or without a word behind it."""
_grandson: Final = re.compile(f"孙子[{HAN}]").finditer
_masked_name: Final = re.compile(rf"[{HAN}]\*{{1,3}}(?![0-9*街号]|单元)").search
"""Finds a name whose given name is hidden already, but no unit, lane or house: 楼*单元."""
_hidden_given: Final = re.compile(r"\*{1,2}(?![0-9*])|\*{8,9}[0-9]").match
"""Matches the stars of a given name behind a double family name, alone or before a phone."""
_is_of_thing: Final = re.compile("(?:律师|会计师?|税务师?|专利(?:商标)?(?:代理)?|建筑师?|设计师?)?事务所|同款").match
"""Matches what is behind the name of an office, and begins like a title (方达律师事务所), or of who wears such goods
(林志玲同款).
"""
_is_of_artist: Final = re.compile(
    "专辑|唱片|演唱会|音乐会|字帖|选集|全集|文集|诗集|散文|小说|传记|语录|直播间|CD|DVD"
).match
"""Matches what is behind the name of a writer or a singer: 金大川小说."""
_is_side: Final = re.compile(r"(?<=[我你您他她对双甲乙丙贵收寄资])方").match
"""Matches 方 where it means a party: 我方客服, 收方拒绝."""
_ENDS_OF_ESTATES: Final = frozenset("园園苑府邸")
_house_and_room: Final = re.compile(r"[0-9*]{1,2}(?:[-_#/][0-9*]{1,4}(?![0-9*])|[号號]?[栋棟幢座楼樓])").match
_BEFORE_ARTIST: Final = frozenset(" \n，,；;。")
_ends_firm: Final = Expression(rf"(?:{any_of(HAN_FORMS)})(?![{HAN}])").search
"""Finds an organisation that ends a clause. Beside it and a phone, a name is looked for as beside an address."""
_any_han: Final = re.compile(f"[{HAN}]").search
_goods: Final = Expression(any_of(cues.GOODS)).findall
_LEAST_GOODS: Final = 3
"""Different words for goods in a title of goods."""
_LENGTH_OF_MOST_NAMES: Final = 3
_sentence_end: Final = re.compile("[。！？!?；;\n]|$").search
_HARVESTS: Final = ("丰收", "秋收")
"""Words that end like a verb of pick-up: 张三丰收 is rather received by 张三丰."""
_NO_LAST_WORD: Final = frozenset("可一若如之以")
"""Characters that end a clause as the last one of a given name only: 陶静可."""
_MAX_NAMES: Final = 64
_OPENING: Final = frozenset("（(")
_SHORT_TITLES: Final = frozenset(cues.SHORT_TITLES)
_TITLES: Final = frozenset(cues.TITLES)
_OF_A_HOME: Final = frozenset("没里门有无还")
"""Characters behind 家 that show that it is no part of a name: 周高兴家没收到."""
_CHANGED_BY_STARS: Final = NICKNAMES | frozenset("收或说說") | _SHORT_TITLES
_JOINT: Final = "或者|以及|改[成为做]|换成|变更为|的?而?不是|[、或和与與及跟+/／|｜&＆代替帮转轉]"
_COUPLES: Final = ("夫妇", "夫妻", "伉俪", "两口", "二人", "两人")
"""Words behind two names that nothing separates: 王明李芳夫妇."""
_SIGNS_OF_LISTS: Final = frozenset("、+/／|｜&＆")
_joint: Final = re.compile(_JOINT).match
_joint_before: Final = re.compile(rf"(?:{_JOINT})$").search


def _names_like_grandson(text: str) -> Iterator[Span]:
    """Yield the spans of 孙 with a given name that begins with 子: 孙子涵收, but not 孙子明天来拿."""
    for match in _grandson(text):
        start, end = match.span()
        goes_on = end < len(text) and called_words.is_word(text[end - 1 : end + 1])
        if not goes_on and names_between_words.is_name(match[0], plainly=True):
            yield start, end


_IN_HAN: Final = (
    names_of_clauses.find,
    given_names_alone.find,
    _names_like_grandson,
    names_beside_numbers.at_rooms,
    names_beside_numbers.touched,
    names_in_traces.find,
    names_without_family.find,
    nicknames.find,
)
"""Functions that find names in a text in simplified characters, each by its own rules."""


def holds_names(text: str) -> bool:
    """Whether there is a name in a text without numbers and addresses, or in one of its lines."""
    if any(next(find(text), None) is not None for find in (names_of_neighbours, names_below_closings)):
        return True
    text = han_words().simplified(text)
    in_han = names_beside_words.find, *_IN_HAN, names_between_words.find, names_in_frames.find
    finders = *in_han, latin_names, latin_names_at_ends, pinyin_names, arabic_names, names_by_script
    return any(next(find(text), None) is not None for find in finders)


def effort(text: str) -> float:
    """Return the units that `names_in` takes at most, from the number of cues and characters that may begin a name."""
    text = han_words().simplified(text)
    return (
        10
        + 0.4 * len(text)
        + names_beside_words.effort(text)
        + _A_PHONE * text.count("******")
        + _A_CAPITAL * len(_CAPITALS(text))
        + names_between_words.effort(text)
        + names_in_frames.effort(text)
    )


_A_PHONE: Final = 24
_A_CAPITAL: Final = 12
_CAPITALS: Final = re.compile("[A-Z](?<![A-Za-z].)").findall


def starred_alone(text: str, start: int, end: int) -> bool:
    """Whether no further name can be found because the name at this span is now stars.

    That is so if nothing beside it can be a family name, and no word before it needs Han behind it.
    """
    before, behind = text[start - 3 if start > 3 else 0 : start], text[end : end + 5]
    if not ANY_FAMILY.isdisjoint(before) or not ANY_FAMILY.isdisjoint(behind):
        return False
    return before[-1:] not in _CHANGED_BY_STARS


def names_in(text: str, *, address: bool = False) -> list[Span]:
    """The spans of names in a text, in order, none inside another.

    Args:
        text: any text, its numbers hidden.
        address: whether an address is in it, at whose ends names are looked for too.
    """
    found = [*names_of_neighbours(text), *names_below_closings(text)]
    text = han_words().simplified(text)
    found += [*names_beside_words.find(text), *names_beside_numbers.find(text)]
    if _any_han(text) is None:
        found += [*latin_names(text, address=address), *latin_names_at_ends(text), *pinyin_names(text)]
        found += [*(first_latin_name(text) if address else ()), *arabic_names(text), *names_by_script(text)]
        return apart(_joined_by_words(text, found)) if found else found
    for find in _IN_HAN:
        found += find(text)
    found += [*_without_goods(text, names_between_words.find(text, found)), *latin_names(text, address=address)]
    found += [*latin_names_at_ends(text), *pinyin_names(text)]
    if address:
        found += names_beside_numbers.beside_address(text)
    elif "******" in text and _ends_firm(text):
        found += names_beside_numbers.at_ends(text)
    if not found and "******" in text and _masked_name(text) is None:
        found += names_beside_numbers.where_no_cue_is(text, address=address)
    found += _without_goods(text, names_in_frames.find(text, found))
    found = [span for span in found if _is_of_thing(text, span[1]) is None and not _is_of_goods(text, *span)]
    found = [span for span in found if not _is_estate(text, *span)]
    if "*" in text:
        found = [span for span in found if not _is_masked(text, *span)]
    found = [span for span in found if _weekday(text, *span) is None and not called_words.is_inside_word(text, *span)]
    found = without_places(text, names_in_traces.without_sites(text, found)) if found else found
    found = [span for span in _joined_by_words(text, found) if not _is_party(text, *span)] if found else found
    return apart([_whole(text, *span) for span in found])


def _is_masked(text: str, start: int, end: int) -> bool:
    """Whether the span is what a mask showed of a name, or ends with it: 欧阳**, and 和孙 of 我和孙**."""
    name = text[start:end]
    if text[end : end + 1] in _SHORT_TITLES and _hidden_given(text, end + 1) is not None:
        return True  # 祝 of 祝董**
    if _hidden_given(text, end) is None:
        return False
    return name in DOUBLE_FAMILY_NAMES or (
        text[start - 1 : start] != "*" and (name[-1] in ANY_FAMILY or name[-2:] in DOUBLE_FAMILY_NAMES)
    )


def _is_estate(text: str, start: int, end: int) -> bool:
    """Whether what looks like a name ends like an estate, and a house and a room are behind it: 职业学院梅园24-379."""
    ends = is_han(text[start - 1 : start]) and text[end - 1] in _ENDS_OF_ESTATES
    return ends and _house_and_room(text, end) is not None


def _is_party(text: str, start: int, end: int) -> bool:
    """Whether 方 means a party, with a word behind it."""
    given = text[start + 1 : end]
    return _is_side(text, start) is not None and (called_words.is_word(given) or given in cues.ROLES)


def _is_of_goods(text: str, start: int, end: int) -> bool:
    """Whether a name that begins a clause is that of a writer or a singer, in the title of a book or a record."""
    return _is_of_artist(text, end) is not None and (not start or text[start - 1] in _BEFORE_ARTIST)


def _without_goods(text: str, found: Iterator[Span]) -> Iterator[Span]:
    """Yield the spans that are in no title of goods, or end one: a title holds words that no dictionary has."""
    titles: dict[int, bool] = {}
    for start, end in found:
        last = _sentence_end(text, end).start()  # type: ignore[union-attr]  # it always matches
        if end < last and "******" not in text:
            if last not in titles:
                first = max(text.rfind(sign, 0, end) for sign in "。！？!?；;\n") + 1
                titles[last] = len({*_goods(text[first:last])}) >= _LEAST_GOODS
            if titles[last] and not _is_between_blanks(text, start, end):
                continue
        yield start, end


def _is_between_blanks(text: str, start: int, end: int) -> bool:
    """Whether a name of three characters is between blanks: 手机壳 透明 李建国 丰巢. A brand comes first."""
    return end - start == _LENGTH_OF_MOST_NAMES and text[start - 1 : start].isspace() and text[end].isspace()


def _whole(text: str, start: int, end: int) -> Span:
    """Return the span of a name, one longer if its given name was cut: 邵福来 and not 邵福, 李王丽娟 and not 李王丽.

    A title that was read as a given name is left out: 欧阳 of 欧阳靓仔.
    """
    if end - start > len("靓仔") and text[end - 2 : end] in _TITLES and _is_family(text[start : end - 2]):
        return start, end - 2
    if end - start > _LENGTH_OF_MOST_NAMES and text[end - 1] == "家" and text[end : end + 1] in _OF_A_HOME:
        return start, end - 1
    cut = text[end - 1 : end + 1] in cues.GIVEN_WORDS and end - start > 1
    cut = (cut and not called_words.is_word(text[end : end + 2])) or has_two_families(text, start, end)
    cut = cut or (
        end - start == len("张三") and text[end : end + 2] in _HARVESTS and not is_han(text[end + 2 : end + 3])
    )
    ends = text[end : end + 1] in _NO_LAST_WORD and not text[end + 1 : end + 2].isalnum()
    cut = cut or (end - start == len("陶静") and ends)
    return (start, end + cut)


def _is_family(text: str) -> bool:
    return text in DOUBLE_FAMILY_NAMES or (len(text) == 1 and text in ANY_FAMILY)


def _joined_by_words(text: str, found: list[Span]) -> list[Span]:
    """Add to the spans those of names that are listed beside one of them: 张三、李四均可签收, 张三代李四收."""
    spans = dict.fromkeys(found)
    left = list(spans)
    while left and len(spans) < _MAX_NAMES:
        start, end = left.pop()
        beside: list[Span] = []
        if (joint := _joint_before(text, start - 2, start)) is not None:
            before = name_before(text, joint.start(), rare=True)
            if before is not None:
                beside.append((before, joint.start()))
        elif text[start - 1 : start] in _OPENING and (latin := latin_name_before(text, start - 1)) is not None:
            beside += [(latin, start - 1)] if is_latin_name(text[latin : start - 1]) else []
        elif text.startswith(_COUPLES, end) and (before := name_before(text, start)) is not None:
            beside.append((before, start))
        if (joint := _joint(text, end)) is not None:
            behind = name_from(text, joint.end(), sure=False)
            if behind is None and joint[0] in _SIGNS_OF_LISTS:
                behind = _end_of_word(text, joint.end())
            if behind is not None:
                beside.append((joint.end(), behind))
        left += [span for span in beside if span not in spans]
        spans.update(dict.fromkeys(beside))
    return list(spans)


def _end_of_word(text: str, start: int) -> int | None:
    """Return where a word between two signs ends, if it can be a name; else None."""
    if not has_family(text, start):
        return None
    run = word_at(text, start)
    end = start + len(run)
    whole = len(run) < len("欧阳小明") and text[end - 1] not in PLACE_ENDS and not text[end : end + 1].isalnum()
    return end if whole and called_words.can_be_called(run, politely=False) else None


def apart(spans: list[Span]) -> list[Span]:
    """Return the spans in order, with those that overlap joined: whichever of them is the name, all of it is hidden."""
    kept: list[Span] = []
    for start, end in sorted(spans):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
        elif end > kept[-1][1]:
            kept[-1] = kept[-1][0], end
    return kept
