"""Finds names of people beside words: behind one that announces a person, and before a title or a verb."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.around import text_before
from masking_service.masking.names import names_between_words
from masking_service.masking.names.behind_names import HAN, is_han, is_short_title, name_ends
from masking_service.masking.names.latin_bounds import without_title
from masking_service.masking.names.name_bounds import (
    BEFORE_VALUE,
    FAMILY,
    NICKNAMES,
    PLACE_ENDS,
    POLITE,
    STARTS,
    has_family,
    is_nickname,
    may_start,
    name_before,
    name_from,
    title_end,
    word_at,
)
from masking_service.masking.names.names_of_clauses import Span
from masking_service.masking.names.names_without_family import ANNOUNCES, DOTS, DOTS_SET, FIRST_PART
from masking_service.masking.words import called_words
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import any_of, beginning, by_char
from masking_service.masking.words.cue_uses import (
    ANNOUNCING,
    BEFORE_NAMES,
    BEHIND_NAMES,
    CALLED,
    LABELS,
    ORGANISATION,
    ROLE,
    ROOM,
    SHORT,
    TITLE,
    VERB,
    WEAK,
)
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES, FAMILY_NAMES
from masking_service.masking.words.han_words import COST_OF_UNKNOWN, han_words

_IN_CAPITALS: Final = ("TO", "FROM")
_HR_IN_A_WORD: Final = re.compile("[A-Za-z]HR|HR[A-Z]{2}").search
"""Finds what is no human resources: CHRISTCHURCH, THREE, HRVATSKA."""
_LONGEST_WORD: Final = 12
_IS_IN_A_WORD: Final = re.compile(
    r"(?:.*[^A-Za-z])?(?:(?!(?:SHIP|BILL|SEND|SENT|SOLD|MAIL|INVOICE|DELIVER|RETURN|FORWARD|ATTN)(?:P?ED)?(?:TO|FROM))"
    r"[A-Z]+(?:TO|FROM)[\s\S]|(?:TO|FROM)[A-Z])",
    re.S,
).fullmatch
"""Whether a cue in capitals is part of a word: QUITO, Ecuador, and TORONTO. SHIPTO is a label."""
_behind_by_char: Final = by_char(BEHIND_NAMES, 0)
_start: Final = f"[{''.join(sorted(STARTS))}{re.escape(DOTS)}]"
_word_before: Final = Expression(
    rf"(?:{any_of(BEFORE_NAMES)})(?=[^{HAN}]|[{''.join(sorted(STARTS))}是为為叫名姓小老阿]|[{HAN}]{{1,8}}\s?[{DOTS}])"
)
_word_behind: Final = Expression(
    rf"{beginning(BEHIND_NAMES)}(?:(?<={_start}.)|(?<={_start}..)|(?<={_start}...)|(?<={_start}....)|(?<=[^{HAN}].))"
)
"""Finds the first characters of words that follow names. Most texts have none of them and are passed over."""
_LINK: Final = r"(?:是|为|系|叫|名叫|姓名|名字|信息|名|人|改[成为到做作]|[换写][成做]|换|变更为|变为)?"
_GAP: Final = (
    r"[\U0001f300-\U0001faff\s:：∶﹕→➡☞☛=,，、。/|｜丨;；（(【「『\[】」』\])）>＞〉》<＜〈《“\"'\-－—_~～]{0,3}"
)
_longer_cues: Final = by_char((word for word in cues.ROLES if len(word) > 2), 0)
_road_of_long: Final = re.compile(
    rf"(?<=[{HAN}*][{HAN}])长[{HAN}]{{1,2}}(?:[东西南北中一二三四新]?路(?![过上边口人])|大?[街道](?![歉谢别上边])|巷|弄)"
    rf"|(?<=[{HAN}*][{HAN}])长[宁盛荣丰乐安兴青虹](?:道(?=[0-9*与和交])|苑|海湾|花园|小区|新村|大厦)"
).match
"""Finds a road that begins with 长 behind a town.

市长江路 means no mayor (市长), because no road follows a mayor.
"""
_link_and_gap: Final = re.compile(_LINK + _GAP)
_note_behind: Final = re.compile(rf"[（(][{HAN}][{HAN}，,、]{{0,6}}[)）]$|[】」』”\"\])）#＃>》\s【「『\[(（]{{1,2}}$")
_spaced_behind: Final = Expression(
    rf"[{FAMILY_NAMES}][ \u3000]{{1,2}}[{HAN}](?:[ \u3000]{{0,2}}[{HAN}])?(?![{HAN}])"
    rf"|[{''.join(sorted(STARTS))}](?:[ \u3000]{{1,2}}[{HAN}]){{2,3}}(?![{HAN}])"
    rf"|(?:{any_of(DOUBLE_FAMILY_NAMES)})[ \u3000]{{1,2}}[{HAN}]{{1,2}}(?![{HAN}])"
).match
"""Finds a name that is written with spaces: 李 明, 李 小 明, 端 木 绮, 太叔 舒敏."""
_ADDRESSING: Final = frozenset((*POLITE, "总", "老师", "师傅", "教授", "亲启", "亲收", "亲签", "敬启"))
"""Words that have hardly anything but a name before them, where both are a whole clause."""
_POLITE: Final = POLITE | {"亲启", "亲收", "亲签", "敬启"}
_gap_of_value: Final = re.compile(BEFORE_VALUE)
_HANDED_BY: Final = frozenset(("由", "交由", "已由"))
_roles: Final = by_char(cues.ROLES, -1)
_taking: Final = by_char(
    (*(verb for verb in cues.SURE_VERBS if len(verb) > 1), "签收", "要求", "拒收", "凭取", "凭码"), 0
)
"""What follows a name that is alone between it and a cue."""
_at_phone: Final = re.compile(r"[\s（(【\[,，:：]{0,2}(?:电话|手机)?[:：]?\+?[0-9\-]{0,5}\*{5}").match
_ENDS_OF_ROLES: Final = frozenset("人员員哥弟姐妹傅师友")
"""Last characters of roles behind which a word that ends the clause is a person's name."""
_TO_PLACE: Final = frozenset("到至向祝")
"""Cues that a place, or another word, follows as often as a name."""
_TO_ANYTHING: Final = frozenset("是为和与我")
"""Last characters of cues that things follow as often as people: 是白粥, 红外和蓝牙."""
_WISHES: Final = frozenset("祝给")
"""Characters that are no family name before a title: 祝老师节日快乐."""
_wish: Final = re.compile(rf".[{HAN}]{{2,6}}(?:快乐|健康|顺利|幸福|平安|愉快|兴隆|红火|发财|如意)").match
_BRACKETS: Final = frozenset("（(【[")
_OPENING: Final = frozenset("（(")
_town_and_name: Final = re.compile(rf"[{HAN}]{{0,8}}(?=[0-9*]{{0,12}}[)）】\]])|").match
_DONE_AT: Final = frozenset("收寄件货")
"""Characters behind which 时 means "when": 收件时出示."""
_BLANKS: Final = frozenset(" \u3000")
_title_in_brackets: Final = Expression(rf"[（(](?:{any_of(cues.TITLES)})[)）]").match
_ABOUT: Final = ("费约", "費約")
"""What is behind a cue where the text tells how much a service costs, and no family name."""
_OF_OFFICES: Final = frozenset("路街楼房区")
"""Family names that are places behind the word for an administration."""
_PREPOSITIONS: Final = frozenset("和向连都从全时")
"""Family names that are rather other words where Han are before them, or where other people follow: 我和同事."""
_OTHERS: Final = ("同事", "同学", "记者", "家长", "妈妈", "爸爸", "朋友", "司机")
_MOST_OF_USUAL: Final = 14
"""The most that a usual character of given names costs."""
_JOINING: Final = frozenset("和与與跟及")
"""Words that join a name to what is before it. Where one begins a text, something was cut off."""
_A_CUE: Final = 8
"""Units to read what is beside a cue."""
_begins_like_cue: Final = re.compile(beginning(BEFORE_NAMES)).findall


def find(text: str) -> Iterator[Span]:
    """Yield the spans of names behind an announcing word, a room or an organisation, and before a title or a verb."""
    ends: set[int] = set()
    for uses, start, end in _cues_in(text):
        if start in ends:
            continue
        found = _beside_cue(text, uses, start, end)
        if found is not None and _joins(text, *found):
            continue
        if found is not None and (
            text[slice(*found)] in cues.NO_CALLED
            or (names_between_words.are_words(text, *found) and not _is_rare_word(text, *found))
        ):
            found = None
        if found is None:
            found = _word_as_name(text, uses, start, end)
        if found is not None:
            ends.add(found[1])
            yield found


def _is_rare_word(text: str, start: int, end: int) -> bool:
    """Whether a rare word of two characters, or a city, begins a clause, and may be a name before a verb: 吴忠代收."""
    return end - start == len("吴忠") and not is_han(text[start - 1 : start]) and text[start:end] in han_words().rare


def effort(text: str) -> float:
    """Return the units that `find` takes at most, from the number of cues and of characters that may begin a name."""
    cues_found = len(_word_before.findall(text)) + len(_word_behind.findall(text))
    return _A_CUE * cues_found + 0.8 * len(_begins_like_cue(text))


def _cues_in(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield the words that may be beside a name, with their uses and spans."""
    for match in _word_before.finditer(text):
        uses = BEFORE_NAMES[match[0]]
        start, end = match.span()
        if _is_in_a_word(text, match[0], start, end):
            continue
        if match[0][-1] == "长" and _road_of_long(text, end - 1):
            continue  # 深圳市长江路
        if match[0] == "HR" and _HR_IN_A_WORD(text, start - 1, end + 2):
            continue
        if match[0] in _IN_CAPITALS and _IS_IN_A_WORD(text, start - _LONGEST_WORD, end + 1):
            continue
        if uses & (ROLE | WEAK) and may_start(text, _link_and_gap.match(text, end).end()):  # type: ignore[union-attr]  # it always matches
            yield uses & (ROLE | WEAK), start, end
        if uses & (ORGANISATION | ROOM | CALLED) and text[end : end + 1] in FAMILY:
            yield uses & (ORGANISATION | ROOM | CALLED), start, end
    free = 0
    for match in _word_behind.finditer(text):
        start, words = match.start(), _behind_by_char[match[0]]
        if start >= free and text.startswith(words, start) and _may_end(text, start):
            word = next(word for word in words if text.startswith(word, start))
            free = start + len(word)
            if word[-1] != "长" or not _road_of_long(text, free - 1):
                yield BEHIND_NAMES[word], start, free


def _is_in_a_word(text: str, cue: str, start: int, end: int) -> bool:
    """Whether a cue at this span is part of a word that no name follows: 收银员, 收费, 配送费约, 丰收路, 行政路."""
    if text.startswith(_ABOUT, end):
        return True
    if end - start > 1:
        return cue == "行政" and text[end : end + 1] in _OF_OFFICES
    if text.startswith(_longer_cues.get(cue, ()), start) or (
        cue == "收" and start and text[start - 1] in "丰秋麦加" and not _ends_with_harvest(text, start)
    ):
        return True
    goes_on = called_words.is_word(text[start : end + 1]) and not text.startswith(cues.FIRST_PARTS, end)
    return goes_on and not names_between_words.is_name(text[end : end + 3])


def _ends_with_harvest(text: str, at: int) -> bool:
    """Whether a name of three characters that ends with 丰 or 秋 is before 收 at `at`: 张三丰收, but not 高粱丰收."""
    name = text[at - 3 : at] if at > 2 else ""
    return name[-1:] in "丰秋" and names_between_words.is_name(name) and not called_words.is_word(name[:2])


def _may_end(text: str, at: int) -> bool:
    """Whether a name, or a note in brackets behind one, may end at `at`.

    Quick; says yes too often rather than too seldom.
    """
    before = text_before(text, at, 6)
    return not STARTS.isdisjoint(before) or not DOTS_SET.isdisjoint(before) or before[-1:].isascii()


def _beside_cue(text: str, uses: int, start: int, end: int) -> Span | None:
    """Return the span of the possible name beside the cue at this span, also of one that is likelier words."""
    found: Span | None = None
    if uses & (ROLE | WEAK):
        if start or text[0] not in _JOINING:
            found = _announced(text, end, sure=bool(uses & ROLE))
        if found is None and text[end - 1] == "姓" and text[end : end + 1] in FAMILY:
            found = _family_alone(text, end)
    elif uses & CALLED:
        found = _family_alone(text, end)
    elif uses & (ORGANISATION | ROOM):
        found = _behind_room(text, start, end, room=bool(uses & ROOM))
    else:
        if uses & (TITLE | SHORT):
            found = _titled(text, start, end, short=not uses & TITLE)
        if found is None and uses & VERB:
            found = _said(text, start, end)
    return found


def _announced(text: str, end: int, *, sure: bool) -> Span | None:
    start = _link_and_gap.match(text, end).end()  # type: ignore[union-attr]  # it always matches
    if not DOTS_SET.isdisjoint(text[start + 2 : start + 10]):
        start = _behind_announcing(text, start)
    if text[start : start + 1] in NICKNAMES and is_nickname(text, start, sure=sure):
        return start + 1, start + 2
    if _is_wish_or_time(text, start, end) or (not sure and called_words.counts_goods(text, start)):
        return None
    if sure and text[start - 1 : start] in _BRACKETS and (found := _behind_town(text, start)) is not None:
        return found
    name_end = name_from(text, start, sure=sure)
    if name_end is None and (spaced := _spaced_behind(text, start)):
        name = re.sub(r"\s", "", spaced[0])
        if sure or names_between_words.is_name(name, plainly=True):
            name_end = spaced.end()
    if name_end is None and is_han(text[end : end + 1]):  # 为 and 名 begin names, too
        start, name_end = end, name_from(text, end, sure=sure)
    if name_end is None:
        return None
    if not sure:
        to_place = text[end - 1] in _TO_PLACE or name_end - start == len("张家港")
        if to_place and called_words.is_word(text[start:name_end]):
            return None
        if text[end - 1] in _TO_ANYTHING and is_han(text[start]) and _is_unlikely(text[start:name_end]):
            return None
    return without_title(text, start, name_end)


def _is_unlikely(name: str) -> bool:
    """Whether a possible name of usual length is likelier words."""
    return len(name) <= len("欧阳明") and not names_between_words.is_name(name, plainly=True)


def _is_wish_or_time(text: str, start: int, end: int) -> bool:
    """Whether the text behind a cue that ends at `end` begins with a wish or a time: 给祝老师…快乐, 收件时出示."""
    begin = text[start : start + 1]
    return (begin in _WISHES and _wish(text, start) is not None) or (begin == "时" and text[end - 1] in _DONE_AT)


def _behind_town(text: str, start: int) -> Span | None:
    """Return a name at the end of a bracket behind a role, with a town before it: 派件员【濮院杨仁义0219】."""
    end = start + len(_town_and_name(text, start)[0])  # type: ignore[index]  # it always matches
    if end - start < len("濮院杨义") or text[start : start + 2] in DOUBLE_FAMILY_NAMES:
        return None
    first = name_before(text, end, loose=True, rare=True)
    if first is None or first - start < len("濮院") or not names_between_words.is_name(text[first:end], plainly=True):
        return None
    return first, end


def _behind_announcing(text: str, start: int) -> int:
    """Return where a name of several parts begins, behind further announcing words: 请到前台找."""
    dot = min(at for dot in DOTS if (at := text.find(dot, start + 2, start + 10)) >= 0)
    for word in ANNOUNCES.finditer(text, start, dot - 1):
        if word.start() == start or len(word[0]) > 1:
            start = word.end()
    first = FIRST_PART(text, start, dot)
    return first.start() if first else start


def _family_alone(text: str, start: int) -> Span | None:
    end = start + (2 if text[start : start + 2] in DOUBLE_FAMILY_NAMES else 1)
    return None if is_han(text[end : end + 1]) and text[end] not in "的我叫" else (start, end)


def _titled(text: str, at: int, end: int, *, short: bool) -> Span | None:
    if short and not is_short_title(text, at):
        return None
    if text[at - 1 : at] in _OPENING and _title_in_brackets(text, at - 1):
        at -= 1
    elif text[at - 1 : at] in _BLANKS and not short:
        at -= 1  # 陈家豪 先生
    start = name_before(text, at, titled=True)
    if (
        start is None
        or text[start:at] in _WISHES
        or text[start:end] in BEFORE_NAMES
        or text[start - 1 : at] in BEFORE_NAMES
    ):
        return None
    if called_words.is_word(text[start:end]) and not name_ends(text, end):
        return None  # a brand: 康师傅红烧牛肉面
    return start, title_end(text, start, at) if short else at


def _joins(text: str, start: int, at: int) -> bool:
    """Whether a family name is rather a preposition that joins a role to what is before it, or two things."""
    if text[start] not in _PREPOSITIONS:
        return False
    before, given = text[start - 1 : start], text[start + 1 : at]
    if len(given) == len("税"):
        odd = han_words().given.get(given, COST_OF_UNKNOWN) > _MOST_OF_USUAL
        return odd and called_words.is_word(given) and is_han(before)
    if given:
        return len(given) == len("宝宝") and called_words.is_word(given) and given not in cues.GIVEN_WORDS
    if text.startswith(_OTHERS, at):
        return True
    told = before not in "我他她你" and text.endswith(ANNOUNCING.get(before, ()), 0, start) and text[start] != "和"
    return is_han(before) and not told


def _word_as_name(text: str, uses: int, start: int, end: int) -> Span | None:
    """Return a name that is also a word, or has a character of places in it: 金星女士, 邹市明亲启, 收货人：方言."""
    if (uses & TITLE and end - start > 1) or text[start:end] in _ADDRESSING:
        return _word_before_title(text, start, end)
    told = uses & ROLE or text.endswith(_roles.get(text[start - 1 : start], ()), 0, start)  # 收件人改成…
    if told or text[start:end] in _HANDED_BY:
        return _word_behind_cue(text, end, sure=bool(told))
    return None


def _word_before_title(text: str, at: int, end: int) -> Span | None:
    if not name_ends(text, end):
        return None
    polite = text[at:end] in _POLITE
    if text[at - 1 : at] in _BLANKS:
        return None
    for start in range(at - len("王明"), max(0, at - len("欧阳小明")) - 1, -1):
        if not is_han(text[start]):
            break
        apart = not start or not is_han(text[start - 1]) or text.endswith(ANNOUNCING.get(text[start - 1], ()), 0, start)
        if apart and has_family(text, start) and _is_called(text[start:at], politely=polite):
            return start, at
    return None


def _is_called(name: str, *, politely: bool) -> bool:
    """Whether a word before a title can be a name. Before a trade's title, a known word mostly is none: 金牌月嫂."""
    plainly = not politely and called_words.is_word(name)
    return called_words.can_be_called(name, politely=politely) and not (plainly and not han_words().is_family(name[0]))


def _word_behind_cue(text: str, end: int, *, sure: bool) -> Span | None:
    """Return a word that is all of the text between a cue and a sign, or between a cue and a verb of pick-up."""
    start = _gap_of_value.match(text, end).end() if sure else end  # type: ignore[union-attr]  # it always matches
    if not has_family(text, start):
        return None
    run = word_at(text, start)
    alone = start > end or (sure and text[end - 1] in _ENDS_OF_ROLES and called_words.is_noun(run))
    for stop in range(start + 2, start + min(len(run), 3) + 1):
        told = text.startswith(_taking.get(text[stop : stop + 1], ()), stop) or (alone and stop == start + len(run))
        if not told and sure and called_words.is_word(text[start:stop]) and _at_phone(text, stop):
            told = not text[:stop].lower().endswith(LABELS.get(text[stop - 1], ()))  # 联系方式
        if told and text[stop - 1] not in PLACE_ENDS and called_words.can_be_called(text[start:stop], politely=False):
            return start, stop
    return None


def _said(text: str, at: int, end: int) -> Span | None:
    verb = text[at:end]
    if len(verb) == 1 and is_han(text[end : end + 1]) and verb not in "说說":
        return None
    if len(verb) == 1 and called_words.is_word(text[at - 1 : end]) and not _ends_with_harvest(text, at):
        return None  # 小说, 听说
    noted = not is_han(text[at - 1 : at])
    if noted and (note := _note_behind.search(text, at - 9, at)):
        at = note.start()
    start = name_before(text, at, loose=verb in cues.SURE_VERBS, rare=len(verb) > 1 or verb == "收")
    if start is None or text[start:at] in DOUBLE_FAMILY_NAMES:
        return None  # 到南门取件
    if called_words.is_once(text, start, at) or (
        text[start] == "于" and called_words.is_time_or_anyone(text[start + 1 : at])
    ):
        return None  # 查一下单号, 于下午签收
    if (noted or at - start > 2) and called_words.is_word(text[start:at]):
        return None  # 【柳州】已签收, 何首乌已签收
    if not noted and at - start == len("兰楠会") and names_between_words.ends_sooner(text, start, at):
        return start, at - 1
    return start, at


def _behind_room(text: str, start: int, end: int, *, room: bool) -> Span | None:
    """Return a name that ends a clause behind a room's number or an organisation."""
    if room and not (text[start - 1 : start].isdecimal() or text[start - 1 : start] == "*"):
        return None
    name_end = name_from(text, end, sure=False)
    if name_end is None or is_han(text[name_end : name_end + 1]) or text[name_end - 1] in PLACE_ENDS:
        return None
    return end, name_end
