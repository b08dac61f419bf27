"""Gives legal holds new data keys, and seals the records that they keep with them.

No hold is lifted for it: at each moment a held record is under a data key of its hold, the old one or the new one.
"""

from collections.abc import Callable, Collection, Container, Mapping
from itertools import count

import msgspec

from masking_service.rotation.coordinator import Coordinator
from masking_service.rotation.resealing import Announcer
from masking_service.service.holds.held_records import AT_ONCE, Change, HeldRecords
from masking_service.service.holds.state import Hold, Holds
from masking_service.service.vault.vault import Vault
from masking_service.service.vault.wrapped_keys import HOLD_DAY

OldKeys = Mapping[str, Collection[int]]
"""The numbers of data keys of holds, by tenant."""


def hold_keys(coordinator: Coordinator) -> dict[str, list[int]]:
    """Return the data keys of holds that open something now."""
    found: dict[str, list[int]] = {}
    for stored in coordinator.data_keys():
        if stored.day == HOLD_DAY and stored.wrapped is not None:
            found.setdefault(stored.tenant, []).append(stored.number)
    return found


class HoldKeys:
    """Replaces the data keys of holds.

    Args:
        old: those that have to go.

    Attributes:
        sealed: held waybills that were sealed anew.
    """

    def __init__(self, coordinator: Coordinator, announcer: Announcer, vault: Vault, old: OldKeys) -> None:
        self._coordinator = coordinator
        self._announcer = announcer
        self._vault = vault
        self._old = old
        self._holds = Holds(coordinator.store, coordinator.keyring, coordinator.random)
        self._records = HeldRecords(coordinator.store, coordinator.keyring, vault, coordinator.random)
        self.sealed = 0

    def renumber(self) -> None:
        """Name a new data key for each hold with an old one, and wait until no call seals with that.

        A hold that is being lifted keeps its key, as its records are about to leave it.

        Raises:
            StoreUnavailable: run it again.
        """
        for tenant, old in self._old.items():
            self._renumber(tenant, {*old})
        if self._old:
            self._coordinator.drain()

    def seal(self) -> None:
        """Seal the records of the holds with their new keys. Doing it again is safe.

        Raises:
            StoreUnavailable, ProviderError: run it again.
            IntegrityError: a hold's list of waybills is missing, or a record does not open.
        """
        for tenant, old in self._old.items():
            for hold in self._holds.listed(tenant):
                if hold.keeps and hold.number > max(old):
                    self._seal(tenant, hold)

    def destroy(self, used: Container[tuple[str, int]]) -> None:
        """Destroy the old keys that no record is under any more.

        Args:
            used: tenant and number of those that a whole pass over the store has found.
        """
        for tenant, old in self._old.items():
            for number in old:
                if (tenant, number) not in used:
                    self._vault.data_keys.destroy_hold(tenant, number)

    def _renumber(self, tenant: str, old: set[int]) -> None:
        def change(holds: list[Hold]) -> list[Hold]:
            free = count(max(old | {hold.number for hold in holds}) + 1)
            return [
                msgspec.structs.replace(hold, number=next(free)) if hold.keeps and hold.number in old else hold
                for hold in holds
            ]

        while any(hold.keeps and hold.number in old for hold in self._holds.listed(tenant)):
            prepared = self._holds.prepare(tenant, change)  # again where a person changed the list meanwhile
            self._announcer.run(tenant, prepared.sealed, prepared.write)

    def _seal(self, tenant: str, hold: Hold) -> None:
        """Seal the records of a hold with its key, unless the hold ends meanwhile."""
        try:
            (numbers,) = self._holds.waybills(tenant, [hold])
            bases = self._coordinator.keyring.tenant(tenant).bases(numbers)
            for at in range(0, len(bases), AT_ONCE):
                self.sealed += self._records.keep(
                    tenant, bases[at : at + AT_ONCE], hold.number, self._keeping(tenant, hold), self._recording(tenant)
                )
        except _HoldChanged:
            pass  # the call that changed it decides about its records

    def _keeping(self, tenant: str, hold: Hold) -> Callable[[], list[int]]:
        def keeping() -> list[int]:
            holds = self._holds.listed(tenant)
            if not any(one.number == hold.number and one.keeps for one in holds):
                raise _HoldChanged
            return [one.number for one in holds if one.keeps]

        return keeping

    def _recording(self, tenant: str) -> Callable[[Change], None]:
        def record(change: Change) -> None:
            if change.sealed:
                self._announcer.run(tenant, change.sealed, lambda: None)

        return record


class _HoldChanged(Exception):
    """The hold was lifted meanwhile."""
