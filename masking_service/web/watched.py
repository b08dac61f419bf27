"""The connections that wait for their client: of which event the poller tells, what comes then, and until when."""

import time
from collections.abc import Callable, Iterator
from selectors import BaseSelector

from masking_service.web.connection import Connection

Step = Callable[[Connection], None]


class Watched:
    """The connections of a worker that wait for their client, whoever has waited longest first.

    One that is answered is none of them, but stays with the poller: mostly it is back before anything comes of it, and
    to take it out and put it in again would be two system calls a request.

    Args:
        poller: of the worker's loop.
        tell: called with a connection that waits, once what it waits for has come.

    Attributes:
        held: the bytes that all of them keep.
    """

    def __init__(self, poller: BaseSelector, tell: Callable[[Connection], None]) -> None:
        self._poller = poller
        self._tell = tell
        self._steps: dict[Connection, Step] = {}
        self.held = 0

    def __iter__(self) -> Iterator[Connection]:
        return iter(self._steps)

    def __contains__(self, conn: Connection) -> bool:
        return conn in self._steps

    def step(self, conn: Connection) -> Step | None:
        """What comes next with a connection; None where it does not wait."""
        return self._steps.get(conn)

    def late(self, now: float) -> list[Connection]:
        """Those whose time is up."""
        return [conn for conn in self._steps if conn.deadline < now]

    def expect(self, conn: Connection, step: Step) -> None:
        """Let a connection wait of which the poller knows nothing yet."""
        self._steps[conn] = step

    def wait(self, conn: Connection, event: int, step: Step, seconds: float) -> None:
        """Let a connection wait, behind all others.

        Args:
            event: what it waits for.
            step: what comes then.
            seconds: for which it may wait.
        """
        conn.deadline = time.monotonic() + seconds
        self._steps.pop(conn, None)
        self._steps[conn] = step
        self.count(conn)
        self._poll(conn, event)

    def count(self, conn: Connection) -> None:
        """See how much it keeps now."""
        if conn in self._steps:
            self.held += conn.held - conn.counted
            conn.counted = conn.held

    def leave(self, conn: Connection) -> None:
        """Let it wait no more."""
        if self._steps.pop(conn, None) is not None:
            self.held -= conn.counted
            conn.counted = 0

    def part(self, conn: Connection) -> None:
        """Let it wait no more, before it is closed."""
        self.leave(conn)
        self._poll(conn, 0)

    def _poll(self, conn: Connection, event: int) -> None:
        if conn.polled == event:
            return
        if not conn.polled:
            self._poller.register(conn.sock, event, lambda _: self._heard_of(conn))
        elif event:
            self._poller.modify(conn.sock, event, lambda _: self._heard_of(conn))
        else:
            self._poller.unregister(conn.sock)
        conn.polled = event

    def _heard_of(self, conn: Connection) -> None:
        if conn in self._steps:
            self._tell(conn)
        else:  # it is being answered; the poller would tell again and again
            self._poll(conn, 0)
