"""Drops what looks like a name and is part of the name of a road, a town or a firm.

Examples: 张江路与张衡中路交叉口, 台州市黄岩区, 往东289米路东.
"""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.names import names_between_words
from masking_service.masking.names.behind_names import HAN, follows, is_han
from masking_service.masking.names.beside_runs import announced
from masking_service.masking.words.called_words import home_as_place
from masking_service.masking.words.divisions import is_division
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES
from masking_service.masking.words.name_cues import SCHOOLS, SHORT_TITLES

Span = tuple[int, int]

_ANNOUNCE: Final = frozenset("人名找转给由交请系员家主方收寄户客叫喊问友姓让帮知络被等苦居是托烦")
"""Last characters of words that announce a name."""
_TO_PLACE: Final = frozenset("到至往在去放达经")
"""Characters behind which a village is likelier than a person who is called like one."""
_ENDS: Final = frozenset("室房楼层元门栋幢座号店部司厂台卫站院校社场寓厦苑庭")
"""Last characters of the text that a name follows at the end of an address."""
_BEFORE_BUILDINGS: Final = frozenset("号到路街区市县镇成至于址")
"""Characters before the name of a building: 汉中路2号金陵亚太商务楼."""
_ENDS_OF_HOUSES: Final = frozenset("室房楼层号座")
_place_behind: Final = re.compile(
    r"[东西南北中]?[一二三四五]?(?:路(?![上过边旁口桥南北])|大[道街])|街(?![上边口])(?=[与和交0-9*])"
    r"|街(?![{HAN}])|市(?![中南北区长场政内])|县(?![长城里内政])|区(?![内长里外])|镇(?![江海赉雄原远平安康坪巴沅宁长上里政])"
    r"|自治[州县区旗]|高速(?!快)"
).match
"""Matches the end of a road or a town. Ends that also begin the name of a town are none: 镇 of 镇江."""
_firm_behind: Final = re.compile(
    "广场|购物|百货|大厦|商厦|大酒店|酒店|宾馆|集团|超市|商场|花园(?!路)|小区|名都|公寓|国际(?:大|商|轻|面)|特莱斯|风景区"
    "|社区|工业[园区]|产业园|创意园|科技园|物流园|汽配城|商贸城|建材城|装饰城|家电城|服装城|商业城|批发市场|联合市场|新城|花苑"
    "|商务楼|商住楼|写字楼|便利店"
).match
_town_behind: Final = re.compile(rf"[{HAN}]{{0,2}}?(?:镇(?![江海赉])|乡|街道|办事处|社区)").match
"""Matches the end of a town, behind the first characters of its name: 周王庙镇."""
_division_before: Final = re.compile(f"[{HAN}][省市县区州旗盟]$").search
_place_before: Final = re.compile(f"[{HAN}](?:[市县镇乡村路街道旗]|(?<![小社园校厂])区)$").search
_firm_in_place: Final = re.compile(
    f"[{HAN}]{{2,6}}?(?:大厦|花园(?!路)|公寓|新村|广场|公司|股份|工业[园区]|产业园|科技园|物流园|市场|商城|酒店|宾馆|家园|[新家]苑"
    "|花苑|山庄|尚都|名都|公馆|豪庭|华府|纺织|印染|服饰|制衣|鞋业|药业|实业|机械|贸易|工贸)"
).match
"""Matches an estate or a firm in a street or a town: 体育场路凯喜雅大厦."""
_road_behind: Final = re.compile("大[道街]").match
_house_behind: Final = re.compile("[0-9*]{1,5}(?:-[0-9*]{1,4})?号").match
_side_of_road: Final = re.compile("(?<=[0-9*])米(?:[路街道][东西南北]|处)").fullmatch
_FLOORS: Final = frozenset("底商 婚姻 大厅 大堂 仓库 窗口 综合 办税 政务 民政 客服 营业 食堂 出入".split())
"""Words behind 楼, which is also a family name."""
_house_in_road_behind: Final = re.compile("[东西南北中]?(?:[路街巷]|大[道街])[0-9*]{1,5}[号弄]").match
_building_behind: Final = re.compile(
    rf"(?![{HAN}]{{0,5}}[在放送到给的家住签收取拿])[{HAN}]{{1,12}}"
    r"(?:(?<=[楼厦场城园苑景府湾庭区心店院馆])[0-9*一二三四五六七八九十]{1,3}(?:楼|层|单元)|(?<=[楼厦])[0-9*]{2,4}[A-Z]?(?![0-9])|[A-Z][座区]|[0-9]{1,2}(?:号楼|[栋幢座]))"
).match
"""Matches the rest of the name of an estate or a building, and a part of it: 太商务楼1203, 景B座."""
_is_tower: Final = re.compile(f"[{HAN}](?:大厦|中心|广场)").fullmatch
_phone_before: Final = re.compile(r"[0-9+\- ]*\*{6,}[0-9]{0,4}\s?").fullmatch
_is_village: Final = re.compile(f"[{HAN}]家[庄村湾沟寨堡坡岭坝坪洼]").fullmatch
_note_behind: Final = re.compile(r"[（(](?![^）)]*\*{4})[^）)]{1,40}[）)](?![收代签亲先女])").match
"""Matches the beginning of a note in brackets without a phone: 24号和平苑(东门)."""
_is_town: Final = re.compile("[县镇]").match
_AROUND: Final = frozenset("省市州区县盟旗")
"""Characters before a county or a town: 濮阳市濮阳县."""
_LEAST_BEFORE: Final = 2
"""The smallest number of characters of a place before a part of it; fewer may be the first characters of a name."""
_are_han: Final = re.compile(f"[{HAN}]{{{_LEAST_BEFORE}}}").match


def without_places(text: str, found: list[Span]) -> list[Span]:
    """Return the spans of names in a text in simplified characters, without parts of roads, towns and firms."""
    return [span for span in found if not _is_of_place(text, *span)]


def _is_of_place(text: str, start: int, end: int) -> bool:
    name, before = text[start:end], text[start - 1 : start]
    if before in _AROUND and ((name[:2] in DOUBLE_FAMILY_NAMES and _is_town(name, 2)) or name[2:] == "县"):
        return True
    if _is_building(text, start, end) or (end == len(text) and _is_village(name) and _phone_before(text, 0, start)):
        return True
    if _side_of_road(text, start, end) or _are_words(name):
        return True
    if len(name) == 1 or before in _ANNOUNCE:
        return False
    if _is_called_after_family(text, start, end) or _is_district_or_estate(text, start, end):
        return True
    is_road = name[0] == "路" and is_han(before) and before not in _ENDS_OF_HOUSES and not announced(text, start)
    if is_road and not follows(text, end):
        return not names_between_words.is_name(name[1:])
    if is_division(name[:2]) and _firm_in_place(text, start) is not None:
        return True
    if before in _ENDS:
        return _firm_behind(text, end) is not None
    around = max(0, start - _LEAST_BEFORE)
    if _division_before(text, around, start) is not None and _town_behind(text, end) is not None:
        return True
    firm = _firm_in_place(text, start) if _place_before(text, around, start) is not None else None
    if firm is not None and firm.end() > end:
        return True
    if start < _LEAST_BEFORE or not _are_han(text, around):
        return _road_behind(text, end) is not None
    of_house = name[-1] == "道" and _house_behind(text, end) is not None
    return of_house or _firm_behind(text, end) is not None or _place_behind(text, end) is not None


def _are_words(name: str) -> bool:
    """Whether what looks like a name is words of a place: 楼大厅, 阳小学 of 向阳小学."""
    return (name[0] == "楼" and name[1:] in _FLOORS) or "区" in name[1:] or name[1:] in SCHOOLS


def _is_called_after_family(text: str, start: int, end: int) -> bool:
    """Whether a village begins here that is called after a family, and what is beside it shows that it is one.

    Examples: 丁家庄保障房, 送到龙家角, 诸葛八卦村.
    """
    if text[start:end] in DOUBLE_FAMILY_NAMES:
        return is_han(text[end : end + 1]) and text[end] not in SHORT_TITLES and not follows(text, end)
    village = home_as_place(text, start)
    to_place = text[start - 1 : start] in _TO_PLACE
    if village is None or (not to_place and announced(text, start)):
        return False
    behind = village.end()
    if not is_han(text[behind : behind + 1]):
        return to_place
    return not follows(text, behind) or text.startswith(("收费", "服务区"), behind)


def _is_district_or_estate(text: str, start: int, end: int) -> bool:
    """Whether 区 of a district begins this, or an estate is between a house and a note: 24号和平苑(东门)."""
    if text[start] == "区":
        return is_han(text[start - 1 : start])
    return text[start - 1 : start] == "号" and text[end - 1] == "苑" and _note_behind(text, end) is not None


def _is_building(text: str, start: int, end: int) -> bool:
    """Whether a span is in the name of a road with the number of a house behind it, or of a building with a part."""
    if _is_tower(text[start:end]) or _house_in_road_behind(text, end) is not None:
        return True
    begins = text[start - 1 : start] in _BEFORE_BUILDINGS and not follows(text, end)
    return begins and _building_behind(text, end) is not None
