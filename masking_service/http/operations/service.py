"""Operations of the service itself: health, metrics, documentation."""

from typing import Final

from masking_service.http.operation import Operation
from masking_service.http.schemas import answers, queries

OPERATIONS: Final = (
    Operation(
        name="alive",
        method="get",
        path="/healthz",
        summary="Whether the process answers.",
        answers={200: answers.Alive},
    ),
    Operation(
        name="ready",
        method="get",
        path="/readyz",
        summary="Whether the service is ready, and which checks fail if it is not.",
        query=queries.ReadinessQuery,
        answers={200: answers.Ready, 503: answers.NotReady},
    ),
    Operation(
        name="metrics",
        method="get",
        path="/metrics",
        summary="Metrics of all workers in the Prometheus text format.",
        answers={200: "text/plain; version=0.0.4; charset=utf-8"},
    ),
    Operation(
        name="openapi",
        method="get",
        path="/openapi.json",
        summary="This document.",
        answers={200: answers.OpenAPI},
    ),
    Operation(
        name="explain_problem",
        method="get",
        path="/problems/{code}",
        summary="What a code of a problem, an item or a warning means and what to do, in English and Chinese.",
        answers={200: (answers.ProblemExplanation, "text/html; charset=utf-8")},
        problems=("not-found",),
    ),
    Operation(
        name="start",
        method="get",
        path="/",
        summary="Redirects to the documentation.",
        answers={302: ()},
    ),
    Operation(
        name="docs",
        method="get",
        path="/docs",
        summary="This document as a page. All files of the page come from this service.",
        answers={200: "text/html; charset=utf-8"},
    ),
)
