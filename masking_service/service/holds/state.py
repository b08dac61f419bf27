"""Holds: which waybills are kept, why, and who set and lifted the hold.

The list of a tenant is sealed, and every change of it is a new serial. The waybills that a hold names are sealed beside
it, and forgotten when the hold is lifted.
"""

from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec

from keys.errors import IntegrityError
from keys.keyring import Keyring
from keys.secret import Unprinted
from masking_service.service.state.lists import SealedLists, padded, without_oldest
from masking_service.service.state.sealed import Prepared, Sealed
from masking_service.store.client import Store
from masking_service.store.layout import HOLDS, hold_key

Status = Literal["proposed", "setting", "set", "lifting", "releasing", "lifted", "withdrawn"]
MAX_HOLDS: Final = 1_000
"""Holds of a tenant that are listed; the oldest one that has ended gives way to a new one."""
MAX_WAYBILLS: Final = 10_000
"""Waybills of one hold."""
_REF_BYTES: Final = 12


class Hold(Unprinted, msgspec.Struct, frozen=True, omit_defaults=True):
    """A hold.

    Attributes:
        name: unique in the tenant.
        number: names its data key, 1 for the first one.
        ref: where its waybills are stored.
        reason: in the words of the person who proposed it.
        waybills: how many it names.
        status: waybills are kept from `set` until `lifted`. While a hold is `setting`, or `releasing`, some are.
        kept: how many of them had a record that could be kept, when the hold was set.
        proposed_by, set_by, lift_proposed_by, lifted_by: principals; empty for no one yet.
        proposed_at, set_at, lift_proposed_at, lifted_at: Unix seconds; 0 for never.
    """

    name: str
    number: int
    ref: str
    reason: str
    waybills: int
    status: Status
    proposed_by: str
    proposed_at: int
    kept: int = 0
    set_by: str = ""
    set_at: int = 0
    lift_proposed_by: str = ""
    lift_proposed_at: int = 0
    lifted_by: str = ""
    lifted_at: int = 0

    @property
    def keeps(self) -> bool:
        """Whether its waybills are kept, and not released."""
        return self.status in ("setting", "set", "lifting")

    @property
    def ended(self) -> bool:
        """Whether it was lifted or withdrawn."""
        return self.status in ("lifted", "withdrawn")


class Holds(SealedLists[Hold]):
    """The holds of every tenant."""

    def __init__(self, store: Store, keyring: Keyring, random: Callable[[int], bytes]) -> None:
        super().__init__(store, keyring, random, list[Hold], HOLDS, _bounded)

    def new_ref(self) -> str:
        """Return a random reference to the waybills of a new hold."""
        return self._random(_REF_BYTES).hex()

    def prepare_waybills(self, tenant: str, ref: str, waybills: Sequence[str] | None) -> Prepared[None]:
        """Seal the waybills of a hold, or prepare to forget them (None): one round trip to write."""
        place = hold_key(self._keyring.tenant(tenant).tenant_tag, ref)
        if waybills is None:
            return self._prepared([Sealed(place, None, until=0, once=False)], [(b"DEL", place)])
        value = self._seal(tenant, padded(msgspec.json.encode(waybills)), place)
        return self._prepared([Sealed(place, value, until=0, once=False)], [(b"SET", place, value)])

    def waybills(self, tenant: str, holds: Sequence[Hold]) -> list[list[str]]:
        """Return the waybills that each hold names; none if it has ended. One round trip, none without holds.

        One more where a hold ended meanwhile.

        Raises:
            StoreUnavailable: it cannot be told.
            IntegrityError: a hold that has not ended does not have the waybills that it names.
        """
        keys = self._keyring.tenant(tenant)
        places = [hold_key(keys.tenant_tag, hold.ref) for hold in holds]
        [values] = self._store.read([(b"MGET", *places)]) if places else [[]]
        named = [
            msgspec.json.decode(keys.state.open(value, place), type=list[str]) if value is not None else []
            for place, value in zip(places, values, strict=True)
        ]
        short = {
            hold.number
            for hold, each in zip(holds, named, strict=True)
            if len(each) != hold.waybills and not hold.ended
        }
        if short and any(hold.number in short and not hold.ended for hold in self.listed(tenant)):
            raise IntegrityError("the waybills of a hold are missing from the store")
        return named


def _bounded(holds: list[Hold]) -> list[Hold]:
    return without_oldest(holds, MAX_HOLDS, lambda hold: hold.ended)
