"""The first key of a store says whose it is, and each slot of a cluster has a mark.

So a store of another keyset, an emptied one and a newer format are refused before anything is written.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from keys.aead import NONCE_BYTES
from keys.errors import IntegrityError
from keys.keyring import Keyring
from masking_service.store.errors import StoreUnavailable, WrongStore
from masking_service.store.fences import SLOTS, mark
from masking_service.store.layout import GENESIS, AuditKeys

if TYPE_CHECKING:
    from masking_service.store.client import Store

FORMAT: Final = 2
"""1 where the audit log has one slot, which older releases can use; 2 where it has several."""
MARKED_SLOTS: Final = range(0, SLOTS, 64)
"""Each has a mark, so that an emptied shard is told from one that never held anything."""


class _Genesis(msgspec.Struct, frozen=True):
    format: int
    made_for: str
    marked: bool = False
    audit_slots: int = 1


def is_claimed(store: "Store", keyring: Keyring) -> bool:
    """Return whether a store is marked, and check that it is this keyset's: one round trip that writes nothing.

    Raises:
        StoreUnavailable: the store did not answer.
        WrongStore: this service must not touch it.
    """
    [found] = store.read([(b"GET", GENESIS)])
    if found is not None:
        _learn(store, _read(found, GENESIS, keyring))
    return found is not None


def claim(store: "Store", keyring: Keyring, random: Callable[[int], bytes]) -> None:
    """Mark a store as this keyset's unless it is marked, and check that it is.

    Raises:
        StoreUnavailable: the store did not answer.
        WrongStore: this service must not touch it.
    """
    if is_claimed(store, keyring):
        return
    slots = store.audit_slots or 1
    plain = msgspec.json.encode(_Genesis(1 if slots == 1 else FORMAT, keyring.made_for, store.slotted, slots))
    seal = keyring.tenant("").state.seal
    if store.slotted:  # all marks before the key that says that they are there
        marks = [mark(slot) for slot in MARKED_SLOTS]
        store.write([(b"SET", key, seal(plain, key, random(NONCE_BYTES)), b"NX") for key in marks])
    mine = seal(plain, GENESIS, random(NONCE_BYTES))
    found = store.write([(b"SET", GENESIS, mine, b"NX"), (b"GET", GENESIS)])[1]
    _learn(store, _read(found, GENESIS, keyring))


def check(store: "Store", keyring: Keyring) -> None:
    """Check that the store belongs to this keyset: one round trip that writes nothing.

    Raises:
        StoreUnavailable: the store did not answer.
        WrongStore: this service must not touch it. A store without its first key was emptied, or never was ours.
    """
    if not is_claimed(store, keyring):
        raise WrongStore("the store has no first key: it is new, or it was emptied or rolled back")


def _learn(store: "Store", genesis: _Genesis) -> None:
    if store.audit_slots not in {0, genesis.audit_slots}:
        raise WrongStore(
            f"MASKING_AUDIT_SLOTS is {store.audit_slots}, and the audit log of this store has {genesis.audit_slots} "
            "since its first start, which cannot be changed. Unset it, or set it to that number"
        )
    store.identity.marked = genesis.marked
    store.identity.audit = AuditKeys(genesis.audit_slots)


def unmarked(store: "Store", keyring: Keyring, slots: Sequence[int]) -> set[int]:
    """Check the marks of `slots`, and return those that could not be read: one round trip.

    Raises:
        WrongStore: a mark is missing or another keyset's.
    """
    unread = set()
    for slot, found in zip(slots, store.poll([(b"GET", mark(slot)) for slot in slots]), strict=True):
        if isinstance(found, StoreUnavailable):
            unread.add(slot)
        elif found is None:
            raise WrongStore(
                f"the server that has slot {slot} lost its mark: it was emptied, or replaced by an empty one"
            )
        else:
            _read(found, mark(slot), keyring)
    return unread


def _read(found: bytes, place: bytes, keyring: Keyring) -> _Genesis:
    try:
        genesis = msgspec.json.decode(keyring.tenant("").state.open(found, place), type=_Genesis)
    except (IntegrityError, msgspec.DecodeError):
        raise WrongStore("the store was made with other keys than these, or its first key was changed") from None
    if genesis.format > FORMAT:
        raise WrongStore(f"the store has format {genesis.format}; this release knows formats up to {FORMAT}")
    if genesis.made_for != keyring.made_for:
        raise WrongStore(f"the store was made for {genesis.made_for}, the keys for {keyring.made_for}")
    return genesis
