"""Opens stored values: for the right role, under an open case, within budgets.

Every refusal is an entry too. An item that opens nothing looks the same whether
it is unknown, forged, foreign, expired, erased or not named by the case.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from keys.keyring import Keyring
from masking_service.audit.actions import Action, Outcome
from masking_service.masking.kinds.table import TOKEN_KINDS
from masking_service.masking.numbers.dialling import dialable
from masking_service.masking.waybill import normalised
from masking_service.service.acts import deeds
from masking_service.service.acts.signatures import Expected, Signatures, Signed
from masking_service.service.call.budgets import Budgets, Reservation
from masking_service.service.call.call import LiveGate
from masking_service.service.call.items import INVALID_ITEM, Fault
from masking_service.service.call.operation import Call
from masking_service.service.call.recorder import (
    ItemOutcome,
    Recorded,
    Recorder,
    RequestContext,
    SignatureProof,
    Stated,
)
from masking_service.service.cases.state import Case, CaseAuthority
from masking_service.service.decoys.state import DecoyWatch
from masking_service.service.disclosures.state import Disclosure, Disclosures, Opened
from masking_service.service.freezes.state import FreezeByPolicy
from masking_service.service.opening import answers
from masking_service.service.opening.items import DetokenizeRequest, opening_faults
from masking_service.service.people.issuers import Issuers
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Grant, Policy
from masking_service.service.people.signed_acts import SignedAct
from masking_service.service.phone_calls.state import CallRecords, hash_called
from masking_service.service.vault.records import Record, Reference, read_token
from masking_service.service.vault.vault import FoundWaybill, Vault
from masking_service.store.client import Store
from masking_service.store.pipeline import Question

KIND_NOT_ALLOWED: Final = "kind-not-allowed"
CALL_FIRST: Final = "call-first"

Opening = (
    answers.OpenedToken | answers.OpenedField | answers.UnopenedToken | answers.UnopenedField | answers.InvalidItem
)


@dataclass(slots=True)
class _AskedItem:
    """An item of a call, with its outcome."""

    echo: dict[str, str]
    outcome: str = Outcome.NOT_FOUND
    base: bytes | None = None
    reference: Reference | None = None
    number: str | None = None
    field: str = ""
    kind: str = ""
    value: Any = None
    expires_at: int = 0
    faults: Sequence[Fault] = ()

    @property
    def allowed(self) -> bool:
        """Whether it may be looked up: the case names its waybill, or no case is needed."""
        return self.reference is not None or self.number is not None

    @property
    def released(self) -> bool:
        """Whether its value is answered."""
        return self.outcome == Outcome.RELEASED

    def find(self, record: Record | None, kinds: frozenset[str], *, restricted_too: bool) -> None:
        """Take the item's value out of its record, if it may be opened.

        Args:
            kinds: what the purpose opens.
            restricted_too: whether it opens restricted waybills.
        """
        if record is None:
            return
        fields = record.content()[1]
        if self.reference is not None:
            ordinal = self.reference.ordinal
            matches = fields[ordinal : ordinal + 1] if self.reference.names(record) else []
        else:
            matches = [(place, value) for place, value in fields if place.pointer == self.field]
        for place, value in matches:
            if value in (None, ""):
                return
            self.field, self.kind = place.pointer, place.kind
            if record.restricted and not restricted_too:
                self.outcome = Outcome.RESTRICTED
            elif place.kind in kinds and place.kind in TOKEN_KINDS:
                self.outcome, self.value, self.expires_at = Outcome.RELEASED, value, record.kept_until
            else:
                self.outcome = KIND_NOT_ALLOWED

    def result(self, entry: Recorded) -> Opening:
        """Return the answer to the item, which `entry` records."""
        match self.echo, self.outcome:
            case {"token": token}, Outcome.RELEASED:
                return answers.OpenedToken(token, self.kind, entry.release(self.value))
            case {"waybill_no": number, "field": field}, Outcome.RELEASED:
                return answers.OpenedField(number, field, self.kind, entry.release(self.value))
            case {"token": token}, code:
                return answers.UnopenedToken(token, answers.Unopened(code))
            case {"waybill_no": number, "field": field}, code:
                return answers.UnopenedField(number, field, answers.Unopened(code))
        places = [answers.ItemFault(pointer, code) for pointer, code in self.faults]
        return answers.InvalidItem(answers.InvalidItemError(INVALID_ITEM, places))


@dataclass(frozen=True, slots=True, kw_only=True)
class Detokenize:
    """Opens stored values field by field, under one policy."""

    policy: Policy
    gate: LiveGate
    issuers: Issuers
    store: Store
    keyring: Keyring
    vault: Vault
    budgets: Budgets
    signatures: Signatures
    freezing: FreezeByPolicy
    watch: DecoyWatch
    case_authority: CaseAuthority
    disclosures: Disclosures
    call_records: CallRecords
    recorder: Recorder

    def serve(self, call: Call[DetokenizeRequest, None]) -> list[Opening]:
        """Open the fields of a request. As `__call__`."""
        wanted = call.body
        return self(call.context, wanted.purpose or None, wanted.case or None, wanted.items, wanted.signed)

    def __call__(
        self,
        context: RequestContext,
        purpose: str | None,
        case: str | None,
        items: Sequence[Any],
        signed: Signed | None = None,
    ) -> list[Opening]:
        """Open single fields.

        Refused in the order that `service/call/call.py` has; decoys are noticed before the sign-in is checked. Then
        come the records, the rule of calls first, and misses; then the audit entry; then the answer. What comes without
        a valid signature, where one is needed, never counts against the person.

        Round trips: one for the freeze, the person's keys and the case, one for the budget, the signature and the
        records that the case names (two if a waybill was revised), one for records of calls if the purpose asks for
        calls first, one to count misses, one for the audit and the disclosures (two in a cluster), and one to give back
        what was not released. Where the budget refuses, the records are dropped unread, still sealed. Where it is due
        the ticket system is asked about the case.

        Args:
            items: ``{"token": …}`` or ``{"waybill_no": …, "field": JSON Pointer}`` each.

        Raises:
            AccessError: the whole call is refused; nothing was opened and nothing is spent.
            StoreUnavailable: nothing is released.
        """
        caller, tenant = context.principal, context.principal.tenant
        stated = Stated(purpose=purpose if purpose in self.policy.rules.purposes else None, case=case)
        # What is refused in here is recorded, and counted against the person.
        with self.recorder.record_denials(context, Action.DETOKENIZE, stated), self.freezing.count_refusals(context):
            # What needs no look-up.
            grant, frozen = self.gate.grant_and_freeze_question(caller, Permission.DETOKENIZE, purpose=purpose)
            asked, bases = self._parse_items(tenant, items)
            if case is None:
                self._refuse_where_case_is_needed(context, grant, items, bases)
            signature = self.signatures.expect(context, SignedAct.DETOKENIZE, signed)
            self.signatures.check_fields(signature, len(items))
            # One exchange: the caller is not frozen now, and has signed this.
            keys = self.signatures.keys(context, signature)
            found_case = self.case_authority.case_question(context, case)
            missed, proof = self.signatures.verify(
                context, frozen, signature, lambda: deeds.opening(keys, purpose, case, items), found_case
            )
            self.watch.notice(context, bases)
            authority = self._authorise(context, grant, found_case if case is not None else None)
            self._look_up_named_only(tenant, authority, asked)
            # One exchange: the budget is reserved, and the records are read.
            reserved, records = self._reserve_and_read(context, grant, asked, signature)

        self._find(asked, records, grant)
        self._hold_back(tenant, asked, grant)
        hits = [item.released for item in asked if item.released or item.outcome == Outcome.NOT_FOUND]
        self.freezing.count_misses(context, missed, hits)
        # The entry is durable; then the values are answered.
        entry = self._record(context, grant, authority, proof, asked)
        reserved.try_to_give_back(sum(item.allowed and not item.released for item in asked))
        return [item.result(entry) for item in asked]

    def _refuse_where_case_is_needed(
        self, context: RequestContext, grant: Grant, items: Sequence[Any], bases: Sequence[bytes]
    ) -> None:
        """Refuse a call without a case where its purpose needs one, or an item names a waybill by its number."""
        by_number = any(isinstance(item, dict) and "waybill_no" in item for item in items)
        if by_number or self.policy.rules.purposes[grant.purpose or ""].needs_case:
            proves = self.signatures.needs(SignedAct.DETOKENIZE)
            self.gate.refuse_without_case(context.principal, proves, lambda: self.watch.notice(context, bases))

    def _authorise(self, context: RequestContext, grant: Grant, case: Question[Case | None] | None) -> Case | None:
        """Return the case that lets the caller open the items; None if none is named."""
        self.issuers.check_unmasking(context.principal, context.now)
        return self.case_authority.authorise(context, case.answer(), [grant.purpose or ""]) if case else None

    def _parse_items(self, tenant: str, items: Sequence[Any]) -> tuple[list[_AskedItem], list[bytes]]:
        """Return the parsed items, and the bases of all waybills that items name, malformed ones too."""
        keys = self.keyring.tenant(tenant)
        asked, bases = [], []
        for item in items:
            given = item if isinstance(item, dict) else {}
            token = given.get("token")
            reference = read_token(keys.tokens, token) if isinstance(token, str) else None
            number = normalised(given["waybill_no"]) if "waybill_no" in given else None
            of_token = reference.base if reference is not None else None
            [of_number] = keys.bases([number]) if number is not None else [None]
            bases += [base for base in (of_token, of_number) if base is not None]
            match item:
                case {"token": str(token), **rest} if not rest:
                    one = _AskedItem({"token": token}, base=of_token, reference=reference)
                case {"waybill_no": str(waybill_no), "field": str(field), **rest} if not rest:
                    echo = {"waybill_no": waybill_no, "field": field}
                    one = _AskedItem(echo, base=of_number, number=number, field=field)
                case _:
                    one = _AskedItem({}, INVALID_ITEM, faults=opening_faults(item))
            asked.append(one)
        return asked, bases

    def _look_up_named_only(self, tenant: str, authority: Case | None, asked: Sequence[_AskedItem]) -> None:
        """Look up only what the case names; without a case, no waybill number."""
        numbers = frozenset(authority.opening.waybills if authority else ())
        bases = frozenset(self.keyring.tenant(tenant).bases([*numbers]))
        for item in asked:
            if item.number not in numbers:
                item.number = None  # its base stays, for the log
            if authority is not None and item.reference is not None and item.reference.base not in bases:
                item.reference = item.base = None

    def _reserve_and_read(
        self, context: RequestContext, grant: Grant, asked: Sequence[_AskedItem], signature: Expected | None
    ) -> tuple[Reservation, list[Record | None]]:
        """Reserve the budget, use up the signature, and return the record of each item.

        Raises:
            QuotaExceeded, SignatureInvalid: the records were dropped unread, still sealed.
        """
        tenant, lookups = context.principal.tenant, sum(item.allowed for item in asked)
        nonce = signature.nonce if signature is not None else None
        budget = self.budgets.reserve_question(context.principal, grant, lookups, context.now, nonce)
        places = [(item.reference.base, item.reference.revision) for item in asked if item.reference is not None]
        by_token = self.vault.records_question(tenant, places, context.now)
        bases = [item.base for item in asked if item.number is not None and item.base is not None]
        by_number = self.vault.newest_question(tenant, bases, context.now)
        self.store.ask(budget, by_token, by_number)
        reserved = budget.answer()
        of_tokens, of_numbers = iter(by_token.answer()), iter(by_number.answer())
        return reserved, [_record_of(item, of_tokens, of_numbers) for item in asked]

    def _find(self, asked: Sequence[_AskedItem], records: Sequence[Record | None], grant: Grant) -> None:
        """Find the values of the items in their records, as far as the purpose allows."""
        restricted_too = grant.purpose in self.policy.rules.restricted_purposes
        for item, record in zip(asked, records, strict=True):
            item.find(record, grant.kinds, restricted_too=restricted_too)

    def _hold_back(self, tenant: str, asked: Sequence[_AskedItem], grant: Grant) -> None:
        """Withhold phones that the purpose opens only after unanswered calls."""
        needed = self.policy.rules.purposes[grant.purpose or ""].after_calls
        phones = [item for item in asked if item.released and item.kind == "phone"] if needed else []
        if not phones:
            return
        counts = self.call_records.unanswered(tenant, [item.base for item in phones if item.base is not None])
        keys = self.keyring.tenant(tenant)
        for item in phones:
            number = dialable(item.value)  # as `Calling` reads it from the same field
            if number is None or counts[item.base or b"", hash_called(keys, number)] < needed:
                item.outcome, item.value = CALL_FIRST, None

    def _record(
        self,
        context: RequestContext,
        grant: Grant,
        authority: Case | None,
        proof: SignatureProof,
        asked: Sequence[_AskedItem],
    ) -> Recorded:
        """Record the outcomes and keep the disclosures, before the answer."""
        case, approved_by = (authority.opening.case, authority.approved_by) if authority else (None, ())
        return self.recorder.record(
            context,
            Action.DETOKENIZE,
            Outcome.RELEASED if any(item.released for item in asked) else Outcome.NOT_FOUND,
            Stated(role=grant.role, purpose=grant.purpose, case=case, approved_by=approved_by, signed=proof),
            items=[ItemOutcome(item.base, item.outcome, item.field if item.kind else "", item.kind) for item in asked],
            shown=self.disclosures.prepare(context.principal.tenant, _opened(context, authority, asked)),
        )


def _record_of(
    item: _AskedItem, of_tokens: Iterator[Record | None], of_numbers: Iterator[FoundWaybill | None]
) -> Record | None:
    """Return the record of an item, the next one of its sort."""
    if item.reference is not None:
        return next(of_tokens)
    found = next(of_numbers) if item.number is not None else None
    return found.record if found else None


def _opened(context: RequestContext, authority: Case | None, asked: Sequence[_AskedItem]) -> list[Disclosure]:
    """Return what the call will open, by waybill."""
    fields: dict[tuple[bytes, int], list[str]] = {}
    for item in asked:
        if item.released and item.base is not None:
            fields.setdefault((item.base, item.expires_at), []).append(item.field)
    name, approved_by = (authority.opening.case, authority.approved_by) if authority else (None, ())
    return [
        Disclosure(base, ends, Opened(context.now, context.principal.id, name, approved_by, tuple(opened)))
        for (base, ends), opened in fields.items()
    ]
