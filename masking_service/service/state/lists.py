"""Sealed lists of one kind, one for each tenant. Every change is a new serial.

They are padded, so that the store does not tell how much is in them.
"""

from collections.abc import Callable
from typing import Final, Generic, TypeVar

import msgspec

from keys.keyring import Keyring
from masking_service.service.state.sealed import Prepared, TenantState
from masking_service.service.state.serials import Documents, Serials
from masking_service.store.client import Store

Entry = TypeVar("Entry")

PADDED_TO: Final = 4_096
"""The sealed values are a multiple of this many bytes long."""


class SealedLists(TenantState, Generic[Entry]):
    """The lists of one kind, one for each tenant.

    Args:
        kind: of the list, such as `list[Hold]`.
        name: of a tenant's list in the store, for `tenant_key`.
        bounded: shortens a list that has become too long.
    """

    def __init__(
        self,
        store: Store,
        keyring: Keyring,
        random: Callable[[int], bytes],
        kind: type[list[Entry]],
        name: bytes,
        bounded: Callable[[list[Entry]], list[Entry]] = lambda entries: entries,
    ) -> None:
        super().__init__(store, keyring, random)
        self._lists = Documents(store, keyring, random, Serials, name)
        self._decoder = msgspec.json.Decoder(kind)
        self._bounded = bounded

    def listed(self, tenant: str) -> list[Entry]:
        """Return the tenant's entries, the first added first: one round trip.

        Raises:
            StoreUnavailable, IntegrityError: it cannot be told.
        """
        document = self._lists.of(tenant)
        document.refresh()
        return self._read(document.content)

    def prepare(self, tenant: str, change: Callable[[list[Entry]], list[Entry]]) -> Prepared[bool]:
        """Seal a changed list: one round trip, and one to write.

        Writing returns False where another change was first: prepare again then.

        Args:
            change: from the entries to the new ones; it may be called again.

        Raises:
            StoreUnavailable: nothing is changed.
        """
        return self._lists.of(tenant).prepare(
            lambda content: padded(msgspec.json.encode(self._bounded(change(self._read(content)))))
        )

    def _read(self, content: bytes) -> list[Entry]:
        return self._decoder.decode(content) if content else []


def padded(content: bytes, padding: bytes = b" ") -> bytes:
    """Return content with as much padding as hides its length."""
    return content + padding * (-len(content) % PADDED_TO)


def without_oldest(entries: list[Entry], most: int, ended: Callable[[Entry], bool]) -> list[Entry]:
    """Return at most so many entries, without the oldest that have ended."""
    for entry in [entry for entry in entries if ended(entry)][: max(len(entries) - most, 0)]:
        entries.remove(entry)
    return entries
