"""Ticket systems on this machine: the example's sidecar, and hostile ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from examples.case_check import sidecar
from examples.case_check.sidecar import Ticket
from tests import http_servers
from tests.http_servers import running

KEY = b"k" * 64


@dataclass
class TicketSystem:
    """Tickets by case number, which a test may change; `asked` are the questions."""

    url: str = ""
    tickets: dict[str, Ticket] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    fails: bool = False

    def lookup(self, case: str) -> Ticket | None:
        self.asked.append(case)
        if self.fails:
            raise ConnectionError
        return self.tickets.get(case)


@contextmanager
def ticket_system() -> Iterator[TicketSystem]:
    """A ticket system behind the example's sidecar."""
    system = TicketSystem()
    with running(sidecar.create_server(system.lookup, KEY, 0)) as url:
        system.url = f"{url}/check"
        yield system


answering = partial(http_servers.answering, path="/check")
reply = partial(http_servers.signed, key=KEY)
