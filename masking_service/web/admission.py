"""Whose request is answered next: callers in turn, each inside its share, and none that has waited too long.

Pure bookkeeping: it reads no socket and no clock. What it cannot keep it hands back, to be refused.
"""

import threading
from collections import Counter, deque
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from masking_service.server.limits import LARGE, LEAST_WEIGHT


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken in.

    Attributes:
        storing: how many requests that may have to wait for the store are answered at the same time.
        caller: how many of them may be of one caller.
        large: how many of them may be large.
        computing: how many that only compute are.
        weight: bytes of requests that wait; one always may.
    """

    storing: int
    caller: int
    large: int
    computing: int
    weight: int


@dataclass(eq=False, slots=True)
class Ticket:
    """A request that wants to be answered.

    Attributes:
        request: whatever it is that waits.
        caller: whose share it comes out of.
        weight: its size in bytes.
        storing: whether it may have to wait for the store; else it only computes.
        since: when it came.
    """

    request: Any
    caller: Hashable
    weight: int
    storing: bool
    since: float

    @property
    def cost(self) -> int:
        """What it counts for while it waits."""
        return max(LEAST_WEIGHT, self.weight)

    @property
    def large(self) -> bool:
        """Whether answering it keeps a thread busy for long."""
        return self.weight >= LARGE


class Queue:
    """The requests that wait and those that are being answered. Threads share it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._waiting: dict[Hashable, deque[Ticket]] = {}  # in the order of their turns
        self._weights: Counter[Hashable] = Counter()
        self._weight = 0
        self._storing: Counter[Hashable] = Counter()
        self._large = 0
        self._computing = 0
        self._to_compute = 0
        self._in_vain = 0  # how many threads found nothing that may be answered, although something waits

    @property
    def computing(self) -> bool:
        """Whether requests that only compute are answered or wait, so that a further one takes its turn behind them."""
        return self._computing + self._to_compute > 0

    def put(self, ticket: Ticket) -> list[Ticket]:
        """Let a request wait. What there is no room for comes back: the newest of the caller that has most waiting.

        It may be the request itself. So a caller who sends too much loses their own requests, and nobody else's.
        """
        refused = []
        with self._lock:
            self._waiting.setdefault(ticket.caller, deque()).append(ticket)
            self._count(ticket, 1)
            while self._weight > max(self._limits.weight, ticket.cost):
                greediest = max(self._weights, key=self._weights.__getitem__)
                refused.append(self._waiting[greediest][-1])
                self._remove(refused[-1])
                if refused[-1] is ticket:
                    break
        return refused

    def take(self) -> Ticket | None:
        """The next request to answer; None where none waits that may be answered now.

        It is called once for every request that was let in, and once more when `done`, which has to follow, says so.
        """
        with self._lock:
            for caller, tickets in self._waiting.items():
                ticket = next((one for one in tickets if self._fits(one)), None)
                if ticket is not None:
                    self._remove(ticket)
                    if caller in self._waiting:  # it was this caller's turn
                        self._waiting[caller] = self._waiting.pop(caller)
                    self._busy(ticket, 1)
                    return ticket
            self._in_vain = self._in_vain + 1 if self._waiting else 0
        return None

    def done(self, ticket: Ticket) -> bool:
        """Give back what an answered request kept busy; whether that made room for one that waits."""
        with self._lock:
            self._busy(ticket, -1)
            if not self._in_vain:
                return False
            self._in_vain -= 1
            return True

    def overdue(self, since: float) -> list[Ticket]:
        """Take out what has waited since before then."""
        with self._lock:
            late = [ticket for tickets in self._waiting.values() for ticket in tickets if ticket.since < since]
            for ticket in late:
                self._remove(ticket)
        return late

    def _fits(self, ticket: Ticket) -> bool:
        if not ticket.storing:
            return self._computing < self._limits.computing
        if ticket.large and self._large >= self._limits.large:
            return False
        mine, all_together = self._storing[ticket.caller], self._storing.total()
        return mine < self._limits.caller and all_together < self._limits.storing

    def _busy(self, ticket: Ticket, sign: int) -> None:
        if not ticket.storing:
            self._computing += sign
            return
        self._large += sign * ticket.large
        self._storing[ticket.caller] += sign
        if not self._storing[ticket.caller]:
            del self._storing[ticket.caller]

    def _remove(self, ticket: Ticket) -> None:
        tickets = self._waiting[ticket.caller]
        tickets.remove(ticket)
        if not tickets:
            del self._waiting[ticket.caller]
        self._count(ticket, -1)

    def _count(self, ticket: Ticket, sign: int) -> None:
        self._weight += sign * ticket.cost
        self._to_compute += 0 if ticket.storing else sign
        self._weights[ticket.caller] += sign * ticket.cost
        if not self._weights[ticket.caller]:
            del self._weights[ticket.caller]
