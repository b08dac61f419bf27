"""The first key of a store: whose it is, what it was made for, in which format, so that none is taken for another."""

from collections.abc import Callable
from typing import Final

import msgspec

from keys.aead import NONCE_BYTES
from keys.errors import IntegrityError
from keys.keyring import Keyring
from masking_service.store.client import Store
from masking_service.store.layout import GENESIS

FORMAT: Final = 1


class WrongStore(Exception):
    """The store belongs to another keyset, was made for another purpose, or has a newer format."""


class _Genesis(msgspec.Struct, frozen=True):
    format: int
    made_for: str


def claim(store: Store, keyring: Keyring, random: Callable[[int], bytes]) -> None:
    """Mark a store that has no mark as this keyset's, and see that it is: one round trip, two the first time.

    Raises:
        StoreUnavailable: the store did not answer.
        WrongStore: this service must not touch it.
    """
    found = store.read([(b"GET", GENESIS)])[0]
    if found is None:
        plain = msgspec.json.encode(_Genesis(FORMAT, keyring.made_for))
        mine = keyring.tenant("").state.seal(plain, GENESIS, random(NONCE_BYTES))
        found = store.write([(b"SET", GENESIS, mine, b"NX"), (b"GET", GENESIS)])[1]
    _judge(found, keyring)


def check(store: Store, keyring: Keyring) -> None:
    """See that the store is this keyset's: one round trip. It writes nothing.

    Raises:
        StoreUnavailable: the store did not answer.
        WrongStore: this service must not touch it. A store without its mark was emptied, or never was ours.
    """
    found = store.read([(b"GET", GENESIS)])[0]
    if found is None:
        raise WrongStore("the store has no first key: it is new, or it was emptied or rolled back")
    _judge(found, keyring)


def _judge(found: bytes, keyring: Keyring) -> None:
    try:
        genesis = msgspec.json.decode(keyring.tenant("").state.open(found, GENESIS), type=_Genesis)
    except (IntegrityError, msgspec.DecodeError):
        raise WrongStore("the store was made with other keys than these, or its first key was changed") from None
    if genesis.format > FORMAT:
        raise WrongStore(f"the store has format {genesis.format}; this release knows formats up to {FORMAT}")
    if genesis.made_for != keyring.made_for:
        raise WrongStore(f"the store was made for {genesis.made_for}, the keys for {keyring.made_for}")
