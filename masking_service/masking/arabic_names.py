"""Finds names of people in Arabic letters, behind titles and words that announce who gets a parcel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_NO_NAME: Final = (
    "على|في|من|قبل|عند|عن|مع|إلى|ثم|أو|لا|لم|لن|غير|تم|قد|رقم|هاتف|شقة|الطابق|الدور|الطلب|الشحنة|الباب|باب|الاستقبال|استقبال"
    "|الجار|جار|الجيران|الحارس|حارس|البواب|الأمن|أمن|المكتب|مكتب|المبنى|مبنى|الصندوق|صندوق|العنوان|عنوان|المندوب|الفرع|فرع"
    "|المستودع|المحل|الشركة|شركة|العميل|المستلم|نفسه|شخصيا|اليوم|غدا|هذا|هذه|وهو|وهي"
)
"""What is behind such a word and is no name: prepositions, neighbours and guards, places."""
_WORD: Final = rf"(?!(?:{_NO_NAME})\b)[\u0621-\u064a]{{2,}}"
_named: Final = re.compile(
    r"\b(?:(?:السيدة?|الأستاذة?|الآنسة|الدكتورة?|التسليم إلى|تسليمه?ا? إلى|سلمت إلى"
    r"|الاتصال بـ|اتصل بـ|التواصل مع|باسم)[ :]{0,2}"
    r"|(?:المستلمة?|المرسل إليه|المرسل|العميلة?|اسم المستلم|الاسم|الاسم الكامل) ?: ?)"
    rf"(?:(?:السيدة?|الأستاذة?) )?(?P<name>{_WORD}(?: {_WORD}){{0,2}})"
).finditer
_has_arabic: Final = re.compile("[\u0621-\u064a]").search


def arabic_names(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of names."""
    if _has_arabic(text):
        yield from (match.span("name") for match in _named(text))
