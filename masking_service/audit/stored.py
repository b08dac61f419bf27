"""The form in which an entry is stored: shorter than its JSON, and turned into the same JSON again. Pure.

Links, signatures, exports and archives are about the JSON alone. An entry is
stored as a MessagePack map: names and frequent words by their place in a table,
hashes and ids as bytes. Entries of releases before this form are stored as JSON.
"""

from collections.abc import Sequence
from typing import Any, Final, NoReturn

import msgspec

NAMES: Final = tuple(
    (
        "action after approved_by asked at case count courier device facts field items kind once outcome place policy "
        "principal profile purpose request role seconds site subject takes_back tenant ticket times until value "
        "waybill network hashes"
    ).split()
)
"""Members by number, from 0. Names are added at the end and never moved: stored entries hold the numbers."""
WORDS: Final = tuple(
    ("released done not-found view detokenize custody-first custody-move courier phone /recipient/phone").split()
)
"""Values by number, from 0; added to as `NAMES` is."""
MIN_HEX: Final = 16
"""Characters of the shortest text that is stored as bytes; a byte string of one byte is a word."""

_number_of: Final = {name: number for number, name in enumerate(NAMES)}
_name_of: Final = dict(enumerate(NAMES))
_code_of: Final = {word: bytes([number]) for number, word in enumerate(WORDS)}
_word_of: Final = {code: word for word, code in _code_of.items()}
_decode_json: Final = msgspec.json.Decoder(dict[str, Any]).decode


def _refuse_extension(_: int, __: memoryview) -> NoReturn:
    raise msgspec.DecodeError("JSON has no extension types")


_decode_packed: Final = msgspec.msgpack.Decoder(dict[int | str, Any], ext_hook=_refuse_extension).decode
_encode_packed: Final = msgspec.msgpack.Encoder().encode


def pack(entry: bytes) -> bytes:
    """Return the stored form of an entry's canonical JSON."""
    return _encode_packed(_shorten_members(_decode_json(entry)))


def unpack(stored: bytes) -> dict[str, Any]:
    """Return the members of a stored entry, of this form or of JSON.

    Raises:
        msgspec.DecodeError, KeyError: it is not an entry.
    """
    if stored.startswith(b"{"):
        return _decode_json(stored)
    return _lengthen_members(_decode_packed(stored))


def fields_of(flat: Sequence[bytes]) -> dict[bytes, bytes]:
    """Return the fields of a stream's entry, as the store gives them."""
    return dict(zip(flat[0::2], flat[1::2], strict=True))


def _shorten_members(members: dict[str, Any]) -> dict[int | str, Any]:
    # Not one call for each value: these loops are much of what an entry costs.
    found: dict[int | str, Any] = {}
    for name, value in members.items():
        kind = type(value)
        if kind is str:
            value = _shorten_text(value)
        elif kind is list or kind is dict:
            value = _shorten(value)
        found[_number_of.get(name, name)] = value
    return found


def _shorten(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return _shorten_text(value)
    if kind is dict:
        return _shorten_members(value)
    if kind is list:
        return [_shorten(one) for one in value]
    return value


def _shorten_text(text: str) -> bytes | str:
    if len(text) < MIN_HEX or not text.isalnum():
        return _code_of.get(text, text)
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        return _code_of.get(text, text)
    return raw if raw.hex() == text else text


def _lengthen_members(members: dict[Any, Any]) -> dict[str, Any]:
    return {name if type(name) is str else _name_of[name]: _lengthen(value) for name, value in members.items()}


def _lengthen(value: Any) -> Any:
    kind = type(value)
    if kind is bytes:
        return value.hex() if len(value) > 1 else _word_of[value]
    if kind is dict:
        return _lengthen_members(value)
    if kind is list:
        return [_lengthen(one) for one in value]
    return value
