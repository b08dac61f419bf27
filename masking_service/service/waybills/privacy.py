"""Erases and restricts waybills, and tells who saw values of them.

A waybill of another tenant and one that never existed give the same answer: no one
saw it. Each question and each erasure is in the audit log first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from msgspec import UNSET, UnsetType

from keys.keyring import Keyring
from masking_service.audit.actions import Action
from masking_service.masking.timestamps import SECONDS_A_DAY, rfc3339
from masking_service.masking.waybill import normalised, own_number
from masking_service.service.acts import deeds
from masking_service.service.acts.signatures import Signatures, Signed
from masking_service.service.call.call import LiveGate
from masking_service.service.call.errors import InvalidRequest, NotFound
from masking_service.service.call.recorder import DONE, NOT_FOUND, ItemOutcome, Recorder, RequestContext, Stated
from masking_service.service.custody.state import Custodies
from masking_service.service.disclosures.state import Disclosures, Opened, PhoneCalled, PhoneRang, Viewed
from masking_service.service.holds.problems import Held
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Policy
from masking_service.service.people.signed_acts import SignedAct
from masking_service.service.waybills import answers
from masking_service.service.waybills.restriction import Restrictions
from masking_service.service.waybills.vault import Erasure, Found, Vault

Restriction = answers.RestrictedWaybill | answers.WaybillNotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """The use cases of the privacy office, under one policy."""

    policy: Policy
    gate: LiveGate
    keyring: Keyring
    vault: Vault
    custodies: Custodies
    disclosures: Disclosures
    restrictions: Restrictions
    signatures: Signatures
    recorder: Recorder

    def erase(self, context: RequestContext, waybill_no: str, signed: Signed | None = None) -> answers.Erased:
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
            newest = self.vault.newest_question(tenant, [number] if number is not None else [], context.now)
            signature = self.signatures.expect(context, SignedAct.ERASE, signed)
            keys = self.signatures.keys(context, signature)
            proof = self.signatures.check(context, signature, lambda: deeds.erasing(keys, waybill_no), frozen, newest)
            frozen.answer()
        base = keys.bases([number])[0] if number is not None else None
        found = newest.answer()[0] if number is not None else None
        if number is None or found is None:
            self.recorder.record(
                context,
                Action.ERASE,
                NOT_FOUND,
                Stated(role=grant.role, signed=proof),
                items=[ItemOutcome(base, NOT_FOUND)],
            )
            raise NotFound
        if found.record.held:
            self._refuse_held(context, grant.role, found)

        return self._erase(context, Stated(role=grant.role, signed=proof), number, found)

    def _erase(self, context: RequestContext, stated: Stated, number: str, found: Found) -> answers.Erased:
        """Record and write an erasure, again where a revision was written, or a hold set, meanwhile."""
        tenant = context.principal.tenant
        until = context.now + self.policy.retention_days(tenant) * SECONDS_A_DAY
        custody = self.custodies.open(tenant, found.custody)
        site = custody.site if custody is not None else None
        while True:
            erasure = self.vault.prepare_erasure(tenant, number, now=context.now, until=until, site=site)
            entry = self.recorder.record(
                context,
                Action.ERASE,
                DONE,
                stated,
                items=[ItemOutcome(found.base, DONE)],
                sealed=erasure.sealed,
            )
            with self.recorder.take_back_on_failure(entry):
                erased = erasure.write()
            if not erased:
                (newest,) = self.vault.newest(tenant, [number], context.now)
                if newest is not None and newest.record.held:
                    self._refuse_held(context, stated.role, newest)
            if erased:
                return answers.Erased(audit=entry.id, unreadable_in_backups_after=self._unreadable_after(erasure))

    def restrict(self, context: RequestContext, waybills: Sequence[Any]) -> list[Restriction]:
        """Restrict waybills to the purposes that the policy names. Doing it again changes nothing for readers.

        Round trips: live permission, one to read (two if one was revised), audit, one to write.

        Args:
            waybills: as they were sent.

        Raises:
            AccessError: the caller may not.
            StoreUnavailable: some may be restricted; the same call can be made again.
        """
        return self._restrict(context, Action.RESTRICT, waybills)

    def unrestrict(
        self, context: RequestContext, waybills: Sequence[Any], signed: Signed | None = None
    ) -> list[Restriction]:
        """End the restriction of waybills, also of those without one. As `restrict`."""
        return self._restrict(context, Action.UNRESTRICT, waybills, signed)

    def _restrict(
        self, context: RequestContext, action: Action, waybills: Sequence[Any], signed: Signed | None = None
    ) -> list[Restriction]:
        with self.recorder.record_denials(context, action):
            grant, frozen = self.gate.grant_and_freeze_question(context.principal, Permission.WAYBILL_ERASE)
            ending = action is Action.UNRESTRICT
            signature = self.signatures.expect(context, SignedAct.UNRESTRICT, signed) if ending else None
            keys = self.signatures.keys(context, signature)
            proof = self.signatures.check(context, signature, lambda: deeds.unrestricting(keys, waybills), frozen)
            frozen.answer()
        tenant, restricted = context.principal.tenant, action is Action.RESTRICT
        numbers = [normalised(one) for one in waybills]
        known = [number for number in dict.fromkeys(numbers) if number is not None]
        newest = dict(zip(known, self.vault.newest(tenant, known, context.now), strict=True))
        found = [one for one in newest.values() if one is not None]
        if restricted:
            change = self.restrictions.prepare(tenant, found, context.principal.id, context.now)
        else:
            change = self.restrictions.prepare_end(tenant, found)
        outcomes = [DONE if newest[number] is not None else NOT_FOUND for number in known]
        items = [ItemOutcome(base, outcome) for base, outcome in zip(keys.bases(known), outcomes, strict=True)]
        entry = self.recorder.record(
            context,
            action,
            DONE if found else NOT_FOUND,
            Stated(role=grant.role, signed=proof),
            items=items or [ItemOutcome(None, NOT_FOUND)],
            sealed=change.sealed,
        )
        with self.recorder.take_back_on_failure(entry):
            change.write()
        return [
            answers.RestrictedWaybill(number, restricted)
            if number is not None and newest[number] is not None
            else answers.not_found(sent, NOT_FOUND)
            for sent, number in zip(waybills, numbers, strict=True)
        ]

    def _refuse_held(self, context: RequestContext, role: str, found: Found) -> NoReturn:
        """Record that a held waybill was to be erased, and refuse it."""
        items = [ItemOutcome(found.base, Held.code)]
        self.recorder.record(context, Action.ERASE, Held.code, Stated(role=role), items=items)
        raise Held

    def disclosed(self, context: RequestContext, waybill_no: str) -> answers.Disclosures:
        """Return who opened fields of a waybill, and who viewed it in full.

        Callers who may erase are also told until when backups could open it. Round trips: one for the audit, and one to
        read; for those callers one for the record, and those of preparing an erasure.

        Raises:
            AccessError: the caller may not.
            NotFound: no waybill can have such a number.
            InvalidRequest: it is a person's mobile or identity number.
            StoreUnavailable: nothing is answered.
        """
        with self.recorder.record_denials(context, Action.DISCLOSURES):
            grant = self.gate.grant(context.principal, Permission.AUDIT_READ)
        number = normalised(waybill_no)
        if number is None:
            raise NotFound
        if own_number(number) is None:
            raise InvalidRequest([("path:waybill_no", "invalid-waybill-no")])
        base = self.keyring.tenant(context.principal.tenant).bases([number])[0]
        self.recorder.record(
            context, Action.DISCLOSURES, DONE, Stated(role=grant.role), items=[ItemOutcome(base, DONE)]
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
            erasure = self.vault.prepare_erasure(tenant, number, now=context.now, until=found.record.expires_at)
            unreadable = self._unreadable_after(erasure)
        record = found.record
        return answers.ErasableWaybill(rfc3339(record.expires_at), record.held, record.restricted, unreadable)

    def _unreadable_after(self, erasure: Erasure) -> str:
        """Return the day after which the data keys of an erased waybill are due to be shredded."""
        due = erasure.last_day + 1 + self.policy.longest_retention_days
        return rfc3339(due * SECONDS_A_DAY)[:10]


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
