"""Faults of clusters and sentinels; others are in `tests/e2e/test_recovery.py`, and all of them in `make chaos`."""

from collections.abc import Callable, Iterator

import pytest

from tests.chaos.groups import (
    ClusterWorld,
    SentinelWorld,
    a_failover_is_ordered,
    a_primary_is_frozen,
    a_shard_comes_back_empty,
    a_slot_of_the_audit_log_goes_back,
    the_primary_is_frozen,
)
from tests.chaos.load import Shape
from tests.together import PAUSE

STEADY_SECONDS = 3.0


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterWorld]:
    world = ClusterWorld(tmp_path_factory.mktemp("chaos"), Shape(pause=PAUSE))
    yield world
    world.stop()


@pytest.fixture(scope="module")
def sentinel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SentinelWorld]:
    world = SentinelWorld(tmp_path_factory.mktemp("chaos"), Shape(pause=PAUSE))
    yield world
    world.stop()


@pytest.mark.xdist_group("faults of clusters")
@pytest.mark.parametrize(
    "fault",
    [a_primary_is_frozen, a_shard_comes_back_empty, a_slot_of_the_audit_log_goes_back],
    ids=lambda fault: fault.__name__,
)
def test_nothing_acknowledged_by_a_cluster_is_lost(
    cluster: ClusterWorld, fault: Callable[[ClusterWorld], None]
) -> None:
    with cluster.under_load(steady=STEADY_SECONDS):
        fault(cluster)

    assert cluster.lost_of_everything() == 0


@pytest.mark.xdist_group("faults of sentinels")
@pytest.mark.parametrize(
    "fault",
    [the_primary_is_frozen, a_failover_is_ordered],
    ids=lambda fault: fault.__name__,
)
def test_nothing_acknowledged_behind_sentinels_is_lost(
    sentinel: SentinelWorld, fault: Callable[[SentinelWorld], None]
) -> None:
    with sentinel.under_load(steady=STEADY_SECONDS):
        fault(sentinel)

    assert sentinel.lost_of_everything() == 0
