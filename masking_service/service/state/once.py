"""Lets one of all workers act, once a minute or a longer while for each principal."""

from typing import Final

from masking_service.service.people.principals import Principal
from masking_service.service.state.sealed import TenantState
from masking_service.store.layout import tenant_stem

MINUTE: Final = 60
_MARK_BYTES: Final = 8


class OnceAWhile(TenantState):
    """Marks in the store, for all workers."""

    def is_first(self, principal: Principal, what: str, seconds: int = MINUTE) -> bool:
        """Return whether this is the first call within so many seconds, of all workers: one round trip.

        Raises:
            StoreUnavailable: it is not known.
        """
        keys = self._keyring.tenant(principal.tenant)
        key = tenant_stem(keys.tenant_tag) + b"tally:" + keys.tag("tally", what, principal.id).encode()
        mine = self._random(_MARK_BYTES)
        [stored] = self._store.write([(b"SET", key, mine, b"NX", b"GET", b"EX", seconds)])
        return stored in (None, mine)  # mine: the reply to the first attempt was lost
