"""Finds names that are a whole clause: values of labels, items of lists and orders, speakers and signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.around import text_before
from masking_service.masking.names import names_between_words
from masking_service.masking.names.behind_names import COMMON_FAMILY, HAN
from masking_service.masking.names.name_bounds import PLACE_ENDS, can_be_name
from masking_service.masking.names.names_without_family import without_family_from
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.address_words import PROVINCES
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES, FAMILY_NAMES, han_name

Span = tuple[int, int]

_WHOLE: Final = han_name(HAN, FAMILY_NAMES)
_code: Final = r"(?:[A-Za-z]?[0-9*]{3,4}|[A-Za-z]{0,4}[0-9]{6,24})"
_beside_code: Final = Expression(
    rf"{_code}(?<![0-9A-Za-z*]\s)[\s,，;；、|]{{1,3}}({_WHOLE})(?![^\s,，;；。、|])"
    rf"|(?<![^\s,，;；。、|])({_WHOLE})(?:[\s,，;；、|]{{1,3}}{_code}(?![^\s,，;；。、|])|[（(]{_code}[)）])"
).finditer
"""Finds a name that is a whole clause beside the number of a room or an order."""
_begins_or_ends_with_code: Final = Expression(
    rf"[\s,，;；、|（(](?:(?<=[0-9*][\s\S])[\s,，;；、|]{{0,2}}{_WHOLE}|(?<=[{HAN}][\s\S])[\s,，;；、|]{{0,2}}[0-9A-Za-z*])"
).search
"""Finds a sign between a number and a possible name. Most texts have none."""
_labelled: Final = Expression(
    rf"(?<![^\s,，;；。、|])(?!{cues.NO_LABELS})"
    rf"(?:[{HAN}]{{1,6}}|[{HAN}] [{HAN}]|[A-Za-z]{{1,10}})"
    rf"(?:(?<![{cues.NO_LABEL_ENDS}])|(?<=[拣揀配验驗装裝卸收发發理提送取点點][货貨])|(?<=[收付]款)|(?<=[章字绣片卡名]内容))"
    rf"\s?[:：=]\s?({_WHOLE})(?![^\s,，;；。、|)）])"
).finditer
"""Finds a name that is the whole value of a label, unless the label is for goods, a place or a state."""
_beside_wish: Final = Expression(rf"({_WHOLE})[:：](?=不?要|别|放|请|請|麻烦|帮|改|先|周[一二三四五六日末]|送)").match
"""Matches a name, a colon and a request at the beginning of a text: 王小明：放门口."""
_QUANTITY: Final = (
    r"(?:[ \t\u3000]{0,2}(?:[*xX×＊✖+＋][ \t]?[0-9]{1,3}(?![0-9A-Za-z])"
    rf"|(?:[0-9]{{1,3}}|[一二两三四五六七八九十半])[ \t]?[{cues.UNITS}](?![0-9]))"
    rf"|[ \t\u3000]{{1,2}}[{HAN}]{{1,5}}[*xX×]?[0-9]{{1,2}}(?![0-9A-Za-z\-号號栋棟楼樓幢座室单區区期]))"
)
"""Part of a regular expression: the quantity that a person orders."""
_PERSON: Final = (
    "收件|收货|收貨|寄件|姓名|名字|联系人|聯絡人|收方|签收|簽收|叫做|改地址|换地址|改派|改期|拒收|没人|打电话|退回"
    "|[拿取领領]快[递遞]|快[递遞]到|打给|联系|放(?:在|到)?(?:门|門|管理|前台|驿站|快递)|妥投|送到|付款|未取|未付"
    "|[取提][件货]|自[取提]|驿站|货架|包裹"
)
_after_order: Final = re.compile(rf"[0-9一二两三四五六七八九十半][ \t]?[{cues.UNITS}][\s,，;；、]{{1,2}}$").search
_person: Final = re.compile(_PERSON).search
"""Tells a text about a person, in which a whole clause may be a name."""
_sign_of_clause: Final = re.compile(
    rf"[:：=0-9*—－–①-⑳-]|谢|敬[礼上]|快乐|祝好|商祺|此致|顺颂|[一两二三四五六七八九十半][{cues.UNITS}]|{_PERSON}"
    "|[一二三四五六七八九十]、|[A-Ha-h][)）.]"
).search
"""Finds what each text with a label, a wish, a code or a person has. Other texts are passed over."""
_SIGNED_WITH: Final = (
    "谢谢",
    "感谢",
    "谢了",
    "多谢",
    "此致",
    "敬礼",
    "祝好",
    "商祺",
    "顺颂",
    "敬上",
    "快乐",
    "辛苦了",
    "麻烦了",
    "拜托了",
)
"""Words before the name with which a person signs a text."""
_whole: Final = Expression(
    han_name(HAN, apart=rf"(?:(?<![{HAN}A-Za-z*].)|{'|'.join(f'(?<={word}.)' for word in _SIGNED_WITH)})")
    + rf"(?=[^{HAN}]|$|[一二两三四五六七八九十半][ \t]?[{cues.UNITS}])"
).finditer
"""Finds a possible name that is separate from other words, apart from a quantity behind it and such words before it."""
_item_before: Final = re.compile(
    r"(?:(?:^|\n|接龙[ \t]?)[ \t]*[(（]?[0-9]{1,3}[.、,)）．:：]?|(?:^|[^0-9])[(（]?[0-9]{1,2}[.、)）．]|[①-⑳]"
    r"|(?:^|\s)(?:[一二三四五六七八九十]{1,2}、|[A-Ha-h][)）.]))[ \t]*$"
).search
_QUOTES: Final = frozenset("\"'”’")
_begins_cell: Final = re.compile(r"""(?:^|[\[({,])\s?(?:["'][A-Za-z]{1,2}["']\s?:\s?)?["'“‘]$""").search
"""Finds the beginning of a cell of a table in JSON whose column has no telling name."""
_item_behind: Final = re.compile(r"[①-⑳\n]|[ \t]*[(（]?[0-9]{1,2}[.、)）．]").match
_time_before: Final = re.compile(r"(?:(?:^|\n)[ \t>＞]*|[0-9][\])）][ \t]{0,2}|[0-9]:[0-9]{2}[ \t]{1,2})$").search
_speech: Final = re.compile(
    r"[:：](?![0-9])|[ \t]?[于於在](?:20)?[0-9]{2}年[^\n]{0,20}写"
    r"|[ \t]{1,2}(?:[0-9]{4}[-/.])?[0-9]{1,2}[-/:][0-9]{2}(?![0-9])"
).match
_signed: Final = re.compile(
    rf"(?:[—－–]|(?:^|[。！!.\n])-{{1,3}}|{'|'.join(_SIGNED_WITH)})[\s,，。.!！~～:：]{{0,3}}$"
).search
_is_last: Final = re.compile(r"[ \t。.!！~～]*\n|[\s。.!！~～]*(?:$|[0-9]{4}[-/.年])").match
_place_behind: Final = re.compile(
    rf"[\s,，;；|/]{{1,3}}(?:{PROVINCES}|[{HAN}]{{2,3}}[省市]|[{HAN}]{{2,9}}[路街道弄巷][0-9])"
).match
quantity_at: Final = re.compile(_QUANTITY).match
_COLONS: Final = frozenset(":：=")
_begins_order: Final = frozenset(" \t\n\r\u3000,，;；。、:：①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
_begins_clause: Final = frozenset(" \t\n\r\u3000,，;；。、:：[【]】")
_ends_clause: Final = frozenset(" \t\n\r\u3000,，;；。、]】")
_LONGEST_BEFORE: Final = 12
"""Characters that are read before a name that is a clause."""
_DOTS: Final = frozenset("·•‧・∙⋅･.．")
_parted_clause: Final = Expression(
    rf"(?:(?<![·•‧・∙⋅･.．])|(?<=[0-9][.．]))(?=(?:{any_of(cues.FIRST_PARTS)})[{HAN}]{{0,5}}[·•‧・∙⋅･.．][{HAN}]{{2}})"
).finditer
"""Finds the beginning of a name of several parts that is alone in a clause."""


def find(text: str) -> Iterator[Span]:
    """Yield the spans of names that are whole clauses: values of labels, items of lists, people who speak or sign."""
    if not _DOTS.isdisjoint(text):
        for match in _parted_clause(text):
            if (end := without_family_from(text, match.start())) is not None:
                yield match.start(), end
    if _sign_of_clause(text) is None:
        return
    labelled = _values(text) if not _COLONS.isdisjoint(text) else ()
    beside_codes = _beside_code(text) if _begins_or_ends_with_code(text) else ()
    for match in (*labelled, *beside_codes):
        name = match[match.lastindex or 0]
        if can_be_name(name) and name[-1] not in PLACE_ENDS:
            yield match.span(match.lastindex or 0)
    for match in _whole(text):
        if _is_name(text, *match.span()):
            yield match.span()


def _is_name(text: str, start: int, end: int) -> bool:
    """Return whether a text with the form of a name is a name in its place."""
    name = text[start:end]
    plain = can_be_name(name)
    if not plain and not can_be_name(name, sure=True):
        return False
    where = _where(text, start, end)
    if where != "alone" and (not plain or name[-1] in cues.NO_LABEL_ENDS):
        return False
    if where in ("order", "item") and (name[-1] in cues.GOODS_ENDS or name in cues.BRANDS):
        return False
    return bool(where) and names_between_words.is_name(name, plainly=where in ("alone", "item"))


def _values(text: str) -> Iterator[re.Match[str]]:
    """Yield the names behind a label's colon, and the name before the colon of a request."""
    yield from _labelled(text)
    if (wish := _beside_wish(text)) is not None:
        yield wish


def _where(text: str, start: int, end: int) -> str:
    """Return the kind of place that a possible name has.

    It is `alone` where little else is in the text, in an `item` of a list or an `order`, or in a `clause` of its own.
    """
    before, behind = text_before(text, start, _LONGEST_BEFORE), text[end : end + 1]
    item = text[start] != "班" and _item_before(before) is not None  # 四(1)班
    if item and behind and (behind in " \t,，:：*" or _item_behind(text, end)):
        return "alone"
    if _time_before(before) and _speech(text, end):
        return "alone"
    if _is_last(text, end) and _signed(before):
        return "alone"
    if _begins_cell(before) and behind in _QUOTES and "******" in text:
        return "alone"
    if before[-1:] in ("", "\n") and _place_behind(text, end):
        return "clause"
    if text[start] not in COMMON_FAMILY and text[start : start + 2] not in DOUBLE_FAMILY_NAMES:
        return ""
    if (not before or before[-1] in _begins_order) and quantity_at(text, end):
        return "item" if item or _after_order(before) else "order"
    parted = (not before or before[-1] in _begins_clause) and (not behind or behind in _ends_clause)
    return "clause" if parted and _person(text) else ""
