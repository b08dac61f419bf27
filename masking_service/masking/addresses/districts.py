"""Finds where the district ends in a Chinese address.

It goes by the words that places end with, and knows no list of places.
"""

import re
from typing import Final

_BETWEEN: Final = r"[\s,，/\-]{0,2}"
_CHARACTER: Final = r"[\u3400-\u4dbf\u4e00-\u9fff]"
_PLACE: Final = r"(?:(?![路街弄巷号號楼樓栋幢座])" + _CHARACTER + ")"
_PROVINCE: Final = (
    r"(?:中国|中國)?(?:" + _PLACE + r"{2,7}?(?:省|自治区|自治區|特别行政区|特別行政區)"
    r"|北京|上海|天津|重庆|重慶|香港|澳门|澳門|新疆|西藏|内蒙古|宁夏|广西)"
)
_CITY: Final = _PLACE + r"{1,9}?(?:自治州|地区|地區|(?<!超)(?<!门)市(?!场|場)|盟|縣)"
_DISTRICT: Final = (
    _PLACE + r"{1,9}?(?:(?<![小社园園校厂廠片景街库院])[区區](?!块|间)|县|縣|旗(?!舰|艦|下)|(?<!超)(?<!门)市(?!场|場))"
)
_TOWN: Final = _PLACE + r"{1,6}?(?:街道|[镇鎮](?!政府)|[乡鄉])"
_WHOLE: Final = re.compile(
    rf"\s*(?:{_PROVINCE}{_BETWEEN})?(?:市?{_BETWEEN}{_CITY}{_BETWEEN})?(?:市{_BETWEEN})?(?P<district>{_DISTRICT})"
)
_TOWN_CITY: Final = re.compile(rf"\s*(?:{_PROVINCE}{_BETWEEN})?{_CITY}{_BETWEEN}(?P<town>{_TOWN})")


def district_end(value: str) -> int:
    """Return the index after the district; 0 if there is none.

    A district ends with 区, 县, 旗 or 市. In a city without districts, the town is taken.
    """
    head = value[:48]
    match = _WHOLE.match(head) or _TOWN_CITY.match(head)
    return match.end() if match else 0
