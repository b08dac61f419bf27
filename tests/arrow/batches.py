"""Batches for the tests of columns."""

from typing import Any

import pyarrow as pa

from masking_service.arrow import Plan, mask
from tests.masking.records.test_corpus import RECORDS, as_standard, plain

ROW: dict[str, Any] = {
    "运单号": "SF1234567890",
    "收件人": "张三",
    "电话": "13812345678",
    "地址": "华志路1685号3号楼2单元402室",
    "备注": "微信同号13812345678，找张三",
    "重量": 1.5,
}
MASKED: dict[str, Any] = {
    "运单号": "SF1234567890",
    "收件人": "张*",
    "电话": "*******5678",
    "地址": "华志路1685号3号楼*单元***室",
    "备注": "微信同号*******5678，找张*",
    "重量": 1.5,
}
PLAN = Plan({"收件人": "name", "电话": "phone", "地址": "address", "备注": "text"})

MIXED = {"people:2", "people:3"}
"""Records with values of several types in one list, which no column can hold."""


def schema_and_batch(name: str) -> tuple[str, pa.RecordBatch]:
    """A record of the corpus as columns; other formats' records as standard ones."""
    row = RECORDS[name]
    record = plain(row["record"])
    record = record if "schema" in row else as_standard(record, inside=False)
    return row.get("schema", "standard"), pa.RecordBatch.from_pylist([record])


CORPUS = {name: schema_and_batch(name) for name in RECORDS if name not in MIXED}
"""Schema and columns of each record of the tests' corpus."""


def batch(*rows: dict[str, Any]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(list(rows or [ROW]))


def shown(rows: pa.RecordBatch, plan: Plan) -> list[dict[str, Any]]:
    """The rows of a masked batch."""
    masked: list[dict[str, Any]] = mask(rows, plan).to_pylist()
    return masked
