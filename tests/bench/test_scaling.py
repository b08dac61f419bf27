"""The plan of docs/scaling.md is what the arithmetic makes of its figures, and the bench measures those figures."""

import os
import sys

import pytest

from bench.scaling import (
    CUSTODY,
    DISCLOSURE,
    FIRST_ENTRY,
    GIB,
    MOVE_ENTRY,
    OPENING_ENTRY,
    RECORD,
    SHARD_GIB,
    SLOTS,
    VIEW_ENTRY,
    VOLUMES,
    Plan,
    table,
)
from masking_service.shipped import ROOT
from tests import programs
from tests.every import every

DOCUMENT = (ROOT / "docs" / "scaling.md").read_text()


def test_the_document_shows_what_the_arithmetic_gives() -> None:
    assert table() in DOCUMENT


@every(
    ("what", "memory", "audit"),
    [
        ("record", RECORD, 0),
        ("custody, set at tokenizing", 208 + FIRST_ENTRY, FIRST_ENTRY),
        ("custody, moved to a courier", CUSTODY - 208 + MOVE_ENTRY, MOVE_ENTRY),
        ("full view, fifty a call", DISCLOSURE + 93, 93),
        ("full view, one a call", 750, VIEW_ENTRY),
        ("opening, one a call", 773, OPENING_ENTRY),
    ],
)
def test_the_arithmetic_begins_with_what_the_document_says_was_measured(what: str, memory: int, audit: int) -> None:
    row = next(line for line in DOCUMENT.splitlines() if line.startswith(f"| {what} |"))

    assert [cell.strip() for cell in row.split("|")[3:5]] == [f"{memory:,}", f"{audit:,}"]


@pytest.mark.parametrize("volume", VOLUMES)
def test_no_shard_holds_more_than_a_shard_may(volume: int) -> None:
    plan = Plan(volume)

    assert plan.memory / (plan.shards - plan.cells * SLOTS) <= SHARD_GIB * GIB
    assert plan.audit / SLOTS <= SHARD_GIB * GIB


def test_the_memory_benchmark_prints_every_step_of_a_waybills_life() -> None:
    variables = {**os.environ, "COLUMNS": "120"}
    printed = programs.output(sys.executable, "-m", "bench.memory", "100", cwd=ROOT, timeout=110, env=variables)

    assert [step for step in ("record", "custody", "full view", "opening") if f"│ {step}" not in printed] == []
