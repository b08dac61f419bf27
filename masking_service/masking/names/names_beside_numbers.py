"""Finds names of people beside the stars of a phone or an identity number, and at the ends of an address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.around import text_before
from masking_service.masking.names import names_between_words
from masking_service.masking.names.behind_names import HAN, is_han, is_latin, name_ends
from masking_service.masking.names.latin_at_addresses import first_latin_name
from masking_service.masking.names.latin_bounds import (
    behind_announcing,
    behind_title,
    is_known,
    is_latin_name,
    latin_name_before,
    plain_word,
    without_title,
)
from masking_service.masking.names.name_bounds import (
    PLACE_ENDS,
    can_be_name,
    has_family,
    may_start,
    name_before,
    name_from,
)
from masking_service.masking.names.names_of_clauses import Span
from masking_service.masking.words import called_words
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.address_words import PROVINCES
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.cue_uses import LABELS
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.family_names import (
    DOUBLE_FAMILY_NAMES,
    FAMILY_NAMES,
    RARE_FAMILY_NAMES,
    WORDS_AS_FAMILY_NAMES,
    han_name,
)
from masking_service.masking.words.plain_words import plain_words

_number: Final = re.compile(
    r"\*(?<![*@].)(?:[*.\-]{0,80}@\*[*.]{0,160}|(?<=\*)\*{5,}+[0-9零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{0,4}(?:-\*{1,6}|转\*{1,6})?)"
)
_mask_before: Final = re.compile(r"\*\s$").search
_front_of_number: Final = re.compile(r"[^\w*+]{0,3}\+?[0-9() \-]{0,9}$")
_signs_behind: Final = re.compile(r"(?:[^\w*]|_){0,4}$")
_letter_behind_name: Final = re.compile(rf"(?<=[{HAN}])[A-Z](?=[\[【(（])").match
"""Matches a letter that distinguishes couriers of the same name: 洪兵D[138…]."""
_quantity_behind: Final = re.compile(
    rf"[\s,，、]{{1,2}}[0-9一二两三四五六七八九十半]{{1,3}}[{cues.UNITS}][\s,，、]{{0,2}}$"
)
"""Finds the quantity between a name and a number in lists of orders."""
_word_before_number: Final = re.compile(
    r"(?<=[^\W\d_])\s(?:at|on|unter|op|al|pelo|pela|au|pod|na|på|по|под|за)"
    r"(?: (?:number|no\.|nummer|numero|número|numéro|numerem|номер(?:у|ом)?))?$"
).search
"""Finds what may be between a Latin name and a phone: call Priya at 98200 98200, bel Dirks op 06-12345678."""
_LONGEST_WORD: Final = 16
_no_article: Final = re.compile(
    r"(?<![^\W\d_])(?!(?:the|our|my|your|d(?:er|ie|as|en|em)|(?:unser|ihr|mein)e?[nmr]?|het|ons|les?|la|il|lo|el|l[ao]s"
    r"|os?|as|all?a?) )"
    r"[^\W\d_]{1,14} $"
).search
"""Finds a word before a noun or a name that is no article."""
_before_name: Final = re.compile(r"[\s,，、/|;；（(）)\]】\-—_:：]{0,3}")
_at_number: Final = re.compile(
    rf"(?<![^\s,，;；:：])[{FAMILY_NAMES}][{HAN}]{{1,2}}(?=[0-9]{{9,11}}(?![0-9A-Za-z]))"
).finditer
"""Finds a possible name right before a phone of another country: 李建国9820098200."""
_behind_house: Final = re.compile(
    r"[0-9*A-Za-z](?:室|号楼|[号號]房?|楼|樓|层|層|栋|棟|幢|座|户|房|单元)?[\s,，、（(]{0,2}"
    rf"(?=[{FAMILY_NAMES}{RARE_FAMILY_NAMES}{WORDS_AS_FAMILY_NAMES}])"
)
_SHOPS: Final = frozenset(word for word in cues.PLAIN["n"] if len(word) == len("麦当劳"))
"""Shops behind a house whose names look like a person's: 88号麦当劳."""
_LABEL_WORDS: Final = frozenset(cues.LABELS)
_before_place: Final = Expression(
    han_name(HAN, apart=r"(?:(?<![\s\S].)|(?<=[\s,，;；。:：、*）)].)|(?<=\*[0-9]{4}.))", double_first=True)
    + rf"(?=\s?(?:{PROVINCES}|(?![省市区縣县])[{HAN}]{{2,3}}[省市]))"
)
_NO_LAST: Final = PLACE_ENDS | frozenset("于寨")
"""What no name before a place ends with: 位于, 鱼化寨."""
_is_road: Final = re.compile(
    rf"(?![东南西北中前后上下一二三四五六七八九十新老大小]?[路街道巷弄]|[东南西北中]大[道街])(?:(?![省市区县旗镇乡村])[{HAN}]){{2,4}}?(?:[路街巷弄]|大道|胡同)[0-9*]{{1,4}}[号弄]"
).match
"""Matches a road with a house number; the road needs a name of its own."""
_parts: Final = Expression(
    rf"(?<![^\s,，;；、。|:：(（])(?:([{FAMILY_NAMES}{RARE_FAMILY_NAMES}][{HAN}]{{1,2}}"
    rf"|(?:{any_of(DOUBLE_FAMILY_NAMES)})[{HAN}]{{1,2}})(?![^\s,，;；、。|)）*])|[^\s,，;；、。|]+)"
)
_WORD: Final = rf"[{FAMILY_NAMES}{RARE_FAMILY_NAMES}][{HAN}]{{1,2}}"
_beside_number: Final = Expression(
    rf"(?<![^\s,，;；、|/:：（(])(?P<before>{_WORD})(?=[）)]?[\s,，;；、|/:：]{{0,2}}(?:\+?86-?)?\*{{6}})"
    rf"|\*{{6}}[0-9]{{0,4}}[\s,，;；、|/:：]{{0,2}}[（(]?(?P<behind>{_WORD})(?![^\s,，;；、|/收）)])"
).finditer
_SPACED: Final = (
    rf"(?:{any_of(DOUBLE_FAMILY_NAMES)}|[{FAMILY_NAMES}{RARE_FAMILY_NAMES}])"
    rf"[ \u3000][{HAN}](?:[ \u3000]?[{HAN}])?(?![{HAN}])"
)
_spaced_beside: Final = Expression(
    rf"(?<![^\s,，;；、|/:：])(?P<before>{_SPACED})(?=[\s,，:：]{{1,2}}(?:\+?86-?)?\*{{6}})"
    rf"|\*{{6}}[0-9]{{4}}[\s,，]{{1,2}}(?P<behind>{_SPACED})"
).finditer
"""Finds a name that is written with spaces beside a phone: 邵 敏 涵 138…."""
_ROOM: Final = "(?=[^,，;；、 ]{0,13}[0-9*]{2})[0-9A-Za-z*#\\-号楼栋幢座单元室户一二三四五六七八九十]{3,14}"
_at_room: Final = Expression(
    rf"(?<![^\s,，;；:：、])(?P<before>{_WORD})(?=[,，;；、 ]{{1,2}}{_ROOM}[,，;；、 ]{{1,2}}(?:\+?86[ -]?)?\*{{6}})"
    rf"|(?:(?<=[0-9*]{{3}})|(?<=[0-9*]室))(?P<behind>{_WORD})(?=(?:[0-9]{{1,2}}|[一二两三四五六七八九十半])[{cues.UNITS}])"
).finditer
"""Finds a possible name before a room and a phone, and one between a room and a quantity: 302甄成功两箱."""
_PLAIN_BESIDE_NUMBER: Final = cues.PLAIN_BESIDE_NUMBER.union(PROVINCES.split("|"))
_only_word_and_number: Final = Expression(
    rf"\s*(?:[（(]?{_WORD}[）)]?[\s,，;；、|/:：]{{0,2}}\*{{6,7}}[0-9]{{0,4}}"
    rf"|\*{{6,7}}[0-9]{{0,4}}[\s,，;；、|/:：]{{0,2}}[（(]?{_WORD}[）)]?)\s*"
).fullmatch
_LONGEST_LABEL: Final = 24
_COLONS: Final = frozenset(":：")


def find(text: str) -> Iterator[Span]:
    """Yield the spans of names before and behind such stars, in any script."""
    for match in _spaced_beside(text):
        if not called_words.is_word("".join(match[match.lastgroup or 0].split())):
            yield match.span(match.lastgroup or 0)
    for number in _number.finditer(text):
        if text[number.end() - 1] == "*" and _mask_before(text, number.start() - 2, number.start()):
            continue  # these stars are of a name: J*** ******
        end = _behind_name(text, number.start())
        latin = None
        if end < number.start() and is_latin(text[end - 1 : end]):
            latin = latin_name_before(text, end)
        if latin is not None and is_latin_name(text[latin:end]):
            name = behind_title(text, behind_announcing(text, latin, end), end)
            if name < end and is_latin_name(
                text[name:end]
            ):  # a title may be all that is left in front of a name that is stars now
                yield name, end
        elif (start := name_before(text, end, loose=True, rare=True)) is not None:
            yield start, end
        start = _before_name.match(text, number.end()).end()  # type: ignore[union-attr]  # it always matches
        ends_sentence = text[number.end() - 1] == "." and not is_han(text[start : start + 1])
        if may_start(text, start) and not ends_sentence:
            behind = name_from(text, start, sure=True)
            if behind is None or _is_label(text, number.end(), start, behind):
                continue
            untitled = without_title(text, start, behind)
            if untitled is not None and name_ends(text, behind) and not _ends_as_place(text, behind):
                yield untitled


def _ends_as_place(text: str, end: int) -> bool:
    """Whether the text that ends at `end` looks like a place, and a number follows: 东方商厦3楼."""
    return text[end - 1] in PLACE_ENDS and text[end : end + 1].isdecimal()


def _is_label(text: str, number_end: int, start: int, end: int) -> bool:
    """Whether a word with a colon behind a number is a label: Size: XL, and on the next line also Статус: в пути."""
    if text[end : end + 1] not in _COLONS or is_han(text[start]):
        return False
    return "\n" in text[number_end:start] or plain_word(text[start:end]) in plain_words()


def _behind_name(text: str, at: int) -> int:
    """Return where a name before the number at `at` ends. Signs, a label and a code may be between them."""
    front = max(0, at - _LONGEST_LABEL)
    if not text[at - 1 : at].isalpha():
        at = _front_of_number.search(text, max(front, at - 13), at).start()  # type: ignore[union-attr]  # it always matches
    label_end = at - 1 if text[at - 1 : at] in ("是", "为", "為") else at
    lower = text[front:label_end].lower()
    for label in LABELS.get(lower[-1:], ()):
        if lower.endswith(label):
            at = label_end - len(label)
            break
    if text[at - 1 : at] == "的":
        at -= 1
    if _letter_behind_name(text, at - 1):
        return at - 1
    if quantity := _quantity_behind.search(text, max(front, at - 8), at):
        at = quantity.start()
    elif (word := _word_before_number(text, front, at)) is not None and _is_name_in_sentence(text, word.start()):
        return word.start()
    if text[at - 1 : at].isalpha():
        return at
    return _signs_behind.search(text, max(front, at - 4), at).start()  # type: ignore[union-attr]  # it always matches


def _is_name_in_sentence(text: str, end: int) -> bool:
    """Whether a Latin name ends at `end`: with a given name, or behind a word in small letters that is no article."""
    start = latin_name_before(text, end)
    return start is not None and (
        is_known(text[start:end], alone=True) or _no_article(text_before(text, start, _LONGEST_WORD)) is not None
    )


def at_rooms(text: str) -> Iterator[Span]:
    """Yield the spans of names before a room and a phone, or between a room and a quantity of goods."""
    for match in _at_room(text):
        name = match[0]
        if called_words.is_word(name) or not called_words.can_be_called(name, politely=False):
            continue
        if match["before"] or not (called_words.is_word(name[:2]) or name[-1] in cues.GOODS_ENDS):
            yield match.span()


def touched(text: str) -> Iterator[Span]:
    """Return the spans of names at the beginning of a clause, right before a number as long as a phone."""
    return (match.span() for match in _at_number(text) if names_between_words.is_name(match[0], plainly=True))


def beside_address(text: str) -> Iterator[Span]:
    """Yield the spans of names behind a house or a room, before a place, and at the ends of a text with an address."""
    for match in _behind_house.finditer(text):
        start = match.end()
        end = name_from(text, start, sure=True)
        if (
            end is not None
            and name_ends(text, end)
            and text[end - 1] not in PLACE_ENDS
            and not text[end : end + 1].isdecimal()
            and not called_words.is_distance(text, start)
            and text[start : start + len("麦当劳")] not in _SHOPS
            and not {text[start + 1 : end], text[start + 2 : end]} & _LABEL_WORDS  # 西门电联, 10楼电联
            and not text.startswith(("樓之*", "楼之*"), start)  # 5樓之7
        ):
            yield start, end
    for match in _before_place.finditer(text):
        place = any(called_words.is_word(text[match.start() : match.end() + more]) for more in (1, 2))
        if not place and can_be_name(match[0]) and match[0][-1] not in _NO_LAST:
            yield match.span()
    stop = names_between_words.before_place(text, 0) if has_family(text, 0) else None
    if stop is not None and _is_road(text, stop) and text[stop - 1] not in _NO_LAST:
        yield 0, stop
    yield from first_latin_name(text)
    yield from at_ends(text)


def where_no_cue_is(text: str, *, address: bool) -> list[Span]:
    """Return the spans of possible names beside a number, in a text with an address, or of a number and a word only."""
    found = [*_name_before_address(text)] if address else []
    if not found and (address or _only_word_and_number(text)):
        found += _word_beside_number(text, address=address)
    return found


def _name_before_address(text: str) -> Iterator[Span]:
    """Yield a name at the beginning of a text or behind its first number, right before a place."""
    number = _number.search(text)
    start = 0 if number is None or number.start() else _before_name.match(text, number.end()).end()  # type: ignore[union-attr]  # it always matches
    if has_family(text, start) and (end := names_between_words.before_place(text, start)) is not None:
        yield start, end


def _word_beside_number(text: str, *, address: bool) -> Iterator[Span]:
    """Yield a possible name that is all between two signs, or between a number and a sign: 13812345678 江南 …."""
    for match in _beside_number(text):
        start, end = match.span(match.lastgroup or 0)
        word = text[start:end]
        if word[-1] in PLACE_ENDS or (not address and word in _PLAIN_BESIDE_NUMBER):
            continue
        if called_words.can_be_called(word, politely=False):
            yield start, end


def at_ends(text: str) -> Iterator[Span]:
    """Yield the spans of names that are the first or the last of the parts of a text."""
    parts = [part for part in _parts.finditer(text) if part[0]]
    for part in (parts[0], parts[-1]) if len(parts) > 1 else ():
        if part[1] and can_be_name(part[1]) and part[1][-1] not in PLACE_ENDS:
            yield part.span(1)
