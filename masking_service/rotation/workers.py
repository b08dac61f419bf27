"""Who is at work with which keys: each process says so in the store, sealed, and is forgotten when it goes silent."""

from collections.abc import Sequence
from typing import Final

import msgspec

from keys.errors import IntegrityError
from keys.keyring import Keyring
from masking_service.store.client import Command, Store
from masking_service.store.layout import WORKERS, worker_key

LIFE_SECONDS: Final = 15
"""A process that has not been heard of for so long is not waited for, and does not use the store any more: its own
lease (`watch.LEASE_SECONDS`) is shorter."""
_FORGOTTEN_SECONDS: Final = 86_400


class Beat(msgspec.Struct, frozen=True):
    """What a process says of itself.

    Attributes:
        where: machine and process id.
        digest: of the keyset that it uses, hexadecimal.
        serial: of that keyset.
        turn: the newest `Notice.turn` after which it has looked for newer data keys.
        fault: why it cannot use the keyset file as it stands now; empty where it can.
    """

    where: str
    digest: str
    serial: int
    turn: int
    fault: str = ""


def beating(keyring: Keyring, name: str, beat: Beat, now: int, nonce: bytes) -> list[Command]:
    """The commands that make a beat known; `name` is random and the process's own, `now` is Unix seconds."""
    place = worker_key(name)
    sealed = keyring.tenant("").state.seal(msgspec.json.encode(beat), place, nonce)
    return [
        (b"SET", place, sealed, b"EX", LIFE_SECONDS),
        (b"ZADD", WORKERS, now, name.encode()),
        (b"ZREMRANGEBYSCORE", WORKERS, b"-inf", now - _FORGOTTEN_SECONDS),
    ]


def living(store: Store, keyring: Keyring) -> Sequence[Beat]:
    """The newest beat of every process that lives: two round trips.

    Raises:
        StoreUnavailable: the store did not answer.
        IntegrityError: a beat was changed, or stands at another's place.
    """
    names = [name.decode() for name in store.read([(b"ZRANGE", WORKERS, 0, -1)])[0]]
    if not names:
        return []
    places = [worker_key(name) for name in names]
    found = store.read([(b"MGET", *places)])[0]
    state = keyring.tenant("").state
    try:
        return [
            msgspec.json.decode(state.open(sealed, place), type=Beat)
            for place, sealed in zip(places, found, strict=True)
            if sealed is not None
        ]
    except msgspec.DecodeError:
        raise IntegrityError("what a process says of its keys cannot be read") from None
