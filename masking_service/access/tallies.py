"""What counts against a principal: misses in a row, calls that a budget refused. Counted in the store, by all workers.

The counts hold nothing that could be opened and decide nothing. One that is
counted twice, because a reply was lost, errs on the strict side.
"""

from collections.abc import Callable
from typing import Final

from keys.keyring import Keyring
from masking_service.access.principals import Principal
from masking_service.store.client import Command, Reply, Store
from masking_service.store.layout import tenant_stem

MISSES_KEPT: Final = 30 * 86_400
"""Seconds after the last miss until a row is forgotten: whoever guesses slowly is guessing all the same."""
MINUTE: Final = 60
_MARK_BYTES: Final = 8


class Tallies:
    """The counts of every tenant.

    Args:
        store: the way to Redis.
        keyring: names the keys, so that nobody can read whose they are.
        random: gives that many random bytes.
    """

    def __init__(self, store: Store, keyring: Keyring, random: Callable[[int], bytes]) -> None:
        self._store = store
        self._keyring = keyring
        self._random = random

    def question(self, principal: Principal) -> Command:
        """What `misses` wants the store's reply to. It stands in the tenant's slot."""
        return (b"GET", self._key(principal.tenant, principal.id, "misses"))

    @staticmethod
    def misses(reply: Reply) -> int:
        """How many items in a row opened or showed nothing."""
        return int(reply or 0)

    def add_misses(self, principal: Principal, count: int) -> int:
        """Lengthen the row by `count`, and return how long it is then: one round trip.

        Raises:
            StoreUnavailable: it may or may not be counted.
        """
        key = self._key(principal.tenant, principal.id, "misses")
        counted, _ = self._store.write([(b"INCRBY", key, count), (b"EXPIRE", key, MISSES_KEPT)])
        return int(counted)

    def begin_misses(self, principal: Principal, count: int) -> None:
        """End the row, and begin another of `count`: one round trip. Raises StoreUnavailable."""
        key = self._key(principal.tenant, principal.id, "misses")
        self._store.write([(b"SET", key, count, b"EX", MISSES_KEPT) if count else (b"DEL", key)])

    def add_refusal(self, principal: Principal) -> int:
        """Count a call that a budget refused; how many there were within this minute, which began with the first.

        One round trip. Raises StoreUnavailable.
        """
        key = self._key(principal.tenant, principal.id, "refusals")
        counted, _ = self._store.write([(b"INCR", key), (b"EXPIRE", key, MINUTE, b"NX")])
        return int(counted)

    def clear(self, tenant: str, principal: str) -> None:
        """Forget what counts against a principal: one round trip. Raises StoreUnavailable."""
        self._store.write([(b"DEL", *(self._key(tenant, principal, what) for what in ("misses", "refusals")))])

    def first_this_minute(self, principal: Principal, what: str) -> bool:
        """Whether nobody has asked just this within a minute: one round trip. Raises StoreUnavailable."""
        key = self._key(principal.tenant, principal.id, what)
        mine = self._random(_MARK_BYTES)
        standing = self._store.write([(b"SET", key, mine, b"NX", b"GET", b"EX", MINUTE)])[0]
        return standing in (None, mine)  # mine: the reply to the first attempt was lost

    def _key(self, tenant: str, principal: str, what: str) -> bytes:
        tag = self._keyring.tenant(tenant).tag
        return tenant_stem(tag("tenant")) + b"tally:" + tag("tally", what, principal).encode()
