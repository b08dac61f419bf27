"""The servers of the store: which one takes a key, and which ones are verified.

There is one server for all keys, or a shard of a cluster. It connects only when
it is asked, so that a process starts, and masks, while its store is down.

A server that was started again takes a new run id. It may be empty or hold old
data, and records that are written to it with the data keys in memory could never
be opened. So no command is sent to a server before it is verified, and records
are written only while the servers are those from which their data key was read.
docs/architecture.md draws the states.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from time import monotonic, time
from typing import Any, Final, NamedTuple, Protocol

from redis.connection import AbstractConnection
from redis.exceptions import AskError, MovedError, RedisError
from redis.exceptions import ConnectionError as RedisConnectionError

from masking_service.store.connection import TIMEOUT_SECONDS, Connection, Node, pack
from masking_service.store.errors import StoreUnavailable
from masking_service.store.fences import SLOTS
from masking_service.store.layout import ONE_SLOT, AuditKeys

ASKING_SECONDS: Final = 1.0
"""For asking nodes who owns what. Nodes that were not reached in this time are asked next time."""
MAX_VIEWS: Final = 5
"""Nodes whose views of the slots are compared. The majority holds: a returning node may be out of date."""
MAX_CLOCK_SECONDS: Final = 3600
"""Clocks that are kept right are less than a second apart; the shortest retention is a day."""

Address = tuple[str, int]
_WHO_OWNS_WHAT: Final = pack((b"CLUSTER", b"SLOTS"))
_View = tuple[tuple[int, int, Address], ...]
"""First slot, last slot and address of each owner."""


class Watched(NamedTuple):
    """What a sentinel says of the servers that it watches.

    Attributes:
        primary: the address of the primary.
        promotable: how many replicas it could promote now; None where it does not tell.
    """

    primary: Address
    promotable: int | None


class Route(Protocol):
    """Finds the server that takes a key.

    Attributes:
        slotted: whether keys have slots that may have different owners.
        promotable: how many replicas sentinels could promote while the primary takes writes; 0 where none could.
    """

    slotted: bool
    promotable: int

    def owner(self, slot: int) -> Node:
        """Return the server that takes the keys of `slot`. Raises RedisError where none is known."""

    def owners(self) -> Mapping[Node, Sequence[int]]:
        """Return every server that takes keys, with its slots. Raises RedisError where none is known."""

    def known_owners(self) -> Sequence[Node]:
        """Return the servers that take keys, as far as they are known; asks none."""

    def refresh(self, moved: Sequence[MovedError] = ()) -> None:
        """Find out again which server takes what.

        Args:
            moved: what servers said about slots that have moved. It holds in any case.

        Raises:
            RedisError: no server answers.
        """

    def check(self) -> None:
        """Refresh where the sentinels name another primary by now, and count replicas again. Called once a second."""

    def target(self, ask: AskError) -> Node:
        """Return the server to which a slot is being moved."""

    def close(self) -> None:
        """Close every connection."""


class OneServer:
    """All keys in one server: the one at an address, or the primary that sentinels name."""

    slotted = False

    def __init__(self, node: Node, ask_sentinels: Callable[[], Watched] | None = None) -> None:
        self.promotable = 0
        self._node = node
        self._ask_sentinels = ask_sentinels
        self._primary: Address | None = None

    def owner(self, slot: int) -> Node:
        """Return the server."""
        del slot
        return self._node

    def owners(self) -> Mapping[Node, Sequence[int]]:
        """Return the server, without slots."""
        return {self._node: ()}

    def known_owners(self) -> Sequence[Node]:
        """Return the server."""
        return (self._node,)

    def refresh(self, moved: Sequence[MovedError] = ()) -> None:
        """Connect again. There may be another server behind the address, or the sentinels may name another one."""
        del moved
        self._node.connections.renew()

    def check(self) -> None:
        """Connect again where the sentinels name another primary: the old one may take writes for ten seconds more."""
        if self._ask_sentinels is None:
            return
        with suppress(RedisError):  # without sentinels everything stays as it was
            primary, promotable = self._ask_sentinels()
            if primary != self._primary:
                self._primary = primary
                self.refresh()
            # Not before: what is still sent to an old primary must reach the replica that was promoted.
            self.promotable = self.promotable if promotable is None else promotable

    def target(self, ask: AskError) -> Node:
        """Return the server; no server outside a cluster asks."""
        del ask
        return self._node

    def close(self) -> None:
        """Close every connection."""
        self._node.connections.renew()


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


@dataclass(frozen=True, eq=False, slots=True)
class Roster:
    """The verified servers at one time. A new roster replaces it when a server is verified.

    Attributes:
        run_ids: of each server that takes keys; None where every server may be used.
    """

    run_ids: Mapping[Node, bytes] | None


class Identity:
    """The verified servers of a store, and whether this process may use it.

    Attributes:
        roster: the verified servers.
        unknown: set from when a server is met that is not verified until the roster is replaced.
        shut: why the store is never used again by this process; empty while it may be.
        outdated: whether clients or freezes could not be read when this was last tried: then the process is not ready,
            although it may use the store until `current_until`.
        current_until: until when (monotonic clock) what this process knows of clients and freezes is recent enough.
        marked: whether every slot of `genesis.MARKED_SLOTS` has a mark; None before the first key was read.
        audit: the keys of its audit log, as the first key says.
    """

    def __init__(self) -> None:
        self.roster = Roster({})
        self.unknown = threading.Event()
        self.shut = ""
        self.outdated = False
        self.current_until = inf
        self.marked: bool | None = None
        self.audit: AuditKeys = ONE_SLOT
        self._open_until = 0.0

    @property
    def open(self) -> bool:
        """Whether the store may be used."""
        return self.leased and not self.shut and monotonic() < self.current_until

    @property
    def leased(self) -> bool:
        """Whether the lease on the store still runs."""
        return monotonic() < self._open_until

    def open_until(self, until: float) -> None:
        """Open the store until a moment of the monotonic clock."""
        self._open_until = until

    def trust(self) -> None:
        """Open the store for one command, or a test, without verifying its servers."""
        self.roster = Roster(None)
        self._open_until = inf

    def knows(self, node: Node, run_id: bytes) -> bool:
        """Whether a server is verified."""
        run_ids = self.roster.run_ids
        return run_ids is None or run_ids.get(node) == run_id

    def check(self, node: Node, run_id: bytes, since: Roster | None) -> None:
        """Check a server just before something is sent to it.

        Args:
            since: the roster that must still be in force; None where that does not matter.

        Raises:
            StoreUnavailable: it is not verified, or another one was met or verified since.
        """
        roster = self.roster  # read once: another thread may replace it
        if since is not None and (since is not roster or self.unknown.is_set()):
            raise StoreUnavailable("unseen")
        if roster.run_ids is not None and roster.run_ids.get(node) != run_id:
            self.unknown.set()
            raise StoreUnavailable("unseen")

    def verify(self, run_ids: Mapping[Node, bytes], owners: Iterable[Node]) -> None:
        """Let these servers be used, and no others than the `owners` among those that were verified before."""
        before = self.roster.run_ids or {}
        after = {**{node: before[node] for node in owners if node in before}, **run_ids}
        if after != before:
            self.unknown.clear()
            self.roster = Roster(after)


class Clocks:
    """The clocks of the store's servers beside this machine's.

    Records expire at a time by the service's clock, on a server's clock. If the service is behind by a retention, each
    record would expire while it is written, and its tokens would be acknowledged all the same.

    Args:
        now, passed: this machine's time of day, and the monotonic clock.
    """

    def __init__(self, now: Callable[[], float] = time, passed: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._passed = passed
        self._ahead: tuple[float, ...] = ()  # of the monotonic clock

    def saw(self, servers: Iterable[float]) -> None:
        """Take the clocks of all servers that answered together, in Unix seconds."""
        passed = self._passed()
        self._ahead = tuple(told - passed for told in servers)

    @property
    def ahead(self) -> float:
        """Return by how many seconds this clock leads the one that differs most; negative if it lags."""
        here = self._now() - self._passed()
        return max((here - ahead for ahead in self._ahead), key=abs, default=0.0)

    @property
    def agree(self) -> bool:
        """Whether all of them are near this machine's clock."""
        return self._near(self._now())

    def check(self, now: float) -> None:
        """Check that `now`, the time at which a request began, is near the servers' time.

        Raises:
            StoreUnavailable: a record that expires by it could expire while it is acknowledged.
        """
        if not self._near(now):
            raise StoreUnavailable("clock")

    def _near(self, now: float) -> bool:
        here = now - self._passed()
        return all(abs(here - ahead) <= MAX_CLOCK_SECONDS for ahead in self._ahead)
