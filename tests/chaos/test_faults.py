"""After every fault under load, all that was acknowledged is there."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import redis

from tests.chaos.faults import FAULTS
from tests.chaos.load import Shape
from tests.chaos.power import Power
from tests.chaos.single import SingleServer
from tests.chaos.world import RECOVERY_SECONDS
from tests.e2e.processes import wait_for
from tests.servers import Node
from tests.together import PAUSE

pytestmark = pytest.mark.needs("cc")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SingleServer]:
    world = SingleServer(tmp_path_factory.mktemp("chaos"), Shape(pause=PAUSE))
    yield world
    world.stop()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_nothing_acknowledged_is_lost(world: SingleServer, fault: Callable[[SingleServer], None]) -> None:
    with world.under_load():
        fault(world)


def test_after_all_of_them_everything_is_there_for_a_service_that_starts_anew(world: SingleServer) -> None:
    world.restart_service()

    assert world.lost_of_everything() == 0


@pytest.mark.parametrize(
    ("setting", "losing", "keeping"), [("appendfsync", "everysec", "always"), ("appendonly", "no", "yes")]
)
def test_a_store_that_would_lose_is_written_again_only_when_it_is_mended(
    world: SingleServer, setting: str, losing: str, keeping: str
) -> None:
    key = world.service.credentials["label-printer"]
    numbers = (f"SF{setting[6:8].upper()}{at:010}" for at in count())

    def tokenized() -> int:
        body = {"records": [{"waybill_no": next(numbers), "sender": {"name": "张三"}}]}
        return world.service.status(key, "POST", "/v1/tokenize", body)

    world.node.client.config_set(setting, losing)
    wait_for(lambda: {tokenized() for _ in range(8)} == {503}, "no acknowledgements", RECOVERY_SECONDS)
    labels = world.service.status(key, "POST", "/v1/mask", {"records": [{"sender": {"name": "张三"}}]})
    world.node.client.config_set(setting, keeping)

    wait_for(lambda: tokenized() == 200, "acknowledgements again", RECOVERY_SECONDS)
    assert labels == 200


def test_on_an_empty_store_nothing_is_acknowledged_and_labels_go_on(world: SingleServer) -> None:
    key = world.service.credentials["label-printer"]
    record = {"waybill_no": "SF0000000001", "sender": {"name": "张三", "phone": "13812345678"}}

    def status(path: str) -> int:
        return world.service.status(key, "POST", path, {"records": [record]})

    world.node.client.flushall()
    # Each worker sees it for itself, and any of them may answer.
    wait_for(lambda: {status("/v1/tokenize") for _ in range(12)} == {503}, "no acknowledgements", RECOVERY_SECONDS)

    assert world.service.status(None, "GET", "/readyz") == 503
    assert status("/v1/mask") == 200


@pytest.mark.xdist_group("chaos/test_faults.py, without a service")
@pytest.mark.parametrize(
    ("fsync", "rewritten", "loses"), [("always", False, False), ("always", True, False), ("no", False, True)]
)
def test_a_power_cut_takes_what_was_not_synced_and_nothing_else(
    tmp_path: Path, fsync: str, rewritten: bool, loses: bool
) -> None:
    power = Power(tmp_path)
    node = Node(tmp_path, {"appendonly": "yes", "appendfsync": fsync, "save": '""', "aof-use-rdb-preamble": "no"})
    with power.loaded():
        node.start()
    for number in range(500):
        node.client.set(f"k{number}", b"x" * 600)
    if rewritten:
        node.client.bgrewriteaof()
        wait_for(lambda: [*node.directory.rglob("*.2.base.aof")], "the log is rewritten")

    power.cut(node)
    with power.loaded():
        node.start()
    with redis.Redis(port=node.port) as client:
        left = client.dbsize()
    node.stop()

    assert (left < 500) is loses
