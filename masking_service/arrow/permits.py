"""Replaces values by the pseudonyms of a permit, for the job that holds the permit."""

from __future__ import annotations

import base64
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

import msgspec

from masking_service.masking.effort import Effort
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.kinds.table import TOKEN_KINDS
from masking_service.masking.normal_forms import normal_form
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.record import CountryMasker
from masking_service.masking.records.schema import Schema
from masking_service.masking.records.walk import Masked


class PermitEnded(Exception):
    """The last day of the permit is over."""


class _PermitFile(msgspec.Struct, forbid_unknown_fields=True):
    permit: str
    until: str
    columns: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True)
class Permit:
    """The right to use pseudonyms until a day.

    It holds a key: a reader of its pickled bytes can test guesses against its pseudonyms.

    Attributes:
        name: of the permit.
        until: the last day, in UTC.
        kinds: which kinds of columns get pseudonyms.
        key: 32 bytes.
    """

    name: str
    until: date
    kinds: frozenset[str]
    key: bytes = field(repr=False)

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read the file that ``pseudonyms permit open`` wrote.

        Raises:
            ValueError: it is not a permit file.
            OSError: it cannot be read.
        """
        try:
            read = msgspec.json.decode(Path(path).read_bytes(), type=_PermitFile)
            key, until = base64.b64decode(read.key, validate=True), date.fromisoformat(read.until)
        except (msgspec.DecodeError, ValueError):
            raise ValueError("not a permit file") from None  # the fault could repeat the key
        if len(key) != 32 or not {*read.columns} <= {*TOKEN_KINDS}:
            raise ValueError("not a permit file")
        return cls(read.permit, until, frozenset(read.columns), key)

    def check(self) -> None:
        """Refuse after the last day. Raises PermitEnded: it is over."""
        if datetime.fromtimestamp(time.time(), UTC).date() > self.until:
            raise PermitEnded(f"the permit {self.name} ended on {self.until}")

    def pseudonyms(self, values: Sequence[tuple[str, Any]]) -> list[str | None]:
        """The pseudonym of each (kind, value); None for a blank value, and for one that came in hidden."""
        from keys.pseudonyms import PseudonymKey  # only a plan with a permit needs `cryptography`

        key, found = PseudonymKey(self.key), dict[tuple[str, Any], str | None]()
        for kind in {kind for kind, _ in values}:
            different = {value for its, value in values if its == kind}
            forms = {value: None if value is None else normal_form(kind, str(value)) for value in different}
            known = [form for form in {*forms.values()} if form is not None]
            made: dict[str | None, str | None] = {None: None, **dict(zip(known, key.of(kind, known), strict=True))}
            found |= {(kind, value): made[form] for value, form in forms.items()}
        return [found[one] for one in values]


class PseudonymMasker(CountryMasker):
    """Masks records, and replaces the values of a permit's kinds by its pseudonyms."""

    def __init__(self, schema: Schema, profile: Profile, permit: Permit) -> None:
        super().__init__(schema, profile)
        self._permit = permit

    def mask_batch(self, batch: Sequence[Any], effort: Effort) -> list[Masked | InvalidRecord]:
        """As `CountryMasker.mask_batch`. Raises PermitEnded: the permit's last day is over."""
        self._permit.check()
        outcomes = super().mask_batch(batch, effort)
        found = [
            (record, place, value)
            for record, outcome in zip(batch, outcomes, strict=True)
            if isinstance(outcome, Masked)
            for place, value in zip(outcome.places, outcome.values, strict=True)
            if place.kind in self._permit.kinds
        ]
        made = self._permit.pseudonyms([(place.kind, value) for _, place, value in found])
        for (record, place, _), pseudonym in zip(found, made, strict=True):
            if pseudonym is not None:
                place.parent(record)[place.keys[-1]] = pseudonym
        return outcomes
