"""After every change of the store's servers each worker is ready again within ten seconds, and stays ready."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import servers
from tests.clusters import Cluster
from tests.e2e.processes import Running, wait_for
from tests.e2e.test_failover import Printer
from tests.e2e.test_production import Setup
from tests.servers import Group
from tests.store.stores import ask
from tests.together import repeating

READY_SECONDS = 10
STEADY_SECONDS = 3
RECORDS = [{"sender": {"name": "张三"}}]
ALONE = pytest.mark.xdist_group("e2e/test_recovery.py, without a cluster")
"""These need none of the file's fixtures, so they may run beside it."""


class Fleet:
    """Two workers, each a process of its own so that its readiness can be told apart, on one store."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.setup = Setup(folder, url)
        self.key = self.setup.add("printer-1")
        self.workers: list[Running] = []

    def start(self) -> Fleet:
        self.workers = []
        for name in ("a", "b"):
            shutil.copytree(self.folder / "state", self.folder / name / "state", dirs_exist_ok=True)
            settings = {"MASKING_REDIS_URL": self.url}
            self.workers.append(Running.serve(self.folder / name, "--workers", "1", **settings))
        return self

    def ready(self) -> bool:
        return [worker.status(None, "GET", "/readyz") for worker in self.workers] == [200] * len(self.workers)

    def is_ready_again(self) -> None:
        """Return once every worker is ready and has stayed so; fail where one is late or changes its mind."""
        wait_for(self.ready, "every worker is ready", READY_SECONDS)
        until = time.monotonic() + STEADY_SECONDS
        while time.monotonic() < until:
            for worker in self.workers:
                status, _, content = worker.call(None, "GET", "/readyz")
                assert status == 200, content
            time.sleep(0.1)

    def refuse(self, key: str) -> bool:
        body = {"records": RECORDS}
        return {worker.status(key, "POST", "/v1/mask", body) for worker in self.workers} == {401}

    @contextmanager
    def loaded(self) -> Iterator[None]:
        """Load on every worker inside, which is acknowledged before the end."""
        printers = [Printer(worker, self.key, at) for at, worker in enumerate(self.workers)]
        with repeating(*(printer.send_next for printer in printers)):
            wait_for(lambda: all(printer.acknowledged for printer in printers), "the load runs")
            yield
            before = [len(printer.acknowledged) for printer in printers]
            wait_for(
                lambda: all(len(p.acknowledged) > n for p, n in zip(printers, before, strict=True)),
                "every worker acknowledges again",
            )
        assert {status for printer in printers for status in printer.statuses} <= {200, 503}

    def stop(self) -> None:
        for worker in self.workers:
            worker.stop()


@contextmanager
def fleet_on(folder: Path, group: Group) -> Iterator[Fleet]:
    fleet = Fleet(folder, group.url)
    try:
        yield fleet
    finally:
        fleet.stop()


own_servers = pytest.mark.xdist_group("recovery of own servers")
"""Tests that another process may run than those on the shared cluster."""

OTHER_SHARD = 8000
"""A slot of the shard that holds none of the keys that the background reads."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, Fleet]]:
    """Three primaries with a replica each; all six are in the URL."""
    group = servers.make_cluster(tmp_path_factory.mktemp("cluster"), 3, 1)
    with fleet_on(tmp_path_factory.mktemp("fleet"), group) as fleet:
        yield Cluster(group), fleet.start()
    group.stop()


@pytest.mark.parametrize("slot", [0, OTHER_SHARD])
def test_a_primary_that_is_killed_returns_as_a_replica(cluster: tuple[Cluster, Fleet], slot: int) -> None:
    nodes, fleet = cluster
    with fleet.loaded():
        dead = nodes.primary(slot)
        dead.kill()
        nodes.promoted(slot, dead)
        dead.start()
        fleet.is_ready_again()


def test_an_idle_worker_finds_the_promoted_primary(cluster: tuple[Cluster, Fleet]) -> None:
    nodes, fleet = cluster
    dead = nodes.primary(OTHER_SHARD)
    dead.kill()
    nodes.promoted(OTHER_SHARD, dead)
    dead.start()
    fleet.is_ready_again()


def test_a_replica_that_is_killed_returns(cluster: tuple[Cluster, Fleet]) -> None:
    nodes, fleet = cluster
    replica = nodes.replicas_of(nodes.primary(OTHER_SHARD))[0]
    replica.kill()
    replica.start()
    fleet.is_ready_again()


@pytest.mark.parametrize("slot", [0, OTHER_SHARD])
def test_a_planned_failover_needs_no_failure(cluster: tuple[Cluster, Fleet], slot: int) -> None:
    nodes, fleet = cluster
    before = nodes.primary(slot)
    ask(nodes.replicas_of(before)[0].client, "CLUSTER", "FAILOVER")
    nodes.promoted(slot, before)
    fleet.is_ready_again()


def test_slots_that_move_under_load_are_followed(cluster: tuple[Cluster, Fleet]) -> None:
    nodes, fleet = cluster
    source, target = nodes.primary(OTHER_SHARD), nodes.primary(16383)
    with fleet.loaded():
        for slot in range(OTHER_SHARD, OTHER_SHARD + 100):
            nodes.move(slot, source, target)
            assert fleet.ready()
        fleet.is_ready_again()


def test_all_nodes_are_restarted_one_after_the_other(cluster: tuple[Cluster, Fleet]) -> None:
    nodes, fleet = cluster
    with fleet.loaded():
        for node in nodes.nodes:
            node.stop()
            node.start()
            nodes.whole()
        fleet.is_ready_again()


def test_a_revocation_reaches_every_worker_while_a_shard_is_lost(cluster: tuple[Cluster, Fleet]) -> None:
    nodes, fleet = cluster
    thief = fleet.setup.add("printer-2")
    assert wait_for(lambda: not fleet.refuse(thief), "the client is known")
    lost = [nodes.primary(OTHER_SHARD)]
    lost += nodes.replicas_of(lost[0])
    for node in lost:
        node.kill()
    try:
        fleet.setup.command("clients", "revoke", "printer-2")
        wait_for(lambda: fleet.refuse(thief), "the revocation is known", 2)
    finally:
        for node in lost:
            node.start()
    fleet.is_ready_again()


def test_a_primary_that_lost_its_data_is_refused(cluster: tuple[Cluster, Fleet]) -> None:
    """The last test on this cluster: its store is shut in every worker."""
    nodes, fleet = cluster
    empty = nodes.primary(OTHER_SHARD)
    empty.kill()
    shutil.rmtree(empty.directory / "appendonlydir")
    empty.start()

    def refused() -> bool:
        answers = [worker.call(None, "GET", "/readyz") for worker in fleet.workers]
        return all(status == 503 and b"emptied" in content for status, _, content in answers)

    wait_for(refused, "the empty server is refused", READY_SECONDS)
    body = {"records": [{"waybill_no": "SF1234567890", **RECORDS[0]}]}
    assert {worker.status(fleet.key, "POST", "/v1/tokenize", body) for worker in fleet.workers} == {503}
    assert {worker.status(fleet.key, "POST", "/v1/mask", {"records": RECORDS}) for worker in fleet.workers} == {200}


@own_servers
def test_workers_go_on_and_start_while_a_zone_is_lost(tmp_path: Path) -> None:
    """Two replicas a shard; a zone has the primary of one shard and a replica of each other shard."""
    group = servers.make_cluster(tmp_path, 3, 2)
    nodes = Cluster(group)
    with fleet_on(tmp_path / "fleet", group) as fleet:
        fleet.start()
        zone = [group.primaries[0], *group.replicas[-2:]]  # the first and the last two of the URL
        for node in zone:
            node.kill()
        nodes.promoted(0, zone[0])
        fleet.is_ready_again()
        fleet.stop()
        fleet.start()
        fleet.is_ready_again()
    group.stop()


@own_servers
@ALONE
def test_the_old_primary_returns_under_sentinel(make_sentinel: Callable[..., Group], tmp_path: Path) -> None:
    group = make_sentinel()
    with fleet_on(tmp_path / "fleet", group) as fleet:
        fleet.start()
        with fleet.loaded():
            group.primaries[0].kill()
            group.wait_for_promotion()
            group.primaries[0].start()
            fleet.is_ready_again()


@own_servers
@ALONE
def test_a_single_server_restarts(tmp_path: Path) -> None:
    with (
        servers.single(tmp_path) as node,
        fleet_on(tmp_path / "fleet", Group(node.url, [node], [], [])) as fleet,
    ):
        fleet.start()
        with fleet.loaded():
            node.kill()
            node.start()
            fleet.is_ready_again()
