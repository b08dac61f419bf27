"""The way to Redis: a few connections, packed exchanges, tight time-outs and a circuit breaker.

`read` and `write` are each one round trip for a whole batch. What `write`
returns is durable in the sense of `docs/adr/0004-appendfsync-always.md`; when
it raises, part of it may be stored, and the same write can be sent again.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, cast

import hiredis
import redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ReadOnlyError, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from masking_service.vault.errors import StoreUnavailable
from masking_service.vault.layout import FENCE

TIMEOUT_SECONDS: Final = 0.5
"""For connecting, and for each wait on the socket. redis-py's own defaults stall a call for up to 59 s."""
WAIT_MILLISECONDS: Final = 400
FAILURES_TO_OPEN: Final = 3
OPEN_SECONDS: Final = 0.5
"""How long a broken store is left alone before one call tries it again."""

Command = tuple[bytes | int, ...]
Reply = Any
_pack = cast(Callable[[Command], bytes], hiredis.pack_command)  # its stub allows one argument only


class Breaker:
    """Opens after a few failures in a row; then one caller at a time may try, and success closes it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._retry_at = 0.0

    def check(self) -> None:
        """Raise StoreUnavailable while the circuit is open."""
        if self._failures < FAILURES_TO_OPEN:
            return
        with self._lock:
            now = self._clock()
            if self._failures >= FAILURES_TO_OPEN and now < self._retry_at:
                raise StoreUnavailable("open-circuit")
            self._retry_at = now + OPEN_SECONDS

    def succeeded(self) -> None:
        """An exchange came back whole."""
        self._failures = 0

    def failed(self) -> None:
        """An exchange did not come back."""
        with self._lock:
            self._failures += 1
            self._retry_at = self._clock() + OPEN_SECONDS


class Store:
    """A Redis or Valkey server, reached by a `redis://`, `rediss://` or `unix://` URL.

    Args:
        url: where it is, with user and password.
        replicas: how many replicas must have a write before it is acknowledged.
        connections: at most this many at once; a caller waits briefly for a free one.

    Attributes:
        replicas: how many replicas must have a write.
        admitted: whether it may be used: a new store is closed until somebody has seen whose it is.
        shut: whether it was found to be another's: then it is never used again.
        round_trips: how many exchanges were made; for tests and metrics.
    """

    def __init__(self, url: str, *, replicas: int = 0, connections: int = 32) -> None:
        self.replicas = replicas
        self._pool = redis.BlockingConnectionPool.from_url(
            url,
            max_connections=connections,
            timeout=TIMEOUT_SECONDS,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
            driver_info=None,
        )
        self._breaker = Breaker()
        self.admitted = False
        self.shut = False
        self.round_trips = 0

    def admit(self) -> None:
        """Let the store be used."""
        self.admitted = not self.shut

    def shut_for_good(self) -> None:
        """Never use the store again."""
        self.admitted, self.shut = False, True

    def read(self, commands: Sequence[Command]) -> list[Reply]:
        """Send `commands` together and return their replies in order.

        Raises:
            StoreUnavailable: a reply is missing or is an error.
        """
        if not commands:
            return []
        payload = b"".join(map(_pack, commands))
        return self._whole(self._exchange(payload, len(commands)))

    def write(self, commands: Sequence[Command]) -> list[Reply]:
        """Send `commands` as one transaction and return their replies once all of it is durable.

        Where replicas must have it too, a fence is written with it: a retry whose own
        commands change nothing would otherwise have nothing for WAIT to wait for, and
        be told at once, falsely, that the replicas have everything.

        Raises:
            StoreUnavailable: the transaction did not come back whole, or too few replicas have it.
        """
        parts = [_pack((b"MULTI",)), *map(_pack, commands)]
        count = len(commands) + 2
        if self.replicas:
            parts.append(_pack((b"SET", FENCE, int(time.time()))))
            count += 1
        parts.append(_pack((b"EXEC",)))
        if self.replicas:
            parts.append(_pack((b"WAIT", self.replicas, WAIT_MILLISECONDS)))
            count += 1
        replies = self._exchange(b"".join(parts), count)
        if self.replicas:
            confirmed = self._whole([replies.pop()])[0]
            if confirmed < self.replicas:
                raise StoreUnavailable("replicas")
        executed = self._whole([replies[-1]])[0]
        if not isinstance(executed, list):
            raise StoreUnavailable("refused")
        return self._whole(executed)[: len(commands)]

    def script(self, digest: bytes, source: bytes, keys: Sequence[bytes], args: Sequence[bytes | int]) -> Reply:
        """Run the Lua script by its SHA-1 `digest` (hexadecimal), sending `source` where the server lacks it."""
        tail: Command = (len(keys), *keys, *args)
        reply = self._exchange(_pack((b"EVALSHA", digest, *tail)), 1)[0]
        if isinstance(reply, redis.exceptions.NoScriptError):
            reply = self._exchange(_pack((b"EVAL", source, *tail)), 1)[0]
        return self._whole([reply])[0]

    def close(self) -> None:
        """Close every connection. Call it in a child after a fork before the first use, too."""
        self._pool.disconnect()

    def _exchange(self, payload: bytes, count: int) -> list[Reply]:
        """One round trip, tried twice; replies that are errors stand in the list as exceptions."""
        if not self.admitted:
            raise StoreUnavailable("not-admitted")
        self._breaker.check()
        try:
            replies = self._attempt(payload, count)
        except RedisError:
            try:
                replies = self._attempt(payload, count)
            except RedisError as error:
                self._breaker.failed()
                raise StoreUnavailable(_reason(error)) from None
        if any(isinstance(reply, ReadOnlyError) for reply in replies):
            self._pool.disconnect()  # a fail-over behind one address: the next connection finds the new primary
            self._breaker.failed()
            return replies
        self._breaker.succeeded()
        return replies

    def _attempt(self, payload: bytes, count: int) -> list[Reply]:
        self.round_trips += 1
        connection = self._pool.get_connection()
        try:
            connection.send_packed_command([payload])
            # The connection's own read_response costs more than the reply itself when there are hundreds,
            # and raises at the first error, leaving the rest unread. The parser below it does neither.
            read = connection._parser.read_response  # noqa: SLF001 - redis is pinned, and a test guards this
            return [read(disable_decoding=True) for _ in range(count)]
        except OSError as error:
            connection.disconnect()
            raise RedisConnectionError(type(error).__name__) from None
        except BaseException:
            connection.disconnect()  # half an exchange: what is still to come must meet nobody
            raise
        finally:
            self._pool.release(connection)

    @staticmethod
    def _whole(replies: list[Reply]) -> list[Reply]:
        for reply in replies:
            if isinstance(reply, Exception):
                raise StoreUnavailable(_reason(reply)) from None
        return replies


def _reason(error: Exception) -> str:
    if isinstance(error, RedisTimeoutError):
        return "timeout"
    if isinstance(error, ResponseError):
        return "refused"
    return "connection"
