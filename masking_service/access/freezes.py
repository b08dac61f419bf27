"""Who is frozen: they get nothing at all, everywhere within two seconds, and no value from that moment on.

The list of a tenant is sealed and write-once (`serials.py`), so that whoever
writes to the store cannot thaw anybody unseen.
"""

from collections.abc import Callable, Iterable

import msgspec

from keys.keyring import Keyring
from masking_service.access.errors import Frozen
from masking_service.access.principals import Principal
from masking_service.access.serials import Serials
from masking_service.vault.connection import Store
from masking_service.vault.layout import freezes_key
from masking_service.vault.sealed import Announce


class Freeze(msgspec.Struct, frozen=True):
    """One frozen principal: since when (Unix seconds), why, and by whose hand."""

    id: str
    since: int
    why: str
    by: str


class Freezes:
    """The frozen principals of every tenant.

    Args:
        store: the way to Redis.
        keyring: seals and opens the lists.
        random: gives that many random bytes.
    """

    def __init__(self, store: Store, keyring: Keyring, random: Callable[[int], bytes]) -> None:
        self._store = store
        self._keyring = keyring
        self._random = random
        self._documents: dict[str, Serials] = {}
        self._frozen: dict[str, dict[str, Freeze]] = {}

    def refuse(self, principal: Principal) -> None:
        """Raise Frozen where this process knows that `principal` is. Asks nothing of the store (R6)."""
        if principal.id in self._frozen.get(principal.tenant, ()):
            raise Frozen

    def refuse_live(self, principal: Principal) -> None:
        """Raise Frozen where the store says so now: one round trip.

        Raises:
            Frozen: the principal is frozen.
            StoreUnavailable, IntegrityFault: it cannot be told, so nothing may be answered.
        """
        self._look(principal.tenant)
        self.refuse(principal)

    def refresh(self, tenants: Iterable[str]) -> None:
        """Learn the lists of `tenants`: one round trip for all.

        Raises:
            StoreUnavailable, IntegrityFault: as above.
        """
        documents = {tenant: self._document(tenant) for tenant in tenants}
        replies = self._store.read([document.question() for document in documents.values()])
        for (tenant, document), reply in zip(documents.items(), replies, strict=True):
            if document.take(reply):
                self._learn(tenant, document)

    def listed(self, tenant: str) -> list[Freeze]:
        """The tenant's frozen principals, the longest frozen first: one round trip. Raises StoreUnavailable."""
        self._look(tenant)
        return sorted(self._frozen.get(tenant, {}).values(), key=lambda freeze: (freeze.since, freeze.id))

    def freeze(self, tenant: str, freeze: Freeze, announce: Announce) -> Freeze:
        """Freeze a principal, whether anybody knows it or not; one that is frozen stays as it is.

        Returns:
            How it is frozen now.

        Raises:
            StoreUnavailable: it may or may not be; the same call can be made again.
        """
        self._change(tenant, lambda frozen: {freeze.id: freeze} | frozen, announce)
        return self._frozen[tenant][freeze.id]

    def thaw(self, tenant: str, principal: str, announce: Announce) -> None:
        """Let a principal go on; one that is not frozen stays so.

        Raises:
            StoreUnavailable: it may or may not be thawed; the same call can be made again.
        """
        self._change(tenant, lambda frozen: {who: one for who, one in frozen.items() if who != principal}, announce)

    def _change(
        self, tenant: str, change: Callable[[dict[str, Freeze]], dict[str, Freeze]], announce: Announce
    ) -> None:
        document = self._document(tenant)
        document.change(lambda content: msgspec.json.encode([*change(_frozen(content)).values()]), announce)
        self._learn(tenant, document)

    def _look(self, tenant: str) -> None:
        document = self._document(tenant)
        if document.refresh():
            self._learn(tenant, document)

    def _learn(self, tenant: str, document: Serials) -> None:
        self._frozen[tenant] = _frozen(document.content)

    def _document(self, tenant: str) -> Serials:
        found = self._documents.get(tenant)
        if found is None:
            keys = self._keyring.tenant(tenant)
            made = Serials(self._store, freezes_key(keys.tag("tenant")), keys.state, self._random)
            found = self._documents.setdefault(tenant, made)
        return found


def _frozen(content: bytes) -> dict[str, Freeze]:
    return {one.id: one for one in msgspec.json.decode(content, type=list[Freeze])} if content else {}
