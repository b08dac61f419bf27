"""Finds names of people in Arabic letters, behind titles and words that announce who gets a parcel.

Behind other words, and before a phone, a name begins with a known given name (`neighbour_names.txt`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.names.names_of_neighbours import PHONE, WORDS
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.expressions import Expression

Span = tuple[int, int]

_NO_NAME: Final = (
    "على|في|من|قبل|عند|عن|مع|إلى|ثم|أو|لا|لم|لن|غير|تم|قد|رقم|هاتف|شقة|الطابق|الدور|الطلب|الشحنة|الباب|باب|الاستقبال|استقبال"
    "|الجار|جار|الجيران|الحارس|حارس|البواب|الأمن|أمن|المكتب|مكتب|المبنى|مبنى|الصندوق|صندوق|العنوان|عنوان|المندوب|الفرع|فرع"
    "|المستودع|المحل|الشركة|شركة|العميل|المستلم|نفسه|شخصيا|اليوم|غدا|هذا|هذه|وهو|وهي|نفس|كما"
    r"|صاحبة?(?= ال(?:محل|متجر|بيت|منزل|شقة|مكتب|شركة|طلب|شحنة|طرد|عمل|فندق|عمارة|مبنى|رقم|هاتف|جوال|حساب))"
    "|الساعة|الآن|الان|الطرد|الطلبية|البيت|المنزل|العمل|الدفع|الحساب|المبلغ|البلد|الشارع|الحي|المدينة|الاثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت|الأحد|المحترمة?|الموقر"
    "|خدمة|[يت]?طلبت?|رفضت?|[يت]رفض|استلمت?|[يت]ستلم|ظبي|س[يت]ستلم|[يت]ريد|وافقت?|اتصلت?|أكدت?|(?:ال)?(?:جوال|موبايل|تلفون)"
)
"""Words that follow such a word and are no name: prepositions, neighbours and guards, places, what a person does."""
_WORD: Final = rf"(?!(?:{_NO_NAME})\b)[\u0621-\u064a]{{2,}}"
_named: Final = Expression(
    r"\b(?:(?:(?:[بوف]?ال|و?لل)(?:سيدة?|أستاذة?|آنسة|دكتورة?|مهندسة?)|التسليم إلى|تسليمه?ا? إلى|سلمت إلى"
    r"|الاتصال بـ|اتصل بـ|التواصل مع|باسم)[ :]{0,2}"
    rf"|(?:{any_of(WORDS['arabic-roles-sure'])})[ :]{{1,2}}"
    r"|(?:المستلمة?|المرسل إليه|المرسل|العميلة?|اسم المستلم|الاسم|الاسم الكامل) ?: ?)"
    rf"(?:(?:السيدة?|الأستاذة?) )?(?P<name>{_WORD}(?: {_WORD}){{0,2}})"
).finditer
_GIVEN: Final = rf"(?:{any_of(WORDS['arabic-given'])}|عبد ?ال[\u0621-\u064a]{{3,}})(?![\u0621-\u064a]| بال)"
_FAMILY: Final = rf"(?:{_GIVEN}|(?:بن|ابن|بنت|آل|أبو|ابو) {_WORD}|(?!(?:{_NO_NAME})\b)ال[\u0621-\u064a]{{3,}})"
_FULL: Final = rf"(?P<name>{_GIVEN}(?: {_FAMILY}){{0,3}})"
_PHONE_BEHIND: Final = (
    rf"(?=[ ,،:(\-]{{0,3}}(?:(?:ال)?(?:جوال|هاتف|موبايل|تلفون|رقم)[^\W\d]{{0,2}}[ :]{{0,2}})?{PHONE})"
)
_NO_PLACE: Final = "".join(
    f"(?<!{word} )" for word in "شارع طريق برج مسجد مدينة حي جامعة مستشفى ميدان مطار جسر مركز".split()
)
"""Excludes names of streets, mosques and the like, which begin with a title as often: شارع الشيخ زايد."""
_begun: Final = Expression(
    rf"(?<![\u0621-\u064a]){_NO_PLACE}(?:(?:و|ف)?(?:{any_of(WORDS['arabic-roles'])})[ :]{{1,2}}{_FULL}"
    rf"|{_FULL.replace('<name>', '<before>')}{_PHONE_BEHIND})"
).finditer
_has_arabic: Final = re.compile("[\u0621-\u064a]").search
_MARKS: Final = "[\u064b-\u0652]"
"""Part of a regular expression: a mark for a vowel or a doubled letter, which most people leave out."""
_marks_at: Final = re.compile(f"{_MARKS}*").match
_mark: Final = re.compile(_MARKS).search
_without_marks: Final = re.compile(f"{_MARKS}+").sub


def arabic_names(text: str) -> Iterator[Span]:
    """Yield the spans of names."""
    if not _has_arabic(text):
        return
    if _mark(text) is None:
        yield from _names(text)
        return
    at = [at for at, char in enumerate(text) if _mark(char) is None]
    at.append(len(text))
    for start, end in _names(_without_marks("", text)):
        yield at[start], at[end - 1] + 1 + len(_marks_at(text, at[end - 1] + 1)[0])  # type: ignore[index]  # it always matches


def _names(text: str) -> Iterator[Span]:
    """Yield the spans of names in a text without such marks."""
    yield from (match.span("name") for match in _named(text))
    yield from (match.span(match.lastgroup or "") for match in _begun(text))
