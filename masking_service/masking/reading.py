"""Reads a text as a person does: digits of every script and full-width forms as ASCII, without invisible characters.

A reading is for finding things. What is returned is always cut from the text as it was written.
"""

import re
from html import unescape
from itertools import filterfalse
from typing import Final
from unicodedata import category, digit

_HYPHENS: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\u02d7\u2043\ufe58\ufe63\u30fc"
_SPACES: Final = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u00a0\u1680\u2028\u2029\u202f\u205f\u2800\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_STARS: Final = "＊∗✱✲⁎﹡●•○◯■□█▇×✕✖"
_DOTS: Final = "·・‧∙⋅･․"

_SCRIPTS_END: Final = 0x20000
"""The code point above all digits of Unicode 15. The rare ideographs begin there."""

_ENCLOSING: Final = (*range(0x0300, 0x0370), *range(0x20D0, 0x2100), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
"""Accents, key caps and strike-throughs laid over a digit, and variation selectors."""

_FILLERS: Final = (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0)

UNSEEN: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
)
"""Part of a regular expression: the inside of a class of characters that are not seen."""
NOT_SEEN: Final = rf"\x00-\x08\x0e-\x1b\x7f\ufe00-\ufe0f\U000e0000-\U000e01ef{UNSEEN}"
"""The same with control characters, tags and variation selectors."""
_INSIDE: Final = r"[0-9A-Za-z*\u00c0-\u024f\u1e00-\u1eff\u3400-\u9fff\U00020000-\U0003ffff]"
_holds_unseen: Final = re.compile(f"[{NOT_SEEN}]").search
_UNSEEN_INSIDE: Final = re.compile(rf"(?<={_INSIDE})(?:(?![\u2028\u2029])[{NOT_SEEN}])+(?={_INSIDE})")
"""Matches what is not seen inside a word; line ends are seen. Other scripts need their joiners."""

_WRITTEN_DIGITS: Final = [*filter(str.isdigit, map(chr, range(_SCRIPTS_END)))]


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    table.update({ord(char): str(digit(char)) for char in _WRITTEN_DIGITS if not char.isascii()})
    unprintable = filterfalse(str.isprintable, map(chr, range(_SCRIPTS_END)))
    table.update({ord(char): None for char in unprintable if category(char) == "Cf"})
    table.update(dict.fromkeys([*range(0x20), 0x7F, *_ENCLOSING, *_FILLERS, *range(0xE0000, 0xE0080)]))
    for chars, plain in ((_HYPHENS, "-"), (_SPACES, " "), (_STARS, "*"), (_DOTS, "."), ("、", ","), ("﹢", "+")):
        table.update({ord(char): plain for char in chars})
    return table


_TABLE: Final = _table()

DIGIT: Final = r"\d" + "".join(
    chr(code) for code, plain in sorted(_TABLE.items()) if plain and plain.isdigit() and not chr(code).isdecimal()
)
"""Part of a regular expression: the inside of a class of every digit, circled and raised ones included."""

DIGITS_BEGIN: Final = bytes(sorted({char.encode()[0] for char in _WRITTEN_DIGITS}))
"""The first bytes in UTF-8 of the digits of DIGIT."""

_FOREIGN: Final = re.compile(r"[^ -~\u4e00-\u9fff，。！？：；]")
_BULLET: Final = re.compile(r"(?<=\d{3})•(?=\d{3})")
"""Matches one bullet between groups of digits, which is a dot. Anywhere else a bullet hides something."""

_ESCAPE: Final = re.compile(
    r"%[0-9A-Fa-f]{2}|&(?:\#(?:[0-9]{1,6}|[xX][0-9A-Fa-f]{1,5})|nbsp|ensp|emsp|amp|quot|lt|gt|commat|plus);"
    r"|\\u[0-9A-Fa-f]{4}|\\[nrt]"
)
"""Matches one character as it is escaped in addresses of pages, in HTML and in JSON."""
_ASCII_ENDS: Final = 0x80
_NO_ASCII: Final = "\ufffd"
"""Takes the place of a byte that is part of a character."""

_COMMON: Final = str.maketrans("，：；！？", ",:;!?")


def without_unseen(text: str) -> str:
    """Return a text without characters that are not seen between Han, Latin letters, ASCII digits and stars.

    >>> without_unseen("张\u200b三") == "张三"
    True
    """
    return _UNSEEN_INSIDE.sub("", text) if _holds_unseen(text) else text


class Reading:
    """A text as it is read.

    Attributes:
        text: what is read.
        source: what was written.
    """

    __slots__ = ("_places", "source", "text")

    def __init__(self, source: str) -> None:
        self.source = source
        self._places: list[int] | None = None
        if ("%" in source or "&" in source or "\\" in source) and _ESCAPE.search(source):
            self._unescape(source)
        elif source.isascii() and source.isprintable():
            self.text = source
        elif _FOREIGN.search(source) is None:
            self.text = source.translate(_COMMON)
        else:
            self.text = (_BULLET.sub(".", source) if "•" in source else source).translate(_TABLE)
            if len(self.text) != len(source):
                self._places = [at for at, char in enumerate(source) if _TABLE.get(ord(char), "") is not None]
                self._places.append(len(source))

    def _unescape(self, source: str) -> None:
        """Read each escape as the character that it means."""
        chars: list[str] = []
        places: list[int] = []
        done = 0
        for escape in _ESCAPE.finditer(source):
            chars += source[done : escape.start()]
            chars.append(_meant(escape[0]))
            places += range(done, escape.start() + 1)
            done = escape.end()
        chars += source[done:]
        places += range(done, len(source) + 1)
        text = _BULLET.sub(".", "".join(chars))
        self.text = text.translate(_TABLE)
        if len(self.text) != len(text):
            places = [at for at, char in zip(places, text, strict=False) if _TABLE.get(ord(char), "") is not None]
            places.append(len(source))
        self._places = places

    def written(self, start: int, end: int) -> str:
        """Return what was written where `text[start:end]` is read."""
        if self._places is None:
            return self.source[start:end]
        if start == end:
            return ""
        # An invisible character belongs to what is before it; at the very beginning to what follows.
        return self.source[self._places[start] if start else 0 : self._places[end]]


def _meant(escape: str) -> str:
    """Return the character that an escape means."""
    if escape[0] == "%":
        code = int(escape[1:], 16)
        return chr(code) if code < _ASCII_ENDS else _NO_ASCII
    if escape[0] == "&":
        meant = unescape(escape)
        return meant if len(meant) == 1 else _NO_ASCII
    return " " if len(escape) == len(r"\n") else chr(int(escape[2:], 16))
