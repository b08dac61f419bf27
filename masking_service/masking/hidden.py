"""Recognises values that were sent hidden: masks of this service and of platforms, ciphertext, and our tokens.

When in doubt a value is taken for real: it is masked and kept, and nothing is lost.
"""

import re
from collections.abc import Callable
from typing import Final

from masking_service.masking.kinds.address import is_address_mask
from masking_service.masking.kinds.name import is_short_mask
from masking_service.masking.kinds.phone import MAX_LENGTH, is_mobile_mask
from masking_service.masking.kinds.table import TABLE
from masking_service.masking.numbers.masked_numbers import read_phones
from masking_service.masking.numbers.numbers_in_text import scrub
from masking_service.masking.reading import Reading
from masking_service.masking.stars import graphemes
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES, LATIN_TITLE

ALREADY_MASKED: Final = "already-masked"
"""The warning for a value that was sent hidden."""

_NOTHING_HIDDEN: Final = re.compile(r"[^*＊∗✱✲⁎﹡●•○◯■□█▇×✕✖#~$^_\-wxX]*").fullmatch
"""Matches values without a sign that hides something. It is tried first: it costs a quarter of what is below."""
_MAY_BE: Final = re.compile(r"[*＊∗✱✲⁎﹡●•○◯■□█▇×✕✖#~$^_]|--|wbt|[xX]{2}").search

_TOKEN: Final = re.compile(r"wbt[A-Za-z0-9_-]{24}").fullmatch
"""Matches a token: ``wbt``, a character for the version, one for the key, and 22 of a block in base64url."""

_PAYLOAD: Final = r"[A-Za-z0-9+/=_\-]+"
_CIPHERTEXT: Final = re.compile(
    rf"\$[^$\s]{{1,64}}\${_PAYLOAD}(?:\${_PAYLOAD})?\$\d+\$\$?"
    rf"|\#{_PAYLOAD}(?:\#{_PAYLOAD})*\#\d+\#\#"
    rf"|~(?=[^~]*(?:[0-9+/=_\-]|[a-z][A-Z]|[A-Z]{{2}}[a-z]))[A-Za-z0-9+/=_\-]{{8,}}~(?:{_PAYLOAD}~)*(?:\d+~{{1,2}})?"
).fullmatch
"""Matches what the platforms' order APIs put in place of a value. The inner part is base64."""
_NUMBER_INSIDE: Final = re.compile(r"[0-9]{7}").search
_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]").search

_NAME_MASK: Final = re.compile(r"\*|\^_\^|[xX]{2}$|[_#~-]{2}$").search
_DOT: Final = "\ue000"
"""Replaces ``•``, a dot between parts and a star, while a name is read. No name has this private character."""
_BETWEEN_PARTS: Final = re.compile(rf"(?<=[^\s\d*{_DOT}])(\s?){_DOT}(?=\s?[^\W\d_])").sub
_NAME_WITH_A_STAR: Final = 2
"""Letters before a star from which on it is a star beside a real name. Behind one letter, it is a mask."""

_REAL_UNIT: Final = 2


def hidden_form(kind: str, value: str) -> str | None:
    """In what form a value came in hidden.

    Args:
        kind: one of KINDS; only values of those that get tokens are told to be masks.
        value: the value, not empty.

    Returns:
        ``"opaque"`` for the ciphertext of a platform and for our own tokens, which pass as they are; ``"mask"`` for a
        value of which a part was hidden before, which the masks of this service tighten; None for a real value, also
        one with a star beside it.
    """
    if _NOTHING_HIDDEN(value) or _MAY_BE(value) is None:
        return None
    if _TOKEN(value) or _is_ciphertext(value):
        return "opaque"
    is_mask = _IS_MASK.get(kind)
    return "mask" if is_mask is not None and is_mask(value) else None


def _is_ciphertext(value: str) -> bool:
    """Whether the value is ciphertext of a platform.

    Ciphertext holds no readable number and nothing Chinese: `~张三~` and `#13812345678#1##` are real values.
    """
    return _CIPHERTEXT(value) is not None and _NUMBER_INSIDE(value) is None and _HAN(value) is None


def _is_phone_mask(value: str) -> bool:
    if is_mobile_mask(value):
        return True
    if len(value) > MAX_LENGTH:
        return not value.strip("*")
    kinds = {piece.kind for piece in read_phones(value, 0) if piece.kind != "number" or piece.numbers}
    return "mask" in kinds and not kinds & {"number", "other"}


def _is_name_mask(value: str) -> bool:
    if is_short_mask(value):
        return True
    text = Reading(value.replace("•", _DOT)).text.strip()
    text = _BETWEEN_PARTS(r"\1.", text).replace(_DOT, "*")
    if _NAME_MASK(text) is None or scrub(value) is not value:
        return False
    if (title := LATIN_TITLE(text)) is not None:
        text = text[title.end() :]
    visible = text.rstrip("*")
    real = len(text) - len(visible) == 1 and "*" not in visible and _letters(visible) >= _NAME_WITH_A_STAR
    return not real or visible in DOUBLE_FAMILY_NAMES


def _letters(text: str) -> int:
    return len(graphemes("".join(filter(str.isalpha, text))))


def _is_unit_mask(value: str) -> bool:
    text = Reading(value).text
    visible = sum(char.isdecimal() or (char.isascii() and char.isalpha()) for char in text)
    return "*" in text and visible < _REAL_UNIT


_IS_MASK: Final[dict[str, Callable[[str], bool]]] = {
    "name": _is_name_mask,
    "phone": _is_phone_mask,
    "address": is_address_mask,
    "unit": _is_unit_mask,
    **{kind.name: kind.is_mask for kind in TABLE.values() if kind.is_mask is not None},
}
