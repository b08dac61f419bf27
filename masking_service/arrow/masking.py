"""Masks record batches: rows become records, are masked as by the API, and become columns again.

The masks are those of `POST /v1/mask`, byte for byte. A row that takes too much work is hidden whole and fails alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from math import inf
from typing import Any, Final, Literal, NamedTuple, overload

import pyarrow as pa
from pyarrow import types

from masking_service.arrow.permits import PseudonymMasker
from masking_service.arrow.plan import UNMAPPED, WAYBILL_NO, Plan
from masking_service.arrow.refusing import Refusing
from masking_service.arrow.types import (
    is_harmless,
    is_list,
    is_nested,
    is_opaque,
    is_text,
    leaves,
    names_in,
    refuse_wrong_types,
    with_masks,
    without_notes,
)
from masking_service.masking.effort import A_RECORD, Effort
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.members.name_words import PARTY
from masking_service.masking.numbers.numbers_in_text import contains_personal_data
from masking_service.masking.records.profile_masks import Masks
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.record import CountryMasker
from masking_service.masking.records.schema import EACH, Schema, Steps

_AT_ONCE: Final = 2_000
"""Rows. More make no difference to the rate, and need more memory."""
_AS_IT_IS: Final = "virtual_phone"
"""The kind of a column that stays: only names and phones of its row are searched for."""
HIDDEN: Final = "*"
"""What is in each text of a row that cannot be masked; its other values are null."""


class RowWarning(NamedTuple):
    """What was found in a row, or why it cannot be masked.

    Attributes:
        row: its number in the batch, from 0.
        pointer: JSON Pointer of the value: ``/COLUMN``, then the members.
        code: of a warning or an error of ``POST /v1/mask``.
    """

    row: int
    pointer: str
    code: str


@overload
def mask(batch: pa.RecordBatch, plan: Plan, *, warnings: Literal[False] = False) -> pa.RecordBatch: ...
@overload
def mask(batch: pa.RecordBatch, plan: Plan, *, warnings: Literal[True]) -> tuple[pa.RecordBatch, list[RowWarning]]: ...
def mask(
    batch: pa.RecordBatch, plan: Plan, *, warnings: bool = False
) -> pa.RecordBatch | tuple[pa.RecordBatch, list[RowWarning]]:
    """Mask the rows of a batch.

    Args:
        batch: it is not changed.
        plan: what is masked, and how.
        warnings: whether to return what was found, too.

    Returns:
        The same columns in their order, with the types of `masked_schema`: texts stay texts. In a column of another
        type, a value that has to be hidden is null.

    Raises:
        UnmappedColumns: a column looks personal and is not mapped, and the plan says to refuse that.
        ValueError, TypeError: the columns are not those of the plan, or a mapped one cannot be masked.
        PermitEnded: the last day of the plan's permit is over.
    """
    if not isinstance(batch, pa.RecordBatch):
        raise TypeError("mask takes a RecordBatch; for a table, loop over table.to_batches()")
    masked, found = _table(plan, batch.schema).mask(batch)
    return (masked, found) if warnings else masked


def masked_schema(schema: pa.Schema, plan: Plan) -> pa.Schema:
    """The columns of a masked batch. A mapped column of integers becomes one of texts; all others keep their type.

    Raises:
        ValueError, TypeError: as `mask`.
    """
    return _table(plan, schema).masked_schema


@lru_cache(maxsize=64)
def _table(plan: Plan, schema: pa.Schema) -> _Table:
    return _Table(plan, schema)


class _Table:
    """A plan for one arrangement of columns, compiled once. It holds nothing of the rows."""

    def __init__(self, plan: Plan, schema: pa.Schema) -> None:
        fields = list(schema)
        _refuse_names(schema)
        rules = _rules(plan)
        records = plan.schema or _flat(plan, rules, schema)
        refuse_wrong_types(fields, records)
        mapped: dict[Steps, str] = dict(records.fields)
        tops = {steps[0] for steps in mapped}
        left = {name for name, target in plan.columns.items() if target == UNMAPPED}
        party = Masks(rules).party_masker()
        permit = plan.pseudonym
        self._masker = CountryMasker(records, rules) if permit is None else PseudonymMasker(records, rules, permit)
        self._parties = {name: party for name, target in plan.columns.items() if target == PARTY}
        self._in_records: list[int] = []
        self._numbers: set[int] = set()
        self._rebuilt: set[int] = set()
        self._hidden: list[int] = []
        for at, one in enumerate(fields):
            opaque = is_opaque(one.type)
            if opaque and one.name in tops - left:
                raise TypeError(f"{one.name} holds values of a type that cannot be read")
            if opaque or is_harmless(one.type) or (one.name in left and not is_text(one.type)):
                kept = one.name in left or (one.name,) in records.keep
                if not kept and (rules.unmapped == "hide" or (rules.unmapped == "guard" and opaque)):
                    self._hidden.append(at)
                continue
            self._in_records.append(at)
            if (one.name,) in mapped and types.is_integer(one.type):
                self._numbers.add(at)
            if one.name in tops or is_nested(one.type):  # what is in a struct is masked in place
                self._rebuilt.add(at)
        self.masked_schema = pa.schema(
            [
                pa.field(one.name, with_masks(without_notes(one.type), mapped, (one.name,)), one.nullable)
                for one in fields
            ]
        )
        self._permit = plan.pseudonym
        self._refusing: Refusing | None = None
        if plan.unmapped == "refuse":
            unmapped = [leaf for leaf in leaves(fields) if leaf.steps not in mapped and leaf.steps[0] not in left]
            self._refusing = Refusing(schema.names, unmapped, tuple(map(str, next(iter(records.waybill_paths), ()))))

    def mask(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, list[RowWarning]]:
        """Mask the rows of a batch, and return what was found."""
        if self._permit is not None:
            self._permit.check()
        try:
            came = self._read(batch)
        except UnicodeDecodeError:
            batch = _with_whole_texts(batch)
            came = self._read(batch)
        shown: list[list[Any]] = [[] for _ in came]
        found: list[RowWarning] = []
        failed: list[int] = []
        for begin in range(0, batch.num_rows, _AT_ONCE):
            records = self._records([column[begin : begin + _AT_ONCE] for column in came])
            for row, outcome in enumerate(self._masker.mask_batch(records, Effort(inf, A_RECORD)), begin):
                if isinstance(outcome, InvalidRecord):
                    failed.append(row)
                its = outcome.errors if isinstance(outcome, InvalidRecord) else outcome.warnings
                found += [RowWarning(row, *each) for each in its]
            # By their order, because the guard may rename a member.
            for column, part in zip(shown, zip(*(one.values() for one in records), strict=True), strict=True):
                column += part
        arrays = list(batch.columns)
        for at in self._hidden:
            arrays[at] = pa.nulls(batch.num_rows, batch.schema.types[at])
        for at, before, after in zip(self._in_records, came, shown, strict=True):
            if at in self._rebuilt or failed or after != before:
                arrays[at] = _array_of(after, self.masked_schema.types[at])
        if failed:
            arrays = [_without(array, failed) for array in arrays]
        return pa.RecordBatch.from_arrays(arrays, schema=self.masked_schema), found

    def _read(self, batch: pa.RecordBatch) -> list[list[Any]]:
        """The values of the columns that are masked; refuses a batch whose other columns look personal."""
        if self._refusing is not None:
            self._refusing.check(batch)
        return [self._values(batch, at) for at in self._in_records]

    def _values(self, batch: pa.RecordBatch, at: int) -> list[Any]:
        column = batch.column(at)
        if at in self._numbers:  # as texts they are masked with all others of their column
            column = column.cast(pa.string())
        elif types.is_dictionary(column.type):  # value by value it takes five times as long
            column = column.dictionary_decode()
        values: list[Any] = column.to_pylist()
        party = self._parties.get(batch.schema.names[at])
        return values if party is None else [party(value) if value else value for value in values]

    def _records(self, columns: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
        names = [self.masked_schema.names[at] for at in self._in_records]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _rules(plan: Plan) -> Profile:
    """The profile, with what the plan says of unmapped columns."""
    rules = plan.rules
    mode: str = "guard" if plan.unmapped == "refuse" else plan.unmapped
    if rules.unmapped == "hide" and mode != "pass":
        mode = "hide"
    abroad = {code: replace(its, unmapped=mode) for code, its in rules.countries.items()}
    hide = {**rules.hide, _AS_IT_IS: "nothing"} if UNMAPPED in plan.columns.values() else rules.hide
    return replace(rules, unmapped=mode, countries=abroad, hide=hide)


def _flat(plan: Plan, rules: Profile, schema: pa.Schema) -> Schema:
    """The schema of rows that are records, with a member for each column."""
    if missing := plan.columns.keys() - {*schema.names}:
        raise ValueError(f"the batch has no columns {sorted(missing)}")
    kinds = {PARTY: "text", UNMAPPED: _AS_IT_IS}
    if plan.rules.hide[_AS_IT_IS] != rules.hide[_AS_IT_IS]:
        kinds[_AS_IT_IS] = "secret"  # the profile hides such a number, and a column that is left is one of this kind
    fields = tuple(
        ((name,), kinds.get(target, target))
        for name, target in plan.columns.items()
        if target != WAYBILL_NO and not (target == UNMAPPED and not is_text(schema.field(name).type))
    )
    numbers = [(name,) for name, target in plan.columns.items() if target == WAYBILL_NO] or [(WAYBILL_NO,)]
    return Schema("plan", "a plan", fields, tuple(path for path in numbers if path not in dict(fields)))


def _refuse_names(schema: pa.Schema) -> None:
    """Refuse duplicate column names, and names that hold personal data."""
    names = list(names_in(list(schema)))
    if any(contains_personal_data(name) or name == EACH for name in names):
        raise ValueError("the name of a column holds personal data")
    if len({*schema.names}) < len(schema.names):
        raise ValueError("two columns have the same name")


def _array_of(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """A column of these values; a mask in a column that is no text is null."""
    try:
        return pa.array(values, type=kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return pa.array([_fitting(value, kind) for value in values], type=kind)


def _with_whole_texts(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch in which a text that is not UTF-8, which no engine has to check, is hidden whole.

    Raises:
        ValueError: there is one inside of a struct or a list.
    """
    arrays = []
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if is_text(column.type):
            kind = column.type.value_type if types.is_dictionary(column.type) else column.type
            cells = column.cast(kind).cast(pa.large_binary()).to_pylist()
            column = pa.array([None if cell is None else _whole(cell) for cell in cells], column.type)
        elif is_nested(column.type):
            try:
                column.to_pylist()
            except UnicodeDecodeError:
                raise ValueError(f"{name} has a text that is not UTF-8") from None
        arrays.append(column)
    return pa.RecordBatch.from_arrays(arrays, schema=batch.schema)


def _whole(cell: bytes) -> str:
    try:
        return cell.decode()
    except UnicodeDecodeError:
        return HIDDEN


def _without(column: pa.Array, rows: Sequence[int]) -> pa.Array:
    """A column in which the values of these rows are hidden whole."""
    hidden = HIDDEN if is_text(column.type) else None
    values = column.to_pylist()
    for row in rows:
        values[row] = hidden
    return pa.array(values, type=column.type)


def _fitting(value: Any, kind: pa.DataType) -> Any:
    if isinstance(value, dict) and types.is_struct(kind):
        return {
            name: _fitting(inner, kind.field(name).type)
            for name, inner in value.items()
            if kind.get_field_index(name) >= 0
        }
    if isinstance(value, list) and is_list(kind):
        return [_fitting(inner, kind.value_type) for inner in value]
    if is_text(kind):
        return None if value is None else str(value)
    return None if isinstance(value, str) else value
