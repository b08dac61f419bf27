"""Masks names of people and organisations: the family name is shown, and at least one character is hidden.

Where it is not clear what the first character belongs to (a bracket, a digit or an emoji is before it), nothing is
shown.
"""

import re
from typing import Final
from unicodedata import category

from masking_service.masking.numbers.numbers_in_text import scrub
from masking_service.masking.reading import DIGIT
from masking_service.masking.stars import graphemes, stars
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES, LATIN_TITLE
from masking_service.masking.words.legal_forms import DOTTED_FORMS, HAN_FORMS, LATIN_FORMS

_HAN: Final = r"[\u3400-\u4dbf\u4e00-\u9fff]"
TITLES_OF_NAMES: Final = ("先生", "女士", "小姐", "太太", "老师", "师傅", "老師", "師傅", "经理", "阿姨")
"""Titles behind a name in its field. The name is also looked for without them."""
_SHORT_HAN: Final = re.compile(rf"{_HAN}{{2,4}}").fullmatch
_SHORT_MASK: Final = re.compile(r"[\u4e00-\u9fff]\*{1,3}").fullmatch
_FORM_ENDS: Final = frozenset(form[-1] for form in HAN_FORMS)
_SHORT_LINES: Final = re.compile(
    rf"^(?:(?![{''.join({name[0] for name in DOUBLE_FAMILY_NAMES})}])({_HAN}{{2,4}})"
    rf"(?<![{''.join(_FORM_ENDS)}])(?<!{'|'.join(TITLES_OF_NAMES)})$|.*$)",
    re.M,
).findall
_STARS: Final = ("", "", "*", "**", "***")
"""The stars of a short name, by its length."""

_DOTS: Final = "·．.。•-・‧∙⋅･｡–—‐‑－﹣"
"""Characters that separate the parts of a name, including the wrong dots that people use."""

_SEPARATOR: Final = re.compile(rf"\r\n|[\s{re.escape(_DOTS)}\ue000]")
_PARTED: Final = re.compile(rf"[{re.escape(_DOTS)}]").search
_HAS_PHONE_DIGITS: Final = re.compile(rf"(?:[{DIGIT}]\W{{0,6}}){{5}}|\*{{6}}\d").search

_MAX_LENGTH: Final = 256
"""Characters of the longest name that is read; a longer one is hidden whole."""

_PASSES: Final = 8

_LEADING: Final = 2
"""How many characters of an organisation are shown before its legal form."""

_HIDDEN_WITH_LAST: Final = 2
"""The number of characters behind the family name from which on the last one may be shown."""

_PERSON: Final = 4
"""Characters of the longest name of a person in a script without capitals."""

_PUNCTUATION: Final = frozenset(("Po", "Ps", "Pe", "Pi", "Pf", "Pd", "Zs"))

_HAN_FORM: Final = re.compile(rf"(?:{'|'.join(sorted(HAN_FORMS, key=len, reverse=True))})$")
_LATIN_FORM: Final = re.compile(
    r"(?<![\s,.])(?:[,.]{0,2}\s+|\.)(?:co\.|"
    + "|".join(re.escape(form).replace(r"\ ", r"[\s.,]+") for form in sorted(LATIN_FORMS, key=len, reverse=True))
    + r")\.?$",
    re.I,
)
_DOTTED_FORM: Final = re.compile(r"(?<![\s,.]),?\s+(?:[A-Za-z]\.){2,4}[A-Za-z]?\.?$")


def mask_name(value: str, hide: str, keep: int = 4) -> str:
    """Mask the name of a person or an organisation.

    Args:
        value: the field as it came in.
        hide: ``given`` (the family name shows, of organisations two characters and the legal form), ``middle`` (of a
            person's name in one word and a script without capitals the last character shows, too) or ``all``.
        keep: how many digits of a phone in the field show, 0 to 4.

    Returns:
        The mask, a star for each hidden character; masking it again changes nothing.
    """
    if hide not in ("given", "middle") or len(value) > _MAX_LENGTH:
        return value if not value or value.isspace() else stars(value)
    masked = _mask_given(value, keep)
    return masked if hide == "given" else _with_last(value, masked)


def _mask_given(value: str, keep: int) -> str:
    short = mask_short_name(value)
    if short is not None:
        return short
    if not value or value.isspace():
        return value
    if _HAS_PHONE_DIGITS(value):
        return _with_phones(value, keep)
    return _mask_name(value)


def mask_short_name(value: str) -> str | None:
    """Return the mask of a name of two to four Han, of which one shows; None for every other name."""
    titled = value[-2:] in TITLES_OF_NAMES
    if (
        _SHORT_HAN(value)
        and value[-1] not in _FORM_ENDS
        and not titled
        and (value[:2] not in DOUBLE_FAMILY_NAMES or len(value) == 2)
    ):
        return value[0] + "*" * (len(value) - 1)
    return None


def is_short_mask(value: str) -> bool:
    """Whether a value is the mask of such a name: 张**. It stays as it is."""
    return _SHORT_MASK(value) is not None


def mask_short_names(lines: str) -> list[str]:
    """Return the masks of names, one a line; an empty one for each that may not be short."""
    return [name[:1] + _STARS[len(name)] for name in _SHORT_LINES(lines)]


def _with_last(value: str, masked: str) -> str:
    """Show the last character of a name, too, if two or more are hidden behind its family name.

    Then at least one is hidden in both masks together: 欧阳娜 shows 欧阳* in both.
    """
    characters = graphemes(value)
    last = characters[-1] if characters else ""
    if not _is_letter(last) or not all(map(_is_letter_or_star, characters)):
        return masked
    shown = masked.rstrip("*")
    hidden = len(characters) - len(graphemes(shown))
    if not shown or hidden < _HIDDEN_WITH_LAST or masked != shown + "*" * hidden or last.swapcase() != last:
        return masked
    return characters[0] + "*" * (len(characters) - 2) + last


def _is_letter_or_star(grapheme: str) -> bool:
    return grapheme == "*" or _is_letter(grapheme)


def _mask_name(value: str) -> str:
    """Mask a name that holds no number."""
    if (title := LATIN_TITLE(value)) is not None:
        return title[0] + _mask_name(value[title.end() :])
    characters = graphemes(value)
    first = next((char for char in characters if not char.isspace()), "")
    if not _is_letter(first):
        return _starred(characters, 0)
    form = _form_length(value, characters)
    if form is not None:
        return _organisation(characters, form)
    start = characters.index(first)
    shown = start + 1
    pair = "".join(characters[start : start + 2])
    if pair in DOUBLE_FAMILY_NAMES and not _PARTED(value) and _hides_any(characters[start + 2 :]):
        shown = start + 2
    if not _hides_any(characters[shown:]):
        shown = start
    return _starred(characters, shown)


def _starred(characters: list[str], shown: int, ending: int = 0) -> str:
    """Return the characters with stars between the first and the last ones.

    `shown` and `ending` say how many of these are shown. Separators stay.
    """
    stop = len(characters) - ending
    hidden = [char if _SEPARATOR.fullmatch(char) else "*" for char in characters[shown:stop]]
    return "".join([*characters[:shown], *hidden, *characters[stop:]])


def _hides_any(characters: list[str]) -> bool:
    """Return whether any of them is part of a name; separators and punctuation are not."""
    return any(not _SEPARATOR.fullmatch(char) and not _is_punctuation(char) for char in characters)


def _is_punctuation(grapheme: str) -> bool:
    return grapheme not in "*#" and category(grapheme[0]) in _PUNCTUATION


def _is_letter(grapheme: str) -> bool:
    return bool(grapheme) and category(grapheme[0])[0] == "L"


def _form_length(value: str, characters: list[str]) -> int | None:
    """Return how many characters at the end are the legal form; None if this is no organisation."""
    trimmed = value.rstrip()
    match = _HAN_FORM.search(trimmed[-16:]) or _LATIN_FORM.search(trimmed[-48:]) or _dotted(trimmed[-16:])
    if match is None:
        return None
    trailing = next((at for at, char in enumerate(reversed(characters)) if not char.isspace()), 0)
    length = len(graphemes(match[0].lstrip(" ,.\t"))) + trailing
    before = sum(not _SEPARATOR.fullmatch(char) for char in characters[: len(characters) - length])
    return length if before >= _LEADING else None


def _dotted(ending: str) -> re.Match[str] | None:
    match = _DOTTED_FORM.search(ending)
    return match if match and match[0].strip(" ,").replace(".", "").lower() in DOTTED_FORMS else None


def _organisation(characters: list[str], ending: int) -> str:
    """Mask an organisation's name.

    The leading two characters and the legal form show; between them at least one character is hidden.
    """
    stop = len(characters) - ending
    letters = [at for at, char in enumerate(characters[:stop]) if not _SEPARATOR.fullmatch(char)]
    shown = letters[min(_LEADING, len(letters) - 1) - 1] + 1
    part = characters[letters[0] : _part_end(characters, letters[0])]
    if letters[0] + len(part) < stop:
        shown = letters[0] + min(_LEADING, _shown_of_first(part))
        if shown == letters[0]:
            return _starred(characters, 0)
    return _starred(characters, shown, ending)


def _part_end(characters: list[str], start: int) -> int:
    """Return where the first part ends: at a separator or punctuation."""
    at = start
    while at < len(characters) and not _SEPARATOR.fullmatch(characters[at]) and not _is_punctuation(characters[at]):
        at += 1
    return at


def _shown_of_first(part: list[str]) -> int:
    """Return how much of the first part of an organisation is shown. It may be a person, who is never shown whole."""
    has_capitals = part[0].swapcase() != part[0]
    if has_capitals:  # an initial is no name
        return max(1, len(part) - 1)
    if len(part) > _PERSON:
        return _LEADING
    return min(len(part) - 1, 2 if "".join(part[:2]) in DOUBLE_FAMILY_NAMES else 1)


_PHONE_MASK: Final = re.compile(
    r"(?:\+?\(?\d[\d-]{0,6}\)?[ -]?)?(?<!\*)\*{6,}+\d{1,4}(?!\d)(?:(?:[-,#x转轉]|分机|ext\.? ?)\*{1,8})?"
)
_MASK: Final = "\ue000"
"""Replaces the mask of a phone while the name around it is masked. No name has this private character."""


def _with_phones(value: str, keep: int) -> str:
    """Mask a name field that holds phones.

    Phones are hidden like phones, the name around them by its rule, as if it were alone.
    """
    for _ in range(_PASSES):
        scrubbed = scrub(value.replace(_MASK, "*"), keep)
        masks = [match[0] for match in _PHONE_MASK.finditer(scrubbed)]
        # In a value that was masked before, the stars of name and phone are side by side.
        joined = scrubbed == value
        masked = _mask_name(_PHONE_MASK.sub("*" + _MASK if joined else _MASK, scrubbed))
        for mask in masks:
            masked = masked.replace("*" + _MASK if joined else _MASK, mask, 1)
        if masked == value:
            return value
        value = masked
    return stars(value)
