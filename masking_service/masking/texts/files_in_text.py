"""Says whether a text is a file in base64: a label, a picture, a document.

Such a file may show personal data and cannot be read. JSON in base64 can be read.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from masking_service.masking.texts.documents_in_text import lines_may_be_documents, may_be_document

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
_JSON_BEGINS: Final = tuple("eyI eyJ eyL eyAi ewog ewoJ ew0K W3si W3sK WyI WyJ WyL WwogI W3sgI".split())
"""Beginnings of a JSON object or array in base64."""
_SHORTEST_JSON: Final = 24
_OF_URLS: Final = str.maketrans("-_", "+/")
_IS_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]+={0,2}").fullmatch


def json_in_base64(text: str) -> str | None:
    """Return the JSON that the whole text is in base64, in either alphabet; None for every other text."""
    if len(text) < _SHORTEST_JSON or not text.startswith(_JSON_BEGINS) or not _IS_BASE64(text):
        return None
    bare = text.rstrip("=").translate(_OF_URLS)
    try:
        inner = base64.b64decode(bare + "=" * (-len(bare) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return inner if may_be_document(inner) else None


def is_file(text: str) -> bool:
    """Whether the whole text is a file of a known kind in base64."""
    return len(text) >= _SHORTEST and _IS_FILE(text) is not None


def is_read_alone(text: str) -> bool:
    """Whether a text is a file or may be a document, which are not read together with other texts."""
    return (
        may_be_document(text) or is_file(text) or (text.startswith(_JSON_BEGINS) and json_in_base64(text) is not None)
    )


def lines_may_be_read_alone(lines: str) -> bool:
    """False only if `is_read_alone` is false for each line of the text."""
    return lines_may_be_documents(lines) or (
        len(lines) >= _SHORTEST_JSON and any(begin in lines for begin in (*_BEGINS, *_JSON_BEGINS))
    )
