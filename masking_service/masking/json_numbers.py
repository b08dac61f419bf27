"""Keeps JSON numbers as they were written: `1.10`, `1e2`."""

from typing import Any, Final

import msgspec


class Fraction:
    """A number with a fraction or exponent, as written. The service never calculates with it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "<Fraction>"


def _as_written(value: Any) -> msgspec.Raw:
    """The encoder's hook for a `Fraction`, and nothing else."""
    if not isinstance(value, Fraction):
        raise TypeError(f"{type(value).__name__} is no JSON value")
    return msgspec.Raw(str(value).encode())


encode_sorted: Final = msgspec.json.Encoder(enc_hook=_as_written, order="sorted").encode
"""The same with sorted members: equal values have equal bytes."""
encode: Final = msgspec.json.Encoder(enc_hook=_as_written).encode
"""JSON of plain values and of what a decoder with `float_hook=Fraction` made."""
