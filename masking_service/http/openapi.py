"""Builds the OpenAPI document from the tables of operations, shapes and problems.

It says what the code says and repeats none of it by hand; the set-up's own names (schemas, profiles, purposes) are
in it, and nothing about anyone is.
"""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec

from masking_service.http import capabilities, components
from masking_service.http.components import Json, reference
from masking_service.http.problem_texts import PROBLEMS
from masking_service.http.problems import JSON, PROBLEM_JSON, Problem
from masking_service.masking.records.schema import Schema
from masking_service.service.call.operation import Answer, Operation
from masking_service.service.people.rules import Rules
from masking_service.service.rule_texts import ITEMS

_DESCRIPTION: Final = """\
Masks or tokenizes names, phones and addresses in waybill records, keeps the values of the tokens encrypted, and opens
single values again only for the right role, for a stated purpose and inside budgets, with an audit entry first.

Fields are named by their JSON Pointer inside the record. Results are in the order of the request, and a bad item
never fails its neighbours. An unknown path answers `not-found`, and an unknown method `method-not-allowed`.
"""
_EXTRAS: Final[Mapping[str, Json]] = {
    "device-proof-required": {"nonce": "kY0aQpE1f8o"},
    "quota-exceeded": {"window": "1h", "retry_at": "2026-11-24T09:00:00Z"},
}
"""Members that one problem has and others have not, as in an example of it."""

_REQUEST_ID: Final[Json] = {
    "name": "X-Request-Id",
    "in": "header",
    "description": "The caller's id for the request: 1 to 64 of A-Z a-z 0-9 . _ -. Another id is made for one "
    "that is not well formed or holds personal data.",
    "schema": {"type": "string"},
    "example": "print-7f3a",
}
_ACCEPT_LANGUAGE: Final[Json] = {
    "name": "Accept-Language",
    "in": "header",
    "description": "The language of `title` and `detail` in problems, and of `detail` in items: English, or Chinese.",
    "schema": {"type": "string"},
    "example": "zh-CN, en;q=0.5",
}
_SIGNED_ACT: Final[Json] = {
    "name": "Signed-Act",
    "in": "header",
    "description": "The signature of the caller's own key over this act, where the policy asks for one: the JSON "
    "object `Signed` in base64url. It is good for one call.",
    "schema": {"type": "string"},
}
_DPOP: Final[Json] = {
    "name": "DPoP",
    "in": "header",
    "description": "A proof of this request by a device of the caller's own (RFC 9449), where the policy asks for one. "
    "The claim `rqh` is the SHA-256, in base64url, of the SHA-256 of the query and that of the body.",
    "schema": {"type": "string"},
}
_EVERY_ANSWER: Final = ("X-Request-Id", "Cache-Control", "X-Masking-Rules")
_BY_STATUS: Final[Mapping[int, tuple[str, ...]]] = {
    302: ("Location",),
    401: ("WWW-Authenticate",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}


def document(rules: Rules, schemas: Mapping[str, Schema], groups: Mapping[str, Sequence[Operation]]) -> Json:
    """The whole document of these operations, by tag, for a service with this policy and these schemas."""
    paths: dict[str, Json] = {}
    table = [row for rows in groups.values() for row in rows]
    for group, rows in groups.items():
        for row in rows:
            paths.setdefault(row.path, {})[row.method] = _operation(row, group)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Waybill masking service", "version": "1", "description": _DESCRIPTION},
        **_addresses(rules, table),
        "tags": [{"name": group} for group in groups],
        "paths": paths,
        "components": {
            "schemas": components.schemas(rules, schemas, table),
            "headers": dict(components.HEADERS),
            "parameters": {"X-Request-Id": _REQUEST_ID, "Accept-Language": _ACCEPT_LANGUAGE},
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key (machines), or a JWT of a configured issuer (staff). The names "
                    "beside it are permissions. The policy says which roles have them.",
                }
            },
        },
    }


def _addresses(rules: Rules, table: Sequence[Operation]) -> Json:
    """The addresses that proofs by devices may name, and the pages on which people sign (`x-origins`)."""
    for_people = any(row.proven for row in table)
    urls = rules.devices.urls if rules.devices is not None and for_people else ()
    proofs = [{"url": url, "description": "A proof by a device may name this address."} for url in urls]
    pages = {"x-origins": [*rules.signed.origins]} if rules.signed is not None and for_people else {}
    return {"servers": [{"url": "/"}, *proofs], **pages}


def _operation(row: Operation, group: str) -> Json:
    operation: Json = {
        "operationId": row.name,
        "tags": [group],
        "summary": row.summary,
        "description": f"Permission: {' or '.join(f'`{name}`' for name in row.permissions) or 'none is needed'}."
        + (" Only for people who are signed in." if row.signed_in else ""),
        "security": [{"bearer": [name]} for name in row.permissions] or ([{"bearer": []}] if row.authenticated else []),
        "parameters": _parameters(row),
        "responses": _responses(row),
    }
    if row.body is not None:
        content: Json = {"schema": reference(row.body)}
        if row.example_body is not None:
            content["example"] = row.example_body
        operation["requestBody"] = {"required": not row.body_optional, "content": {JSON: content}}
    return operation


def _parameters(row: Operation) -> list[Json]:
    parameters: list[Json] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": one.description,
            "schema": {"type": "string", "minLength": one.shortest},
            "example": one.example,
        }
        for name, one in capabilities.PATH_PARAMETERS.items()
        if f"{{{name}}}" in row.path
    ]
    if row.signed_by_header:
        parameters.append(_SIGNED_ACT)
    if row.proven:
        parameters.append(_DPOP)
    if row.query is not None:
        _, shapes = msgspec.json.schema_components([row.query])
        shape = shapes[row.query.__name__]
        for name, schema in shape["properties"].items():
            value = next(kind for kind in schema.pop("anyOf", [{}]) if kind != {"type": "null"})
            schema.pop("default", None)
            if "$ref" in value:  # an enum
                value = {**shapes[value.pop("$ref").rpartition("/")[2]], **value}
            value |= schema
            if "maximum" in value:
                value["type"] = "integer"  # its shape takes the digits as the text that they are in a query
            required = name in shape.get("required", ())
            parameters.append({"name": name, "in": "query", "required": required, "schema": value})
    shared = ("X-Request-Id", "Accept-Language")
    return [*parameters, *({"$ref": f"#/components/parameters/{name}"} for name in shared)]


def _responses(row: Operation) -> Json:
    """Every answer of an operation by its status, first those that it is for."""
    content: dict[int, Json] = {status: {} for status in row.answers}
    for status, answer in row.contents():
        content[status].update(_content(row, status, answer))
    for status, codes in sorted(_refusals(row).items()):
        content.setdefault(status, {})[PROBLEM_JSON] = _problems(status, codes)
    return {
        str(status): {
            "description": HTTPStatus(status).phrase,
            "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in _headers(row, status, media)},
            **({"content": media} if media else {}),
        }
        for status, media in content.items()
    }


def _headers(row: Operation, status: int, media: Json) -> list[str]:
    """The headers of an answer, by its status and what it can hold."""
    only_problems = media.keys() == {PROBLEM_JSON}
    nonce = ["DPoP-Nonce"] if row.proven and status in (401, *row.answers) else []
    return [*_EVERY_ANSWER, *_BY_STATUS.get(status, ()), *nonce, *(["Content-Language"] if only_problems else [])]


def _content(row: Operation, status: int, answer: Answer) -> Json:
    if isinstance(answer, str):
        return {answer: {"schema": {"type": "string"}}}
    content: Json = {"schema": reference(answer)}
    if row.example_answer is not None and status == min(row.answers):
        content["example"] = with_details(row.example_answer)
    return {JSON: content}


def with_details(answer: Any) -> Any:
    """Return an example with the sentence of each item's error."""
    if not (isinstance(answer, dict) and isinstance(answer.get("results"), list)):
        return answer
    results = [
        {**result, "error": {**result["error"], "detail": ITEMS[result["error"]["code"]].en}}
        if "error" in result and result["error"]["code"] in ITEMS
        else result
        for result in answer["results"]
    ]
    return {**answer, "results": results}


def _refusals(row: Operation) -> dict[int, list[str]]:
    """The codes with which an operation can be refused, by status: most follow from its row."""
    found = [
        ("bad-request", "internal", "overloaded"),
        # An unknown parameter of the query is an invalid request.
        ("unauthenticated", "issuer-unavailable", "invalid-request", "unavailable") if row.authenticated else (),
        ("unavailable", "integrity") if (row.authenticated or row.signed) and not row.stateless else (),
        ("forbidden", "frozen") if row.permissions or row.signed_in else (),
        ("invalid-json", "too-large", "unsupported-media-type", "invalid-request") if row.body is not None else (),
        ("invalid-request",) if row.query is not None else (),
        ("too-many-items",) if row.at_most else (),
        ("not-found",) if "{" in row.path else (),
        ("signature-required", "signature-invalid") if row.signable else (),
        ("device-proof-required", "signature-invalid") if row.proven else (),
        row.problems,
    ]
    by_status: dict[int, list[str]] = {}
    for code in {code for codes in found for code in codes}:
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    return by_status


def _problems(status: int, codes: Iterable[str]) -> Json:
    codes = sorted(codes)
    return {
        "schema": {
            "allOf": [
                components.PROBLEM,
                {"properties": {"status": {"const": status}, "code": {"enum": codes}}},
            ]
        },
        "examples": {
            code: {"summary": PROBLEMS[code].title.en, "value": Problem(code, extra=dict(_EXTRAS.get(code, {}))).body()}
            for code in codes
        },
    }
