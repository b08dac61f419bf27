"""The use cases of labels and parcels: mask, tokenize and view a whole batch, in the order in which it happens.

Permission comes before any look-up, and the audit entry is durable before
anything is answered. Results are plain JSON values in the order of the request.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, Literal

from keys.errors import ProviderError
from keys.keyring import Keyring
from masking_service.access.budgets import Budgets
from masking_service.access.custody import Custodies, Custody
from masking_service.access.disclosures import Disclosure, Disclosures, Viewed
from masking_service.access.errors import QuotaExceeded
from masking_service.access.gate import Gate
from masking_service.access.policy import Grant, Policy
from masking_service.domain.record import Masker, render
from masking_service.domain.schema import Schema
from masking_service.domain.timestamps import rfc3339
from masking_service.store.errors import StoreUnavailable
from masking_service.usecases.automatic_freezes import Watch
from masking_service.usecases.items import (
    NOT_FOUND,
    Entering,
    Result,
    enter,
    invalid,
    mask_batch,
    normalised,
    refused,
    show,
    warned,
)
from masking_service.usecases.journal import DONE, RELEASED, Call, Journal, Seen
from masking_service.vault.data_keys import SECONDS_A_DAY
from masking_service.vault.tokens import Tokens
from masking_service.vault.vault import Found, Refusal, Stored, Vault


class UnknownSchema(Exception):
    """There is no schema of that name."""


class SeveralWaybills(Exception):
    """A record of that schema holds several waybills: it can be masked, not tokenized."""


class Service:
    """The use cases of one process, under one policy."""

    def __init__(
        self,
        *,
        policy: Policy,
        gate: Gate,
        schemas: Mapping[str, Schema],
        keyring: Keyring,
        vault: Vault,
        custodies: Custodies,
        disclosures: Disclosures,
        budgets: Budgets,
        watch: Watch,
        journal: Journal,
    ) -> None:
        self._policy = policy
        self._gate = gate
        self._schemas = schemas
        self._maskers = {
            (schema.name, profile.name): Masker(schema, profile)
            for schema in schemas.values()
            for profile in policy.rules.profiles.values()
        }
        self._keyring = keyring
        self._vault = vault
        self._custodies = custodies
        self._disclosures = disclosures
        self._budgets = budgets
        self._watch = watch
        self._journal = journal

    def mask(self, call: Call, schema: str, profile: str | None, batch: Sequence[Any]) -> list[Result]:
        """Mask records in place. Touches no store.

        Raises:
            AccessError: the caller may not, or not through this profile.
            UnknownSchema: there is none of that name.
        """
        grant = self._gate.grant(call.principal, "waybill:mask", profile=profile)
        return mask_batch(self._masker(schema, grant), batch)

    def tokenize(
        self,
        call: Call,
        schema: str,
        profile: str | None,
        batch: Sequence[Any],
        *,
        replace: Literal["mask", "token"],
        revise: bool,
        custody: Custody | None,
        mask_if_unavailable: bool,
    ) -> list[Result]:
        """Mask records in place, store what they held, and give each stored value its token.

        One round trip for a batch of new waybills, and one more where custody is set. Where numbers
        are known, those of `Vault.write` come on top, and two for the budget of conflicts.

        Raises:
            AccessError: the caller may not, or its budget for conflicts is spent.
            UnknownSchema, SeveralWaybills: the schema does not serve.
            StoreUnavailable, ProviderError: nothing is acknowledged; sending the same batch again is safe.
        """
        grant = self._gate.grant(call.principal, "waybill:tokenize", profile=profile)
        if revise:
            self._gate.grant(call.principal, "waybill:revise")
        masker = self._masker(schema, grant)
        shape = self._schemas[schema]
        if not shape.tokenize:
            raise SeveralWaybills

        results: list[Result] = [{}] * len(batch)
        entering: list[Entering] = []
        for at, one in enumerate(enter(shape, masker, batch)):
            if isinstance(one, Entering):
                entering.append(one)
            else:
                results[at] = invalid(one)

        try:
            outcomes = self._store(call, grant, entering, revise, custody)
        except (StoreUnavailable, ProviderError):  # the first record of a day needs the root key's provider
            if not mask_if_unavailable:
                raise
            for one in entering:
                results[one.at] = warned({"record": batch[one.at], "stored": False}, one.masked)
            return results

        made = self._tokens(call.principal.tenant, entering, outcomes)
        for one, outcome in zip(entering, outcomes, strict=True):
            if not isinstance(outcome, Stored):
                results[one.at] = refused(outcome)
                continue
            mine = islice(made[outcome.record.token_version], len(one.pointers))
            tokens = dict(zip(one.pointers, mine, strict=True))
            if replace == "token":
                show(batch[one.at], one.masked.places, tokens)
            result = {
                "record": batch[one.at],
                "tokens": tokens,
                "revision": outcome.revision,
                "created": outcome.created,
                "expires_at": rfc3339(outcome.record.expires_at),
            }
            results[one.at] = warned(result, one.masked)
        return results

    def view(self, call: Call, profile: str | None, waybill_nos: Sequence[Any]) -> list[Result]:
        """The newest revisions, masked. A profile that shows a kind in full is budgeted, audited and disclosed.

        Round trips: one for the freeze, one to read (two where a waybill was revised), one to count what was not
        found; in full three more, for the budget, for the audit and for the disclosures, and one to give back.

        Raises:
            AccessError: the caller may not, not through this profile, or its budget is spent.
            StoreUnavailable: nothing is answered.
        """
        stated = profile if profile in self._policy.rules.profiles else None
        with self._journal.denials(call, "view", profile=stated), self._watch.refusals(call):
            grant, missed = self._gate.grant_live(call.principal, "waybill:view", profile=profile)
            reserved = self._budgets.reserve(call.principal, grant, len(waybill_nos), call.now)
        numbers = [normalised(number) for number in waybill_nos]
        known = [number for number in numbers if number is not None]
        found = iter(self._vault.newest(call.principal.tenant, known, call.now))
        seen = [self._held(call, grant, next(found)) if number is not None else None for number in numbers]
        self._watch.misses(call, missed, [one is not None for one in seen])
        if grant.full_kinds:
            bases = iter(self._keyring.tenant(call.principal.tenant).bases(known))
            with self._journal.changing(
                call,
                "view",
                RELEASED if any(seen) else NOT_FOUND,
                role=grant.role,
                profile=grant.profile,
                seen=[
                    Seen(None if number is None else next(bases), RELEASED if one else NOT_FOUND)
                    for number, one in zip(numbers, seen, strict=True)
                ],
            ) as announce:
                self._disclosures.add(call.principal.tenant, _viewed(call, grant, seen), announce)
            with suppress(StoreUnavailable):  # what is not given back stays spent: the safe side
                reserved.give_back(seen.count(None))
        shown = self._policy.rules.profiles[grant.profile or ""]
        results = []
        for asked, number, one in zip(waybill_nos, numbers, seen, strict=True):
            if one is None:
                results.append({"waybill_no": asked} | refused(NOT_FOUND))
                continue
            schema, fields = one.record.content()
            record = render(shown, fields, number)
            results.append({"waybill_no": number, "schema": schema, "revision": one.revision, "record": record})
        return results

    def _masker(self, schema: str, grant: Grant) -> Masker:
        masker = self._maskers.get((schema, grant.profile or ""))
        if masker is None:
            raise UnknownSchema
        return masker

    def _held(self, call: Call, grant: Grant, found: Found | None) -> Found | None:
        """`found`, or None where the grant reaches custody only and the caller has none."""
        if found is None or grant.scope == "all":
            return found
        custody = self._custodies.open(call.principal.tenant, found.base, found.custody)
        return found if custody is not None and custody.held_by(call.principal) else None

    def _store(
        self, call: Call, grant: Grant, entering: Sequence[Entering], revise: bool, custody: Custody | None
    ) -> list[Stored | Refusal]:
        """Write what enters, let conflicts spend their budget, and set custody where there is none yet."""
        tenant = call.principal.tenant
        outcomes = self._vault.write(
            tenant,
            [one.number for one in entering],
            [one.body for one in entering],
            now=call.now,
            expires_at=call.now + self._policy.retention_days(tenant) * SECONDS_A_DAY,
            revise=revise,
        )
        stored = [outcome for outcome in outcomes if isinstance(outcome, Stored)]
        if not all(outcome.created for outcome in stored) or len(stored) < len(outcomes):
            # A number that has all its revisions compares what comes like any other.
            self._spend_conflicts(call, grant, outcomes.count("conflict") + outcomes.count("revision-limit"))
        # What comparing by revising leaves, so that the auditor sees it; also what stands from a call that failed.
        revised = [Seen(one.base, DONE) for one in stored if revise and one.revision]
        if revised:
            self._journal.write(call, "revise", DONE, role=grant.role, seen=revised)
        if custody is not None and stored:
            ends = [one.record.expires_at for one in stored]
            seen = [Seen(one.base, DONE, custody=custody) for one in stored]
            with self._journal.changing(call, "custody-first", role=grant.role, seen=seen) as announce:
                self._custodies.put_first(tenant, [one.base for one in stored], custody, ends, announce)
        return outcomes

    def _spend_conflicts(self, call: Call, grant: Grant, conflicts: int) -> None:
        """Pay for conflicts, or guessing what a waybill holds would be free.

        A call that met known numbers needs room for one conflict at least, so that with nothing left a right guess
        is refused like a wrong one. A call that is refused takes what is left, so that a batch made one guess too
        large does not tell, again and again and for nothing, whether one of them was right.
        """
        wanted = max(conflicts, 1)
        try:
            reserved = self._budgets.reserve(call.principal, grant, wanted, call.now)
        except QuotaExceeded:
            for power in reversed(range(conflicts.bit_length())):
                with suppress(QuotaExceeded):
                    self._budgets.reserve(call.principal, grant, 2**power, call.now)
            self._watch.conflicts_spent(call)
            raise
        reserved.give_back(wanted - conflicts)

    def _tokens(
        self, tenant: str, entering: Sequence[Entering], outcomes: Sequence[Stored | str]
    ) -> dict[int, Iterator[str]]:
        """The tokens of all records that are stored: by token key version, record after record."""
        tokens = Tokens(self._keyring.tenant(tenant).tokens)
        for one, outcome in zip(entering, outcomes, strict=True):
            if isinstance(outcome, Stored):
                tokens.add(outcome.base, outcome.revision, outcome.record, one.ordinals)
        return tokens.make()


def _viewed(call: Call, grant: Grant, seen: Sequence[Found | None]) -> list[Disclosure]:
    """What a view in full is about to show, waybill by waybill."""
    found = {one.base: one.record.expires_at for one in seen if one is not None}
    times = Counter(one.base for one in seen if one is not None)
    return [
        Disclosure(base, ends, Viewed(call.now, call.principal.id, grant.profile or "", times[base]))
        for base, ends in found.items()
    ]
