"""Masks batches of records, for an answer or for storing. It needs no store."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from msgspec import UNSET

from masking_service.computing import give_way
from masking_service.masking.effort import A_STORED_RECORD, Effort
from masking_service.masking.errors import TOO_LARGE, InvalidRecord
from masking_service.masking.kinds.table import TOKEN_KINDS
from masking_service.masking.records.fitting import fitting_schemas, personal_members
from masking_service.masking.records.noted import NOT_LISTED
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.recipients import is_recipients
from masking_service.masking.records.record import CountryMasker, Masked
from masking_service.masking.records.schema import Place, Schema, pointer
from masking_service.masking.records.unmapped import UNMAPPED_MASKED
from masking_service.masking.records.walk import NOTHING_MAPPED
from masking_service.masking.waybill import normalised
from masking_service.service.call.answers import Answer
from masking_service.service.call.call import Gate
from masking_service.service.call.errors import UnknownSchema
from masking_service.service.call.recorder import RequestContext
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Grant
from masking_service.service.vault import records
from masking_service.service.waybills import record_answers
from masking_service.texts import Text

MaskResult = record_answers.MaskedRecord | record_answers.InvalidRecord

NOTICE: Final = Text(
    "{unmapped} of {records} records have members that the schema does not map and that are personal, or none that it "
    "maps. Check the schema and the names of members."
)
"""What a batch says at its head where most of its records warn."""

MAX_READ: Final = 20
"""Records of a batch whose members' names are read for the answer: reading a thousand takes seconds."""

MAX_LISTED: Final = 1_000_000
"""Characters of all warnings and errors of an answer: about 15 for each of 1,000 records."""
_NO_VALUES: Final[tuple[Any, ...]] = (None, "", {}, [])
_FRAME: Final = 40
"""Characters around a pointer, its code among them."""
MAX_STORED: Final = 25_000
"""Values that a batch stores: 1,000 records of 25, where the schemas for labels map up to 15."""


class Maskers:
    """One masker for each schema and profile, compiled when it is first needed."""

    def __init__(self, schemas: Mapping[str, Schema], profiles: Mapping[str, Profile]) -> None:
        self.schemas = schemas.values()
        self._schemas = schemas
        self._profiles = profiles
        self._made: dict[tuple[str, str], CountryMasker] = {}

    def of(self, schema: str, grant: Grant) -> CountryMasker:
        """Return the masker of a schema and profile.

        Raises:
            UnknownSchema: there is no schema of that name.
        """
        profile = grant.profile or ""
        masker = self._made.get((schema, profile))
        if masker is None:
            if schema not in self._schemas:
                raise UnknownSchema
            masker = self._made[schema, profile] = CountryMasker(self._schemas[schema], self._profiles[profile])
        return masker


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """Masks batches of records, under one policy."""

    gate: Gate
    maskers: Maskers

    def __call__(
        self, context: RequestContext, schema: str, profile: str | None, records: Sequence[Any]
    ) -> list[MaskResult]:
        """Mask records in place. No round trip.

        Raises:
            AccessError: the caller may not, or not through this profile.
            UnknownSchema: there is no schema of that name.
        """
        grant = self.gate.grant(context.principal, Permission.WAYBILL_MASK, profile=profile)
        return mask_batch(self.maskers.of(schema, grant), records, self.maskers.schemas)


def mask_batch(masker: CountryMasker, batch: Sequence[Any], schemas: Collection[Schema] = ()) -> list[MaskResult]:
    """Mask records in place and return the answers in order. One that cannot be masked fails alone.

    Args:
        masker: of the records' schema.
        batch: the records, which are changed.
        schemas: where the schema maps nothing of a record, its answer names those of these that fit.
    """
    listing = Listing(schemas)
    return [
        listing.invalid(masked, record)
        if isinstance(masked, InvalidRecord)
        else record_answers.MaskedRecord(record, listing.warnings_of(masked))
        for record, masked in zip(batch, masker.mask_batch(batch, Effort(pause=give_way)), strict=True)
    ]


class Listing:
    """Lists the warnings and errors of the records of one answer.

    After `MAX_LISTED` characters each further record lists its first one only, and that there are more. Where a schema
    maps nothing of a record, the answer names the schemas that would fit; for the first `MAX_READ` such records also
    the members that look personal.

    Args:
        schemas: that may fit.
        own: the schema of the records that are stored: one that it fits has nothing to store.
    """

    def __init__(self, schemas: Iterable[Schema] = (), own: Schema | None = None) -> None:
        self._schemas = tuple(schemas)
        self._own = own
        self._left = MAX_LISTED
        self._to_read = MAX_READ

    def invalid(self, fault: InvalidRecord, record: Any = None) -> record_answers.InvalidRecord:
        """Return the answer to a faulty record."""
        places = [record_answers.RecordFault(pointer, code) for pointer, code in self._listed(fault.errors)]
        error = record_answers.InvalidRecordError(places[0].code, places)
        if error.code == NOTHING_MAPPED:
            fitting = fitting_schemas(record, self._schemas)
            fits = self._own is not None and self._own.name in fitting
            error.schemas = UNSET if fits else fitting or UNSET
            if self._to_read:
                self._to_read -= 1
                error.members = personal_members(record, self._own) or UNSET
            empty = type(record) is dict and all(value in _NO_VALUES for value in record.values())
            if empty or (fits and error.members is UNSET):
                return record_answers.EmptyRecord(error)
        return record_answers.InvalidRecord(error)

    def warnings_of(self, masked: Masked) -> record_answers.Warnings:
        """Return the warnings of a masked record."""
        if not masked.warnings:
            return UNSET
        return [record_answers.RecordWarning(pointer, code) for pointer, code in self._listed(masked.warnings)]

    def _listed(self, noted: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
        size = sum(_FRAME + len(pointer) for pointer, _ in noted)
        if size > self._left and len(noted) > 1:
            return [noted[0], ("", NOT_LISTED)]
        self._left -= size
        return noted


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

        Its ordinals are others where one of the two has nulls. A value that was stored as a kind without tokens cannot
        be opened, so it gets none afterwards.
        """
        if stored.body == self.body:
            return self.ordinals, self.pointers
        fields = enumerate(stored.content()[1])
        at = {place.pointer: ordinal for ordinal, (place, _) in fields if place.kind in TOKEN_KINDS}
        pointers = [pointer for pointer in self.pointers if pointer in at]
        return bytes(at[pointer] for pointer in pointers), pointers

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


def mapping_notice(results: Sequence[Answer]) -> Text | None:
    """Return what to tell the caller where the schema fits less than half of the records; None otherwise."""
    unmapped = sum(_is_not_mapped(result) for result in results if getattr(result, "warnings", True))
    return NOTICE.filled(unmapped=unmapped, records=len(results)) if unmapped * 2 > len(results) else None


def _is_not_mapped(result: Answer) -> bool:
    """True if the schema maps nothing of this result's record, or not all that is personal."""
    if isinstance(result, record_answers.EmptyRecord):
        return False
    if warnings := getattr(result, "warnings", UNSET):
        return any(warning.code == UNMAPPED_MASKED for warning in warnings)
    error = getattr(result, "error", None)
    return error is not None and error.code == NOTHING_MAPPED
