"""Hides known phones and names in every usual spelling.

It looks for the values that it is given, and for no others: other people's numbers are found by `text`.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from typing import Final
from unicodedata import normalize

from masking_service.masking.kinds.name import TITLES_OF_NAMES
from masking_service.masking.kinds.phone import only_passes, phone_numbers
from masking_service.masking.members.name_words import PARTY
from masking_service.masking.names.bare_names import bare_name
from masking_service.masking.reading import UNSEEN
from masking_service.masking.texts.escapes import hide_escaped, holds_escaped_han, unescaped
from masking_service.masking.words.family_names import LATIN_TITLE
from masking_service.masking.words.legal_forms import DOTTED_FORMS, HAN_FORMS, LATIN_FORMS

Mask = Callable[[str], str]
_Span = tuple[int, int]

_SHORTEST: Final = 5
"""The digits of the shortest number that is looked for: a service number (95338). Others (110) are no person's."""

_SHORTEST_ANYWHERE: Final = 7
"""The digits of the shortest landline: from these on, a number is also found behind codes and letters."""

_MAX_CODE_LENGTH: Final = 5
"""The largest number of digits in front of a number that may belong to it: 00 and a country code of three."""

_WITHOUT_UNSEEN: Final = re.compile(f"[{UNSEEN}]").sub
_GAP: Final = re.compile(rf"[\s{UNSEEN}·•．.。‧・'’,_+-]+")
_NO_GAP: Final = re.compile(rf"[^\s{UNSEEN}·•．.。‧・'’,_+-]+")
_OTHER_FORM: Final = re.compile(
    r"[^\u0300-\u036f\u3099\u309a\uff9e\uff9f][\u0300-\u036f\u3099\u309a\uff9e\uff9f]+|[\uff21-\uff3a\uff41-\uff5a\uff66-\uff9d]"
)
"""Letters with combining marks, and full-width or half-width letters."""
BETWEEN_PERSONS: Final = "/、，;；|"
"""Signs that separate the persons of one name field."""
_SEVERAL: Final = re.compile(f"[{BETWEEN_PERSONS}]+")
_ASIDE: Final = re.compile(r"[(（\[【][^()（）\[\]【】]{0,60}[)）\]】]")
_WORD: Final = re.compile(r"[^\W_]+")
_NO_DIGITS: Final = re.compile(r"\D+")
_DIGITS: Final = re.compile(r"\d(?:(?:[^\w*]|_){0,8}\d)*")  # a star is a mask's: what is around it is two numbers

_SEARCHED_AS: Final = {PARTY: "name", "virtual_phone": "phone"}
_DIGIT_OR_STAR: Final = re.compile(r"[\d*]").search
"""Finds what shows that a party is more than a name, or is a mask, in which no new name may be found."""
_CUT: Final = "\ue000"
"""Marks where a name is cut. No name has this private character."""
_FORMS: Final = frozenset((*HAN_FORMS, *LATIN_FORMS, "co", *map(" ".join, DOTTED_FORMS)))

# What of a text's UTF-8 is dropped before a number is looked for: all but the ASCII digits and the first bytes of
# other scripts' digits (Arabic D9 and DB, N'Ko DF, Indic E0, Mongolian and Khmer E1, Vai EA, the rest F0). What remains
# holds every spelling in ASCII digits, whatever is between them. Full-width digits share their first bytes with
# Chinese punctuation, so they have a test of their own.
_OTHER_DIGITS_BEGIN: Final = b"\xd9\xdb\xdf\xe0\xe1\xea\xf0"
_DROPPED: Final = bytes(sorted(set(range(256)) - set(b"0123456789") - set(_OTHER_DIGITS_BEGIN)))
_FULL_WIDTH: Final = b"\xef\xbc"
_FULL_WIDTH_DIGIT: Final = re.compile(b"\xef\xbc[\x90-\x99]").search


def needles(kind: str, value: str) -> tuple[list[str], list[str]]:
    """The phones and names to look for elsewhere when a value of this kind is masked."""
    if kind == "phone":
        return phone_needles(value), []
    if kind == "name":
        return phones_in_name(value), name_needles(value)
    if kind == "address" and (name := bare_name(value)):
        return [], name_needles(name)
    return [], []


def needles_of(kind: str, text: str) -> tuple[list[str], list[str]]:
    """The phones and names to look for elsewhere where a value is masked by its name or label."""
    phones, names = needles(_SEARCHED_AS.get(kind, kind), text)
    return phones, [] if kind == PARTY and _DIGIT_OR_STAR(text) else names


def phone_needles(value: str) -> list[str]:
    """Return what to look for of a phone field: the ASCII digits of each number, with and without its codes."""
    numbers = phone_numbers(value) or ([] if only_passes(value) else [digits_of(value)])
    return [number for number in numbers if len(number) >= _SHORTEST]


def name_needles(value: str) -> list[str]:
    """What to look for of a name field.

    Each person's letters, without notes in brackets and numbers, and what is before a phone also by itself; words
    in lower case with a space between where the script has capitals (also the last one first), else without a gap.
    Nothing of one character, and no legal form apart from its name.
    """
    value = _composed(value)
    if value.isalpha() and not has_capitals(value):
        alone = [value[:-2]] if value.endswith(TITLES_OF_NAMES) and len(value) > len("王先生") else []
        return [value, *alone] if len(value) > 1 else []
    plain = _ASIDE.sub(" ", value)
    persons = _SEVERAL.split(plain if _letters(plain) else value)
    needles = {_folded_name(piece) for piece in {piece for person in persons for piece in _around_phones(person)}}
    if len(persons) > 1:
        needles -= _FORMS
    if (title := LATIN_TITLE(value)) is not None and " " in (untitled := _folded_name(value[title.end() :])):
        needles.add(untitled)
    if has_capitals(value):
        needles |= {f"{last} {first}" for first, _, last in (needle.rpartition(" ") for needle in needles) if first}
    else:
        needles.add(_GAP.sub("", value))
    return [needle for needle in needles if _letters(needle) > 1]


def _around_phones(person: str) -> list[str]:
    """Return the name without phones, and its part before them, or after them if none is before."""
    pieces = _DIGITS.sub(lambda run: _CUT if len(digits_of(run[0])) >= _SHORTEST_ANYWHERE else run[0], person)
    named = [piece for piece in pieces.split(_CUT) if _letters(piece)]
    return [" ".join(named), *named[:1]]


def phones_in_name(value: str) -> list[str]:
    """Return what to look for of the phones in a name field."""
    runs = (run[0] for run in _DIGITS.finditer(value))
    return [needle for run in runs if len(digits_of(run)) >= _SHORTEST_ANYWHERE for needle in phone_needles(run)]


def digits_of(text: str) -> str:
    """Return every digit of the text, in any script, as ASCII."""
    digits = _NO_DIGITS.sub("", text)
    if digits.isascii():
        return digits
    # int() reads every script's digits; the 1 in front keeps zeros, and short pieces keep it linear and fast.
    pieces = (digits[start : start + 100] for start in range(0, len(digits), 100))
    return "".join([str(int("1" + piece))[1:] for piece in pieces])


def may_hold_phone(text: str, needles: Sequence[str]) -> bool:
    """False only if the text holds none of the numbers in any spelling.

    Quick; says yes too often rather than too seldom.
    """
    encoded = text.encode("utf-8", "surrogatepass")
    digits = encoded.translate(None, _DROPPED).decode("latin-1")
    if (_FULL_WIDTH in encoded and _FULL_WIDTH_DIGIT(encoded)) or (digits and not digits.isdecimal()):
        digits = digits_of(text)
    for needle in needles:  # noqa: SIM110 - any() and its generator would cost more than the search
        if needle in digits:
            return True
    return False


def may_hold_name(text: str, needles: Sequence[str]) -> bool:
    """False only if the text holds none of the names. Quick; says yes too often rather than too seldom."""
    if ("%" in text or "\\" in text or "&" in text) and holds_escaped_han(text):  # the signs cost a third
        text = unescaped(text)
    composed: bool | None = None  # searched for once, and only where it matters
    # A name's last character, in either case, is rarely in a masked record; its first one always is.
    for needle in needles:
        last, before = needle[-1], needle[-2:-1]
        if "\u3400" <= last <= "\u9fff" and "\u3400" <= before <= "\u9fff":  # Han has one case, and one form
            near = last in text and before in text
        else:
            near = last in text or last.upper() in text
            if not near and composed is None:
                composed = _may_be_composed(text)
            near = near or bool(composed)
        if near:
            letters = _solid(text)
            return any(name.replace(" ", "") in letters for name in needles)
    return False


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
    if holds_escaped_han(text):
        read = unescaped(text)
        if (shown := _hide_plain_names(read, needles, mask)) is not read:
            text = hide_escaped(text, shown)
    return _hide_plain_names(text, needles, mask)


def _hide_plain_names(text: str, needles: Iterable[str], mask: Mask) -> str:
    letters = _solid(text)
    spans: list[_Span] = []
    where: list[_Span] = []
    for needle in needles:
        words = has_capitals(needle)
        for start in _all(letters, needle.replace(" ", ""), overlapping=words):
            where = where or _places(text)
            span = where[start][0], where[start + len(needle) - needle.count(" ") - 1][1]
            if not words or _whole_words(text, span, needle):
                spans.append(span)
    pieces: list[str] = []
    done = 0
    shown: dict[str, str] = {}
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= done:
            name = text[start:end]
            if name not in shown:
                shown[name] = mask(name)
            pieces += text[done:start], shown[name]
            done = end
    return "".join(pieces) + text[done:] if pieces else text


def _phone_spans(text: str, run: _Span, digits: str, needles: Iterable[str]) -> list[tuple[int, int, str]]:
    """Where the run of digits holds needles: in order, none inside another, the longest wins."""
    found = [(at, needle) for needle in needles for at in _all(digits, needle)]
    if not found:
        return []
    begin, end = run
    where = list(compress(range(begin, end), map(str.isdecimal, text[begin:end])))
    spans = []
    free = 0
    for at, needle in sorted(found, key=lambda hit: (hit[0], -len(hit[1]))):
        span = where[at], where[at + len(needle) - 1] + 1
        is_number = _is_the_number if len(needle) >= _SHORTEST_ANYWHERE else _is_alone
        if at >= free and is_number(text, span):
            free = at + len(needle)
            spans.append((*span, needle))
    return spans


def _all(text: str, part: str, *, overlapping: bool = False) -> list[int]:
    """Return the places where `part` begins in `text`."""
    step = 1 if overlapping else len(part)
    places = []
    at = text.find(part)
    while at >= 0:
        places.append(at)
        at = text.find(part, at + step)
    return places


def _solid(text: str) -> str:
    """The text without gaps, in lower case. It holds every name that the text holds."""
    return _lower(_GAP.sub("", _composed(text)))


def _places(text: str) -> list[_Span]:
    """The span in the text of each solid character."""
    spans: list[_Span] = []
    done = 0
    for found in _OTHER_FORM.finditer(text):
        spans += zip(range(done, found.start()), range(done + 1, found.start() + 1), strict=True)
        spans += [found.span()] * len(normalize("NFKC", found[0]))
        done = found.end()
    spans += zip(range(done, len(text)), range(done + 1, len(text) + 1), strict=True)
    return [spans[at] for piece in _NO_GAP.finditer(_composed(text)) for at in range(*piece.span())]


def _composed(text: str) -> str:
    """Return the text with a letter and its marks as one character, full-width letters plain, and no ``%20``."""
    text = text.replace("%20", "   ")
    return _OTHER_FORM.sub(lambda found: normalize("NFKC", found[0]), text) if _may_be_composed(text) else text


def _may_be_composed(text: str) -> bool:
    return not text.isascii() and _OTHER_FORM.search(text) is not None


def _whole_words(text: str, span: _Span, needle: str) -> bool:
    """True if the span is the needle's words, and no letter with capitals touches them."""
    start, end = span
    before, after = text[start - 1 : start], text[end : end + 1]
    if (has_capitals(text[start]) and has_capitals(before)) or (has_capitals(text[end - 1]) and has_capitals(after)):
        return False
    return _folded_name(text[start:end]) == needle


def _folded_name(person: str) -> str:
    words = _WORD.findall(_lower(_composed(_WITHOUT_UNSEEN("", person))))
    return (" " if has_capitals(person) else "").join(word for word in words if not word.isdecimal())


def _lower(text: str) -> str:
    """Lower case of the same length. A few letters have longer ones, which would shift every index behind them."""
    low = text.lower()
    return low if len(low) == len(text) else "".join([c.lower() if len(c.lower()) == 1 else c for c in text])


def has_capitals(text: str) -> bool:
    """Return whether the letters are of a script with capitals, whose names are found as whole words only."""
    return text.swapcase() != text


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _is_the_number(text: str, span: _Span) -> bool:
    """False where the digits belong to a longer number.

    Such as another waybill's: more digits follow at once, or more are in front than a country or area code has.
    """
    start, end = span
    more_in_front = start > _MAX_CODE_LENGTH and text[start - _MAX_CODE_LENGTH - 1 : start].isdecimal()
    return not more_in_front and not text[end : end + 1].isdecimal()


def _is_alone(text: str, span: _Span) -> bool:
    """True if no digit or Latin letter touches it."""
    beside = text[span[0] - 1 : span[0]] + text[span[1] : span[1] + 1]
    return not any(char.isdecimal() or (char.isascii() and char.isalpha()) for char in beside)
