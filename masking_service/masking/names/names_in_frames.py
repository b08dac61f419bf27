"""Finds names made of characters that are usually words, by what is on both sides of them: 收件人东馨香来电.

A frame is the word that announces a person in front of a name, and the word that follows names behind it. The end of a
clause is a weak side of a frame. The Han between the two sides are a name if they begin with any family name, a rare
one included, and are not far likelier words; the clearer the frame, the likelier words they may be. This finds names
that the other rules leave, because those ask for a clear family name or a clear given name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from masking_service.masking.around import text_before
from masking_service.masking.names.behind_names import HAN, is_han
from masking_service.masking.names.beside_runs import (
    ANNOUNCE,
    BESIDE,
    FOLLOW,
    FOLLOW_ALONE,
    announced,
    phone_behind,
    points_before,
    role_in_brackets,
    time_at,
)
from masking_service.masking.names.han_run import COST_OF_NAME, GOODS_LAST, LAST
from masking_service.masking.names.name_bounds import ANY_FAMILY, PLACE_ENDS, POLITE
from masking_service.masking.names.names_of_clauses import quantity_at
from masking_service.masking.words import called_words
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import by_char
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES
from masking_service.masking.words.han_words import COST_OF_GIVEN_WORD, COST_OF_WORD_AS_FAMILY, NO_WORD, han_words

Span = tuple[int, int]

_SURE, _TOLD, _OPEN = 2, 1, 0
"""How clearly one side of a frame shows a person. `_OPEN`, such as the end of a clause, shows nothing."""
_LEAST: Final = {1: -1, 2: -7, 3: -10, 4: -11}
"""The least that a name has to save, by how clear both sides are together."""
_LEAST_OF_CLEAR: Final = {1: -6, 2: -11, 3: -15, 4: -15}
"""The same where its family name is hardly ever a word. Its given name may then be a word: 客户李学习要求."""
_LEAST_OF_NOUN: Final = 3
"""The least that a name has to save where only one side shows a person and its given name is a noun.

Examples: 陈天龙 is found, 石狮子 is not.
"""
_OF_FREQUENT_WORD: Final = 6
"""Extra cost of a name that begins with a frequent word: 家长来电."""
_FREQUENT: Final = 24
_AROUND: Final = 4
"""Characters on each side of a name that are read for words that reach into it: 快递员马上, 敬爱的."""
_han: Final = re.compile(f"[{HAN}]*").match
_FIRSTS: Final = "".join(sorted({*ANY_FAMILY, *(name[0] for name in DOUBLE_FAMILY_NAMES)}))
_A_START: Final = 0.3
"""Units for each character that may begin a name."""
_ADDRESSED: Final = ("亲爱的", "尊敬的", "敬爱的")
_sure_before: Final = by_char((*(role for role in cues.ROLES if len(role) > 1), *_ADDRESSED), -1)
_sure_behind: Final = by_char((*POLITE, *(verb for verb in cues.SURE_VERBS if len(verb) > 1), *cues.SURE_FOLLOW), 0)
_OPEN_BEFORE: Final = by_char(cues.OPEN, -1)
"""Words behind which a name is as likely as at the beginning of a clause."""
_lasts: Final = "".join(
    {
        *_sure_before,
        *ANNOUNCE,
        *cues.ANNOUNCE_FIRST,
        *_OPEN_BEFORE,
        *f"是为系叫名人该成到做作写改换变注求间线班床组室房铺届位排店社厂市{cues.UNITS}",
    }
)
"""The text before a name in a frame ends with one of these characters."""
_start: Final = Expression(rf"[{_FIRSTS}](?=[\u4e00-\u9fff])(?:(?<![{HAN}].)|(?<=[{_lasts}].))")
_starts: Final = _start.finditer
_begins: Final = _start.findall
_link: Final = re.compile(
    r"(?:是|为|系|叫|名叫|名字|姓名|名|应该|应为|人|[改换写]?(?:[成为到做作]|写)|[改换变]|变更为|备注|要求)[:：\s]?$"
).search
"""Matches what may be between a word that announces a person and the name: 收件人改成, 寄件人写."""
_OPEN_ALONE: Final = frozenset("送经因等为向从同及开子女名收寄")
"""Words that are as often before things as before names."""
_LISTS: Final = frozenset("、/／+＋&＆→,，和与及或跟")
_BETWEEN: Final = frozenset("、/／+＋&＆→")
_HEARTS: Final = "❤♥💕💖💗💘\ufe0f"
"""Signs between the names of a couple."""
_SPACES: Final = frozenset(" \u3000")
_addressed: Final = re.compile(r"\s?[，,：:！!]\s?[您你]").match
_last_digits: Final = re.compile(r"[\s（(]{0,2}(?:手机|电话)?(?:尾号|尾数|后四位|末四位)").match
_cantonese_title: Final = re.compile("[生太](?=[会话签同要想唔俾畀有冇揾攞打](?:[^生太]|$))").match
_closed: Final = re.compile(r"[)）\]】」』]\s?(?:的?[货件单]|包裹|快递|亲?收|代收)").match
"""Matches the end of a bracket with a parcel behind it: 【王小明】货."""
_numbered: Final = re.compile(r"[0-9*一二三四五六七八九十](?:车间|号线|[班床组室房铺届位排])$").search
"""Finds a room, bed, place, workshop or class with its number, before a person in it."""
_OPENINGS: Final = frozenset("（([【「『")
_shop: Final = re.compile(rf"[{HAN}]{{2}}(?:合作社|超市|[店社铺厂])$").search
_item: Final = re.compile(
    r"(?:(?:^|[\s；;，,：:])(?:[0-9]{1,2}[.、)）．:：]?|[一二三四五六七八九十]、|[A-Ha-h][)）.])\s?|[0-9][栋幢座号]楼?\s)$"
).search
_quantity_of_goods: Final = re.compile(
    rf"(?:[0-9]{{1,2}}|[一二两三四五六七八九十半])[{cues.UNITS}](?=([{HAN}]{{1,3}}))"
).finditer
"""Finds a quantity with goods behind it."""
_LONGEST: Final = len("欧阳小明")
_size: Final = re.compile(r"\s?[0-9]{2,3}(?:码(?!头)|[cC][mM])").match
_after_quantity: Final = re.compile(rf"[0-9一二两三四五六七八九十半][{cues.UNITS}]$").search
_CLOSINGS: Final = frozenset("]】)）")
_spaced: Final = re.compile(
    rf"[{_FIRSTS}](?<![{HAN}].)(?:[ \u3000][{HAN}]){{1,3}}"
    rf"(?=[ \u3000]?(?:亲?收|代收|签收|亲启|先生|女士|小姐|老师)(?![{HAN}]))"
).finditer
"""Finds a name with spaces between its characters, before a word that follows names."""
_masked_before: Final = re.compile(rf"[{HAN}]\*{{1,3}}$").search
_phone_before: Final = re.compile(r"\*{3}[0-9]{0,4}[^\w*]{0,3}$").search
_OF_PARCELS: Final = ("派件", "派送", "投递", "揽收", "已到", "已揽", "到件", "收件", "已发", "转运", "中转")
"""What a trace says behind a town or a site as well as behind a person."""
_SITES: Final = by_char(
    (what + site for what in ("服务", "配送", "派送", "投递", "揽投", "营业", "代收", "自提") for site in "部站点厅柜"),
    0,
)
"""Places where parcels are collected and carriers work. They begin with words that follow names."""
_bracket: Final = re.compile(
    r"(?:(?<=[^\s])[（(\[]|[（(\[【](?=[\u4e00-\u9fff]{2,4}[)）\]】]\S))(?=[\u4e00-\u9fff]{2,4}[)）\]】])"
).match
"""Matches a bracket that holds nothing but a possible name, with other words outside it."""
_of_parcel: Final = re.compile("快件|到达|离开|发往|揽收|派[件送]|已到|下一站|签收|转运|中转|收入|发出|网点").search
"""Tells texts whose brackets hold towns: 【乐清】快件已到达."""
_ROADS: Final = frozenset("路街巷弄")
"""Characters that end names of roads and begin no given name: 市长江路金都花园."""
_MAY_BE_LAST: Final = frozenset("湖汇亭庄岸坊榭阁苑园庭城")
"""The characters among `PLACE_ENDS` with which a given name may end, where both sides of the frame are clear."""
_MOST_OF_COURT: Final = 26
"""The most that a given name costs that ends with 庭 and is no word: 国庭."""
_NO_GIVEN: Final = frozenset("要说问想会可来去在是不没有也都就还又再家那收签拿取等和跟与及或同被把将给让请催托付")
"""Characters that are rather a verb than a given name behind a family name."""
_PARTICLES: Final = frozenset(f"{cues.PARTICLES}的了们着过已未被将很太都还也就")
_NUMERALS: Final = frozenset("一二两三四五六七八九十")
_GOODS: Final = GOODS_LAST.union(cues.GOODS_ENDS, cues.NO_LABEL_ENDS)
_MOST: Final = 15
"""The most that a last character of a given name costs, if it may also be the end of a word for goods."""
_JOINS: Final = frozenset("和跟与及或同")
_note: Final = re.compile(r"[（(](?:曾用名|又名|原名|别名|英文名|本人|同号|微信|收[）)]|代收)").match
_NONE: Final = frozenset(
    (*cues.ROLES, *cues.WEAK, *cues.TITLES, *cues.VERBS, *cues.ANNOUNCE, *cues.FOLLOWING, *cues.FOLLOW)
)


def find(text: str, found: Sequence[Span] = ()) -> Iterator[Span]:
    """Yield the spans of such names in a text in simplified characters, except those in `found`."""
    spans = [*found]  # the caller may add to its list what it gets
    taken = {at for span in found for at in range(*span)}
    firsts, lasts = {start for start, _ in found}, {end for _, end in found}
    for match in _spaced(text) if not _SPACES.isdisjoint(text) else ():
        if taken.isdisjoint(range(*match.span())):
            yield match.span()
    free = 0
    for match in _starts(text):
        start = match.start()
        if (
            start < free
            or start in taken
            or called_words.is_distance(text, start)
            or (before := _before(text, start, lasts)) is None
        ):
            continue
        ends = [
            (score, end)
            for end in _ends(text, start)
            if (score := _score(text, start, end, before, _behind(text, start, end, firsts, lasts))) is not None
        ]
        if ends and taken.isdisjoint(range(start, end := max(ends)[1])):
            yield start, end
            free = end
            lasts.add(end)
            spans.append((start, end))
    for span in _of_orders(text, taken):
        yield span
        spans.append(span)
    yield from _of_parallels(text, spans, taken)


def _of_orders(text: str, taken: set[int]) -> Iterator[Span]:
    """Yield the spans of names before the quantity of goods, also behind the goods before: 王芳两箱苹果李丽一箱梨."""
    first, goods = 0, False
    for match in _quantity_of_goods(text):
        at = match.start()
        starts = range(max(first + 1 if goods else first, at - _LONGEST), at - 1)
        signs = [place for place in range(first, at) if not is_han(text[place])]
        if signs:
            first, goods = signs[-1] + 1, False
            begins = not text[first - 1].isalnum() and at - first <= _LONGEST
            starts = range(first, first + 1 if begins else first)
        noun = any(called_words.is_noun(match[1][:length]) for length in (3, 2, 1))
        if noun and taken.isdisjoint(range(first, at)):
            start = _start_before(text, starts, at, _TOLD if goods else _OPEN)
            if start is not None:
                yield start, at
        first, goods = match.end(), True


def _of_parallels(text: str, found: Sequence[Span], taken: set[int]) -> Iterator[Span]:
    """Yield the spans of names before the words behind a name that was found: 王芳那份不要辣李丽那份多放辣."""
    lasts: dict[str, int] = {}
    for _, end in found:
        words = text[end : end + 2]
        if len(words) > 1 and text.startswith(FOLLOW.get(words[0], ()), end):
            lasts[words] = min(end, lasts.get(words, end))
    for words, last in lasts.items():
        at = text.find(words, last + 2)
        while at > 0:
            starts = (start for start in range(max(last, at - _LONGEST), at - 1) if taken.isdisjoint(range(start, at)))
            start = _start_before(text, starts, at, _TOLD)
            if start is not None:
                yield start, at
            at = text.find(words, at + 2)


def _start_before(text: str, starts: Iterable[int], end: int, before: int) -> int | None:
    """Return the place where the likeliest name begins that ends at `end`; None where none does at these places."""
    scored = [
        (score, start)
        for start in starts
        if end in _ends(text, start) and (score := _score(text, start, end, before, _TOLD)) is not None
    ]
    return max(scored)[1] if scored else None


def effort(text: str) -> float:
    """Return the units that `find` takes at most."""
    return _A_START * len(_begins(text))


def _ends(text: str, start: int) -> Iterator[int]:
    """Yield where a name that begins at `start` may end."""
    family = 2 if text[start : start + 2] in DOUBLE_FAMILY_NAMES else 1
    if family == 1 and text[start] not in ANY_FAMILY:
        return
    for end in (start + family + 1, start + family + 2):
        if end > len(text) or not is_han(text[end - 1]):
            return
        yield end


def _before(text: str, start: int, lasts: set[int]) -> int | None:
    """Return how clearly the text before a possible name shows a person; None if no name can follow it."""
    last = text[start - 1 : start]
    if start - 1 in lasts and last in _LISTS:
        return _TOLD
    if not is_han(last):
        return _before_sign(text, start, lasts) if last else _OPEN
    link = _link(text, start - 4, start)
    if (link is not None and _announces(text, link.start())) or _announces(text, start):
        return _SURE
    if _numbered(text, start - 4, start) or _shop(text, start - 5, start):
        return _TOLD
    if _after_quantity(text, start - 3, start):
        return _OPEN
    two = text_before(text, start, 2)
    if not announced(text, start):
        return _OPEN if text.endswith(_OPEN_BEFORE.get(last, ()), 0, start) else None
    if len(two) > 1 and two in _NONE:
        return _TOLD
    if last == "到" or (len(two) > 1 and called_words.is_word(two)):
        return None
    return _OPEN if last in _OPEN_ALONE else _TOLD


def _before_sign(text: str, start: int, lasts: set[int]) -> int | None:
    """As `_before`, where a sign, a digit or a letter is right before the name."""
    last = text[start - 1]
    if last == "*" and _masked_before(text, start - 4, start):
        return None
    if last in "@＠":
        return _SURE
    if last == ">" and text[start - 2] == "-" and start - 2 in lasts:
        return _TOLD
    if last in _HEARTS and is_han(text[:start].rstrip(_HEARTS)[-1:]):
        return _TOLD
    if (
        (last in _SPACES and text[start - 2 : start - 1] == "的")
        or (lasts and _item(text, start - 4, start))
        or (_bracket(text, start - 1) and _of_parcel(text) is None)
    ):
        return _TOLD
    points = points_before(text, start)
    if points:
        return _SURE if points > BESIDE or (points == BESIDE and _phone_before(text, start - 8, start)) else _TOLD
    return None if last.isalnum() else _OPEN


def _announces(text: str, end: int) -> bool:
    """Whether a word that announces a person ends at `end`."""
    return text.endswith(_sure_before.get(text[end - 1 : end], ()), 0, end)


def _behind(text: str, start: int, end: int, firsts: set[int], lasts: set[int]) -> int | None:
    """Return how clearly the text behind a possible name shows a person; None if no name can end there."""
    char = text[end : end + 1]
    if not is_han(char):
        return _behind_sign(text, start, end, firsts, lasts)
    if text.startswith(_sure_behind.get(char, ()), end):
        return _SURE
    if is_han(text[start - 1 : start]) and quantity_at(text, end):
        return _TOLD
    if char in _JOINS:
        return _TOLD if end + 1 in firsts else _OPEN
    if text.startswith(_SITES.get(char, ()), end):
        return None
    if text.startswith(_OF_PARCELS, end):
        return _OPEN
    if text.startswith(FOLLOW.get(char, ()), end) or _cantonese_title(text, end):
        return _TOLD
    if char in FOLLOW_ALONE:
        return _OPEN if char == "的" or called_words.is_word(text[end : end + 2]) else _TOLD
    if char in LAST and not is_han(text[end + 1 : end + 2]):
        return _TOLD
    return _OPEN if _is_said(text, end) else None


def _behind_sign(text: str, start: int, end: int, firsts: set[int], lasts: set[int]) -> int | None:
    """As `_behind`, where no Han is right behind the name."""
    char = text[end : end + 1]
    if phone_behind(text, end) or _addressed(text, end) or _last_digits(text, end) or _note(text, end):
        return _SURE
    if (
        role_in_brackets(text, end)
        or (char in _BETWEEN and end + 1 in firsts)
        or (char in _HEARTS and is_han(text[end:].lstrip(_HEARTS)[:1]))
    ):
        return _TOLD
    if _closed(text, end) and text[start - 1 : start] in _OPENINGS:
        return _SURE
    if firsts and quantity_at(text, end):
        return _SURE if any(quantity_at(text, last) for last in lasts) else _TOLD
    if _size(text, end) or (char in _SPACES and time_at(text, end + 1) and text[start - 1 : start] in _CLOSINGS):
        return _TOLD
    if char == "-" and text[end + 1 : end + 2] == ">" and end + 2 in firsts:
        return _TOLD
    if char in _SPACES and not is_han(text[start - 1 : start]):
        return _TOLD if text.startswith(FOLLOW.get(text[end + 1 : end + 2], ()), end + 1) else _OPEN
    return None if char.isalnum() or char == "*" else _OPEN


def _is_said(text: str, at: int) -> bool:
    """Whether a verb, or another word that follows people as often as things, is at `at`."""
    words = han_words().words
    longest = (words.get(text[at : at + size]) for size in (4, 3, 2))
    return next((word for word in longest if word is not None), NO_WORD)[0] in "vaprt"


def _least(text: str, end: int, told: int, *, clear: bool) -> int:
    """Return the least that a name ending at `end` has to save. `told` is how clear both sides are together."""
    least = (_LEAST_OF_CLEAR if clear else _LEAST)[told]
    short = text[end : end + 1] in FOLLOW_ALONE and not text.startswith(FOLLOW.get(text[end], ()), end)
    return max(least, _LEAST[_TOLD]) if short and told == _TOLD else least


def _score(text: str, start: int, end: int, before: int, behind: int | None) -> int | None:
    """Return what a name at this span saves; None if it is no name."""
    if behind is None or not before + behind:
        return None
    name, known = text[start:end], han_words()
    family = 2 if name[:2] in DOUBLE_FAMILY_NAMES and len(name) > 2 else 1
    clear = known.is_family(name[0]) if family == 1 else name[:2] not in known.words
    told = before + behind
    least = _least(text, end, told, clear=clear)
    noun = known.words.get(name[family:], NO_WORD)[0] == "n" and name[family:] not in cues.GIVEN_WORDS_TOLD
    if told == _TOLD and noun and len(name) - family > 1:
        least = max(least, _LEAST_OF_NOUN)
    if _is_none(name, name[family:], told, clear=clear):
        return None
    if text.startswith("一下", start + 1) or called_words.counts_goods(text, start):
        return None
    cost = min(COST_OF_WORD_AS_FAMILY, known.family.get(name[:family], COST_OF_WORD_AS_FAMILY))
    given = name[family:]
    told_word = given in cues.GIVEN_WORDS_TOLD
    cost += (COST_OF_GIVEN_WORD if told_word else known.given_cost(given)) + COST_OF_NAME[len(given)]
    if family == 1 and known.words.get(name[:2], NO_WORD)[1] < _FREQUENT:
        cost += _OF_FREQUENT_WORD
    if known.cost(name) - cost < least:  # words that reach over its ends cost no more
        return None
    saved = _cost_of_words(text, start, end) - cost
    return saved + behind if saved >= least and name not in cues.BRANDS else None


def _is_none(name: str, given: str, told: int, *, clear: bool) -> bool:
    """Whether a possible name is a word, or its given name is one that people do not have."""
    words = han_words().words
    if name in words or name in _NONE or name in cues.common_words() or not _PARTICLES.isdisjoint(given):
        return True
    is_given = given in cues.GIVEN_WORDS or given in cues.GIVEN_WORDS_TOLD
    if given in _NONE and not is_given and (len(given) > 1 or given in _NO_GIVEN or not clear):
        return True
    frequent = not is_given and len(given) > 1 and words.get(given, NO_WORD)[1] < _FREQUENT
    if not clear and (given in _NUMERALS or frequent):
        return True
    if name[:2] in cues.NO_CALLED or (len(given) > 1 and given[0] in _ROADS):
        return True
    usual = is_given or (name[-1] == "庭" and len(given) > 1 and han_words().given_cost(given) <= _MOST_OF_COURT)
    if name[-1] in PLACE_ENDS and not usual and (told <= _SURE or name[-1] not in _MAY_BE_LAST):
        return True
    if name[-1] in _GOODS and told <= _SURE and han_words().given.get(name[-1], _MOST) >= _MOST:
        return True
    return given[-1] in "学校家" and (given in words or given[-1] == "家")


def _cost_of_words(text: str, start: int, end: int) -> int:
    """Return the cost of the words at a span. The first and the last word may reach over its ends."""
    first = start
    while first > max(0, start - _AROUND) and is_han(text[first - 1]):
        first -= 1
    last = _han(text, end, end + _AROUND).end()  # type: ignore[union-attr]  # it always matches
    known = han_words()
    return known.cost(text[first:last]) - known.cost(text[first:start]) - known.cost(text[end:last])
