"""Reads and writes the notice about keys: the oldest keyset in use, and how often data keys were made.

Every process reads it. It is sealed like all state. Deleting it or bringing an old
one back opens nothing; it only removes the protection from a process that slept
through a rotation.
"""

from collections.abc import Callable

import msgspec

from keys.aead import NONCE_BYTES
from keys.keyring import Keyring
from masking_service.store.client import Command, Store
from masking_service.store.layout import KEY_NOTICE


class KeyNotice(msgspec.Struct, frozen=True, rename={"rotations": "turn"}):
    """The content of the notice.

    Attributes:
        least: a process with a keyset of a lower serial must not use the store.
        rotations: how often data keys were made by command, so that a process can say that it has seen them; stored
            as ``turn``.
    """

    least: int = 0
    rotations: int = 0


def reading_key_notice() -> Command:
    """Return the command whose reply `read_key_notice` reads."""
    return (b"GET", KEY_NOTICE)


def read_key_notice(keyring: Keyring, sealed: bytes | None) -> KeyNotice:
    """Return the notice of a store; an empty one if it has none. Raises IntegrityError: it was changed."""
    if sealed is None:
        return KeyNotice()
    return msgspec.json.decode(keyring.tenant("").state.open(sealed, KEY_NOTICE), type=KeyNotice)


def write_key_notice(store: Store, keyring: Keyring, notice: KeyNotice, random: Callable[[int], bytes]) -> None:
    """Replace the notice. Raises StoreUnavailable: it may not be durable; writing it again is safe."""
    sealed = keyring.tenant("").state.seal(msgspec.json.encode(notice), KEY_NOTICE, random(NONCE_BYTES))
    store.write([(b"SET", KEY_NOTICE, sealed)])
