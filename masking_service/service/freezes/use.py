"""Freezes principals, by hand and by policy, and unfreezes them by hand.

Each is recorded in the audit log before it is done. By policy the service itself
freezes callers who guess or go on far beyond a budget: misses in a row, and calls
that a budget refused within a minute, are counted over all workers.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Final, Literal

from keys.errors import IntegrityError
from masking_service.audit.actions import Action
from masking_service.masking.timestamps import rfc3339
from masking_service.observability.alerts import Alerts
from masking_service.observability.metrics import Metrics
from masking_service.service.acts import deeds
from masking_service.service.acts.signatures import Signatures, Signed
from masking_service.service.call.call import LiveGate
from masking_service.service.call.errors import NotFound, QuotaExceeded
from masking_service.service.call.own_words import masked_words
from masking_service.service.call.recorder import Recorded, Recorder, RequestContext, SignatureProof, Stated
from masking_service.service.call.shapes import MAX_REASON
from masking_service.service.freezes import answers
from masking_service.service.freezes.state import Freeze, Freezes
from masking_service.service.people.errors import Forbidden
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Grant
from masking_service.service.people.principals import service_principal, sound_principal
from masking_service.service.people.rules import WatchRules
from masking_service.service.people.signed_acts import SignedAct
from masking_service.service.state.sealed import Prepared
from masking_service.store.errors import StoreUnavailable

BY_HAND: Final = "by hand"
WATCH: Final = "watch"
"""The service principal that freezes by policy, in the audit log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeByHand:
    """Freezes and unfreezes principals of the caller's tenant, under one policy.

    The answer does not tell whether a principal of that id exists.
    """

    gate: LiveGate
    freezes: Freezes
    signatures: Signatures
    recorder: Recorder
    metrics: Metrics

    def listed(self, context: RequestContext) -> answers.FrozenPrincipals:
        """Return the frozen principals, the longest frozen first: one round trip.

        Raises:
            AccessError: the caller may not.
            StoreUnavailable, IntegrityError: the list cannot be read.
        """
        self.gate.grant(context.principal, Permission.PRINCIPAL_FREEZE)
        frozen = self.freezes.listed(context.principal.tenant)
        return answers.FrozenPrincipals([answers.Freeze(one.id, rfc3339(one.since), one.why) for one in frozen])

    def freeze(
        self, context: RequestContext, principal: str, why: str | None, signed: Signed | None = None
    ) -> answers.FrozenNow:
        """Freeze a principal, known or not.

        Round trips: live permission, read, audit, write.

        Args:
            principal: the id as it was sent.
            why: in the caller's words.

        Raises:
            AccessError: the caller may not.
            NotFound: no principal can have that id.
            StoreUnavailable: they may or may not be frozen; the same call can be made again.
        """
        subject = sound_principal(principal)
        with self.recorder.record_denials(context, Action.FREEZE, Stated(subject=subject)):
            grant, proof = self._grant(context, SignedAct.FREEZE, subject, signed)
        # A longer one is cut: no freeze fails over its reason.
        reason = masked_words((why or "").strip() or BY_HAND)[:MAX_REASON]
        wanted = Freeze(id=subject, since=context.now, why=reason, by=context.principal.id)
        stated = Stated(role=grant.role, subject=subject, signed=proof)
        frozen, _ = _freeze(self.freezes, self.recorder, context, wanted, stated)
        if frozen is wanted:
            self.metrics.freeze("by-hand")
        return answers.FrozenNow(frozen.id, True, rfc3339(frozen.since), frozen.why)

    def unfreeze(self, context: RequestContext, principal: str, signed: Signed | None = None) -> answers.ThawedNow:
        """Unfreeze another principal, and reset its counts.

        Round trips: one more than freezing.

        Raises:
            AccessError: the caller may not, or is that principal.
            NotFound: no principal can have that id.
            StoreUnavailable: they may or may not be unfrozen; the same call can be made again.
        """
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeByPolicy:
    """Freezes callers who guess or far exceed a budget, under one policy."""

    rules: WatchRules
    freezes: Freezes
    recorder: Recorder
    alerts: Alerts
    metrics: Metrics

    def count_misses(self, context: RequestContext, before: int, shown: Sequence[bool]) -> None:
        """Count a call's misses before it is answered.

        No round trip if everything was shown and nothing was missed before, else one. The call that reaches the limit
        is answered; the next one is refused.

        Args:
            before: how many items in a row had opened nothing before this call.
            shown: for each item in order, whether it opened or showed something.

        Raises:
            StoreUnavailable, IntegrityError: it cannot be counted, so nothing may be answered.
        """
        rows = [(hit, len([*items])) for hit, items in groupby(shown)]
        if rows in ([], [(True, len(shown))]) and not before:
            return
        if not any(shown):
            longest = self.freezes.add_misses(context.principal, len(shown)) if shown else 0
        else:
            if not rows[0][0]:
                rows[0] = (False, rows[0][1] + before)
            self.freezes.set_misses(context.principal, 0 if rows[-1][0] else rows[-1][1])
            longest = max((count for hit, count in rows if not hit), default=0)
        if longest >= self.rules.misses:
            self.freeze(context, "misses")

    @contextmanager
    def count_refusals(self, context: RequestContext) -> Iterator[None]:
        """Count the call inside if a budget refuses it. It stays refused."""
        try:
            yield
        except QuotaExceeded:
            with suppress(StoreUnavailable, IntegrityError):
                if self.freezes.add_refusal(context.principal) >= self.rules.refusals:
                    self.freeze(context, "burst")
            raise

    def freeze(self, context: RequestContext, why: Literal["misses", "burst", "decoy", "lookout"]) -> str:
        """Freeze the principal of `context`, raise an alert, and return the id of the audit entry.

        Round trips: read, audit, write.

        Raises:
            StoreUnavailable, IntegrityError: the principal may or may not be frozen.
        """
        caller = context.principal
        watch = RequestContext(service_principal(WATCH, caller.tenant), context.request_id, context.now)
        wanted = Freeze(id=caller.id, since=context.now, why=why, by=watch.principal.id)
        stated = Stated(purpose=why, subject=caller.id)
        frozen, entry = _freeze(self.freezes, self.recorder, watch, wanted, stated)
        if frozen is wanted:
            self.metrics.freeze(why)
            self.alerts.raise_alert(why, caller)
        return entry.id


def _freeze(
    freezes: Freezes,
    recorder: Recorder,
    context: RequestContext,
    wanted: Freeze,
    stated: Stated,
) -> tuple[Freeze, Recorded]:
    """Freeze a principal; return `wanted`, or the freeze that is there already, and the entry."""
    frozen = wanted

    def prepare() -> Prepared[bool]:
        nonlocal frozen
        frozen, change = freezes.prepare_freeze(context.principal.tenant, wanted)
        return change

    entry = recorder.change(context, Action.FREEZE, stated, prepare)
    return frozen, entry
