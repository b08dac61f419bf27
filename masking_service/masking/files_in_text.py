"""Tells a file that a text is in base64: a label, a picture, a document. It may show anyone, and cannot be read."""

from __future__ import annotations

import re
from typing import Final

_SHORTEST: Final = 60
_BEGINS: Final = (
    "JVBERi",  # PDF
    "iVBORw",  # PNG
    "/9j/",  # JPEG
    "R0lGOD",  # GIF
    "UEsDB",  # ZIP, and what offices write
    "SUkqA",  # TIFF
    "TU0AK",
    "XlhB",  # ZPL: ^XA
    "PCFET0NUWVBF",  # <!DOCTYPE
    "PGh0bWw",  # <html
    "PD94bWwg",  # <?xml
)
_IS_FILE: Final = re.compile(
    rf"\s*+(?:data:[A-Za-z0-9/+.-]{{3,60}};base64,)?(?:{'|'.join(_BEGINS)})[A-Za-z0-9+/_\s-]*+={{0,2}}\s*+"
).fullmatch


def is_file(text: str) -> bool:
    """Whether the whole text is a file of a known kind in base64."""
    return len(text) >= _SHORTEST and _IS_FILE(text) is not None


def lines_may_be_files(lines: str) -> bool:
    """False if `is_file` is for each of the lines."""
    return len(lines) >= _SHORTEST and any(begin in lines for begin in _BEGINS)
