"""Names what is wrong with a request that does not have its shape, and reads the batch around it.

A bad record or item of a batch does not fail its neighbours. What is JSON but no value that the service can hold is
that record's fault: half of a surrogate pair, and an integer of thousands of digits. What is not JSON, or not UTF-8,
fails the whole call.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, NoReturn, TypeVar, get_args, get_origin

import msgspec

from masking_service.http.problems import Problem
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.json_numbers import Fraction, encode
from masking_service.masking.records.schema import pointer
from masking_service.service.call.items import is_shown, unknown_members
from masking_service.texts import Text

Shape = TypeVar("Shape", bound=msgspec.Struct)

BATCHES: Final = ("records", "items", "waybills")
"""The members of requests that hold a batch."""
_MAX_LEVELS: Final = 8
"""Levels of objects and arrays, from outside, that are searched for a value that cannot be held."""
_MAX_DIGITS: Final = 4_300
"""Python reads and writes no longer integer."""
_NO_UTF_8: Final = Text("The body has to be JSON in UTF-8 (RFC 8259); byte {byte} is not UTF-8.")
_NO_JSON: Final = Text("The body has to be JSON in UTF-8 (RFC 8259); it stops being JSON at byte {byte}.")


class _LargeInteger:
    """An integer that was too long to be read."""

    __slots__ = ()


_LARGE_INTEGER: Final = _LargeInteger()


def decode_apart(shape: type[Shape], data: bytes) -> Shape:
    """Decode a body whose records, items or waybills are read one by one.

    Of a batch, what cannot be held is replaced by an `InvalidRecord`, ``too-large`` or ``invalid-text``.

    Raises:
        Problem: ``invalid-json``, or ``invalid-request`` with the places that are wrong.
    """
    try:
        read = json.loads(data.decode(), parse_int=_integer, parse_float=Fraction, parse_constant=_refuse)
        batches = {name: read[name] for name in BATCHES if isinstance(read, dict) and isinstance(read.get(name), list)}
        if batches:
            read |= {name: [_sound(one) for one in batch] for name, batch in batches.items()}
            encode(read | dict.fromkeys(batches))  # half of a surrogate pair in another member fails the call
        else:
            encode(read)
    except (ValueError, TypeError, RecursionError) as error:
        raise Problem("invalid-json", detail=_place_of(error)) from None
    if isinstance(read, dict):
        members = {field.encode_name for field in msgspec.structs.fields(shape)}
        read = {name: value for name, value in read.items() if value is not None or name not in members}
    try:
        return msgspec.convert(read, shape)
    except msgspec.ValidationError:
        raise Problem("invalid-request", [*faults(shape, read)]) from None


def query_problem(shape: type[msgspec.Struct], members: Mapping[str, str | list[str]]) -> Problem:
    """Return the problem that names what is wrong with a query; a repeated parameter has a list."""
    errors = [(f"query:{_unescaped(place[1:])}", code) for place, code in faults(shape, members)]
    return Problem("invalid-request", errors)


def _place_of(error: Exception) -> Text | None:
    """Say at which byte a body is no UTF-8 or no JSON; None if that is not known. What is there is not said."""
    match error:
        case UnicodeDecodeError():
            return _NO_UTF_8.filled(byte=error.start + 1)
        case json.JSONDecodeError():
            return _NO_JSON.filled(byte=len(error.doc[: error.pos].encode()) + 1)
    return None


def faults(shape: Any, value: Any, above: str = "") -> Iterator[tuple[str, str]]:
    """Yield the places at which a value does not have a shape, each with its code."""
    if not isinstance(value, dict):
        yield above, "invalid-value"
        return
    fields = {field.encode_name: field for field in msgspec.structs.fields(shape)}
    if shape.__struct_config__.forbid_unknown_fields:
        yield from ((above + place, code) for place, code in unknown_members(value, fields))
    for name, field in fields.items():
        if name not in value:
            if field.required:
                yield f"{above}/{name}", "missing"
        elif not _fits(value[name], field.type):
            kinds = map(_bare, (field.type, *get_args(field.type)))
            inner = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
            if inner and isinstance(value[name], dict):
                yield from faults(inner[0], value[name], f"{above}/{name}")
            else:
                yield f"{above}/{name}", "invalid-value"


def _unescaped(name: str) -> str:
    """Return the name of a member as it was before a JSON Pointer was made of it."""
    return name.replace("~1", "/").replace("~0", "~")


def _fits(value: Any, kind: Any) -> bool:
    try:
        msgspec.convert(float(str(value)) if isinstance(value, Fraction) else value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _bare(kind: Any) -> Any:
    """A type without what is annotated of it."""
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _integer(digits: str) -> int | _LargeInteger:
    return int(digits) if len(digits.lstrip("-")) <= _MAX_DIGITS else _LARGE_INTEGER


def _refuse(_constant: str) -> NoReturn:
    raise ValueError("JSON has no NaN and no Infinity")


def _sound(one: Any) -> Any:
    """Return the record or item, or what is wrong with it."""
    try:
        encode(one)
    except TypeError:
        return InvalidRecord(((_unsound(one), "too-large"),))
    except UnicodeEncodeError:
        return InvalidRecord(((_unsound(one), "invalid-text"),))
    return one


def _unsound(value: Any, levels: int = _MAX_LEVELS) -> str:
    """Return the JSON Pointer of the first inner value that cannot be encoded; empty where there is none to name."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner if levels else ():
        try:
            encode(one)
        except (TypeError, UnicodeEncodeError):
            return pointer([name]) + _unsound(one, levels - 1) if is_shown(str(name)) else ""
    return ""
