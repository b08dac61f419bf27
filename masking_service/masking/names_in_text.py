"""Finds names of people in texts by what is beside them: a cue, and something that can be a name.

Cues are words that announce a person, titles, verbs, a phone, an identity number, and the ends of an address. Without
one, only what is far likelier a name than words is one (`names_between_words`): goods and brands are called like
people. It reads texts in which numbers are hidden already (`numbers_in_text`), traditional characters as simplified
ones, and it masks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from masking_service.masking import name_cues as cues
from masking_service.masking import names_between_words
from masking_service.masking.address_words import PROVINCES
from masking_service.masking.alternatives import any_of, by_char
from masking_service.masking.family_names import DOUBLE_FAMILY_NAMES, FAMILY_NAMES, RARE_FAMILY_NAMES
from masking_service.masking.han_words import han_words
from masking_service.masking.latin_names import (
    behind_title,
    first_latin_name,
    is_latin_name,
    latin_name_at,
    latin_name_before,
    latin_names,
)
from masking_service.masking.legal_forms import HAN_FORMS

Span = tuple[int, int]

_HAN: Final = r"\u3400-\u9fff\U00020000-\U0003ffff"
_FAMILY: Final = frozenset(FAMILY_NAMES)
FAMILY: Final = _FAMILY | frozenset(RARE_FAMILY_NAMES)
"""Every family name of one character."""
_NO_GIVEN: Final = frozenset(cues.NO_GIVEN)
_PLACE_ENDS: Final = frozenset(cues.PLACE_ENDS)


_ROLE, _WEAK, _TITLE, _SHORT, _VERB, _ORGANISATION, _ROOM, _CALLED = (1 << bit for bit in range(8))
_STARTS: Final = FAMILY | {word[0] for word in (*DOUBLE_FAMILY_NAMES, *cues.FIRST_PARTS)}


def _uses_of(*groups: tuple[int, Iterable[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for use, words in groups:
        for word in words:
            found[word] = found.get(word, 0) | use
    return found


_DOTS: Final = "·•‧・∙⋅･.．"
_DOTS_SET: Final = frozenset(_DOTS)
_SPACED_ROLES: Final = [
    gap.join(word)
    for word in ("姓名", "收件人", "收货人", "联系人", "签收人", "寄件人")
    for gap in (" ", "  ", "\u3000")
]
"""Labels of forms: 姓 名."""
_before_names: Final = _uses_of(
    (_ROLE, (*cues.ROLES, *_SPACED_ROLES)),
    (_WEAK, cues.WEAK),
    (_ORGANISATION, (*HAN_FORMS, "物业", "部")),
    (_ROOM, "室房"),
    (_CALLED, "姓"),
)
_behind_names: Final = _uses_of((_TITLE, cues.TITLES), (_SHORT, cues.SHORT_TITLES), (_VERB, cues.VERBS))
_behind_by_char: Final = by_char(_behind_names, 0)
_start: Final = f"[{''.join(sorted(_STARTS))}{re.escape(_DOTS)}]"
_word_before: Final = re.compile(
    rf"(?:{any_of(_before_names)})(?=[^{_HAN}]|[{''.join(sorted(_STARTS))}是为為叫名姓小老阿]|[{_HAN}]{{1,8}}\s?[{_DOTS}])"
)
_word_behind: Final = re.compile(
    rf"[{''.join(_behind_by_char)}](?:(?<={_start}.)|(?<={_start}..)|(?<={_start}...)|(?<={_start}....)|(?<=[^{_HAN}].))"
)
"""The first character of a word behind a name, where a name can be: most texts are passed over by it."""
_LINK: Final = r"(?:是|为|為|叫|名叫|姓名|名字|信息|名|人)?"
_GAP: Final = (
    r"[\U0001f300-\U0001faff\s:：∶﹕→➡☞☛=,，、。/|｜丨;；（(【「『\[】」』\])）>＞〉》<＜〈《“\"'\-－—_~～]{0,3}"
)
_link_and_gap: Final = re.compile(_LINK + _GAP)
_note_behind: Final = re.compile(rf"[（(][{_HAN}]{{1,6}}[)）]$|[】」』”\"\])）\s【「『\[(（]{{1,2}}$")
_PARTED: Final = rf"[{_HAN}]{{1,8}}(?:\s?[·•‧・∙⋅･.．]\s?[{_HAN}]{{1,8}}){{1,4}}"
_number: Final = re.compile(
    r"\*(?<![*@].)(?:[*.\-]{0,80}@\*[*.]{0,160}|(?<=\*)\*{5,}+[0-9零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{0,4}(?:-\*{1,6}|转\*{1,6})?)"
)
_front_of_number: Final = re.compile(r"[^\w*+]{0,3}\+?[0-9() \-]{0,9}$")
_signs_behind: Final = re.compile(r"[^\w*]{0,4}$")
_quantity_behind: Final = re.compile(
    r"[\s,，、]{1,2}[0-9一二两三四五六七八九十半]{1,3}[份箱件个盒袋斤包瓶提桶条只套本罐][\s,，、]{0,2}$"
)
"""Between a name and a number in lists of orders."""
_before_name: Final = re.compile(r"[\s,，、/|;；（(）)\]】\-—_:：]{0,3}")
_masked_name: Final = re.compile(rf"[{_HAN}]\*{{1,3}}(?![0-9*])").search
_place_follows: Final = re.compile(rf"(?![省市区縣县])[{_HAN}]{{2,3}}(?:省|市|县|(?<![小社园校厂矿])区)")
_one_follows: Final = frozenset(
    "的收说說称取领拿签催在已未要请請和与及让把给去来家处就将改退寄送派打接有没不是也都吧啊呀哈呢哦啦嘛外"
)
_PART_FOLLOWS: Final = frozenset("的拿取签簽已要称稱说說把被就")
"""Of these, what is in no name of several parts."""
_address_ends: Final = frozenset("室号號楼樓层層栋棟幢座元户戶房弄村")
_behind_house: Final = re.compile(
    r"[0-9*A-Za-z](?:室|号楼|号|號|楼|樓|层|層|栋|棟|幢|座|户|房|单元)?[\s,，、（(]{0,2}"
    rf"(?=[{FAMILY_NAMES}{RARE_FAMILY_NAMES}])"
)
_before_place: Final = re.compile(
    rf"(?:^|(?<=[\s,，;；。:：、*）)])|(?<=\*[0-9]{{4}}))"
    rf"(?:(?:{any_of(DOUBLE_FAMILY_NAMES)})[{_HAN}]{{1,2}}|[{FAMILY_NAMES}{RARE_FAMILY_NAMES}][{_HAN}]{{1,2}})"
    rf"(?=\s?(?:{PROVINCES}|(?![省市区縣县])[{_HAN}]{{2,3}}[省市]))"
)
_WHOLE: Final = rf"(?:[{FAMILY_NAMES}][{_HAN}]{{1,2}}|(?:{any_of(DOUBLE_FAMILY_NAMES)})[{_HAN}]{{1,2}})"
_ANY_WHOLE: Final = (
    rf"(?:[{FAMILY_NAMES}{RARE_FAMILY_NAMES}][{_HAN}]{{1,2}}|(?:{any_of(DOUBLE_FAMILY_NAMES)})[{_HAN}]{{1,2}})"
)
_code: Final = r"(?:[A-Za-z]?[0-9*]{3,4}|[A-Za-z]{0,4}[0-9]{6,24})"
_beside_code: Final = re.compile(
    rf"{_code}(?<![0-9A-Za-z*]\s)[\s,，;；、|]{{1,3}}({_WHOLE})(?![^\s,，;；。、|])"
    rf"|(?<![^\s,，;；。、|])({_WHOLE})(?:[\s,，;；、|]{{1,3}}{_code}(?![^\s,，;；。、|])|[（(]{_code}[)）])"
).finditer
"""A name that is a whole clause beside the number of a room or an order."""
_spaced_behind: Final = re.compile(
    rf"[{FAMILY_NAMES}][ \u3000]{{1,2}}[{_HAN}](?:[ \u3000]{{0,2}}[{_HAN}])?(?![{_HAN}])"
).match
"""A name that is written with spaces in it: 李 明, 李 小 明."""
_labelled: Final = re.compile(
    rf"(?<![^\s,，;；。、|])(?!{cues.NO_LABELS})"
    rf"(?:[{_HAN}]{{1,6}}|[{_HAN}] [{_HAN}]|[A-Za-z]{{1,10}})(?<![{cues.NO_LABEL_ENDS}])"
    rf"\s?[:：=]\s?({_WHOLE})(?![^\s,，;；。、|)）])"
).finditer
"""A name that is the whole value of a label that calls no goods, place or state."""
_beside_wish: Final = re.compile(
    rf"^({_WHOLE})[:：](?=不?要|别|放|请|請|麻烦|帮|改|先|周[一二三四五六日末]|送)"
).finditer
"""A name, a colon and a request: 王小明：放门口."""
_UNITS: Final = "份箱件个盒袋斤包瓶提桶条只套罐单"
_QUANTITY: Final = (
    r"(?:[ \t\u3000]{0,2}(?:[*xX×＊✖+＋][ \t]?[0-9]{1,3}"
    rf"|(?:[0-9]{{1,3}}|[一二两三四五六七八九十半])[ \t]?[{_UNITS}])(?![0-9A-Za-z])"
    rf"|[ \t\u3000]{{1,2}}[{_HAN}]{{1,5}}[*xX×]?[0-9]{{1,2}}(?![0-9A-Za-z\-号號栋棟楼樓幢座室单區区期]))"
)
"""How much a person orders."""
_PERSON: Final = (
    "收件|收货|收貨|寄件|姓名|名字|联系人|聯絡人|收方|签收|簽收|叫做|改地址|换地址|改派|改期|拒收|没人|打电话|退回"
    "|[拿取领領]快[递遞]|快[递遞]到|打给|联系|放(?:在|到)?(?:门|門|管理|前台|驿站|快递)|妥投|送到|付款|未取|未付"
)
_person: Final = re.compile(_PERSON).search
"""A text about a person, in which a whole clause may be a name."""
_sign_of_clause: Final = re.compile(
    rf"[:：=0-9*—－–-]|谢|敬[礼上]|快乐|祝好|商祺|此致|顺颂|[一两二三四五六七八九十半][份箱件个盒袋斤包瓶]|{_PERSON}"
).search
"""What a label, a wish, a code or a text about a person has."""
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
"""What a person writes before the name that signs a text."""
_whole: Final = re.compile(
    rf"(?:(?<![{_HAN}A-Za-z*])|{'|'.join(f'(?<={word})' for word in _SIGNED_WITH)}){_ANY_WHOLE}"
    rf"(?=[^{_HAN}]|$|[一二两三四五六七八九十半][ \t]?[{_UNITS}])"
).finditer
"""What has the form of a name and is parted from other words, but for what it signs and a quantity."""
_item_before: Final = re.compile(r"(?:^|\n|接龙[ \t]?)[ \t]*[(（]?[0-9]{1,3}[.、,)）．:：]?[ \t]*$").search
_time_before: Final = re.compile(r"(?:(?:^|\n)[ \t]*|[0-9][\])）][ \t]{0,2}|[0-9]:[0-9]{2}[ \t]{1,2})$").search
_speech: Final = re.compile(r"[:：](?![0-9])|[ \t]{1,2}(?:[0-9]{4}[-/.])?[0-9]{1,2}[-/:][0-9]{2}(?![0-9])").match
_signed: Final = re.compile(
    rf"(?:[—－–]|[。！!.\n]-{{1,3}}|{'|'.join(_SIGNED_WITH)})[\s,，。.!！~～:：]{{0,3}}$"
).search
_is_last: Final = re.compile(r"[\s。.!！~～]*(?:$|[0-9]{4}[-/.年])").match
_place_behind: Final = re.compile(
    rf"[\s,，;；|/]{{1,3}}(?:{PROVINCES}|[{_HAN}]{{2,3}}[省市]|[{_HAN}]{{2,9}}[路街道弄巷][0-9])"
).match
_quantity: Final = re.compile(_QUANTITY).match
_begins_order: Final = frozenset(" \t\n\r\u3000,，;；。、:：①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
_begins_clause: Final = frozenset(" \t\n\r\u3000,，;；。、:：[【")
_ends_clause: Final = frozenset(" \t\n\r\u3000,，;；。、]】")
_LONGEST_BEFORE: Final = 12
"""Characters before a whole name that are read."""
_parts: Final = re.compile(
    rf"(?<![^\s,，;；、。|:：(（])(?:([{FAMILY_NAMES}{RARE_FAMILY_NAMES}][{_HAN}]{{1,2}}"
    rf"|(?:{any_of(DOUBLE_FAMILY_NAMES)})[{_HAN}]{{1,2}})(?![^\s,，;；、。|)）*])|[^\s,，;；、。|]+)"
)
_ends_firm: Final = re.compile(rf"(?:{any_of(HAN_FORMS)})(?![{_HAN}])").search
"""An organisation that ends a clause: beside it and a phone, a name is told as beside an address."""
_han: Final = re.compile(rf"[{_HAN}]*")
_any_han: Final = re.compile(f"[{_HAN}]").search
_parted: Final = re.compile(_PARTED)
_parted_behind: Final = re.compile(rf"{_PARTED}$")
_MIDDLE_DOTS: Final = "·•‧・∙⋅･"
_parted_clause: Final = re.compile(
    rf"(?<![·•‧・∙⋅･])(?=(?:{any_of(cues.FIRST_PARTS)})[{_HAN}]{{0,5}}[{_MIDDLE_DOTS}])"
).finditer
"""Where a name of several parts begins that is alone in a clause."""
_first_part: Final = re.compile(any_of(cues.FIRST_PARTS)).search
_UNPARTED: Final = rf"(?:{any_of(cues.FIRST_PARTS)})[{_HAN}]{{0,4}}"
_unparted: Final = re.compile(rf"{_UNPARTED}(?:[-－]{_UNPARTED})?")
_FIRST_CHARS: Final = frozenset(part[0] for part in cues.FIRST_PARTS)
_announces: Final = re.compile(
    rf"(?:{any_of((*cues.ROLES, *cues.WEAK, *(word for word in cues.ANNOUNCE if len(word) > 1)))})(?:是|为|叫|姓名)?"
)
_province: Final = re.compile(PROVINCES)
_PROVINCE_CHARS: Final = frozenset(name[0] for name in PROVINCES.split("|"))

_titles: Final = by_char(cues.TITLES, 0)
_titles_behind: Final = by_char(cues.TITLES, -1)
_following: Final = by_char((*cues.TITLES, *cues.VERBS, *cues.FOLLOWING), 0)
_verbs: Final = by_char(cues.VERBS, 0)
_announcing: Final = by_char((*cues.ROLES, *cues.WEAK, *HAN_FORMS), -1)
_labels: Final = by_char((word.lower() for word in cues.LABELS), -1)

_LONGEST_PARTED: Final = 28
_LONGEST_LABEL: Final = 24
_TO_PLACE: Final = frozenset("到至向")
"""Cues that a place follows as often."""
_WISHES: Final = frozenset("祝给")
"""Before a title alone they are no family name: 祝老师节日快乐."""
_USUAL_LENGTH: Final = 3
_MAX_NAMES: Final = 64
_TITLES: Final = frozenset(cues.TITLES)
_OPENING: Final = frozenset("（(")
_title_in_brackets: Final = re.compile(rf"[（(](?:{any_of(cues.TITLES)})[)）]").match
_FIRST_GIVEN: Final = frozenset("如有先可会行应得起")
"""Given names of two characters begin with these, which are words elsewhere."""
_site: Final = re.compile(
    rf"[{_HAN}]{{2,9}}?(?:网点|营业[点部厅]|[揽投]投部|[分总]部|公司|转运|分拨|集散|中转|服务[点站部]|驿站)"
).match
"""What is called like a place where carriers work."""
_LAST_GIVEN: Final = frozenset("可来如行应能为先有会起得")
"""Given names of two characters end with these, which are words elsewhere."""
_GIVEN_ALONE: Final = frozenset("可果路行发發为為")
"""Whole given names that are words elsewhere."""
_NICKNAMES: Final = frozenset("小老阿")
_GAPS: Final = " \u3000"
_JOINING: Final = frozenset("和与與跟及")
"""They join what is before them to a name, so that a text does not begin with them."""
_CHANGED_BY_STARS: Final = _NICKNAMES | frozenset("收或说說") | frozenset(cues.SHORT_TITLES)
_JOINT: Final = "或者|以及|[、或和与與及跟+/&＆代替帮转轉]"
_joint: Final = re.compile(_JOINT).match
_joint_before: Final = re.compile(rf"(?:{_JOINT})$").search


def holds_names(text: str) -> bool:
    """Whether there is a name in a text without numbers and addresses, or in one of its lines."""
    text = han_words().simplified(text)
    finders = (_names_of_words, _names_of_clauses, names_between_words.find, latin_names)
    return any(next(find(text), None) is not None for find in finders)


def effort(text: str) -> float:
    """Microseconds that `names_in` takes at most: they grow with the cues in a text."""
    text = han_words().simplified(text)
    cues_found = len(_word_before.findall(text)) + len(_word_behind.findall(text)) + text.count("******")
    latin = _A_CAPITAL * len(_CAPITALS(text))
    return 5 + 0.25 * len(text) + _A_CUE * cues_found + latin + names_between_words.effort(text)


_A_CUE: Final = 24
_A_CAPITAL: Final = 25
_CAPITALS: Final = re.compile("[A-Z]").findall


def starred_alone(text: str, start: int, end: int) -> bool:
    """Whether no other name can be found because the one at this span shows as stars now.

    Nothing beside it can be a family name, and no word before it had to be followed by Han.
    """
    before, behind = text[start - 3 if start > 3 else 0 : start], text[end : end + 5]
    if not FAMILY.isdisjoint(before) or not FAMILY.isdisjoint(behind):
        return False
    return before[-1:] not in _CHANGED_BY_STARS


def names_in(text: str, *, address: bool = False) -> list[Span]:
    """The spans of names in a text, in order, none inside another.

    Args:
        text: any text, its numbers hidden.
        address: whether an address is in it, at whose ends names are looked for too.
    """
    text = han_words().simplified(text)
    if _any_han(text) is None:
        found = [*_names_of_words(text), *_names_beside_numbers(text), *latin_names(text, address=address)]
        found += first_latin_name(text) if address else ()
        return _apart(_joined_by_words(text, found)) if found else found
    found = [*_names_of_words(text), *_names_beside_numbers(text), *_names_of_clauses(text)]
    found += [*names_between_words.find(text, found), *latin_names(text, address=address)]
    if address:
        found += _names_beside_address(text)
        if not found and "******" in text and _masked_name(text) is None:
            found += _name_before_address(text)
    elif "******" in text and _ends_firm(text):
        found += _names_at_ends(text)
    return _apart(_joined_by_words(text, found)) if found else found


def _cues_in(text: str) -> Iterator[tuple[int, int, int]]:
    """The words that may be beside a name, with the uses of each and its span, where something can be a name."""
    for match in _word_before.finditer(text):
        uses = _before_names[match[0]]
        start, end = match.span()
        if uses & (_ROLE | _WEAK) and _may_start(text, _link_and_gap.match(text, end).end()):  # type: ignore[union-attr]
            yield uses & (_ROLE | _WEAK), start, end
        if uses & (_ORGANISATION | _ROOM | _CALLED) and text[end : end + 1] in FAMILY:
            yield uses & (_ORGANISATION | _ROOM | _CALLED), start, end
    free = 0
    for match in _word_behind.finditer(text):
        start = match.start()
        word = next((word for word in _behind_by_char[text[start]] if text.startswith(word, start)), "")
        if word and start >= free and _may_end(text, start):
            free = start + len(word)
            yield _behind_names[word], start, free


def _may_start(text: str, at: int) -> bool:
    """Whether a name may begin at `at`. Quick, and errs towards True."""
    char = text[at : at + 1]
    if char in _STARTS or char in _NICKNAMES:
        return True
    return char.isupper() or not _DOTS_SET.isdisjoint(text[at + 1 : at + 10])


def _may_end(text: str, at: int) -> bool:
    """Whether a name, or a note in brackets behind one, may end at `at`. Quick, and errs towards True."""
    before = text[max(0, at - 6) : at]
    return not _STARTS.isdisjoint(before) or not _DOTS_SET.isdisjoint(before) or before[-1:].isascii()


def _joined_by_words(text: str, found: list[Span]) -> list[Span]:
    """The spans, and those of names that are listed beside one: 张三、李四均可签收, 张三代李四收."""
    spans = dict.fromkeys(found)
    left = list(spans)
    while left and len(spans) < _MAX_NAMES:
        start, end = left.pop()
        beside: list[Span] = []
        if (joint := _joint_before(text, max(0, start - 2), start)) is not None:
            before = name_before(text, joint.start(), rare=True)
            if before is not None:
                beside.append((before, joint.start()))
        if (joint := _joint(text, end)) is not None:
            behind = name_from(text, joint.end(), sure=False)
            if behind is not None:
                beside.append((joint.end(), behind))
        left += [span for span in beside if span not in spans]
        spans.update(dict.fromkeys(beside))
    return list(spans)


def _apart(spans: list[Span]) -> list[Span]:
    """The spans in order, of those that overlap the longer."""
    kept: list[Span] = []
    for span in sorted(spans):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
        elif span[1] - span[0] > kept[-1][1] - kept[-1][0]:
            kept[-1] = span
    return kept


def _names_of_words(text: str) -> Iterator[Span]:
    """Names behind an announcing word, a room or an organisation, and before a title or verb."""
    ends: set[int] = set()
    for uses, start, end in _cues_in(text):
        found: Span | None = None
        if start in ends:
            continue
        if uses & (_ROLE | _WEAK):
            if start or text[0] not in _JOINING:
                found = _announced(text, end, sure=bool(uses & _ROLE))
            if found is None and text[end - 1] == "姓" and text[end : end + 1] in FAMILY:
                found = _family_alone(text, end)
        elif uses & _CALLED:
            found = _family_alone(text, end)
        elif uses & (_ORGANISATION | _ROOM):
            found = _behind_room(text, start, end, room=bool(uses & _ROOM))
        else:
            if uses & (_TITLE | _SHORT):
                found = _titled(text, start, short=not uses & _TITLE)
            if found is None and uses & _VERB:
                found = _said(text, start, end)
        if found is not None and not names_between_words.are_words(text, *found):
            ends.add(found[1])
            yield found


def _announced(text: str, end: int, *, sure: bool) -> Span | None:
    start = _link_and_gap.match(text, end).end()  # type: ignore[union-attr]
    if not _DOTS_SET.isdisjoint(text[start + 2 : start + 10]):
        start = _behind_announcing(text, start)
    if text[start : start + 1] in _NICKNAMES and _is_nickname(text, start, sure=sure):
        return start + 1, start + 2
    name_end = name_from(text, start, sure=sure)
    if name_end is None and sure and (spaced := _spaced_behind(text, start)):
        name_end = spaced.end()
    if name_end is None and _is_han(text[end : end + 1]):  # 为 and 名 begin names, too
        start, name_end = end, name_from(text, end, sure=sure)
    if name_end is None:
        return None
    if not sure:
        if text[start : start + 2] in DOUBLE_FAMILY_NAMES and _ends_as_place(text, name_end):
            return None
        to_place = text[end - 1] in _TO_PLACE or name_end - start == len("张家港")
        if to_place and names_between_words.is_word(text[start:name_end]):
            return None
    return start, name_end


def _behind_announcing(text: str, start: int) -> int:
    """Where a name of several parts begins that more announcing words may be in front of: 请到前台找."""
    dot = min(at for dot in _DOTS if (at := text.find(dot, start + 2, start + 10)) >= 0)
    for word in _announces.finditer(text, start, dot - 1):
        if word.start() == start or len(word[0]) > 1:
            start = word.end()
    first = _first_part(text, start, dot)
    return first.start() if first else start


def _ends_as_place(text: str, end: int) -> bool:
    """Whether what ends at `end` is called like a place, and a number follows: 东方商厦3楼."""
    return text[end - 1] in _PLACE_ENDS and text[end : end + 1].isdecimal()


def _family_alone(text: str, start: int) -> Span | None:
    end = start + (2 if text[start : start + 2] in DOUBLE_FAMILY_NAMES else 1)
    return None if _is_han(text[end : end + 1]) and text[end] != "的" else (start, end)


def _titled(text: str, at: int, *, short: bool) -> Span | None:
    if short and not _is_short_title(text, at):
        return None
    if text[at - 1 : at] in _OPENING and _title_in_brackets(text, at - 1):
        at -= 1
    start = name_before(text, at, titled=True)
    return None if start is None or text[start:at] in _WISHES else (start, at)


def _is_short_title(text: str, at: int) -> bool:
    """Whether the character at `at` is a title: 总 of no other word, others where a clause ends or a verb follows."""
    behind = text[at + 1 : at + 2]
    if text[at] in "总總":
        return behind not in cues.NOT_BEHIND_ZONG or not behind
    if text[at] not in cues.SHORT_TITLES:
        return False
    if not _is_han(behind) or text.startswith(_verbs.get(behind, ()), at + 1):
        return True
    goes_on = behind == "在" or text.startswith(_following.get(behind, ()), at + 1)
    return goes_on and not names_between_words.is_word(text[max(0, at - 1) : at + 1])


def _said(text: str, at: int, end: int) -> Span | None:
    verb = text[at:end]
    if len(verb) == 1 and verb not in "说說" and _is_han(text[end : end + 1]):
        return None
    if not _is_han(text[at - 1 : at]) and (note := _note_behind.search(text, max(0, at - 8), at)):
        at = note.start()
    start = name_before(text, at, loose=verb in cues.SURE_VERBS, rare=len(verb) > 1)
    return None if start is None else (start, at)


def _behind_room(text: str, start: int, end: int, *, room: bool) -> Span | None:
    """A name that ends a clause behind a room's number or an organisation."""
    if room and not (text[start - 1 : start].isdecimal() or text[start - 1 : start] == "*"):
        return None
    name_end = name_from(text, end, sure=False)
    if name_end is None or _is_han(text[name_end : name_end + 1]) or text[name_end - 1] in _PLACE_ENDS:
        return None
    return end, name_end


def _names_beside_numbers(text: str) -> Iterator[Span]:
    for number in _number.finditer(text):
        end = _behind_name(text, number.start())
        latin = None
        if end < number.start() and _is_latin(text[end - 1 : end]):
            latin = latin_name_before(text, end)
        if latin is not None and is_latin_name(text[latin:end]):
            yield behind_title(text, latin, end), end
        elif (start := name_before(text, end, loose=True, rare=True)) is not None:
            yield start, end
        start = _before_name.match(text, number.end()).end()  # type: ignore[union-attr]
        if _may_start(text, start):
            behind = name_from(text, start, sure=True)
            if behind is not None and _ends(text, behind) and not _ends_as_place(text, behind):
                yield start, behind


def _names_of_clauses(text: str) -> Iterator[Span]:
    if any(dot in text for dot in _MIDDLE_DOTS):
        for match in _parted_clause(text):
            if (end := _without_family_from(text, match.start())) is not None:
                yield match.start(), end
    if _sign_of_clause(text) is None:
        return
    for match in (*_labelled(text), *_beside_wish(text), *_beside_code(text)):
        name = match[match.lastindex or 0]
        if _can_be_name(name) and name[-1] not in _PLACE_ENDS:
            yield match.span(match.lastindex or 0)
    for match in _whole(text):
        start, end = match.span()
        name = match[0]
        if not _can_be_name(name):
            continue
        where = _where(text, start, end)
        if where != "alone" and name[-1] in cues.NO_LABEL_ENDS:
            continue
        if where == "order" and (name[-1] in cues.GOODS_ENDS or name in cues.BRANDS):
            continue
        if where and names_between_words.is_name(name, plainly=where == "alone"):
            yield start, end


def _where(text: str, start: int, end: int) -> str:
    """Where a whole name may be: ``alone`` where little else is, in an ``order``, or in a ``clause`` of its own."""
    before, behind = text[max(0, start - _LONGEST_BEFORE) : start], text[end : end + 1]
    if behind in " \t,，:：*" and behind and _item_before(before):
        return "alone"
    if _time_before(before) and _speech(text, end):
        return "alone"
    if _is_last(text, end) and _signed(before):
        return "alone"
    if before[-1:] in ("", "\n") and _place_behind(text, end):
        return "clause"
    if text[start] not in _FAMILY and text[start : start + 2] not in DOUBLE_FAMILY_NAMES:
        return ""
    if (not before or before[-1] in _begins_order) and _quantity(text, end):
        return "order"
    parted = (not before or before[-1] in _begins_clause) and (not behind or behind in _ends_clause)
    return "clause" if parted and _person(text) else ""


def _behind_name(text: str, at: int) -> int:
    """Where a name would end that is before the number at `at`: signs, a label and a code may be between."""
    front = max(0, at - _LONGEST_LABEL)
    at = _front_of_number.search(text, max(front, at - 13), at).start()  # type: ignore[union-attr]
    label_end = at - 1 if text[at - 1 : at] in ("是", "为", "為") else at
    lower = text[front:label_end].lower()
    for label in _labels.get(lower[-1:], ()):
        if lower.endswith(label):
            at = label_end - len(label)
            break
    if text[at - 1 : at] == "的":
        at -= 1
    if quantity := _quantity_behind.search(text, max(front, at - 8), at):
        at = quantity.start()
    return _signs_behind.search(text, max(front, at - 4), at).start()  # type: ignore[union-attr]


def _names_beside_address(text: str) -> Iterator[Span]:
    for match in _behind_house.finditer(text):
        start = match.end()
        end = name_from(text, start, sure=True)
        if (
            end is not None
            and _ends(text, end)
            and text[end - 1] not in _PLACE_ENDS
            and not text[end : end + 1].isdecimal()
        ):
            yield start, end
    for match in _before_place.finditer(text):
        place = any(names_between_words.is_word(text[match.start() : match.end() + more]) for more in (1, 2))
        if not place and _can_be_name(match[0]) and match[0][-1] not in _PLACE_ENDS:
            yield match.span()
    yield from first_latin_name(text)
    yield from _names_at_ends(text)


def _name_before_address(text: str) -> Iterator[Span]:
    """A name that begins a text, or follows its first number, and that a place follows without a sign."""
    number = _number.search(text)
    start = 0 if number is None or number.start() else _before_name.match(text, number.end()).end()  # type: ignore[union-attr]
    if text[start : start + 1] in FAMILY and (end := names_between_words.before_place(text, start)) is not None:
        yield start, end


def _names_at_ends(text: str) -> Iterator[Span]:
    """Names that are the first or the last of several parts of a text."""
    parts = [part for part in _parts.finditer(text) if part[0]]
    for part in (parts[0], parts[-1]) if len(parts) > 1 else ():
        if part[1] and _can_be_name(part[1]) and part[1][-1] not in _PLACE_ENDS:
            yield part.span(1)


def _ends(text: str, at: int) -> bool:
    """Whether a name that ends at `at` is followed by no other word, or by one that follows names."""
    return not _is_han(text[at : at + 1]) or _follows(text, at) or _place_follows.match(text, at) is not None


def _follows(text: str, at: int) -> bool:
    """Whether a word at `at` follows names: a title, a verb, a province, or another that is known."""
    char = text[at : at + 1]
    if text.startswith(_following.get(char, ()), at):
        return True
    return (char in _PROVINCE_CHARS and _province.match(text, at) is not None) or (
        char in cues.SHORT_TITLES and _is_title(text, at)
    )


def _is_title(text: str, at: int) -> bool:
    char = text[at : at + 1]
    return text.startswith(_titles.get(char, ()), at) or (bool(char) and _is_short_title(text, at))


def name_from(text: str, start: int, *, sure: bool) -> int | None:
    """Where a name that begins at `start` ends; None if there is none.

    Args:
        text: any text.
        start: where the name would begin.
        sure: whether the cue leaves little doubt; else only listed family names count, and a plain end.
    """
    if end := _without_family_from(text, start):
        return end
    run = _han.match(text, start, start + 6)[0]  # type: ignore[index]
    if not run:
        return latin_name_at(text, start) if sure else None
    family = 2 if run[:2] in DOUBLE_FAMILY_NAMES else 1
    if family == 1 and run[0] not in _FAMILY and not (sure and _begins_rarely(run)):
        return None
    length = _followed(text, start, run, family)
    plain = length > 0
    if length == family:
        return start + family if _is_title(text, start + family) else None
    if not length:
        length = _length_alone(run, family, sure=sure)
        plain = length == len(run)
        if not sure and text[start + length : start + length + 1].isdecimal():
            return None
    if length <= family or not _can_be_name(run[:length], sure=sure and plain):
        return None
    return None if not plain and _site(text, start) else start + length


def _begins_rarely(run: str) -> bool:
    """Whether a rare family name begins a run of Han, and no word that is known."""
    return run[0] in FAMILY and not names_between_words.is_word(run[:2])


def _without_family_from(text: str, start: int) -> int | None:
    """Where a name of several parts, or one that begins like those without a family name, ends."""
    if not _DOTS_SET.isdisjoint(text[start + 1 : start + 10]) and (parted := _parted.match(text, start)):
        last = start + max(map(parted[0].rfind, _DOTS)) + 1
        if not _follows(text, last):  # as in 收件人.张三.电话
            ends = (at for at in range(last + 1, parted.end()) if _follows(text, at) or _ends_part(text, last, at))
            return next(ends, parted.end())
    if text[start : start + 1] in _FIRST_CHARS and (unparted := _unparted.match(text, start)):
        return next((at for at in range(start + 2, unparted.end()) if _follows(text, at)), unparted.end())
    return None


def _ends_part(text: str, last: int, at: int) -> bool:
    """Whether the last part of a name, which begins at `last`, ends before the character at `at`."""
    return at > last + 1 and text[at] in _PART_FOLLOWS


def _followed(text: str, start: int, run: str, family: int) -> int:
    """The length of a name behind which a word follows that follows names; 0 if there is none."""
    longest = min(len(run), family + 2)
    length = next((at for at in range(family, longest + 1) if _follows(text, start + at)), 0)
    if not length and len(run) > longest:
        places = (at for at in (longest, longest - 1) if at > family and _place_follows.match(text, start + at))
        return next(places, 0)
    while length > family + 1 and run[length - 1] in _NO_GIVEN and run[family:length] not in cues.GIVEN_WORDS:
        length -= 1
    return length


def _length_alone(run: str, family: int, *, sure: bool) -> int:
    """The length of a name that no such word follows; 0 if it has no plain end and the cue is not sure."""
    length = min(len(run), family + 2)
    if sure and (
        run[family:length] in cues.GIVEN_WORDS or (length == len(run) and run[family + 1 : length] in _LAST_GIVEN)
    ):
        return length
    last = run[length - 1] if length > family + 1 else ""
    if not sure and len(run) > length and not {run[length], last} & _one_follows:
        return 0
    if last in _one_follows or (sure and last in _NO_GIVEN):
        return length - 1
    return length


def name_before(text: str, end: int, *, titled: bool = False, loose: bool = False, rare: bool = False) -> int | None:
    """Where a name that ends at `end` begins; None if there is none.

    Args:
        text: any text.
        end: where the name would end.
        titled: whether a title follows, before which a family name may be alone.
        loose: whether a name counts that nothing parts from what is before it.
        rare: whether rare family names count, where something parts the name.
    """
    last = text[end - 1 : end]
    if not _is_han(last):
        return latin_name_before(text, end) if titled and _is_latin(last) else None
    if not titled and _ends_in_title(text, end):
        return None  # the title tells the name
    if not _DOTS_SET.isdisjoint(text[max(0, end - 10) : end]):
        parted = _parted_behind.search(text, max(0, end - _LONGEST_PARTED), end)
        if parted:
            return _parted_start(text, parted)
    if (unparted := _unparted_before(text, end)) is not None:
        return None if any(_follows(text, at) for at in range(unparted + 2, end)) else unparted
    first = _han_before(text, end)
    if end - first == 2 and text[first] in _NICKNAMES and _can_be_nickname(text[first:end]):
        return first + 1
    if not titled and (spaced := _spaced(text, first, end)) is not None:
        return spaced
    found: list[tuple[int, int]] = []
    for length in (3, 2, 4, 1) if titled else (3, 2, 4):
        start = end - length
        if start >= first:
            parting = _parting(text, start, first, loose=loose)
            if (parting or loose or titled) and _may_begin(text, start, end, parting, rare=rare):
                found.append((parting, start))
    return max(found, key=lambda one: one[0])[1] if found else None


def _unparted_before(text: str, end: int) -> int | None:
    """Where a name without a family name begins that ends at `end`, perhaps with words in it."""
    if _FIRST_CHARS.isdisjoint(text[max(0, end - 12) : end]):
        return None
    found = _unparted.search(text, max(0, end - 12), end)
    return found.start() if found and found.end() == end else None


def _can_be_nickname(name: str) -> bool:
    """Whether 小, 老 or 阿 and a character can call a person."""
    if name[1] in _FAMILY:
        return True
    return name[1] not in _NO_GIVEN and name[1] not in cues.SHORT_TITLES and not names_between_words.is_word(name)


def _is_nickname(text: str, start: int, *, sure: bool) -> bool:
    """Whether 小, 老 or 阿 at `start` and the character behind it call a person: 找老李拿."""
    name, behind = text[start : start + 2], text[start + 2 : start + 3]
    if len(name) < 2 or not _is_han(name[1]):
        return False
    if names_between_words.is_word(name) and name not in cues.NICKNAMES:
        return False
    if not (sure or name[1] in _FAMILY or name[0] == "阿"):
        return False
    ends = not _is_han(behind) or behind in _one_follows or _follows(text, start + 2)
    return ends and (name in cues.NICKNAMES or _can_be_nickname(name))


def _spaced(text: str, first: int, end: int) -> int | None:
    """Where a name begins that is written with a space in it: 李 明."""
    family = first - 2
    if end - first == 1 and first > 3 and _is_han(text[family]) and text[first - 3] in _GAPS:
        family = first - 4  # 李 小 明
    if family < 0 or end - first > 2 or text[first - 1] not in _GAPS or text[family] not in _FAMILY:
        return None
    apart = family == 0 or not _is_han(text[family - 1])
    return family if apart and _NO_GIVEN.isdisjoint(text[first:end]) else None


def _han_before(text: str, end: int) -> int:
    """Where the run of Han begins that ends at `end`, at most eight before it."""
    floor = end - 8 if end > 8 else 0
    while end > floor and "\u3400" <= text[end - 1] <= "\u9fff":
        end -= 1
    return end


def _parted_start(text: str, parted: re.Match[str]) -> int | None:
    """Where a name of several parts begins, behind what announces it; None if other words are in it."""
    dots = [parted.start() + at for at in (*map(parted[0].find, _DOTS), *map(parted[0].rfind, _DOTS)) if at >= 0]
    dot = min(dots)
    last = max(dots) + 1
    if any(_follows(text, at) or _ends_part(text, last, at) for at in range(last + 1, parted.end())):
        return None
    announced = [word.end() for word in _announces.finditer(text, parted.start(), parted.end())]
    announced += [at + 1 for at in range(parted.start(), dot) if text[at] in _address_ends]
    if dot in announced:  # as in 收件人.张三
        return dot + 1
    start = max((at for at in announced if at < dot), default=parted.start())
    first = _first_part(text, start, dot)
    return first.start() if first else start


def _may_begin(text: str, start: int, end: int, parting: int, *, rare: bool) -> bool:
    """Whether a name may begin at `start`; `parting` says how plainly it is parted from what is before it."""
    name = text[start:end]
    double = name[:2] in DOUBLE_FAMILY_NAMES
    if len(name) > _USUAL_LENGTH and not (
        double or (parting > 1 and name[0] in _FAMILY and name[1] in _FAMILY and name[-1] not in _PLACE_ENDS)
    ):
        return False
    if not parting and (name[-1] in _PLACE_ENDS or text[start - 1 : start + 1] in cues.common_words()):
        return False
    if not parting and names_between_words.is_word(text[start - 1 : start + 1]):
        return False
    if not double and name[0] not in _FAMILY and not (rare and parting > 1 and _begins_rarely(name)):
        return False
    return len(name) == 1 or _can_be_name(name, sure=parting > 0)


def _ends_in_title(text: str, end: int) -> bool:
    last = text[end - 1]
    if text.endswith(_titles_behind.get(last, ()), 0, end):
        return True
    return last in cues.SHORT_TITLES and _is_han(text[end - 2 : end - 1])


def _parting(text: str, start: int, first: int, *, loose: bool) -> int:
    """How plainly a name that begins at `start` is parted from what is before it, 0 to 3.

    `first` is where its run of Han begins. Where a name is `loose`, 的 parts it: 枫桥网点的王小明138….
    """
    if start == first:
        return 3
    last = text[start - 1]
    if text.endswith(_announcing.get(last, ()), 0, start):
        return 2
    if loose and last == "的":
        return 2
    if last in "是为叫" and text.endswith(_announcing.get(text[start - 2 : start - 1], ()), 0, start - 1):
        return 2
    return 1 if last in _address_ends else 0


def _can_be_name(name: str, *, sure: bool = False) -> bool:
    """Whether Han that begin with a family name can be a name, and are no word that is known.

    Where the cue is `sure`, a known word may begin it.
    """
    family = 2 if name[:2] in DOUBLE_FAMILY_NAMES and len(name) > 2 else 1
    given = name[family:]
    if given in cues.GIVEN_WORDS or (sure and given in _GIVEN_ALONE):
        return name not in cues.common_words()
    if sure and given[1:] in _LAST_GIVEN:
        given = given[0]
    if (
        not _NO_GIVEN.isdisjoint(given[1:] if len(given) > 1 and given[0] in _FIRST_GIVEN else given)
        or given in _TITLES
    ):
        return False
    words = cues.common_words()
    return (
        name not in words
        and name[:2] not in _before_names
        and _before_names.get(name[1:], 0) != _ROLE
        and (sure or len(name) < 3 or family == 2 or name[:2] not in words)
    )


def _is_latin(char: str) -> bool:
    return (char.isascii() and (char.isalpha() or char == ".")) or "\u00c0" <= char <= "\u036f"


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or char >= "\U00020000"
