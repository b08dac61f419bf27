"""Finds values that a text labels as personal.

Such as ``收件人：张三``, ``receiver_name=张三&mobile=…``, ``"name":"张三"`` and ``<name>张三</name>``. A label is read
as the name of a member is (`member_names`).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from masking_service.masking.around import text_before
from masking_service.masking.effort import COLD_NAME, Pay
from masking_service.masking.kinds.table import PERSONAL
from masking_service.masking.members.codes import settled
from masking_service.masking.members.member_names import BARE_NAME, MAYBE_NAME, Meaning, read_names
from masking_service.masking.members.name_words import PARTY, name_words
from masking_service.masking.names.behind_names import HAN
from masking_service.masking.names.latin_bounds import TITLE, plain_word
from masking_service.masking.names.name_bounds import has_two_families, name_from
from masking_service.masking.names.names_between_words import is_name
from masking_service.masking.names.names_of_neighbours import japanese_end
from masking_service.masking.numbers.numbers import EXTENSION_WORD
from masking_service.masking.texts.tables_in_text import Value
from masking_service.masking.words.family_names import FAMILY_NAMES
from masking_service.masking.words.han_words import han_words
from masking_service.masking.words.name_cues import NO_LATIN_NAME, ROLES
from masking_service.masking.words.plain_words import words_of_parcels

_PERSONAL: Final = PERSONAL | {PARTY}
_OF_PERSONS: Final = frozenset({"name", PARTY, MAYBE_NAME, BARE_NAME})
_PHONES: Final = frozenset({"phone", "virtual_phone"})
_OF_SOMEONE: Final = _OF_PERSONS | _PHONES | {"address"}
_IN_WORDS: Final = frozenset({"name", "address", PARTY})
_NUMBERED: Final = PERSONAL - _IN_WORDS - {"unit"}
_EXTENSION: Final = rf"(?![a-z]){EXTENSION_WORD}"
_EXTENSION_BEHIND: Final = rf"{_EXTENSION}(?=[\s:：]{{0,2}}[0-9０-９])"
_is_extension: Final = re.compile(_EXTENSION).fullmatch
_DIGIT_IN_HANGUL: Final = "[공영일이삼사오육칠팔구]"
_HANGUL_BEHIND: Final = (
    rf"[\s(/]{{1,3}}(?!내선|교환|{_DIGIT_IN_HANGUL}(?:{_DIGIT_IN_HANGUL}{{2}}|{_DIGIT_IN_HANGUL}?(?![\uac00-\ud7a3])))"
    r"[\uac00-\ud7a3]"
)
_NUMBER: Final = re.compile(
    rf"[+＋(（]?[0-9０-９A-Za-z*](?:[^\u3400-\u9fff\uac00-\ud7a3]|{_EXTENSION_BEHIND})*(?<![\s(（【])"
    rf"(?=[\s(（【]*(?!{_EXTENSION_BEHIND})[\u3400-\u9fff]|{_HANGUL_BEHIND})"
).match
"""Matches a number, or the name of an account, before Han or Hangul."""
_NUMBER_BEFORE_WORD: Final = re.compile(
    r"[+(]{0,2}[0-9*](?:[ ().\-/]{0,2}[0-9*]){6,14}"
    rf"(?=[ ,]{{1,2}}(?!{EXTENSION_WORD}|int\b|poste\b|interno\b)[^\W\d_]{{3}})",
    re.I,
).match
"""Matches a phone before words in Latin or other letters."""
_UNIT_BEFORE_WORD: Final = re.compile(
    r"[A-Z]?[0-9]{1,5}[A-Z]?(?=\s(?![A-Z]+\b)[^\W\d_a-z\u3400-\u9fff][^\W\d_\u3400-\u9fff])"
).match
"""Matches the number of a unit before a word with a capital: Daire:1203 Zeynep."""
_NUMBER_BEFORE_SENTENCE: Final = re.compile(r"[0-9A-Z*](?:[ \-/]?[0-9A-Z*]){4,40}(?=\.\s[^\W\d_])").match
"""Matches a number before the end of its sentence."""
_MASKED_NAME: Final = re.compile(rf"[\s*(（【「『]*{TITLE}?(?:[^\W\d_]{{1,2}}[ \u3000]{{0,2}}|)[*]+").match
_OUTER: Final = re.compile(r"<([A-Za-z]{3,30})>\s{0,8}<[Nn]ame$").search
"""Finds the element around an element `Name`: <Receiver><Name>."""
_MAX_OUTER_LENGTH: Final = 48
_MAX_LABEL_LENGTH: Final = 40
"""Characters of a label that are read."""

_SEPARATORS: Final = (":", "：", "=", "＝", ">", "&gt;", "u003e", "[", "【")
_A_SEPARATOR: Final = 5
"""Units to read what is before a separator."""
_TAG: Final = r"<[A-Za-z][^<>]{0,80}>"
_ANY_TAG: Final = r"</?[A-Za-z][^<>]{0,80}>"
_ATTRIBUTE: Final = r"[A-Za-z]{1,12}\s?=\s?[\"'][^\"'<>]{0,40}[\"']"
_ENDS: Final = r"(?:</[A-Za-z]{1,10}>\s{0,3})"
_MARK: Final = (
    rf"{_ENDS}{{0,2}}\\{{0,3}}[\"'”’」]?\s{{0,3}}(?:是|为|為)?\s{{0,3}}[:：=＝]\s{{0,3}}"
    rf"(?:{_ANY_TAG}\s{{0,3}}){{0,3}}\\{{0,3}}"
)
_ESCAPED_END: Final = r"(?:&gt;|\\{1,3}u003e)"
_ESCAPED_BEGIN: Final = r"(?:&lt;|\\{1,3}u003c)"
_BRACKET: Final = r"[\[【](?=[A-Za-z]?[0-9*]{1,4}[A-Za-z]?[\]】])"
"""Part of a regular expression: a bracket before a possible room: 房间[402]."""
_SEPARATOR: Final = re.compile(
    rf"(?:(?<=[^\W\d])|(?<=[^\W\d][0-9]))(?:{_MARK}(?P<quote>[\"'“‘「『【]?)"
    rf"|(?P<bracket>{_BRACKET})"
    rf"|{_ENDS}{{1,3}}(?=(?P<cell>{_TAG}(?:\s{{0,3}}{_TAG}){{0,2}}))"
    rf"|[\"'](?:\s{_ATTRIBUTE}){{0,3}}\s(?:value|content)=(?P<attribute>[\"'])"
    rf"|(?P<tag>\s[^<>]{{0,80}})?>(?:<!\[CDATA\[)?(?=[^<>]+(?:<|]]>))|{_ESCAPED_END}(?:{_ESCAPED_BEGIN}!\[CDATA\[)?(?=[^<>&\\]))"
)
"""Finds what is between a label and its value: a sign, the end of a tag, tags between cells, or attributes."""
_FIELD_OF_TAG: Final = re.compile(
    r"\s(?:name|id|key|code|field|label|class(?!=.name[\"' ]))\s?=\s?[\"']([^\"'<>]{1,40})[\"']"
).search
"""Finds the field that a tag names: <field name="receiverName">."""
_MAY_BE: Final = re.compile(
    r"[^\W\d][0-9]?\\{0,3}[\"'”’」]?\s{0,3}(?:[:：=＝]|>[^<>]+<|</|><!\[CDATA|&gt;|\\u003e)"
    rf"|[^\W\d]{_BRACKET}"
).search
_LABEL: Final = re.compile(r"[^\W\d_](?:[\w.\-]|(?<=[A-Za-z]) (?=[A-Za-z])){0,39}$").search
_CLOSING: Final = {"[": "]", '"': '"', "“": "”", "‘": "’", "「": "」", "『": "』", "【": "】"}
_SPACED_NAME: Final = re.compile(rf"[{FAMILY_NAMES}][ \u3000]{{1,2}}[{HAN}](?:[ \u3000]{{0,2}}[{HAN}])?").fullmatch
"""Matches a name that is written with spaces: 李 明, 李 小 明."""
_titled: Final = re.compile(rf"{TITLE}(?:[^\W\d_]|[’'])+(?:[ -](?:[^\W\d_]|[’'.])+){{0,2}}$").match
"""Matches a name behind a title, and nothing else: Mr. Kim."""
_WORD_APART: Final = re.compile(rf"[{FAMILY_NAMES}][{HAN}]{{1,2}}(?=[ \u3000][{HAN}]{{4}})").match
_PHONE_OR_STATE_BEHIND: Final = re.compile(
    r"[\s\u3000]{1,2}[（(]?(?:(?:联系|收件)?电话|手机号?|(?i:(?:tel|tél|phone|mobile|mob|handy|sđt|đt|тел|телефон)(?![^\W\d_]))|โทร|เบอร์|연락처|전화|1[3-9][0-9*]{9}|\*{7}|已(?:签收|取件|妥投|收件|揽收)|感谢(?:您|使用)|(?:ال)?(?:جوال|هاتف|موبايل|تلفون))"
    r"|感谢(?:您|使用)|正在(?:为您|派[件送])|[（(](?:电话[:：]?)?1[3-9][0-9*]{9}"
).search
"""Finds a phone, or what a trace says of the parcel, behind a name: 王 已签收 感谢使用, 派件员：高兴正在为您派件."""
_note_in_hangul: Final = re.compile(r"(?<=[\uac00-\ud7a3])\s?[(（](?=[\uac00-\ud7a3 ]{2,12}[)）])").search
"""Finds what is behind a name in Korean in brackets: 박채원 (동거인)."""
_QUOTE: Final = r"'(?!(?:(?<=\b[DLMNO]')|(?<=\bDe')|(?<=\bD[ae]ll')|(?<=\bSant'))[A-Z])"
"""Part of a regular expression: a quotation mark, but no apostrophe inside a name: O'Neill."""
_VALUE_ENDS: Final = re.compile(rf"[,，;；。|&\n\r\t<>\"{{}}\[\]\\]|{_QUOTE}")
_closing_quote: Final = re.compile(_QUOTE).search
_number_touching: Final = re.compile(r"(?<=[^\W\d_\u4e00-\u9fff])(?!1[3-9][0-9]{9}(?![0-9]))[0-9]{7,}").match
"""Matches a number that touches a name in letters and is no mobile number, so that nothing else tells it from a code.
"""
_SPACE: Final = " \t\u3000"


_WHOSE: Final = re.compile(
    r"(?:个人|個人|本人|企业|企業|单位|單位)[\s:：]+|(?:คุณ|นางสาว|นาย|นาง|น\.ส\.)\s?(?=[\u0e01-\u0e4e])"
).match
"""Matches, before a name, whether it is a person's or a firm's, and titles in Thai."""
_ROLES: Final = frozenset(ROLES)
_SPEAKS: Final = re.compile(
    "[我你您他她它咱嗯哦喔啊](?![·•])|是的|是吗|不|没|好[的吧啊呢了]|好$|在[吗的家]|请|麻烦|可以|什么|怎么|为什么|谢谢|对[的啊]|对$|行[的吧]?$|那个|这个|那我|这是"
    "|还[没是有要]|就[是在要]|[已正]在?[经]|想要|帮[我忙]|别|快点|多久|几点|谁|哪"
).match
"""Matches what a person says behind the label of a speaker. No name begins with it."""
_TAKEN: Final = re.compile("(?:已|代)?[收签领](?:收|取)?(?=$|\\s[\u4e00-\u9fff*]{2,4}$).*")
_OPENED: Final = re.compile(r"[（(](?=\+?[0-9*]{7})").match
"""Matches a bracket around numbers, and not around an area code."""
_STAMP: Final = re.compile(
    "(?:邮件|快件|信件|单位|公司|部门|业务)?(?:(?:收发|签收|收货|专用|业务)专?用?)?[公图]?章"
).fullmatch
"""Matches the stamp with which a person signs for a firm: 邮件收发章."""
_POSTCODE: Final = re.compile("〒 ?[0-9]{3}-?[0-9]{4}").fullmatch
_SITE: Final = re.compile(
    r"([\u4e00-\u9fff]{1,8}?)(?:快递|智能|丰巢|菜鸟|妈妈)?(?:驿站|代收点|自提点|[快智丰巢能递]柜|超市|便利店|物业|门卫|前台|收发室|传达室|保安室|门岗|支局|邮局|网点|营业[点部厅])"
).fullmatch


class _Label(NamedTuple):
    name: str
    start: int
    value: int
    quote: str
    bracketed: bool = False


def may_hold_labels(text: str) -> bool:
    """False only if the text, or each of its lines, holds no label. Quick; says yes too often rather than not."""
    return any(separator in text for separator in _SEPARATORS) and _MAY_BE(text) is not None


def labelled_values(text: str, context: str, pay: Pay) -> list[Value]:
    """Return the values in a text whose labels say that they are personal, in order.

    `context` is what the objects around the text say of its members (`member_names`). `pay` pays for the labels.
    """
    if not may_hold_labels(text):
        return []
    pay(_A_SEPARATOR * sum(map(text.count, _SEPARATORS)))
    labels = list(_labels(text))
    if not any(name_words().ends_personal(label.name) for label in labels):
        return []
    names = tuple(label.name for label in labels)
    pay(COLD_NAME * len({*names}))
    meanings = _with_units(names, read_names(context, names), pay)
    simplified = han_words().simplified(text)
    found: list[Value] = []
    for at, (label, meaning) in enumerate(zip(labels, meanings, strict=True)):
        end = next((other.start for other in labels[at + 1 : at + 3] if other.start >= label.value), len(text))
        start, end = _span(text, label, end)
        if meaning.kind in _OF_PERSONS and (whose := _WHOSE(text, start, end)):
            start = whose.end()
        if meaning.kind in _PHONES and _OPENED(text, start, end):
            start += 1
        japanese = None
        if not label.quote:
            japanese = japanese_end(text, label.start + len(label.name), start)
            end = min(end, japanese or _end_of_value(meaning.kind, simplified, start, end))
        kind = settled(meaning.kind, text[start:end])
        if kind == PARTY and (japanese or _SPACED_NAME(simplified, start, end) or _titled(text, start, end)):
            kind = "name"
        taken = bool(found) and start < found[-1][1]  # a cell's label and its tag's name announce the same value
        if label.bracketed and kind != "unit":
            continue
        if kind in _PERSONAL and not taken and _says_something(kind, simplified[start:end]):
            found.append((start, end, kind))
    return found


def _with_units(names: tuple[str, ...], meanings: Sequence[Meaning], pay: Pay) -> Sequence[Meaning]:
    """Return the meanings of labels.

    A label that means nothing by itself may mean a unit beside a person's name or phone: room=402.
    """
    unknown = [name for name, meaning in zip(names, meanings, strict=True) if meaning.kind is None]
    if not unknown or not any(meaning.kind in _OF_SOMEONE for meaning in meanings):
        return meanings
    pay(COLD_NAME * len({*unknown}))
    of_person = dict(zip(unknown, read_names(PARTY, tuple(unknown)), strict=True))
    units = {name: meaning for name, meaning in of_person.items() if meaning.kind == "unit"}
    return [units.get(name, meaning) for name, meaning in zip(names, meanings, strict=True)]


def _labels(text: str) -> Iterator[_Label]:
    done = 0
    for mark in _SEPARATOR.finditer(text):
        match = _LABEL(text[max(done, mark.start() - _MAX_LABEL_LENGTH) : mark.start()])
        if match is not None and _is_extension(match[0]):
            continue
        if mark["tag"] and (field := _FIELD_OF_TAG(mark["tag"])) and name_words().ends_personal(field[1]):
            yield _Label(field[1], mark.start(), mark.end(), "")
            done = mark.end()
            continue
        # What is between two tags is a label or a value.
        if match is not None and (not mark["cell"] or name_words().ends_personal(match[0])):
            name = name_words().known_end(match[0])
            if name.lower() == "name" and (outer := _OUTER(text_before(text, mark.start(), _MAX_OUTER_LENGTH))):
                yield _Label(f"{outer[1]} {name}", mark.start() - len(name), mark.end(), "")
                done = mark.end()
                continue
            value = mark.end("cell") if mark["cell"] else mark.end()
            quote = mark["quote"] or mark["bracket"] or mark["attribute"] or ""
            yield _Label(name, mark.start() - len(name), value, quote, bracketed=mark["bracket"] is not None)
        done = mark.end()


def _span(text: str, label: _Label, end: int) -> tuple[int, int]:
    """Return where the value of a label is. `end` is where the next label begins."""
    start = label.value
    closing = _closing(text, label.quote, start) if label.quote else -1
    if closing >= 0:
        end = closing
    elif stop := _VALUE_ENDS.search(text, start, end):
        end = stop.start()
    while end > start and text[end - 1] in _SPACE + "\\":
        end -= 1
    return start, max(start, end)


def _closing(text: str, quote: str, start: int) -> int:
    """Return where a quotation ends that begins before `start`; -1 if it does not."""
    if quote == "'":
        closing = _closing_quote(text, start)
        return closing.start() if closing else -1
    return text.find(_CLOSING[quote], start)


def _end_of_value(kind: str | None, text: str, start: int, end: int) -> int:
    """Return where a value ends before other words, if that is clear; else `end`."""
    if kind in _OF_PERSONS:
        if _MASKED_NAME(text, start, end):
            return start
        if (stop := name_from(text, start, sure=True)) is not None:
            stop += has_two_families(text, start, stop)
        end = stop or _end_before_space(text, start, end)
        number = _number_touching(text, end)
        return number.end() if number else end
    if kind in _NUMBERED and (number := _NUMBER(text, start, end)):
        return number.end()
    if kind in _PHONES and (number := _NUMBER_BEFORE_WORD(text, start, end)):
        return number.end()
    if kind == "unit" and (number := _UNIT_BEFORE_WORD(text, start, end)):
        return number.end()
    if kind == "secret" and (number := _NUMBER_BEFORE_SENTENCE(text, start, end)):
        return number.end()
    return end


def _end_before_space(text: str, start: int, end: int) -> int:
    """Return where a value ends before a space with a phone, its label, a state or words behind it; else `end`."""
    if (word := _WORD_APART(text, start, end)) is not None:
        return word.end()
    behind = _PHONE_OR_STATE_BEHIND(text, start, end) or _note_in_hangul(text, start, end)
    return behind.start() if behind and behind.start() > start else end


def _says_something(kind: str, value: str) -> bool:
    """Whether a value of this kind holds anything personal."""
    if kind in _PHONES or kind == "unit":
        return any(map(str.isdecimal, value))
    if kind in _IN_WORDS:
        return bool(value) and not (
            _POSTCODE(value) or _is_anyone(value) or _is_site(value) or (kind != "address" and _SPEAKS(value))
        )
    return any(char.isascii() and char.isalnum() for char in value)


def _is_anyone(value: str) -> bool:
    """Whether a value names no person, and says at most who took the parcel: 门卫代收."""
    anyone = name_words().anyone
    return value.casefold() in anyone or value in _ROLES or _TAKEN.sub("", value) in anyone


def _is_site(value: str) -> bool:
    """Whether a value is a site that takes parcels, without a person's name: 菜鸟驿站, Warehouse Department."""
    if value.isascii():
        return NO_LATIN_NAME.issuperset(value.lower().split())
    if words_of_parcels().issuperset(map(plain_word, value.split())):
        return True
    site = _SITE(value)
    return (site is not None and not is_name(site[1])) or _STAMP(value) is not None
