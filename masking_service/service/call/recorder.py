"""Records actions before they are done, and refused calls.

A use case records what it is about to do or to show; when the entry is durable, it does or answers that.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal, Protocol, TypeVar

import msgspec

from keys.errors import ProviderError
from keys.keyring import Keyring, TenantKeys
from masking_audit.format.entries import Entry, Item, Signature
from masking_service.audit.actions import Action, Outcome
from masking_service.audit.errors import NotArchived
from masking_service.audit.log import AuditLog, fact, outside_id
from masking_service.service.call.denials import Denials
from masking_service.service.call.errors import DeviceProofRequired, OutsideUnavailable, SignatureInvalid
from masking_service.service.call.shapes import is_case_name
from masking_service.service.people.errors import AccessError
from masking_service.service.people.networks import network_of
from masking_service.service.people.principals import Principal
from masking_service.service.state.sealed import NOTHING_SHOWN, HashField, Prepared, PreparedFields, Sealed
from masking_service.store.errors import StoreUnavailable

Value = TypeVar("Value")

PROTECTIVE: Final = frozenset({Action.FREEZE, Action.CASE_CLOSE, Action.CASE_DENY})
"""Actions that only take rights away."""
CACHED_IDS: Final = 4_096
TAG_CHARACTERS: Final = 16
"""Hexadecimal characters of a keyed hash: 64 bits, enough for one person's devices and networks."""


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
        site, courier: who holds the waybill from now on, where that is what is done.
        at, seconds: of a recorded call.
    """

    base: bytes | None
    outcome: str
    field: str = ""
    kind: str = ""
    site: str | None = None
    courier: str | None = None
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
    """What an entry says beside its action, outcome and items; see `masking_audit.format.entries.Entry`.

    A malformed name of a case is left out: it may be anything that the caller sent.
    """

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
    """A durable entry and its id. No answer that holds a stored value can be made without one."""

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
        takes_back: Recorded | None = None,
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
            takes_back: an earlier entry of the same call, which is void: another call was first.

        Raises:
            StoreUnavailable: it may not be durable; nothing may be written or answered. As NotArchived, nothing was
                written, because the log would fill the store; freezes and closed cases are still recorded.
        """
        if self.room is not None and self.room.refuses and action not in PROTECTIVE:
            raise NotArchived
        keys = self._keys(context, stated)
        entry = msgspec.structs.replace(
            self._entry(keys, context, action, outcome, stated),
            count=sum(one.outcome == Outcome.RELEASED for one in items),
            items=[_item(keys, one) for one in items],
            facts=[fact(one) for one in (*sealed, *shown.sealed)],
            takes_back=() if takes_back is None else (takes_back.id,),
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

        The entry of an attempt takes back the entry of the attempt before it. Where a further attempt cannot be
        prepared, an entry of its own takes the last one back.

        Args:
            context, action, stated, items, shown: as in `record`.
            prepare: each reads what is there now, and returns a change of it. A change whose write returns False was
                too late.

        Raises:
            StoreUnavailable: the changes may be made; the same call can be made again.
        """
        outcome = Outcome.RELEASED if shown.fields else Outcome.DONE
        entry: Recorded | None = None
        while True:
            try:
                changes = [one() for one in prepare]
            except Exception:
                if entry is not None:
                    self._take_back(entry)
                raise
            sealed = [one for change in changes for one in change.sealed]
            entry = self.record(
                context, action, outcome, stated, items=items, sealed=sealed, shown=shown, takes_back=entry
            )
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
        except (StoreUnavailable, ProviderError, OutsideUnavailable):
            self._take_back(recorded)
            raise

    def _take_back(self, recorded: Recorded) -> None:
        """Record that an entry is void, if the log can be written."""
        taken_back = msgspec.structs.replace(
            recorded.entry, outcome=Outcome.UNAVAILABLE, count=0, items=[], facts=[], takes_back=[recorded.id]
        )
        with suppress(StoreUnavailable):
            self.log.append(taken_back)

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
            principal=_recurring_id(context.principal.id),
            role=stated.role,
            tenant=keys.tenant_hash,
            request=outside_id(context.request_id),
            policy=self.policy_digest,
            purpose=_recurring_id(stated.purpose or ""),
            case=_recurring_id(stated.case) if stated.case and is_case_name(stated.case) else "",
            profile=stated.profile or "",
            items=[],
            approved_by=[*map(_recurring_id, stated.approved_by)],
            subject=_recurring_id(stated.subject),
            facts=[],
            ticket=stated.ticket,
            asked=keys.audit_hash(*stated.asked) if stated.asked else "",
            device=person_tag(keys, context.principal, "device"),
            network=person_tag(keys, context.principal, "network"),
            signed=stated.signed.signatures,
            hashes=keys.hashes,
        )


_recurring_id = lru_cache(CACHED_IDS)(outside_id)
"""As `outside_id`, of ids that come again.

Looking for personal data in each of them takes a fifth of the time of a batch of custody moves.
"""


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
    site, courier = _recurring_id(one.site or ""), _recurring_id(one.courier or "")
    return Item(waybill, one.outcome, one.field, one.kind, site, courier, one.at, one.seconds)
