"""Masks batches of records, without the store."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from masking_service.masking.countries import CountryMasker
from masking_service.masking.effort import Effort
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.profiles import Profile
from masking_service.masking.schema import Schema
from masking_service.service.call.errors import UnknownSchema
from masking_service.service.call.gate import Gate
from masking_service.service.call.recorder import RequestContext
from masking_service.service.people.policy import Grant
from masking_service.service.waybills import record_answers as answers
from masking_service.service.waybills.results import Listing
from masking_service.store.computing import give_way

MaskResult = answers.MaskedRecord | answers.InvalidRecord


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
        grant = self.gate.grant(context.principal, "waybill:mask", profile=profile)
        return mask_batch(self.maskers.of(schema, grant), records, self.maskers.schemas)


def mask_batch(masker: CountryMasker, records: Sequence[Any], schemas: Collection[Schema] = ()) -> list[MaskResult]:
    """Mask records in place and return the answers in order. One that cannot be masked fails alone.

    Args:
        masker: of the records' schema.
        records: they are changed.
        schemas: of which those are named that would fit a record that `masker` maps nothing of.
    """
    listing = Listing(schemas)
    return [
        listing.invalid(masked, record)
        if isinstance(masked, InvalidRecord)
        else answers.MaskedRecord(record, listing.warnings_of(masked))
        for record, masked in zip(records, masker.mask_batch(records, Effort(pause=give_way)), strict=True)
    ]
