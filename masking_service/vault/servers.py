"""Which servers the store was made of when it was last seen whose it is, by the name that each takes anew at its start.

A server that started again may hold nothing, or what it held long ago. What is
sealed with the data keys in memory, and written to such a one, nobody could open
later: so nothing is sent to it before it was looked at.
"""

import re
from collections.abc import Collection
from typing import Final

from redis.connection import AbstractConnection
from redis.exceptions import ResponseError

from masking_service.vault.errors import StoreUnavailable
from masking_service.vault.parser import PatientParser

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


class Servers:
    """The servers that one process may use.

    Attributes:
        met: all that were met while everybody was welcome.
        stranger: whether another one was met since.
    """

    def __init__(self) -> None:
        self.met: set[bytes] = set()
        self.stranger = False
        self._known: frozenset[bytes] | None = None

    def only(self, known: Collection[bytes]) -> None:
        """Let nobody be welcome from now on but these: they were looked at."""
        self._known = frozenset(known)
        self.stranger = False

    def meet(self, server: bytes) -> None:
        """Somebody answers. Raises StoreUnavailable where it is nobody who was looked at."""
        if self._known is None:
            self.met.add(server)
        elif server not in self._known:
            self.stranger = True
            raise StoreUnavailable("unseen")
