"""Masks batches of records for an answer. It needs no store."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from msgspec import UNSET

from masking_service.computing import give_way
from masking_service.masking.effort import Effort
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.records.fitting import fitting_schemas, personal_members
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.record import CountryMasker
from masking_service.masking.records.schema import Schema
from masking_service.masking.records.walk import NOT_LISTED, NOTHING_MAPPED, UNMAPPED_MASKED, Masked
from masking_service.service.call.answers import Answer
from masking_service.service.call.call import Gate
from masking_service.service.call.errors import UnknownSchema
from masking_service.service.call.recorder import RequestContext
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Grant
from masking_service.service.waybills import answers
from masking_service.texts import Text

MaskResult = answers.MaskedRecord | answers.InvalidRecord

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


class Maskers:
    """One masker for each schema and profile, compiled when it is first needed."""

    def __init__(self, schemas: Mapping[str, Schema], profiles: Mapping[str, Profile]) -> None:
        self.schemas = schemas.values()
        self._schemas = schemas
        self._profiles = profiles
        self._made: dict[tuple[str, str], CountryMasker] = {}

    def of(self, schema: str, grant: Grant) -> CountryMasker:
        """Return the masker of a schema and profile. Raises UnknownSchema: there is no schema of that name."""
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

    Where the schema maps nothing of a record, its answer names those of `schemas` that fit.
    """
    listing = Listing(schemas, like=masker.schema)
    return [
        listing.invalid(masked, record)
        if isinstance(masked, InvalidRecord)
        else answers.MaskedRecord(record, listing.warnings_of(masked))
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
        like: the schema of the records.
    """

    def __init__(
        self, schemas: Iterable[Schema] = (), own: Schema | None = None, *, like: Schema | None = None
    ) -> None:
        self._schemas = tuple(schemas)
        self._own = own
        self._like = like
        self._left = MAX_LISTED
        self._to_read = MAX_READ

    def invalid(self, fault: InvalidRecord, record: Any = None) -> answers.InvalidRecord:
        places = [answers.RecordFault(pointer, code) for pointer, code in self._listed(fault.errors)]
        error = answers.InvalidRecordError(places[0].code, places)
        if error.code == NOTHING_MAPPED:
            fitting = fitting_schemas(record, self._schemas)
            fits = self._own is not None and self._own.name in fitting
            error.schemas = UNSET if fits else fitting or UNSET
            if self._to_read:
                self._to_read -= 1
                error.members = personal_members(record, self._own, like=self._like) or UNSET
            empty = type(record) is dict and all(value in _NO_VALUES for value in record.values())
            if empty or (fits and error.members is UNSET):
                return answers.EmptyRecord(error)
        return answers.InvalidRecord(error)

    def warnings_of(self, masked: Masked) -> answers.Warnings:
        if not masked.warnings:
            return UNSET
        return [answers.RecordWarning(pointer, code) for pointer, code in self._listed(masked.warnings)]

    def _listed(self, noted: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
        size = sum(_FRAME + len(pointer) for pointer, _ in noted)
        if size > self._left and len(noted) > 1:
            return [noted[0], ("", NOT_LISTED)]
        self._left -= size
        return noted


def mapping_notice(results: Sequence[Answer]) -> Text | None:
    """Return what to tell the caller where the schema fits less than half of the records; None otherwise."""
    unmapped = sum(_is_not_mapped(result) for result in results if getattr(result, "warnings", True))
    return NOTICE.filled(unmapped=unmapped, records=len(results)) if unmapped * 2 > len(results) else None


def _is_not_mapped(result: Answer) -> bool:
    """True if the schema maps nothing of this result's record, or not all that is personal."""
    if isinstance(result, answers.EmptyRecord):
        return False
    if warnings := getattr(result, "warnings", UNSET):
        return any(warning.code == UNMAPPED_MASKED for warning in warnings)
    error = getattr(result, "error", None)
    return error is not None and error.code == NOTHING_MAPPED
