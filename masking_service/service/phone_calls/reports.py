"""Takes the provider's records of calls into the audit log, without numbers.

A record that comes again, that names no call made here, or whose time is not
within the life of its call changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

from masking_service.audit.actions import Action
from masking_service.observability.metrics import Metrics
from masking_service.service.call.answers import Answer
from masking_service.service.call.operation import SignedRequest
from masking_service.service.call.recorder import NOTHING_STATED, ItemOutcome, Recorder, RequestContext
from masking_service.service.people.errors import Unauthenticated
from masking_service.service.people.principals import service_principal
from masking_service.service.phone_calls.line import Line
from masking_service.service.phone_calls.provider import CallRecord, UnsignedRecords
from masking_service.service.phone_calls.state import CallRecords, KeptRecord, LiveCalls, Origin

PROVIDER: Final = "calls"
"""The service principal of the provider's records, in the audit log."""
CLOCK_SLACK: Final = 300
"""Seconds by which the provider's clock may differ from ours."""


class TakenRecords(Answer):
    """How many records were new and are kept.

    Those of unknown calls are not.
    """

    taken: Annotated[int, Meta(ge=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReports:
    """Takes records of calls, under one policy."""

    line: Line
    live_calls: LiveCalls
    call_records: CallRecords
    recorder: Recorder
    metrics: Metrics

    def take(self, request: SignedRequest) -> TakenRecords:
        """Keep what is new in a signed message of the provider.

        Round trips: one to remember the message where its signature does not cover the body; one to find the calls; for
        each tenant one to find what is new, one for the audit, and one to write.

        Raises:
            Unauthenticated: it is not from the provider, or was sent before with another body.
            StoreUnavailable: the same message can be sent again.
        """
        try:
            sent, nonce = self.line.records(request.headers, request.data, request.address)
        except UnsignedRecords:
            raise Unauthenticated("unsigned-records") from None
        if nonce and not self.live_calls.is_first_use(nonce, request.data):
            raise Unauthenticated("unsigned-records")
        taken = 0
        for tenant, records in self._by_tenant(sent).items():
            context = RequestContext(service_principal(PROVIDER, tenant), request.request_id, request.now)
            taken += self._keep(context, records)
        return TakenRecords(taken)

    def _by_tenant(self, sent: Sequence[CallRecord]) -> dict[str, list[KeptRecord]]:
        """Return the records of calls that were made here, by tenant."""
        found: dict[str, list[KeptRecord]] = {}
        for record, made in zip(sent, self.live_calls.origins([one.ref for one in sent]), strict=True):
            if made is not None and _while_it_lived(record, made):
                kept = KeptRecord(made.base, made.field, made.expires_at, record, made.number)
                found.setdefault(made.tenant, []).append(kept)
        return found

    def _keep(self, context: RequestContext, records: Sequence[KeptRecord]) -> int:
        """Keep the new ones of a tenant's records; return how many there are."""
        tenant = context.principal.tenant
        new = self.call_records.new(tenant, records)
        if not new:
            return 0
        prepared = self.call_records.prepare(tenant, new)
        items = [
            ItemOutcome(
                one.base,
                "answered" if one.sent.answered else "unanswered",
                one.field,
                "phone",
                at=one.sent.at,
                seconds=one.sent.seconds,
            )
            for one in new
        ]
        self.recorder.change(context, Action.CALL_RECORD, NOTHING_STATED, lambda: prepared, items=items)
        for one in new:
            self.metrics.call_record("yes" if one.sent.answered else "no")
        return len(new)


def _while_it_lived(record: CallRecord, made: Origin) -> bool:
    """Whether the record's time is within the life of its call."""
    return made.began - CLOCK_SLACK <= record.at <= made.until + CLOCK_SLACK
