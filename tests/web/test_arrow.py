"""Columns are masked byte for byte as `POST /v1/mask` masks records: over the whole corpus, alone and together."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pytest

from masking_service.arrow import Plan, mask
from masking_service.masking.records.columns import FEW
from tests.arrow.batches import CORPUS
from tests.every import every
from tests.web.api import Api

SOME = [*CORPUS][::5]


@pytest.fixture(scope="module")
def answers(shared: Api) -> dict[str, Any]:
    """What the service answers for the row of each batch."""
    found: dict[str, Any] = {}
    for schema in {schema for schema, _ in CORPUS.values()}:
        names = [name for name, (its, _) in CORPUS.items() if its == schema]
        rows = [CORPUS[name][1].to_pylist()[0] for name in names]
        found |= zip(names, shared.mask(*rows, schema=schema), strict=True)
    return found


@every("name", CORPUS)
def test_a_row_is_masked_as_the_service_masks_its_record(name: str, answers: dict[str, Any]) -> None:
    schema, row = CORPUS[name]
    plan = Plan.of_schema(schema, unmapped="guard")

    masked, found = mask(row, plan, warnings=True)

    assert masked.to_pylist() == [answers[name]["record"]]
    assert [{"pointer": one.pointer, "code": one.code} for one in found] == answers[name].get("warnings", [])


@every("name", SOME)
def test_so_are_rows_that_are_masked_by_columns(name: str, answers: dict[str, Any]) -> None:
    schema, row = CORPUS[name]
    many = pa.Table.from_batches([row] * FEW).combine_chunks().to_batches()[0]

    masked = mask(many, Plan.of_schema(schema, unmapped="guard"))

    assert masked.to_pylist() == [answers[name]["record"]] * FEW


def through_polars(row: pa.RecordBatch) -> pa.RecordBatch:
    import polars as pl  # here, because it is slow to import, as every process of a run imports this file

    frame = pl.from_arrow(row)
    assert isinstance(frame, pl.DataFrame)
    return frame.to_arrow().to_batches()[0]


def through_duckdb(row: pa.RecordBatch) -> pa.RecordBatch:
    import duckdb

    table = pa.Table.from_batches([row])
    return next(iter(duckdb.from_arrow(table).to_arrow_reader(10)))


@pytest.mark.parametrize("names", [SOME, CORPUS], ids=["some", "all"])
@pytest.mark.parametrize(("engine", "changed"), [(through_polars, set()), (through_duckdb, {"spellings:6"})])
def test_so_are_the_rows_that_an_engine_hands_out(
    engine: Any, changed: set[str], names: Iterable[str], answers: dict[str, Any]
) -> None:
    """DuckDB gives one record of the corpus back changed, before anything is masked."""
    for name in names:
        if name not in changed:
            schema, row = CORPUS[name]
            handed = engine(row)
            assert mask(handed, Plan.of_schema(schema, unmapped="guard")).to_pylist() == [answers[name]["record"]], name
