"""The state of the store when it was last checked, for metrics."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Server:
    """One server that takes writes.

    Attributes:
        used: bytes of memory in use.
        limit: its `maxmemory`; 0 where it has none.
        replicas: how many replicas follow it within the allowed lag.
        holds_log: whether the audit log is on it.
    """

    used: int
    limit: int
    replicas: int
    holds_log: bool

    @property
    def fullness(self) -> tuple[float, int]:
        """Sort key: how full it is; without a limit, memory in use."""
        return (self.used / self.limit if self.limit else 0.0, self.used)


@dataclass(frozen=True, slots=True)
class Condition:
    """State of all servers at one moment.

    Attributes:
        at: when, by the monotonic clock.
        faults: (check, weight) of every failed check.
        servers: those that answered.
    """

    at: float
    faults: frozenset[tuple[str, str]]
    servers: tuple[Server, ...]
