"""Records of a batch that were masked and are about to be stored."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from masking_service.access.rules import TOKEN_KINDS
from masking_service.domain.effort import A_STORED_RECORD, Effort
from masking_service.domain.errors import InvalidRecord
from masking_service.domain.record import Masked, Masker
from masking_service.domain.schema import Place, Schema, pointer
from masking_service.domain.walk import NOTHING_MAPPED
from masking_service.usecases.results import normalised
from masking_service.vault import records


class Form:
    """What records share that keep values at the same places, as nearly all of a batch do: made once for all of them.

    Attributes:
        places: where the kept values stand.
        frame: what `records.body_of` puts the values in.
        ordinals, pointers: of those that get tokens.
    """

    __slots__ = ("frame", "ordinals", "places", "pointers")

    def __init__(self, schema: str, places: tuple[Place, ...]) -> None:
        self.places = places
        self.frame = records.frame_of(schema, places)
        self.ordinals = bytes(ordinal for ordinal, place in enumerate(places) if place.kind in TOKEN_KINDS)
        self.pointers = [places[ordinal].pointer for ordinal in self.ordinals]


class Entering:
    """A masked record on its way into the vault.

    Attributes:
        at: its index in the batch.
        masked: what the pass over it found.
        number: its waybill number, normalised.
        body: what is kept of it.
        ordinals, pointers: of those kept fields that get tokens. What is empty gets none.
    """

    __slots__ = ("at", "body", "masked", "number", "ordinals", "pointers")

    def __init__(self, at: int, masked: Masked, number: str, form: Form, values: Sequence[Any]) -> None:
        self.at = at
        self.masked = masked
        self.number = number
        self.body = records.body_of(form.frame, values)
        self.ordinals, self.pointers = form.ordinals, form.pointers
        if not all(values):
            self.ordinals = bytes(ordinal for ordinal in form.ordinals if values[ordinal] not in (None, ""))
            self.pointers = [form.places[ordinal].pointer for ordinal in self.ordinals]


def enter(schema: Schema, masker: Masker, batch: Sequence[Any]) -> Iterator[Entering | InvalidRecord]:
    """Mask records in place and make them ready to be stored; or say, in their order, what is wrong with them."""
    form: Form | None = None
    for at, masked in enumerate(masker.mask_batch(batch, Effort(a_record=A_STORED_RECORD))):
        if isinstance(masked, InvalidRecord):
            yield masked
            continue
        places, values = masked.kept()
        number = normalised(schema.waybill_no(batch[at]))
        if not any(map(_is_something, values)):
            yield InvalidRecord((("", NOTHING_MAPPED),))
        elif number is None:
            yield InvalidRecord(((pointer(schema.waybill_paths[0]), "invalid-waybill-no"),))
        elif len(places) > records.MOST_FIELDS:
            yield InvalidRecord((("", "too-large"),))
        else:
            if form is None or places != form.places:
                form = Form(schema.name, places)
            yield Entering(at, masked, number, form, values)


def _is_something(value: Any) -> bool:
    return value is not None and not (type(value) is str and (not value or value.isspace()))


def show(record: Any, places: Iterable[Place], tokens: Mapping[str, str]) -> None:
    """Put each token where its value's mask stands."""
    for place in places:
        if place.pointer in tokens:
            place.parent(record)[place.keys[-1]] = tokens[place.pointer]
