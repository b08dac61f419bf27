"""Finds names in Latin letters at the beginning and the end of an address, where no word announces them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.names.latin_bounds import (
    CAPITALISED,
    GIVEN,
    LETTERS,
    LINK,
    LONGEST,
    NO_PERSON,
    Span,
    begins_with_street,
    has_capital,
    is_latin_name,
    plain_word,
)
from masking_service.masking.names.latin_by_exclusion import may_be_name
from masking_service.masking.names.latin_names import announced_in_address
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.address_words import LATIN_PLACE
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.legal_forms import LATIN_FORMS

_FULL_NAME: Final = rf"{CAPITALISED}(?: {LINK}{CAPITALISED}){{1,2}}"
_first: Final = Expression(rf"\s*({_FULL_NAME}),").match
_is_firm: Final = re.compile(rf"[^,]*\b(?:Co\.?, ?Ltd|(?:{any_of(LATIN_FORMS)})\b)", re.I).match
_front: Final = Expression(
    rf"\s*(?P<name>{_FULL_NAME})(?:[\s,，、;；|_/／]{{0,3}}(?=[\u4e00-\u9fff]{{1,9}}[省市区區县縣镇鎮乡鄉村路街道巷弄])"
    rf"|,? (?P<abroad>)(?=[0-9]{{1,5}}[A-Za-z]? (?:{CAPITALISED} ){{1,3}}(?i:{LATIN_PLACE})\b))"
).match
"""Matches a name before an address in Han, or before a house and its street."""
_back: Final = Expression(
    rf"(?:(?<=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff][0-9*])|(?<=[\u4e00-\u9fff\-][0-9*]{{2}})|(?<=[0-9*]{{3}}))[\s,，、;；|_]{{0,2}}"
    rf"(?<![A-Za-z])(?:(?P<name>{_FULL_NAME})|[/／]\s?(?P<slash>{_FULL_NAME})|[(（]\s?(?P<note>{_FULL_NAME})[)）])\s*$"
    rf"|(?i:\b(?:apt|apartment|unit|room|rm|suite|ste|flat)\.? |\#)[0-9A-Z*]{{1,5}},? (?P<abroad>{_FULL_NAME})\s*$"
).search
"""Finds a name behind the house or the room of an address in Han, or behind the room of another address."""
_beside_phone: Final = Expression(
    rf"(?:(?<![\s\S])|(?<=[\n,;，；])\s?)(?P<before>{_FULL_NAME})"
    r"(?=[\s,;:，；：]{1,3}(?:\+[0-9]{0,3}[ \-]?)?\(?\*{5})"
    rf"|\*{{4}}[0-9]{{0,4}}[\s,;，；]{{1,3}}(?P<behind>{_FULL_NAME})(?=\s*(?:$|[\n,;，；]))"
).finditer
"""Finds a name that is a part of an address of its own, beside a phone."""
_first_line: Final = Expression(rf"\s*(?P<line>{_FULL_NAME}),?[ \t]*\n(?=[^\n]*(?:\n[^\n]*)?[0-9*])").match
"""Matches the first line of an address whose second or third one has a number: between them, a firm may be."""
_begins_in_cyrillic: Final = re.compile("[\u0400-\u04ff]").match
_first_letter: Final = re.compile("[A-Z\u00c0-\u024f\u1e00-\u1eff]").match
"""Matches a Latin letter, for whose languages there are lists of ordinary words."""
_phone_below: Final = re.compile(r"(?:\+[0-9]{0,3}[ \-]?)?\(?\*{5}").match
_pinyin: Final = Expression(f"(?:{any_of(cues.PINYIN_SYLLABLES)}){{1,2}}").fullmatch
"""Matches a given name of China in pinyin: wei, xiaoming."""
_ends_word: Final = re.compile(rf"[{LETTERS}'’.]").match
"""Matches the character before the last word of a name."""
holds_house: Final = re.compile(
    r"[路街道巷弄村][0-9]|[0-9A-Z*][号號楼樓层層栋棟幢座室]|[\u4e00-\u9fff]\*{3,5}(?!\*)"
).search


def latin_names_beside_address(text: str) -> Iterator[Span]:
    """Yield the spans of names at the beginning and the end of an address."""
    if has_capital(text):
        yield from announced_in_address(text)
        yield from latin_names_at_ends(text)
        yield from _names_in_parts(text)


def _names_in_parts(text: str) -> Iterator[Span]:
    """Yield the spans of names that are a part or the first line of an address."""
    line = _first_line(text)
    if line and (
        _is_beside(text, line["line"], "name" if _phone_below(text, line.end()) else "abroad")
        or (_first_letter(line["line"]) and may_be_name(line["line"], line["line"].split(" ")))
    ):
        yield line.span("line")
    if "*****" in text:
        for match in _beside_phone(text):
            if _is_beside(text, match[match.lastgroup or 0], "abroad"):
                yield match.span(match.lastgroup or 0)


def latin_names_at_ends(text: str) -> Iterator[Span]:
    """Yield the spans of names at the beginning and the end of a text that no word announces."""
    if not has_capital(text):
        return
    if (front := _front(text)) and _is_beside(text, front["name"], front.lastgroup or "name"):
        yield front.span("name")
    last_word = text.rstrip().rfind(" ") + 1
    if last_word > 1 and _ends_word(text, last_word - 2) and (back := _back(text, len(text) - LONGEST)):
        group = back.lastgroup or ""
        if _is_beside(text, back[group], group):
            yield back.span(group)


def has_name_at_end(text: str) -> bool:
    """Whether a text begins or ends with a name beside an address."""
    return next(latin_names_beside_address(text), None) is not None


def _is_beside(text: str, name: str, group: str) -> bool:
    """Whether the words beside an address are a name: a known one, and none of a firm or a place.

    Args:
        text: the text with the address.
        name: the words.
        group: where they are: the group of `_front` or `_back` that matched them.
    """
    words = [*map(plain_word, name.split(" "))]
    if not is_latin_name(name) or not NO_PERSON.isdisjoint(words) or _is_shop(words):
        return False
    known = words[0] in GIVEN or (words[-1] in GIVEN and _begins_in_cyrillic(name) is not None)
    if group == "abroad":
        # Apt 3B Brooklyn NY
        return known and (len(words[-1]) != len("NY") or not name[-2:].isupper() or text.startswith(name))
    if _is_pinyin(words):
        return True
    return holds_house(text) is not None and (known or (group == "name" and words[-1] not in cues.LATIN_BRANDS))


def _is_pinyin(words: list[str]) -> bool:
    """Whether words are a family name of China and a given name in pinyin: zhang wei.

    The family name may be the last word, behind a given name that is not short: mengyao zheng, but not la ji.
    """
    first, last = words[0], words[-1]
    if first in cues.PINYIN_FAMILIES and all(map(_pinyin, words[1:])):
        return True
    return last in cues.PINYIN_FAMILIES and len(first) > len("jun") and all(map(_pinyin, words[:-1]))


def _is_shop(words: list[str]) -> bool:
    """Whether all words beside an address are a shop's name, or the first one is and no given name ends them."""
    return "-".join(words) in cues.LATIN_SHOPS or (words[0] in cues.LATIN_PLAIN and words[-1] not in GIVEN)


def first_latin_name(text: str) -> Iterator[Span]:
    """Yield the span of a name at the beginning of an address."""
    found = _first(text)
    if found and is_latin_name(found[1]) and not _is_firm(text) and not begins_with_street(found[1]):
        yield found.span(1)
