"""Tells who saw values of a waybill.

A waybill of another tenant and one that never existed give the same answer: no one
saw it. Each question is in the audit log first.
"""

from dataclasses import dataclass

from msgspec import UNSET, UnsetType

from keys.keyring import Keyring
from masking_service.audit.actions import Action, Outcome
from masking_service.masking.timestamps import rfc3339
from masking_service.masking.waybill import normalised
from masking_service.service.call.call import LiveGate
from masking_service.service.call.errors import NotFound
from masking_service.service.call.recorder import ItemOutcome, Recorder, RequestContext, Stated
from masking_service.service.disclosures import answers
from masking_service.service.disclosures.state import Disclosures, Opened, PhoneCalled, PhoneRang, Viewed
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Policy
from masking_service.service.vault.data_keys import unreadable_after
from masking_service.service.vault.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDisclosures:
    """Tells who saw values of one waybill, under one policy."""

    policy: Policy
    gate: LiveGate
    keyring: Keyring
    vault: Vault
    disclosures: Disclosures
    recorder: Recorder

    def __call__(self, context: RequestContext, waybill_no: str) -> answers.Disclosures:
        """Return who opened fields of a waybill, and who viewed it in full.

        Callers who may erase are also told until when backups could open it. Round trips: one for the audit, and one to
        read; for those callers two more.

        Raises:
            AccessError: the caller may not.
            NotFound: no waybill can have such a number.
            StoreUnavailable: nothing is answered.
        """
        with self.recorder.record_denials(context, Action.DISCLOSURES):
            grant = self.gate.grant(context.principal, Permission.AUDIT_READ)
        number = normalised(waybill_no)
        if number is None:
            raise NotFound
        [base] = self.keyring.tenant(context.principal.tenant).bases([number])
        self.recorder.record(
            context, Action.DISCLOSURES, Outcome.DONE, Stated(role=grant.role), items=[ItemOutcome(base, Outcome.DONE)]
        )
        (shown,) = self.disclosures.of(context.principal.tenant, [base])
        return answers.Disclosures(
            opens=[opened for one in shown if isinstance(one, Opened) for opened in _opens(one)],
            views=[viewed for one in shown if isinstance(one, Viewed) for viewed in _views(one)],
            calls=[_called(one) for one in shown if isinstance(one, PhoneCalled)] or UNSET,
            heard=[_heard(one) for one in shown if isinstance(one, PhoneRang)] or UNSET,
            stored=self._stored(context, number)
            if self.policy.permits(context.principal, Permission.WAYBILL_ERASE)
            else UNSET,
        )

    def _stored(self, context: RequestContext, number: str) -> answers.ErasableWaybill | None:
        """Return how a waybill is kept, and how long backups could open it; None where there is none."""
        tenant = context.principal.tenant
        (found,) = self.vault.newest(tenant, [number], context.now)
        if found is None:
            return None
        unreadable: str | UnsetType = UNSET
        if not found.record.held:  # the key of a hold has no day
            last_day = self.vault.last_day(tenant, number, context.now)
            unreadable = unreadable_after(last_day, self.policy.longest_retention_days)
        record = found.record
        return answers.ErasableWaybill(rfc3339(record.expires_at), record.held, record.restricted, unreadable)


def _opens(opened: Opened) -> list[answers.Open]:
    """Return one answer for each field that a call opened."""
    return [
        answers.Open(field, opened.principal, rfc3339(opened.at), opened.case, list(opened.approved_by))
        for field in opened.fields
    ]


def _called(called: PhoneCalled) -> answers.Called:
    return answers.Called(called.field, called.principal, rfc3339(called.at), called.case)


def _heard(heard: PhoneRang) -> answers.PhoneHeard:
    return answers.PhoneHeard(heard.field, heard.principal, rfc3339(heard.at))


def _views(viewed: Viewed) -> list[answers.View]:
    """Return one answer for each time that a call viewed the waybill."""
    return [answers.View(viewed.principal, rfc3339(viewed.at), viewed.profile)] * viewed.times
