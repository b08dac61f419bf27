"""Who takes which key: one server for all, or the shards of a cluster. redis-py keeps track of who they are.

Nothing here connects before it is asked, so that a process starts, and masks,
while its store is down.
"""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from time import monotonic
from typing import Any, Final, Protocol

import redis
from redis.cluster import ClusterNode, NodesManager
from redis.exceptions import AskError, MovedError, RedisClusterException, SlotNotCoveredError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.sentinel import Sentinel, SentinelConnectionPool

from masking_service.store.node import TIMEOUT_SECONDS, Node
from masking_service.store.pool import Pool
from masking_service.store.servers import Servers

KNOWN_NODES_ASKED: Final = 2
"""How many nodes a look at the cluster tries besides a configured one: each that is gone costs a time-out."""


class Route(Protocol):
    """Finds the server that takes a key.

    Attributes:
        slotted: whether keys stand in slots that may have different owners.
    """

    slotted: bool

    def owner(self, slot: int) -> Node:
        """Who takes the keys of `slot`. Raises RedisError where nobody is known to."""

    def owners(self) -> Mapping[Node, int]:
        """Everybody who takes some, and one of the slots of each. Raises RedisError where nobody is known to."""

    def known_owners(self) -> Sequence[Node]:
        """Everybody who takes some, as far as this process has met them and knows; asks nobody."""

    def look_again(self, failed: Sequence[Node], moved: Sequence[MovedError]) -> None:
        """Find out anew who takes what, because nodes failed or said that slots have moved. Raises RedisError."""

    def target(self, ask: AskError) -> Node:
        """Who takes keys of a slot that is just moving there."""

    def close(self) -> None:
        """Close every connection."""


class SentinelPool(SentinelConnectionPool, Pool):
    """Connections to whomever the sentinels call the primary."""

    def __init__(self, name: str, sentinel: Sentinel, **settings: Any) -> None:
        super().__init__(name, sentinel, **settings)  # type: ignore[no-untyped-call]  # as redis-py left it


class OneServer:
    """All keys in one server: the one at an address, or whichever of several the sentinels name."""

    slotted = False

    def __init__(self, pool: redis.ConnectionPool, servers: Servers) -> None:
        self._node = Node(pool, servers)

    def owner(self, slot: int) -> Node:
        """The server, whatever the slot."""
        del slot
        return self._node

    def owners(self) -> Mapping[Node, int]:
        """The server alone."""
        return {self._node: 0}

    def known_owners(self) -> Sequence[Node]:
        """The server alone."""
        return (self._node,)

    def look_again(self, failed: Sequence[Node], moved: Sequence[MovedError]) -> None:
        """Connect anew where the server says that it takes no writes: behind the address there may be another now.

        A connection that failed is made anew in any case, and then the sentinels are asked.
        """
        del moved
        if not failed:
            self._node.look_again()

    def target(self, ask: AskError) -> Node:
        """The server; no server outside a cluster asks."""
        del ask
        return self._node

    def close(self) -> None:
        """Close every connection."""
        self._node.close()


class Cluster:
    """The shards of a cluster. Who owns which slot is asked when it is first needed, and when a node says otherwise.

    Args:
        seeds: host and port of nodes that may be asked at the start.
        meet: asks some of them who owns what, and makes a pool of connections for every node.
        servers: who may be behind the nodes.
    """

    slotted = True

    def __init__(
        self, seeds: Sequence[tuple[str, int]], meet: Callable[[list[ClusterNode]], NodesManager], servers: Servers
    ) -> None:
        self._addresses = seeds
        self._servers = servers
        self._meet = meet
        self._seeds: list[ClusterNode] = []
        self._manager: NodesManager | None = None
        self._nodes: dict[str, Node] = {}
        self._making = threading.Lock()
        self._looking = threading.Lock()
        self._looked_at = 0.0

    def owner(self, slot: int) -> Node:
        """The primary that owns `slot`."""
        try:
            return self._node(self._known().get_node_from_slot(slot))
        except SlotNotCoveredError:
            raise RedisConnectionError("nobody owns the slot") from None

    def owners(self) -> Mapping[Node, int]:
        """Every primary that owns slots."""
        primaries = {nodes[0].name: (nodes[0], slot) for slot, nodes in self._known().slots_cache.items() if nodes}
        return {self._node(node): slot for _, (node, slot) in sorted(primaries.items())}

    def known_owners(self) -> Sequence[Node]:
        """Every node that was sent something, and owned slots at the last look: one that was replaced does not."""
        slots = [] if self._manager is None else list(self._manager.slots_cache.values())
        names = {nodes[0].name for nodes in slots if nodes}
        return [node for name, node in list(self._nodes.items()) if name in names]

    def look_again(self, failed: Sequence[Node], moved: Sequence[MovedError]) -> None:
        """Ask others than those that failed. Where a node said who took a slot over, that holds in any case."""
        self._look({name for name, node in self._nodes.items() if node in failed})
        for error in moved:
            with suppress(KeyError):  # of a slot that nobody owned at the last look
                self._known().move_slot(error)

    def target(self, ask: AskError) -> Node:
        """The node that a slot is moving to."""
        return self._node(self._known().get_node(ask.host, ask.port) or ClusterNode(ask.host, ask.port))

    def close(self) -> None:
        """Close every connection."""
        for node in list(self._nodes.values()):
            node.close()

    def _known(self) -> NodesManager:
        if self._manager is None:
            self._look(frozenset())
        if self._manager is None:
            raise RedisConnectionError("no node of the cluster answers")
        return self._manager

    def _look(self, failed: Collection[str]) -> None:
        """Ask a few nodes, one after the other, who owns what. Whoever comes while somebody looks has it from them."""
        came = monotonic()
        if not self._looking.acquire(timeout=TIMEOUT_SECONDS):
            raise RedisConnectionError("nobody could tell in time who owns what")
        try:
            if self._looked_at >= came:
                return
            self._looked_at = monotonic()
            self._seeds = self._seeds or [ClusterNode(host, port) for host, port in self._addresses]
            self._seeds.append(self._seeds.pop(0))  # each of them is the one that is asked some time
            if self._manager is None:
                self._manager = self._meet(self._seeds[-1 - KNOWN_NODES_ASKED :])
                return
            known = (node for node in self._manager.nodes_cache.values() if node.name not in failed)
            asked = {self._seeds[-1].name: self._seeds[-1]} | {n.name: n for n in islice(known, KNOWN_NODES_ASKED)}
            self._manager.startup_nodes = asked
            self._manager.initialize(disconnect_startup_nodes_pools=False)
        except (RedisClusterException, IndexError, OSError):
            raise RedisConnectionError("no node of the cluster answers") from None
        finally:
            self._looking.release()

    def _node(self, known: ClusterNode) -> Node:
        node = self._nodes.get(known.name)
        if node is None:
            with self._making:
                if known.redis_connection is None:
                    self._known().create_redis_connections([known])
                node = self._nodes.setdefault(known.name, Node(known.redis_connection.connection_pool, self._servers))
        return node
