"""Sends commands to Redis: few connections, packed exchanges, tight time-outs, a circuit breaker for each server.

`read` and `write` are each one round trip for a whole batch, however many
servers it concerns. What `write` and `script` return is durable in the sense of
`docs/adr/0004-appendfsync-always.md`; when one raises, part of it may be done,
and the same can be sent again.

A server that was started again takes a new run id. It may be empty or hold old
data, and records that are written to it with the data keys in memory could never
be opened. So no command is sent to a server before it is verified, and records
are written only while the servers are those from which their data key was read.
docs/architecture.md draws the states.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from math import inf
from time import monotonic, time
from typing import Any, Final

from redis.crc import key_slot
from redis.exceptions import MovedError, NoPermissionError, NoScriptError, ReadOnlyError, RedisError

from masking_service.computing import waiting
from masking_service.store.condition import Condition
from masking_service.store.connection import Command, Node, Reply, pack
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import ONE_SLOT, AuditKeys
from masking_service.store.pipeline import (
    Answer,
    Bundle,
    Exchanges,
    Question,
    Roster,
    Script,
    bundles_of,
    executed,
    slot_of,
    slot_of_script,
    together,
    whole,
)
from masking_service.store.reasons import unavailable
from masking_service.store.urls import Tls, route_to, user_of

__all__ = ["Command", "Reply", "ServerReplies", "Store"]

KEYS_AT_ONCE: Final = 1_000
MAX_CLOCK_SECONDS: Final = 3600
"""Clocks that are kept right are less than a second apart; the shortest retention is a day."""
_NO_FILES: Final = Tls()


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


@dataclass(frozen=True, slots=True)
class ServerReplies:
    """The replies of one server that takes writes, or why it sent none.

    Attributes:
        slots: those that it owns, in a cluster.
    """

    node: Node
    slots: Sequence[int]
    replies: list[Reply]
    error: StoreUnavailable | None


class Store:
    """Redis or Valkey in one of the forms of `urls.FORMS`: one server, what sentinels watch, or a cluster.

    Args:
        url: its address, with user and password.
        replicas: how many replicas must have a write before it is acknowledged: of each shard that it touches.
        tls: the files for encrypted connections.
        vouched: whether the operator vouches for durable settings that the store does not show.
        may_lose: whether it may be used although it is seen to lose what it acknowledges.
        audit_slots: over how many slots the audit log of a new store is spread; one that was made before must have as
            many. 0 for 1, or whatever it has.

    Attributes:
        user: the name of its user.
        replicas: how many replicas must have a write at least.
        identity: which servers are verified, and whether the store may be used.
        vouched, may_lose, audit_slots: as above.
        intake: whether its user is that of an intake host, which may do less.
        clocks: its servers' clocks beside this machine's.
        read_only: whether it was seen to lose what it acknowledges: then nothing is written.
        condition: what was seen of it last; None before.

    Raises:
        UnknownForm: the URL has no form that is known here.
    """

    def __init__(
        self,
        url: str,
        *,
        replicas: int = 0,
        tls: Tls = _NO_FILES,
        vouched: bool = False,
        may_lose: bool = False,
        audit_slots: int = 0,
    ) -> None:
        self.replicas = replicas
        self.vouched = vouched
        self.may_lose = may_lose
        self.audit_slots = audit_slots
        self.intake = False
        self.identity = Identity()
        self.clocks = Clocks()
        self.read_only = False
        self.condition: Condition | None = None
        self._route = route_to(url, tls)
        self.user = user_of(url)
        self._exchanges = Exchanges(self._route, self.identity.check)
        self._surveys = Exchanges(self._route, None)

    @property
    def round_trips(self) -> int:
        """The number of exchanges, for tests and metrics."""
        return self._exchanges.round_trips + self._surveys.round_trips

    @property
    def open_circuits(self) -> int:
        """The number of servers that are refused at once because they do not answer."""
        return sum(node.breaker.open for node in self._route.known_owners())

    @property
    def required_replicas(self) -> int:
        """How many replicas must confirm a write: behind sentinels, at least all that they could promote.

        `SENTINEL FAILOVER` promotes any of them while the old primary still takes writes.
        """
        return self.replicas and max(self.replicas, self._route.promotable)

    @property
    def slotted(self) -> bool:
        """Whether it is a cluster."""
        return self._route.slotted

    @property
    def admitted(self) -> bool:
        """Whether it may be used."""
        return self.identity.open

    def trust(self) -> None:
        """Let the store be used without verifying its servers."""
        self.identity.trust()

    def candidate(self, run_ids: Mapping[Node, bytes]) -> "Store":
        """Return a view of this store for verifying it: usable before it is admitted, and with these servers."""
        view = copy(self)
        view.identity = Identity()
        view.identity.marked = self.identity.marked
        view.identity.audit = self.identity.audit
        view.identity.roster = Roster({**(self.identity.roster.run_ids or {}), **run_ids})
        view.identity.open_until(inf)
        view._exchanges = Exchanges(self._route, view.identity.check)  # noqa: SLF001  # its own class
        return view

    def read(self, commands: Sequence[Command]) -> list[Reply]:
        """Send `commands` together and return their replies in order: one round trip, none without commands.

        Raises:
            StoreUnavailable: a reply is missing or is an error.
        """
        return self.answer(Question(commands, lambda replies: replies))

    def write(self, commands: Sequence[Command], *, since: Roster | None = None) -> list[Reply]:
        """Send `commands` and return their replies in order once everything is durable.

        It is one transaction; in a cluster, one for each slot. Without commands there is no round trip.

        Args:
            since: `identity.roster` of before a data key was taken, where something is sealed with it.

        Raises:
            StoreUnavailable: it did not come back whole, or too few replicas have it; or (``unseen``) the servers are
                not those of `since`, and the key may have been lost with them.
        """
        if not commands:
            return []
        by_slot: dict[int, list[int]] = {}
        if self._route.slotted:
            for at, command in enumerate(commands):
                by_slot.setdefault(slot_of(command), []).append(at)
        else:
            by_slot[0] = list(range(len(commands)))
        bundles = [together(slot, [commands[at] for at in places], since) for slot, places in by_slot.items()]
        self._run(bundles, durable=True)
        if len(bundles) == 1:
            return executed(bundles[0], len(commands))
        replies: list[Reply] = [None] * len(commands)
        for bundle, places in zip(bundles, by_slot.values(), strict=True):
            for at, reply in zip(places, executed(bundle, len(places)), strict=True):
                replies[at] = reply
        return replies

    def ask(self, *questions: Question[Any]) -> None:
        """Send the commands of all questions together: one round trip, none without commands. Then each has its answer.

        A script may run twice where a reply is lost. Its source is sent where the server does not know it.

        Raises:
            StoreUnavailable: a reply is missing or is an error, or too few replicas have what a script wrote.
        """
        asked = [(question, bundles_of(question, slotted=self._route.slotted)) for question in questions]
        bundles = [bundle for _, mine in asked for bundle in mine]
        if bundles:
            self._run(bundles, durable=any(question.script for question in questions))
        for question, mine in asked:
            replies = [reply for bundle in mine for reply in bundle.replies or ()]
            if question.script and isinstance(replies[0], NoScriptError):
                replies = self._load(question.script, question.commands[0], question.since)
            question.replies = whole(replies)

    def answer(self, question: Question[Answer]) -> Answer:
        """Ask one question, and return its answer. Raises as `ask`, and what the answer raises."""
        self.ask(question)
        return question.answer()

    def _load(self, script: Script, command: Command, since: Roster | None) -> list[Reply]:
        """Run a script that the server does not know, and return the reply."""
        slot = slot_of_script(command) if self._route.slotted else 0
        bundle = Bundle(slot, pack((b"EVAL", script.source, *command[2:])), 1, since=since)
        self._run([bundle], durable=True)
        return bundle.replies or []

    def script(self, script: Script, keys: Sequence[bytes], args: Sequence[bytes | int]) -> Reply:
        """Run a script on keys of one slot, and return its answer once it is durable. As `ask`."""
        return self.answer(Question.running(script, keys, args, lambda reply: reply))

    def poll(self, commands: Sequence[Command]) -> list[Reply]:
        """Send `commands` to verified servers, admitted or not, and return each reply or the StoreUnavailable for it.

        So a process learns of revocations and freezes while a part of the store does not answer.
        """
        if self.identity.shut:
            return [StoreUnavailable("not-admitted")] * len(commands)
        bundles = [Bundle(slot_of(command), pack(command), 1) for command in commands]
        self._exchanges.run(bundles, partial=True)
        return [bundle.error or _only_reply(bundle) for bundle in bundles]

    def survey(self, commands: Callable[[int | None], Sequence[Command]]) -> list[ServerReplies]:
        """Ask every server that takes writes, verified or not.

        Where one does not answer, or says that it is not the owner, the owners are asked for again, once.

        Args:
            commands: what to ask a server, by one of its slots; by None where there are no slots.

        Raises:
            StoreUnavailable: no server is known.
        """
        try:
            answers = self._survey(commands)
            if any(answer.error is not None or _is_elsewhere(answer.replies) for answer in answers):
                self._route.refresh()
                answers = self._survey(commands)
        except RedisError as error:
            raise unavailable(error) from None
        return answers

    def _survey(self, commands: Callable[[int | None], Sequence[Command]]) -> list[ServerReplies]:
        bundles = []
        owners = self._route.owners()
        for node, slots in owners.items():
            asked = commands(slots[0] if slots else None)
            bundles.append(Bundle(slots[0] if slots else 0, b"".join(map(pack, asked)), len(asked), at=node))
        self._surveys.run(bundles, partial=True)
        return [
            ServerReplies(node, slots, bundle.replies or [], bundle.error)
            for (node, slots), bundle in zip(owners.items(), bundles, strict=True)
        ]

    def check_primary(self) -> None:
        """Connect to another primary where the sentinels name one. Called once a second."""
        self._route.check()

    def owner_of(self, key: bytes) -> Node | None:
        """Return the server that takes a key, as far as is known."""
        try:
            return self._route.owner(key_slot(key))
        except RedisError:
            return None

    def run_id_of(self, key: bytes, roster: Roster) -> bytes:
        """Return the run id of the verified server that takes a key; empty where servers are not verified.

        Raises:
            StoreUnavailable: it is not verified.
        """
        if roster.run_ids is None:
            return b""
        node = self.owner_of(key)
        if node is None or node not in roster.run_ids:
            raise StoreUnavailable("unseen")
        return roster.run_ids[node]

    def keys(self, pattern: bytes) -> Iterator[bytes]:
        """Yield the matching keys of all servers, in many short round trips.

        A key that is created or removed meanwhile may be missing, and a key may be yielded twice.

        Raises:
            StoreUnavailable: one of them did not answer.
        """
        if not self.admitted:
            raise StoreUnavailable("not-admitted")
        try:
            owners = self._route.owners()
        except RedisError as error:
            raise unavailable(error) from None
        for node in owners:
            cursor = b""
            while cursor != b"0":
                scan = pack((b"SCAN", cursor or b"0", b"MATCH", pattern, b"COUNT", KEYS_AT_ONCE))
                bundle = Bundle(0, scan, 1, at=node)
                self._run([bundle])
                if isinstance((bundle.replies or [None])[0], NoPermissionError):
                    raise StoreUnavailable("listing")
                cursor, found = whole(bundle.replies or [])[0]
                yield from found

    def close(self) -> None:
        """Close every connection, also in a child after a fork."""
        self._route.close()

    def _run(self, bundles: Sequence[Bundle], *, durable: bool = False) -> None:
        """Exchange the bundles for their replies; `durable` says whether one of them writes."""
        if durable and self.read_only:
            raise StoreUnavailable("not-durable")
        if durable and not self.clocks.agree:
            raise StoreUnavailable("clock")
        if not self.admitted:
            raise StoreUnavailable("not-admitted")
        with waiting():
            self._exchanges.run(bundles, replicas=self.required_replicas if durable else 0)


def _only_reply(bundle: Bundle) -> Reply:
    """Return the only reply; an error as a StoreUnavailable."""
    reply = (bundle.replies or [None])[0]
    return unavailable(reply) if isinstance(reply, Exception) else reply


def _is_elsewhere(replies: Sequence[Reply]) -> bool:
    """Whether a server says that it is no owner, or no primary, any more."""
    return any(isinstance(reply, MovedError | ReadOnlyError) for reply in replies)
