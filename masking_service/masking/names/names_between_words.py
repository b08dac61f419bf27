"""Finds names of people in runs of Han: each is read as words around a name, and as words alone.

The reading that costs less is the likelier one (`han_words`). A name costs what its characters cost as a family name
and a given name; what is beside it makes it likelier (a word that announces a person, a verb, a title, a phone) or less
likely (goods, places). A name that is far likelier than words needs none of these. `names_in_text` asks where its rules
do not decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import any_of, by_char, by_first_letter
from masking_service.masking.words.called_words import (
    ORGANISATION_ENDS,
    PERSON_ENDS,
    ROLE_ENDS,
    is_distance,
    is_of_village,
    is_word,
)
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.family_names import (
    DOUBLE_FAMILY_NAMES,
    FAMILY_NAMES,
    RARE_FAMILY_NAMES,
    WORDS_AS_FAMILY_NAMES,
)
from masking_service.masking.words.han_words import COST_OF_UNKNOWN, NO_WORD, UNKNOWN, han_words
from masking_service.masking.words.legal_forms import HAN_FORMS

MAX_RUN: Final = 32
"""Characters of a run that are read; a longer one has other words beside a name than people write."""

_A_RUN: Final = 10
_A_CHARACTER: Final = 3
"""Units to read a run with names in it, and each of its characters."""
_COST_OF_NAME: Final = {1: 9, 2: 6}
"""How rare a name is among words, by the characters of its given name."""
_ODD_GIVEN: Final = 8
_OF_A_BUILDING: Final = 16
_BUILDING_ENDS: Final = frozenset("苑厦寓邸墅院馆厂街道路巷弄")
_TITLE_IN_GIVEN: Final = 7
_FOLLOWING_IN_GIVEN: Final = 6
_LEAST: Final = 9
_LEAST_IF_SURE: Final = 7
"""Points and what a name saves, together at least; less where a cue is sure."""
_BEFORE_PLACE: Final = 12
"""Characters of a name and the place behind it that are read."""
_BEFORE_A_PLACE: Final = 6
"""What a name costs less than words, where a place is behind it, and a number in the text."""
_BETWEEN_NUMBER_AND_PLACE: Final = 1
"""What it costs less where a phone is right before it, and a place of its own behind it: not 阳明街道, 华强北路."""
_PLACE_OF_ITS_OWN: Final = re.compile(
    r"(?![东南西北中前后上下]?[路街道镇乡县区市州村桥巷弄港岗埠塘浦湾湖山河溪洲坝]|[东南西北中]|小区|新村|公寓|花园|广场|工业|轻纺|服装|商[城业贸]|市场|社区|大[道厦]"
    r"|国际|家园|办事|步行|新城|管委|产业|科技|物流|附近|公司|汽)"
    r"[\u4e00-\u9fff]{2,8}?(?:[路街镇乡县区市村巷弄园苑城庭府湾]|大道|小区|公寓|广场|大厦)"
).match
_SURE: Final = 8
"""Points of what announces a person, or follows one."""
_BESIDE: Final = 6
"""Points of a phone or a room's number beside a name."""
_LABELLED: Final = 5
_IN_A_LIST: Final = 4
"""What a name costs less than words, where it is one of several that are all of a text."""
_ALONE: Final = (8, 4)
"""What a name of two characters, and a longer one, costs less than words, where nothing is beside it."""
_USUAL_LAST: Final = 11
"""What a character that ends names and labels costs at most in a given name: 明 of 王小明 and 说明."""
_IN_A_PLAIN_PLACE: Final = -1
_CUE: Final = 4
"""Points that one side of a name must have, unless the name is very likely."""
_LIKELY: Final = 12
_LIKELY_INSIDE: Final = 16
"""Points that a two-character given name must save without a cue: at a run's end, and inside."""
_LIKELY_BEFORE_NOUN: Final = 18
"""What it saves at least that begins a run, behind which is a noun that calls no goods: 王丽娟老人独居."""
_LIKELY_BESIDE_WORD: Final = 8
"""What a name saves at least that needs no more than a word beside it."""
_RARE_WORD: Final = 27
"""What a word costs at least that may begin like a name by chance: 周语嫣."""
_MAY_BE_NAME: Final = 4
"""What a name saves at least, if its characters were words, for the run around it to be read."""
_BEFORE: Final = {"v": 2, "p": 4, "u": 1, "a": 0, "r": 1, "t": 2, "m": -2, "s": 0, "n": -2, UNKNOWN: -6}
_BEHIND: Final = {"v": 4, "p": 4, "u": 2, "a": 4, "r": 2, "t": 2, "m": 0, "s": 2, "n": -4, UNKNOWN: -6}
"""Points of a word before a name, and behind it, by its class."""
_OF_A_PLACE: Final = -8
_ENDS_RUN: Final = 3
"""Points of a name's end that is the run's, behind what announces a person."""
_NEVER: Final = -99
_ORGANISATION: Final = 5
_OF_SOMEONE: Final = 2
"""Points of 的 behind what a person does: 遛狗的张杰捡到."""
_SOLD: Final = frozenset(
    f"{cues.GOODS_ENDS}司厂店部所行社馆校园站库堂坊铺品奶球法子烫文蜜鲜带说食辑瓜娃偶扇拍器车壶伞锁镜具剂香皂水袋套毛线管板漆胶石瓷电款色味号码草叶学"
) - frozenset("票单")
"""What nouns end with that call goods and firms; papers and tickets are a person's: 王芳发票."""
_FIRM_OR_PLACE: Final = re.compile(
    rf"(?![出住入转]院).[{cues.PLACE_ENDS}]|国际|百货|科技|机械|集团|商贸|物流|财富|保险|医疗|中心|故居|服饰|五金|建材|冶炼|电联|银座|(?<![作毕学就])业"
).search
_TOYS: Final = frozenset("娃偶扇拍")
"""What other goods end with that are called like people: 叶罗丽娃娃."""
_AMOUNT_LAST: Final = re.compile(rf"[一二两三四五六七八九十半]{{1,3}}[{cues.UNITS}张次台双]$").search
_NO_LAST: Final = frozenset((*cues.PLACE_ENDS, *cues.GOODS_ENDS, *"斋桥港岭屯沟坪坝堡寺庙埠浦滩峡洞学校")) - frozenset(
    "栋庭亭仁"
)
"""What ends with them needs a cue to be a name."""
_NEVER_LAST: Final = frozenset("被把将让给请刚又再各都")
"""They follow names, and something follows them."""
_CALLED: Final = "电联"
"""Behind a person or a shop."""
_PARTICLES: Final = frozenset("啊吧呢吗哦啦嘛呀么")
"""They end clauses, and no given name."""
_LAST: Final = frozenset("家那在签簽拿攞取领留赠总亲卸看带管捎寄接订买付扫押")
"""They follow names at the end of a run."""
_GOODS_LAST: Final = frozenset(
    "片糖酒酥茶桔橘枣瓜菜肉虾蟹鸡鸭蛋面油醋酱盐奶饼糕豆笋菇膏液乳纸裤鞋袜帽包瓶罐杯碗盘锅刀灯笔券票盆贴"
    "膜架床被枕毯粥饭串饮料药丸橙蒜葱薯芋藕椒肠腿链圈扣"
)
"""What goods end with, of which given names hardly do: 梅子酒, 秋裤."""
_NICKNAMES: Final = frozenset("小老阿")
_TITLES: Final = frozenset(f"{cues.SHORT_TITLES}家")
_WHOLE_CUES: Final = frozenset(word for word in (*cues.TITLES, *cues.VERBS) if len(word) > 1)
_NO_GIVEN_WORDS: Final = _WHOLE_CUES | frozenset(cues.LABELS)
_NO_GIVEN: Final = frozenset(cues.NO_GIVEN) - {"可"}
_FIRST_GIVEN: Final = frozenset("如有应起从为得")
"""Of these, given names of two characters begin with: 如松, 从军."""
_PLACE_ENDS: Final = frozenset(cues.PLACE_ENDS)


_DONE: Final = tuple(
    word + aspect for word in cues.WEAK if word not in cues.BOUND for aspect in ("了", "过", "下", "一下", "到")
)
"""Words before names in the past, and done for once: 转给了, 找一下."""
_ANNOUNCE: Final = by_char((*cues.ROLES, *cues.WEAK, *cues.ANNOUNCE, *_DONE), -1)
_ROLES: Final = frozenset(word for word in cues.ROLES if len(word) == 2)
_LONG_CUES: Final = by_char((word for word in (*cues.ROLES, *cues.ANNOUNCE, *cues.TITLES) if len(word) > 2), 0)
_FOLLOWING: Final = frozenset((*cues.TITLES, *cues.VERBS, *cues.FOLLOWING, *cues.FOLLOW))
_FOLLOW: Final = by_char((word for word in _FOLLOWING if len(word) > 1), 0)
_ACTS: Final = ("未接", "没接", "接货", "领货", "介绍", "送货上门", "没空", "上来", "下单")
_LOCKERS: Final = ("丰巢", "快宝", "菜鸟", "兔喜", "驿站", "代收点", "近邻宝", "速递易", "云柜")
"""Behind them and 的 is what a site is called, where it is longer than a name."""
_SITES: Final = tuple(what + site for what in ("服务", "配送", "派送", "投递", "揽投") for site in "部站点")
"""Where carriers work: these begin with what follows names."""
_ACTS_BEHIND: Final = by_char((*cues.TITLES, *cues.VERBS, *cues.SURE_VERBS), 0)
"""What people are called, and do, behind a name."""
_HOME: Final = re.compile("家?门[口前]|家[门里]|家$").match
"""Where a person lives, behind a name: 放王茶门口."""
_ACT: Final = Expression(
    any_of({*(verb for verb in cues.VERBS if len(verb) > 1), *cues.SURE_VERBS, *_ACTS} - {"收", "联系"})
).search
"""What a person does, somewhere behind a name in its clause: 王林当面签收."""
_FOLLOW_ALONE: Final = frozenset(word for word in _FOLLOWING if len(word) == 1) - frozenset("和跟与及或同")
_MAX_OF_USUAL: Final = 14
"""What a character that is usual in given names costs at most."""
_BEFORE_RUN: Final = 20
"""Characters before a run that say what is in it."""
_LABEL: Final = re.compile(
    r"((?<![\u4e00-\u9fff])[\u4e00-\u9fff]+)(?:[\s》】\])>)）.丨|\-—_]{1,4}|[\s》】\]]?[:：=∶﹕→](?:\s?[《【\[(（『「<]|\s{0,3})|[《【\[(（『「<“\"])$"
).search
_LATIN_LABEL: Final = Expression(
    rf"(?<![A-Za-z])(?:{by_first_letter(f'{cues.LATIN_CUES}|to|from')})[\s,.:：=]{{1,3}}$", re.I
).search
_LATIN_LETTER: Final = re.compile("[A-Za-z]").search
_IS_THING: Final = re.compile(rf"(?:{cues.NO_LABELS})|[{cues.NO_LABEL_ENDS}]$").search
_PHONE_BEHIND: Final = re.compile(r"(?:[^\w*]|_|\\t){0,4}\*{5,}|[（(][^（()）\d]{0,8}\*{5,}|\+[0-9](?![0-9])").match
_PHONE_BEFORE: Final = re.compile(r"\*{5,}[0-9]{0,4}(?:[^\w*]|_){0,3}$").search
_ROOM_BEHIND: Final = re.compile(
    r"[\s,，、/\-—(（:：]{0,2}(?:(?:[A-Z]?[0-9]{1,2}|[A-Z])(?:[-_/#]|栋|幢|座|号楼?|\s)(?:[0-9]{1,2}(?:单元|-))?)?[0-9*]{3,4}室?(?![0-9A-Za-z*])"
    r"|[\s,，、]{1,2}(?:[\u4e00-\u9fff]{2,6}[0-9]{1,3}[舍栋幢座号床室]|[0-9一二三四五六七八九十]{1,3}(?:号楼|号公寓|[栋幢座舍]))"
).match
_AMOUNT: Final = re.compile(rf"[0-9]{{1,5}}(?:\.[0-9]{{1,2}})?[{cues.UNITS}]").match
_TIME: Final = re.compile(r"[0-9]{1,2}(?:点|时|:[0-9]{2}|：[0-9]{2}|月[0-9]{1,2}[日号])").match
_BRACKET_ENDS: Final = re.compile(r"[】」』”\"\])）>》\-—]\s?").match
_STATE_BEHIND: Final = re.compile(
    "[，, ]{1,2}(?:拜托|谢谢|麻烦|敬上|不?在家|不在|[已未][取收拿付]|代[收签领]|签收|自[提取]|本人|急用|老客户"
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
_ROLE_IN_BRACKETS: Final = re.compile("[（(][\u4e00-\u9fff]{2,6}[)）]").match
_STARS_OF_NAME: Final = re.compile(r"\*{1,4}(?!\*)").match
_ROOM_BEFORE: Final = re.compile(
    r"(?:(?<![0-9]\.)(?<![0-9]\.[0-9])[0-9*A-Z](?:室|房间?|号房?|铺|床|户|店面)?|[0-9一二三四五六七八九十*][)）]?[班级届])的?[\s,，、(（】)）/\-—:：]{0,2}$"
).search
"""Behind a fraction is a unit: 4.2米厢车."""
_ENDS_OF_ROOM: Final = frozenset("0123456789 (（")
_ROOM_AT_END: Final = re.compile(r"(?<![0-9*])[0-9]{3,4}[ (（]{0,2}$").search
"""Before a run that may begin like a word: 302孙子涵."""
_OF_A_ROOM: Final = re.compile("(?:室|房间?|号|铺|床|户|班|年?级|届|店面|[楼层層])?的?").fullmatch
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
"""Behind a numeral, which is no name's then: 金阳三部, 李明三个人."""
_IS_ROOM: Final = re.compile(r"(?:[0-9]|[0-9*]{3}|[0-9一二三四五六七八九十][)）])$").search
_FIRM_BEFORE: Final = Expression(rf"(?:{any_of(HAN_FORMS)})[\s,，、;；/|（(]{{1,2}}$").search
_SPACES: Final = frozenset(" \t\u3000")
_DASHES: Final = frozenset("-—－")
_TAKEN_AT: Final = frozenset("点店站柜")
"""What places end with where parcels are taken: 代收点-王芳."""
_OF_PEOPLE_ENDS: Final = PERSON_ENDS | ROLE_ENDS
_BRACKETS: Final = frozenset("】])）")
_COLONS: Final = frozenset(":：=∶﹕→")
_SIGNS_OF_CLAUSES: Final = frozenset(",，、;； |｜/／+＋&＆")
_MASKED_BEFORE: Final = re.compile(r"[\u4e00-\u9fff]\*{1,3}[,，、;； |｜/／+＋&＆]").finditer
_RUN: Final = r"[\u4e00-\u4e27\u4e29-\u9fff]"
"""Han, without the stroke that text recognition reads for a bar."""
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
_han_letter: Final = re.compile(r"[A-Za-z\u4e00-\u9fff]").search
_letter: Final = re.compile(r"\w").search
_HAN_PARTS: Final = re.compile(r"[\u4e00-\u9fff]+").finditer
_WORDS_AS_FAMILY: Final = frozenset(WORDS_AS_FAMILY_NAMES)
_COST_OF_WORD_AS_FAMILY: Final = 19
"""The cost as a family name where a whole name is asked for; no run is read for it."""
_STARTS: Final = "".join(sorted({*FAMILY_NAMES, *RARE_FAMILY_NAMES, *(name[0] for name in DOUBLE_FAMILY_NAMES)}))
_family: Final = re.compile(rf"[{_STARTS}](?=[\u4e00-\u9fff])").finditer
_BEFORE_SITE: Final = PERSON_ENDS | frozenset(
    "级场地放工员委楼人师者天后晚前点司厂店部科处组班院局所行社馆校市队站库间堂舍心室会团办房"
)
"""What words end with that people are, or belong to, and 放."""
_ROOM_OF_SITE: Final = re.compile("(?:(?<=[0-9])|(?<=[0-9*]{3}))(?:室|房间?|[号铺床户班级届楼层層]|店面)?的?$").search
_LAST_BEHIND: Final = re.compile(r"[\u4e00-\u9fff]{0,2}[家那在签簽拿取领留赠亲](?![\u4e00-\u9fff])").match
_LAST_OF_ROOM: Final = frozenset("0123456789*室房间号铺床户班级届面楼层層的")


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
        """The spans of names in the run, the likeliest first, none inside another."""
        found = sorted(self._candidates(), reverse=True)
        taken: list[tuple[int, int]] = []
        for _, start, end in found:
            if all(end <= first or last <= start for first, last in taken):
                taken.append((start, end))
                yield self.start + start, self.start + end

    def first_name(self, least: int) -> int | None:
        """The length of the likeliest name that begins the run, if it saves so much."""
        family = 2 if self._han[:2] in DOUBLE_FAMILY_NAMES else 1
        cost, found = self._known.family.get(self._han[:family]), []
        if cost is None or self._han[: family + 1] in cues.common_words():
            return None
        for end in (family + 1, family + 2):
            if end + 1 < len(self._han) and self._han[end - 1] not in _PLACE_ENDS:
                found.append((self._saved(0, end, cost + _cost_of_given(self._han[family:end])), end))
        return max((one for one in found if one[0] >= least), default=(0, None))[1]

    def ends_sooner(self, end: int) -> bool:
        """Whether the last character of a possible name rather begins the next word."""
        family, costs = 2 if self._han[:2] in DOUBLE_FAMILY_NAMES else 1, []
        if end - family < len("小明"):
            return False
        if self._han[end : end + 1] == "的" and self._is_usual(self._han[end - 1]):
            return False  # 会的 and 可的 begin no word
        for stop in (end, end - 1):
            points = self._behind(stop, whole=True) if stop < len(self._han) else 0
            given = self._han[family:stop]
            costs.append(_cost_of_given(given) + self._cost_of_last(stop, given) + self._cost_behind[stop] - points)
        return costs[1] < costs[0]

    def is_unlikely(self, start: int, end: int) -> bool:
        """Whether what may be a name at this span is far likelier made of words."""
        start, end = start - self.start, end - self.start
        family = 2 if self._han[start : start + 2] in DOUBLE_FAMILY_NAMES and end - start > 2 else 1
        cost = self._known.family.get(self._han[start : start + family], COST_OF_UNKNOWN)
        given = self._han[start + family : end]
        cost += self._known.given_cost(given) + _COST_OF_NAME.get(len(given), 0)
        return self._saved(start, end, cost) + self._before(start) + self._behind(end, whole=False) < 0

    def _word_before(self, at: int) -> str:
        """The word before a place; empty at the beginning."""
        return self._han[self._begins[at] : at]

    def _word_behind(self, at: int) -> str:
        """The word behind a place; empty at the end."""
        return self._han[at : self._ends[at]]

    def _saved(self, start: int, end: int, cost_of_name: int) -> int:
        """What a name at this span costs less than the words there."""
        return self._cost_before[-1] - self._cost_before[start] - cost_of_name - self._cost_behind[end]

    def _candidates(self) -> Iterator[tuple[int, int, int]]:
        """Points, start and end of what may be a name."""
        han, family_costs = self._han, self._known.family
        for start in range(len(han) - 1):
            for family in (2, 1) if han[start : start + 2] in DOUBLE_FAMILY_NAMES else (1,):
                cost = family_costs.get(han[start : start + family])
                if cost is None:
                    continue
                for end in (start + family + 2, start + family + 1):
                    if end > len(han):
                        continue
                    given = han[start + family : end]
                    saved = self._saved(start, end, cost + _cost_of_given(given))
                    if saved + 2 * _SURE < _LEAST_IF_SURE:
                        continue
                    saved -= self._cost_of_last(end, given)
                    if saved + 2 * _SURE < _LEAST_IF_SURE:
                        continue
                    if given[-1] in _GOODS_LAST and not self._is_of_person(start, end):
                        continue
                    points, cue = self._beside(start, end)
                    sure = cue >= _SURE and not is_word(han[start:end])
                    if saved + points < (_LEAST_IF_SURE if sure else _LEAST):
                        continue
                    if (cue >= _CUE or self._is_likely(start, end, saved)) and not self._is_none(start, end, given):
                        yield saved + points, start, end

    def _cost_of_last(self, end: int, given: str) -> int:
        """Return the extra cost of a given name that ends at `end` with a title, a verb or a place."""
        last, cost = given[-1], 0
        if len(given) > 1:
            if last in _TITLES:
                cost += _TITLE_IN_GIVEN
            word = self._han.startswith(_FOLLOW.get(last, ()), end - 1) or (
                last in _FOLLOW_ALONE and not self._is_usual(last)
            )
            if word or (end == len(self._han) and last in _LAST):
                cost += _FOLLOWING_IN_GIVEN
        if last in _PLACE_ENDS:
            cost += _OF_A_BUILDING if last in _BUILDING_ENDS else _ODD_GIVEN
        return cost

    def _is_of_person(self, start: int, end: int) -> bool:
        """Whether what is beside a possible name that ends as goods do is said of people alone: 找王茶, 王茶签收."""
        han = self._han
        if self._before(start) >= _BESIDE or han.startswith(_ACTS_BEHIND.get(han[end : end + 1], ()), end):
            return True
        return _HOME(han, end) is not None or (end == len(han) and _PHONE_BEHIND(self._text, self.end) is not None)

    def _is_usual(self, last: str) -> bool:
        """Whether given names often end with it: 刚, 会."""
        return self._known.given.get(last, _MAX_OF_USUAL + 1) <= _MAX_OF_USUAL

    def _beside(self, start: int, end: int) -> tuple[int, int]:
        """Points of what is before a name at this span and behind it, and of the cue among them."""
        before, behind = self._before(start), self._behind(end, whole=start == 0)
        if _OF_A_PLACE < behind < _CUE and _ACT(self._text, self.start + end, self.end):
            behind = max(behind, 0) + _CUE
        if is_word(self._han[start:end]):
            return before + behind, min(before, behind)
        if before >= _ORGANISATION and end == len(self._han):
            before += _ENDS_RUN
        elif self._is_behind_noun(start):
            before = max(before, 0)
        return before + behind, max(before, behind, before + behind if before > 0 < behind else 0)

    def _is_behind_noun(self, start: int) -> bool:
        """Whether a noun that calls no place, or a building's number, is before a name: 化妆王芳跟妆, 3栋王芳."""
        word = self._word_before(start)
        if start == 1 or self._han[start] in _PLACE_ENDS:
            return self._text[self.start - 1 : self.start].isalnum()
        return len(word) > 1 and self._known.words[word][0] == "n" and _PLACE_ENDS.isdisjoint(self._han[:start])

    def _is_likely(self, start: int, end: int, saved: int) -> bool:
        """Whether a name at this span needs no cue, because it is far likelier than words: 综合办 李晓燕."""
        first = self._han[start : start + 2]
        if self._han[end - 1] in _NO_LAST or (first in self._known.words and first not in DOUBLE_FAMILY_NAMES):
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
        return start > 0 or _letter(self._text, 0, self.start) is not None or _letter(self._text, self.end) is not None

    def _is_told_inside(self, start: int, end: int, saved: int) -> bool:
        """Whether what is beside a name of three characters that words follow may be about a person."""
        if start:
            return len(self._word_before(start)) > 1 or self._before(start) >= 0
        return self._says_more(end) or (saved >= _LIKELY_BEFORE_NOUN and not self._is_goods(end))

    def _is_goods(self, at: int) -> bool:
        """Whether what follows a name is a place, goods, or something of which so many are sent."""
        if self._han[-1] in cues.GOODS_ENDS or _AMOUNT(self._text, self.end) or self._word_behind(at)[-1] in _TOYS:
            return True
        return self._behind(at, whole=True) <= _OF_A_PLACE

    def _is_sold(self, at: int) -> bool:
        """Whether the noun behind a possible name means goods, a firm or a place, as behind a brand."""
        if not _SOLD.isdisjoint(self._word_behind(at)[-1] + self._han[-1]) or _AMOUNT(self._text, self.end):
            return True
        return (_FIRM_OR_PLACE(self._han, at) or _AMOUNT_LAST(self._han, at)) is not None

    def _says_more(self, at: int) -> bool:
        """Whether a verb, and more behind it, say what the person does whose name begins the run: 王晓明迁新址."""
        word = self._word_behind(at)
        kind = (self._known.word(word) or (UNKNOWN, 0))[0]
        return kind in "vpt" and at + len(word) < len(self._han) and self._place_behind(at, kind) is None

    def _place_behind(self, at: int, kind: str) -> re.Match[str] | None:
        """Return the place that follows the word at `at`; None if it is the verb's object: 欠运费20, 放代收点."""
        place = _IS_PLACE(self._text, self.start + at)
        of_verb = place and (kind == "p" or (kind == "v" and place["number"] is not None))
        return None if of_verb or (place and "放" in place[0]) else place

    def _is_none(self, start: int, end: int, given: str) -> bool:
        """Whether the span is no name: a nickname's, or a family name alone with a title or mask."""
        return (
            self._word_before(start) in _NICKNAMES
            or self._is_in_cue(start, end)
            or (start == 0 and self._han[0] in "班支" and self._is_behind_room())
            or (start == 0 and is_distance(self._text, self.start))
            or self._han[start:end] in DOUBLE_FAMILY_NAMES
            or given in _NO_GIVEN_WORDS
            or given in cues.SHORT_TITLES
            or self._han[start:end] in _WHOLE_CUES
            or given[-1] in _PARTICLES
            or (given[-1] in "学校" and given in self._known.words)
            or (end == len(self._han) and self._is_masked())
            or (given[-1] in _PLACE_ENDS and self._han[start : end - 1] in self._known.words)
            or (given[-1] in _NUMERALS and _COUNTED(self._han, end) is not None)
            or is_of_village(given)
        )

    def _is_in_cue(self, start: int, end: int) -> bool:
        """Whether the span is part of a word that goes with names, or begins with a role."""
        han = self._han
        return han[start : start + 2] in _ROLES or any(
            at + len(word) > (start if at < start else end) and han.startswith(word, at)
            for at in range(start - 3 if start > 3 else 0, start + 1)
            for word in _LONG_CUES.get(han[at], ())
        )

    def _is_behind_room(self) -> bool:
        """Whether a number that may be a room's, or a class's, is before the run."""
        return _IS_ROOM(self._text, max(0, self.start - 3), self.start) is not None

    def _is_clause(self) -> bool:
        """Whether a run is a clause of a longer text, and no list item, title, place or goods."""
        text, first, end = self._text, self.start, self.end
        if self._han[-1] in _NO_LAST or "、" in text[max(0, first - 1) : end + 1] or text[end : end + 1] == "《":
            return False
        return (_han_letter(text, 0, first) or _han_letter(text, end)) is not None

    def _is_masked(self) -> bool:
        """Whether the stars of a name follow the run."""
        return _STARS_OF_NAME(self._text, self.end) is not None

    def _before(self, at: int) -> int:
        han = self._han
        if at == 0:
            return self._before_run()
        if self._is_behind_room() and _OF_A_ROOM(han, 0, at):
            return _BESIDE
        if han.endswith(_ANNOUNCE.get(han[at - 1], ()), 0, at):
            return _SURE
        if at > 1 and han[at - 1] in "班级届" and han[at - 2] in "一二三四五六七八九十年":
            return _SURE
        word = self._word_before(at)
        if word == "的" and self._is_whose(at):
            return _ORGANISATION
        if at > len("收件") and word[-1] in ROLE_ENDS:
            return _SURE
        of_people = word[-1] in _OF_PEOPLE_ENDS and (at > len("收件") or len(word) > 1)
        if of_people and self._known.word(word)[0] == "n":  # type: ignore[index]  # it is one of the words
            return _ORGANISATION
        longer = len(word) > 1 or self._word_before(at - 1) or self._text[self.start - 1 : self.start].isalnum()
        if word[-1] in ORGANISATION_ENDS and longer:
            return _ORGANISATION
        if word == "的" and at > 1:
            return _OF_SOMEONE
        return _BEFORE[(self._known.word(word) or (UNKNOWN, 0))[0]]

    def _is_whose(self, at: int) -> bool:
        """Whether a noun, or a bracket, and 的 are before what may be a name: 华为的范强, 【园区部】的范强."""
        if at == 1:
            return self._text[self.start - 1 : self.start] in _BRACKETS
        if len(self._han) - at > len("欧阳娜娜") and self._han.endswith(_LOCKERS, 0, at - 1):
            return False  # 丰巢的索特传动设备西门柜
        owner = self._word_before(at - 1)
        if owner[-1] in ORGANISATION_ENDS and at > len("队的"):
            return True
        return len(self._han) - at <= len("欧阳明") and len(owner) > 1 and self._known.words[owner][0] in "ns"

    def _before_run(self) -> int:
        """Points of what is before the run."""
        before = self._text[max(0, self.start - _BEFORE_RUN) : self.start]
        if "*" in before and _PHONE_BEFORE(before):
            return _BESIDE
        if _ROOM_BEFORE(before):
            return _BESIDE
        if _LATIN_LETTER(before) and _LATIN_LABEL(before):
            return _SURE
        if _FIRM_BEFORE(before):
            return _ORGANISATION
        label = _LABEL(before)
        if label is None:
            return 0
        word = label[1].rstrip("是为")
        if word and word[-1] in _TAKEN_AT and before[-1] in _DASHES:
            return _LABELLED
        if not word or (_IS_THING(word) and word not in _ROLES):
            return 0
        if word[-1] in ROLE_ENDS or word.endswith(_ANNOUNCE.get(word[-1], ())):
            return _SURE
        if before[-1:] in _SPACES and (word[-1] in ORGANISATION_ENDS or word.endswith("部门")):
            return _ORGANISATION
        return _LABELLED if before[-2:].strip()[-1:] in _COLONS else 0

    def _behind(self, at: int, *, whole: bool) -> int:
        han = self._han
        if at == len(han):
            return self._behind_run(whole=whole)
        word = self._word_behind(at)
        if at + 1 == len(han) and han[at] in _NEVER_LAST:
            return 0
        if at + 1 == len(han) and han[at] in _LAST:
            return _SURE
        if han.startswith(_SITES, at):
            return _OF_A_PLACE
        if word in _FOLLOW_ALONE or han.startswith(_FOLLOW.get(han[at], ()), at):
            return _SURE
        if word == "家" or han.startswith(_CALLED, at):
            return _CUE
        kind = (self._known.word(word) or (UNKNOWN, 0))[0]
        place = self._place_behind(at, kind)
        if place:
            return _NEVER if place.lastgroup else _OF_A_PLACE
        if len(word) == 1 and han[at + 1 : at + 2] == "的":
            return _CUE
        if kind == "n" and len(word) > 1 and not self._is_sold(at):
            return _OF_SOMEONE
        points = _BEHIND[kind]
        return min(points, 2) if len(word) == 1 else points

    def _behind_run(self, *, whole: bool) -> int:
        """Points of what is behind the run; `whole` if a name would be all of it."""
        text, end = self._text, self.end
        if whole and _ROOM_BEHIND(text, end) and not text[self.start - 1 : self.start].isalnum():
            return _BESIDE
        if text[end : end + 1].isdecimal():
            if _TIME(text, end):
                return _CUE
            return 0 if _AMOUNT(text, end) else _NEVER
        bracket = _BRACKET_ENDS(text, end) if whole else None
        if bracket and text[bracket.end() : bracket.end() + 1] in _FOLLOW_ALONE:
            return _SURE
        if bracket and text.startswith(_FOLLOW.get(text[bracket.end() : bracket.end() + 1], ()), bracket.end()):
            return _SURE
        if _PHONE_BEHIND(text, end) or (whole and _WHOSE_BEHIND(text, end)):
            return _BESIDE
        if self._parallel:
            return _CUE
        if whole and not text[self.start - 1 : self.start].isalnum() and _CALLED_BEHIND(text, end):
            return _SURE if _ADDRESSED_BEHIND(text, end) else _CUE
        if whole and _NUMBER_OF_PERSON_BEHIND(text, end):
            return _SURE
        return _CUE if whole and (_STATE_BEHIND(text, end) or _ROLE_IN_BRACKETS(text, end) or self._is_clause()) else 0


def _cost_of_given(given: str) -> int:
    """What a given name costs, and more for characters that words often have and given names seldom do."""
    cost = han_words().given_cost(given) + _COST_OF_NAME[len(given)]
    if _NO_GIVEN.isdisjoint(given) or given in cues.GIVEN_WORDS:
        return cost
    if given[:-1] in _FIRST_GIVEN and han_words().given.get(given[-1], COST_OF_UNKNOWN) <= _USUAL_LAST:
        return cost + _ODD_GIVEN // 2
    return cost + _ODD_GIVEN * sum(char in _NO_GIVEN for char in given)


def effort(text: str) -> float:
    """Units that `find` takes at most; `before_place` is asked where it found nothing."""
    return sum(_A_RUN + _A_CHARACTER * (end - start) for start, end in _runs(text))


def find(text: str, found: Sequence[tuple[int, int]] = ()) -> Iterator[tuple[int, int]]:
    """Return the spans of names in runs that have a cue beside a family name.

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
    # A family name before a title, and a name that may be a place's, begin no other name.
    begun = {start for start, end in found if end - start == 1 or text[end - 1] in _PLACE_ENDS}
    told = {end + 1 for _, end in found if text[end : end + 1] in _SIGNS_OF_CLAUSES}
    if "*" in text:
        told.update(match.end() for match in _MASKED_BEFORE(text))
    ended = [span for span in found if not _goes_on(text, *span)]
    for start, end in _runs(text, [*ended, *listed]):
        for name in HanRun(text, start, end, parallel=start in told).names():
            if name[0] not in begun:
                told.add(name[1] + 1)
                yield name


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether Han follow a name that are no word behind names, so that it may be another: 班呼延 of 木工班呼延二湖."""
    char = text[end : end + 1]
    follows = char in _FOLLOW_ALONE or text.startswith(_FOLLOW.get(char, ()), end)
    return end - start > 1 and _is_han(char) and not follows


def before_place(text: str, start: int) -> int | None:
    """Where a name at `start` ends that a place follows without a sign: 王小明和平路12号; None if there is none.

    A number may be before it.
    """
    known = han_words()
    text = known.simplified(text[: start + _BEFORE_PLACE])
    end = _run(text, start).end()  # type: ignore[union-attr]  # it always matches
    if end - start < len("王明和平") or text[start] not in _STARTS:
        return None
    run = HanRun(text, start, end)
    found = run.first_name(_BEFORE_A_PLACE)
    if found is None and start:  # a number is before it
        found = run.first_name(_BETWEEN_NUMBER_AND_PLACE)
        if found is not None and _PLACE_OF_ITS_OWN(text, start + found) is None:
            return None
    return None if found is None else start + found


def _runs(text: str, found: Sequence[tuple[int, int]] = ()) -> Iterator[tuple[int, int]]:
    """The spans of the runs in which there may be a name that was not found."""
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
    """Return whether the possible family name at `at` makes its run, from `first`, worth reading."""
    if at == first:
        if not _is_word(text, at, plain=True):
            return True
        told = han_words().words.get(text[at : at + 2], NO_WORD)[1] >= _RARE_WORD
        if not told and text[at - 1 : at] in _ENDS_OF_ROOM:
            told = _ROOM_AT_END(text, max(0, at - 8), at) is not None
        return told and _may_be_name(text, at)
    return _may_be_name(text, at) or (_is_site(text, at) and not _is_word(text, at, plain=False))


def _may_be_name(text: str, at: int) -> bool:
    """Whether what may be a name at `at` is likelier than its characters are, each a word."""
    first = at + (2 if text[at : at + 2] in DOUBLE_FAMILY_NAMES else 1)
    least, saved = _least_saved()[text[at:first]], han_words().saved_as_given
    given = text[first : first + 2]
    if len(given) > 1 and _is_han(given[1]) and saved(given) - _COST_OF_NAME[2] >= least:
        return True
    return given != "" and _is_han(given[0]) and saved(given[0]) - _COST_OF_NAME[1] >= least


@cache
def _least_saved() -> dict[str, int]:
    """Return the points that a given name must save behind each family name, for its run to be read."""
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
        or text.endswith(_ANNOUNCE.get(last, ()), 0, at)
        or text.startswith(_FOLLOW.get(text[at + 2 : at + 3], ()), at + 2)
        or text.startswith(_FOLLOW.get(text[at + 3 : at + 4], ()), at + 3)
        or _LAST_BEHIND(text, at + 2) is not None
        or (last in _LAST_OF_ROOM and _ROOM_OF_SITE(text, max(0, at - 6), at) is not None)
    )


def _names_of_a_list(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans of all parts of a list in a text, if each is a name: 张小三、李四."""
    parts = [part.span() for part in _HAN_PARTS(text, start, end)]
    if all(_is_name(text[first:last], _IN_A_LIST) for first, last in parts):
        yield from parts


def is_plainly_name(text: str) -> bool:
    """Whether all of a text in Han is far likelier a name than words, alone as well: 欧阳娜娜, but not 陈列架."""
    known = han_words()
    text = known.simplified(text)
    of_things = text[-1] in cues.NO_LABEL_ENDS and known.given.get(text[-1], COST_OF_UNKNOWN) > _USUAL_LAST
    if of_things or text in cues.BRANDS:
        return False
    return _is_name(text, _ALONE[len(text) > len("李芳")])


def _is_name(han: str, least: int) -> bool:
    """Whether all of a run in simplified characters is a name that saves so much, whatever is beside it."""
    known = han_words()
    family = 2 if han[:2] in DOUBLE_FAMILY_NAMES and len(han) > len("欧阳") else 1
    given, cost = han[family:], known.family.get(han[:family])
    if han[:1] in _WORDS_AS_FAMILY:
        cost = _COST_OF_WORD_AS_FAMILY
    if cost is None or len(given) not in _COST_OF_NAME or han in known.words:
        return False
    return known.cost(han) - cost - _cost_of_given(given) >= least


def is_name(text: str, *, plainly: bool = False) -> bool:
    """Whether a Han text is likelier a name than words; `plainly` if little else is around it."""
    return _is_name(han_words().simplified(text), _IN_A_PLAIN_PLACE if plainly else _IN_A_LIST)


def are_words(text: str, start: int, end: int) -> bool:
    """Whether what may be a name at this span begins with a word, and is far likelier made of words."""
    first, last = _span_of_run(text, start)
    nicknamed = end - start == 1 and text[max(0, start - 1) : start] in _NICKNAMES
    unparted = end - start > len("那日") and text.startswith(cues.FIRST_PARTS, start)
    if last - first > MAX_RUN or end > last or nicknamed or unparted:
        return False
    known, floor = han_words(), max(0, first - _BEFORE_RUN)
    text = known.simplified(text[floor : last + _BEFORE_RUN])
    start, end, first, last = start - floor, end - floor, first - floor, last - floor
    if text[start : start + 2] not in known.words and (not start or text[start - 1 : start + 1] not in known.words):
        return False
    if text[end - 1] in _PLACE_ENDS and end - start > len("张栋") and text[start : end - 1] in known.words:
        return True
    if end - start == len("张三") and not _is_han(text[end : end + 1]):
        return False
    return HanRun(text, first, last).is_unlikely(start, end)


def ends_sooner(text: str, start: int, end: int) -> bool:
    """Whether the last character of a possible name rather belongs to the words behind it."""
    stop = _run(text, end, end + MAX_RUN).end()  # type: ignore[union-attr]  # it always matches
    if stop == end and text[end - 1] not in _LAST:
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
