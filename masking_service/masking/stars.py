"""Counts what a reader sees as one character. Each gets one star and is never cut in two.

Sequences of code points that are read as one character (a letter with its accents, an emoji family, a syllable of an
Indic script) are Unicode's extended grapheme clusters (UAX #29), found by the `regex` package. Text in which every code
point is one character, as in nearly all Chinese and ASCII text, takes a quick way.
"""

import re
from collections.abc import Callable
from typing import Final

import regex

STAR: Final = "*"

_ONE_EACH: Final = re.compile(r"[ -~\u3001-\u3029\u4e00-\u9fff\uff01-\uff5e]*").fullmatch
"""Matches text with one code point a character: printable ASCII, Chinese punctuation, ideographs, full-width forms."""

_CLUSTERS: Final = regex.compile(r"\X").findall

_UNSEEN: Final = regex.compile(r"[\p{Cf}\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]+")


def graphemes(value: str) -> list[str]:
    """The user-perceived characters of the value, in order.

    What is not seen at all (U+200B, U+202E) is left out.

    >>> graphemes("e\\u0301\\u200ba")
    ['e\\u0301', 'a']
    """
    if _ONE_EACH(value):
        return list(value)
    clusters: list[str] = _CLUSTERS(value)
    return [cluster for cluster in clusters if cluster.isspace() or not _UNSEEN.fullmatch(cluster)]


def stars(value: str) -> str:
    """Return a star for each character of the value.

    A value of invisible characters only becomes one star: it must not look like an empty field.
    """
    if _ONE_EACH(value):
        return STAR * len(value)
    return STAR * (len(graphemes(value)) or 1)


def steady(mask: Callable[[str], str], value: str, passes: int) -> str:
    """Mask a value until another pass would change nothing.

    A value that is still changed after so many passes is hidden whole.
    """
    for _ in range(passes):
        masked = mask(value)
        if masked == value:
            return value
        value = masked
    return stars(value)
