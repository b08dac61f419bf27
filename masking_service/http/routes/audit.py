"""Routes to read the audit log and make checkpoints."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from flask import Blueprint, Response

from masking_service.audit.reading import UnknownEntryError
from masking_service.audit.wanted import Wanted
from masking_service.http.http import answer, body, context, limit, query
from masking_service.http.problems import Problem
from masking_service.http.schemas.queries import DEFAULT_ENTRIES, AuditQuery, SummaryQuery
from masking_service.http.schemas.search import SearchesRequest
from masking_service.masking.timestamps import unix_time
from masking_service.runtime.wiring import Parts

SECONDS: Final = {"hour": 3_600, "day": 86_400}


def audit(parts: Parts) -> Blueprint:
    """Create the routes over these use cases."""
    routes = Blueprint("audit", __name__, url_prefix="/v1/audit")

    @routes.get("")
    def entries() -> Response:
        asked = query(AuditQuery)
        wanted = Wanted(
            principal=asked.principal,
            action=asked.action,
            outcome=asked.outcome,
            case=asked.case,
            begin=_time(asked.begin, "from"),
            end=_time(asked.end, "to"),
        )
        with _known_entry("query:after"):
            found, last = parts.acting.audit.entries(
                context(),
                wanted,
                waybill=asked.waybill,
                after=asked.after,
                limit=limit(asked.limit, DEFAULT_ENTRIES),
                newest=asked.order == "newest",
            )
        return answer({"entries": found, "next": last})

    @routes.post("/searches")
    def searches() -> Response:
        wanted = body(SearchesRequest)
        asked = wanted.phone, wanted.last4, wanted.site
        with _known_entry("/after"):
            found, last = parts.acting.audit.searches(context(), asked, after=wanted.after, limit=wanted.limit)
        return answer({"entries": found, "next": last})

    @routes.get("/summary")
    def summary() -> Response:
        asked = query(SummaryQuery)
        end = _time(asked.end, "to") or context().now + 1
        begin = _time(asked.begin, "from")
        with _known_entry("query:after"):
            summed = parts.acting.audit.summary(
                context(),
                end - SECONDS["day"] if begin is None else begin,
                end,
                by=asked.by,
                per=SECONDS[asked.per or "hour"],
                after=asked.after,
            )
        return answer(summed)

    @routes.get("/checkpoint")
    def checkpoint() -> Response:
        return answer(parts.acting.audit.checkpoint(context()))

    return routes


@contextmanager
def _known_entry(place: str) -> Iterator[None]:
    """Name the place of `after` where its entry is not in the log."""
    try:
        yield
    except UnknownEntryError:
        raise Problem("not-found", [(place, "unknown-entry")]) from None


def _time(text: str | None, name: str) -> int | None:
    """A time of a query, in Unix seconds.

    Raises Problem.
    """
    try:
        return None if text is None else unix_time(text)
    except ValueError:
        raise Problem("invalid-request", [(f"query:{name}", "invalid-value")]) from None
