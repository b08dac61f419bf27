"""Says whether a text is a whole document or file: a JSON object or array, also in base64, or a file in base64.

Many systems keep a JSON object in a member. A file (a label, a picture) may show personal data and cannot be read.
"""

import base64
import binascii
import re
from typing import Any, Final

import msgspec

from masking_service.masking.errors import InvalidRecord
from masking_service.masking.json_numbers import Fraction

_SPACE: Final = " \t\r\n"
_decode: Final = msgspec.json.Decoder(float_hook=Fraction).decode


def may_be_document(text: str) -> bool:
    """Whether the text begins and ends as an object or array does."""
    ends = text.strip(_SPACE)
    return ends[:1] + ends[-1:] in ("{}", "[]")


def document_in(text: str) -> Any:
    """Return the object or array that is the whole text; None for every other text.

    Raises:
        InvalidRecord: ``too-deep``. How deep Python can read depends on its version; a record may be less deep in all.
    """
    if not may_be_document(text):
        return None
    try:
        return _decode(text)
    except (msgspec.MsgspecError, UnicodeError):
        return None
    except RecursionError:
        raise InvalidRecord((("", "too-deep"),)) from None


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
    return (
        "}" in lines
        or "]" in lines
        or (len(lines) >= _SHORTEST_JSON and any(begin in lines for begin in (*_BEGINS, *_JSON_BEGINS)))
    )
