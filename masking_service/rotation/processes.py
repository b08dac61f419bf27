"""Records which process uses which keyset."""

from collections.abc import Sequence
from typing import Final

import msgspec

from keys.errors import IntegrityError
from keys.keyring import Keyring
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.store.client import Command, Store
from masking_service.store.layout import WORKERS, worker_key

LIFE_SECONDS: Final = 15
"""Seconds a heartbeat lasts. A process that cannot send another one stops using the store before this one ends: its
lease is shorter (`keyset_watch.LEASE_SECONDS`)."""
_FORGOTTEN_SECONDS: Final = SECONDS_A_DAY


class Heartbeat(msgspec.Struct, frozen=True, rename={"rotations": "turn"}):
    """The state of a process.

    Attributes:
        where: machine and process id.
        digest: of its keyset, hexadecimal.
        rotations: the newest `KeyNotice.rotations` after which it has checked for newer data keys; stored as ``turn``.
        fault: why it cannot use the present keyset file; empty if it can.
        policy: the digest of the policy that it acts under; empty from a release that did not report it.
    """

    where: str
    digest: str
    serial: int
    rotations: int
    fault: str = ""
    policy: str = ""


def heartbeat_commands(keyring: Keyring, name: str, beat: Heartbeat, now: int, nonce: bytes) -> list[Command]:
    """Return the commands that store a heartbeat.

    Args:
        name: the random name of the process.
        now: Unix seconds.
    """
    place = worker_key(name)
    sealed = keyring.tenant("").state.seal(msgspec.json.encode(beat), place, nonce)
    return [
        (b"SET", place, sealed, b"EX", LIFE_SECONDS),
        (b"ZADD", WORKERS, now, name.encode()),
        (b"ZREMRANGEBYSCORE", WORKERS, b"-inf", now - _FORGOTTEN_SECONDS),
    ]


def active_processes(store: Store, keyring: Keyring) -> Sequence[Heartbeat]:
    """Return the newest heartbeat of every running process. Two round trips.

    Raises:
        StoreUnavailable: the store did not answer.
        IntegrityError: a heartbeat was changed or moved.
    """
    [listed] = store.read([(b"ZRANGE", WORKERS, 0, -1)])
    names = [name.decode() for name in listed]
    if not names:
        return []
    places = [worker_key(name) for name in names]
    [found] = store.read([(b"MGET", *places)])
    state = keyring.tenant("").state
    try:
        return [
            msgspec.json.decode(state.open(sealed, place), type=Heartbeat)
            for place, sealed in zip(places, found, strict=True)
            if sealed is not None
        ]
    except msgspec.DecodeError:
        raise IntegrityError("the heartbeat of a process is invalid") from None
