"""Says in points how much what is beside a run of Han speaks for a name in it: a phone, a room, a label."""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.around import text_before
from masking_service.masking.names.behind_names import is_han
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import any_of, by_char, by_first_letter
from masking_service.masking.words.called_words import ORGANISATION_ENDS, ROLE_ENDS, is_noun
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.legal_forms import HAN_FORMS

SURE: Final = 8
"""Points for a word that announces a person, or follows one."""
BESIDE: Final = 6
"""Points for a phone, or the number of a room, beside a name."""
_LABELLED: Final = 5
CUE: Final = 4
"""Points that one side of a name has to have, unless the name is very likely."""
NEVER: Final = -99
ORGANISATION: Final = 5
NO_LAST: Final = frozenset((*cues.PLACE_ENDS, *cues.GOODS_ENDS, *"斋桥港岭屯沟坪坝堡寺庙埠浦滩峡洞学校")) - frozenset(
    "栋庭亭仁"
)
"""A possible name that ends with one of these characters needs a cue."""
_ROADS: Final = NO_LAST | {"线"}
"""Last characters of places with numbers: 张陈线55."""
_DONE: Final = tuple(
    word + aspect for word in cues.WEAK if word not in cues.BOUND for aspect in ("了", "过", "下", "一下", "到")
)
"""Verbs before names with the endings for the past, or for doing something once: 转给了, 找一下."""
ANNOUNCE: Final = by_char((*cues.ROLES, *cues.WEAK, *cues.ANNOUNCE, *_DONE), -1)
ROLES: Final = frozenset(word for word in cues.ROLES if len(word) == 2)
_POSTS: Final = frozenset((*cues.ROLES, *cues.TITLES))
_FOLLOWING: Final = frozenset((*cues.TITLES, *cues.VERBS, *cues.FOLLOWING, *cues.FOLLOW))
FOLLOW: Final = by_char((word for word in _FOLLOWING if len(word) > 1), 0)
FOLLOW_ALONE: Final = frozenset(word for word in _FOLLOWING if len(word) == 1) - frozenset("和跟与及或同")
BEFORE_RUN: Final = 20
"""Characters before a run that are read."""
_LABEL: Final = re.compile(
    r"((?<![\u4e00-\u9fff])[\u4e00-\u9fff]+)(?:[\s》】\])>)）.丨|\-—_]{1,4}|[\s》】\]]?[:：=∶﹕→/／](?:\s?[《【\[(（『「<]|\s{0,3})|[《【\[(（『「<“\"])$"
).search
_LATIN_LABEL: Final = Expression(
    rf"(?<![A-Za-z])(?:{by_first_letter(f'{cues.LATIN_CUES}|to|from|by')})[\s,.:：=]{{1,3}}$", re.I
).search
_LATIN_LETTER: Final = re.compile("[A-Za-z]").search
_IS_THING: Final = re.compile(rf"(?:{cues.NO_LABELS})|[{cues.NO_LABEL_ENDS}]$").search
phone_behind: Final = re.compile(r"(?:[^\w*]|_|\\t){0,4}\*{5,}|[（(][^（()）\d]{0,8}\*{5,}|\+[0-9](?![0-9])").match
_PHONE_BEFORE: Final = re.compile(r"\*{5,}[0-9]{0,4}(?:[^\w*]|_){0,3}$").search
_ROOM_BEHIND: Final = re.compile(
    r"[\s,，、/\-—(（:：]{0,2}(?:(?:[A-Z]?[0-9]{1,2}|[A-Z])(?:[-_/#]|栋|幢|座|号楼?|\s)(?:[0-9]{1,2}(?:单元|-))?)?[0-9*]{3,4}室?(?![0-9A-Za-z*])"
    r"|[\s,，、]{1,2}(?:[\u4e00-\u9fff]{2,6}[0-9]{1,3}[舍栋幢座号床室]|[0-9一二三四五六七八九十]{1,3}(?:号楼|号公寓|[栋幢座舍]))"
).match
amount_at: Final = re.compile(rf"[0-9]{{1,5}}(?:\.[0-9]{{1,2}})?[{cues.UNITS}]").match
number_at: Final = re.compile(
    r"[0-9]{1,4}(?:\.[0-9]{1,2})?(?:[kK][gG]|公斤|千克|[斤克码])?(?![0-9A-Za-z.\-#号栋幢座楼层室单路弄巷村组期区街门米公])"
).match
"""Matches a weight, a size or a number that is no building's and no model's."""
_brand_behind: Final = re.compile(r"[（(][A-Za-z][A-Za-z .&'\-]{1,30}[)）] ?[\u4e00-\u9fff](?<![收签的])").match
"""Matches the Latin name of a brand, with goods behind it: 康夫（CONFU）卷发棒."""
time_at: Final = re.compile(
    r"[0-9]{1,2}(?:点|时|:[0-9]{2}|：[0-9]{2}|月[0-9]{1,2}[日号])"
    r"|(?:20[0-9]{2}([-/.])(?:1[0-2]|0?[1-9])\1|(?:1[0-2]|0?[1-9])/)(?:3[01]|[12][0-9]|0?[1-9])(?![0-9/号])"
).match
_BRACKET_ENDS: Final = re.compile(r"[】」』”\"\])）>》\-—]\s?").match
_STATE_BEHIND: Final = re.compile(
    "[，, ]{1,2}(?:拜托|谢谢|麻烦|敬上|不?在家|不在|[已未][取收拿付提]|代[收签领]|签收|自[提取]|本人|急用|老客户"
    "|[男女签](?![\u4e00-\u9fff]))"
).match
_CALLED_BEHIND: Final = re.compile(r"\s?[，,：:！!]\s?(?:您|请|凭|[取提][件货]码)").match
_ADDRESSED_BEHIND: Final = re.compile(r"\s?[，,：:！!]\s?[您你][的有好]").match
_NUMBER_OF_PERSON_BEHIND: Final = re.compile("[，,、; ]{1,2}(?:学号|工号|手机|电话|身份证|证件)").match
_WHOSE_BEHIND: Final = re.compile(
    "[（(](?:本人|家人|家属|亲属|同事|邻居|朋友|妻子|丈夫|父亲|母亲|收|代收|[^()（）]{0,6}(?:骑手|骑士|司机|师傅|客服|经理|店长|[员人部班科组室处院系店厂司]"
    rf"|[0-9一二两三四五六七八九十半]{{1,3}}[{cues.UNITS}]))[)）]"
    rf"|[（(](?:工号|员工|学号|电话|手机|[男女][^()（）]{{0,4}}[)）])|[:：]\s?[0-9]{{1,3}}[{cues.UNITS}]"
).match
_NOTE_BEHIND: Final = re.compile("[（(]([\u4e00-\u9fff]{2,6})[)）]").match
_ROOM_BEFORE: Final = re.compile(
    r"(?:(?<![0-9]\.)(?<![0-9]\.[0-9])(?P<bare>[0-9*A-Z])(?:室|房间?|号房?|铺|床|户|店面|[#＃])?|[0-9一二三四五六七八九十*][)）]?[班级届])的?[\s,，、(（】)）/\-—:：]{0,2}$"
).search
"""Finds the number of a room before a name. A fraction is none, because a unit follows it: 4.2米厢车."""
_BARE_ROOM: Final = re.compile(r"(?:(?<![0-9.])[0-9*]{3,4}|[-#栋棟幢座楼樓][0-9*]{1,4})$").search
"""Finds a number that is a room's, also where a measure word is behind it."""
_COUNTED: Final = frozenset("寸元余代")
"""Family names that are hardly ever one behind a number."""
_MEASURES: Final = frozenset(f"{cues.UNITS}万方房周卷台部支双").union(_COUNTED)
"""Measure words that may be family names as well: 3包纸, 2房一厅."""
_FIRM_BEFORE: Final = Expression(rf"(?:{any_of(HAN_FORMS)})[\s,，、;；/|（(]{{1,2}}$").search
_SPACES: Final = frozenset(" \t\u3000")
_DASHES: Final = frozenset("-—－")
_TAKEN_AT: Final = frozenset("点店站柜")
"""Last characters of places where parcels are collected: 代收点-王芳."""
_COLONS: Final = frozenset(":：=∶﹕→")
_han_letter: Final = re.compile(r"[A-Za-z\u4e00-\u9fff]").search


def announced(text: str, at: int) -> bool:
    """Whether a word that is before names ends at `at`."""
    last = text[at - 1 : at]
    if text.endswith(ANNOUNCE.get(last, ()), 0, at):
        return True
    return last in cues.ANNOUNCE_FIRST and not is_han(text[at - 2 : at - 1])


def points_before(text: str, start: int) -> int:
    """Return the points for the text before a run that begins at `start`."""
    before = text_before(text, start, BEFORE_RUN)
    if "*" in before and _PHONE_BEFORE(before):
        return BESIDE
    if (room := _ROOM_BEFORE(before)) and not (room.end("bare") == len(before) and _is_counted(text, start, before)):
        return BESIDE
    if _LATIN_LETTER(before) and _LATIN_LABEL(before):
        return SURE
    if _FIRM_BEFORE(before):
        return ORGANISATION
    label = _LABEL(before)
    if label is None:
        return 0
    word = label[1].rstrip("是为")
    if word and word[-1] in _TAKEN_AT and before[-1] in _DASHES:
        return _LABELLED
    if not word or (_IS_THING(word) and word not in ROLES):
        return 0
    if word[-1] in ROLE_ENDS or word.endswith(ANNOUNCE.get(word[-1], ())):
        return SURE
    if before[-1:] in _SPACES and (word[-1] in ORGANISATION_ENDS or word.endswith("部门")):
        return ORGANISATION
    return _LABELLED if before[-2:].strip()[-1:] in _COLONS else 0


def _is_counted(text: str, start: int, before: str) -> bool:
    """Whether the run that begins at `start` begins with a measure word, and the number before it counts goods."""
    if text[start] not in _MEASURES:
        return False
    goods = is_noun(text[start + 1 : start + 3]) or is_noun(text[start + 1 : start + 4])
    return text[start] in _COUNTED or goods or _BARE_ROOM(before) is None


def points_behind(text: str, start: int, end: int, *, whole: bool, parallel: bool) -> int:
    """Return the points for the text behind a run.

    Args:
        text: the text, in simplified characters.
        start, end: the span of the run.
        whole: whether a name would be all of it.
        parallel: whether the clause before it ends with a name.
    """
    if whole and _ROOM_BEHIND(text, end) and not text[start - 1 : start].isalnum():
        return BESIDE
    if text[end : end + 1].isdecimal():
        if time_at(text, end):
            return CUE
        return 0 if amount_at(text, end) or (whole and text[end - 1] not in _ROADS and number_at(text, end)) else NEVER
    bracket = _BRACKET_ENDS(text, end) if whole else None
    if bracket and text[bracket.end() : bracket.end() + 1] in FOLLOW_ALONE:
        return SURE
    if bracket and text.startswith(FOLLOW.get(text[bracket.end() : bracket.end() + 1], ()), bracket.end()):
        return SURE
    if phone_behind(text, end) or (whole and _WHOSE_BEHIND(text, end)):
        return BESIDE
    if whole and role_in_brackets(text, end):
        return BESIDE
    if parallel:
        return CUE
    if whole and not text[start - 1 : start].isalnum() and _CALLED_BEHIND(text, end):
        return SURE if _ADDRESSED_BEHIND(text, end) else CUE
    if whole and _NUMBER_OF_PERSON_BEHIND(text, end):
        return SURE
    return CUE if whole and (_STATE_BEHIND(text, end) or _NOTE_BEHIND(text, end) or _is_clause(text, start, end)) else 0


def role_in_brackets(text: str, at: int) -> bool:
    """Whether brackets at `at` hold nothing but the word for a role: （财务）, （主管）."""
    note = _NOTE_BEHIND(text, at)
    return note is not None and (note[1] in _POSTS or note[1][-1] in ROLE_ENDS)


def _is_clause(text: str, start: int, end: int) -> bool:
    """Whether a run is a clause of a longer text, and no item of a list, no title, no place and no goods."""
    if text[end - 1] in NO_LAST or "、" in text[max(0, start - 1) : end + 1] or text[end : end + 1] == "《":
        return False
    if _brand_behind(text, end):
        return False
    return bool(_han_letter(text, endpos=start) or _han_letter(text, end))
