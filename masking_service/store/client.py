"""The way to Redis: a few connections, packed exchanges, tight time-outs and a circuit breaker for each server.

`read` and `write` are each one round trip for a whole batch, however many
servers it concerns. What `write` and `script` return is durable in the sense of
`docs/adr/0004-appendfsync-always.md`; when one raises, part of it may be done,
and the same can be sent again.
"""

from collections.abc import Callable, Iterator, Sequence
from math import inf
from time import monotonic
from typing import Final

from redis.crc import key_slot
from redis.exceptions import NoScriptError, RedisError

from masking_service.store.clocks import Clocks
from masking_service.store.computing import waiting
from masking_service.store.condition import Condition
from masking_service.store.errors import StoreUnavailable
from masking_service.store.node import Command, pack
from masking_service.store.parser import Reply
from masking_service.store.pipeline import Bundle, Exchanges, whole
from masking_service.store.reasons import reason
from masking_service.store.servers import Look, Servers
from masking_service.store.urls import Tls, route_to

__all__ = ["Command", "Reply", "Store"]

KEYS_AT_ONCE: Final = 1_000
_NO_FILES: Final = Tls()
_MULTI, _EXEC = pack((b"MULTI",)), pack((b"EXEC",))


class Store:
    """Redis or Valkey in one of the forms of `urls.FORMS`: one server, what sentinels watch, or a cluster.

    Args:
        url: where it is, with user and password.
        replicas: how many replicas must have a write before it is acknowledged: of each shard that it touches.
        connections: at most this many at once to each server; a caller waits briefly for a free one.
        tls: the files for encrypted connections.
        vouched: whether somebody vouches for durable settings that the store does not show.
        may_lose: whether it may be used although it is seen to lose what it acknowledges.

    Attributes:
        replicas: how many replicas must have a write.
        servers: who may be behind the URL: everybody, until it is admitted with those that were looked at.
        vouched, may_lose: as above.
        clocks: its servers' clocks beside this machine's.
        shut: why it is never used again, in words: it was found to be another's. Empty while it may be used.
        suspended: whether it was seen to lose what it acknowledges: then it is read, and not written.
        condition: how it was when it was last looked at; None before.

    Raises:
        UnknownForm: the URL has no form that is known here.
    """

    def __init__(
        self,
        url: str,
        *,
        replicas: int = 0,
        connections: int = 32,
        tls: Tls = _NO_FILES,
        vouched: bool = False,
        may_lose: bool = False,
    ) -> None:
        self.replicas = replicas
        self.vouched = vouched
        self.may_lose = may_lose
        self.servers = Servers()
        self.clocks = Clocks()
        self._route = route_to(url, tls, connections, self.servers)
        self._exchanges = Exchanges(self._route)
        self._admitted_until = 0.0
        self.shut = ""
        self.suspended = False
        self.condition: Condition | None = None

    @property
    def round_trips(self) -> int:
        """How many exchanges were made; for tests and metrics."""
        return self._exchanges.round_trips

    @property
    def left_alone(self) -> int:
        """How many of its servers are refused at once because they do not answer."""
        return sum(node.breaker.open for node in self._route.known_owners())

    @property
    def slotted(self) -> bool:
        """Whether it is a cluster."""
        return self._route.slotted

    @property
    def admitted(self) -> bool:
        """Whether it may be used: a new store is closed until somebody has seen whose it is."""
        return monotonic() < self._admitted_until and not self.shut

    def admit(self, *, until: float = inf) -> None:
        """Let the store be used, until a moment of the monotonic clock at most."""
        self._admitted_until = until

    def shut_for_good(self, why: str) -> None:
        """Never use the store again."""
        self.shut = why

    def read(self, commands: Sequence[Command]) -> list[Reply]:
        """Send `commands` together and return their replies in order.

        Raises:
            StoreUnavailable: a reply is missing or is an error.
        """
        if not commands:
            return []
        if not self._route.slotted:
            bundle = Bundle(0, b"".join(map(pack, commands)), len(commands))
            self._run([bundle])
            return whole(bundle.replies or [])
        bundles = [Bundle(_slot(command), pack(command), 1) for command in commands]
        self._run(bundles)
        return whole([reply for bundle in bundles for reply in bundle.replies or ()])

    def write(self, commands: Sequence[Command], *, since: Look | None = None) -> list[Reply]:
        """Send `commands` and return their replies in order once all of it is durable.

        All of it is one transaction; in a cluster, all that stands in one slot is.

        Args:
            since: `servers.last_look` of before a data key was taken, where something is sealed with it.

        Raises:
            StoreUnavailable: it did not come back whole, or too few replicas have it; or (``unseen``) the servers are
                not those of `since`, and the key may have been lost with them.
        """
        by_slot: dict[int, list[int]] = {}
        if self._route.slotted:
            for at, command in enumerate(commands):
                by_slot.setdefault(_slot(command), []).append(at)
        else:
            by_slot[0] = list(range(len(commands)))
        bundles = [_together(slot, [commands[at] for at in places], since) for slot, places in by_slot.items()]
        self._run_durably(bundles)
        if len(bundles) == 1:
            return _executed(bundles[0], len(commands))
        replies: list[Reply] = [None] * len(commands)
        for bundle, places in zip(bundles, by_slot.values(), strict=True):
            for at, reply in zip(places, _executed(bundle, len(places)), strict=True):
                replies[at] = reply
        return replies

    def script(self, digest: bytes, source: bytes, keys: Sequence[bytes], args: Sequence[bytes | int]) -> Reply:
        """Run the Lua script by its SHA-1 `digest` (hexadecimal), and return its answer once it is durable.

        It may be run twice where a reply is lost. `source` is sent where the server does not know it.

        Args:
            keys: all in one slot.

        Raises:
            StoreUnavailable: it did not answer, or too few replicas have what it wrote.
        """
        tail: Command = (len(keys), *keys, *args)
        slot = key_slot(keys[0]) if keys and self._route.slotted else 0
        bundle = Bundle(slot, pack((b"EVALSHA", digest, *tail)), 1)
        self._run_durably([bundle])
        if isinstance((bundle.replies or [None])[0], NoScriptError):
            bundle = Bundle(slot, pack((b"EVAL", source, *tail)), 1)
            self._run_durably([bundle])
        return whole(bundle.replies or [])[0]

    def ask_everybody(self, commands: Callable[[int | None], Sequence[Command]]) -> list[list[Reply]]:
        """The replies of every server that takes writes, errors among them as exceptions.

        For looking at servers: it may be asked while the store may not be used.

        Args:
            commands: what a server is asked, by one of its slots; by None where there are no slots.

        Raises:
            StoreUnavailable: one of them did not answer.
        """
        try:
            owners = self._route.owners()
        except RedisError as error:
            raise StoreUnavailable(reason(error)) from None
        bundles = []
        for node, slot in owners.items():
            asked = commands(slot if self._route.slotted else None)
            bundles.append(Bundle(slot, b"".join(map(pack, asked)), len(asked), at=node))
        self._exchanges.run(bundles)
        return [bundle.replies or [] for bundle in bundles]

    def keys(self, pattern: bytes) -> Iterator[bytes]:
        """Every key that stands there all the while and matches, of every server; some may come twice.

        Many round trips, none of which holds a server up.

        Raises:
            StoreUnavailable: one of them did not answer.
        """
        if not self.admitted:
            raise StoreUnavailable("not-admitted")
        try:
            owners = self._route.owners()
        except RedisError as error:
            raise StoreUnavailable(reason(error)) from None
        for node in owners:
            cursor = b""
            while cursor != b"0":
                scan = pack((b"SCAN", cursor or b"0", b"MATCH", pattern, b"COUNT", KEYS_AT_ONCE))
                bundle = Bundle(0, scan, 1, at=node)
                self._run([bundle])
                cursor, found = whole(bundle.replies or [])[0]
                yield from found

    def close(self) -> None:
        """Close every connection. Call it in a child after a fork before the first use, too."""
        self._route.close()

    def _run(self, bundles: Sequence[Bundle], *, replicas: int = 0) -> None:
        if not self.admitted:
            raise StoreUnavailable("not-admitted")
        with waiting():
            self._exchanges.run(bundles, replicas=replicas)

    def _run_durably(self, bundles: Sequence[Bundle]) -> None:
        if self.suspended:
            raise StoreUnavailable("not-durable")
        if not self.clocks.agree:
            raise StoreUnavailable("clock")
        self._run(bundles, replicas=self.replicas)


def _slot(command: Command) -> int:
    """Where a command's first key stands. The others stand there too: the layout sees to it, and the server insists."""
    key = command[1] if len(command) > 1 else b""
    return key_slot(key if isinstance(key, bytes) else b"%d" % key)


def _together(slot: int, commands: Sequence[Command], since: Look | None) -> Bundle:
    """Commands as one transaction; a single one is that by itself."""
    if len(commands) == 1:
        return Bundle(slot, pack(commands[0]), 1, since=since)
    return Bundle(slot, b"".join((_MULTI, *map(pack, commands), _EXEC)), len(commands) + 2, since=since)


def _executed(bundle: Bundle, count: int) -> list[Reply]:
    replies = bundle.replies or []
    if count == 1:
        return whole(replies)
    executed = whole(replies[-1:])[0]
    if not isinstance(executed, list):
        raise StoreUnavailable("refused")
    return whole(executed)
