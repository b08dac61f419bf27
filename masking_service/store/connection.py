"""One server of the store: its connections, its circuit breaker, and the two halves of an exchange with it.

The connections are made by redis-py's public constructors and kept for the next caller. redis-py's own pools spend a
tenth of a request that asks the store five times on statistics that no one reads here. All waits have tight time-outs,
and a connection on which a reply is still to come is never used again.
"""

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Final, NamedTuple, Protocol, cast

import hiredis
from redis._parsers.hiredis import NOT_ENOUGH_DATA, _HiredisParser
from redis.connection import AbstractConnection, SSLConnection
from redis.exceptions import AskError, MovedError, RedisError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from masking_service.tls_faults import EndedByServerError, causes

TIMEOUT_SECONDS: Final = 0.5
"""For connecting, and for each wait on the socket. redis-py's own defaults stall a call for up to 59 s."""
MAX_CONNECTIONS: Final = 32
FAILURES_TO_OPEN: Final = 3
OPEN_SECONDS: Final = 0.5
"""Seconds that calls are refused before one call tries the server again."""
_RUN_ID: Final = re.compile(rb"^run_id:(\w+)", re.MULTILINE)

Address = tuple[str, int]
Command = tuple[bytes | int, ...]
Reply = Any
pack = cast(Callable[[Command], bytes], hiredis.pack_command)  # its stub allows one argument only


class DeadlineParser(_HiredisParser):
    """Reads replies until a deadline.

    redis-py waits for one reply as long as any part of it arrives, so a slow server could hold a caller for minutes.
    Its public `read_response` costs more than the reply itself when there are hundreds, and raises at the first error,
    leaving the rest unread. redis-py has no public class to extend here, so this one uses four private names of it:
    `_HiredisParser`, its `_reader` and `_socket_timeout`, and `NOT_ENOUGH_DATA`. Nothing else uses any.

    Replies that redis-py asks for itself (AUTH) have the connection's time-out.
    """

    def __init__(self, socket_read_size: int) -> None:
        super().__init__(socket_read_size)  # type: ignore[no-untyped-call]  # redis-py leaves it without types
        self._until = 0.0

    def read_response(self, *args: Any, **settings: Any) -> Reply:
        """Read one reply, as redis-py takes it. Raises RedisError."""
        self._until = monotonic() + self._socket_timeout
        return super().read_response(*args, **settings)

    def read_replies(self, count: int, timeout: float, until: float) -> list[Reply]:
        """Read `count` replies. Errors are returned among them, except those of a server that is not ready.

        Args:
            timeout: seconds for each wait on the socket.
            until: by the monotonic clock, when all replies must have come.

        Raises:
            RedisError, OSError: not all of them came.
        """
        self._until = until
        take, replies = self._reader.gets, list[Reply]()
        while len(replies) < count:
            reply = take(False)
            if reply is NOT_ENOUGH_DATA:
                self.read_from_socket(timeout)
            elif isinstance(reply, RedisConnectionError):  # such as LOADING
                raise reply
            else:
                replies.append(reply)
        return replies

    def read_from_socket(self, timeout: float | object = None, raise_on_timeout: bool = True) -> bool:
        """Wait for more of a reply and read it. Raises RedisError."""
        left = self._until - monotonic()
        if left <= 0:
            raise RedisTimeoutError("replies come too slowly")
        wait = min(left, timeout if isinstance(timeout, float) else self._socket_timeout)
        # A timeout other than the socket's is set before the read and restored after it: two more system calls.
        own = {} if wait == self._socket_timeout else {"timeout": wait}
        read: bool = super().read_from_socket(raise_on_timeout=raise_on_timeout, **own)  # type: ignore[no-untyped-call]  # as above
        return read


class Dial(Protocol):
    """Makes a connection object that is not connected yet. Raises RedisError where no server is known."""

    def __call__(self) -> AbstractConnection:
        """Return a new connection object."""


class Connection:
    """A connection to one server process.

    Attributes:
        run_id: the name that the server took at its start; empty where it may not be asked.

    Raises:
        RedisError: no connection can be made.
    """

    __slots__ = ("_connection", "_parser", "generation", "run_id")

    def __init__(self, dial: Dial, generation: int) -> None:
        self._connection = dial()
        self._connection.set_parser(self._new_parser)
        self.generation = generation
        self.run_id = b""
        try:
            self._connection.connect()
            self._connection.send_command("INFO", "server", check_health=False)
            with suppress(ResponseError):  # the user may not ask: servers cannot be told apart
                self.run_id = run_id_of(self._connection.read_response())
        except BaseException as error:
            self.close()
            if isinstance(self._connection, SSLConnection) and _is_end(error):
                # In TLS 1.3 a server refuses a client's certificate after the handshake. Python tells of an end only,
                # where the next write or read comes to that before the alert.
                raise RedisConnectionError("ended by the server") from EndedByServerError()
            raise

    def _new_parser(self, socket_read_size: int) -> DeadlineParser:
        self._parser = DeadlineParser(socket_read_size)
        return self._parser

    @property
    def clean(self) -> bool:
        """Whether it is open and no reply is still to come on it."""
        try:
            return not self._connection.can_read()
        except (RedisError, OSError):
            return False

    def send(self, payload: bytes) -> None:
        """Send packed commands. Raises RedisError."""
        self._connection.send_packed_command([payload])

    def read(self, count: int, timeout: float, until: float) -> list[Reply]:
        """Read as `DeadlineParser.read_replies` does. Raises RedisError."""
        try:
            return self._parser.read_replies(count, timeout, until)
        except OSError as error:
            raise RedisConnectionError(type(error).__name__) from None

    def close(self) -> None:
        self._connection.disconnect()


def _is_end(error: BaseException) -> bool:
    """Return whether a server has ended a connection, and nothing says why."""
    _, *before = causes(error)
    return type(error) is RedisConnectionError and (
        not before or any(isinstance(one, ConnectionResetError | BrokenPipeError) for one in before)
    )


class Connections:
    """The connections to one server, the last used first.

    Args:
        dial: makes a connection object.
        limit: at most this many at once.
        timeout: seconds for which a caller waits for a free one.
    """

    def __init__(self, dial: Dial, limit: int, timeout: float) -> None:
        self.dial = dial
        self._timeout = timeout
        self._free: SimpleQueue[None] = SimpleQueue()  # a place for each; a semaphore costs ten times as much
        for _ in range(limit):
            self._free.put(None)
        self._idle: list[Connection] = []
        self._generation = 0

    def take(self) -> Connection:
        """Return a connection on which nothing is to come. Raises RedisError: none is free, or none can be made."""
        try:
            self._free.get(timeout=self._timeout)
        except Empty:
            raise RedisConnectionError("no connection is free") from None
        try:
            with suppress(IndexError):
                while True:
                    idle = self._idle.pop()
                    if idle.generation == self._generation and idle.clean:
                        return idle
                    idle.close()
            return Connection(self.dial, self._generation)
        except BaseException:
            self._free.put(None)
            raise

    def give_back(self, connection: Connection) -> None:
        """Keep a connection on which every reply was read."""
        if connection.generation == self._generation:
            self._idle.append(connection)
        else:
            connection.close()
        self._free.put(None)

    def drop(self, connection: Connection) -> None:
        """Close a connection on which replies may still come."""
        connection.close()
        self._free.put(None)

    def renew(self) -> None:
        """Close the idle connections now, and those in use when they are given back."""
        self._generation += 1
        with suppress(IndexError):
            while True:
                self._idle.pop().close()


def run_id_of(info: bytes) -> bytes:
    """Return the run id in the reply to INFO, or nothing."""
    found = _RUN_ID.search(info)
    return found[1] if found else b""


class Breaker:
    """Refuses calls to a server that does not answer.

    It opens after a few failures in a row. Then one caller at a time may try, and a success closes it.

    Attributes:
        last_failure: as `failed` was told: the cause and its detail.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._retry_at = 0.0
        self.last_failure = "", ""

    @property
    def failing(self) -> bool:
        """Whether the last exchange failed."""
        return self._failures > 0

    @property
    def open(self) -> bool:
        """Whether calls are refused, except one that tries."""
        return self._failures >= FAILURES_TO_OPEN

    def lets_pass(self) -> bool:
        """Return whether the caller may call now. While the circuit is open, one may after each `OPEN_SECONDS`."""
        if not self.open:
            return True
        with self._lock:
            now = self._clock()
            if self.open and now < self._retry_at:
                return False
            self._retry_at = now + OPEN_SECONDS
            return True

    def succeeded(self) -> None:
        """Close the circuit: an exchange was complete."""
        self._failures = 0

    def failed(self, cause: str, detail: str = "") -> None:
        """Count a failed exchange, with its reason of `reasons.WORDS`, and its detail."""
        with self._lock:
            self.last_failure = cause, detail
            self._failures += 1
            self._retry_at = self._clock() + OPEN_SECONDS


class Node:
    """A server at one address, or the primary that sentinels name.

    Args:
        dial: makes a connection object to it.
        limit: at most this many connections at once; a caller waits briefly for a free one.

    Attributes:
        breaker: refuses at once while the server does not answer.
        connections: those that were made.
    """

    def __init__(self, dial: Dial, limit: int = MAX_CONNECTIONS) -> None:
        self.connections = Connections(dial, limit, TIMEOUT_SECONDS)
        self.breaker = Breaker()

    def send(self, payload: bytes, allow: Callable[[bytes], None] | None = None) -> Connection:
        """Send packed commands, and return the connection on which the replies come.

        Args:
            allow: raises where nothing may be sent to the server with this run id.

        Raises:
            RedisError: not all of it was sent.
            StoreUnavailable: `allow` refuses the server.
        """
        connection = self.connections.take()
        try:
            if allow is not None:
                allow(connection.run_id)
            connection.send(payload)
        except BaseException:
            self.connections.drop(connection)
            raise
        return connection

    def receive(self, connection: Connection, count: int, timeout: float, until: float) -> list[Reply]:
        """Return the replies to what was sent, and give the connection back. Errors are returned as exceptions.

        Args:
            timeout: seconds for each wait on the socket.
            until: by the monotonic clock, when all replies must have come.

        Raises:
            RedisError: not all of them came.
        """
        try:
            replies = connection.read(count, timeout, until)
        except BaseException:
            self.connections.drop(connection)
            raise
        self.connections.give_back(connection)
        return replies


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
        del slot
        return self._node

    def owners(self) -> Mapping[Node, Sequence[int]]:
        """Return the server, without slots."""
        return {self._node: ()}

    def known_owners(self) -> Sequence[Node]:
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
