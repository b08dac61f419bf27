"""The first key of a store: whose it is, what it was made for, in which format, so that none is taken for another."""

from collections.abc import Callable
from typing import Final

import msgspec

from keys.aead import NONCE_BYTES
from keys.errors import IntegrityFault
from keys.keyring import Keyring
from masking_service.vault.connection import Store
from masking_service.vault.layout import GENESIS

FORMAT: Final = 1


class WrongStore(Exception):
    """The store belongs to another keyset, was made for another purpose, or has a newer format."""


class _Genesis(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    made_for: str


def claim_or_check(store: Store, keyring: Keyring, random: Callable[[int], bytes]) -> None:
    """Mark an unmarked store as this keyset's, or see that it is: one round trip, two the first time.

    Raises:
        StoreUnavailable: the store did not answer.
        WrongStore: this service must not touch it.
    """
    key = keyring.tenant("").state
    found = store.read([(b"GET", GENESIS)])[0]
    if found is None:
        plain = msgspec.json.encode(_Genesis(FORMAT, keyring.made_for))
        mine = key.seal(plain, GENESIS, random(NONCE_BYTES))
        found = store.write([(b"SET", GENESIS, mine, b"NX"), (b"GET", GENESIS)])[1]
    try:
        genesis = msgspec.json.decode(key.open(found, GENESIS), type=_Genesis)
    except (IntegrityFault, msgspec.DecodeError):
        raise WrongStore("the store was made with other keys than these, or its first key was changed") from None
    if genesis.format > FORMAT:
        raise WrongStore(f"the store has format {genesis.format}; this release knows formats up to {FORMAT}")
    if genesis.made_for != keyring.made_for:
        raise WrongStore(f"the store was made for {genesis.made_for}, the keys for {keyring.made_for}")
