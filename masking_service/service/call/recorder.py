"""Records actions before they are done, refused calls, and who saw a waybill's values.

These disclosures are sealed beside the record and kept as long as it would be, erased or not. A use case records what
it is about to show in the audit log, then keeps it here, and only then shows it. A disclosure that does not open at its
place is an alarm.

Each is a field of the waybill's hash: the field's name is the nonce, its value is the envelope without the nonce. It
has at most 64 bytes, so that a server with default settings keeps the hash packed.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, TypeVar

import msgspec

from keys.aead import HEADER_BYTES, NONCE_BYTES, SealingKeys
from keys.errors import ProviderError
from keys.keyring import Keyring, TenantKeys
from masking_audit.format.entries import Entry, Item, Signature
from masking_service.audit.actions import Action
from masking_service.audit.errors import NotArchived
from masking_service.audit.log import AuditLog, fact, outside_id
from masking_service.service.acts.problems import SignatureInvalid
from masking_service.service.call.denials import Denials
from masking_service.service.custody.state import NO_CUSTODY, Custody
from masking_service.service.devices.problems import DeviceProofRequired
from masking_service.service.people.errors import AccessError
from masking_service.service.people.networks import network_of
from masking_service.service.people.principals import Principal
from masking_service.service.phone_calls.problems import CallsUnavailable
from masking_service.service.state.sealed import (
    NOTHING_SHOWN,
    HashField,
    Prepared,
    PreparedFields,
    Sealed,
    TenantState,
    Unprinted,
)
from masking_service.store.client import Command, Reply
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import disclosures_key, stems_of
from masking_service.store.pipeline import Question

Value = TypeVar("Value")

RELEASED: Final = "released"
DONE: Final = "done"
NOT_FOUND: Final = "not-found"
UNAVAILABLE: Final = "unavailable"
"""The outcome of an entry that takes another one back."""
PROTECTIVE: Final = frozenset({Action.FREEZE, Action.CASE_CLOSE, Action.CASE_DENY})
"""Actions that only take rights away."""
TAG_CHARACTERS: Final = 16
"""Hexadecimal characters of a keyed hash: 64 bits, enough for one person's devices and networks."""
OLD_NAME_BYTES: Final = 8
"""Length of the names that earlier releases gave: random, with an envelope of JSON behind them."""


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One request: its principal, id, time (Unix seconds), IP address and credential."""

    principal: Principal
    request_id: str
    now: int
    address: str = ""
    authorization: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """A waybill or field that a call asked for.

    Attributes:
        base: the waybill's base (12 B); None where a token names none.
        outcome: what became of the item.
        field, kind: of a field.
        custody: who holds the waybill from now on, where that is what is done.
        at, seconds: of a recorded call.
    """

    base: bytes | None
    outcome: str
    field: str = ""
    kind: str = ""
    custody: Custody | None = None
    at: int = 0
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class SignatureProof:
    """The signatures of an entry, and the key use to record with it.

    `hashes` is the version of the audit-hash secret in what was signed; the entry has the same.
    """

    signatures: Sequence[Signature] = ()
    fields: Sequence[HashField] = ()
    hashes: int | None = None


UNSIGNED: Final = SignatureProof()


@dataclass(frozen=True, slots=True)
class Stated:
    """What an entry says beside its action, outcome and items; see `masking_audit.format.entries.Entry`."""

    role: str = ""
    purpose: str | None = None
    case: str | None = None
    profile: str | None = None
    approved_by: Sequence[str] = ()
    subject: str = ""
    ticket: str = ""
    asked: Sequence[str] = ()
    signed: SignatureProof = UNSIGNED


NOTHING_STATED: Final = Stated()


class LogRoom(Protocol):
    """Room for entries in the store: see `audit.backlog.Backlog`."""

    refuses: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """A durable entry and its id.

    No answer that holds a stored value can be made without one.
    """

    id: str
    entry: Entry

    def release(self, value: Value) -> Value:
        """Return the value, which may be answered now that its entry is durable."""
        return value


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes audit entries, under one policy.

    Attributes:
        log: makes entries durable.
        denials: bounds the entries of refused calls.
        keyring: hashes waybills and tenants.
        policy_digest: the hash of the policy.
        room: refuses while the log would fill the store; None for the operators' commands, which repair a deployment
            whose log is not archived.
    """

    log: AuditLog
    denials: Denials
    keyring: Keyring
    policy_digest: str
    room: LogRoom | None

    def record(
        self,
        context: RequestContext,
        action: Action,
        outcome: str,
        stated: Stated = NOTHING_STATED,
        *,
        items: Sequence[ItemOutcome] = (),
        sealed: Sequence[Sealed] = (),
        shown: PreparedFields = NOTHING_SHOWN,
    ) -> Recorded:
        """Make an entry durable; only then may the action be done and answered.

        One round trip. The uses of keys that signed it and the disclosures are written with it, in a cluster right
        after it, which takes one more.

        Args:
            context: for whom.
            action, outcome, stated: see `masking_audit.format.entries.Entry`.
            items: what the call asked for, and what came of each.
            sealed: the state that is about to be written.
            shown: the disclosures of what is about to be answered.

        Raises:
            StoreUnavailable: it may not be durable; nothing may be written or answered. As NotArchived, nothing was
                written, because the log would fill the store; freezes and closed cases are still recorded.
        """
        if self.room is not None and self.room.refuses and action not in PROTECTIVE:
            raise NotArchived
        keys = self._keys(context, stated)
        entry = msgspec.structs.replace(
            self._entry(keys, context, action, outcome, stated),
            count=sum(one.outcome == RELEASED for one in items),
            items=[_item(keys, one) for one in items],
            facts=[fact(one) for one in (*sealed, *shown.sealed)],
        )
        fields = [*shown.fields, *stated.signed.fields]
        if not fields or self.log.writes_fields:
            return Recorded(self.log.append(entry, fields), entry)
        recorded = Recorded(self.log.append(entry), entry)
        with self.take_back_on_failure(recorded):
            self.log.write(fields)
        return recorded

    def change(
        self,
        context: RequestContext,
        action: Action,
        stated: Stated,
        *prepare: Callable[[], Prepared[bool | None]],
        items: Sequence[ItemOutcome] = (),
        shown: PreparedFields = NOTHING_SHOWN,
    ) -> Recorded:
        """Record changes of stored state, then make them in this order; all again where another call was first.

        Args:
            context, action, stated, items, shown: as in `record`.
            prepare: each reads what is there now, and returns a change of it. A change whose write returns False was
                too late.

        Raises:
            StoreUnavailable: the changes may be made; the same call can be made again.
        """
        outcome = RELEASED if shown.fields else DONE
        while True:
            changes = [one() for one in prepare]
            sealed = [one for change in changes for one in change.sealed]
            entry = self.record(context, action, outcome, stated, items=items, sealed=sealed, shown=shown)
            with self.take_back_on_failure(entry):
                if all(change.write() is not False for change in changes):
                    return entry

    @contextmanager
    def take_back_on_failure(self, recorded: Recorded) -> Iterator[None]:
        """Run the write that an entry announced; if it fails, record that the entry is taken back.

        The write may have been stored all the same, but nothing was answered. A failed call of another system counts as
        a failed write.
        """
        try:
            yield
        except (StoreUnavailable, ProviderError, CallsUnavailable):
            taken_back = msgspec.structs.replace(
                recorded.entry, outcome=UNAVAILABLE, count=0, items=[], facts=[], takes_back=[recorded.id]
            )
            with suppress(StoreUnavailable):
                self.log.append(taken_back)
            raise

    @contextmanager
    def record_denials(
        self, context: RequestContext, action: Action, stated: Stated = NOTHING_STATED
    ) -> Iterator[None]:
        """Record if the call inside is refused. A request for a device's proof is no refusal."""
        try:
            yield
        except DeviceProofRequired:
            raise
        except AccessError as refusal:
            self.record_denial(context, action, refusal.code, stated)
            raise

    def record_denial(self, context: RequestContext, action: Action, code: str, stated: Stated) -> None:
        """Record that a call was refused, see `Denials`.

        Raises:
            StoreUnavailable: it may not be durable; the refusal may not be answered.
        """
        # Signatures that are not valid are counted by network: a forger of sign-ins acts as any number of people.
        source = network_of(context.address) if code == SignatureInvalid.code else ""
        self.denials.record(self._entry(self._keys(context, stated), context, action, code, stated), source)

    def _keys(self, context: RequestContext, stated: Stated) -> TenantKeys:
        return self.keyring.tenant(context.principal.tenant, stated.signed.hashes)

    def _entry(self, keys: TenantKeys, context: RequestContext, action: Action, outcome: str, stated: Stated) -> Entry:
        return Entry(
            at=context.now,
            action=action,
            outcome=outcome,
            principal=outside_id(context.principal.id),
            role=stated.role,
            tenant=keys.lasting_hash("tenant"),
            request=outside_id(context.request_id),
            policy=self.policy_digest,
            purpose=outside_id(stated.purpose or ""),
            case=outside_id(stated.case or ""),
            profile=stated.profile or "",
            items=[],
            approved_by=[outside_id(principal) for principal in stated.approved_by],
            subject=outside_id(stated.subject),
            facts=[],
            ticket=stated.ticket,
            asked=keys.audit_hash(*stated.asked) if stated.asked else "",
            device=person_tag(keys, context.principal, "device"),
            network=person_tag(keys, context.principal, "network"),
            signed=stated.signed.signatures,
            hashes=keys.hashes,
        )


def person_tag(keys: TenantKeys, principal: Principal, name: Literal["device", "network"]) -> str:
    """Return the keyed hash of a person's device or network, 16 hexadecimal characters.

    It is empty where the issuer names none. The person is part of it: the same device of two people has two hashes.
    """
    value = principal.device if name == "device" else principal.network
    if value is None:
        return ""
    return keys.newer_hash(keys.lasting_hash(name, principal.id, value)[:TAG_CHARACTERS], 0)


def _item(keys: TenantKeys, one: ItemOutcome) -> Item:
    waybill = keys.audit_hash("waybill", one.base.hex()) if one.base else ""
    held = one.custody or NO_CUSTODY
    site, courier = outside_id(held.site or ""), outside_id(held.courier or "")
    return Item(waybill, one.outcome, one.field, one.kind, site, courier, one.at, one.seconds)


class Opened(Unprinted, msgspec.Struct, frozen=True, tag="opened"):
    """The fields that one call opened, as JSON Pointers.

    `at` in Unix seconds.
    """

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
    """What a call is about to show of a waybill.

    `expires_at` is the expiry of its record, in Unix seconds.
    """

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
            if fields:
                self._store.write([command for one in fields for command in one.commands()])

        sealed = [
            Sealed(place, value, until=until, once=False)
            for place, value, until in zip(places, values, ends, strict=True)
        ]
        return PreparedFields(sealed, write, fields)

    def of(self, tenant: str, bases: Sequence[bytes]) -> list[list[Shown]]:
        """Return the disclosures of waybills, by time: one round trip, none without bases.

        Raises:
            IntegrityError: something was changed, or belongs to another waybill.
        """
        question = self.question(tenant, bases)
        self._store.ask(question)
        return question.answer()

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
