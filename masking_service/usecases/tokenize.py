"""Tokenizing a batch of records: masked, sealed, stored with one write, and answered with tokens."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, Literal

from keys.errors import ProviderError
from keys.keyring import Keyring
from masking_service.access.budgets import Budgets
from masking_service.access.custody import Custodies, Custody
from masking_service.access.errors import QuotaExceeded
from masking_service.access.gate import Gate
from masking_service.access.policy import Grant, Policy
from masking_service.domain.schema import Schema
from masking_service.domain.timestamps import rfc3339
from masking_service.store.errors import StoreUnavailable
from masking_service.usecases.answers import records as answers
from masking_service.usecases.automatic_freezes import Watch
from masking_service.usecases.entering import Entering, enter, show
from masking_service.usecases.errors import SeveralWaybills
from masking_service.usecases.items import invalid, warnings_of
from masking_service.usecases.journal import DONE, Call, Journal, Seen
from masking_service.usecases.mask import Maskers
from masking_service.vault.data_keys import SECONDS_A_DAY
from masking_service.vault.tokens import Tokens
from masking_service.vault.vault import Refusal, Stored, Vault

TokenizeResult = answers.TokenizedRecord | answers.UnstoredRecord | answers.InvalidRecord | answers.RefusedRecord


class Tokenize:
    """Stores batches of records and gives each stored value its token, under one policy."""

    def __init__(
        self,
        *,
        policy: Policy,
        gate: Gate,
        schemas: Mapping[str, Schema],
        maskers: Maskers,
        keyring: Keyring,
        vault: Vault,
        custodies: Custodies,
        budgets: Budgets,
        watch: Watch,
        journal: Journal,
    ) -> None:
        self._policy = policy
        self._gate = gate
        self._schemas = schemas
        self._maskers = maskers
        self._keyring = keyring
        self._vault = vault
        self._custodies = custodies
        self._budgets = budgets
        self._watch = watch
        self._journal = journal

    def __call__(
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
    ) -> list[TokenizeResult]:
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
        masker = self._maskers.of(schema, grant)
        shape = self._schemas[schema]
        if not shape.tokenize:
            raise SeveralWaybills

        results: list[Any] = [None] * len(batch)
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
                results[one.at] = answers.UnstoredRecord(batch[one.at], stored=False, warnings=warnings_of(one.masked))
            return results

        made = self._tokens(call.principal.tenant, entering, outcomes)
        for one, outcome in zip(entering, outcomes, strict=True):
            if not isinstance(outcome, Stored):
                results[one.at] = answers.RefusedRecord(answers.StoreRefusal(outcome))
                continue
            mine = islice(made[outcome.record.token_version], len(one.pointers))
            tokens = dict(zip(one.pointers, mine, strict=True))
            if replace == "token":
                show(batch[one.at], one.masked.places, tokens)
            results[one.at] = answers.TokenizedRecord(
                record=batch[one.at],
                tokens=tokens,
                revision=outcome.revision,
                created=outcome.created,
                expires_at=rfc3339(outcome.record.expires_at),
                warnings=warnings_of(one.masked),
            )
        return results

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
