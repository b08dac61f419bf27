"""Hides known phones and names in a text, in the spellings people use.

It looks for the values it is given and never guesses: strangers' numbers are the business of `text`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import compress
from typing import Final
from unicodedata import decimal

from masking_service.domain.phones import phone_numbers

Mask = Callable[[str], str]
_Span = tuple[int, int]

_SHORTEST: Final = 5
"""Service numbers have five digits (95338, 12306); what is shorter (110) is nobody's and stands in every address."""

_SHORTEST_ANYWHERE: Final = 7
"""A landline's own digits. From there a number is found inside longer ones too, a shorter one only standing alone."""

_UNSEEN: Final = "\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
_GAP: Final = re.compile(rf"[\s{_UNSEEN}·•．.。‧・'’-]+")  # the dots and hyphens of masking.md, "Names"
_GAP_OR_NOT: Final = re.compile(rf"[\s{_UNSEEN}·•．.。‧・'’-]")
_SEVERAL: Final = re.compile(r"[/、，;；|]+")
_ASIDE: Final = re.compile(r"[(（\[【][^()（）\[\]【】]{0,60}[)）\]】]")
_WORD: Final = re.compile(r"[^\W_]+")
_DIGITS: Final = re.compile(r"\d(?:(?:[^\w*]|_){0,8}\d)*")  # a star is a mask's: what stands around it is two numbers


def phone_needles(value: str) -> list[str]:
    """What to look for when `value` is a phone field: the ASCII digits of each number, with and without its codes."""
    return [number for number in phone_numbers(value) or [digits_of(value)] if len(number) >= _SHORTEST]


def name_needles(value: str) -> list[str]:
    """What to look for when `value` is a name field.

    Each person's letters, without notes in brackets and numbers; words in lower case with a space between where
    the script has capitals, else without a gap. Nothing of one character.
    """
    if value.isalpha() and not has_capitals(value):
        return [value] if len(value) > 1 else []
    plain = _ASIDE.sub(" ", value)
    needles = {_folded_name(person) for person in _SEVERAL.split(plain if _letters(plain) else value)}
    if not has_capitals(value):
        needles.add(_GAP.sub("", value))
    return [needle for needle in needles if _letters(needle) > 1]


def phones_in_name(value: str) -> list[str]:
    """What to look for when there is a phone in a name field."""
    runs = (run[0] for run in _DIGITS.finditer(value))
    return [needle for run in runs if len(digits_of(run)) >= _SHORTEST_ANYWHERE for needle in phone_needles(run)]


def digits_of(text: str) -> str:
    """Every decimal digit of the text, in any script, as ASCII."""
    digits = "".join(filter(str.isdecimal, text))
    return digits if digits.isascii() else "".join(map(str, map(decimal, digits)))


def solid(text: str) -> str:
    """The text in lower case without what may stand inside a name: holds every name that the text holds."""
    return _lower(_GAP.sub("", text))


def hide_phones(text: str, needles: Iterable[str], mask: Mask) -> str:
    """The text with every given number masked; the same object where there is none."""
    pieces: list[str] = []
    done = 0
    for run in _DIGITS.finditer(text):
        digits = digits_of(run[0])
        for start, end, needle in _phone_spans(text, run.span(), digits, needles):
            pieces += text[done:start], mask(needle)
            done = end
    return "".join(pieces) + text[done:] if pieces else text


def hide_names(text: str, needles: Iterable[str], mask: Mask) -> str:
    """The text with every given name masked; the same object where there is none."""
    letters = solid(text)
    spans: list[_Span] = []
    where: list[int] = []
    for needle in needles:
        for start in _all(letters, needle.replace(" ", "")):
            where = where or _kept(text)
            span = where[start], where[start + len(needle) - needle.count(" ") - 1] + 1
            if not has_capitals(needle) or _whole_words(text, span, needle):
                spans.append(span)
    pieces: list[str] = []
    done = 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= done:
            pieces += text[done:start], mask(text[start:end])
            done = end
    return "".join(pieces) + text[done:] if pieces else text


def _phone_spans(text: str, run: _Span, digits: str, needles: Iterable[str]) -> list[tuple[int, int, str]]:
    """Where in the text the run of digits holds a needle, in order, none inside another; the longest wins."""
    found = []
    for needle in needles:
        if len(needle) < _SHORTEST_ANYWHERE:
            if needle == digits and not _beside_latin(text, run):
                found.append((0, needle))
        else:
            found += [(at, needle) for at in _all(digits, needle)]
    if not found:
        return []
    begin, end = run
    where = list(compress(range(begin, end), map(str.isdecimal, text[begin:end])))
    spans = []
    free = 0
    for at, needle in sorted(found, key=lambda hit: (hit[0], -len(hit[1]))):
        if at >= free:
            free = at + len(needle)
            spans.append((where[at], where[free - 1] + 1, needle))
    return spans


def _all(text: str, part: str) -> list[int]:
    """Where `part` begins in `text`, one after the other."""
    places = []
    at = text.find(part)
    while at >= 0:
        places.append(at)
        at = text.find(part, at + len(part))
    return places


def _kept(text: str) -> list[int]:
    """For each character of `solid(text)` its index in the text."""
    return [index for index, char in enumerate(text) if not _GAP_OR_NOT.match(char)]


def _whole_words(text: str, span: _Span, needle: str) -> bool:
    """True if the span is the needle's words, no letter of a script with capitals touching them."""
    start, end = span
    before, after = text[start - 1 : start], text[end : end + 1]
    if (has_capitals(text[start]) and has_capitals(before)) or (has_capitals(text[end - 1]) and has_capitals(after)):
        return False
    return _folded_name(text[start:end]) == needle


def _folded_name(person: str) -> str:
    words = _WORD.findall(_lower(re.sub(f"[{_UNSEEN}]", "", person)))
    return (" " if has_capitals(person) else "").join(word for word in words if not word.isdecimal())


def _lower(text: str) -> str:
    """Lower case of the same length: a few letters have longer ones, which would shift every index behind them."""
    low = text.lower()
    return low if len(low) == len(text) else "".join([c.lower() if len(c.lower()) == 1 else c for c in text])


def has_capitals(text: str) -> bool:
    """True if the text has letters of a script with capitals: its names are words, found only as such."""
    return text.swapcase() != text


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _beside_latin(text: str, span: _Span) -> bool:
    before, after = text[span[0] - 1 : span[0]], text[span[1] : span[1] + 1]
    return (before.isascii() and before.isalpha()) or (after.isascii() and after.isalpha())
