"""Custody of parcels: sealed beside the record, and read with it.

A custody value cannot be moved to another waybill or tenant, and one that does
not open is an alarm, never a permission.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from keys.aead import HOUR_FORMAT, SealingKey, SealingKeys, header_of
from keys.keyring import Keyring
from keys.secret import Unprinted
from masking_service.service.people.principals import Principal
from masking_service.service.state.sealed import Prepared, Sealed, StoredValue, TenantState
from masking_service.service.vault.data_keys import RecordKeys
from masking_service.store.client import Command, Store
from masking_service.store.layout import custody_key, stems_of


@dataclass(frozen=True, slots=True, repr=False)
class Custody(Unprinted):
    """A site's code and a courier's principal id. Either may be missing."""

    site: str | None
    courier: str | None = None

    def held_by(self, principal: Principal) -> bool:
        """Return whether `principal` holds the parcel: as its courier or, if none is set, at one of its sites."""
        if self.courier is not None:
            return self.courier == principal.id
        return self.site is not None and self.site in principal.sites


def custody_bytes(custody: Custody) -> bytes:
    """Return what is sealed of a custody."""
    return msgspec.json.encode([custody.site, custody.courier])


def custody_in(opened: bytes) -> Custody:
    """Return the custody in opened bytes."""
    site, courier = msgspec.json.decode(opened)
    return Custody(site, courier)


class Custodies(TenantState):
    """Reads and writes custody values.

    Args:
        record_keys: open what an intake host sealed with the key of the record. The vault has checked that.
    """

    def __init__(self, store: Store, keyring: Keyring, random: Callable[[int], bytes], record_keys: RecordKeys) -> None:
        super().__init__(store, keyring, random)
        self._record_keys = record_keys

    def prepare(
        self,
        tenant: str,
        bases: Sequence[bytes],
        custodies: Sequence[Custody],
        expires_at: Sequence[int],
        *,
        first: bool = False,
    ) -> Prepared[None]:
        """Seal custody that replaces what is set: one round trip to write, none for no base.

        Args:
            bases: each only once.
            custodies: one for each base.
            expires_at: Unix seconds, one for each base: when its record expires.
            first: it is written only if none is set.
        """
        stems = stems_of(self._keyring.tenant(tenant), bases)
        places = [custody_key(stem) for stem in stems.own]
        values = self._seal_many(tenant, [custody_bytes(custody) for custody in custodies], places)
        condition: tuple[bytes, ...] = (b"NX",) if first else ()
        commands: list[Command] = []
        sealed: list[Sealed] = []
        for place, value, ends in zip(places, values, expires_at, strict=True):
            commands.append((b"SET", place, value, *condition, b"EXAT", ends))
            sealed.append(Sealed(place, value, until=ends, once=first))
        if not first and not stems.layers.other_is_newer:  # a value at the older place would win, see `Vault`
            older = [custody_key(stem) for stem in stems.other]
            commands += [(b"DEL", place) for place in older]
            sealed += [Sealed(place, None, until=0, once=False) for place in older]
        return self._prepared(sealed, commands)

    def open(self, tenant: str, stored: StoredValue | None) -> Custody | None:
        """Open the custody of a waybill; None if it has none.

        Raises:
            IntegrityError: it was changed, or belongs to another waybill.
        """
        if stored is None:
            return None
        key: SealingKey | SealingKeys | None = self._keyring.tenant(tenant).state
        if stored.value[:1] == bytes((HOUR_FORMAT,)):
            header = header_of(stored.value)
            key = self._record_keys.by_headers(tenant, [header])[header]
        if key is None:  # shredded with its record
            return None
        return custody_in(key.open(stored.value, stored.place))
