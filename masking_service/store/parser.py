"""redis-py's reply parser with a deadline.

redis-py waits for one reply as long as any part of it arrives, so a slow server
could hold a caller for minutes. Its public `read_response` costs more than the
reply itself when there are hundreds, and raises at the first error, leaving the
rest unread. redis-py has no public class to extend here, so this module uses four
private names of it: `_HiredisParser`, its `_reader` and `_socket_timeout`, and
`NOT_ENOUGH_DATA`. No other module uses any.
"""

from time import monotonic
from typing import Any

from redis._parsers.hiredis import NOT_ENOUGH_DATA, _HiredisParser
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

Reply = Any


class DeadlineParser(_HiredisParser):
    """Reads replies until a deadline.

    Replies that redis-py asks for itself (AUTH) have the connection's time-out.
    """

    _until = 0.0

    def read_response(self, *args: Any, **settings: Any) -> Reply:
        """Read one reply, as redis-py takes it. Raises RedisError."""
        self._until = monotonic() + self._socket_timeout
        return super().read_response(*args, **settings)

    def read_replies(self, count: int, timeout: float, until: float) -> list[Reply]:
        """Read `count` replies.

        Errors are returned among them, except those of a server that is not ready.

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
        """Wait for more of a reply and read it.

        Raises RedisError.
        """
        left = self._until - monotonic()
        if left <= 0:
            raise RedisTimeoutError("replies come too slowly")
        wait = min(left, timeout if isinstance(timeout, float) else self._socket_timeout)
        # A timeout other than the socket's is set before the read and restored after it: two more system calls.
        own = {} if wait == self._socket_timeout else {"timeout": wait}
        read: bool = super().read_from_socket(raise_on_timeout=raise_on_timeout, **own)  # type: ignore[no-untyped-call]
        return read
