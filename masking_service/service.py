"""The use cases: mask, tokenize, view, detokenize, erase, each for a whole batch and in the order in which it happens.

Permission comes before any look-up, and the audit entry is durable before
anything is answered. Results are plain JSON values in the order of the request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from keys.keyring import Keyring
from masking_service.access.budgets import Budgets
from masking_service.access.custody import Custodies, Custody
from masking_service.access.policy import Grant, Policy
from masking_service.access.rules import TOKEN_KINDS
from masking_service.domain.errors import InvalidRecord
from masking_service.domain.record import Masked, Masker, render
from masking_service.domain.schema import Place, Schema, pointer
from masking_service.domain.waybill import normalise_waybill_no
from masking_service.journal import DONE, RELEASED, Call, Journal, Seen
from masking_service.timestamps import rfc3339
from masking_service.vault import records
from masking_service.vault.errors import StoreUnavailable
from masking_service.vault.references import block, make_tokens
from masking_service.vault.vault import Found, Stored, Vault

SECONDS_A_DAY: Final = 86_400
NOT_FOUND: Final = "not-found"

Result = dict[str, Any]


class NotFound(Exception):
    """Unknown, another tenant's, outside custody, erased or expired: nobody is told which."""


class UnknownSchema(Exception):
    """There is no schema of that name."""


class SeveralWaybills(Exception):
    """A record of that schema holds several waybills: it can be masked, not tokenized."""


@dataclass(slots=True)
class _Entering:
    """A record on its way into the vault: its index in the batch, and what is kept of it, in the order of ordinals."""

    at: int
    masked: Masked = field(repr=False)
    number: str = field(repr=False)
    kept: list[tuple[Place, Any]] = field(repr=False)

    def show(self, tokens: Mapping[str, str]) -> None:
        """Put each token where its value's mask stands."""
        for place, _, parent, key, _ in self.masked.fields:
            if place.pointer in tokens:
                parent[key] = tokens[place.pointer]


class Service:
    """The use cases of one process, under one policy."""

    def __init__(
        self,
        *,
        policy: Policy,
        schemas: Mapping[str, Schema],
        keyring: Keyring,
        vault: Vault,
        custodies: Custodies,
        budgets: Budgets,
        journal: Journal,
    ) -> None:
        self._policy = policy
        self._schemas = schemas
        self._maskers = {
            (schema.name, profile.name): Masker(schema, profile)
            for schema in schemas.values()
            for profile in policy.rules.profiles.values()
        }
        self._keyring = keyring
        self._vault = vault
        self._custodies = custodies
        self._budgets = budgets
        self._journal = journal

    def mask(self, call: Call, schema: str, profile: str | None, batch: Sequence[Any]) -> list[Result]:
        """Mask records in place. Touches no store.

        Raises:
            AccessError: the caller may not, or not through this profile.
            UnknownSchema: there is none of that name.
        """
        grant = self._policy.grant(call.principal, "waybill:mask", profile=profile)
        masker = self._masker(schema, grant)
        results: list[Result] = []
        for record in batch:
            try:
                masked = masker.mask(record)
            except InvalidRecord as fault:
                results.append(_invalid(fault))
            else:
                results.append(_warned({"record": record}, masked))
        return results

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

        One round trip for a batch of new waybills, one more where custody is set, and those of
        `Vault.write` for numbers that are known.

        Raises:
            AccessError: the caller may not, or its budget for conflicts is spent.
            UnknownSchema, SeveralWaybills: the schema does not serve.
            StoreUnavailable: nothing is acknowledged; sending the same batch again is safe.
        """
        grant = self._policy.grant(call.principal, "waybill:tokenize", profile=profile)
        if revise:
            self._policy.grant(call.principal, "waybill:revise")
        masker = self._masker(schema, grant)
        shape = self._schemas[schema]
        if not shape.tokenize:
            raise SeveralWaybills
        tenant = call.principal.tenant

        results: list[Result] = [{}] * len(batch)
        entering: list[_Entering] = []
        for at, record in enumerate(batch):
            try:
                masked = masker.mask(record)
                number = _number_of(record, shape)
            except InvalidRecord as fault:
                results[at] = _invalid(fault)
            else:
                kept = [(place, value) for place, value, _, _, stored in masked.fields if stored]
                entering.append(_Entering(at, masked, number, kept))

        expires_at = call.now + self._policy.retention_days(tenant) * SECONDS_A_DAY
        try:
            outcomes = self._vault.write(
                tenant,
                [one.number for one in entering],
                [records.body_of(schema, one.kept) for one in entering],
                now=call.now,
                expires_at=expires_at,
                revise=revise,
            )
            stored = [outcome for outcome in outcomes if isinstance(outcome, Stored)]
            if len(stored) < len(outcomes):
                self._budgets.reserve(call.principal, grant, outcomes.count("conflict"), call.now)
            if custody is not None and stored:
                ends = [one.record.expires_at for one in stored]
                self._custodies.put_first(tenant, [one.base for one in stored], custody, ends)
        except StoreUnavailable:
            if not mask_if_unavailable:
                raise
            for one in entering:
                results[one.at] = _warned({"record": batch[one.at], "stored": False}, one.masked)
            return results

        for one, outcome, tokens in zip(entering, outcomes, self._tokens(tenant, entering, outcomes), strict=True):
            if not isinstance(outcome, Stored):
                results[one.at] = _refused(outcome)
                continue
            if replace == "token":
                one.show(tokens)
            result = {
                "record": batch[one.at],
                "tokens": tokens,
                "revision": outcome.revision,
                "created": outcome.created,
                "expires_at": rfc3339(outcome.record.expires_at),
            }
            results[one.at] = _warned(result, one.masked)
        return results

    def view(self, call: Call, profile: str | None, waybill_nos: Sequence[Any]) -> list[Result]:
        """The newest revisions, masked. A profile that shows a kind in full is budgeted and audited.

        Round trips: one to read (two where a waybill was revised); in full two more, for the
        budget and for the audit, and one to give back what was not found.

        Raises:
            AccessError: the caller may not, not through this profile, or its budget is spent.
            StoreUnavailable: nothing is answered.
        """
        grant = self._policy.grant(call.principal, "waybill:view", profile=profile)
        reserved = self._budgets.reserve(call.principal, grant, len(waybill_nos), call.now)
        numbers = [_normalised(number) for number in waybill_nos]
        known = [number for number in numbers if number is not None]
        found = iter(self._vault.newest(call.principal.tenant, known, call.now))
        seen = [self._held(call, grant, next(found)) if number is not None else None for number in numbers]
        if grant.full_kinds:
            bases = iter(self._keyring.tenant(call.principal.tenant).bases(known))
            self._journal.write(
                call,
                "view",
                RELEASED if any(seen) else NOT_FOUND,
                role=grant.role,
                profile=grant.profile,
                seen=[
                    Seen(None if number is None else next(bases), RELEASED if one else NOT_FOUND)
                    for number, one in zip(numbers, seen, strict=True)
                ],
            )
            reserved.give_back(seen.count(None))
        shown = self._policy.rules.profiles[grant.profile or ""]
        results = []
        for asked, number, one in zip(waybill_nos, numbers, seen, strict=True):
            if one is None:
                results.append({"waybill_no": asked} | _refused(NOT_FOUND))
                continue
            schema, fields = one.record.content()
            record = render(shown, fields, number)
            results.append({"waybill_no": number, "schema": schema, "revision": one.revision, "record": record})
        return results

    def erase(self, call: Call, waybill_no: str) -> str:
        """Erase every revision of a waybill and keep its number from use for one retention; the audit entry's id.

        Raises:
            AccessError: the caller may not.
            NotFound: the tenant has no such living waybill.
            StoreUnavailable: it may be erased in part; calling again goes on.
        """
        tenant = call.principal.tenant
        grant = self._policy.grant(call.principal, "waybill:erase")
        number = _normalised(waybill_no)
        found = self._vault.newest(tenant, [number], call.now)[0] if number is not None else None
        seen = [Seen(found.base if found else None, DONE if found else NOT_FOUND)]
        entry = self._journal.write(call, "erase", seen[0].outcome, role=grant.role, seen=seen)
        if number is None or found is None:
            raise NotFound
        until = call.now + self._policy.retention_days(tenant) * SECONDS_A_DAY
        self._vault.erase(tenant, number, now=call.now, until=until)
        return entry

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

    def _tokens(
        self, tenant: str, entering: Sequence[_Entering], outcomes: Sequence[Stored | str]
    ) -> list[dict[str, str]]:
        """For each record its tokens by pointer: none for what was not stored, is empty, or is of no openable kind."""
        pointers: list[list[str]] = []
        blocks: list[tuple[int, bytes]] = []
        for one, outcome in zip(entering, outcomes, strict=True):
            mine: list[str] = []
            pointers.append(mine)
            if not isinstance(outcome, Stored):
                continue
            record = outcome.record
            for ordinal, (place, value) in enumerate(one.kept):
                if place.kind in TOKEN_KINDS and value not in (None, ""):
                    mine.append(place.pointer)
                    blocks.append((record.token_version, block(outcome.base, outcome.revision, ordinal, record.salt)))
        tokens = make_tokens(self._keyring.tenant(tenant).tokens, blocks)
        return [{pointer: next(tokens) for pointer in mine} for mine in pointers]


def _number_of(record: Mapping[str, Any], schema: Schema) -> str:
    try:
        return normalise_waybill_no(schema.waybill_no(record))
    except ValueError:
        raise InvalidRecord(((pointer(schema.waybill_paths[0]), "invalid-waybill-no"),)) from None


def _normalised(waybill_no: object) -> str | None:
    """A waybill number as it is stored, or None for what can be none."""
    try:
        return normalise_waybill_no(waybill_no)
    except ValueError:
        return None


def _refused(code: str) -> Result:
    return {"error": {"code": code}}


def _invalid(fault: InvalidRecord) -> Result:
    errors = [{"pointer": pointer, "code": code} for pointer, code in fault.errors]
    return {"error": {"code": errors[0]["code"], "errors": errors}}


def _warned(result: Result, masked: Masked) -> Result:
    if masked.warnings:
        result["warnings"] = [{"pointer": pointer, "code": code} for pointer, code in masked.warnings]
    return result
