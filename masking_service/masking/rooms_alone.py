"""Finds the number of a room that is alone in a text in Chinese: 804对门, 住户1203投诉, 由407改为1707.

No house and no word for a room is beside it. It is one only if it reads as a floor and a number on it, and what is
before or behind it speaks of people at their door.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from masking_service.masking.family_names import FAMILY_NAMES

_NUMBER: Final = re.compile(
    r"[1-9](?<![0-9A-LN-Za-ln-z.*+#/¥￥$%~×].)[0-9]?(?:0[1-9]|[1-5][0-9])(?![0-9A-Za-z.%~×]|-[0-9]|\*(?![\u4e00-\u9fff]))"
).finditer
_BEFORE: Final = 12
"""Characters before a number that are read."""
_IS_AMOUNT: Final = re.compile(
    "元|块|角|克|斤|公[斤克里]|件|[个個]|只|箱|盒|包|袋|瓶|米|厘|毫|码|[号號][柜线]|路|次|批|度|分|秒|点|年|月|日|天|人|名|位|页|份"
    r"|套|台|条|张|万|亿|折|级|期|届|版|款|型|寸|升|不锈|胶|票|平(?:[米方]|$|[\s,，。])"
).match
_IS_PLACE: Final = re.compile(
    "医院|中学|小学|学校|[国省县]道|高速|厂|所(?!有)|团|部队|站(?!在)|网点|便利|超市|药[店房]|创意|艺术"
).match
_SAYS_OTHER: Final = re.compile(
    "(?:订单|[运货快]单|快递单|order|tracking|waybill|价格?|金额|费用?|款|到付|合计|共|重量|数量|颜色|色号|[货型]号|规格|材[质料]|格口)"
    "[^0-9\u4e00-\u9fff]{0,3}[由从是为改到共]{0,2}$",
    re.I,
).search
"""Before a number: what it is, and that is no room: 颜色：301, 订单 1203 签收, 金额由1203改为1105."""
_NAMES_ROOM: Final = re.compile(
    r"(?:(?:房[间間]?|室|[门門]|[门門]牌|病房|客房)[号號][:：是为\- ]{0,2}|[病客]房[:： ]?|\b[Rr][Mm]\.? ?"
    r"|(?:地址|[门門]牌)[^0-9\n]{0,6}应?该?[是为]"
    "|直接上来|[错误][投送][至到]?|直走|[左右]侧|[东西中]间?[户戶]|[住租][户戶]|[业業]主|房客|住客|邻居|搬[到至去]|入住|住[在到]"
    "|(?:家里?|家住|房间|[门門]牌|住的?|住址|地址|我这|我们这)(?:就|这边)?是"
    "|(?:[门門]禁|楼下|对讲机?|可视)[^0-9]{0,2}按|(?:楼[上下]|隔壁|对[门面])的?)$"
).search
_BESIDE: Final = re.compile(
    r"(?:^|[\s,，。;；:：!！、(（【\[]|请|麻烦|帮|给|跟|和|与|找|问|在|到|去|送|放|至|按|拨|敲|为|约了?|访|是|由|原|改|换|反馈|告知"
    "|客[户戶]|联系了?|通知|因|但|先|再|让|叫|那|这)$"
).search
_OF_PEOPLE: Final = re.compile(
    "有[狗猫人老孩小]|[没無无]人|没有人|在家|家里|不在|自己|本人|来[电取拿]|要求|催|投诉|[说讲]|反[馈映]|表示|敲|[门門][口前铃]"
    "|鞋[架柜]|隔壁|对[门面]|楼[上下]|住[户客]|[业房户]主|房东|租[户客]|家(?![具电電用居装常政])|等[你您我]|[代签]收|代[签领]"
    "|(?:[今明后]天|[上下]午|晚上|现在){1,2}[来派送]|漏水|呼叫|找|送反|[东西南北中][户戶]|复式|（朝|再按|加铃|所有|才对"
    rf"|的?(?:老[人太]|大[爷妈叔]|阿姨|奶奶|爷爷|师傅|孩子|小孩|同[学事]|[{FAMILY_NAMES}]?\*)|收一下"
    r"|[】\])）/][\u4e00-\u9fff]{0,8}[0-9A-Z]{1,3}(?:[栋棟幢座]|[号號]楼|单元)"
).match
_RECEIVES: Final = re.compile(r"收(?:$|[\s,，。;；!！])").match
_AT_A_DOOR: Final = re.compile(
    "送[到至货上]|[派投]送|派件|[改转]派|投递|[签拒代]收|拒签|敲|[门門](?:口|缝|把|铃|鈴|牌|禁|上贴)|单元|楼[上下]|上楼|电梯|[客用住][户戶]|[业業]主"
    "|租客|快[递件]|包裹|驿站|上[门門]|退货|寄件|收[件方]|地址|物业|保安|前台|宿管|不在家|[没无]人|消防|[水电]表|[鞋奶信]箱|鞋柜|放在?"
    r"|[0-9A-Za-z](?:[栋棟幢座]|[号號]楼)"
).search
"""Words of those who bring a parcel."""
_NEAR: Final = 24
"""Characters before and behind a number in which they are looked for."""
_FITS: Final = re.compile(
    r"(?:^|[\s,，。;；:：!！、(（【\[~～]|[是到给近塞着件派送达方为放找按敲在去住换改由原和跟与至]|[栋幢座号楼]的)$"
).search
_IS_NAMED: Final = re.compile(
    "[号號柜楼樓栋棟幢座室房]|所|仓|站|营业|分[拨部]|中心|店|街|大厦|广场|窗口|货架|[派送]+员|[杯锅勺]|水龙头"
    "|工程|项目|航班|车(?!库)|[新春夏秋冬]|大促|订单|单(?!元)|便利|色号|[至到\\-—~～](?!我)[0-9]*[0-9](?:元|号|点)"
).match
"""Behind a number: what is called by it, or a word for it that others read."""
_IS_CODE: Final = re.compile(
    "(?:[码号价费款额数员被]|[派签收退][件收货]|库存|分机|内线|时间|日期|密码|满|共)[^0-9]{1,2}$|[满共]$"
).search
_DOORS: Final = 29
"""On one floor, where nothing else tells a room."""
_IS_YEAR: Final = re.compile("20[12][0-9]").fullmatch
_IS_OTHER: Final = re.compile("[，,]?(?:而?不是|应?该?是|改[到成为至]?|换[到成]?)").fullmatch
"""Between two rooms of which one is given up for the other."""


def rooms_alone(text: str) -> list[tuple[int, int]]:
    """The spans of such numbers, in order."""
    found = [one.span() for one in _NUMBER(text)]
    rooms = {span for span in found if _is_room(text, *span)}
    for (start, end), (next_start, next_end) in pairwise(found):
        first, second = text[start:end], text[next_start:next_end]
        said = _SAYS_OTHER(text, max(0, start - _BEFORE), start)
        if _IS_OTHER(text, end, next_start) and not (said or (_is_size(first) and _is_size(second))):
            rooms |= {(start, end), (next_start, next_end)}
    return sorted(rooms)


def _is_room(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - _BEFORE) : start]
    if _SAYS_OTHER(before):
        return False
    if _NAMES_ROOM(before):
        return not (_IS_AMOUNT(text, end) or _IS_PLACE(text, end))
    if (_BESIDE(before) and _OF_PEOPLE(text, end)) or _RECEIVES(text, end):
        return True
    return (
        _FITS(before) is not None
        and int(text[end - 2 : end]) <= _DOORS
        and not (_IS_AMOUNT(text, end) or _IS_PLACE(text, end) or _IS_NAMED(text, end))
        and not (_IS_YEAR(text[start:end]) or _IS_CODE(before))
        and _AT_A_DOOR(text, max(0, start - _NEAR), end + _NEAR) is not None
    )


def _is_size(number: str) -> bool:
    """Whether it may be a size of clothes, as 110 and 165."""
    return len(number) == len("110") and number[-1] in "05"
