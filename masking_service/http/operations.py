"""The table of all operations: those of the capabilities, and those of the service itself.

`app` serves it, and the OpenAPI document is made from it. The service's own are for operators, load balancers and
client authors: they need no credential.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, NamedTuple

from flask import Response, request
from msgspec import UNSET, Meta

from masking_service.http import answers, capabilities, openapi
from masking_service.http.docs import PAGE, page_answer
from masking_service.http.explanations import HTML, explanation, explanation_page
from masking_service.http.problems import JSON
from masking_service.runtime.intake import Served
from masking_service.runtime.settings import Tier
from masking_service.runtime.wiring import Parts
from masking_service.service.call.errors import NotFound
from masking_service.service.call.operation import Answered, Operation
from masking_service.service.call.shapes import Shape
from masking_service.service.people.policy import Policy
from masking_service.store import health as readiness


class OwnCall(NamedTuple):
    """A call of one of the service's own operations: its query, and the parameters of its path."""

    query: Any
    path: Mapping[str, str]


class ReadinessQuery(Shape, frozen=True, rename={"purpose": "for"}):
    """Ready for what."""

    purpose: Annotated[
        Literal["mask"] | None,
        Meta(description="mask: check only what masking needs, without the store. Load balancers use this."),
    ] = None


def _ready(parts: Served, call: OwnCall) -> Answered:
    # A process that answers at all has keys and a policy: it refuses to start without.
    for_mask = call.query.purpose == "mask"
    faults = parts.faults(for_mask=for_mask)
    if not for_mask:
        faults += readiness.faults(parts.store)
    if faults:
        checks = [answers.FailedCheck(one.check, one.reason, one.remedy) for one in faults]
        return Answered(answers.NotReady("not ready", checks), 503)
    return Answered(answers.Ready("ready", "mask" if for_mask else UNSET), 200)


def _metrics(parts: Served, call: OwnCall) -> Response:
    del call
    if not parts.settings.development:  # there at a port of their own: server/serving.py
        raise NotFound
    content, media = parts.metrics.exposition(parts.conditions())
    return Response(content, content_type=media, headers={"Cache-Control": "no-store"})


def _openapi(parts: Served, call: OwnCall) -> dict[str, Any]:
    del call
    return _document(parts, parts.acting.policy)


@lru_cache(maxsize=1)
def _document(parts: Served, policy: Policy) -> dict[str, Any]:
    return openapi.document(policy.rules, parts.schemas, served_groups(parts.settings.tier))


def _explain(parts: Served, call: OwnCall) -> Response | answers.ProblemExplanation:
    del parts
    code = call.path["code"]
    if request.accept_mimetypes.best_match((JSON, HTML)) == HTML:
        return page_answer(explanation_page(code))
    return explanation(code)


OPERATIONS: Final = (
    Operation(
        name="alive",
        route="GET /healthz",
        summary="Whether the process answers.",
        uses=Parts,
        handle=lambda *_: answers.Alive("alive"),
        answers={200: answers.Alive},
        example_answer={"status": "alive"},
    ),
    Operation(
        name="ready",
        route="GET /readyz",
        summary="Whether the service is ready, and which checks fail if it is not.",
        uses=Parts,
        handle=_ready,
        query=ReadinessQuery,
        answers={200: answers.Ready, 503: answers.NotReady},
        example_answer={"status": "ready"},
    ),
    Operation(
        name="metrics",
        route="GET /metrics",
        summary="Metrics of all workers in the Prometheus text format. In production at a port of its own only.",
        uses=Parts,
        handle=_metrics,
        answers={200: "text/plain; version=0.0.4; charset=utf-8"},
        problems=("not-found",),
    ),
    Operation(
        name="openapi",
        route="GET /openapi.json",
        summary="This document.",
        uses=Parts,
        handle=_openapi,
        answers={200: answers.OpenAPI},
    ),
    Operation(
        name="explain_problem",
        route="GET /problems/{code}",
        summary="What a code of a problem, an item or a warning means and what to do, in English and Chinese.",
        uses=Parts,
        handle=_explain,
        answers={200: (answers.ProblemExplanation, "text/html; charset=utf-8")},
        example_answer={
            "code": "case-required",
            "status": 400,
            "title": {"en": "A case is required", "zh": "缺少工单"},
            "detail": {
                "en": "This purpose, or a waybill number instead of a token, requires an open case.",
                "zh": "该用途必须关联已生效的工单；用运单号代替令牌显示时也是如此。",
            },
            "remedy": {
                "en": "Send `case` with the number of an open case.",
                "zh": "请在 `case` 中填写已生效工单的编号。",
            },
        },
    ),
    Operation(
        name="start",
        route="GET /",
        summary="Redirects to the documentation.",
        uses=Parts,
        handle=lambda *_: Response(status=302, headers={"Location": "/docs", "Cache-Control": "no-store"}),
        answers={302: ()},
    ),
    Operation(
        name="docs",
        route="GET /docs",
        summary="This document as a page. All files of the page come from this service.",
        uses=Parts,
        handle=lambda *_: page_answer(PAGE),
        answers={200: "text/html; charset=utf-8"},
    ),
)

GROUPS: Final = {**capabilities.GROUPS, "Operations": OPERATIONS}
"""The operations by their tag in the document."""
TABLE: Final = tuple(operation for rows in GROUPS.values() for operation in rows)
AT_INTAKE: Final = frozenset({"mask", "tokenize"})
"""The operations of the intake tier, beside those of the service itself."""


def served_groups(tier: Tier) -> dict[str, tuple[Operation, ...]]:
    """Return the operations that a tier serves, by their tag in the document."""
    groups = {
        group: tuple(row for row in rows if tier == "all" or (row.name in AT_INTAKE) == (tier == "intake"))
        for group, rows in capabilities.GROUPS.items()
    }
    return {group: rows for group, rows in (*groups.items(), ("Operations", OPERATIONS)) if rows}
