"""What is kept of calls, sealed: those that live, the numbers of callers, and records of calls that were made.

A call is claimed before its number is asked for. So two requests for one call, or one that follows a lost reply, have
the same reference, and nothing is bound twice. It holds no number of either person.

A caller's number comes from the operator's file, or from a claim of the issuer; never from a request, or a caller could
have another person's phone ring.

Records are sealed beside the waybill and kept as long as it would be, so that a plain phone can be opened only after
calls to that very number that failed: of the number a keyed hash is kept. A record that is sent again changes nothing.
"""

import hmac
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import msgspec

from keys.keyring import TenantKeys
from keys.secret import Unprinted
from masking_service.masking.numbers.dialling import dialable
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.people.principals import Principal
from masking_service.service.phone_calls.provider import CallRecord
from masking_service.service.state.sealed import Prepared, Sealed, TenantState
from masking_service.store.client import Command
from masking_service.store.layout import CALLERS, call_records_key, call_stem, stems_of, tenant_key
from masking_service.store.pipeline import Question

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

    `number` is `hash_called` of the number that is called. The call lives from `began` to `until` (Unix
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


class LiveCalls(TenantState):
    """Reads and writes calls.

    They are sealed for no tenant, because a provider's records name only the call; the tenant is inside. Every call
    that reads raises IntegrityError where a value was changed, or belongs to another place.
    """

    def place(self, origin: Origin, a: str, b: str) -> str:
        """Return the tag of the calls of a caller to a number of a waybill.

        The keyed hash covers both numbers: where a revision has another phone, the earlier call is not the answer. No
        intake host can make it: it would confirm a phone.
        """
        parts = ("call", origin.tenant, origin.principal, origin.base.hex(), origin.field, a, b)
        return self._keyring.tenant("").opening_tag(*parts)

    def find(self, place: str) -> StoredCall | None:
        """Return the call that lives: one round trip."""
        [sealed] = self._store.read([(b"GET", _live_key(place))])
        return self._open(place, sealed)

    def claim(self, place: str, origin: Origin, now: int, until: int) -> StoredCall:
        """Return the running call, or begin one: one round trip, two if the store holds an ended one.

        Args:
            now, until: Unix seconds.

        Raises:
            StoreUnavailable: it may have begun; asking again gives the same.
        """
        choice = b64encode(self._random(_CHOICE_BYTES), b"-_").decode("ascii")
        call = StoredCall(place + choice, until)
        live, origin_key = _live_key(place), _origin_key(call.ref)
        value = self._seal("", msgspec.msgpack.encode(call), live)
        origin = msgspec.structs.replace(origin, began=now, until=until)
        sealed_origin = self._seal("", msgspec.msgpack.encode(origin), origin_key)
        stored = self._store.write(
            [
                (b"SET", live, value, b"NX", b"GET", b"EXAT", until),
                (b"SET", origin_key, sealed_origin, b"EXAT", until + KEPT_SECONDS),
            ]
        )[0]
        found = call if stored in (None, value) else self._open(place, stored)
        if found is None or found.until <= now:
            self._store.write([(b"SET", live, value, b"EXAT", until)])
            return call
        return found

    def bound(self, place: str, call: StoredCall) -> None:
        """Keep what the provider answered: one round trip. Raises StoreUnavailable."""
        live = _live_key(place)
        sealed = self._seal("", msgspec.msgpack.encode(call), live)
        self._store.write([(b"SET", live, sealed, b"EXAT", call.until)])

    def read(self, ref: str) -> tuple[Origin, StoredCall | None] | None:
        """Return the owner of a reference, and its call if it still runs: at most one round trip."""
        if not _REF(ref):
            return None
        place = ref[:_CHARACTERS]
        sealed, of_call = self._store.read([(b"GET", _origin_key(ref)), (b"GET", _live_key(place))])
        if sealed is None:
            return None
        origin, call = self._open_origin(ref, sealed), self._open(place, of_call)
        same = call is not None and hmac.compare_digest(call.ref.encode(), ref.encode())
        return origin, call if same else None

    def origins(self, refs: Sequence[str]) -> list[Origin | None]:
        """Return the owner of each reference: one round trip."""
        known = [ref for ref in refs if _REF(ref)]
        replies = self._store.read([(b"GET", _origin_key(ref)) for ref in known])
        sealed = {ref: one for ref, one in zip(known, replies, strict=True) if one is not None}
        return [self._open_origin(ref, sealed[ref]) if ref in sealed else None for ref in refs]

    def end(self, ref: str) -> None:
        """Forget a call that lives: one round trip. Its records are still taken. Raises StoreUnavailable."""
        self._store.write([(b"DEL", _live_key(ref[:_CHARACTERS]))])

    def is_first_use(self, nonce: str, body: bytes) -> bool:
        """Return whether a nonce came with no other body before: one round trip.

        For messages whose signature covers the nonce and not the body. The same message may be sent again.
        """
        keys = self._keyring.tenant("")
        key = call_stem(keys.tag("call-message", nonce)) + b"message"
        mine = keys.tag("call-message", nonce, sha256(body).hexdigest()).encode()
        [stored] = self._store.write([(b"SET", key, mine, b"NX", b"GET", b"EX", MESSAGE_SECONDS)])
        return stored in (None, mine)

    def _open(self, place: str, value: bytes | None) -> StoredCall | None:
        if value is None:
            return None
        return msgspec.msgpack.decode(self._keyring.tenant("").state.open(value, _live_key(place)), type=StoredCall)

    def _open_origin(self, ref: str, value: bytes) -> Origin:
        return msgspec.msgpack.decode(self._keyring.tenant("").state.open(value, _origin_key(ref)), type=Origin)


def _live_key(place: str) -> bytes:
    """Return the key of the call that lives."""
    return call_stem(place) + b"live"


def _origin_key(ref: str) -> bytes:
    return call_stem(ref[:_CHARACTERS]) + ref[_CHARACTERS:].encode()


NUMBERS_AT_ONCE: Final = 500
"""Numbers written together."""


class Callers(TenantState):
    """The numbers of every tenant's callers."""

    def number_question(self, principal: Principal, *, claimed: bool) -> Question[str | None]:
        """Return the question for a principal's digits: what the issuer claims, else what is on file.

        Args:
            claimed: whether the issuer's claim counts.

        Its answer is None where there are none, and raises IntegrityError where the number on file was changed, or is
        another principal's.
        """
        if claimed and principal.phone is not None:
            number = dialable(principal.phone)
            return Question([], lambda _: number)
        key, name = self._place(principal.tenant, principal.id)

        def read(replies: list[Any]) -> str | None:
            [sealed] = replies
            if sealed is None:
                return None
            return self._keyring.tenant(principal.tenant).state.open(sealed, key + b"/" + name).decode("ascii")

        return Question([(b"HGET", key, name)], read)

    def number(self, principal: Principal) -> str | None:
        """Return the digits from which a principal calls: one round trip, see `number_question`."""
        return self._store.answer(self.number_question(principal, claimed=True))

    def prepare(self, tenant: str, numbers: Mapping[str, str | None]) -> Prepared[None]:
        """Seal numbers by principal, None to remove one: one round trip to write.

        Args:
            numbers: digits, as `dialable` returns them.
        """
        commands: list[Command] = []
        sealed: list[Sealed] = []
        for principal, number in numbers.items():
            key, name = self._place(tenant, principal)
            at = key + b"/" + name
            if number is None:
                commands.append((b"HDEL", key, name))
                sealed.append(Sealed(at, None, until=0, once=False))
                continue
            value = self._seal(tenant, number.encode("ascii"), at)
            commands.append((b"HSET", key, name, value))
            sealed.append(Sealed(at, value, until=0, once=False))
        return self._prepared(sealed, commands)

    def _place(self, tenant: str, principal: str) -> tuple[bytes, bytes]:
        keys = self._keyring.tenant(tenant)
        return tenant_key(keys.tenant_tag, CALLERS), keys.tag("caller", principal).encode()


MAX_KEPT: Final = 1_000
"""Records of one waybill that are read; far more than there are attempts to reach a person."""
SHORTEST_RING: Final = 15
"""Seconds, about three rings. A call that rang for less was not left unanswered: the caller hung up."""


def hash_called(keys: TenantKeys, number: str) -> str:
    """Return the keyed hash of a number that was called; `number` is what `dialable` returns."""
    return keys.tag("called-number", number)


class KeptRecord(Unprinted, msgspec.Struct, frozen=True):
    """A record of a waybill.

    `expires_at` is the waybill's expiry, in Unix seconds; it is not stored. `number` is `hash_called` of the number,
    empty where it is not known.
    """

    base: bytes
    field: str
    expires_at: int
    sent: CallRecord
    number: str = ""


class _Stored(Unprinted, msgspec.Struct, frozen=True, array_like=True):
    field: str
    at: int
    seconds: int
    answered: bool
    number: str = ""
    rang: int | None = None

    @property
    def unanswered(self) -> bool:
        """Whether it rang long enough, and was not answered."""
        return not self.answered and (self.rang is None or self.rang >= SHORTEST_RING)


class CallRecords(TenantState):
    """Reads and writes records of calls."""

    def new(self, tenant: str, records: Sequence[KeptRecord]) -> list[KeptRecord]:
        """Return those that are not kept yet, each once: one round trip, none without records."""
        places = {self._place(tenant, one): one for one in records}
        each = list(places.values())
        everywhere = [*stems_of(self._keyring.tenant(tenant), [one.base for one in each]).everywhere()]
        commands: list[Command] = [
            (b"HEXISTS", call_records_key(stem), name)
            for (_, name), stems in zip(places, everywhere, strict=True)
            for stem in stems
        ]
        known = iter(self._store.read(commands))
        return [one for one, stems in zip(each, everywhere, strict=True) if not sum(next(known) for _ in stems)]

    def prepare(self, tenant: str, records: Sequence[KeptRecord]) -> Prepared[None]:
        """Seal records: one round trip to write, none if there are none."""
        places = [self._place(tenant, one) for one in records]
        ats = [key + b"/" + name for key, name in places]
        stored = [
            _Stored(one.field, one.sent.at, one.sent.seconds, one.sent.answered, one.number, one.sent.rang)
            for one in records
        ]
        values = self._seal_many(tenant, [*map(msgspec.json.encode, stored)], ats)
        commands: list[Command] = []
        for one, (key, name), value in zip(records, places, values, strict=True):
            commands.append((b"HSETNX", key, name, value))
            commands += [(b"EXPIREAT", key, one.expires_at, condition) for condition in (b"NX", b"GT")]
        return self._prepared(
            [
                Sealed(at, value, until=one.expires_at, once=True)
                for at, value, one in zip(ats, values, records, strict=True)
            ],
            commands,
        )

    def unanswered(self, tenant: str, bases: Sequence[bytes]) -> Counter[tuple[bytes, str]]:
        """Return the unanswered calls to each number, by base and hash: at most one round trip.

        Raises:
            IntegrityError: a record was changed, or belongs to another waybill.
        """
        each = list(dict.fromkeys(bases))
        tenant_keys = self._keyring.tenant(tenant)
        everywhere = stems_of(tenant_keys, each).everywhere()
        keys = [(base, call_records_key(stem)) for base, stems in zip(each, everywhere, strict=True) for stem in stems]
        replies = self._store.read([(b"HGETALL", key) for _, key in keys])
        state = tenant_keys.state
        counts: Counter[tuple[bytes, str]] = Counter()
        for (base, key), flat in zip(keys, replies, strict=True):
            for name, sealed in list(zip(flat[0::2], flat[1::2], strict=True))[:MAX_KEPT]:
                stored = msgspec.json.decode(state.open(sealed, key + b"/" + name), type=_Stored)
                if stored.unanswered:
                    counts[base, stored.number] += 1
        return counts

    def _place(self, tenant: str, record: KeptRecord) -> tuple[bytes, bytes]:
        """Return the key of the waybill's records, and the name of this one in it."""
        keys = self._keyring.tenant(tenant)
        return call_records_key(stems_of(keys, [record.base]).own[0]), keys.tag("call-record", record.sent.id).encode()
