"""Han in a text that is escaped: percent-encoded, or as JSON and HTML escape characters."""

from __future__ import annotations

import html
import re
from typing import Final
from urllib.parse import unquote

from masking_service.masking.stars import stars

_HAN: Final = (
    r"(?:%[Ee][4-9](?:%[89ABab][0-9A-Fa-f]){2}|\\u[4-9][0-9A-Fa-f]{3}|&#(?:[xX][4-9][0-9A-Fa-f]{3}|[1-4][0-9]{4});)"
)
_escaped: Final = re.compile(f"{_HAN}+")
_word: Final = re.compile(rf"(?:[0-9A-Za-z.*~_-]{{0,40}}{_HAN})+[0-9A-Za-z.*~_-]{{0,40}}")
"""Escapes, and the letters and digits that touch them: 12%E5%8F%B7501."""
_json: Final = re.compile(r"\\u([0-9A-Fa-f]{4})")

holds_escaped_han: Final = re.compile(r"%[Ee][4-9]%|\\u[4-9]|&#[xX1-4]").search
"""Finds what begins Han that is escaped; errs towards finding."""


def unescaped(text: str) -> str:
    """A text with such characters in place of their escapes.

    >>> unescaped("name=%E5%BC%A0%E4%BC%9F")
    'name=张伟'
    """
    return _escaped.sub(lambda run: _read(run[0]), text)


def hide_escaped(text: str, shown: str) -> str:
    """Hide words with escapes that do not show, one star a character.

    Args:
        text: any text.
        shown: what shows of it without escapes (`unescaped`).
    """
    return _word.sub(lambda word: word[0] if (read := unescaped(word[0])) in shown else stars(read), text)


def _read(run: str) -> str:
    match run[0]:
        case "%":
            return unquote(run)
        case "&":
            return html.unescape(run)
    return _json.sub(lambda one: chr(int(one[1], 16)), run)
