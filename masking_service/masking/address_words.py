"""The words of Chinese and English addresses: data for `addresses`.

They are fragments of regular expressions.
"""

from __future__ import annotations

from typing import Final

NUMERALS: Final = "零〇一二三四五六七八九十百千廿卅两兩壹贰叁肆伍陆柒捌玖拾ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ"

HOLDS_ROOMS: Final = "栋棟幢座元楼樓层層梯厦廈塔寓"
"""Last characters of what a bare number behind it is a room of: 3幢502, A座1808, 3号楼402, 2单元301, 3楼302."""

UNIT: Final = (
    "单元|單元|(?:办公|教|寝|会议|实验|工作|休息|包|诊|病|辦公|會議)?室"
    "|[户戶](?!村|籍)|房(?![村镇乡街路庄地产產])|[层層]|梯|宿舍|호(?!선)|층"
)
"""Behind a number or letter, with or without 号: a unit or room; 호 and 층 are Korean for room and floor."""

FLOOR: Final = f"[楼樓](?![村镇鎮乡鄉街路盘盤]|[0-9*{NUMERALS}]{{1,3}}(?:单元|單元|门[0-9*]))"
"""Behind a number: a floor. In front of a unit it is what people call the building: 5楼2单元301."""

STALL: Final = "(?:商|店)?(?:铺|舖)|床|商位|档口?|檔口?|摊位|柜(?!台)"
"""Behind a number in digits: a shop in a market, a bed in a ward. Behind 十里 it is the name of a town."""

NOT_A_ROOM: Final = (
    "#|栋|棟|幢|座|楼|樓|塔|弄|巷|路|街|大道|期|区|區|院|支|组|組|队|村|里|米|公里|国道|省道"
    "|[号號](?=线|線|楼|樓|院|门|門)|年|月|日|点|點|分钟|元|件|个|個|箱|公斤|斤|kg"
)
"""Behind a number: it numbers something else than a room."""

ROAD: Final = "路街道巷弄村组組屯庄莊线線段编編箱里第"
"""In front of a bare number: it is the road's or the village's, not a room's."""

ROOM_FIRST: Final = "房间号?|房間號?|房号|房號|室号|门牌号?|门牌號?|单元号|楼层|樓層"
"""In front of a number, with a colon or without."""

LATIN_UNIT: Final = (
    "apartments?|apts?|units?|flats?|flt|rooms?|rms?|suites?|stes?|floors?|flr|fl|levels?|lvl|penthouse|ph"
    "|shops?|offices?|stalls?|dorm|door|appartements?|appt|apartamento|apto|depto|piso|puerta|wohnung|whg|lgh"
)
LATIN_FLOOR: Final = "floors?|flr|fl|levels?|[ée]tage|andar|planta|OG"
LATIN_BUILDING: Final = "towers?|buildings?|bldgs?|blocks?|blk"
WORDED_NUMBERS: Final = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|ground|first|second|third|fourth|fifth|sixth|seventh"
    "|eighth|ninth|tenth|eleventh|twelfth|upper|lower|top|basement|mezzanine"
)
LATIN_PLACE: Final = (
    "street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|way|court|ct|place|square|highway|hwy"
    "|building|bldg|tower|block|district|city|county|province|apartment|apt|unit|suite|room|floor|flat|strasse|rue"
)
LATIN_SITE: Final = (
    "hotel|plaza|mall|estate|gardens?|house|village|hills?|farm|cent(?:er|re)|terrace|crescent|close|grove|heights|lodge"
    "|cottage|school|college|university|hospital|station|airport|bay|beach|island|north|south|east|west|new|san|los|hong"
)
"""In a name of two or three words: it is a place's."""

PROVINCES: Final = (
    "北京|天津|上海|重庆|重慶|河北|山西|辽宁|遼寧|吉林|黑龙江|黑龍江|江苏|江蘇|浙江|安徽|福建|江西|山东|山東|河南|湖北|湖南"
    "|广东|廣東|海南|四川|贵州|貴州|云南|雲南|陕西|陝西|甘肃|甘肅|青海|台湾|臺灣|内蒙古|广西|廣西|西藏|宁夏|寧夏|新疆|香港|澳门|澳門"
)
