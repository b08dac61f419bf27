"""Finds waybills by a recipient's phone, or by its last four digits at a site.

It shows nothing that a view would not show. The index only proposes: each of its entries is compared with the opened
record, and what the record does not confirm is never named. The audit entry, with a keyed hash of what was asked, is
durable before anything is answered.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

from masking_service.audit.actions import Action, Outcome
from masking_service.masking.records.recipients import recipients_phones
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.observability.metrics import Metrics
from masking_service.service.call.answers import Answer, No
from masking_service.service.call.budgets import Budgets
from masking_service.service.call.call import LiveGate
from masking_service.service.call.operation import SentProof
from masking_service.service.call.recorder import ItemOutcome, Recorded, Recorder, RequestContext, Stated
from masking_service.service.custody.state import Custodies
from masking_service.service.decoys.state import DecoyWatch
from masking_service.service.devices.proofs import NO_PROOF, DeviceProofs
from masking_service.service.disclosures.state import Disclosures
from masking_service.service.freezes.state import FreezeByPolicy
from masking_service.service.people.errors import Forbidden
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Grant, Policy
from masking_service.service.people.rules import Scope
from masking_service.service.search.problems import NoSearchIndex, TooMany
from masking_service.service.search.state import Asked, IndexEntry, TooManyEntries
from masking_service.service.vault.vault import FoundWaybill, Vault
from masking_service.service.waybills.answers import Waybill
from masking_service.service.waybills.view import reached, shown, viewed
from masking_service.store.errors import StoreUnavailable
from masking_service.store.pipeline import Question

MAX_RESULTS: Final = 20


class Found(Answer):
    """The waybills that a search found and the caller may see, masked as in a view."""

    results: Annotated[list[Waybill], Meta(max_length=20)]
    more: Annotated[No, Meta(description="Always false: a search that finds more shows nothing.")] = False


@dataclass(frozen=True, slots=True)
class _AllowedSearch:
    """A search that is allowed and paid for.

    Attributes:
        grant, viewing: what lets the caller search, and view what is found.
        scope: the narrower one of the two.
        missed: how many searches in a row had found nothing before.
        entries: what the index proposes.
    """

    grant: Grant
    viewing: Grant
    scope: Scope
    asked: Asked
    missed: int
    entries: Question[list[IndexEntry]]

    @property
    def in_full(self) -> bool:
        """Whether the profile shows a kind in full. Then no restricted waybill is shown."""
        return bool(self.viewing.full_kinds)

    @property
    def stated(self) -> Stated:
        """What the audit entry says."""
        return Stated(role=self.grant.role, profile=self.grant.profile, asked=self.asked.hashed_parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Finds waybills of the caller's tenant, under one policy."""

    policy: Policy
    gate: LiveGate
    vault: Vault
    budgets: Budgets
    proofs: DeviceProofs
    freezing: FreezeByPolicy
    watch: DecoyWatch
    custodies: Custodies
    disclosures: Disclosures
    recorder: Recorder
    metrics: Metrics

    def __call__(
        self,
        context: RequestContext,
        profile: str | None,
        sent: SentProof,
        *,
        phone: str | None,
        last4: str | None,
        site: str | None,
    ) -> Found:
        """Return the waybills that are found, masked.

        Round trips: one for the freeze, the budget and the index together, one to read the records (two if one was
        revised), one to count misses, one for the audit and the disclosures (two in a cluster); where the profile
        shows a kind in full, one for its budget; and one to drop entries that no record confirms. Where the freeze or
        the budget refuses the search, the entries are dropped unread, still sealed. A caller who was frozen in the
        last two seconds may lose that budget.

        Args:
            profile: what is shown.
            sent: the proof of the caller's device, where the policy asks for one.
            phone, last4, site: what is asked, see `Asked.read`.

        Raises:
            AccessError: the caller may not, not this, not through this profile, or a budget is spent; or no index for
                it is kept.
            InvalidRecord: what is asked is malformed.
            TooMany: more is found than one answer shows.
            StoreUnavailable, IntegrityError: nothing is answered.
        """
        stated = profile if profile in self.policy.rules.profiles else None
        with (
            self.recorder.record_denials(context, Action.SEARCH, Stated(profile=stated)),
            self.freezing.count_refusals(context),
        ):
            allowed = self._allow(context, profile, sent, lambda: Asked.read(phone, last4, site))

        found, stale = self._find(context, allowed)
        reachable = {
            number: one for number, one in (found or {}).items() if reached(self.custodies, context, allowed.scope, one)
        }
        seen = {number: one for number, one in reachable.items() if not (allowed.in_full and one.record.restricted)}
        too_many = found is None or len(seen) > MAX_RESULTS
        named = [one.base for number, one in (found or {}).items() if allowed.scope == "all" or number not in reachable]
        # An honest person who asks for four digits may meet a decoy that has them; who asks for its phone knows it.
        self.watch.notice(context, named, freeze=bool(allowed.asked.phone))
        self.freezing.count_misses(context, allowed.missed, [bool(seen) and not too_many])
        if too_many:
            self.metrics.search("too-many")
            self.recorder.record(context, Action.SEARCH, Outcome.TOO_MANY, allowed.stated)
            raise TooMany
        entry = self._record(context, allowed, list(seen.values()))
        with suppress(StoreUnavailable):  # the next search drops them
            self.vault.search.drop(stale)
        self.metrics.search("found" if seen else "not-found")
        through = self.policy.rules.profiles[allowed.grant.profile or ""]
        return Found([shown(entry, through, number, one) for number, one in seen.items()])

    def _allow(
        self, context: RequestContext, profile: str | None, sent: SentProof, read: Callable[[], Asked]
    ) -> _AllowedSearch:
        """Check that the caller may search, `read` what is asked, and spend the budget."""
        grant, frozen = self.gate.grant_and_freeze_question(
            context.principal, Permission.WAYBILL_SEARCH, profile=profile
        )
        viewing = self.gate.grant(context.principal, Permission.WAYBILL_VIEW, profile=grant.profile)
        asked = read()
        rule = self.policy.search(context.principal.tenant)
        if not (rule.phone if asked.phone else rule.last4):
            raise NoSearchIndex
        scope = _check_scope(context, asked, (grant, viewing))
        proof = self.proofs.expect(context, sent) if grant.device_proof else NO_PROOF
        budget = self.budgets.reserve_question(context.principal, grant, 1, context.now, proof.nonce)
        longest = self.policy.longest_retention_days
        entries = self.vault.search.question(context.principal.tenant, asked, context.now, longest)
        called = self.gate.ask(frozen, proof.device, budget, entries)
        return _AllowedSearch(grant, viewing, scope, asked, called.missed, entries)

    def _find(
        self, context: RequestContext, allowed: _AllowedSearch
    ) -> tuple[dict[str, FoundWaybill] | None, list[IndexEntry]]:
        """Return the confirmed waybills, None if they are too many, and the entries to be dropped."""
        tenant = context.principal.tenant
        try:
            entries = allowed.entries.answer()
        except TooManyEntries:
            return None, []
        numbers = [*dict.fromkeys(entry.number for entry in entries)]
        newest = dict(zip(numbers, self.vault.newest(tenant, numbers, context.now), strict=True)) if numbers else {}
        found: dict[str, FoundWaybill] = {}
        stale: list[IndexEntry] = []
        for entry in entries:
            one = newest[entry.number]
            if one is not None and one.revision == entry.revision and self._confirms(tenant, one, allowed.asked):
                found[entry.number] = one
            elif _is_stale(entry, one, context.now):
                stale.append(entry)
        return found, stale

    def _confirms(self, tenant: str, one: FoundWaybill, asked: Asked) -> bool:
        """Return whether a record is what was asked for."""
        phones = recipients_phones(one.record.content()[1])
        if asked.phone:
            return any(phone.number == asked.phone for phone in phones)
        custody = self.custodies.open(tenant, one.custody)
        at_site = custody is not None and custody.site == asked.site
        return at_site and any(phone.ending == asked.last4 for phone in phones)

    def _record(self, context: RequestContext, allowed: _AllowedSearch, seen: Sequence[FoundWaybill]) -> Recorded:
        """Pay for full views, record the search, and keep its disclosures, before the answer."""
        with (
            self.recorder.record_denials(context, Action.SEARCH, Stated(profile=allowed.grant.profile)),
            self.freezing.count_refusals(context),
        ):
            self.budgets.reserve(context.principal, allowed.viewing, len(seen), context.now)
        views = viewed(context, allowed.grant, seen) if allowed.in_full else ()
        outcome = Outcome.RELEASED if allowed.in_full else Outcome.DONE
        return self.recorder.record(
            context,
            Action.SEARCH,
            outcome if seen else Outcome.NOT_FOUND,
            allowed.stated,
            items=[ItemOutcome(one.base, outcome) for one in seen],
            shown=self.disclosures.prepare(context.principal.tenant, views),
        )


def _is_stale(entry: IndexEntry, one: FoundWaybill | None, now: int) -> bool:
    """Return whether no write on its way can make the record confirm its entry.

    Today's entry may belong to a record or a move that is, and an entry of a waybill without custody to its first one.
    """
    if one is not None and one.revision > entry.revision:
        return True
    waiting = one is not None and one.custody is None
    return not waiting and entry.day < now // SECONDS_A_DAY


def _check_scope(context: RequestContext, asked: Asked, grants: Sequence[Grant]) -> Scope:
    """Return the narrowest scope. With custody, only four digits at a site of the caller's. Raises Forbidden."""
    if all(grant.scope == "all" for grant in grants):
        return "all"
    if asked.phone or asked.site not in context.principal.sites:
        raise Forbidden
    return "custody"
