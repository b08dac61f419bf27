"""redis-py's parser, with an end to its patience: its own reads one reply for as long as anything of it comes."""

from time import monotonic
from typing import Any

from redis._parsers.hiredis import NOT_ENOUGH_DATA, _HiredisParser
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

Reply = Any


class PatientParser(_HiredisParser):
    """What redis-py asks by itself, such as AUTH, has its reply within the connection's time-out, or never.

    Attributes:
        server: who answers, as `servers.greet` learned it.
    """

    server = b""
    _until = 0.0

    def read_response(self, *args: Any, **settings: Any) -> Reply:
        """One reply, as redis-py takes it. Raises RedisError."""
        self._until = monotonic() + self._socket_timeout
        return super().read_response(*args, **settings)

    def read_replies(self, count: int, patience: float, until: float) -> list[Reply]:
        """So many replies. Errors stand among them as exceptions, but for a server that is not ready.

        Args:
            patience: seconds for each wait on the socket.
            until: by the monotonic clock, when all of them have to be here.

        Raises:
            RedisError, OSError: not all of them came.
        """
        self._until = until
        take, replies = self._reader.gets, list[Reply]()
        while len(replies) < count:
            reply = take(False)
            if reply is NOT_ENOUGH_DATA:
                self.read_from_socket(patience)
            elif isinstance(reply, RedisConnectionError):  # such as LOADING
                raise reply
            else:
                replies.append(reply)
        return replies

    def read_from_socket(self, timeout: float | object = None, raise_on_timeout: bool = True) -> bool:
        """What is there of a reply, after waiting for it. Raises RedisError."""
        left = self._until - monotonic()
        if left <= 0:
            raise RedisTimeoutError("replies come too slowly")
        patience = timeout if isinstance(timeout, float) else self._socket_timeout
        read: bool = super().read_from_socket(min(patience, left), raise_on_timeout)  # type: ignore[no-untyped-call]
        return read
