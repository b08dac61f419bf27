"""One server that takes reads and writes, and the two halves of an exchange with it.

Both halves have tight time-outs. A connection on which a reply is still to come
is never used again.
"""

from collections.abc import Callable
from typing import Final, cast

import hiredis

from masking_service.store.breaker import Breaker
from masking_service.store.connection import Connection, Connections, Dial, Reply

TIMEOUT_SECONDS: Final = 0.5
"""For connecting, and for each wait on the socket. redis-py's own defaults stall a call for up to 59 s."""

MAX_CONNECTIONS: Final = 32

Command = tuple[bytes | int, ...]
pack = cast(Callable[[Command], bytes], hiredis.pack_command)  # its stub allows one argument only


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
