"""Erases waybills, with their search entries. Each erasure is in the audit log first."""

from dataclasses import dataclass
from typing import NoReturn

from masking_service.audit.actions import Action, Outcome
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.masking.waybill import normalised
from masking_service.service.acts import deeds
from masking_service.service.acts.signatures import Signatures, Signed
from masking_service.service.call.call import LiveGate
from masking_service.service.call.errors import NotFound
from masking_service.service.call.recorder import ItemOutcome, Recorded, Recorder, RequestContext, Stated
from masking_service.service.custody.state import Custodies
from masking_service.service.holds.problems import Held
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Policy
from masking_service.service.people.signed_acts import SignedAct
from masking_service.service.vault.data_keys import unreadable_after
from masking_service.service.vault.vault import FoundWaybill, Vault
from masking_service.service.waybills import answers


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseWaybill:
    """Erases every revision of one waybill, under one policy."""

    policy: Policy
    gate: LiveGate
    vault: Vault
    custodies: Custodies
    signatures: Signatures
    recorder: Recorder

    def __call__(self, context: RequestContext, waybill_no: str, signed: Signed | None = None) -> answers.Erased:
        """Erase every revision of a waybill, with its search entries, and block its number for one retention.

        Its disclosures are kept. Old backups can open it until its data keys are shredded, which is due when
        everything that was stored on its last day has expired.

        Returns:
            The id of the audit entry, and the date on which that shredding is due.

        Raises:
            AccessError: the caller may not.
            Held: a legal hold keeps it.
            NotFound: the tenant has no such active waybill.
            StoreUnavailable: it is erased whole or not at all; call again to find out.
        """
        tenant = context.principal.tenant
        with self.recorder.record_denials(context, Action.ERASE):
            grant, frozen = self.gate.grant_and_freeze_question(context.principal, Permission.WAYBILL_ERASE)
            number = normalised(waybill_no)
            signature = self.signatures.expect(context, SignedAct.ERASE, signed)
            keys = self.signatures.keys(context, signature)
            bases = keys.bases([number] if number is not None else [])
            newest = self.vault.newest_question(tenant, bases, context.now)
            proof = self.signatures.verify_and_spend(
                context, frozen, signature, lambda: deeds.erasing(keys, waybill_no), newest
            )
        [found] = newest.answer() or [None]
        if number is None or found is None:
            self.recorder.record(
                context,
                Action.ERASE,
                Outcome.NOT_FOUND,
                Stated(role=grant.role, signed=proof),
                items=[ItemOutcome(bases[0] if bases else None, Outcome.NOT_FOUND)],
            )
            raise NotFound
        if found.record.held:
            self._refuse_held(context, grant.role, found)

        return self._erase(context, Stated(role=grant.role, signed=proof), number, found)

    def _erase(self, context: RequestContext, stated: Stated, number: str, found: FoundWaybill) -> answers.Erased:
        """Record and write an erasure, again where a revision was written, or a hold set, meanwhile."""
        tenant = context.principal.tenant
        until = context.now + self.policy.retention_days(tenant) * SECONDS_A_DAY
        custody = self.custodies.open(tenant, found.custody)
        site = custody.site if custody is not None else None
        entry: Recorded | None = None
        while True:
            erasure = self.vault.prepare_erasure(tenant, number, now=context.now, until=until, site=site)
            entry = self.recorder.record(
                context,
                Action.ERASE,
                Outcome.DONE,
                stated,
                items=[ItemOutcome(found.base, Outcome.DONE)],
                sealed=erasure.sealed,
                takes_back=entry,
            )
            with self.recorder.take_back_on_failure(entry):
                erased = erasure.write()
            if erased:
                unreadable = unreadable_after(erasure.last_day, self.policy.longest_retention_days)
                return answers.Erased(audit=entry.id, unreadable_in_backups_after=unreadable)
            (newest,) = self.vault.newest(tenant, [number], context.now)
            if newest is not None and newest.record.held:
                self._refuse_held(context, stated.role, newest, entry)

    def _refuse_held(
        self, context: RequestContext, role: str, found: FoundWaybill, takes_back: Recorded | None = None
    ) -> NoReturn:
        """Record that a held waybill was to be erased, taking back the entry of an attempt, and refuse it."""
        items = [ItemOutcome(found.base, Held.code)]
        self.recorder.record(context, Action.ERASE, Held.code, Stated(role=role), items=items, takes_back=takes_back)
        raise Held
