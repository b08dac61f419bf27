"""The table of all operations: those of the capabilities, and those of the service itself.

`app` serves it, and the OpenAPI document is made from it. The service's own are for operators, load balancers and
client authors: they need no credential.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, NamedTuple

from flask import Response, request
from msgspec import UNSET, Meta

from masking_service.audit.errors import BLOCKED_REMEDY
from masking_service.http import answers, capabilities, openapi
from masking_service.http.answering import JSON
from masking_service.http.docs import PAGE, page_answer
from masking_service.http.explanations import HTML, explanation, explanation_page
from masking_service.runtime.gauges import Conditions
from masking_service.runtime.wiring import Parts
from masking_service.service.call.errors import NotFound
from masking_service.service.call.operation import Answered, Example, Operation
from masking_service.service.call.shapes import Shape
from masking_service.service.people.policy import Policy
from masking_service.store import health as readiness
from masking_service.store.faults import Fault

NO_CLIENTS: Final = Fault(
    "clients",
    "no registry of clients was seen yet: neither a snapshot beside the keys nor the store's",
    "see that the store answers, and that it has clients: python -m masking_service clients list",
    "unready",
)


class OwnCall(NamedTuple):
    """A call of one of the service's own operations: its query, and the parameters of its path."""

    query: Any
    path: Mapping[str, str]


class ReadinessQuery(Shape, frozen=True, rename={"purpose": "for"}):
    """Ready for what."""

    purpose: (
        Annotated[
            Literal["mask"],
            Meta(description="mask: check only what masking needs, without the store. Load balancers use this."),
        ]
        | None
    ) = None


def _alive(parts: Parts, call: OwnCall) -> answers.Alive:
    del parts, call
    return answers.Alive("alive")


def _ready(parts: Parts, call: OwnCall) -> Answered:
    # A process that answers at all has keys and a policy: it refuses to start without.
    for_mask = call.query.purpose == "mask"
    faults = [] if parts.registry.known else [NO_CLIENTS]
    if not for_mask:
        faults += readiness.faults(parts.store)
        if parts.checkpoints.fault:
            faults.append(Fault("checkpoints", parts.checkpoints.fault, BLOCKED_REMEDY, "unready"))
    if faults:
        checks = [answers.FailedCheck(one.check, one.reason, one.remedy) for one in faults]
        return Answered(answers.NotReady("not ready", checks), 503)
    return Answered(answers.Ready("ready", "mask" if for_mask else UNSET), 200)


def _metrics(parts: Parts, call: OwnCall) -> Response:
    del call
    if not parts.settings.development:  # there at a port of their own: server/serving.py
        raise NotFound
    content, media = parts.metrics.exposition(Conditions(parts))
    return Response(content, content_type=media, headers={"Cache-Control": "no-store"})


def _openapi(parts: Parts, call: OwnCall) -> dict[str, Any]:
    del call
    return _document(parts, parts.acting.policy)


@lru_cache(maxsize=1)
def _document(parts: Parts, policy: Policy) -> dict[str, Any]:
    return openapi.document(policy.rules, parts.schemas, GROUPS)


def _explain(parts: Parts, call: OwnCall) -> Response | answers.ProblemExplanation:
    del parts
    code = call.path["code"]
    if request.accept_mimetypes.best_match((JSON, HTML)) == HTML:
        return page_answer(explanation_page(code))
    return explanation(code)


def _start(parts: Parts, call: OwnCall) -> Response:
    del parts, call
    return Response(status=302, headers={"Location": "/docs", "Cache-Control": "no-store"})


def _docs(parts: Parts, call: OwnCall) -> Response:
    del parts, call
    return page_answer(PAGE)


OPERATIONS: Final = (
    Operation(
        name="alive",
        method="get",
        path="/healthz",
        summary="Whether the process answers.",
        uses=Parts,
        handle=_alive,
        answers={200: answers.Alive},
        example=Example(None, {"status": "alive"}),
    ),
    Operation(
        name="ready",
        method="get",
        path="/readyz",
        summary="Whether the service is ready, and which checks fail if it is not.",
        uses=Parts,
        handle=_ready,
        query=ReadinessQuery,
        answers={200: answers.Ready, 503: answers.NotReady},
        example=Example(None, {"status": "ready"}),
    ),
    Operation(
        name="metrics",
        method="get",
        path="/metrics",
        summary="Metrics of all workers in the Prometheus text format. In production at a port of its own only.",
        uses=Parts,
        handle=_metrics,
        answers={200: "text/plain; version=0.0.4; charset=utf-8"},
        problems=("not-found",),
    ),
    Operation(
        name="openapi",
        method="get",
        path="/openapi.json",
        summary="This document.",
        uses=Parts,
        handle=_openapi,
        answers={200: answers.OpenAPI},
    ),
    Operation(
        name="explain_problem",
        method="get",
        path="/problems/{code}",
        summary="What a code of a problem, an item or a warning means and what to do, in English and Chinese.",
        uses=Parts,
        handle=_explain,
        answers={200: (answers.ProblemExplanation, "text/html; charset=utf-8")},
        problems=("not-found",),
        example=Example(
            None,
            {
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
    ),
    Operation(
        name="start",
        method="get",
        path="/",
        summary="Redirects to the documentation.",
        uses=Parts,
        handle=_start,
        answers={302: ()},
    ),
    Operation(
        name="docs",
        method="get",
        path="/docs",
        summary="This document as a page. All files of the page come from this service.",
        uses=Parts,
        handle=_docs,
        answers={200: "text/html; charset=utf-8"},
    ),
)

GROUPS: Final = {**capabilities.GROUPS, "Operations": OPERATIONS}
"""The operations by their tag in the document."""
TABLE: Final = tuple(operation for rows in GROUPS.values() for operation in rows)
