"""One server that takes reads and writes: its connections, and an exchange with it in two halves.

Both halves have tight time-outs, and a connection on which an answer is still to
come meets nobody else.
"""

from collections.abc import Callable
from time import monotonic
from typing import Any, Final, cast

import hiredis
import redis
from redis._parsers.hiredis import NOT_ENOUGH_DATA
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from masking_service.vault.breaker import Breaker

TIMEOUT_SECONDS: Final = 0.5
"""For connecting, and for each wait on the socket. redis-py's own defaults stall a call for up to 59 s."""

Command = tuple[bytes | int, ...]
Reply = Any
pack = cast(Callable[[Command], bytes], hiredis.pack_command)  # its stub allows one argument only


class Node:
    """A server, or whichever of several is the primary now, behind one pool of connections.

    Attributes:
        breaker: refuses at once while the server does not answer.
    """

    def __init__(self, pool: redis.ConnectionPool) -> None:
        self._pool = pool
        self.breaker = Breaker()

    def send(self, payload: bytes) -> redis.Connection:
        """Send packed commands, and return the connection on which their replies come.

        Raises:
            RedisError: it did not take them whole.
        """
        connection = self._pool.get_connection()
        try:
            connection.send_packed_command([payload])
        except BaseException:
            self.drop(connection)
            raise
        return connection

    def receive(self, connection: redis.Connection, count: int, patience: float, until: float) -> list[Reply]:
        """The replies to what was sent on `connection`, which is given back. Errors stand among them as exceptions.

        Args:
            patience: seconds for each wait on the socket.
            until: by the monotonic clock, when all of them have to be here.

        Raises:
            RedisError: not all of them came.
        """
        # The connection's own read_response costs more than the reply itself when there are hundreds,
        # and raises at the first error, leaving the rest unread. The parser's waits for each reply
        # without end, if only something of it keeps coming. What is below both does none of this.
        parser = connection._parser  # noqa: SLF001 - redis is pinned, and a test guards this
        take = parser._reader.gets  # noqa: SLF001 - as above
        replies: list[Reply] = []
        try:
            while len(replies) < count:
                reply = take(False)
                if reply is NOT_ENOUGH_DATA:
                    parser.read_from_socket(timeout=_left(patience, until))
                elif isinstance(reply, RedisConnectionError):  # such as LOADING: a server that is not ready
                    raise reply
                else:
                    replies.append(reply)
        except OSError as error:
            self.drop(connection)
            raise RedisConnectionError(type(error).__name__) from None
        except BaseException:
            self.drop(connection)
            raise
        self._pool.release(connection)
        return replies

    def drop(self, connection: redis.Connection) -> None:
        """Give back a connection with half an exchange on it: what is still to come must meet nobody."""
        connection.disconnect()
        self._pool.release(connection)

    def look_again(self) -> None:
        """Let the next exchange connect anew: the server has become a replica, and another one may be the primary."""
        self._pool.disconnect(inuse_connections=False)

    def close(self) -> None:
        """Close every connection."""
        self._pool.disconnect()


def _left(patience: float, until: float) -> float:
    """Seconds for the next wait on a socket. Raises RedisTimeoutError where there are none."""
    left = until - monotonic()
    if left <= 0:
        raise RedisTimeoutError("replies come too slowly")
    return min(patience, left)
