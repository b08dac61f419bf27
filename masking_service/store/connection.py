"""Keeps connections to one server, made by redis-py's public constructors, for the next caller.

redis-py's own pools spend a tenth of a request that asks the store five times on
statistics that no one reads here.
"""

import re
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Final, Protocol

from redis.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError

from masking_service.store.parser import DeadlineParser, Reply

_RUN_ID: Final = re.compile(rb"^run_id:(\w+)", re.MULTILINE)


class Dial(Protocol):
    """Makes a connection object that is not connected yet.

    Raises RedisError where no server is known.
    """

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
        except BaseException:
            self.close()
            raise

    def _new_parser(self, socket_read_size: int) -> DeadlineParser:
        self._parser = DeadlineParser(socket_read_size)  # type: ignore[no-untyped-call]
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
        """Close it."""
        self._connection.disconnect()


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
        """Return a connection on which nothing is to come.

        Raises:
            RedisError: none is free, or none can be made.
        """
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
