"""Columns are masked byte for byte as `POST /v1/mask` masks records: over the whole corpus, alone and together."""

from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pytest

from masking_service.arrow import Plan, mask
from masking_service.masking.columns import FEW
from tests.every import every
from tests.masking.test_corpus import RECORDS, as_standard, plain
from tests.web.api import Api

MIXED = {"people:2", "people:3"}
"""Records with values of several types in one list, which no column can hold."""


def schema_and_batch(name: str) -> tuple[str, pa.RecordBatch]:
    """A record of the corpus as columns; other formats' records as standard ones."""
    row = RECORDS[name]
    record = plain(row["record"])
    record = record if "schema" in row else as_standard(record, inside=False)
    return row.get("schema", "standard"), pa.RecordBatch.from_pylist([record])


BATCHES = {name: schema_and_batch(name) for name in RECORDS if name not in MIXED}


@pytest.fixture(scope="module")
def answers(shared: Api) -> dict[str, Any]:
    """What the service answers for the row of each batch."""
    found: dict[str, Any] = {}
    for schema in {schema for schema, _ in BATCHES.values()}:
        names = [name for name, (its, _) in BATCHES.items() if its == schema]
        rows = [BATCHES[name][1].to_pylist()[0] for name in names]
        found |= zip(names, shared.mask(*rows, schema=schema), strict=True)
    return found


@every("name", BATCHES)
def test_a_row_is_masked_as_the_service_masks_its_record(name: str, answers: dict[str, Any]) -> None:
    schema, row = BATCHES[name]
    plan = Plan.of_schema(schema, unmapped="guard")

    masked, found = mask(row, plan, warnings=True)
    many = mask(pa.Table.from_batches([row] * FEW).combine_chunks().to_batches()[0], plan)

    assert masked.to_pylist() == [answers[name]["record"]]
    assert [{"pointer": one.pointer, "code": one.code} for one in found] == answers[name].get("warnings", [])
    assert many.to_pylist() == [answers[name]["record"]] * FEW


def through_polars(row: pa.RecordBatch) -> pa.RecordBatch:
    frame = pl.from_arrow(row)
    assert isinstance(frame, pl.DataFrame)
    return frame.to_arrow().to_batches()[0]


def through_duckdb(row: pa.RecordBatch) -> pa.RecordBatch:
    table = pa.Table.from_batches([row])
    return next(iter(duckdb.from_arrow(table).to_arrow_reader(10)))


@pytest.mark.parametrize(("engine", "changed"), [(through_polars, set()), (through_duckdb, {"spellings:6"})])
def test_so_are_the_rows_that_an_engine_hands_out(engine: Any, changed: set[str], answers: dict[str, Any]) -> None:
    """DuckDB gives one record of the corpus back changed, before anything is masked."""
    for name, (schema, row) in BATCHES.items():
        if name not in changed:
            handed = engine(row)
            assert mask(handed, Plan.of_schema(schema, unmapped="guard")).to_pylist() == [answers[name]["record"]], name
