"""The simulation of a cell finds a queue that grows, and none where there is room."""

from dataclasses import replace

import pytest

from bench.cell import Cell, Measured, Outcome, simulate

SECONDS = 1_260  # two waves, and what a failover between them leaves is over
FAST = Measured(sync=40e-3)  # fewer steps: so many seconds of a simulated disk cost less of the real processor
CELL = Cell(waybills=1e6, slots=2, workers=4, threads=128)


@pytest.fixture(scope="module")
def usual() -> Outcome:
    return simulate(CELL, FAST, seconds=SECONDS)


def test_no_queue_grows_where_there_is_room(usual: Outcome) -> None:
    assert usual.grows == []


def test_everything_that_arrives_becomes_durable(usual: Outcome) -> None:
    assert usual.rate == pytest.approx(CELL.rate, rel=0.02)


def test_entries_that_a_failover_refuses_come_again(usual: Outcome) -> None:
    none = simulate(CELL, replace(FAST, failover=0.0), seconds=SECONDS)

    assert none.refused == 0
    assert usual.refused >= CELL.rate / CELL.slots * FAST.failover * 0.5


def test_an_entry_waits_for_the_running_commit_and_its_own(usual: Outcome) -> None:
    assert FAST.sync < usual.p50 < 2.5 * FAST.sync


def test_a_server_that_is_too_slow_is_found() -> None:
    found = simulate(CELL, replace(FAST, entry=2 * CELL.slots / CELL.rate), seconds=SECONDS)

    assert found.grows == [f"slot {number}" for number in range(CELL.slots)]


def test_a_follower_that_is_too_slow_is_found() -> None:
    found = simulate(CELL, replace(FAST, read=0.9 * CELL.rate), seconds=SECONDS)

    assert found.grows == ["follower"]
    assert found.most_unread > 0.05 * CELL.rate * SECONDS


def test_the_same_seed_gives_the_same_hour(usual: Outcome) -> None:
    assert simulate(CELL, FAST, seconds=SECONDS) == usual
    assert simulate(CELL, FAST, seconds=SECONDS, seed=2) != usual
