"""Who is frozen: they get nothing at all, everywhere within two seconds, and no value from that moment on.

The list of a tenant is sealed and write-once (`serials.py`), so that whoever
writes to the store cannot thaw anybody unseen.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import msgspec

from keys.errors import IntegrityError
from keys.keyring import Keyring
from masking_service.access.errors import Frozen
from masking_service.access.principals import Principal
from masking_service.access.serials import Serials
from masking_service.store.client import Command, Reply, Store
from masking_service.store.layout import freezes_key
from masking_service.vault.sealed import Announce


class Freeze(msgspec.Struct, frozen=True):
    """One frozen principal: since when (Unix seconds), why, and by whose hand."""

    id: str
    since: int
    why: str
    by: str


class _List(Serials):
    """The list of one tenant."""

    _last_read: tuple[bytes, Mapping[str, Freeze]] = (b"", MappingProxyType({}))

    @property
    def frozen(self) -> Mapping[str, Freeze]:
        """By id. Always what the newest content seen by any thread says, so that none lags behind another."""
        content = self.content
        read_of, frozen = self._last_read
        if content is not read_of:
            frozen = _read(content)
            self._last_read = content, frozen
        return frozen


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
        self._lists: dict[str, _List] = {}

    def reset(self) -> None:
        """Forget every list that was read. For a store that was emptied while this process runs."""
        self._lists.clear()

    @property
    def count(self) -> int:
        """How many are frozen, as far as this process knows."""
        return sum(len(known.frozen) for known in list(self._lists.values()))

    def refuse(self, principal: Principal) -> None:
        """Raise Frozen where this process knows that `principal` is. Asks nothing of the store (R6)."""
        known = self._lists.get(principal.tenant)
        if known is not None and principal.id in known.frozen:
            raise Frozen

    def refuse_live(self, principal: Principal, beside: Command) -> Reply:
        """Raise Frozen where the store says so now: one round trip.

        Args:
            beside: something else to ask in the same slot, the tenant's.

        Returns:
            The reply to it.

        Raises:
            Frozen: the principal is frozen.
            StoreUnavailable, IntegrityError: it cannot be told, so nothing may be answered.
        """
        of_tenant = self._of(principal.tenant)
        standing, reply = self._store.read([of_tenant.question(), beside])
        of_tenant.take(standing)
        self.refuse(principal)
        return reply

    def refresh(self, tenants: Iterable[str]) -> None:
        """Learn the lists of `tenants`: one round trip for all.

        Raises:
            StoreUnavailable: the store did not answer.
            IntegrityError: somebody changed a list. All others are learned.
        """
        lists = [self._of(tenant) for tenant in tenants]
        replies = self._store.read([of_tenant.question() for of_tenant in lists])
        fault = None
        for of_tenant, reply in zip(lists, replies, strict=True):
            try:
                of_tenant.take(reply)
            except IntegrityError as found:
                fault = found
        if fault is not None:
            raise fault

    def listed(self, tenant: str) -> list[Freeze]:
        """The tenant's frozen principals, the longest frozen first: one round trip.

        Raises:
            StoreUnavailable, IntegrityError: it cannot be told.
        """
        of_tenant = self._of(tenant)
        of_tenant.refresh()
        return sorted(of_tenant.frozen.values(), key=lambda freeze: (freeze.since, freeze.id))

    def freeze(self, tenant: str, freeze: Freeze, announce: Announce) -> tuple[Freeze, bool]:
        """Freeze a principal, whether anybody knows it or not; one that is frozen stays as it is.

        Args:
            announce: is told of the sealed list before it is written.

        Returns:
            How it is frozen now, and whether it was not before.

        Raises:
            StoreUnavailable: it may or may not be; the same call can be made again.
        """
        standing = freeze

        def change(content: bytes) -> bytes:
            nonlocal standing
            frozen = _read(content)
            standing = frozen.setdefault(freeze.id, freeze)
            return _write(frozen)

        self._of(tenant).change(change, announce)
        return standing, standing is freeze

    def thaw(self, tenant: str, principal: str, announce: Announce) -> None:
        """Let a principal go on; one that is not frozen stays so.

        Args:
            announce: as in `freeze`.

        Raises:
            StoreUnavailable: it may or may not be thawed; the same call can be made again.
        """
        self._of(tenant).change(
            lambda content: _write({who: one for who, one in _read(content).items() if who != principal}), announce
        )

    def _of(self, tenant: str) -> _List:
        found = self._lists.get(tenant)
        if found is None:
            keys = self._keyring.tenant(tenant)
            made = _List(self._store, freezes_key(keys.tag("tenant")), keys.state, self._random)
            found = self._lists.setdefault(tenant, made)
        return found


def _read(content: bytes) -> dict[str, Freeze]:
    return {one.id: one for one in msgspec.json.decode(content, type=list[Freeze])} if content else {}


def _write(frozen: Mapping[str, Freeze]) -> bytes:
    return msgspec.json.encode([*frozen.values()])
