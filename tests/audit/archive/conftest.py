"""A log whose entries are partly in the store and partly in the archive."""

from dataclasses import replace
from pathlib import Path

import pytest
import redis

from masking_service.store.client import Store
from tests.audit.archive.worlds import Snapshot, World, trimmed
from tests.store.stores import named


@pytest.fixture
def world(store: Store, client: redis.Redis, tmp_path: Path) -> World:
    return World(store, client, tmp_path / "archive", [])


@pytest.fixture(scope="session")
def snapshots() -> dict[tuple[int, bool], Snapshot]:
    """Logs that were parted once, by their slots and whether their orders are trimmed."""
    return {}


@pytest.fixture(params=[False, True], ids=["order kept", "order trimmed"])
def parted(
    world: World,
    request: pytest.FixtureRequest,
    snapshots: dict[tuple[int, bool], Snapshot],
    tmp_path_factory: pytest.TempPathFactory,
) -> World:
    """Some entries are in the archive only, some in both, and some in the store only."""
    which = named().slots, request.param
    if which not in snapshots:
        whole = replace(world, folder=tmp_path_factory.mktemp("parted") / "archive")
        trimmed(whole, orders=request.param)
        snapshots[which] = Snapshot(whole, whole.folder.with_name("copy"))
    return snapshots[which].restore(world)
