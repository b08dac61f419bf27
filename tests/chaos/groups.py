"""Clusters and sentinel set-ups, and their faults."""

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import redis
from redis.crc import key_slot

from tests import servers
from tests.chaos.faults import A_WHILE, a_worker_is_killed, the_service_is_killed
from tests.chaos.load import Shape
from tests.chaos.world import AUDIT, World
from tests.clusters import Cluster
from tests.e2e.processes import wait_for
from tests.servers import Node
from tests.store.stores import ask


class ClusterWorld(World):
    """A service on three primaries with two replicas each.

    Attributes:
        cluster: the nodes.
        draw: which of them a fault is done to.
    """

    atomic = False

    def __init__(self, folder: Path, shape: Shape, seed: int = 0) -> None:
        self._group = servers.make_cluster(folder, 3, 2)
        self.cluster = Cluster(self._group)
        self.draw = random.Random(seed)
        super().__init__(folder, shape, self._group.url)

    @property
    def clients(self) -> list[redis.Redis]:
        return [node.client for node in self.cluster.primaries()]

    def stop(self) -> None:
        super().stop()
        self._group.stop()

    def slot(self) -> int:
        """Any slot."""
        return self.draw.randrange(servers.SLOTS)


def a_primary_is_killed(world: ClusterWorld) -> None:
    slot = world.slot()
    dead = world.cluster.primary(slot)
    dead.kill()
    world.cluster.promoted(slot, dead)
    dead.start()
    world.cluster.whole()


def a_primary_is_frozen(world: ClusterWorld) -> None:
    """It is failed over, and continues as an old primary."""
    slot = world.slot()
    frozen = world.cluster.primary(slot)
    others = [node for node in world.cluster.nodes if node is not frozen]
    frozen.pause()
    try:
        servers.wait_until(lambda: any(_owns(node, slot) for node in others), "a replica is promoted", 40)
    finally:
        frozen.resume()
    world.cluster.whole()


def a_replica_is_killed(world: ClusterWorld) -> None:
    replica = world.draw.choice(world.cluster.replicas_of(world.cluster.primary(world.slot())))
    replica.kill()
    time.sleep(A_WHILE)
    replica.start()
    world.cluster.whole()


def a_failover_is_planned(world: ClusterWorld) -> None:
    slot = world.slot()
    before = world.cluster.primary(slot)
    ask(world.draw.choice(world.cluster.replicas_of(before)).client, "CLUSTER", "FAILOVER")
    world.cluster.promoted(slot, before)
    world.cluster.whole()


def a_zone_is_lost(world: ClusterWorld) -> None:
    """A zone has one shard's primary and a replica of each other."""
    slot = world.slot()
    dead = world.cluster.primary(slot)
    zone = [dead, *(world.cluster.replicas_of(one)[0] for one in world.cluster.primaries() if one is not dead)]
    for node in zone:
        node.kill()
    world.cluster.promoted(slot, dead)
    time.sleep(A_WHILE)
    for node in zone:
        node.start()
    world.cluster.whole()


def all_nodes_are_restarted(world: ClusterWorld) -> None:
    for node in world.cluster.nodes:
        node.stop()
        node.start()
        world.cluster.whole()


def slots_move(world: ClusterWorld) -> None:
    first = world.draw.randrange(servers.SLOTS - 50)
    for slot in range(first, first + 50):
        source = world.cluster.primary(slot)
        target = world.draw.choice([one for one in world.cluster.primaries() if one is not source])
        world.cluster.move(slot, source, target)


def a_shard_comes_back_empty(world: ClusterWorld) -> None:
    """It is refused, until the right data is back and the service restarted."""
    primary = world.cluster.primary(world.slot())
    replicas = world.cluster.replicas_of(primary)
    for node in (*replicas, primary):
        node.kill()
    data, aside = primary.directory / "appendonlydir", primary.directory / "aside"
    data.rename(aside)
    primary.start()
    wait_for(lambda: world.is_refused(b"emptied"), "the empty server is refused", 20)
    time.sleep(A_WHILE)
    assert not primary.client.dbsize(), "something was written to an empty server"
    primary.kill()
    shutil.rmtree(data)
    aside.rename(data)
    for node in (primary, *replicas):
        node.start()
    world.cluster.whole()
    world.restart_service()


def a_slot_of_the_audit_log_goes_back(world: ClusterWorld) -> None:
    """Its shard comes back without its newest entries. It is refused, until the right data is back.

    The checkpoints are on another shard.
    """
    owners = [world.cluster.primary(key_slot(AUDIT.writers(slot))) for slot in range(AUDIT.slots)]
    primary = next(owner for owner in owners if owner is not owners[0])
    nodes = [primary, *world.cluster.replicas_of(primary)]
    data, older, aside = (primary.directory / name for name in ("appendonlydir", "older", "aside"))
    for node in reversed(nodes):  # else a replica takes over before it is killed
        node.kill()
    shutil.copytree(data, older)
    for node in nodes:
        node.start()
    world.cluster.whole()
    wait_for(world.ready, "every worker is ready", 30)
    copied = _entries(primary)  # or more: the load goes on
    wait_for(lambda: _entries(primary) > copied, "entries that the older copy lacks", 60)
    auditor = world.service.credentials["auditor"]
    wait_for(lambda: world.service.status(auditor, "GET", "/v1/audit/checkpoint") == 200, "a checkpoint", 20)
    for node in reversed(nodes):
        node.kill()
    data.rename(aside)
    older.rename(data)
    for node in nodes:  # replicas take what the primary has
        node.start()
    wait_for(lambda: world.is_refused(b"the audit log lost entries"), "the older copy is refused", 30)
    for node in reversed(nodes):
        node.kill()
    shutil.rmtree(data)
    aside.rename(data)
    for node in nodes:
        node.start()
    world.cluster.whole()
    world.restart_service()


def _entries(node: Node) -> int:
    """Return how many entries of the audit log a server has."""
    return sum(node.client.xlen(stream) for stream in node.client.scan_iter(b"wm:{audit:*}w:*"))


def _owns(node: Node, slot: int) -> bool:
    mine = ask(node.client, "CLUSTER", "MYID")
    shards = ask(node.client, "CLUSTER", "SLOTS")
    return any(first <= slot <= last and primary[2] == mine for first, last, primary, *_ in shards)


CLUSTER_FAULTS: Final[tuple[Callable[[ClusterWorld], None], ...]] = (
    a_primary_is_killed,
    a_primary_is_frozen,
    a_replica_is_killed,
    a_failover_is_planned,
    a_zone_is_lost,
    all_nodes_are_restarted,
    slots_move,
    a_shard_comes_back_empty,
    a_slot_of_the_audit_log_goes_back,
    a_worker_is_killed,
    the_service_is_killed,
)


class SentinelWorld(World):
    """A service on a primary, two replicas and three sentinels.

    Attributes:
        nodes: the servers.
        sentinels: what watches them.
        draw: which of them a fault is done to.
    """

    def __init__(self, folder: Path, shape: Shape, seed: int = 0) -> None:
        self._group = servers.make_sentinel(folder)
        self.nodes = [*self._group.primaries, *self._group.replicas]
        self.sentinels = self._group.sentinels
        self.draw = random.Random(seed)
        super().__init__(folder, shape, self._group.url)

    @property
    def clients(self) -> list[redis.Redis]:
        return [self.primary().client]

    def stop(self) -> None:
        super().stop()
        self._group.stop()

    def primary(self) -> Node:
        """The server that most sentinels name."""
        ports = [int(self._named_by(sentinel)) for sentinel in self.sentinels]
        return next(node for node in self.nodes if node.port == max(set(ports), key=ports.count))

    def promoted(self, before: Node) -> None:
        """Return once another server than `before` is the primary."""
        servers.wait_until(lambda: self.primary() is not before, "a replica is promoted", 40)

    def whole(self) -> None:
        """Return once all others follow the primary."""
        servers.wait_until(self._is_whole, "the replicas follow the primary", 60)

    def _named_by(self, sentinel: Node) -> bytes:
        found: bytes = ask(sentinel.client, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster")[1]
        return found

    def _is_whole(self) -> bool:
        primary = self.primary()
        infos = [node.client.info("replication") for node in self.nodes if node is not primary]
        return all(info.get("master_port") == primary.port and info["master_link_status"] == "up" for info in infos)


def the_primary_is_killed(world: SentinelWorld) -> None:
    dead = world.primary()
    dead.kill()
    world.promoted(dead)
    dead.start()
    world.whole()


def the_primary_is_frozen(world: SentinelWorld) -> None:
    frozen = world.primary()
    frozen.pause()
    try:
        world.promoted(frozen)
    finally:
        frozen.resume()
    world.whole()


def the_primary_is_shut_down(world: SentinelWorld) -> None:
    """A planned failover: its replicas have everything at the end."""
    before = world.primary()
    before.stop()
    world.promoted(before)
    before.start()
    world.whole()


def a_failover_is_ordered(world: SentinelWorld) -> None:
    """The old primary takes writes while a replica is already promoted."""
    before = world.primary()
    sentinel = world.draw.choice(world.sentinels).client
    servers.wait_until(lambda: ask(sentinel, "SENTINEL", "FAILOVER", "mymaster") == b"OK", "the failover begins")
    world.promoted(before)
    world.whole()


def one_of_the_replicas_is_killed(world: SentinelWorld) -> None:
    replica = world.draw.choice([node for node in world.nodes if node is not world.primary()])
    replica.kill()
    time.sleep(A_WHILE)
    replica.start()
    world.whole()


SENTINEL_FAULTS: Final[tuple[Callable[[SentinelWorld], None], ...]] = (
    the_primary_is_killed,
    the_primary_is_frozen,
    the_primary_is_shut_down,
    a_failover_is_ordered,
    one_of_the_replicas_is_killed,
    a_worker_is_killed,
    the_service_is_killed,
)
