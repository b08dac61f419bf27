"""Freezes and unfreezes principals by hand. Each is recorded in the audit log before it is done."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from masking_service.audit.actions import Action
from masking_service.masking.timestamps import rfc3339
from masking_service.observability.metrics import Metrics
from masking_service.service.acts import deeds
from masking_service.service.acts.signatures import Signatures, Signed
from masking_service.service.call.call import LiveGate
from masking_service.service.call.errors import NotFound
from masking_service.service.call.own_words import masked_words
from masking_service.service.call.recorder import Recorder, RequestContext, SignatureProof, Stated
from masking_service.service.call.shapes import MAX_REASON
from masking_service.service.freezes import answers
from masking_service.service.freezes.state import Freeze, Freezes, record_freeze
from masking_service.service.people.errors import Forbidden
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Grant
from masking_service.service.people.principals import sound_principal
from masking_service.service.people.signed_acts import SignedAct

BY_HAND: Final = "by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeByHand:
    """Freezes and unfreezes principals of the caller's tenant, under one policy.

    The answer does not tell whether a principal of that id exists. Every call raises AccessError where the caller may
    not, NotFound where no principal can have that id, and StoreUnavailable or IntegrityError where the list cannot be
    read or written: it may be done all the same, and can be made again.
    """

    gate: LiveGate
    freezes: Freezes
    signatures: Signatures
    recorder: Recorder
    metrics: Metrics

    def listed(self, context: RequestContext) -> answers.FrozenPrincipals:
        """Return the frozen principals, the longest frozen first: one round trip."""
        self.gate.grant(context.principal, Permission.PRINCIPAL_FREEZE)
        frozen = self.freezes.listed(context.principal.tenant)
        return answers.FrozenPrincipals([answers.Freeze(one.id, rfc3339(one.since), one.why) for one in frozen])

    def freeze(
        self, context: RequestContext, principal: str, why: str | None, signed: Signed | None = None
    ) -> answers.FrozenNow:
        """Freeze a principal, known or not. Round trips: live permission, read, audit, write.

        Args:
            principal: the id as it was sent.
            why: in the caller's words.
        """
        subject = sound_principal(principal)
        with self.recorder.record_denials(context, Action.FREEZE, Stated(subject=subject)):
            grant, proof = self._grant(context, SignedAct.FREEZE, subject, signed)
        # A longer one is cut: no freeze fails over its reason.
        reason = masked_words((why or "").strip() or BY_HAND)[:MAX_REASON]
        wanted = Freeze(id=subject, since=context.now, why=reason, by=context.principal.id)
        stated = Stated(role=grant.role, subject=subject, signed=proof)
        frozen, _ = record_freeze(self.freezes, self.recorder, context, wanted, stated)
        if frozen is wanted:
            self.metrics.freeze("by-hand")
        return answers.FrozenNow(frozen.id, True, rfc3339(frozen.since), frozen.why)

    def unfreeze(self, context: RequestContext, principal: str, signed: Signed | None = None) -> answers.ThawedNow:
        """Unfreeze another principal, and reset its counts. Round trips: one more than freezing."""
        subject = sound_principal(principal)
        with self.recorder.record_denials(context, Action.THAW, Stated(subject=subject)):
            grant, proof = self._grant(context, SignedAct.UNFREEZE, subject, signed)
        stated = Stated(role=grant.role, subject=subject, signed=proof)
        unfreeze = partial(self.freezes.prepare_unfreeze, context.principal.tenant, subject)
        self.recorder.change(context, Action.THAW, stated, unfreeze)
        return answers.ThawedNow(subject, False)

    def _grant(
        self, context: RequestContext, act: SignedAct, subject: str, signed: Signed | None
    ) -> tuple[Grant, SignatureProof]:
        """Return the live grant, and the proof that the caller signed the act: one round trip. Raises NotFound."""
        grant, frozen = self.gate.grant_and_freeze_question(context.principal, Permission.PRINCIPAL_FREEZE)
        with self.gate.frozen_first(context.principal):
            if not subject:
                raise NotFound([("/principal", "invalid-value")])
        if act is SignedAct.UNFREEZE and subject == context.principal.id:
            self.gate.grant_live(context.principal, Permission.PRINCIPAL_FREEZE)  # Frozen comes first
            raise Forbidden
        signature = self.signatures.expect(context, act, signed)
        proof = self.signatures.verify_and_spend(context, frozen, signature, lambda: deeds.on_person(act, subject))
        return grant, proof
