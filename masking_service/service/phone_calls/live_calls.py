"""Calls that live: what a caller was told to dial, sealed in the store.

A call is claimed before its number is asked for. So two requests for one call, or
one that follows a lost reply, have the same reference, and nothing is bound twice.
It holds no number of either person.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec

from keys.aead import NONCE_BYTES, SealingKeys
from keys.secret import Unprinted
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.state.sealed import TenantState
from masking_service.store.client import Command
from masking_service.store.layout import call_stem

MESSAGE_SECONDS: Final = 600
"""How long a message of the provider is remembered: twice as long as its header is valid."""
KEPT_SECONDS: Final = SECONDS_A_DAY
"""Seconds after a call in which its records may come. Huawei sends for 11 hours at most."""
_CHOICE_BYTES: Final = 12
_CHARACTERS: Final = 16
_REF: Final = re.compile(rf"[A-Za-z0-9_-]{{{2 * _CHARACTERS}}}", re.ASCII).fullmatch


class StoredCall(Unprinted, msgspec.Struct, frozen=True, omit_defaults=True):
    """A call until `until` (Unix seconds).

    `dial`, `extension` and `binding` are the provider's answer; without one nothing is known to be bound.
    """

    ref: str
    until: int
    dial: str = ""
    extension: str | None = None
    binding: str = ""


class Origin(Unprinted, msgspec.Struct, frozen=True):
    """Who called whom: the tenant, the caller, and the field of a waybill. `expires_at` is the record's expiry.

    `number` is `call_records.hash_called` of the number that is called. The call lives from `began` to `until` (Unix
    seconds), which `LiveCalls.claim` sets.
    """

    tenant: str
    principal: str
    base: bytes
    field: str
    expires_at: int
    number: str = ""
    began: int = 0
    until: int = 0


@dataclass(frozen=True, slots=True)
class CallPlace:
    """Where the calls of one caller to one number of a waybill are."""

    tag: str

    @property
    def live(self) -> bytes:
        """The key of the call that lives."""
        return call_stem(self.tag) + b"live"


class LiveCalls(TenantState):
    """Reads and writes calls.

    They are sealed for no tenant, because a provider's records name only the call; the tenant is inside.
    """

    def place(self, origin: Origin, a: str, b: str) -> CallPlace:
        """Return where a caller's calls to a field are.

        The keyed hash covers both numbers: where a revision has another phone, the earlier call is not the answer. No
        intake host can make it: it would confirm a phone.
        """
        parts = ("call", origin.tenant, origin.principal, origin.base.hex(), origin.field, a, b)
        return CallPlace(self._keyring.tenant("").opening_tag(*parts))

    def find(self, place: CallPlace) -> StoredCall | None:
        """Return the call that lives: one round trip.

        Raises:
            IntegrityError: it was changed, or belongs to another place.
        """
        [sealed] = self._store.read([(b"GET", place.live)])
        return self._open(place, sealed)

    def claim(self, place: CallPlace, origin: Origin, now: int, until: int) -> StoredCall:
        """Return the running call, or begin one: one round trip, two if the store holds an ended one.

        Args:
            now, until: Unix seconds.

        Raises:
            StoreUnavailable: it may have begun; asking again gives the same.
        """
        choice = b64encode(self._random(_CHOICE_BYTES), b"-_").decode("ascii")
        call = StoredCall(place.tag + choice, until)
        value = self._seal(place.live, call)
        origin = msgspec.structs.replace(origin, began=now, until=until)
        origin_key = _origin_key(call.ref)
        stored = self._store.write(
            [
                (b"SET", place.live, value, b"NX", b"GET", b"EXAT", until),
                (b"SET", origin_key, self._seal(origin_key, origin), b"EXAT", until + KEPT_SECONDS),
            ]
        )[0]
        found = call if stored in (None, value) else self._open(place, stored)
        if found is None or found.until <= now:
            self._store.write([(b"SET", place.live, value, b"EXAT", until)])
            return call
        return found

    def bound(self, place: CallPlace, call: StoredCall) -> None:
        """Keep what the provider answered: one round trip. Raises StoreUnavailable."""
        self._store.write([(b"SET", place.live, self._seal(place.live, call), b"EXAT", call.until)])

    def read(self, ref: str) -> tuple[Origin, StoredCall | None] | None:
        """Return the owner of a reference, and its call if it still runs: at most one round trip.

        Raises:
            IntegrityError: it was changed, or belongs to another place.
        """
        (found,) = self.origins([ref], live=True)
        return found

    def origins(self, refs: Sequence[str], *, live: bool = False) -> list[tuple[Origin, StoredCall | None] | None]:
        """Return what `read` does for each reference: one round trip. Calls are read only with `live`."""
        known = [ref for ref in refs if _REF(ref)]
        places = {ref: CallPlace(ref[:_CHARACTERS]) for ref in known}
        commands: list[Command] = [(b"GET", _origin_key(ref)) for ref in known]
        if live:
            commands += [(b"GET", places[ref].live) for ref in known]
        replies = self._store.read(commands)
        found: dict[str, tuple[Origin, StoredCall | None]] = {}
        calls = replies[len(known) :] or [None] * len(known)
        for ref, sealed, of_call in zip(known, replies, calls, strict=False):
            if sealed is not None:
                key = _origin_key(ref)
                origin = msgspec.msgpack.decode(self._state.open(sealed, key), type=Origin)
                call = self._open(places[ref], of_call)
                same = call is not None and hmac.compare_digest(call.ref.encode(), ref.encode())
                found[ref] = (origin, call if same else None)
        return [found.get(ref) for ref in refs]

    def end(self, ref: str) -> None:
        """Forget a call that lives: one round trip. Its records are still taken. Raises StoreUnavailable."""
        self._store.write([(b"DEL", CallPlace(ref[:_CHARACTERS]).live)])

    def is_first_use(self, nonce: str, body: bytes) -> bool:
        """Return whether a nonce came with no other body before: one round trip.

        For messages whose signature covers the nonce and not the body. The same message may be sent again.

        Raises:
            StoreUnavailable: it is not known.
        """
        keys = self._keyring.tenant("")
        key = call_stem(keys.tag("call-message", nonce)) + b"message"
        mine = keys.tag("call-message", nonce, sha256(body).hexdigest()).encode()
        [stored] = self._store.write([(b"SET", key, mine, b"NX", b"GET", b"EX", MESSAGE_SECONDS)])
        return stored in (None, mine)

    @property
    def _state(self) -> SealingKeys:
        return self._keyring.tenant("").state

    def _seal(self, key: bytes, value: StoredCall | Origin) -> bytes:
        return self._state.seal(msgspec.msgpack.encode(value), key, self._random(NONCE_BYTES))

    def _open(self, place: CallPlace, value: bytes | None) -> StoredCall | None:
        if value is None:
            return None
        return msgspec.msgpack.decode(self._state.open(value, place.live), type=StoredCall)


def _origin_key(ref: str) -> bytes:
    return call_stem(ref[:_CHARACTERS]) + ref[_CHARACTERS:].encode()
