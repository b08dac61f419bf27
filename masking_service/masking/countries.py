"""Masks each record by the rules that a profile has for the country of its recipient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from masking_service.masking.effort import Effort
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.profiles import Profile
from masking_service.masking.record import Masked, Masker
from masking_service.masking.schema import Schema


class CountryMasker:
    """One schema under one profile and those that it has for other countries, compiled once."""

    def __init__(self, schema: Schema, profile: Profile) -> None:
        self._schema = schema
        self._home = Masker(schema, profile)
        self._abroad = {code: Masker(schema, abroad) for code, abroad in profile.countries.items()}

    def mask(self, record: dict[str, Any], effort: Effort | None = None) -> Masked:
        """As `Masker.mask`."""
        return self._masker_of(record).mask(record, effort)

    def mask_batch(self, batch: Sequence[Any], effort: Effort) -> list[Masked | InvalidRecord]:
        """As `Masker.mask_batch`; the records of one country are masked together."""
        if not self._abroad:
            return self._home.mask_batch(batch, effort)
        rows: dict[Masker, list[int]] = {}
        for at, record in enumerate(batch):
            rows.setdefault(self._masker_of(record), []).append(at)
        results: dict[int, Masked | InvalidRecord] = {}
        for masker, its in rows.items():
            results |= zip(its, masker.mask_batch([batch[at] for at in its], effort), strict=True)
        return [results[at] for at in range(len(batch))]

    def _masker_of(self, record: Any) -> Masker:
        if not self._abroad or type(record) is not dict:
            return self._home
        return self._abroad.get(self._schema.country(record) or "", self._home)
