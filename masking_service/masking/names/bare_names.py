"""Recognises, by its form, a person's name that is all of an address field. It knows no list of people.

The name of a place that has the form of a person's (张江, Toa Payoh) is taken for one: when in doubt a mask hides more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.words.address_words import LATIN_PLACE, LATIN_SITE, PROVINCES, STREET_FIRST
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES, FAMILY_NAMES

_MAX_LENGTH: Final = 48
_GAPS: Final = r"\s,，;；:：、/|"
_GAP: Final = f"[{_GAPS}]*"
_PHONE: Final = r"(?:[+\d() -]*\*{6,}\d{0,4}(?:-\*+)?)?"
_BEFORE: Final = re.compile(f"{_GAP}{_PHONE}{_GAP}").match
_BEHIND: Final = re.compile(f"{_GAP}{_PHONE}{_GAP}$").search
_MAY_BE_BEHIND: Final = re.compile(rf"[{_GAPS}+\d() *-]+$").search
_HAN: Final = r"[\u3400-\u9fff]"
_PLACE_ENDS: Final = (
    "省市区區县縣旗州盟镇鎮乡鄉村路街道巷弄号號楼樓栋棟幢座层層室户戶房苑厦廈场場庄莊站店厂廠馆館院园園城元"
)
_NAME: Final = (
    rf"(?!{PROVINCES}|谢谢|謝謝)(?:(?:{'|'.join(sorted(DOUBLE_FAMILY_NAMES))})\s?{_HAN}{{1,2}}"
    rf"|[{FAMILY_NAMES}]\s?{_HAN}{{1,2}}|[{FAMILY_NAMES}]{{2}}{_HAN}{{2}})(?<![{_PLACE_ENDS}])"
    r"(?:\s?[(（]?(?:先生|女士|小姐|太太|老师|师傅|收)[)）]?)?"
)
_HAN_NAME: Final = Expression(_NAME).fullmatch
_BESIDE_PHONE: Final = Expression(
    rf"(?:(?<![^\W\d_])|(?<=[人员員方的给由找向系]))({_NAME})"
    rf"(?=[\s,，:：、/|(（-]{{0,3}}[+\d() -]{{0,12}}\*{{6,}}\d{{0,4}})"
    rf"|(?<!\*)\*{{6,}}+\d{{0,4}}[\s,，、/|)）]{{0,3}}({_NAME})(?=[^\w*]|$|{PROVINCES})"
)
_DIGIT: Final = re.compile("[0-9]").search
"""Finds a digit. Where no stars are beside it, it is not a phone's, so the value is more than a name."""
_LONGER: Final = re.compile(rf"(?s){_HAN}.{{9,}}{_HAN}").search
"""Finds Han that are further apart than in a name with a title."""
_CAPITALISED: Final = r"[A-Z\u00c0-\u00de][A-Za-z\u00c0-\u024f'’-]+"
_LATIN_NAME: Final = re.compile(
    rf"(?:(?:Mr|Mrs|Ms|Dr)\.? )?{_CAPITALISED}(?: [A-Z]\.?)?(?: {_CAPITALISED}){{1,2}}"
).fullmatch
_LATIN_PLACE: Final = re.compile(
    rf"(?<![A-Za-z])(?:{LATIN_PLACE}|{LATIN_SITE})(?![A-Za-z])|\A(?:{STREET_FIRST}) ", re.I
).search


def names_beside_phones(value: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of Han in the form of a name that touch the mask of a phone."""
    for match in _BESIDE_PHONE.finditer(value):
        yield match.span(match.lastindex or 0)


def bare_name(value: str) -> str | None:
    """Return the name that is the whole value, apart from the mask of a phone beside it; None for every other value."""
    if len(value) > _MAX_LENGTH or (_DIGIT(value) and "*" not in value) or _LONGER(value):
        return None
    name = value[_BEFORE(value).end() :]  # type: ignore[union-attr]  # it always matches
    if behind := _MAY_BE_BEHIND(name):
        name = name[: _BEHIND(name, behind.start()).start()]  # type: ignore[union-attr]  # it always matches
    if _HAN_NAME(name) or (_LATIN_NAME(name) and not _LATIN_PLACE(name)):
        return name
    return None
