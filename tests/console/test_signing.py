"""What the desk lets a person sign is what it then asks the service for."""

from __future__ import annotations

import json
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, g, request
from werkzeug.exceptions import BadRequest

from masking_console import service
from masking_console.screens.keys import options
from masking_console.signing import propose, signature_of
from tests.authenticators import Authenticator
from tests.console.conftest import Work
from tests.every import every
from tests.web.signing import Person

SIGNED = {"act": "a", "key": "k"}


class SentCalls(service.Service):
    """Keeps what would be sent to the service, and has nothing to answer."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def ask(self, method: str, path: str, *_: Any, **more: Any) -> service.Json:
        self.sent.append((f"{method} {path}", more))
        return {}


def sent_by(app: Flask, path: str, form: dict[str, str], signed: service.Json | None) -> tuple[str, dict[str, Any]]:
    """What a form of the desk has the service do."""
    calls = SentCalls()
    with app.test_request_context(path, method="POST", data=form, headers={"HX-Request": "true"}):
        g.person, g.me, g.session = calls.as_person("a token", "en", signed), {"signs": None}, None
        view, named = app.view_functions[request.endpoint or ""], request.view_args or {}
        with suppress(Exception):  # there is nothing to show
            view(**named)
    return calls.sent[0]


@every(
    ("path", "form", "call"),
    [
        ("/cases/new", {"waybills": "SF1234567890"}, "POST /v1/cases"),
        ("/cases/D-1/approve", {}, "POST /v1/cases/D-1/approve"),
        ("/cases/D-1/reveal", {"waybill": "N", "purpose": "p", "field-0": "/a"}, "POST /v1/detokenize"),
        ("/decoys", {"waybills": "SF1234567890", "kind": "phantom"}, "POST /v1/decoys"),
        ("/decoys/remove", {"waybill": "SF1234567890"}, "DELETE /v1/decoys"),
        ("/people/freeze", {"principal": "dev/o-1"}, "POST /v1/principals/dev%2Fo-1/freeze"),
        ("/people/unfreeze", {"principal": "dev/o-1"}, "POST /v1/principals/dev%2Fo-1/thaw"),
        ("/incidents/holds/H-1/set", {}, "POST /v1/holds/H-1/set"),
        ("/keys/approve", {"principal": "dev/o-1", "key": "k"}, "POST /v1/principals/dev%2Fo-1/keys/k/approve"),
        ("/devices/deny", {"principal": "dev/o-1", "device": "d"}, "POST /v1/principals/dev%2Fo-1/devices/d/deny"),
        ("/waybills/SF1234567890/unrestrict", {}, "DELETE /v1/restrictions"),
    ],
)
def test_a_call_of_an_act_carries_its_signature(app: Flask, path: str, form: dict[str, str], call: str) -> None:
    signed, unsigned = (sent_by(app, path, form, signature) for signature in (SIGNED, None))

    assert signed[0] == unsigned[0] == call
    assert signed[1]["json"] == unsigned[1]["json"] | {"signed": SIGNED}


@every(
    ("path", "form", "call"),
    [
        ("/decoys/list", {}, "GET /v1/decoys"),
        ("/waybills/SF1234567890/erase", {"number": "SF1234567890"}, "DELETE /v1/waybills/SF1234567890"),
    ],
)
def test_an_act_without_a_body_carries_its_signature_in_the_header(
    app: Flask, path: str, form: dict[str, str], call: str
) -> None:
    signed, unsigned = (sent_by(app, path, form, signature) for signature in (SIGNED, None))

    assert signed[0] == unsigned[0] == call
    assert (list(signed[1]["headers"]), unsigned[1]["headers"]) == (["Signed-Act"], {})


@every(
    ("path", "form"),
    [
        ("/cases/D-1/call", {"waybill": "SF1234567890", "purpose": "p", "field-0": "/a"}),
        ("/cases/D-1/claim", {}),
        ("/waybills/SF1234567890/restrict", {}),
        ("/incidents/holds", {"hold": "H-1"}),
    ],
)
def test_no_other_call_of_the_request_carries_it(app: Flask, path: str, form: dict[str, str]) -> None:
    _, more = sent_by(app, path, form, SIGNED)

    assert "signed" not in (more.get("json") or {})


def test_a_case_is_opened_with_a_signature_over_what_its_form_asks(signing_work: Work) -> None:
    person, browser = Person(signing_work.api, "service-desk", "p-1").bootstrap(), signing_work.browser("service-desk")
    form = {
        "case": " D-9",
        "purpose": "dispute",
        "reason": "Wrong recipient",
        "details": "twice",
        "hours": "4",
        "officer": "dev/o-1",
        "waybills": "SF1234567890\r\nsf 2222 222 222, SF1234567890",
    }

    proposed = browser.post("/sign", json={"path": "/cases/new", "fields": form}).get_json()
    signed = {"signed": json.dumps(person.key.sign(proposed))}
    unsigned = browser.post("/cases/new", data=form)
    opened = browser.post("/cases/new", data=form | signed)
    again = browser.post("/cases/new", data=form | signed | {"case": "D-10"})

    assert proposed["text"] == "Open case D-9 (dispute) for 2 waybills"
    assert [each.status_code for each in (unsigned, opened, again)] == [401, 303, 403]
    assert opened.headers["Location"] == "/cases/D-9"


def test_a_second_approver_lets_a_replacement_work_at_once(signing_work: Work) -> None:
    api = signing_work.api
    first, second = (Person(api, "supervisor", sub).bootstrap() for sub in ("boss-1", "boss-2"))
    Person(api, "dispute-officer", "o-1").bootstrap()
    replacement = Person(api, "dispute-officer", "o-1").approved_by(first)
    browser, other = signing_work.browser("supervisor", "boss-2"), signing_work.browser("supervisor", "boss-1")
    form = {"principal": replacement.id, "key": replacement.key.key_id, "code": replacement.key.code}
    button = "Make it valid now"

    offered = [button in each.get(f"/keys?person={replacement.id}").text for each in (browser, other)]
    proposed = browser.post("/sign", json={"path": "/keys/approve", "fields": form}).get_json()
    done = browser.post("/keys/approve", data=form | {"signed": json.dumps(second.key.sign(proposed))})

    assert (offered, done.status_code) == ([True, False], 303)
    assert button not in browser.get(f"/keys?person={replacement.id}").text
    (key,) = [one for one in replacement.get("/v1/me/keys").get_json()["keys"] if one["key"] == replacement.key.key_id]
    assert "works_from" not in key


def test_a_form_carries_a_signature_of_8192_characters_at_most_and_nothing_else_than_an_object() -> None:
    longest = json.dumps({"act": "a" * (8_192 - len('{"act": ""}'))})
    given = (longest, longest + " ", '{"act": "a"}', "", "[1]", '"a"', "{", "null")

    assert [signature_of({"signed": one}) for one in given] == [json.loads(longest), None, {"act": "a"}, *[None] * 5]
    assert signature_of({}) is None


def test_a_key_made_in_the_browser_is_kept_once_and_waits(signing_work: Work) -> None:
    browser, key = signing_work.browser("service-desk"), Authenticator()

    proposed = browser.post("/me/keys/options").get_json()
    made = {"name": "work laptop", "options": proposed["options"], "credential": key.create(proposed["publicKey"])}
    kept, again = browser.post("/me/keys", json=made), browser.post("/me/keys", json=made)
    nothing = browser.post("/me/keys", json=["work laptop"])

    answers = [(each.status_code, each.get_json(silent=True)) for each in (kept, again, nothing)]
    assert answers == [
        (201, {"key": key.key_id, "status": "pending"}),
        (403, {"code": "signature-invalid"}),
        (400, None),
    ]


def test_a_refusal_to_make_a_key_is_answered_by_its_code(app: Flask) -> None:
    def post(*_: str, body: object) -> service.Json:
        raise service.Refusal(403, "frozen")

    with app.test_request_context("/me/keys/options", method="POST"):
        g.person = SimpleNamespace(post=post)
        answer: Any = options()

    assert (answer[0].get_json(), answer[1]) == ({"code": "frozen"}, 403)


def test_a_form_of_a_case_that_may_not_be_read_is_answered_by_the_code_of_the_refusal(app: Flask) -> None:
    def get(*_: str) -> service.Json:
        raise service.Refusal(404, "not-found")

    with app.test_request_context("/sign", method="POST", json={"path": "/cases/D-1/reveal", "fields": {}}):
        g.person = SimpleNamespace(get=get, post=None)
        answer: Any = propose()

    assert (answer[0].get_json(), answer[1]) == ({"code": "not-found"}, 404)


OF_CASE = {"field-2": "/sender/name", "field-10": "/recipient/phone", "waybill": "SF1", "field-x": "/no"}
OPENED = [{"waybill_no": "SF1", "field": "/sender/name"}, {"waybill_no": "SF1", "field": "/recipient/phone"}]


@every(
    ("path", "fields", "act"),
    [
        (
            "/cases/D%2D1/reveal",
            {**OF_CASE, "purpose": "redelivery"},
            {"act": "detokenize", "purpose": "redelivery", "case": "D-1", "items": OPENED},
        ),
        ("/cases/D-1/reveal", {}, {"act": "detokenize", "purpose": "of D-1", "case": "D-1", "items": []}),
        ("/cases/D-1/reveal", {"purpose": 7}, {"act": "detokenize", "purpose": "of D-1", "case": "D-1", "items": []}),
        *((f"/cases/D-1/{act}", {}, {"act": f"case-{act}", "case": "D-1"}) for act in ("approve", "deny", "close")),
        ("/waybills/SF%201/erase", {}, {"act": "erase", "waybill_no": "SF 1"}),
        ("/waybills/SF1/unrestrict", {}, {"act": "unrestrict", "waybills": ["SF1"]}),
        ("/people/freeze", {"principal": " dev/o-1 "}, {"act": "freeze", "principal": "dev/o-1"}),
        ("/people/unfreeze", {}, {"act": "unfreeze", "principal": ""}),
        (
            "/decoys",
            {"waybills": "SF1, SF2，SF3\nSF4", "kind": "seed"},
            {"act": "decoy-plant", "waybills": ["SF1", "SF2", "SF3", "SF4"], "kind": "seed"},
        ),
        ("/decoys", {}, {"act": "decoy-plant", "waybills": [], "kind": ""}),
        ("/decoys/list", {"more": "x"}, {"act": "decoy-list"}),
        ("/decoys/remove", {"waybill": "SF1"}, {"act": "decoy-remove", "waybills": ["SF1"]}),
        ("/keys/revoke", {"principal": "dev/o", "key": "k"}, {"act": "key-revoke", "principal": "dev/o", "key": "k"}),
        ("/devices/deny", {"device": "d"}, {"act": "device-deny", "principal": "", "device": "d"}),
        ("/incidents/holds/H-1/lift", {}, {"act": "hold-lift", "hold": "H-1"}),
    ],
)
def test_what_is_signed_for_a_form_is_all_that_it_asks(
    app: Flask, path: str, fields: dict[str, Any], act: service.Json
) -> None:
    """Its purpose is that of the case where the form has none."""
    proposed = []

    def post(*way: str, body: service.Json) -> service.Json:
        proposed.append((way, body))
        return {}

    with app.test_request_context("/sign", method="POST", json={"path": path, "fields": fields}):
        g.person = SimpleNamespace(post=post, get=lambda *way: {"purpose": f"of {way[1]}"})
        propose()

    assert proposed == [(("acts",), act)]


@every(
    "asked",
    [None, [], {}, {"path": "/decoys"}, {"fields": {}}, {"path": 1, "fields": {}}, {"path": "/decoys", "fields": []}]
    + [{"path": path, "fields": {}} for path in ("/", "/decoys/", "/cases/D-1/claim", "/keys/list", "x/decoys")],
)
def test_nothing_is_signed_for_another_form(app: Flask, asked: object) -> None:
    with app.test_request_context("/sign", method="POST", json=asked), pytest.raises(BadRequest):
        propose()
