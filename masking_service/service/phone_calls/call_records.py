"""Records of calls about a parcel: when, how long, and whether someone answered. They hold no number.

Sealed beside the waybill and kept as long as it would be, so that a plain phone can
be opened only after calls to that very number that failed: of the number a keyed hash
is kept. A record that is sent again changes nothing.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final, Self

import msgspec

from keys.aead import NONCE_BYTES
from keys.keyring import TenantKeys
from keys.secret import Unprinted
from masking_service.service.phone_calls.provider import CallRecord
from masking_service.service.state.sealed import Prepared, Sealed, TenantState
from masking_service.store.client import Command
from masking_service.store.layout import call_records_key, stems_of

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

    @classmethod
    def of(cls, kept: KeptRecord) -> Self:
        """Return a record as it is stored."""
        sent = kept.sent
        return cls(kept.field, sent.at, sent.seconds, sent.answered, kept.number, sent.rang)

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
        plain = [msgspec.json.encode(_Stored.of(one)) for one in records]
        state = self._keyring.tenant(tenant).state
        values = state.seal_many(plain, ats, self._random(NONCE_BYTES * len(ats)))
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
