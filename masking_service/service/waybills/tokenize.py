"""Masks batches of records, stores them, and answers with tokens.

New waybills are stored with one write. Records of known waybills are compared, paid for and recorded before anything of
them is written.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from keys.errors import ProviderError
from keys.keyring import Keyring, TenantKeys
from keys.secret import Unprinted
from masking_service.audit.actions import Action, Outcome
from masking_service.computing import give_way
from masking_service.masking.effort import A_STORED_RECORD, Effort
from masking_service.masking.errors import TOO_LARGE, DefinitionError, InvalidRecord
from masking_service.masking.kinds.table import TOKEN_KINDS
from masking_service.masking.records.recipients import is_recipients
from masking_service.masking.records.record import CountryMasker
from masking_service.masking.records.schema import Place, Schema, pointer
from masking_service.masking.records.walk import NOTHING_MAPPED, UNMAPPED_MASKED, Masked
from masking_service.masking.timestamps import SECONDS_A_DAY, rfc3339
from masking_service.masking.waybill import normalised
from masking_service.service.call.call import Gate
from masking_service.service.call.errors import SeveralWaybills
from masking_service.service.call.operation import Call
from masking_service.service.call.recorder import ItemOutcome, Recorder, RequestContext, Stated
from masking_service.service.call.shapes import Profile, Records, RecordSchema, Shape, Site
from masking_service.service.custody.state import Custodies, Custody
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Grant, Policy
from masking_service.service.search.state import Findable, findable
from masking_service.service.vault import records
from masking_service.service.vault.records import Tokens
from masking_service.service.vault.vault import Vault
from masking_service.service.vault.writing import UNAVAILABLE, Draft, RecordWriter, Refusal, Stored, index_entries
from masking_service.service.waybills import answers
from masking_service.service.waybills.conflicts import ConflictBudget
from masking_service.service.waybills.mask import Listing, Maskers
from masking_service.store.errors import StoreUnavailable

MAX_STORED: Final = 25_000
"""Values that a batch stores: 1,000 records of 25, where the schemas for labels map up to 15."""

TokenizeResult = answers.TokenizedRecord | answers.UnstoredRecord | answers.InvalidRecord | answers.RefusedRecord


class CustodyAtStart(Shape, frozen=True):
    """Who holds the parcels now.

    Takes effect only where a waybill has no custody yet.
    """

    site: Site


class TokenizeRequest(Shape, frozen=True):
    """Records to mask and store."""

    records: Records
    schema: RecordSchema = "standard"
    profile: Profile | None = None
    replace: Annotated[
        Literal["mask", "token"], Meta(description="What replaces each value in the answered record.")
    ] = "mask"
    on_conflict: Annotated[
        Literal["reject", "revise"],
        Meta(description="Other values for a known number are an item error, or a new revision (waybill:revise)."),
    ] = "reject"
    custody: CustodyAtStart | None = None
    if_unavailable: Annotated[
        Literal["fail", "mask"],
        Meta(description="While nothing can be stored, the call fails with 503, or answers masks without tokens."),
    ] = "fail"


class Form:
    """What records with values at the same places share. Nearly all records of a batch do, so it is made once for them.

    Attributes:
        places: the places of the stored values.
        frame: the argument of `records.body_of`.
        ordinals, pointers: of the values that get tokens.
        phones: ordinals of the recipients' phones.
    """

    __slots__ = ("frame", "ordinals", "phones", "places", "pointers")

    def __init__(self, schema: str, places: tuple[Place, ...]) -> None:
        self.places = places
        self.frame = records.frame_of(schema, places)
        self.ordinals = bytes(ordinal for ordinal, place in enumerate(places) if place.kind in TOKEN_KINDS)
        self.pointers = [places[ordinal].pointer for ordinal in self.ordinals]
        self.phones = [ordinal for ordinal, place in enumerate(places) if is_recipients(place)]


class Entering:
    """What is about to be stored of a record.

    Attributes:
        number: its waybill number, normalised.
        body: what is stored of it.
        ordinals, pointers: of the stored fields that get tokens; empty ones get none.
    """

    __slots__ = ("_phones", "_values", "body", "number", "ordinals", "pointers")

    def __init__(self, number: str, form: Form, values: Sequence[Any]) -> None:
        self.number = number
        self.body = records.body_of(form.frame, values)
        self.ordinals, self.pointers = form.ordinals, form.pointers
        self._values, self._phones = values, form.phones
        if not all(values):
            self.ordinals = bytes(ordinal for ordinal in form.ordinals if values[ordinal] not in (None, ""))
            self.pointers = [form.places[ordinal].pointer for ordinal in self.ordinals]

    def tokens_in(self, stored: records.Record) -> tuple[bytes, list[str]]:
        """Return the ordinals and pointers of the values that get tokens in a stored record with the same values.

        The ordinals differ from those here if one of the two records has nulls. A value that was stored as a kind
        without tokens cannot be opened, so it gets no token now.
        """
        if stored.body == self.body:
            return self.ordinals, self.pointers
        fields = enumerate(stored.content()[1])
        at = {place.pointer: ordinal for ordinal, (place, _) in fields if place.kind in TOKEN_KINDS}
        pointers = [pointer for pointer in self.pointers if pointer in at]
        return bytes(at[pointer] for pointer in pointers), pointers

    def phones(self) -> list[Any]:
        """Return the values of the recipients' phones."""
        return [self._values[ordinal] for ordinal in self._phones]


def entering_of(number: str, body: bytes) -> Entering:
    """Return what is about to be stored again, from its body. Raises ValueError: it is no body."""
    try:
        schema, fields = records.Record(bytes(records.SALT_BYTES), 0, 0, body).content()
    except (DefinitionError, KeyError, TypeError, ValueError):
        raise ValueError("not the body of a record") from None
    return Entering(number, Form(schema, tuple(place for place, _ in fields)), [value for _, value in fields])


def enter(
    schema: Schema, masker: CountryMasker, batch: Sequence[Any]
) -> Iterator[tuple[Masked, Entering] | InvalidRecord]:
    """Mask records in place; yield of each one what masking found and what is to be stored, or its faults."""
    form: Form | None = None
    left = MAX_STORED
    for at, masked in enumerate(masker.mask_batch(batch, Effort(a_record=A_STORED_RECORD, pause=give_way))):
        if isinstance(masked, InvalidRecord):
            yield masked
            continue
        places, values = masked.kept()
        number = normalised(schema.waybill_no(batch[at]))
        if not any(map(_is_something, values)) or _is_slip(masked, places):
            yield InvalidRecord((("", NOTHING_MAPPED),))
        elif number is None:
            yield InvalidRecord(((pointer(schema.waybill_paths[0]), "invalid-waybill-no"),))
        elif len(places) > min(records.MAX_FIELDS, left):
            yield InvalidRecord((("", TOO_LARGE),))
        else:
            left -= len(places)
            if form is None or places != form.places:
                form = Form(schema.name, places)
            yield masked, Entering(number, form, values)


def _is_slip(masked: Masked, places: Sequence[Place]) -> bool:
    """Return whether no party is mapped although the guard found one: the schema or a name is wrong."""
    if not masked.warnings:  # as of most records
        return False
    return any(code == UNMAPPED_MASKED for _, code in masked.warnings) and not any(
        place.kind in TOKEN_KINDS for place in places
    )


def _is_something(value: Any) -> bool:
    return value is not None and not (type(value) is str and (not value or value.isspace()))


def put_tokens(record: Any, places: Iterable[Place], tokens: Mapping[str, str]) -> None:
    """Replace the masks in a record by tokens."""
    for place in places:
        if place.pointer in tokens:
            place.parent(record)[place.keys[-1]] = tokens[place.pointer]


class Kept(Unprinted, msgspec.Struct, frozen=True):
    """A record that is stored, and whether this call created it: its tokens by pointer, its expiry in Unix seconds."""

    tokens: dict[str, str]
    revision: int
    created: bool
    expires_at: int


@dataclass(frozen=True, slots=True)
class HowToStore:
    """How the records of a call are stored.

    Attributes:
        custody: who holds the waybills, where they have no custody yet.
        revise: whether other values become a new revision.
    """

    custody: Custody | None
    revise: bool


Storing = Callable[[RequestContext, Grant, Sequence[Entering], HowToStore], list[Kept | Refusal]]
"""Stores records of new waybills and, where it is so wanted, next revisions of known ones; says what became of each.

It raises AccessError where a budget is spent: nothing is stored. As StoreUnavailable or ProviderError nothing is
acknowledged; sending the same batch again is safe.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokenize:
    """Masks and stores batches of records, under one policy."""

    gate: Gate
    schemas: Mapping[str, Schema]
    maskers: Maskers
    storing: Storing

    def serve(self, call: Call[TokenizeRequest, None]) -> list[TokenizeResult]:
        """Tokenize the records of a request. As `__call__`."""
        return self(call.context, call.body)

    def __call__(self, context: RequestContext, wanted: TokenizeRequest) -> list[TokenizeResult]:
        """Mask records in place, store their values, and return tokens. Round trips: those of `storing`.

        Raises:
            AccessError: the caller may not, or its budget for conflicts is spent. Nothing is stored.
            UnknownSchema, SeveralWaybills: the schema is unknown, or cannot be tokenized.
            StoreUnavailable, ProviderError: nothing is acknowledged; sending the same batch again is safe.
        """
        records, revise, or_mask = wanted.records, wanted.on_conflict == "revise", wanted.if_unavailable == "mask"
        grant = self.gate.grant(context.principal, Permission.WAYBILL_TOKENIZE, profile=wanted.profile)
        if revise:
            self.gate.grant(context.principal, Permission.WAYBILL_REVISE)
        masker = self.maskers.of(wanted.schema, grant)
        shape = self.schemas[wanted.schema]
        if not shape.tokenize:
            raise SeveralWaybills

        results: list[Any] = [None] * len(records)
        listing = Listing(self.maskers.schemas, shape, like=shape)
        masked_at: list[tuple[int, Masked]] = []
        entering: list[Entering] = []
        for at, one in enumerate(enter(shape, masker, records)):
            if isinstance(one, InvalidRecord):
                results[at] = listing.invalid(one, records[at])
            else:
                masked_at.append((at, one[0]))
                entering.append(one[1])

        custody = Custody(wanted.custody.site) if wanted.custody else None
        try:
            outcomes = self.storing(context, grant, entering, HowToStore(custody, revise))
        except (StoreUnavailable, ProviderError):  # the first record of a day needs the root key's provider
            if not or_mask:
                raise
            outcomes = [UNAVAILABLE] * len(entering)

        for (at, masked), outcome in zip(masked_at, outcomes, strict=True):
            if outcome == UNAVAILABLE and or_mask:
                results[at] = answers.UnstoredRecord(records[at], stored=False, warnings=listing.warnings_of(masked))
            else:
                results[at] = _answer(records[at], masked, outcome, listing, replace=wanted.replace)
        return results


def _answer(
    record: Any, masked: Masked, outcome: Kept | Refusal, listing: Listing, *, replace: Literal["mask", "token"]
) -> TokenizeResult:
    """Say what became of one record."""
    if not isinstance(outcome, Kept):
        return answers.RefusedRecord(answers.StoreRefusal(outcome))
    if replace == "token":
        put_tokens(record, masked.places, outcome.tokens)
    return answers.TokenizedRecord(
        record=record,
        tokens=outcome.tokens,
        revision=outcome.revision,
        created=outcome.created,
        expires_at=rfc3339(outcome.expires_at),
        warnings=listing.warnings_of(masked),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAndCompare:
    """Stores records, and compares those of known waybills, under one policy.

    A new waybill has no audit entry. Revisions, a first custody and a spent conflict budget have one.
    """

    policy: Policy
    keyring: Keyring
    vault: Vault
    conflicts: ConflictBudget
    custodies: Custodies
    recorder: Recorder

    def __call__(
        self, context: RequestContext, grant: Grant, entering: Sequence[Entering], how: HowToStore
    ) -> list[Kept | Refusal]:
        """See `Storing`.

        One round trip for a batch of new waybills, and two more where custody is set. For known ones see `_settle`.
        """
        tenant = context.principal.tenant
        drafts = drafts_of(self.vault.writer, self.policy, context, entering, how.custody)
        self._store(context, grant, drafts, revise=how.revise)
        if how.custody is not None:
            self._set_first_custody(context, grant, drafts, how.custody)
        outcomes = kept(self.keyring.tenant(tenant), entering, drafts)
        return [outcome for outcome in outcomes if outcome is not None]

    def _store(self, context: RequestContext, grant: Grant, drafts: Sequence[Draft], *, revise: bool) -> None:
        """Write records of new waybills, and compare those of known ones.

        New ones are written at once. Where others may be revised, all are compared before anything is written, so that
        a refused call has stored nothing. Round trips: one to write; for known ones those of `_settle`, one for the
        entry of revisions, and one to write. Where one expires or is stored meanwhile, the same again.
        """
        tenant = context.principal.tenant
        waiting = drafts if revise else self.vault.writer.put(tenant, drafts, context.now)
        while waiting:
            self._settle(context, grant, drafts, waiting, revise=revise)
            if revise:
                waiting = self._put_recorded(context, grant, waiting)
            else:
                waiting = self.vault.writer.put(tenant, waiting, context.now)

    def _settle(
        self, context: RequestContext, grant: Grant, drafts: Sequence[Draft], waiting: Sequence[Draft], *, revise: bool
    ) -> None:
        """Decide what becomes of waiting drafts, correct their index entries, and spend the budget for conflicts.

        Round trips: two, three where a waybill has revisions (read, is there room for a conflict), and one more where
        a search index is kept.
        """
        self.vault.compare(context.principal.tenant, waiting, revise=revise)
        self._correct_index(context, [draft for draft in waiting if draft.findable is not None])
        self.conflicts.spend(context, grant, waiting, stored=any(draft.created for draft in drafts))

    def _put_recorded(self, context: RequestContext, grant: Grant, waiting: Sequence[Draft]) -> list[Draft]:
        """Write compared drafts, and revisions only after their audit entry; return those that were too late."""
        tenant = context.principal.tenant
        revisions = [ItemOutcome(draft.base, Outcome.DONE) for draft in waiting if draft.revises]
        if not revisions:
            return self.vault.writer.put(tenant, waiting, context.now)
        entry = self.recorder.record(context, Action.REVISE, Outcome.DONE, Stated(role=grant.role), items=revisions)
        with self.recorder.take_back_on_failure(entry):
            again = self.vault.writer.put(tenant, waiting, context.now)
            self.vault.follow_holds(tenant, waiting)
        return again

    def _correct_index(self, context: RequestContext, drafts: Sequence[Draft]) -> None:
        """Index compared records at the site of their stored custody, not at the one that this call names."""
        tenant = context.principal.tenant
        for draft in drafts:
            held = self.custodies.open(tenant, draft.custody)
            if held is not None and draft.findable is not None:
                draft.findable = draft.findable.at(held.site)
        if drafts:
            self.vault.search.replace(tenant, *index_entries(drafts), context.now)

    def _set_first_custody(
        self, context: RequestContext, grant: Grant, drafts: Sequence[Draft], custody: Custody
    ) -> None:
        stored = [
            draft.outcome
            for draft in drafts
            # Where it is stored at the other place, it must not be set at this one, too.
            if isinstance(draft.outcome, Stored) and not (draft.other and draft.custody)
        ]
        if not stored:
            return
        bases = [one.base for one in stored]
        ends = [one.record.expires_at for one in stored]
        first = self.custodies.prepare(context.principal.tenant, bases, [custody] * len(bases), ends, first=True)
        items = [ItemOutcome(base, Outcome.DONE, site=custody.site, courier=custody.courier) for base in bases]
        self.recorder.change(context, Action.CUSTODY_FIRST, Stated(role=grant.role), lambda: first, items=items)


def kept(keys: TenantKeys, entering: Sequence[Entering], drafts: Sequence[Draft]) -> list[Kept | Refusal | None]:
    """Return what became of records, with the tokens of those that are stored; None for drafts without an outcome."""
    tokens = Tokens(keys.tokens)
    for one, draft in zip(entering, drafts, strict=True):
        if isinstance(stored := draft.outcome, Stored):
            tokens.add(stored.base, stored.revision, stored.record, one.tokens_in(stored.record)[0])
    made = tokens.make()
    outcomes: list[Kept | Refusal | None] = []
    # In the order of the loop above, so that each record takes the next ones of its key version.
    for one, draft in zip(entering, drafts, strict=True):
        stored = draft.outcome
        if not isinstance(stored, Stored):
            outcomes.append(stored)
            continue
        _, pointers = one.tokens_in(stored.record)
        texts = islice(made[stored.record.token_version], len(pointers))
        its = dict(zip(pointers, texts, strict=True))
        outcomes.append(Kept(its, stored.revision, stored.created, stored.record.expires_at))
    return outcomes


def drafts_of(
    writer: RecordWriter, policy: Policy, context: RequestContext, entering: Sequence[Entering], custody: Custody | None
) -> list[Draft]:
    """Prepare records for `writer`, with the retention of their tenant and by what a search finds them."""
    tenant = context.principal.tenant
    rule = policy.search(tenant)
    found_by: list[Findable] = []
    if rule.phone or rule.last4:
        site = custody.site if custody is not None else None
        found_by = findable([one.phones() for one in entering], site, phone=rule.phone, last4=rule.last4)
    return writer.drafts(
        tenant,
        [one.number for one in entering],
        [one.body for one in entering],
        now=context.now,
        expires_at=context.now + policy.retention_days(tenant) * SECONDS_A_DAY,
        findable=found_by,
    )
