"""Plants decoys, lists them, and tells who saw a seed whose phone rang.

Every call is guarded as an opening is: the freeze is read live, the sign-in is
strong and recent, a budget is spent, and the audit entry comes first. A phantom
is not looked up. A seed is, because only a waybill with a phone of the company's
own can be one; and no other phone is ever heard, so that `heard` tells nothing of
a customer. Entries of planting, listing and removing name no waybill, or a reader
of the log would know the decoys; one of a phone that was heard names its seeds.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import msgspec

from keys.keyring import Keyring
from masking_service.audit.actions import Action, Outcome
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.records.recipients import is_recipients, is_senders, one_number, read
from masking_service.masking.timestamps import rfc3339
from masking_service.masking.waybill import required_waybills
from masking_service.service.acts import deeds
from masking_service.service.acts.deeds import Deed
from masking_service.service.acts.signatures import Signatures, Signed
from masking_service.service.call.budgets import Budgets
from masking_service.service.call.call import LiveGate
from masking_service.service.call.recorder import ItemOutcome, Recorded, Recorder, RequestContext, Stated
from masking_service.service.decoys import answers
from masking_service.service.decoys.state import MAX_DECOYS, Decoy, Decoys, Kind, number_hashes
from masking_service.service.disclosures.state import Disclosure, Disclosures, Opened, PhoneCalled, PhoneRang
from masking_service.service.freezes.state import FreezeByPolicy
from masking_service.service.people.issuers import Issuers
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Policy
from masking_service.service.people.signed_acts import SignedAct
from masking_service.service.state.sealed import NOTHING_SHOWN, PreparedFields
from masking_service.service.vault.vault import FoundWaybill, Vault
from masking_service.store.client import Store

PLANT: Final = Permission.DECOY_PLANT
AT_ONCE: Final = 1_000
"""Waybills read in one round trip."""


@dataclass(frozen=True, slots=True, repr=False)
class _Phone:
    """A recipient's or sender's number of a stored waybill, and the field that holds it."""

    waybill_no: str
    found: FoundWaybill
    field: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Planting:
    """Plants and removes decoys of the caller's tenant, under one policy.

    Each method raises AccessError where the caller may not, or its budget is spent.
    """

    policy: Policy
    gate: LiveGate
    issuers: Issuers
    keyring: Keyring
    vault: Vault
    budgets: Budgets
    store: Store
    signatures: Signatures
    freezing: FreezeByPolicy
    decoys: Decoys
    disclosures: Disclosures
    recorder: Recorder

    def listed(self, context: RequestContext, signed: Signed | None = None) -> answers.Decoys:
        """Return the decoys, the first planted first. Round trips: live permission, budget, audit, list, hits.

        Raises:
            StoreUnavailable, IntegrityError: the list cannot be read.
        """
        stated, _ = self._grant(context, Action.DECOY_LIST, signed, deeds.on_decoys(SignedAct.DECOY_LIST))
        entry = self.recorder.record(context, Action.DECOY_LIST, Outcome.DONE, stated)
        tenant = context.principal.tenant
        planted = self.decoys.listed(tenant)
        hits = self.decoys.hits(tenant, [decoy.waybill_no for decoy in planted])
        return answers.Decoys(
            [
                answers.Decoy(
                    waybill_no=entry.release(decoy.waybill_no),
                    kind=decoy.kind,
                    planted_at=rfc3339(decoy.planted_at),
                    planted_by=decoy.planted_by,
                    hits=hit.times,
                    last_hit=rfc3339(hit.last) if hit.last else None,
                    recent=[answers.DecoyHit(one.principal, rfc3339(one.at), one.entry or None) for one in hit.recent],
                    heard_at=rfc3339(decoy.heard_at) if decoy.heard_at else None,
                )
                for decoy, hit in zip(planted, hits, strict=True)
            ]
        )

    def plant(
        self, context: RequestContext, waybills: Sequence[Any], kind: Kind, signed: Signed | None = None
    ) -> answers.Planted:
        """Mark waybills as decoys.

        One that is marked already stays as it is. Of a refused seed the answer and the entry are the same, whether the
        waybill is unknown, another tenant's or expired, or has no number of the company's own; it is a miss.

        Round trips: live permission, budget, for seeds one to read the waybills (two if one was revised), two to read
        the lists, audit, two to write.

        Raises:
            InvalidRecord: a number is malformed, a seed has no number of the company's own, or there would be more than
                `MAX_DECOYS`.
            StoreUnavailable: some may be marked; the same call can be made again.
        """
        numbers = self._numbers_of(context, Action.DECOY_PLANT, waybills)
        deed = deeds.on_decoys(SignedAct.DECOY_PLANT, waybills, kind)
        stated, missed = self._grant(context, Action.DECOY_PLANT, signed, deed)
        if kind == "seed":
            self._require_own_number(context, stated, missed, numbers)

        def add(planted: list[Decoy]) -> list[Decoy]:
            known = {decoy.waybill_no for decoy in planted}
            new = [Decoy(number, kind, context.now, context.principal.id) for number in numbers if number not in known]
            if len(planted) + len(new) > MAX_DECOYS:
                raise InvalidRecord((("/waybills", "too-many-decoys"),))
            return planted + new

        _, planted = self._change(context, Action.DECOY_PLANT, stated, add)
        return answers.Planted(len(planted))

    def remove(self, context: RequestContext, waybills: Sequence[Any], signed: Signed | None = None) -> answers.Planted:
        """Take the mark off waybills. Raises as `plant`; the answer is the same for those without one."""
        numbers = self._numbers_of(context, Action.DECOY_REMOVE, waybills)
        deed = deeds.on_decoys(SignedAct.DECOY_REMOVE, waybills)
        stated, _ = self._grant(context, Action.DECOY_REMOVE, signed, deed)

        def take_off(planted: list[Decoy]) -> list[Decoy]:
            return [decoy for decoy in planted if decoy.waybill_no not in numbers]

        _, planted = self._change(context, Action.DECOY_REMOVE, stated, take_off)
        return answers.Planted(len(planted))

    def heard(self, context: RequestContext, phone: str) -> answers.Heard:
        """Record that a seed's phone rang; return who saw such seeds, who saw the most first.

        Only a whole number of the company's own is compared with the seeds. Any other, and one of no seed, is a miss; a
        hit leaves the misses as they are. Each hit is a disclosure.

        Args:
            phone: one whole number, in any spelling.

        Raises:
            InvalidRecord: it is no phone number.
            StoreUnavailable, IntegrityError: nothing is answered; the same call can be made again.
        """
        stated, missed = self._grant(context, Action.DECOY_HEARD)
        tenant = context.principal.tenant
        rang = self._seeds_with(context, one_number(phone))
        if not rang:
            self.freezing.count_misses(context, missed, [False])
            self.recorder.record(context, Action.DECOY_HEARD, Outcome.NOT_FOUND, stated)
            return answers.Heard([], 0, [])
        waybills = list(dict.fromkeys(one.waybill_no for one in rang))

        def note(planted: list[Decoy]) -> list[Decoy]:
            return [
                msgspec.structs.replace(decoy, heard_at=decoy.heard_at or context.now)
                if decoy.waybill_no in waybills
                else decoy
                for decoy in planted
            ]

        disclosures = [
            Disclosure(
                one.found.base, one.found.record.kept_until, PhoneRang(context.now, context.principal.id, one.field)
            )
            for one in rang
        ]
        items = [ItemOutcome(one.found.base, Outcome.RELEASED, one.field, "phone") for one in rang]
        shown = self.disclosures.prepare(tenant, disclosures)
        entry, planted = self._change(context, Action.DECOY_HEARD, stated, note, items=items, shown=shown)
        heard = [decoy.waybill_no for decoy in planted if decoy.heard_at]
        return answers.Heard(entry.release(waybills), len(heard), self._ranked(tenant, heard))

    def _numbers_of(self, context: RequestContext, action: Action, waybills: Sequence[Any]) -> dict[str, int]:
        """Return the numbers of a call, before anyone signs it. Raises InvalidRecord, Frozen."""
        with self.recorder.record_denials(context, action), self.gate.frozen_first(context.principal):
            return required_waybills(waybills)

    def _grant(
        self, context: RequestContext, action: Action, signed: Signed | None = None, deed: Deed | None = None
    ) -> tuple[Stated, int]:
        """Return what entries say of a granted call, and how many items in a row opened its caller nothing.

        It is guarded as an opening is: two round trips.

        Args:
            deed: where a signature over it may be needed.
        """
        with self.recorder.record_denials(context, action), self.freezing.count_refusals(context):
            grant, frozen = self.gate.grant_and_freeze_question(context.principal, PLANT)
            signature = self.signatures.expect(context, deed.act, signed) if deed is not None else None
            missed, proof = self.signatures.verify(
                context, frozen, signature, lambda: deed or deeds.on_decoys(SignedAct(action))
            )
            self.issuers.check_unmasking(context.principal, context.now)
            nonce = signature.nonce if signature is not None else None
            budget = self.budgets.reserve_question(context.principal, grant, 1, context.now, nonce)
            self.store.answer(budget)
        return Stated(role=grant.role, signed=proof), missed

    def _change(
        self,
        context: RequestContext,
        action: Action,
        stated: Stated,
        change: Callable[[list[Decoy]], list[Decoy]],
        *,
        items: Sequence[ItemOutcome] = (),
        shown: PreparedFields = NOTHING_SHOWN,
    ) -> tuple[Recorded, list[Decoy]]:
        """Change the list, and keep what is shown; return the entry and the new list."""
        changed: list[Decoy] = []

        def noted(planted: list[Decoy]) -> list[Decoy]:
            changed[:] = change(planted)
            return changed

        prepare = partial(self.decoys.prepare, context.principal.tenant, noted)
        return self.recorder.change(context, action, stated, prepare, items=items, shown=shown), changed

    def _require_own_number(
        self, context: RequestContext, stated: Stated, missed: int, numbers: Mapping[str, int]
    ) -> None:
        """Refuse the call unless each waybill has a phone of the company's own. Raises InvalidRecord."""
        own = {one.waybill_no for one in self._phones(context, [*numbers]) if self._is_own(context, one.number)}
        refused = [at for number, at in numbers.items() if number not in own]
        if refused:
            self.freezing.count_misses(context, missed, [False])
            self.recorder.record(context, Action.DECOY_PLANT, Outcome.NOT_FOUND, stated)
            raise InvalidRecord(tuple((f"/waybills/{at}", "no-own-number") for at in refused))

    def _seeds_with(self, context: RequestContext, number: str) -> list[_Phone]:
        """Return where seeds hold this number; nowhere unless it is the company's own."""
        if not self._is_own(context, number):
            return []
        seeds = [one.waybill_no for one in self.decoys.listed(context.principal.tenant) if one.kind == "seed"]
        return [one for one in self._phones(context, seeds) if one.number == number]

    def _is_own(self, context: RequestContext, number: str) -> bool:
        known = number_hashes(self.keyring.tenant(context.principal.tenant), number)
        return not self.policy.rules.own_numbers.isdisjoint(known)

    def _phones(self, context: RequestContext, waybills: Sequence[str]) -> Iterator[_Phone]:
        """Yield the recipients' and senders' numbers of stored waybills."""
        for begin in range(0, len(waybills), AT_ONCE):
            numbers = waybills[begin : begin + AT_ONCE]
            newest = self.vault.newest(context.principal.tenant, numbers, context.now)
            for waybill_no, found in zip(numbers, newest, strict=True):
                for place, value in found.record.content()[1] if found is not None else ():
                    if found is not None and (is_recipients(place) or is_senders(place)):
                        yield from (_Phone(waybill_no, found, place.pointer, one.number) for one in read(value))

    def _ranked(self, tenant: str, waybills: Sequence[str]) -> list[answers.SeedSeen]:
        """Return who saw these seeds, ordered by how many of them each person opened."""
        opened: dict[str, set[str]] = defaultdict(set)
        viewed: dict[str, set[str]] = defaultdict(set)
        last: dict[str, int] = {}
        for at in range(0, len(waybills), AT_ONCE):
            numbers = waybills[at : at + AT_ONCE]
            shown = self.disclosures.of(tenant, self.keyring.tenant(tenant).bases(numbers))
            for number, one in ((number, one) for number, of_one in zip(numbers, shown, strict=True) for one in of_one):
                if isinstance(one, PhoneCalled | PhoneRang):
                    continue  # a number was bound, or the phone rang: neither shows it
                (opened if isinstance(one, Opened) else viewed)[one.principal].add(number)
                last[one.principal] = max(one.at, last.get(one.principal, 0))
        seen = [
            answers.SeedSeen(who, len(opened.get(who, ())), len(viewed.get(who, ())), rfc3339(at))
            for who, at in last.items()
        ]
        return sorted(seen, key=lambda one: (-one.opened, -one.viewed, one.principal))
