"""Finds the number of a room in a text in Chinese that has no house and no word for a room beside it.

Examples: 804对门, 住户1203投诉, 由407改为1707.

The text before and behind the number says that it is a room's.
"""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from masking_service.masking.around import text_before
from masking_service.masking.numbers.codes_in_text import CARRIERS, SAYS_ORDER
from masking_service.masking.words import address_words as words
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.family_names import FAMILY_NAMES

_NUMBERS: Final = re.compile(
    r"[0-9A-Za-z](?<![0-9A-LN-Za-ln-z.*+¥￥$%×〒].)(?:(?<!#.)|(?<=\*#.))(?:(?<!/.)|(?<=[0-9]{3}/.)|(?<=\*/.))(?<![0-9A-Za-z][-~].)"
    r"(?:(?<=[0-9])(?:[0-9]{2,3}|[0-9]{0,2}[A-Z]?-[A-Za-z]?[0-9]{3,4}|[OoIl][0-9])|(?<=[A-Za-z])[0-9]{3,4})[A-Z]?"
    r"(?![0-9A-Za-z.%~×]|-[0-9*]|\*(?![\u4e00-\u9fff]))"
    rf"|[一二三四五六七八九](?<![第{words.NUMERALS}].)[零〇一二三四五六七八九]{{2,3}}(?![{words.NUMERALS}])"
).finditer
"""Finds numbers that may be rooms, also with a letter that was read in place of a digit: 3O2."""
_BEFORE: Final = 12
"""Characters that are read before a number."""
_is_door: Final = re.compile(
    "(?!202[0-9])(?:[0-9]{1,3}[A-Z]?-)?[A-Za-z]?[1-9](?:[0-9](?:0[1-9]|[1-9][0-9])|0[1-9]|[1-5][0-9])[A-Z]?"
).fullmatch
"""Matches a floor and a number on it, but no year."""
_is_near_stairs: Final = re.compile("(?!20[12][0-9])[1-9][0-9]?(?:0[1-9]|[12][0-9])").fullmatch

_names_room: Final = re.compile(
    r"(?:(?:房[屋间間]?|室|住[户戶]|[门門]牌?)[编編]?[号號][:：是为由\- ]{0,2}"
    r"|(?:房[间間]|[门門]牌|寝室|宿舍|[商店]铺)[:：是]?"
    r"|[病客]房[:： ]?|\b(?:[Rr][Mm]|[Rr]oom|ROOM)\.? ?|(?:地址|[门門]牌)[^0-9\n]{0,6}应?该?[是为])$"
).search
"""Finds words for a room before any number with the form of a room's."""
_OF_A_ROOM: Final = (
    "(?:直接上来|[错误][投送][至到]?|直走|[左右]侧|[东西中]间?[户戶]|[住租][户戶]|[业業户]主|房客|住客|邻居|搬[到至去]|入住|住[在到]"
    "|(?:家里?|家住|住的?|住址|我这|我们这)(?:就|这边)?是|(?:[门門]禁|楼下|对讲机?|可视)[^0-9]{0,2}按"
    "|(?:楼[上下]|隔壁|对[门面])的?)$"
)
is_to_a_door: Final = re.compile(
    r"(?:[送住在敲到问找按呼拨投拐挂给去放]|[送放]至|上[门門]|我家在?|家[在住是]|我是|[手左右旁]边|手|联系不上|对[门門]|呼叫|[门門]铃|对讲|[左右]转"
    r"|具体是?|\*(?:先生|女士|小姐|阿姨))\s?$"
).search
is_there: Final = re.compile(
    r"[号號]?(?:$|[\s,，。;；!！)）]|的?[门門](?!面)|[没有]人|鞋柜|信箱|奶箱|[取领]|代[收签领]|收(?:$|[\s,，。!！])|也[行可]"
    r"|那[家户戶]|家(?![具电電])|[的了吧](?:$|[\s,，。])|的?[\u4e00-\u9fff]?\*)"
).match
"""Matches what follows the number of a room to which a parcel goes."""
_is_sum: Final = re.compile(
    r"[买買满滿减減立返赠贈券][0-9]*[\u4e00-\u9fff]{0,2}$|[达達涨漲降跌升冲沖飙跑]到$|[度温溫速价價重量额額率]在$|功放$"
).search
"""Finds words before a number that is an amount and no room: 买1000送200, 涨到120, 速度在100."""
_is_to_people: Final = re.compile(
    r"(?:联系了?|客[户戶]|通知|[让叫跟和与访帮]|(?:[栋棟幢座]|单元)[\s,，]{1,2}|(?<![A-Za-z])[Nn][Oo]\.? ?)$"
).search
"""Finds words before a number that is a room's, though it could be a time: 联系1115来取."""
_BESIDE: Final = (
    r"(?:^|[\s,，。;；:：!！、(（【\[]|请|麻烦|帮|给|跟|和|与|找|问|在|到|去|送|放|至|按|拨|敲了?|为|约了?|访|是|由|原|改|换|反馈|告知"
    "|客[户戶]|联系了?|住|通知|因|但|先|再|让|叫|呼|那|这|如果|已?交|[丢搁靠])$"
)
_BEGINS: Final = r"(?:^|[\s,，。;；:：!！])(?:[送放找给問问])?$"
_PEOPLE: Final = (
    "有[狗猫人老孩小]|[没無无]人|没有人|在家|家里|家裡|(?:[今明]天|现在|白天|晚上)?不在|自己|自取|本人|来[电取拿]|下楼|要求|催|投诉|[说讲]"
    "|反[馈映]|表示|敲|不开门|的?(?:那[个扇])?[门門](?:[口前铃鈴外边锁没放]|$)|姓|鞋[架柜]|隔壁|对[门面]|楼[上下]|[业業房户]主|房东|租[户客]|家(?![具电電用居装常政])"
    "|[那这][家户戶]|等[你您我]|[代签]收|代[签领]|(?:[今明后]天|[上下]午|晚上|现在){1,2}[来派送]|搬[走家了]|已?退租|漏水|养了?[狗猫]|呼叫|找|送反"
    "|[东西南北中][户戶]|复式|（朝|再按|加铃|所有|才对|收一下"
    rf"|的?(?:老[人太]|大[爷妈叔]|阿姨|奶奶|爷爷|师傅|孩子|小孩|同[学事]|家属|[女儿]{{1,2}}子?[签代收取说]|住[户戶客]|客[户戶])|的?[{FAMILY_NAMES}]?\*"
    r"|的(?:人|快递|快件|包裹|件)|[】\])）/][\u4e00-\u9fff]{0,8}[0-9A-Z]{1,3}(?:[栋棟幢座]|[号號]楼|单元)"
)
"""What may follow the number of a room: who is there, and what they do."""
_NAME_BEHIND: Final = r"[\s,，;；、/\-—_|：:#＃]{1,3}[\u4e00-\u9fff]{1,2}\*{1,2}(?![^\s,，;；。、/|])"
_NAME: Final = r"[\u4e00-\u9fff]{1,2}\*{1,3}"
_NAME_BEFORE: Final = rf"(?:(?<![^\s,，;；。、/|]){_NAME}[\s,，;；、（(/\-—_|#＃]{{0,3}}|[:：]{_NAME}[\-#＃])$"
"""Part of a regular expression: the mask of a name that is a whole clause."""
_SIZE: Final = r"\s?(?:码|碼|尺[寸码]|[cm]m|m\b|[kK]?[gG]\b|[mM]?[lL]\b|元|块|斤|克|班)"
"""Part of a regular expression: what follows a size, an amount or a class, though a name is before it: 张三 160码."""
_FITS: Final = (
    "^(?!.*(?:(?:[码号价费款额数员被]|[派签收退][件收货]|库存|分机|内线|时间|日期|密码|满|共)[^0-9]{1,2}|[满共])$)"
    r"(?:|.*(?:[\s,，。;；:：!！、(（【\[~～]|[是到给近塞着件派送达方为放找按敲在去住换改由原和跟与至间]|[栋幢座号楼字]的))$"
)
_AT_A_DOOR: Final = re.compile(
    "送[到至货上]|[派投]送|派件|[改转]派|投递|[签拒代]收|拒签|敲|[门門](?:口|缝|把|铃|鈴|牌|禁|上[贴有])|单元|楼[上下]|上楼|电梯|[客用住][户戶]|[业業]主"
    "|租客|快[递件]|包裹|驿站|上[门門]|退货|寄件|收[件方]|地址|物业|保安|前台|宿管|不在家|[没无]人|消防|[水电]表|[鞋奶信]箱|鞋柜|放在?|尽头"
    r"|[0-9A-Za-z](?:[栋棟幢座]|[号號]楼)"
).search
"""Finds words about the delivery of a parcel."""
_IN_A_HOUSE: Final = re.compile(
    rf"[栋棟幢座]|[楼樓](?<![^0-9A-Za-z{words.NUMERALS}][号號].)|单元|[门門][铃鈴禁]|[对對][讲講]|[电電]梯"
).search
_NEAR: Final = 24
"""Characters before and behind a number that are searched for these words."""

_THING: Final = (
    r"元|块|角|克|斤|公[斤克里]|件|[个個]|只|箱|盒|包|袋|瓶|米|厘|毫|码|[号號][柜线]|路|次|批|度|分|秒|点|年|月|日|天|人(?!不)|名|位|页|份"
    r"|套|台|条|张(?![\u4e00-\u9fff]?\*)|万|亿|折|级|期|届|版|款|型|寸|升|不锈|胶|票|平(?:[米方]|$|[\s,，。])|医院|中学|小学|学校|[国省县]道|高速|厂"
    "|所(?!有)|团|班(?!主)|部队|站(?!在)|网点|便利|超市|药[店房]|创意|艺术"
)
_NAMED: Final = (
    "[号號柜楼樓栋棟幢座室房]|所|仓|站|营业|分[拨部]|中心|店|街|大厦|广场|窗口|货架|[派送]+员|[杯锅勺]|水龙头"
    r"|工程|活动|项目|航班|车(?!库)|[新春夏秋冬]|大促|订单|单(?!元)|便利|色号|[至到\-—~～](?!我)[0-9]*[0-9](?:元|号|点)"
)
"""Part of a regular expression: what has the number as its name, or a word for a unit that other modules read."""
_STATUS: Final = r"[】\]](?:$|派|已(?!放)|正|揽|到|运|发|签收|退|[待可]|取件|[中入出][转库]|快[递件])"
"""Part of a regular expression: what a carrier says of the parcel, behind a number in brackets."""
_says_other: Final = Expression(
    rf"(?:(?!{CARRIERS}|物流|发票|合同|no|№|lot){SAYS_ORDER}|(?<![0-9{words.NUMERALS}])[码碼]|[货型色款尾柜箱工]号|(?:[运货快]单|价格?|金额|费用?|款|到付|合计|共|重量|数量|颜色|规格|材[质料]|格口)[由从是为改到共]{{0,2}})"
    r"[^0-9\n\u4e00-\u9fff]{0,3}[由从是为改到共]{0,2}$",
    re.I,
).search
"""Finds words before a number that say that it is no room: 颜色：301, 订单 1203 签收, 金额由1203改为1105."""
_is_time: Final = re.compile(
    r"(?:1[0-9]|2[0-3])(?:[0-5][05](?:前(?!台)|后(?![门面])|左右|[以之][前后])|(?:00|15|30|45)(?:[才再]?(?:在家|到家|下班|上班|[来回派送取])))"
).match
_is_other: Final = re.compile("[，,]?(?:而?不是|应?该?是|改[到成为至]?|换[到成]?|搬[到至])").fullmatch
"""Matches the text between two rooms of which one replaces the other."""
_is_and: Final = re.compile(r"\s?[/、,，和或跟及与]\s?").fullmatch
"""Matches the sign between two rooms: Room 1203/1105."""

_no_thing: Final = re.compile(f"(?!{_THING})").match
_no_thing_or_status: Final = re.compile(rf"(?![】\]]?(?:{_THING}|{_NAMED})|{_STATUS})").match
_anywhere: Final = re.compile("").search
_Way = tuple[Callable[..., object], ...]
_SURE_WAYS: Final[tuple[_Way, ...]] = (
    (len, lambda before: is_to_a_door(before) and not _is_sum(before), is_there),
    (len, re.compile(_NAME_BEFORE).search, re.compile(f"(?!{_SIZE})").match),
    (len, _anywhere, re.compile(f"{_NAME_BEHIND}|[门門]口").match),
    (_is_door, re.compile(_OF_A_ROOM).search, _no_thing),
)
"""How a number is known to be a room's though it may be a time: by its form, or by the text around it."""
_WAYS: Final[tuple[_Way, ...]] = (
    (_is_door, re.compile(_BESIDE).search, re.compile(_PEOPLE).match),
    (_is_door, re.compile(_BEGINS).search, is_there, _IN_A_HOUSE),
    (_is_door, _anywhere, re.compile(r"收(?:$|[\s,，。;；!！])").match),
    (_is_near_stairs, re.compile(_FITS, re.S).search, _no_thing_or_status, _AT_A_DOOR),
)
"""How a number is known to be a room's if it cannot be a time."""


def rooms_alone(text: str, shown: str) -> list[tuple[int, int]]:
    """Return the spans of such numbers, in order. `shown` is the text with stars for what is hidden already."""
    found = [one.span() for one in _NUMBERS(text)]
    rooms = {span for span in found if _is_room(text, *span)}
    hidden = {text[start:end] for start, end in found if (start, end) in rooms or "*" in shown[start:end]}
    rooms |= {span for span in found if text[slice(*span)] in hidden and _is_room(text, *span, known=True)}
    for (start, end), (next_start, next_end) in pairwise(found):
        first, second = text[start:end], text[next_start:next_end]
        if (start, end) in rooms and _is_and(text, end, next_start) and _is_door(second) and is_there(text, next_end):
            rooms.add((next_start, next_end))
        if (
            _is_other(text, end, next_start)
            and ((start, end) in rooms or not _says_other(text, start - _BEFORE, start))
            and not (_is_size(first) and _is_size(second))
        ):
            rooms |= {(start, end), (next_start, next_end)}
    return sorted((max(start, text.rfind("-", start, end) + 1), end) for start, end in rooms)


def _is_room(text: str, start: int, end: int, known: bool = False) -> bool:
    """Whether the text around a number says that it is a room's.

    Only a number that is not `known` to be one may be a time.
    """
    number, before = text[start:end], text_before(text, start, _BEFORE)
    if _names_room(before):
        return _no_thing(text, end) is not None
    if _says_other(before):
        return False
    time = not known and _is_time(text, start) and not (is_to_a_door(before) or _is_to_people(before))
    return any(
        form(number)
        and front(before)
        and behind(text, end)
        and all(word(text, start - _NEAR, end + _NEAR) for word in near)
        for form, front, behind, *near in (_SURE_WAYS if time else _SURE_WAYS + _WAYS)
    )


def _is_size(number: str) -> bool:
    """Whether a number may be a size of clothes, such as 110 or 165."""
    return len(number) == len("110") and number[-1] in "05"
