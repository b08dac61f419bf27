"""Compares two readings of a run of Han: with a name among its words, and as words alone.

The cheaper reading is the likelier one. A name costs what its characters cost as a family name and a given name
(`han_words`). What is beside it adds points for a name (a word that announces a person, a verb, a title, a phone) or
against one (goods, places). A name that is far likelier than words needs no points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.names.beside_runs import (
    BESIDE,
    CUE,
    FOLLOW,
    FOLLOW_ALONE,
    NEVER,
    NO_LAST,
    ORGANISATION,
    ROLES,
    SURE,
    amount_at,
    announced,
    number_at,
    phone_behind,
    points_before,
    points_behind,
)
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import any_of, by_char
from masking_service.masking.words.called_words import (
    ORGANISATION_ENDS,
    PERSON_ENDS,
    ROLE_ENDS,
    is_distance,
    is_of_village,
    is_word,
)
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES
from masking_service.masking.words.han_words import COST_OF_UNKNOWN, UNKNOWN, han_words

COST_OF_NAME: Final = {1: 9, 2: 6}
"""What a name costs besides its characters, by the length of its given name: names are rarer than words."""
_ODD_GIVEN: Final = 8
_OF_A_BUILDING: Final = 16
_BUILDING_ENDS: Final = frozenset("苑厦寓邸墅院馆厂街道路巷弄")
_TITLE_IN_GIVEN: Final = 7
_FOLLOWING_IN_GIVEN: Final = 6
_LEAST: Final = 9
_LEAST_IF_SURE: Final = 7
"""The least sum of points and of what a name saves; a smaller one if a cue is sure."""
_LEAST_SAVED: Final = (-5, -9)
"""The least that a name has to save, whatever is beside it; a smaller one if its family name is hardly ever a word."""
USUAL_LAST: Final = 11
"""The most that a last character costs as one of a given name, if it may also end the word for a label.

Example: 明 of 王小明 and 说明.
"""
_RARE_WORD_AS_NAME: Final = 14
"""What a rare word, or a city, that may be a name saves more with a cue behind it: 吴忠已取."""
_LIKELY: Final = 12
_LIKELY_INSIDE: Final = 16
"""The least that a name of three characters has to save without a cue: at the end of a run, and inside it."""
_LIKELY_BEFORE_NOUN: Final = 18
"""The least that such a name has to save at the beginning of a run, before a noun that is no word for goods.

Example: 王丽娟老人独居.
"""
_LIKELY_BESIDE_WORD: Final = 8
"""The least that a name has to save if a word beside it is its only cue."""
_BEFORE: Final = {"v": 2, "p": 4, "u": 1, "a": 0, "r": 1, "t": 2, "m": -2, "s": 0, "n": -2, UNKNOWN: -6}
_BEHIND: Final = {"v": 4, "p": 4, "u": 2, "a": 4, "r": 2, "t": 2, "m": 0, "s": 2, "n": -4, UNKNOWN: -6}
"""Points for a word before a name, and for one behind it, by the class of the word."""
_OF_A_PLACE: Final = -8
_ENDS_RUN: Final = 3
"""Points for a name at the end of a run, behind a word that announces a person."""
_OF_SOMEONE: Final = 2
"""Points for a noun behind a name: 王芳发票."""
_SOLD: Final = frozenset(
    f"{cues.GOODS_ENDS}司厂店部所行社馆校园站库堂坊铺品奶球法子烫文蜜鲜带说食辑瓜娃偶扇拍器车壶伞锁镜具剂香皂水袋套毛线管板漆胶石瓷电款色味号码草叶学"
) - frozenset("票单")
"""Last characters of nouns for goods and firms.

Papers and tickets are none of them, because they belong to a person: 王芳发票.
"""
_FIRM_OR_PLACE: Final = re.compile(
    rf"(?![出住入转]院).[{cues.PLACE_ENDS}]|国际|百货|科技|机械|集团|商贸|物流|财富|保险|医疗|中心|故居|服饰|五金|建材|冶炼|电联|银座|(?<![作毕学就])业"
).search
_TOYS: Final = frozenset("娃偶扇拍")
"""Last characters of nouns for goods that may have a name like a person's: 叶罗丽娃娃."""
_AMOUNT_LAST: Final = re.compile(rf"[一二两三四五六七八九十半]{{1,3}}[{cues.UNITS}张次台双]$").search
_NEVER_LAST: Final = frozenset("被把将让给请刚又再各都")
"""Characters that follow names, but do not end a run."""
_CALLED: Final = "电联"
"""电联, "to be phoned", follows a person's name as well as a shop's."""
_PARTICLES: Final = frozenset(cues.PARTICLES)
LAST: Final = frozenset("家那在签簽拿攞取领留赠总亲卸看带管捎寄接订买付扫押")
"""Characters that follow names at the end of a run."""
GOODS_LAST: Final = frozenset(
    "片糖酒酥茶桔橘枣瓜菜肉虾蟹鸡鸭蛋面油醋酱盐奶饼糕豆笋菇膏液乳纸裤鞋袜帽包瓶罐杯碗盘锅刀灯笔券票盆贴"
    "膜架床被枕毯粥饭串饮料药丸橙蒜葱薯芋藕椒肠腿链圈扣"
)
"""Last characters of words for goods that hardly any given name ends with: 梅子酒, 秋裤."""
NICKNAMES: Final = frozenset("小老阿")
_TITLES: Final = frozenset(f"{cues.SHORT_TITLES}家")
_WHOLE_CUES: Final = frozenset(word for word in (*cues.TITLES, *cues.VERBS) if len(word) > 1)
_NO_GIVEN_WORDS: Final = _WHOLE_CUES | frozenset(cues.LABELS)
_NO_GIVEN: Final = frozenset(cues.NO_GIVEN) - {"可"}
_FIRST_GIVEN: Final = frozenset("如有应起从为得")
"""Characters of `_NO_GIVEN` that begin given names of two characters all the same: 如松, 从军."""
PLACE_ENDS: Final = frozenset(cues.PLACE_ENDS)
_LONG_CUES: Final = by_char((word for word in (*cues.ROLES, *cues.ANNOUNCE, *cues.TITLES) if len(word) > 2), 0)
_ACTS: Final = ("未接", "没接", "接货", "领货", "介绍", "送货上门", "没空", "上来", "下单")
_SITES: Final = tuple(what + site for what in ("服务", "配送", "派送", "投递", "揽投") for site in "部站点")
"""Places where carriers work. They begin with words that follow names."""
_HOME: Final = re.compile("家?门[口前]|家[门里]|家$").match
"""Matches a word for a home behind a name: 放王茶门口."""
_ACT: Final = Expression(
    any_of({*(verb for verb in cues.VERBS if len(verb) > 1), *cues.SURE_VERBS, *_ACTS} - {"收", "联系"})
).search
"""Finds what a person does, anywhere behind a name in its clause: 王林当面签收."""
_MAX_OF_USUAL: Final = 14
"""The most that a usual character of given names costs."""
_STARS_OF_NAME: Final = re.compile(r"\*{1,4}(?!\*)").match
_OF_A_ROOM: Final = re.compile("(?:室|单元|房间?|号|铺|床|户|班|年?级|届|店面|[楼层層])?的?").fullmatch
_MEASURES: Final = f"{cues.UNITS}张次年月天岁码米克票点分双台辆人名位周升斤度"
_IS_PLACE: Final = re.compile(
    rf"(?!几|[出住入转]院)(?:(?P<sure>[\u4e00-\u9fff]{{0,6}}(?:(?P<number>(?<![{cues.PLACE_ENDS}])(?=[0-9])"
    rf"(?![0-9]{{1,5}}[-#号栋幢座楼层室单]))?[0-9](?![0-9]{{0,3}}(?:[{_MEASURES}]|\.[0-9]))"
    r"|[苑园城庄湾庭府邸墅寓厦院馆楼街路区镇乡村里座栋幢号店站](?:$|[0-9])))"
    r"|(?P<end>[道省市区县镇乡村路街苑园庄湾庭府邸墅寓厦院馆厂])|[\u4e00-\u9fff]{0,3}(?:[苑园城庄湾庭府邸墅寓厦院馆店厂]|[小中大]学|学校|广场|[分支总]部|分公司|超市|营业[部点厅]|集散|分拨|转运|中转|驿站|代收点|网点"
    "|[揽营投]投部|保税区|支局)|[一二三四五六七八九十]{1,2}部(?=$|[^\u4e00-\u9fff]|[的已正网]))"
).match
_NUMERALS: Final = frozenset("一二三四五六七八九十")
_COUNTED: Final = re.compile(r"部(?=$|[^\u4e00-\u9fff]|[的已正网])|[个位号]").match
"""Matches what shows that a numeral counts and is no part of a name: 金阳三部, 李明三个人."""
_IS_ROOM: Final = re.compile(r"(?:[0-9]|[0-9*]{3}|[0-9一二三四五六七八九十][)）])$").search
_BRACKETS: Final = frozenset("】])）")
_OF_PEOPLE_ENDS: Final = PERSON_ENDS | ROLE_ENDS
_letter: Final = re.compile(r"\w").search


class HanRun:
    """A run of Han in a text, read as words.

    Args:
        text: the text, in simplified characters.
        start, end: the span of the run.
        parallel: whether the clause before it ends with a name: then this one does, too, more often.
    """

    def __init__(self, text: str, start: int, end: int, *, parallel: bool = False) -> None:
        self._text, self.start, self.end, self._parallel = text, start, end, parallel
        self._known = han_words()
        self._han = text[start:end]
        (self._cost_before, self._begins), (self._cost_behind, self._ends) = self._known.read(self._han)

    def names(self) -> Iterator[tuple[int, int]]:
        """Yield the spans of names in the run, the likeliest first. They do not overlap."""
        found = sorted(self._candidates(), reverse=True)
        taken: list[tuple[int, int]] = []
        for _, start, end in found:
            if all(end <= first or last <= start for first, last in taken):
                taken.append((start, end))
                yield self.start + start, self.start + end

    def first_name(self, least: int) -> int | None:
        """Return the length of the likeliest name that begins the run and saves at least so much; else None."""
        family = 2 if self._han[:2] in DOUBLE_FAMILY_NAMES else 1
        cost, found = self._known.family[self._han[:family]], []
        if self._han[: family + 1] in cues.common_words():
            return None
        for end in (family + 1, family + 2):
            if end + 1 < len(self._han) and self._han[end - 1] not in PLACE_ENDS:
                found.append((self._saved(0, end, cost + cost_of_given(self._han[family:end])), end))
        return max((one for one in found if one[0] >= least), default=(0, None))[1]

    def ends_sooner(self, end: int) -> bool:
        """Whether the last character of a possible name more likely begins the next word."""
        family, costs = 2 if self._han[:2] in DOUBLE_FAMILY_NAMES else 1, []
        if end - family < len("小明"):
            return False
        if self._han[end : end + 1] == "的" and self._is_usual(self._han[end - 1]):
            return False  # no word begins with 会的 or 可的
        for stop in (end, end - 1):
            points = self._behind(stop, whole=True) if stop < len(self._han) else 0
            given = self._han[family:stop]
            costs.append(cost_of_given(given) + self._cost_of_last(stop, given) + self._cost_behind[stop] - points)
        return costs[1] < costs[0]

    def is_unlikely(self, start: int, end: int) -> bool:
        """Whether a possible name at this span is far likelier words."""
        start, end = start - self.start, end - self.start
        family = 2 if self._han[start : start + 2] in DOUBLE_FAMILY_NAMES and end - start > 2 else 1
        cost = self._known.family.get(self._han[start : start + family], COST_OF_UNKNOWN)
        given = self._han[start + family : end]
        cost += self._known.given_cost(given) + COST_OF_NAME.get(len(given), 0)
        return self._saved(start, end, cost) + self._before(start) + self._behind(end, whole=False) < 0

    def _word_before(self, at: int) -> str:
        """Return the word that ends at `at`; empty at the beginning."""
        return self._han[self._begins[at] : at]

    def _word_behind(self, at: int) -> str:
        """Return the word that begins at `at`; empty at the end."""
        return self._han[at : self._ends[at]]

    def _saved(self, start: int, end: int, cost_of_name: int) -> int:
        """Return how much less a name at this span costs than the words there."""
        return self._cost_before[-1] - self._cost_before[start] - cost_of_name - self._cost_behind[end]

    def _candidates(self) -> Iterator[tuple[int, int, int]]:
        """Yield the points, the start and the end of each possible name."""
        han, family_costs = self._han, self._known.family
        for start in range(len(han) - 1):
            for family in (2, 1) if han[start : start + 2] in DOUBLE_FAMILY_NAMES else (1,):
                cost = family_costs.get(han[start : start + family])
                if cost is None:
                    continue
                least = _LEAST_SAVED[self._known.is_family(han[start])]
                for end in (start + family + 2, start + family + 1):
                    if end > len(han):
                        continue
                    given = han[start + family : end]
                    saved = self._saved(start, end, cost + cost_of_given(given))
                    rare = self._is_rare_word(start, end)
                    if rare and self._behind(end, whole=True) >= CUE:
                        saved += _RARE_WORD_AS_NAME
                    if saved < least:
                        continue
                    saved -= self._cost_of_last(end, given)
                    if saved + 2 * SURE < _LEAST_IF_SURE:
                        continue
                    if given[-1] in GOODS_LAST and not self._is_of_person(start, end):
                        continue
                    points, cue = self._beside(start, end)
                    sure = cue >= SURE and (rare or not is_word(han[start:end]))
                    if saved + points < (_LEAST_IF_SURE if sure else _LEAST):
                        continue
                    if (cue >= CUE or self._is_likely(start, end, saved)) and not self._is_none(start, end, given):
                        yield saved + points, start, end

    def _is_rare_word(self, start: int, end: int) -> bool:
        """Whether a rare word of two characters, or a city, begins the run and may be a name: 吴忠已取, no 4k高清."""
        begins = start == 0 and not self._text[self.start - 1 : self.start].isalnum()
        return begins and end == len("吴忠") < len(self._han) and self._han[:end] in self._known.rare

    def _cost_of_last(self, end: int, given: str) -> int:
        """Return the extra cost of a given name that ends at `end` with a title, a verb or a place."""
        last, cost = given[-1], 0
        if len(given) > 1:
            if last in _TITLES:
                cost += _TITLE_IN_GIVEN
            word = self._han.startswith(FOLLOW.get(last, ()), end - 1) or (
                last in FOLLOW_ALONE and not self._is_usual(last)
            )
            if word or (end == len(self._han) and last in LAST):
                cost += _FOLLOWING_IN_GIVEN
        if last in PLACE_ENDS:
            cost += _OF_A_BUILDING if last in _BUILDING_ENDS else _ODD_GIVEN
        return cost

    def _is_of_person(self, start: int, end: int) -> bool:
        """Whether a possible name that ends like a word for goods has something beside it that is said of people only.

        Example: 找王茶.
        """
        han = self._han
        if self._before(start) >= BESIDE or _HOME(han, end):
            return True
        return end == len(han) and phone_behind(self._text, self.end) is not None

    def _is_usual(self, last: str) -> bool:
        """Whether given names often end with it: 刚, 会."""
        return self._known.given.get(last, _MAX_OF_USUAL + 1) <= _MAX_OF_USUAL

    def _beside(self, start: int, end: int) -> tuple[int, int]:
        """Return the points for what is before and behind a name at this span, and those of the best cue among them."""
        before, behind = self._before(start), self._behind(end, whole=start == 0)
        if behind == NEVER and before >= SURE and number_at(self._text, self.start + end):
            behind = 0
        if _OF_A_PLACE < behind < CUE and _ACT(self._text, self.start + end, self.end):
            behind = max(behind, 0) + CUE
        if is_word(self._han[start:end]) and not self._is_rare_word(start, end):
            return before + behind, min(before, behind)
        if before >= ORGANISATION and end == len(self._han):
            before += _ENDS_RUN
        elif self._is_behind_noun(start):
            before = max(before, 0)
        return before + behind, max(before, behind, before + behind if before > 0 < behind else 0)

    def _is_behind_noun(self, start: int) -> bool:
        """Whether a noun, unless it is a place, or the number of a building is before a name: 化妆王芳跟妆, 3栋王芳."""
        word = self._word_before(start)
        if start == 1 or self._han[start] in PLACE_ENDS:
            return self._text[self.start - 1 : self.start].isalnum()
        return len(word) > 1 and self._known.words[word][0] == "n" and PLACE_ENDS.isdisjoint(self._han[:start])

    def _is_likely(self, start: int, end: int, saved: int) -> bool:
        """Whether a name at this span needs no cue, because it is far likelier than words: 综合办 李晓燕."""
        first = self._han[start : start + 2]
        if self._han[end - 1] in NO_LAST or (first in self._known.words and first not in DOUBLE_FAMILY_NAMES):
            return False
        if end == len(self._han) and (start > 1 or self._is_behind_noun(start)):
            return True
        beside = end < len(self._han) and (start == 0 or self._is_behind_noun(start)) and saved >= _LIKELY_BESIDE_WORD
        if (
            beside
            and self._behind(end, whole=start == 0) > 0
            and not (self._han[start:end] in cues.BRANDS and self._is_sold(end))
        ):
            return True  # 李颖做头发, 王芳发票
        if saved < _LIKELY or end - start < len("欧阳明"):
            return False
        if end < len(self._han):
            return saved >= _LIKELY_INSIDE and self._is_told_inside(start, end, saved)
        return start > 0 or bool(_letter(self._text, endpos=self.start) or _letter(self._text, self.end))

    def _is_told_inside(self, start: int, end: int, saved: int) -> bool:
        """Whether the words beside a name of three characters, with Han behind it, may be about a person."""
        if start:
            return len(self._word_before(start)) > 1 or self._before(start) >= 0
        return saved >= _LIKELY_BEFORE_NOUN and not self._is_goods(end)

    def _is_goods(self, at: int) -> bool:
        """Whether the words behind a name are a place or goods, or the quantity of something that is sent."""
        if self._han[-1] in cues.GOODS_ENDS or amount_at(self._text, self.end) or self._word_behind(at)[-1] in _TOYS:
            return True
        return self._behind(at, whole=True) <= _OF_A_PLACE

    def _is_sold(self, at: int) -> bool:
        """Whether the noun behind a possible name means goods, a firm or a place, as it does behind a brand."""
        if not _SOLD.isdisjoint(self._word_behind(at)[-1] + self._han[-1]) or amount_at(self._text, self.end):
            return True
        return (_FIRM_OR_PLACE(self._han, at) or _AMOUNT_LAST(self._han, at)) is not None

    def _place_behind(self, at: int, kind: str) -> re.Match[str] | None:
        """Return the place that follows the word at `at`; None if it is the verb's object: 欠运费20, 放代收点."""
        place = _IS_PLACE(self._text, self.start + at)
        of_verb = place and (kind == "p" or (kind == "v" and place["number"] is not None))
        return None if of_verb or (place and "放" in place[0]) else place

    def _is_none(self, start: int, end: int, given: str) -> bool:
        """Whether the span is no name: part of a nickname, or a family name alone with a title or stars behind it."""
        return (
            self._word_before(start) in NICKNAMES
            or self._is_in_cue(start, end)
            or (start == 0 and self._han[0] in "班支" and self._is_behind_room())
            or (start == 0 and is_distance(self._text, self.start))
            or self._han[start:end] in DOUBLE_FAMILY_NAMES
            or given in _NO_GIVEN_WORDS
            or given in cues.SHORT_TITLES
            or self._han[start:end] in _WHOLE_CUES
            or self._han[start:end] in cues.NO_CALLED
            or not _PARTICLES.isdisjoint(given)
            or (given[-1] in "学校" and given in self._known.words)
            or (end == len(self._han) and self._is_masked())
            or (given[-1] in PLACE_ENDS and self._han[start : end - 1] in self._known.words)
            or (given[-1] in _NUMERALS and _COUNTED(self._han, end) is not None)
            or is_of_village(given)
        )

    def _is_in_cue(self, start: int, end: int) -> bool:
        """Whether the span is part of a word that is beside names, or begins with a role."""
        han = self._han
        return han[start : start + 2] in ROLES or any(
            at + len(word) > (start if at < start else end) and han.startswith(word, at)
            for at in range(start - 3 if start > 3 else 0, start + 1)
            for word in _LONG_CUES.get(han[at], ())
        )

    def _is_behind_room(self) -> bool:
        """Whether a number that may be a room's or a class's is before the run."""
        return _IS_ROOM(self._text, self.start - 3, self.start) is not None

    def _is_masked(self) -> bool:
        """Whether the stars of a name follow the run."""
        return _STARS_OF_NAME(self._text, self.end) is not None

    def _before(self, at: int) -> int:
        han = self._han
        if at == 0:
            return points_before(self._text, self.start)
        if self._is_behind_room() and _OF_A_ROOM(han, endpos=at):
            return BESIDE
        if announced(han, at):
            return SURE
        if at > 1 and han[at - 1] in "班级届" and han[at - 2] in "一二三四五六七八九十年":
            return SURE
        word = self._word_before(at)
        if word == "的" and self._is_whose(at):
            return ORGANISATION
        if at > len("收件") and word[-1] in ROLE_ENDS:
            return SURE
        of_people = word[-1] in _OF_PEOPLE_ENDS and (at > len("收件") or len(word) > 1)
        if of_people and self._known.word(word)[0] == "n":  # type: ignore[index]  # it is one of the words
            return ORGANISATION
        longer = len(word) > 1 or self._word_before(at - 1) or self._text[self.start - 1 : self.start].isalnum()
        if word[-1] in ORGANISATION_ENDS and longer:
            return ORGANISATION
        return _BEFORE[(self._known.word(word) or (UNKNOWN, 0))[0]]

    def _is_whose(self, at: int) -> bool:
        """Whether a possible name is behind a noun or a bracket with 的: 华为的范强, 【园区部】的范强."""
        if at == 1:
            return self._text[self.start - 1 : self.start] in _BRACKETS
        owner = self._word_before(at - 1)
        if owner[-1] in ORGANISATION_ENDS and at > len("队的"):
            return True
        return len(self._han) - at <= len("欧阳明") and len(owner) > 1 and self._known.words[owner][0] in "ns"

    def _behind(self, at: int, *, whole: bool) -> int:
        han = self._han
        if at == len(han):
            return points_behind(self._text, self.start, self.end, whole=whole, parallel=self._parallel)
        word = self._word_behind(at)
        if at + 1 == len(han) and han[at] in _NEVER_LAST:
            return 0
        if at + 1 == len(han) and han[at] in LAST:
            return SURE
        if han.startswith(_SITES, at):
            return _OF_A_PLACE
        if word in FOLLOW_ALONE or han.startswith(FOLLOW.get(han[at], ()), at):
            return SURE
        if word == "家" or han.startswith(_CALLED, at):
            return CUE
        kind = (self._known.word(word) or (UNKNOWN, 0))[0]
        place = self._place_behind(at, kind)
        if place:
            return NEVER if place.lastgroup else _OF_A_PLACE
        if len(word) == 1 and han[at + 1 : at + 2] == "的":
            return CUE
        if kind == "n" and len(word) > 1 and not self._is_sold(at):
            return _OF_SOMEONE
        points = _BEHIND[kind]
        return min(points, 2) if len(word) == 1 else points


def cost_of_given(given: str) -> int:
    """Return what a given name costs. Characters that are frequent in words and rare in given names cost extra."""
    cost = han_words().given_cost(given) + COST_OF_NAME[len(given)]
    if _NO_GIVEN.isdisjoint(given) or given in cues.GIVEN_WORDS:
        return cost
    if given[:-1] in _FIRST_GIVEN and han_words().given.get(given[-1], COST_OF_UNKNOWN) <= USUAL_LAST:
        return cost + _ODD_GIVEN // 2
    return cost + _ODD_GIVEN * sum(char in _NO_GIVEN for char in given)
