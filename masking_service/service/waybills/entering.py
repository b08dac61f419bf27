"""Masks the records of a batch and prepares them for storing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from masking_service.masking.effort import A_STORED_RECORD, Effort
from masking_service.masking.errors import TOO_LARGE, InvalidRecord
from masking_service.masking.kinds.table import TOKEN_KINDS
from masking_service.masking.recipients import is_recipients
from masking_service.masking.record import CountryMasker, Masked
from masking_service.masking.schema import Place, Schema, pointer
from masking_service.masking.unmapped import UNMAPPED_MASKED
from masking_service.masking.walk import NOTHING_MAPPED
from masking_service.masking.waybill import normalised
from masking_service.service.waybills import records
from masking_service.store.computing import give_way

MAX_STORED: Final = 25_000
"""Values that a batch stores: 1,000 records of 25, where the schemas for labels map up to 15."""


class Form:
    """What records with values at the same places share.

    Nearly all records of a batch do, so it is made once for them.

    Attributes:
        places: the places of the stored values.
        frame: the argument of `records.body_of`.
        ordinals, pointers: of the values that get tokens.
        phones: ordinals of the recipients' phones.
    """

    __slots__ = ("frame", "ordinals", "phones", "places", "pointers")

    def __init__(self, schema: str, places: tuple[Place, ...]) -> None:
        self.places = places
        self.frame = records.frame_of(schema, places)
        self.ordinals = bytes(ordinal for ordinal, place in enumerate(places) if place.kind in TOKEN_KINDS)
        self.pointers = [places[ordinal].pointer for ordinal in self.ordinals]
        self.phones = [ordinal for ordinal, place in enumerate(places) if is_recipients(place)]


class Entering:
    """What is about to be stored of a record.

    Attributes:
        number: its waybill number, normalised.
        body: what is stored of it.
        ordinals, pointers: of the stored fields that get tokens; empty ones get none.
    """

    __slots__ = ("_phones", "_values", "body", "number", "ordinals", "pointers")

    def __init__(self, number: str, form: Form, values: Sequence[Any]) -> None:
        self.number = number
        self.body = records.body_of(form.frame, values)
        self.ordinals, self.pointers = form.ordinals, form.pointers
        self._values, self._phones = values, form.phones
        if not all(values):
            self.ordinals = bytes(ordinal for ordinal in form.ordinals if values[ordinal] not in (None, ""))
            self.pointers = [form.places[ordinal].pointer for ordinal in self.ordinals]

    def tokens_in(self, stored: records.Record) -> tuple[bytes, list[str]]:
        """Return the ordinals and pointers of the values that get tokens in a stored record with the same values.

        A value that was stored as a kind without tokens cannot be opened, so it gets none afterwards.
        """
        if stored.body == self.body:
            return self.ordinals, self.pointers
        kinds = [place.kind for place, _ in stored.content()[1]]
        named = [(at, name) for at, name in zip(self.ordinals, self.pointers, strict=True) if kinds[at] in TOKEN_KINDS]
        return bytes(at for at, _ in named), [name for _, name in named]

    def phones(self) -> list[Any]:
        """Return the values of the recipients' phones."""
        return [self._values[ordinal] for ordinal in self._phones]


class EnteringMasked(Entering):
    """A masked record that is about to be stored.

    Attributes:
        at: its index in the batch.
        masked: what masking found in it.
    """

    __slots__ = ("at", "masked")

    def __init__(self, at: int, masked: Masked, number: str, form: Form, values: Sequence[Any]) -> None:
        super().__init__(number, form, values)
        self.at = at
        self.masked = masked


def entering_of(number: str, body: bytes) -> Entering:
    """Return what is about to be stored again, from its body.

    Raises:
        ValueError: it is no body.
    """
    try:
        schema, fields = records.Record(bytes(records.SALT_BYTES), 0, 0, body).content()
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        raise ValueError("not the body of a record") from None
    return Entering(number, Form(schema, tuple(place for place, _ in fields)), [value for _, value in fields])


def enter(schema: Schema, masker: CountryMasker, batch: Sequence[Any]) -> Iterator[EnteringMasked | InvalidRecord]:
    """Mask records in place; yield each one ready to be stored, or its faults."""
    form: Form | None = None
    left = MAX_STORED
    for at, masked in enumerate(masker.mask_batch(batch, Effort(a_record=A_STORED_RECORD, pause=give_way))):
        if isinstance(masked, InvalidRecord):
            yield masked
            continue
        places, values = masked.kept()
        number = normalised(schema.waybill_no(batch[at]))
        if not any(map(_is_something, values)) or _is_slip(masked, places):
            yield InvalidRecord((("", NOTHING_MAPPED),))
        elif number is None:
            yield InvalidRecord(((pointer(schema.waybill_paths[0]), "invalid-waybill-no"),))
        elif len(places) > min(records.MAX_FIELDS, left):
            yield InvalidRecord((("", TOO_LARGE),))
        else:
            left -= len(places)
            if form is None or places != form.places:
                form = Form(schema.name, places)
            yield EnteringMasked(at, masked, number, form, values)


def _is_slip(masked: Masked, places: Sequence[Place]) -> bool:
    """Return whether no party is mapped although the guard found one: the schema or a name is wrong."""
    if not masked.warnings:  # as of most records
        return False
    return any(code == UNMAPPED_MASKED for _, code in masked.warnings) and not any(
        place.kind in TOKEN_KINDS for place in places
    )


def _is_something(value: Any) -> bool:
    return value is not None and not (type(value) is str and (not value or value.isspace()))


def put_tokens(record: Any, places: Iterable[Place], tokens: Mapping[str, str]) -> None:
    """Replace the masks in a record by tokens."""
    for place in places:
        if place.pointer in tokens:
            place.parent(record)[place.keys[-1]] = tokens[place.pointer]
