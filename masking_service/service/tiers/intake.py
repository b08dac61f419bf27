"""Stores the records of new waybills at an intake host, and asks the opening tier about known ones.

Nothing is compared here: what is stored cannot be opened. A record whose number is known goes to the opening tier as a
whole, and its answer is the client's answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from keys.keyring import Keyring
from masking_service.service.call.errors import QuotaExceeded
from masking_service.service.call.recorder import RequestContext
from masking_service.service.people.errors import Forbidden, Unauthenticated
from masking_service.service.people.policy import Grant, Policy
from masking_service.service.tiers.forwarding import (
    Answered,
    Forwarding,
    NotSettled,
    Refused,
    Resubmission,
    Settled,
    Spent,
    SubmittedAgain,
)
from masking_service.service.tiers.sealing import SealedRecords
from masking_service.service.vault.writing import UNAVAILABLE, Refusal, Stored
from masking_service.service.waybills.tokenize import Entering, HowToStore, Kept, drafts_of, kept


@dataclass(frozen=True, slots=True, kw_only=True)
class SealAndForward:
    """Stores records that this host cannot open again, under one policy."""

    policy: Policy
    keyring: Keyring
    records: SealedRecords
    opening: Forwarding

    def __call__(
        self, context: RequestContext, grant: Grant, entering: Sequence[Entering], how: HowToStore
    ) -> list[Kept | Refusal]:
        """See `Storing`.

        One round trip for a batch of new waybills, and one more where custody is set; one exchange with the opening
        tier where waybills are known.
        """
        tenant = context.principal.tenant
        drafts = drafts_of(self.records, self.policy, context, entering, how.custody)
        self.records.put(tenant, drafts, context.now)
        stored = [draft.outcome for draft in drafts if isinstance(draft.outcome, Stored)]
        if how.custody is not None:
            self.records.set_first_custody(tenant, stored, how.custody, context.now)
        outcomes = kept(self.keyring.tenant(tenant), entering, drafts)
        known = [one for one, outcome in zip(entering, outcomes, strict=True) if outcome is None]
        if not known:
            return [outcome for outcome in outcomes if outcome is not None]
        asked = Resubmission(
            authorization=context.authorization,
            address=context.address,
            request_id=context.request_id,
            profile=grant.profile,
            revise=how.revise,
            site=how.custody.site if how.custody is not None else None,
            records=[SubmittedAgain(one.number, one.body) for one in known],
        )
        settled = iter(self._settled(asked, stored=bool(stored)))
        return [next(settled) if outcome is None else outcome for outcome in outcomes]

    def _settled(self, asked: Resubmission, *, stored: bool) -> list[Kept | Refusal]:
        """Ask the opening tier. Raises AccessError where it refuses a call that has stored nothing."""
        answered = self.opening.settle(asked)
        if isinstance(answered, Settled) and len(answered.outcomes) == len(asked.records):
            return answered.outcomes
        if not stored:
            _raise_refusal(answered)
        refusal: Refusal = "quota-exceeded" if isinstance(answered, Spent) else UNAVAILABLE
        return [refusal] * len(asked.records)


def _raise_refusal(answered: Answered) -> None:
    """Raise what the opening tier refused; nothing where it did not answer."""
    match answered:
        case Spent():
            raise QuotaExceeded(
                answered.window, answered.retry_at, role=answered.role, counts=answered.counts, scope=answered.scope
            )
        case Refused(code=Unauthenticated.code):
            raise Unauthenticated("opening-tier")
        case Refused():
            raise Forbidden
        case NotSettled() | Settled():
            return
