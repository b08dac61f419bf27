"""Keeps who saw values of a waybill, when, and why.

A disclosure is sealed beside the record and kept as long as it would be, erased or not. It is written with the audit
entry of the call, before anything is shown. One that does not open at its place is an alarm.

Each is a field of the waybill's hash: the field's name is the nonce, its value is the envelope without the nonce. It
has at most 64 bytes, so that a server with default settings keeps the hash packed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from keys.aead import HEADER_BYTES, NONCE_BYTES, SealingKeys
from keys.secret import Unprinted
from masking_service.service.state.sealed import HashField, PreparedFields, Sealed, TenantState
from masking_service.store.client import Command, Reply
from masking_service.store.layout import disclosures_key, stems_of
from masking_service.store.pipeline import Question

OLD_NAME_BYTES: Final = 8
"""Length of the names that earlier releases gave: random, with an envelope of JSON behind them."""


class Opened(Unprinted, msgspec.Struct, frozen=True, tag="opened"):
    """The fields that one call opened, as JSON Pointers. `at` in Unix seconds."""

    at: int
    principal: str
    case: str | None
    approved_by: tuple[str, ...]
    fields: tuple[str, ...]


class Viewed(Unprinted, msgspec.Struct, frozen=True, tag="viewed"):
    """How often one call viewed the waybill in full."""

    at: int
    principal: str
    profile: str
    times: int


class PhoneCalled(Unprinted, msgspec.Struct, frozen=True, tag="called"):
    """The field that one call was about, as a JSON Pointer. Its value was not shown."""

    at: int
    principal: str
    case: str | None
    approved_by: tuple[str, ...]
    field: str


class PhoneRang(Unprinted, msgspec.Struct, frozen=True, tag="heard"):
    """A call to a number of the company; it told the caller of the API which planted field holds it."""

    at: int
    principal: str
    field: str


Shown = Opened | Viewed | PhoneCalled | PhoneRang
KINDS: Final = (Viewed, Opened, PhoneCalled, PhoneRang)
"""By number, from 0. New kinds and members come last: stored disclosures name them by place."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a call is about to show of a waybill. `expires_at` is the expiry of its record, in Unix seconds."""

    base: bytes
    expires_at: int
    shown: Shown


class Disclosures(TenantState):
    """Stores and reads disclosures."""

    def prepare(self, tenant: str, disclosures: Sequence[Disclosure]) -> PreparedFields:
        """Seal disclosures: one round trip to write, none if there are none."""
        tenant_keys = self._keyring.tenant(tenant)
        keys = [disclosures_key(stem) for stem in stems_of(tenant_keys, [one.base for one in disclosures]).own]
        nonces = self._random(NONCE_BYTES * len(keys))
        names = [nonces[at : at + NONCE_BYTES] for at in range(0, len(nonces), NONCE_BYTES)]
        places = [_at(key, name) for key, name in zip(keys, names, strict=True)]
        plain = [_pack(one.shown) for one in disclosures]
        envelopes = tenant_keys.state.seal_many(plain, places, nonces)
        values = [envelope[:HEADER_BYTES] + envelope[HEADER_BYTES + NONCE_BYTES :] for envelope in envelopes]
        ends = [one.expires_at for one in disclosures]
        fields = [HashField(*each) for each in zip(keys, names, values, ends, strict=True)]

        def write() -> None:
            self._store.write([command for one in fields for command in one.commands()])

        sealed = [
            Sealed(place, value, until=until, once=False)
            for place, value, until in zip(places, values, ends, strict=True)
        ]
        return PreparedFields(sealed, write, fields)

    def of(self, tenant: str, bases: Sequence[bytes]) -> list[list[Shown]]:
        """Return the disclosures of waybills, by time: one round trip, none without bases.

        Raises IntegrityError: something was changed, or belongs to another waybill.
        """
        return self._store.answer(self.question(tenant, bases))

    def question(self, tenant: str, bases: Sequence[bytes]) -> Question[list[list[Shown]]]:
        """Return the question that `of` asks."""
        tenant_keys = self._keyring.tenant(tenant)
        keys = [[disclosures_key(stem) for stem in stems] for stems in stems_of(tenant_keys, bases).everywhere()]
        commands: list[Command] = [(b"HGETALL", key) for each in keys for key in each]

        def read(replies: list[Reply]) -> list[list[Shown]]:
            stored = iter(replies)
            return [
                sorted(
                    (shown for key in each for shown in _opened(tenant_keys.state, key, next(stored))),
                    key=lambda shown: shown.at,
                )
                for each in keys
            ]

        return Question(commands, read)


def _opened(state: SealingKeys, key: bytes, flat: Sequence[bytes]) -> list[Shown]:
    """Open all fields of a waybill's hash."""
    return [_open(state, key, name, value) for name, value in zip(flat[0::2], flat[1::2], strict=True)]


def _pack(shown: Shown) -> bytes:
    """Return the number of the kind and its members, as a MessagePack array."""
    return msgspec.msgpack.encode((KINDS.index(type(shown)), *msgspec.structs.astuple(shown)))


def _open(state: SealingKeys, key: bytes, name: bytes, value: bytes) -> Shown:
    """Open the field of a waybill's hash."""
    if len(name) == OLD_NAME_BYTES:
        old: Shown = msgspec.json.decode(state.open(value, _at(key, name)), type=Shown)
        return old
    number, *members = msgspec.msgpack.decode(
        state.open(value[:HEADER_BYTES] + name + value[HEADER_BYTES:], _at(key, name))
    )
    kind: type[Shown] = KINDS[number]
    return msgspec.convert(dict(zip(kind.__struct_fields__, members, strict=True)), kind)


def _at(key: bytes, name: bytes) -> bytes:
    return key + b"/" + name
