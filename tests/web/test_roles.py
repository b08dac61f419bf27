"""Who may do what over HTTP: every address for every role, by API key and by a signed-in person's token."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest

from masking_service.http import operations
from masking_service.http.capabilities import PATH_PARAMETERS
from masking_service.service.call.operation import Operation
from tests.every import every
from tests.service.people.policies import DEFAULT, someone
from tests.web.api import NUMBER, Api, Json, outcome, record, refusal, token
from tests.web.calls import path_of
from tests.web.people import AUDITOR, COURIER, DESK, OFFICER, OVERSEER, PRINTER, PRIVACY, SUPERVISOR

VIEWERS = (DESK, OFFICER, SUPERVISOR, PRIVACY)  # through the profile label
CASE_READERS = (DESK, OFFICER, SUPERVISOR, PRIVACY, AUDITOR)
ROLES = (PRINTER, COURIER, "tracking", DESK, OFFICER, SUPERVISOR, PRIVACY, AUDITOR, OVERSEER)
CASE: Json = {"case": "D-9", "purpose": "dispute", "waybills": ["SF0000000001"], "reason": "lost"}
INCIDENT: Json = {"incident": "I-1", "leak": "login", "countries": ["cn"], "found_at": "2025-01-01T00:00:00Z"}
OPEN: Json = {"items": [token("wbt")], "purpose": "dispute", "case": "D-9"}

# Method, address, body, and who may: (status, code) is what they get in an empty store.
TABLE: tuple[tuple[str, str, Json | None, dict[str, tuple[int, str]]], ...] = (
    ("POST", "/v1/mask", {"records": [record()]}, {PRINTER: (200, "")}),
    ("POST", "/v1/tokenize", {"records": [record()]}, {PRINTER: (200, "")}),
    ("POST", "/v1/tokenize", {"records": [record()], "on_conflict": "revise"}, {PRINTER: (200, "")}),
    (
        "GET",
        "/v1/waybills/SF0000000001",
        None,
        dict.fromkeys((COURIER, *VIEWERS), (404, "not-found")),
    ),
    ("POST", "/v1/waybills/view", {"waybills": ["SF0000000001"]}, dict.fromkeys((COURIER, *VIEWERS), (200, ""))),
    ("GET", "/v1/waybills/SF0000000001?profile=courier", None, {COURIER: (404, "not-found")}),
    ("GET", "/v1/waybills/SF0000000001?profile=label", None, dict.fromkeys(VIEWERS, (404, "not-found"))),
    ("GET", "/v1/waybills/SF0000000001?profile=hidden", None, {}),
    ("GET", "/v1/waybills/SF", None, dict.fromkeys((COURIER, *VIEWERS), (404, "not-found"))),
    ("DELETE", "/v1/waybills/SF0000000001", None, {PRIVACY: (404, "not-found")}),
    ("POST", "/v1/detokenize", OPEN, {OFFICER: (403, "case-not-open")}),
    ("POST", "/v1/detokenize", OPEN | {"purpose": "redelivery"}, {OFFICER: (403, "case-not-open")}),
    ("POST", "/v1/detokenize", OPEN | {"purpose": "regulator"}, {PRIVACY: (403, "case-not-open")}),
    ("POST", "/v1/detokenize", OPEN | {"purpose": "gossip"}, {}),
    (
        "POST",
        "/v1/detokenize",
        {"items": [token("wbt")], "case": "D-9"},
        {OFFICER: (400, "purpose-required"), PRIVACY: (400, "purpose-required")},
    ),
    ("GET", "/v1/cases", None, dict.fromkeys(CASE_READERS, (200, ""))),
    ("GET", "/v1/cases/D-9", None, dict.fromkeys(CASE_READERS, (404, "not-found"))),
    ("POST", "/v1/cases/D-9/close", None, dict.fromkeys((DESK, SUPERVISOR), (404, "not-found"))),
    ("POST", "/v1/calls", {"waybill_no": NUMBER}, {COURIER: (404, "not-found"), OFFICER: (400, "case-required")}),
    ("DELETE", f"/v1/calls/{'A' * 32}", None, dict.fromkeys((COURIER, OFFICER), (404, "not-found"))),
    ("DELETE", "/v1/calls/A", None, dict.fromkeys((COURIER, OFFICER), (404, "not-found"))),
    ("GET", "/v1/audit", None, dict.fromkeys((AUDITOR, PRIVACY), (200, ""))),
    ("GET", "/v1/audit/checkpoint", None, dict.fromkeys((AUDITOR, PRIVACY, OVERSEER), (200, ""))),
    ("GET", "/v1/audit/summary?by=action", None, dict.fromkeys((AUDITOR, PRIVACY, OVERSEER), (200, ""))),
    ("GET", "/v1/audit/summary?by=principal", None, dict.fromkeys((AUDITOR, PRIVACY), (200, ""))),
    ("GET", "/v1/holds", None, {PRIVACY: (200, "")}),
    ("GET", "/v1/holds/H-9", None, {PRIVACY: (404, "not-found")}),
    ("POST", "/v1/holds", {"hold": "H-1", "reason": "r", "waybills": [NUMBER]}, {PRIVACY: (201, "")}),
    ("POST", "/v1/holds/H-9/set", None, {PRIVACY: (404, "not-found")}),
    ("POST", "/v1/holds/H-9/lift", None, {PRIVACY: (404, "not-found")}),
    ("POST", "/v1/restrictions", {"waybills": [NUMBER]}, {PRIVACY: (200, "")}),
    ("DELETE", "/v1/restrictions", {"waybills": [NUMBER]}, {PRIVACY: (200, "")}),
    ("GET", "/v1/incidents", None, dict.fromkeys((AUDITOR, PRIVACY), (200, ""))),
    ("POST", "/v1/incidents", INCIDENT, {PRIVACY: (201, "")}),
    ("GET", "/v1/incidents/I-9", None, dict.fromkeys((AUDITOR, PRIVACY), (404, "not-found"))),
    ("GET", "/v1/incidents/I-9/forms/cn", None, dict.fromkeys((AUDITOR, PRIVACY), (404, "not-found"))),
    ("POST", "/v1/incidents/I-9", {"persons": 1}, {PRIVACY: (404, "not-found")}),
    ("POST", "/v1/incidents/I-9/close", None, {PRIVACY: (404, "not-found")}),
    ("GET", f"/v1/waybills/{NUMBER}/disclosures", None, dict.fromkeys((AUDITOR, PRIVACY), (200, ""))),
    ("GET", "/v1/decoys", None, {PRIVACY: (200, "")}),
    ("POST", "/v1/decoys", {"waybills": [NUMBER], "kind": "phantom"}, {PRIVACY: (200, "")}),
    ("DELETE", "/v1/decoys", {"waybills": [NUMBER]}, {PRIVACY: (200, "")}),
    ("POST", "/v1/decoys/heard", {"phone": "13900000001"}, {PRIVACY: (200, "")}),
)
FREEZERS: dict[str, tuple[int, str]] = dict.fromkeys((SUPERVISOR, PRIVACY), (200, ""))
TABLE += (
    ("GET", "/v1/activity", None, FREEZERS),
    ("GET", "/v1/principals/frozen", None, FREEZERS),
    ("POST", "/v1/principals/dev%2Fu-9/freeze", None, FREEZERS),
    ("POST", "/v1/principals/dev%2Fu-9/freeze", {"why": "rented login"}, FREEZERS),
    ("POST", "/v1/principals/dev%2Fu-9/thaw", None, FREEZERS),
    ("POST", "/v1/principals/unknown/freeze", None, dict.fromkeys(FREEZERS, (404, "not-found"))),
    ("POST", "/v1/cases", CASE, {DESK: (201, "")}),  # the last one, because others name the case
)


@pytest.mark.parametrize("signed_in", [False, True], ids=["an API key", "a person"])
@pytest.mark.parametrize("role", ROLES)
def test_a_caller_may_what_their_role_may(api: Api, role: str, signed_in: bool) -> None:
    who = api.mint(role) if signed_in else role

    outcomes = [(method, path, body, outcome(api.call(who, method, path, body))) for method, path, body, _ in TABLE]

    assert outcomes == [(*row, may.get(role, (403, "forbidden"))) for *row, may in TABLE]


@pytest.mark.parametrize("who", [None, "wbk_" + "A" * 43, "no credential at all", ""])
def test_an_unknown_caller_is_refused_everywhere(api: Api, who: str | None) -> None:
    outcomes = [outcome(api.call(who, *row[:3])) for row in TABLE]

    assert outcomes == [(401, "unauthenticated")] * len(TABLE)


def test_a_person_without_a_role_may_nothing(api: Api) -> None:
    outcomes = [outcome(api.call(api.mint(["director", "admin"]), *row[:3])) for row in TABLE]

    assert outcomes == [(403, "forbidden")] * len(TABLE)


def test_a_person_with_two_roles_may_what_either_may(api: Api) -> None:
    both = api.mint([PRINTER, DESK])

    assert outcome(api.post(both, "/v1/mask", {"records": []})) == (200, "")
    assert outcome(api.get(both, "/v1/cases")) == (200, "")


GUARDED = [row for row in operations.TABLE if row.permissions]
ALWAYS_WRONG: list[dict[str, Any]] = [
    {"data": b"{"},
    {"data": b"[]"},
    {"data": b"{}"},
    {"data": b"x" * (2 * 1024 * 1024 + 1)},
    {"data": b"{}", "content_type": "text/plain"},
]


def wrong_requests(row: Operation) -> list[tuple[str, dict[str, Any]]]:
    """Requests of an operation that are refused for their shape: a query, and what else is sent."""
    wrong: list[tuple[str, dict[str, Any]]] = [("?nothing=1", {})] if row.query else []
    if row.body is None:
        return wrong
    body = copy.deepcopy(row.example_body)
    wrong += [("", more) for more in ALWAYS_WRONG]
    wrong += [("", {"body": body | {name: value}}) for name in (*body, "nothing") for value in (None, 7, "", [], [7])]
    return wrong


@pytest.mark.parametrize("row", GUARDED, ids=lambda row: row.name)
def test_a_caller_without_permission_is_refused_whatever_is_wrong_with_the_request(api: Api, row: Operation) -> None:
    who = api.mint([])
    for query, more in wrong_requests(row):
        refused = api.call(who, row.method.upper(), path_of(row) + query, **more)
        assert (refused.status_code, refused.get_json()["code"]) == (403, "forbidden"), (query, more.get("body"))


def test_a_role_without_permission_is_refused_everywhere_also_where_a_path_names_nothing(api: Api) -> None:
    nothing = dict.fromkeys(PATH_PARAMETERS, "x")
    asked = [
        (role, row.method.upper(), path)
        for at, role in enumerate(ROLES)
        for row in GUARDED
        if not any(DEFAULT.permits(someone(role), permission) for permission in row.permissions)
        for path in (path_of(row) if at % 2 else row.path.format_map(nothing),)
    ]

    outcomes = [(*one, outcome(api.call(api.mint(one[0]), *one[1:]))) for one in asked]

    assert outcomes == [(*one, (403, "forbidden")) for one in asked]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/readyz?for=mask", "/openapi.json", "/docs"])
def test_operations_need_no_credential(api: Api, path: str) -> None:
    assert api.get(None, path).status_code == 200


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/", "/v1/mask/more", "/v1//mask"])
def test_what_is_no_address_tells_strangers_nothing_either(api: Api, path: str) -> None:
    assert refusal(api.get(None, path)) == (401, "unauthenticated")
    assert refusal(api.get(PRINTER, path)) == (404, "not-found")


def others() -> Iterator[tuple[str, str]]:
    """Every path, with each method that it does not have."""
    methods = {"delete", "get", "patch", "post", "put", "trace"}
    for path in sorted({path_of(row) for row in operations.TABLE}):
        own = {
            row.method
            for row in operations.TABLE
            if path_of(row) == path or re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", row.path), path)
        }
        yield from ((method.upper(), path) for method in sorted(methods - own))


@every(("method", "path"), others())
def test_another_method_is_405_and_names_the_right_ones(api: Api, method: str, path: str) -> None:
    answered = api.call(PRINTER, method, path)

    assert refusal(answered) == (405, "method-not-allowed")
    assert answered.headers["Allow"]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        "Bearer\t{key}",
        "Bearer {key} ",
        "Bearer {key},x",
        "{key}",
        "Bearer {KEY}",
    ],
)
def test_a_credential_counts_only_in_its_one_form(api: Api, header: str) -> None:
    key = api.credentials[PRINTER]
    sent = header.replace("{key}", key).replace("{KEY}", key.swapcase())

    answered = api.post(None, "/v1/mask", {"records": []}, headers={"Authorization": sent})

    assert refusal(answered) == (401, "unauthenticated")
    assert answered.headers["WWW-Authenticate"] == "Bearer"
