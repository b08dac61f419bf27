"""The regular expressions that an engineer would defend in a review: what the masks are compared with.

They know what most remarks and addresses look like: labels, titles, phones and the words for unit and room, with the
hundred most frequent family names. It takes a day to write them, and they read a text in some microseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_FAMILY: Final = (
    "(?:欧阳|上官|司马|诸葛|皇甫|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚"
    "卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤陳張劉楊黃趙吳孫馬鄭謝許韓馮鄧"
    "蕭葉蘇盧鍾譚陸])"
)
_NAME: Final = rf"{_FAMILY}[\u4e00-\u9fff]{{1,2}}"
_PARTS: Final = r"[\u4e00-\u9fff]{2,6}(?:[·．.•][\u4e00-\u9fff]{1,6}){1,3}"
_LABELS: Final = (
    "收件人|收货人|收貨人|签收人|簽收人|联系人|聯絡人|寄件人|代收人|取件人|姓名|客户|客戶|司机|"
    "派件员|派件人|业务员|快递员|配送员|收件员"
)
_TITLES: Final = "先生|女士|小姐|老师|师傅|经理|阿姨|大爷|主任|老板|代收|签收|簽收|亲启|转交|收(?![件货到])|要求"
_PHONE: Final = r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)|(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)"
_BESIDE: Final = r"[ \t\n,，:：;；/|（(-]{0,2}"

NAMES: Final = tuple(
    map(
        re.compile,
        (
            rf"(?:{_LABELS})(?:是|为|姓名)?[:：\s【]{{0,2}}(?P<name>{_PARTS}|{_NAME})",
            rf"(?P<name>{_PARTS}|{_FAMILY}[\u4e00-\u9fff]{{0,2}}?)(?:{_TITLES})",
            rf"(?P<name>{_PARTS}|{_NAME}){_BESIDE}(?={_PHONE})",
            rf"(?:{_PHONE}){_BESIDE}(?P<name>{_PARTS}|{_NAME})",
            rf"(?:找|由|给|请|让|转){{1}}(?P<name>{_NAME})",
            r"(?:Attn|Contact|Recipient|c/o|Signed by)[:：]?\s(?P<name>[A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+){0,2})",
        ),
    )
)
_HIDDEN: Final = tuple(
    map(
        re.compile,
        (
            r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}[\dXx](?!\d)",
            r"(?<!\d)62\d{14,17}(?!\d)",
            r"[\w.+-]{1,40}@[\w-]{1,40}\.[\w.]{2,20}",
            r"[京沪粤苏浙津渝冀晋鲁豫川鄂湘皖闽赣辽吉黑桂滇黔琼陕甘青宁新藏蒙][A-Z][A-Z0-9]{5,6}",
            r"(?:微信|QQ|vx)[号:：]?\s?([A-Za-z0-9_]{5,20})",
            r"([0-9一二三四五六七八九十东西甲乙A-Za-z]{1,3})(?=单元|梯|门(?=[0-9]))",
            r"(?<![第0-9])([0-9一二三四五六七八九十负B]{1,3})(?=[楼层Ff](?![下上道a-z]))",
            r"([0-9A-Za-z]{2,6})(?=[室房铺])",
            r"(?<=[栋幢座楼弄号#元/._~—-])([A-Za-z]?\d{3,5}[A-Za-z]?)(?![\d号弄米年克月.-])",
            r"(?<=单元)([0-9一二三四五六七八九十零〇]{3,4})",
            r"(?<![\d-])[A-Za-z]?\d{1,2}[A-Za-z]?[-—.](\d{1,2}[-—.]\d{3,4})(?![\d-])",
            r"(?<=[苑园城厦场湾庭居心])[-—]?(\d{3,4})(?![\d号弄栋幢-])",
            r"(?i:apt|flat|unit|room|suite|wohnung|appt|apto|apartamento|кв|app|piso|daire|int|#)[.:]?\s?([A-Z]?\d+[A-Z]?(?:-\d+)?)",
        ),
    )
)
_DIGIT: Final = re.compile(r"\d")


def numbers(text: str) -> Iterator[tuple[int, int]]:
    """Spans to hide that are no names: phones but for four digits, units, rooms, floors and what names a person."""
    for found in re.finditer(_PHONE, text):
        digits = [one.start() for one in _DIGIT.finditer(text, found.start(), found.end())]
        yield digits[0], digits[-4]
    for pattern in _HIDDEN:
        for found in pattern.finditer(text):
            yield found.span(1 if pattern.groups else 0)


def names(text: str) -> Iterator[tuple[int, int]]:
    """Spans of given names to hide."""
    for pattern in NAMES:
        for found in pattern.finditer(text):
            start, end = found.span("name")
            yield (start + (end - start > 1), end)


def starred(text: str, spans: Iterator[tuple[int, int]]) -> str:
    """A text of the same length with stars in the spans."""
    characters = list(text)
    for start, end in spans:
        characters[start:end] = "*" * (end - start)
    return "".join(characters)
