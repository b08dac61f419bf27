"""Reads a JSON object or array that is the whole of a text, as many systems keep one in a member."""

from __future__ import annotations

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


def lines_may_be_documents(lines: str) -> bool:
    """False only if `may_be_document` is false for each line of the text."""
    return "}" in lines or "]" in lines


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
