"""What a batch takes of memory, counted: so many bytes a record at its peak, and nothing of it stays.

Bytes and blocks are counted, so these tests say the same on a busy machine and on a quiet one.
"""

from __future__ import annotations

import gc
import sys
import tracemalloc

import msgspec
import pytest

from bench.waybills import Waybills
from tests.web.api import Api
from tests.web.people import PRINTER

FEW, MANY = 100, 500
WARMING = 3
SUPPLY = Waybills("AL", 1)


def send(api: Api, use_case: str, body: bytes) -> None:
    answer = api.post(PRINTER, f"/v1/{use_case}", data=body)
    assert answer.status_code == 200
    assert b'"failed":0' in answer.data


def body(records: int) -> bytes:
    """A batch of new waybills with six values each."""
    return msgspec.json.encode({"records": SUPPLY.records(records)})


def peak(api: Api, use_case: str, records: int) -> int:
    """The most bytes that stood at once while a batch was answered."""
    content = body(records)
    gc.collect()
    tracemalloc.start()
    try:
        send(api, use_case, content)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.fixture(params=["mask", "tokenize"])
def warmed(api: Api, request: pytest.FixtureRequest) -> str:
    """A use case that was asked for often enough to have everything in memory that it keeps."""
    for _ in range(WARMING):
        send(api, request.param, body(MANY))
    return str(request.param)


def test_a_record_takes_a_bounded_number_of_bytes(api: Api, warmed: str) -> None:
    """2,300 and 4,650 on Python 3.11: what a batch costs at all is taken off. A copy of each record is 650 more."""
    each = (peak(api, warmed, MANY) - peak(api, warmed, FEW)) / (MANY - FEW)

    assert 500 < each < {"mask": 2_600, "tokenize": 5_100}[warmed]


def test_nothing_of_a_batch_stays(api: Api, warmed: str) -> None:
    bodies = [body(MANY) for _ in range(4)]
    gc.collect()
    before = sys.getallocatedblocks()
    for content in bodies:
        send(api, warmed, content)
    gc.collect()

    assert sys.getallocatedblocks() - before < 4 * MANY / 20
