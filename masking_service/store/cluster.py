"""The shards of a cluster: which node takes a key. The nodes say so, and a majority of those that are asked counts."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any, Final

from redis.connection import AbstractConnection
from redis.exceptions import AskError, MovedError, RedisError
from redis.exceptions import ConnectionError as RedisConnectionError

from masking_service.store.connection import TIMEOUT_SECONDS, Address, Connection, Node, pack
from masking_service.store.fences import SLOTS

ASKING_SECONDS: Final = 1.0
"""For asking nodes who owns what. Nodes that were not reached in this time are asked next time."""
MAX_VIEWS: Final = 5
"""Nodes whose views of the slots are compared. The majority holds: a returning node may be out of date."""
_WHO_OWNS_WHAT: Final = pack((b"CLUSTER", b"SLOTS"))
_View = tuple[tuple[int, int, Address], ...]
"""First slot, last slot and address of each owner."""


class Cluster:
    """The shards of a cluster.

    Args:
        seeds: host and port of the nodes in the URL.
        dial: makes a connection object to an address.
    """

    slotted = True
    promotable = 0
    """A cluster's failover waits until the replica has everything, or the primary has failed."""

    def __init__(self, seeds: Sequence[Address], dial: Callable[[Address], AbstractConnection]) -> None:
        self._seeds = seeds
        self._dial = dial
        self._nodes: dict[Address, Node] = {}
        self._candidates = list(seeds)  # in the order in which they are asked
        self._owners: list[Node | None] = []
        self._making = threading.Lock()
        self._refreshing = threading.Lock()
        self._refreshed_at = 0.0

    def owner(self, slot: int) -> Node:
        """Return the primary that owns `slot`."""
        node = self._slot_owners()[slot]
        if node is None:
            raise RedisConnectionError("no node owns the slot")
        return node

    def owners(self) -> Mapping[Node, Sequence[int]]:
        """Return every primary that owns slots, with its slots."""
        owned: dict[Node, list[int]] = {}
        for slot, node in enumerate(self._slot_owners()):
            if node is not None:
                owned.setdefault(node, []).append(slot)
        return owned

    def known_owners(self) -> Sequence[Node]:
        """Return every primary that owns slots, as far as is known; asks none."""
        return list({node for node in self._owners if node is not None})

    def refresh(self, moved: Sequence[MovedError] = ()) -> None:
        """Ask some nodes which of them owns what, those first that answered last time.

        A caller that comes while another one asks waits for that answer.
        """
        came = monotonic()
        if not self._refreshing.acquire(timeout=2 * TIMEOUT_SECONDS):
            raise RedisConnectionError("no node could say in time which one owns what")
        try:
            if self._refreshed_at < came:
                self._refreshed_at = monotonic()
                self._refresh()
        finally:
            for error in moved if self._owners else ():
                if error.host:
                    self._owners[error.slot_id] = self._node((error.host, error.port))
            self._refreshing.release()

    def check(self) -> None:
        """Do nothing: nodes say by themselves what has moved."""

    def target(self, ask: AskError) -> Node:
        """Return the node to which a slot is being moved."""
        return self._node((ask.host, ask.port))

    def close(self) -> None:
        """Close every connection."""
        for node in list(self._nodes.values()):
            node.connections.renew()

    def _slot_owners(self) -> list[Node | None]:
        if not self._owners:
            self.refresh()
        return self._owners

    def _refresh(self) -> None:
        views, failed, error = self._ask()
        if not views:
            self._candidates = [address for address in self._candidates if address not in failed] + failed
            raise RedisConnectionError("no node of the cluster answers") from error
        chosen = Counter(view for view, _ in views.values()).most_common(1)[0][0]
        failed += [address for address, (view, _) in views.items() if view != chosen]
        named = [address for view, nodes in views.values() if view == chosen for address in nodes]
        # A node that the cluster has left behind is not asked again, unless the URL names it.
        every = dict.fromkeys([*views, *named, *self._seeds])
        self._candidates = [address for address in every if address not in failed]
        self._candidates += [address for address in every if address in failed]
        for address in self._nodes.keys() - every.keys():
            self._nodes.pop(address).connections.renew()
        owners: list[Node | None] = [None] * SLOTS
        for first, last, address in chosen:
            owners[first : last + 1] = [self._node(address)] * (last + 1 - first)
        self._owners = owners

    def _ask(self) -> tuple[dict[Address, tuple[_View, list[Address]]], list[Address], RedisError | None]:
        """Return what each node says (view, every node that it names), which ones failed, and the last error."""
        sent: list[tuple[Address, Node, Connection]] = []
        views: dict[Address, tuple[_View, list[Address]]] = {}
        failed: list[Address] = []
        last_error = None
        until = monotonic() + ASKING_SECONDS
        for address in self._candidates:
            if len(sent) == MAX_VIEWS or monotonic() > until:
                break
            node = self._node(address)
            try:
                sent.append((address, node, node.send(_WHO_OWNS_WHAT)))
            except RedisError as error:
                failed.append(address)
                last_error = error
        until = monotonic() + TIMEOUT_SECONDS
        for address, node, connection in sent:
            try:
                (reply,) = node.receive(connection, 1, TIMEOUT_SECONDS, until)
                if isinstance(reply, RedisError):
                    raise reply
                if not reply:
                    raise RedisConnectionError("it is in no cluster yet")
                views[address] = _view(reply, address)
            except RedisError as error:
                failed.append(address)
                last_error = error
        return views, failed, last_error

    def _node(self, address: Address) -> Node:
        node = self._nodes.get(address)
        if node is None:
            with self._making:
                node = self._nodes.setdefault(address, Node(lambda: self._dial(address)))
        return node


def _view(reply: list[Any], asked: Address) -> tuple[_View, list[Address]]:
    """Read the reply to CLUSTER SLOTS, in which a node without an address is the one that was asked."""
    owners, named = [], []
    for first, last, *nodes in reply:
        addresses = [((host or b"").decode() or asked[0], port) for host, port, *_ in nodes]
        owners.append((first, last, addresses[0]))
        named += addresses
    return tuple(sorted(owners)), named
