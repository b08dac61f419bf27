"""Exchanges commands and replies with all servers that they concern, at the same time.

Everything is sent before anything is read. Commands without a reply, and those
whose keys another server has now, are sent once more after the owners were asked
for again. So everything sent here must be safe to repeat. An exchange ends within
four seconds, whatever the servers do.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha1
from importlib import resources
from time import monotonic, time
from typing import Any, Final, Generic, TypeVar

from redis.crc import key_slot
from redis.exceptions import AskError, MovedError, ReadOnlyError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from masking_service.store.connection import TIMEOUT_SECONDS, Command, Node, Reply, Route, pack
from masking_service.store.errors import StoreUnavailable
from masking_service.store.fences import fence
from masking_service.store.reasons import unavailable

Answer = TypeVar("Answer")

WAIT_MILLISECONDS: Final = 400
SENDING_SECONDS: Final = 0.5
"""After this, nothing is sent to further servers."""
RECEIVING_SECONDS: Final = 1.0
"""For all replies of all servers together."""
SHORT_TIMEOUT_SECONDS: Final = 0.05
"""Seconds for each further server once one has timed out: it had that time to answer."""
RETRY_WITHIN_SECONDS: Final = 1.5
"""Later than this after the beginning nothing is sent a second time."""
_ELSEWHERE: Final = frozenset({MovedError, AskError, ReadOnlyError})
_ASKING: Final = pack((b"ASKING",))


@dataclass(frozen=True, eq=False, slots=True)
class Roster:
    """The verified servers at one time. A new roster replaces it when a server is verified.

    Attributes:
        run_ids: of each server that takes keys; None where every server may be used.
    """

    run_ids: Mapping[Node, bytes] | None


Check = Callable[[Node, bytes, Roster | None], None]
"""Raises StoreUnavailable where nothing may be sent to a server, by its run id and the roster that must be in force."""


@dataclass(frozen=True, slots=True)
class Script:
    """A Lua script.

    Attributes:
        source: its text.
        digest: its SHA-1 in hexadecimal, by which ``EVALSHA`` calls it.
    """

    source: bytes
    digest: bytes

    @classmethod
    def of(cls, package: str, name: str) -> "Script":
        """Return the script in a file of a package."""
        return cls.from_source(resources.files(package).joinpath(name).read_bytes())

    @classmethod
    def from_source(cls, source: bytes) -> "Script":
        """Return the script with this text."""
        return cls(source, sha1(source, usedforsecurity=False).hexdigest().encode())


@dataclass(slots=True)
class Question(Generic[Answer]):
    """Commands for one exchange, and how to read their replies. `Store.ask` sends several questions together.

    Attributes:
        commands: they only read, unless there is a script; none where the answer is known without the store.
        read: turns the replies, in order, into the answer. It may raise, or ask the store again.
        script: what the only command runs. What a script writes is durable once it is answered.
        replies: set by `Store.ask`.
        since: `identity.roster` of before a data key was taken, where the script writes what is sealed with it.
    """

    commands: Sequence[Command]
    read: Callable[[list[Reply]], Answer]
    script: Script | None = None
    replies: list[Reply] | None = None
    since: Roster | None = None

    @classmethod
    def running(
        cls,
        script: Script,
        keys: Sequence[bytes],
        args: Sequence[bytes | int],
        read: Callable[[Reply], Answer],
        since: Roster | None = None,
    ) -> "Question[Answer]":
        """Return the question that runs a script on keys of one slot."""
        command = (b"EVALSHA", script.digest, len(keys), *keys, *args)
        return cls([command], lambda replies: read(*replies), script, since=since)

    def answer(self) -> Answer:
        """Return the answer. Replies are dropped unread where this is not called."""
        if self.replies is None:
            raise RuntimeError("the question was not asked")
        return self.read(self.replies)


@dataclass(slots=True, eq=False)
class Bundle:
    """Packed commands that one server takes together.

    Attributes:
        slot: of their keys.
        count: how many replies they get.
        at: the server, where it is not the slot's owner.
        since: the roster that must still be in force when it is sent, if any; no two others are sent together.
        durable: whether it writes, so that replicas must have it.
        asking: whether the slot is being moved to the server.
        replies: what came back, or None; errors are among them as exceptions.
        elsewhere: the server's reply that another one takes the keys.
        error: why there are no replies, once the exchange is over.
    """

    slot: int
    payload: bytes
    count: int
    at: Node | None = None
    since: Roster | None = None
    durable: bool = True
    asking: bool = False
    replies: list[Reply] | None = None
    elsewhere: Exception | None = None
    error: StoreUnavailable | None = None


@dataclass(slots=True)
class _Group:
    """The commands for one server, and their result. `replicas` must have them; 0 if none need to."""

    node: Node
    replicas: int = 0
    bundles: list[Bundle] = field(default_factory=list)
    connection: Any = None  # a `Connection` between sending and receiving
    error: RedisError | StoreUnavailable | None = None
    confirmed: Reply = None

    def send(self, slotted: bool, check: Check | None) -> None:
        parts = [_ASKING + bundle.payload if bundle.asking else bundle.payload for bundle in self.bundles]
        if self.replicas:
            last = self.bundles[-1]
            parts.append(_ASKING if last.asking else b"")
            parts.append(pack((b"SET", fence(last.slot if slotted else None), int(time()))))
            parts.append(pack((b"WAIT", self.replicas, WAIT_MILLISECONDS)))
        since = next((bundle.since for bundle in self.bundles if bundle.since is not None), None)
        allow = None if check is None else lambda run_id: check(self.node, run_id, since)
        self.connection = self.node.send(b"".join(parts), allow)

    def receive(self, timeout: float, until: float) -> None:
        """Read the replies and assign them to their bundles. Mark bundles whose slot has moved."""
        connection, self.connection = self.connection, None
        last = self.bundles[-1]
        fence = 2 + last.asking if self.replicas else 0
        count = sum(bundle.count + bundle.asking for bundle in self.bundles) + fence
        replies = self.node.receive(connection, count, timeout, until)
        at = 0
        for bundle in self.bundles:
            at += bundle.asking
            mine = replies[at : at + bundle.count]
            at += bundle.count
            # A question to one server in particular is not repeated at another one.
            bundle.elsewhere = _elsewhere(mine) if bundle.at is None or bundle.asking else None
            bundle.replies = mine if bundle.elsewhere is None else None
        if not self.replicas:
            return
        self.confirmed = replies[-1] if not isinstance(replies[-2], Exception) else replies[-2]
        if _elsewhere(replies[-2:]) is not None:  # the slot left just before the fence: nothing is known to be durable
            last.elsewhere = _elsewhere(replies[-2:])
            for bundle in self.bundles:
                bundle.replies = None

    @property
    def may_retry(self) -> bool:
        """Whether it makes sense to send it again."""
        return not isinstance(self.error, StoreUnavailable)

    def end(self, last_error: Exception | None) -> None:
        """Note at the bundles and at the breaker what failed."""
        said = next((bundle.elsewhere for bundle in self.bundles if bundle.elsewhere is not None), None)
        if isinstance(self.error, RedisError):
            failure = unavailable(self.error)
            self.node.breaker.failed(failure.reason, failure.detail)
        for bundle in self.bundles:
            if bundle.replies is None:
                cause = self.error or bundle.elsewhere or said or last_error or RedisError()
                bundle.error = cause if isinstance(cause, StoreUnavailable) else unavailable(cause)

    def check(self) -> None:
        """Raise StoreUnavailable where too few replicas have what was sent."""
        if not self.replicas or self.error is not None or self.bundles[-1].elsewhere is not None:
            return
        if whole([self.confirmed])[0] < self.replicas:
            raise StoreUnavailable("replicas")


class Exchanges:
    """Exchanges with the servers of one route.

    Args:
        route: which server takes what.
        check: which servers may be sent something; None for all, to verify them.

    Attributes:
        round_trips: how many were made, each with all of its servers at the same time.
    """

    def __init__(self, route: Route, check: Check | None) -> None:
        self.route = route
        self.round_trips = 0
        self._check = check

    def run(self, bundles: Sequence[Bundle], *, replicas: int = 0, partial: bool = False) -> None:
        """Get the replies to every bundle.

        Args:
            replicas: how many replicas of each server must have what it was sent; 0 if none need to.
            partial: whether to get the replies to as many as possible. The others get an `error`, and none is raised.

        Raises:
            StoreUnavailable: a server did not answer in time, or too few replicas have it. Any part may be done.
        """
        began = monotonic()
        groups: list[_Group] = []
        last_error: Exception | None = None
        try:
            groups = self._groups(bundles, replicas)
            self._check_breakers(groups, partial=partial)
            self._attempt(groups, partial=partial)
            waiting = [bundle for one in groups if one.may_retry for bundle in one.bundles if bundle.replies is None]
            if waiting and monotonic() - began < RETRY_WITHIN_SECONDS:
                self._find_owners(groups, waiting)
                if monotonic() - began > RETRY_WITHIN_SECONDS:
                    raise RedisTimeoutError("too late to try again")
                groups = [*self._groups(waiting, replicas), *(group for group in groups if not group.may_retry)]
                self._attempt([group for group in groups if group.may_retry], partial=partial)
        except (RedisError, OSError) as error:
            last_error = error
        for group in groups:
            group.end(last_error)
        for bundle in bundles if not groups else ():
            bundle.error = unavailable(last_error or RedisError())
        failed = next((bundle.error for bundle in bundles if bundle.error is not None), None)
        if failed is not None and not partial:
            raise failed

    def _groups(self, bundles: Sequence[Bundle], replicas: int) -> list[_Group]:
        groups: dict[Node, _Group] = {}
        for bundle in bundles:
            node = bundle.at or self.route.owner(bundle.slot)
            group = groups.setdefault(node, _Group(node))
            group.bundles.append(bundle)
            if bundle.durable:
                group.replicas = replicas
        # A server that does not answer takes its time from those behind it.
        return sorted(groups.values(), key=lambda group: group.node.breaker.failing)

    def _check_breakers(self, groups: Sequence[_Group], *, partial: bool) -> None:
        for group in groups:
            breaker = group.node.breaker
            if not breaker.lets_pass():
                group.error = StoreUnavailable("open-circuit", *breaker.last_failure)
                if not partial:
                    raise group.error

    def _attempt(self, groups: Sequence[_Group], *, partial: bool) -> None:
        self.round_trips += 1
        try:
            self._send(groups, partial=partial)
            self._receive(groups)
        finally:
            for group in groups:
                if group.connection is not None:
                    group.node.connections.drop(group.connection)
        for group in groups:
            group.check()

    def _send(self, groups: Sequence[_Group], *, partial: bool) -> None:
        until = monotonic() + SENDING_SECONDS
        for group in groups:
            if group.error is not None:
                continue
            try:
                if monotonic() > until:
                    raise RedisTimeoutError("other servers took all the time")
                group.send(self.route.slotted, self._check)
            except StoreUnavailable as error:
                # It was reached, and is only not verified yet. An open circuit would keep it from being verified.
                group.node.breaker.succeeded()
                if not partial:
                    raise
                group.error = error
            except RedisError as error:
                group.error = error

    def _receive(self, groups: Sequence[_Group]) -> None:
        timeout, until = TIMEOUT_SECONDS, monotonic() + RECEIVING_SECONDS
        for group in groups:
            if group.error is not None:
                continue
            try:
                group.receive(timeout, until)
                group.node.breaker.succeeded()
            except RedisError as error:
                group.error = error
                timeout = SHORT_TIMEOUT_SECONDS if isinstance(error, RedisTimeoutError) else timeout

    def _find_owners(self, groups: Sequence[_Group], waiting: Sequence[Bundle]) -> None:
        """Find the servers for waiting bundles: ask again for the owners, except for slots that are being moved."""
        moved = {bundle.slot: bundle.elsewhere for bundle in waiting if isinstance(bundle.elsewhere, MovedError)}
        lost = self.route.slotted and any(group.error is not None for group in groups)
        if lost or moved or any(type(bundle.elsewhere) is ReadOnlyError for bundle in waiting):
            self.route.refresh(list(moved.values()))
        for bundle in waiting:
            if type(bundle.elsewhere) is AskError:
                bundle.at, bundle.asking = self.route.target(bundle.elsewhere), True
            bundle.elsewhere = None


def whole(replies: list[Reply]) -> list[Reply]:
    """Return the replies if none of them is an error. Raises StoreUnavailable."""
    for reply in replies:
        if isinstance(reply, Exception):
            raise unavailable(reply) from None
    return replies


def _elsewhere(replies: list[Reply]) -> Exception | None:
    if _ELSEWHERE.isdisjoint(map(type, replies)):
        return None
    word: Exception = next(reply for reply in replies if type(reply) in _ELSEWHERE)
    return word


_MULTI: Final = pack((b"MULTI",))
_EXEC: Final = pack((b"EXEC",))


def slot_of(command: Command) -> int:
    """Return the slot of a command's first key, which the layout gives to the other keys too."""
    key = command[1] if len(command) > 1 else b""
    return key_slot(key if isinstance(key, bytes) else b"%d" % key)


def slot_of_script(command: Command) -> int:
    """Return the slot of the keys of EVALSHA."""
    _, _, count, *rest = command
    key = rest[0] if count else b""
    return key_slot(key if isinstance(key, bytes) else b"")


def bundles_of(question: Question[Any], *, slotted: bool) -> list[Bundle]:
    """Pack the commands of a question, in a cluster one by one."""
    durable = question.script is not None
    if slotted:
        slot = slot_of_script if durable else slot_of
        return [
            Bundle(slot(command), pack(command), 1, since=question.since, durable=durable)
            for command in question.commands
        ]
    packed = b"".join(map(pack, question.commands))
    if not question.commands:
        return []
    return [Bundle(0, packed, len(question.commands), since=question.since, durable=durable)]


def together(slot: int, commands: Sequence[Command], since: Roster | None) -> Bundle:
    """Pack commands as one transaction. A single command needs no MULTI."""
    if len(commands) == 1:
        return Bundle(slot, pack(commands[0]), 1, since=since)
    return Bundle(slot, b"".join((_MULTI, *map(pack, commands), _EXEC)), len(commands) + 2, since=since)


def executed(bundle: Bundle, count: int) -> list[Reply]:
    """Return the replies to the commands of a transaction. Raises StoreUnavailable where it was not executed."""
    replies = bundle.replies or []
    if count == 1:
        return whole(replies)
    executed = whole(replies[-1:])[0]
    if not isinstance(executed, list):
        raise StoreUnavailable("refused")
    return whole(executed)
