"""Lets one of all workers act, once a minute for each principal."""

from collections.abc import Callable
from typing import Final

from keys.keyring import Keyring
from masking_service.access.principals import Principal
from masking_service.store.client import Store
from masking_service.store.layout import tenant_stem

MINUTE: Final = 60
_MARK_BYTES: Final = 8


class OnceAMinute:
    """Marks in the store, for all workers.

    Args:
        store: the way to Redis.
        keyring: hashes the names of the marks.
        random: gives that many random bytes.
    """

    def __init__(self, store: Store, keyring: Keyring, random: Callable[[int], bytes]) -> None:
        self._store = store
        self._keyring = keyring
        self._random = random

    def is_first(self, principal: Principal, what: str) -> bool:
        """Return whether this is the first call within a minute, of all workers: one round trip.

        Raises:
            StoreUnavailable: it is not known.
        """
        keys = self._keyring.tenant(principal.tenant)
        key = tenant_stem(keys.tenant_tag) + b"tally:" + keys.tag("tally", what, principal.id).encode()
        mine = self._random(_MARK_BYTES)
        [stored] = self._store.write([(b"SET", key, mine, b"NX", b"GET", b"EX", MINUTE)])
        return stored in (None, mine)  # mine: the reply to the first attempt was lost
