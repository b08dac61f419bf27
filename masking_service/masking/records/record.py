"""Masks one record in one pass: masks every mapped value in place, and lets no phone and no full name appear elsewhere.

A record that raises is half masked and must be thrown away; no error or repr holds a value.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from masking_service.masking.effort import UNBOUNDED, Effort
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.kinds.table import KINDS
from masking_service.masking.kinds.text import TextMask
from masking_service.masking.names.names_in_text import effort
from masking_service.masking.records.columns import FEW, Columns
from masking_service.masking.records.leaks import decimal_text
from masking_service.masking.records.profile_masks import Masks
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.run import FOUND_IN_TEXT, Masked, Run, listed, note
from masking_service.masking.records.schema import Place, Schema, make_room
from masking_service.masking.records.spellings import Mask
from masking_service.masking.records.unmapped import Unmapped
from masking_service.masking.records.values import read_value
from masking_service.masking.records.walk import Take, Usual, way_through
from masking_service.masking.texts.full_reading import MAX_STEADY
from masking_service.masking.texts.outlines import MAX_LENGTH

AT_ONCE: Final = 250
"""The number of records whose columns are read together. If time or work runs out, the records of earlier parts are
complete.
"""


class Masker:
    """One schema under one profile, compiled once.

    It holds nothing of the records that pass through it but words around names (`outlines`).
    """

    def __init__(self, schema: Schema, profile: Profile) -> None:
        self._schema = schema
        masks = Masks(profile)
        self._masks = {kind: masks.masker(kind) for kind in KINDS}
        self._leak_masks = masks.leak_masks()
        self._way = way_through(
            schema, {kind: (_TAKES[kind], mask, masks.usual(kind)) for kind, mask in self._masks.items()}
        )
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


def render(profile: Profile, fields: Iterable[tuple[Place, Any]], waybill_no: object = None) -> dict[str, Any]:
    """Return a view: only the fields, masked, at their places.

    Args:
        profile: what the reader may see.
        fields: (place, value) as a pass found them.
        waybill_no: the record's own number, which stays in texts.

    Raises:
        InvalidRecord: a value that is neither a string, an integer nor null.
    """
    masks, usual_masks, leak_masks = _masks_of(profile)
    record: dict[str, Any] = {}
    run = Run(record, lambda _: waybill_no, UNBOUNDED)
    for place, value in fields:
        parent, key = make_room(record, place.keys)
        usual = usual_masks[place.kind]
        masked = usual(value) if usual is not None and type(value) is str else None
        if masked is not None:
            parent[key] = masked
            run.note_usual(place, value, masked)
            continue
        parent[key] = value
        mask = masks[place.kind]
        if mask is None and type(value) is str:  # shown in full: its form does not matter
            run.places.append(place)
            run.values.append(value)
            run.texts.append(value)
        else:
            _TAKES[place.kind](run, place, mask, value, parent, key)
    if run.errors:
        raise InvalidRecord(tuple(run.errors))
    run.guard(masks, leak_masks, frozenset(key for place in run.places for key in place.keys))
    return record


@lru_cache(maxsize=64)
def _masks_of(profile: Profile) -> tuple[dict[str, Mask | None], dict[str, Usual | None], tuple[Mask, Mask]]:
    """Return the masks of a profile by kind, those of usual values, and those of leaks."""
    of = Masks(profile)
    return {kind: of.masker(kind) for kind in KINDS}, {kind: of.usual(kind) for kind in KINDS}, of.leak_masks()


def _take_text(run: Run, place: Place, mask: Mask | None, value: Any, parent: Any, key: Any) -> None:
    if isinstance(mask, TextMask) and type(value) is str and value and not value.isspace():
        if MAX_LENGTH < len(value) <= MAX_STEADY:
            run.share.pay(effort(value), place.pointer)
            if mask.stays(value):
                run.texts.append(value)
                run.places.append(place)
                run.values.append(value)
                return
        run.share.read("text", value, place.pointer)
        found = mask.mask(value, scan=run.around_own_number(mask.scan), pay=run.share.pay)
        if found.text != value:
            parent[key] = found.text
            run.phones += found.phones
            run.names += found.names
            note(run.warnings, place.keys, FOUND_IN_TEXT)
        run.texts.append(found.text)
        run.places.append(place)
        run.values.append(value)
    else:
        _take(run, place, mask, value, parent, key)


def _take(run: Run, place: Place, mask: Mask | None, value: Any, parent: Any, key: Any) -> None:
    """Mask one value of any kind in place."""
    text = value
    if type(value) is int:
        text = decimal_text(value)
    elif type(value) is not str:
        if value is not None:
            run.errors.append((place.pointer, "invalid-type"))
            return
        text = ""
    if text and not text.isspace():
        read = read_value(place.kind, text, mask, run.share, place.pointer)
        if read.came_in_hidden:
            run.hidden.append(len(run.places))
        if read.warning is not None:
            note(run.warnings, place.keys, read.warning)
        run.phones += read.phones
        run.names += read.names
        if mask is not None:
            parent[key] = read.shown
        run.texts.append(read.shown)
    run.places.append(place)
    run.values.append(value)


_TAKES: Final[dict[str, Take]] = dict.fromkeys(KINDS, _take) | {"text": _take_text}
