"""Masks one record in one pass: masks every mapped value in place, and lets no phone and no full name appear elsewhere.

A record that raises is half masked and must be thrown away; no error or repr holds a value.
"""

from collections.abc import Sequence
from typing import Any, Final

from masking_service.masking.effort import Effort
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.kinds.table import KINDS, TABLE
from masking_service.masking.records.columns import FEW, Columns
from masking_service.masking.records.profile_masks import Masks
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.schema import EACH, Schema
from masking_service.masking.records.unmapped import Unmapped
from masking_service.masking.records.walk import Masked, Run, listed, make_room, way_through

AT_ONCE: Final = 250
"""Records whose columns are read together. If time or work runs out, those of earlier parts are complete."""


class Masker:
    """One schema under one profile, compiled once.

    Of the records that pass through it, it holds words around names (`outlines`) and masks of addresses and texts (in
    caches), and no value.
    """

    def __init__(self, schema: Schema, profile: Profile) -> None:
        self._schema = schema
        masks = Masks(profile)
        self._masks = {kind: masks.masker(kind) for kind in KINDS}
        self._leak_masks = masks.leak_masks()
        self._way = way_through(schema, self._masks, {kind: masks.usual(kind) for kind in KINDS})
        self._unmapped = Unmapped(profile.unmapped, masks, schema)
        self._columns = Columns(self._way, masks, self._unmapped)
        self._fixed = frozenset(
            step for steps in (*(steps for steps, _ in schema.fields), *schema.waybill_paths) for step in steps
        )

    def mask(self, record: dict[str, Any], effort: Effort | None = None) -> Masked:
        """Mask the record in place.

        Args:
            record: any JSON value, as it came.
            effort: what is left for its batch; as much as a batch may take, if not given.

        Raises:
            InvalidRecord: at places that hold no value, or too much work; the record is then half masked.
        """
        run = Run(record, self._schema.waybill_no, effort or Effort())
        self._way.visit(run, record, ())
        if run.errors:
            raise InvalidRecord(listed(run.errors))
        self._mask_others(run)
        if run.guard(self._masks, self._leak_masks, self._fixed):
            self._mask_others(run)
        return run

    def _mask_others(self, run: Run) -> None:
        """Mask the unmapped members, once all phones of the record are known."""
        for members, mapped, context, own, keys in run.beside:
            self._unmapped.mask(run, members, mapped, context, own, keys)

    def mask_batch(self, batch: Sequence[Any], effort: Effort) -> list[Masked | InvalidRecord]:
        """Mask records in place as `mask` does.

        Returns what was found in each, or what is wrong with it, in their order. An InvalidRecord in the batch, for a
        record that could not be read, is returned as it is.
        """
        results: list[Masked | InvalidRecord] = []
        for at in range(0, len(batch), AT_ONCE):
            self._mask_part(batch[at : at + AT_ONCE], effort, results)
        return results

    def _mask_part(self, part: Sequence[Any], effort: Effort, results: list[Masked | InvalidRecord]) -> None:
        """Mask a part of a batch, and add its results to those before."""
        usual = self._columns.mask(part, effort) if len(part) >= FEW else [None] * len(part)
        for record, fields in zip(part, usual, strict=True):
            if fields is not None or isinstance(record, InvalidRecord):
                results.append(record if fields is None else Masked(*fields))
                continue
            if results:
                effort.rest()
            try:
                results.append(self.mask(record, effort))
            except InvalidRecord as fault:
                results.append(InvalidRecord(fault.errors))  # what was raised holds this frame, and all that is in it


class CountryMasker:
    """Masks each record by the rules that a profile has for the country of its recipient, compiled once."""

    def __init__(self, schema: Schema, profile: Profile) -> None:
        self.schema = schema
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
        return self._abroad.get(self.schema.country(record) or "", self._home)


def sample_record(schema: Schema) -> dict[str, Any]:
    """Return a record with an invented value at every place, and a waybill number at the first place for one."""
    record: dict[str, Any] = {}
    for steps, value in (
        (schema.waybill_paths[0], "SF1234567890"),
        *((steps, TABLE[kind].example) for steps, kind in schema.fields),
    ):
        parent, key = make_room(record, tuple(0 if step == EACH else step for step in steps))
        if type(key) is int:
            parent[key] = value
        else:
            parent.setdefault(key, value)
    return record
