"""One server that takes reads and writes: its connections, and an exchange with it in two halves.

Both halves have tight time-outs, and a connection on which an answer is still to
come meets nobody else.
"""

from collections.abc import Callable
from typing import Final, cast

import hiredis
import redis
from redis.exceptions import ConnectionError as RedisConnectionError

from masking_service.store.breaker import Breaker
from masking_service.store.parser import Reply
from masking_service.store.servers import Look, Servers

TIMEOUT_SECONDS: Final = 0.5
"""For connecting, and for each wait on the socket. redis-py's own defaults stall a call for up to 59 s."""

Command = tuple[bytes | int, ...]
pack = cast(Callable[[Command], bytes], hiredis.pack_command)  # its stub allows one argument only


class Node:
    """A server, or whichever of several is the primary now, behind one pool of connections.

    Args:
        pool: its connections.
        servers: who may be behind it.

    Attributes:
        breaker: refuses at once while the server does not answer.
    """

    def __init__(self, pool: redis.ConnectionPool, servers: Servers) -> None:
        self._pool = pool
        self._servers = servers
        self.breaker = Breaker()

    def send(self, payload: bytes, since: Look | None = None) -> redis.Connection:
        """Send packed commands, and return the connection on which their replies come.

        Args:
            since: the look at the servers since which nothing may have changed; None where that does not matter.

        Raises:
            RedisError: it did not take them whole.
            StoreUnavailable: nobody has looked yet at who answers there now, or something has changed `since`.
        """
        connection = self._pool.get_connection()
        try:
            self._servers.meet(connection._parser.server, since)  # noqa: SLF001 - ours
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
        # and raises at the first error, leaving the rest unread.
        try:
            replies: list[Reply] = connection._parser.read_replies(count, patience, until)  # noqa: SLF001 - ours
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
