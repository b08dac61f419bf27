"""redis-py's pool of connections, without what it counts for observers, of whom there are none here.

That took it a tenth of a request that asks the store five times. Who may connect, how often, and what becomes of a
connection that leads to a server that is no primary any more, is as there. A stale one is connected anew once, and
servers in maintenance, of which only a newer protocol tells, are not thought of.
"""

from queue import Empty
from typing import Any

import redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError


class Pool(redis.BlockingConnectionPool):
    """Connections to one server, the last used first; a caller waits briefly for a free one."""

    def get_connection(self, *_: Any, **__: Any) -> Any:
        """A connection on which nothing is to come any more.

        Raises:
            RedisError: none is free, or none can be made.
        """
        self._checkpid()
        try:
            connection: Any = self.pool.get(timeout=self.timeout)
        except Empty:
            raise RedisConnectionError("no connection is free") from None
        try:
            if connection is None:
                connection = self.make_connection()  # type: ignore[no-untyped-call]  # as redis-py left it
            connection.connect()
            if _is_stale(connection):
                connection.disconnect()
                connection.connect()
        except BaseException:
            self.release(connection)
            raise
        return connection

    def release(self, connection: Any) -> None:
        """Give back a connection. One to a server that is no primary any more makes room for another."""
        self._checkpid()
        if connection is not None and not self.owns_connection(connection):
            connection.disconnect()
            connection = None
        self.pool.put_nowait(connection)


def _is_stale(connection: Any) -> bool:
    """Whether the server closed it, or something stands on it that nobody asked for."""
    try:
        return bool(connection.can_read())
    except (RedisError, OSError):
        return True
