"""Who a request seems to come from, before anybody is authenticated: enough to share fairly, and nothing to trust.

A credential that was accepted lately stands for its principal. Everybody else is known by their address only: whoever
invents a thousand credentials has one share all the same.
"""

import threading
from collections.abc import Hashable

from masking_service.server.limits import MOST_KNOWN


class Callers:
    """The credentials that were accepted lately, by a hash that Python salts anew in each process."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}
        self._lock = threading.Lock()

    def of(self, credential: str, address: str) -> Hashable:
        """Whose share a request comes out of.

        Args:
            credential: its Authorization header; empty where it has none.
            address: where it comes from.
        """
        return self._known.get(hash(credential), ("stranger", address))

    def learn(self, credential: str, principal: str | None) -> None:
        """Note whom a credential was accepted for; None where it was not."""
        sign = hash(credential)
        if self._known.get(sign) == principal:
            return
        with self._lock:
            self._known.pop(sign, None)
            if principal is not None:
                self._known[sign] = principal
                if len(self._known) > MOST_KNOWN:
                    del self._known[next(iter(self._known))]
