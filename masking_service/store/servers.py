"""Which servers the store was made of when it was last seen whose it is, by the name that each takes anew at its start.

A server that started again may hold nothing, or what it held long ago. What is
sealed with the data keys in memory, and written to such a one, nobody could open
later: so nothing is sent to it before it was looked at, and what is sealed with a
data key goes to nobody but those who were looked at when the key was taken.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from redis.connection import AbstractConnection
from redis.exceptions import ResponseError

from masking_service.store.errors import StoreUnavailable
from masking_service.store.parser import PatientParser

_RUN_ID: Final = re.compile(rb"^run_id:(\w+)", re.MULTILINE)


def greet(connection: AbstractConnection) -> None:
    """What a connection does first: as redis-py does it, but for the parser; then it asks who answers.

    The answer comes behind what TLS 1.3 sends after the handshake, which redis-py would take for a dirty connection.
    """
    connection.set_parser(PatientParser)
    connection.on_connect()
    connection.send_command("INFO", "server", check_health=False)
    try:
        found = _RUN_ID.search(connection.read_response())
    except ResponseError:  # of whoever has no right to it: then nobody can be told from anybody
        found = None
    connection._parser.server = found[1] if found else b""  # noqa: SLF001  # ours


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """One look at the servers, and none other: the same servers, looked at once more, may hold less than before.

    Attributes:
        welcome: who was looked at; None for everybody.
    """

    welcome: frozenset[bytes] | None = None


class Servers:
    """The servers that one process may use.

    Attributes:
        met: all that were met while everybody was welcome.
        stranger: whether another one was met since.
        last_look: who is welcome now.
    """

    def __init__(self) -> None:
        self.met: set[bytes] = set()
        self.stranger = False
        self.last_look = Look()

    def only(self, known: Collection[bytes]) -> None:
        """Let nobody be welcome from now on but these: they were looked at."""
        self.last_look = Look(frozenset(known))
        self.stranger = False

    def meet(self, server: bytes, since: Look | None = None) -> None:
        """Somebody answers.

        Args:
            since: the look since which nothing may have changed; None where that does not matter.

        Raises:
            StoreUnavailable: it is nobody who was looked at, or there was another look, or need of one, since.
        """
        look = self.last_look  # read once: another one may follow at any moment
        if since is not None and (since is not look or self.stranger):
            raise StoreUnavailable("unseen")
        if look.welcome is None:
            self.met.add(server)
        elif server not in look.welcome:
            self.stranger = True
            raise StoreUnavailable("unseen")
