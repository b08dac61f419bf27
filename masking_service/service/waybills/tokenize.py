"""Masks batches of records, has them stored, and answers with tokens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from keys.errors import ProviderError
from masking_service.masking.schema import Schema
from masking_service.masking.timestamps import rfc3339
from masking_service.service.call.errors import SeveralWaybills
from masking_service.service.call.gate import Gate
from masking_service.service.call.recorder import RequestContext
from masking_service.service.custody.state import Custody
from masking_service.service.waybills import record_answers as answers
from masking_service.service.waybills.drafts import UNAVAILABLE, Refusal
from masking_service.service.waybills.entering import EnteringMasked, enter, put_tokens
from masking_service.service.waybills.mask import Maskers
from masking_service.service.waybills.results import Listing
from masking_service.service.waybills.storing import HowToStore, Kept, Storing
from masking_service.store.errors import StoreUnavailable

TokenizeResult = answers.TokenizedRecord | answers.UnstoredRecord | answers.InvalidRecord | answers.RefusedRecord


class TokenizeOptions(NamedTuple):
    """How records are tokenized.

    Attributes:
        schema, profile: what the records are, and how they are masked; None for the role's profile.
        replace: what takes the place of a value in the answer.
        revise: whether other values for a known number are a new revision; else they are a conflict.
        custody: where new waybills are; None if that is not known.
        mask_if_unavailable: whether records are only masked, and not stored, while they cannot be stored.
    """

    schema: str
    profile: str | None = None
    replace: Literal["mask", "token"] = "mask"
    revise: bool = False
    custody: Custody | None = None
    mask_if_unavailable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokenize:
    """Masks and stores batches of records, under one policy."""

    gate: Gate
    schemas: Mapping[str, Schema]
    maskers: Maskers
    storing: Storing

    def __call__(
        self, context: RequestContext, records: Sequence[Any], options: TokenizeOptions
    ) -> list[TokenizeResult]:
        """Mask records in place, store their values, and return tokens.

        Round trips: those of `storing`.

        Raises:
            AccessError: the caller may not, or its budget for conflicts is spent. Nothing is stored.
            UnknownSchema, SeveralWaybills: the schema is unknown, or cannot be tokenized.
            StoreUnavailable, ProviderError: nothing is acknowledged; sending the same batch again is safe.
        """
        schema, custody = options.schema, options.custody
        grant = self.gate.grant(context.principal, "waybill:tokenize", profile=options.profile)
        if options.revise:
            self.gate.grant(context.principal, "waybill:revise")
        masker = self.maskers.of(schema, grant)
        shape = self.schemas[schema]
        if not shape.tokenize:
            raise SeveralWaybills

        results: list[Any] = [None] * len(records)
        listing = Listing(self.maskers.schemas)
        entering: list[EnteringMasked] = []
        for at, one in enumerate(enter(shape, masker, records)):
            if isinstance(one, EnteringMasked):
                entering.append(one)
            else:
                results[at] = listing.invalid(one, records[at])

        try:
            outcomes = self.storing(context, grant, entering, HowToStore(custody, options.revise))
        except (StoreUnavailable, ProviderError):  # the first record of a day needs the root key's provider
            if not options.mask_if_unavailable:
                raise
            for one in entering:
                results[one.at] = _unstored(records[one.at], one, listing)
            return results

        for one, outcome in zip(entering, outcomes, strict=True):
            if outcome == UNAVAILABLE and options.mask_if_unavailable:
                results[one.at] = _unstored(records[one.at], one, listing)
            else:
                results[one.at] = _answer(records[one.at], one, outcome, listing, replace=options.replace)
        return results


def _unstored(record: Any, entered: EnteringMasked, listing: Listing) -> answers.UnstoredRecord:
    return answers.UnstoredRecord(record, stored=False, warnings=listing.warnings_of(entered.masked))


def _answer(
    record: Any,
    entered: EnteringMasked,
    outcome: Kept | Refusal,
    listing: Listing,
    *,
    replace: Literal["mask", "token"],
) -> TokenizeResult:
    """Say what became of one record."""
    if not isinstance(outcome, Kept):
        return answers.RefusedRecord(answers.StoreRefusal(outcome))
    if replace == "token":
        put_tokens(record, entered.masked.places, outcome.tokens)
    return answers.TokenizedRecord(
        record=record,
        tokens=outcome.tokens,
        revision=outcome.revision,
        created=outcome.created,
        expires_at=rfc3339(outcome.expires_at),
        warnings=listing.warnings_of(entered.masked),
    )
