"""How the store was when somebody looked: numbers and fixed words, for those who watch it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Server:
    """One server that takes writes.

    Attributes:
        used: bytes of its memory that are taken.
        limit: its `maxmemory`; 0 where it has none.
        replicas: how many replicas follow it closely.
    """

    used: int
    limit: int
    replicas: int

    @property
    def fullness(self) -> tuple[float, int]:
        """Sorts servers by how near they are to their limit; without one, by what they hold."""
        return (self.used / self.limit if self.limit else 0.0, self.used)


@dataclass(frozen=True, slots=True)
class Condition:
    """The whole store at one moment.

    Attributes:
        at: when, by the monotonic clock.
        faults: (check, weight) of everything that is not as it has to be.
        servers: those that answered.
    """

    at: float
    faults: frozenset[tuple[str, str]]
    servers: tuple[Server, ...]
