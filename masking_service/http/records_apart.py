"""Reads a batch again that cannot be read at once, so that a bad record or item does not fail its neighbours.

What is JSON but no value that the service can hold is that record's fault: half of a surrogate pair, and an integer of
thousands of digits. What is not JSON, or not UTF-8, fails the whole call.
"""

import json
from typing import Any, Final, NoReturn, TypeVar

import msgspec

from masking_service.masking.errors import InvalidRecord
from masking_service.masking.json_numbers import Fraction, encode

Shape = TypeVar("Shape", bound=msgspec.Struct)

BATCHES: Final = ("records", "items", "waybills")
"""The members of requests that hold a batch."""
_MAX_DIGITS: Final = 4_300
"""Python reads and writes no longer integer."""


class _LargeInteger:
    """An integer that was too long to be read."""

    __slots__ = ()


_LARGE_INTEGER: Final = _LargeInteger()


def read_apart(shape: type[Shape], data: bytes) -> Shape:
    """Read a request whose records, items or waybills are read one by one.

    Args:
        shape: of the request.
        data: the body.

    Returns:
        The request. What cannot be held of them is replaced by an `InvalidRecord`, ``too-large`` or
        ``invalid-text``.

    Raises:
        ValueError: it is not JSON in UTF-8.
        RecursionError: it is nested too deeply to be read.
        msgspec.ValidationError: it has not the shape.
    """
    read = json.loads(data.decode(), parse_int=_integer, parse_float=Fraction, parse_constant=_refuse)
    if isinstance(read, dict):
        batches = {name: read[name] for name in BATCHES if isinstance(read.get(name), list)}
        read |= {name: [_sound(one) for one in batch] for name, batch in batches.items()}
        request = msgspec.convert(read, shape)
        encode(read | dict.fromkeys(batches))  # half of a surrogate pair in another member fails the call
        return request
    return msgspec.convert(read, shape)


def _integer(digits: str) -> int | _LargeInteger:
    return int(digits) if len(digits.lstrip("-")) <= _MAX_DIGITS else _LARGE_INTEGER


def _refuse(_constant: str) -> NoReturn:
    raise ValueError("JSON has no NaN and no Infinity")


def _sound(one: Any) -> Any:
    """The record or item, or what is wrong with it."""
    try:
        encode(one)
    except TypeError:
        return InvalidRecord((("", "too-large"),))
    except UnicodeEncodeError:
        return InvalidRecord((("", "invalid-text"),))
    return one
