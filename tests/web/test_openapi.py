"""The OpenAPI document: that it is one, that it is complete, and that the service does what it says.

`openapi-3.1.schema.json` is the OpenAPI Initiative's own schema of such documents
(https://spec.openapis.org/oas/3.1/schema/2022-10-07, Apache-2.0).
"""

from __future__ import annotations

import copy
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from keys.keyring import Keyring
from masking_audit.format import entries, lines
from masking_service.http import operations
from masking_service.http.app import decode
from masking_service.http.openapi import document, with_details
from masking_service.http.problem_texts import PROBLEMS
from masking_service.masking.schemas import load_schemas
from masking_service.runtime.settings import Tier
from masking_service.service.call.operation import Operation
from masking_service.service.rule_texts import PLACES
from tests.authenticators import ORIGIN
from tests.devices import URL
from tests.every import every
from tests.keys.known import with_further_hashes
from tests.service.people.policies import policy
from tests.telling import Told
from tests.web.api import Api, Json, content, refusal, without_details
from tests.web.calls import path_of
from tests.web.people import DESK, OFFICER, PRINTER, PRIVACY
from tests.web.proving import proven
from tests.web.signing import Person, signed

LISTED, WHOLE = (Path(__file__).with_name(name) for name in ("operations.txt", "document.txt"))
TEXTS = ("description", "title", "summary")
OF_EVERY_ANSWER = {"X-Request-Id", "X-Masking-Rules", "Cache-Control"}
OF_EVERY_PROBLEM = {
    *("bad-request", "invalid-json", "too-large", "unsupported-media-type"),
    *("unauthenticated", "internal", "issuer-unavailable", "overloaded"),
}
META = Path(__file__).with_name("openapi-3.1.schema.json")
ROWS = {row.name: row for row in operations.TABLE}
ANSWERS = {row.name: with_details(row.example_answer) for row in operations.TABLE if row.example_answer}
"""The examples of answers, as the document tells them."""
AUTHENTICATED = [row for row in operations.TABLE if row.authenticated]
GUARDED = [row for row in AUTHENTICATED if row.permissions]
ROLES = (PRINTER, "courier", "tracking", DESK, OFFICER, "supervisor", PRIVACY, "auditor")
OFF = {"search_waybills", "propose_act"}
"""What the default policy switches off for every role; `search/` tests who may search where it is on."""
NO_OPERATIONS = {("get", "/docs/{}")}
"""The files of the page."""


@pytest.fixture(scope="module")
def told(shared: Api) -> Json:
    """The document as the service gives it out."""
    return content(shared.get(None, "/openapi.json"))


def inside(value: Any) -> Iterator[Json]:
    """Every object in the document."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from inside(part)


def at(told: Json, reference: str) -> Any:
    found: Any = told
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def faults(told: Json, schema: Json, value: Any) -> list[str]:
    """What of a value does not fit a schema of the document."""
    whole = {"components": told["components"], "allOf": [schema]}
    return [error.message for error in Draft202012Validator(whole).iter_errors(value)]


def check_told(told: Json, name: str, answered: TestResponse) -> None:
    """Hold that an operation's answer is one of those that the document describes."""
    row = ROWS[name]
    described = told["paths"][row.path][row.method]["responses"][str(answered.status_code)]
    assert faults(told, described["content"][answered.content_type]["schema"], answered.get_json()) == []
    for header, reference in described["headers"].items():
        rule = at(told, reference["$ref"])
        assert header in answered.headers or not rule.get("required")
        assert header not in answered.headers or faults(told, rule["schema"], answered.headers[header]) == []


def send(api: Api, who: str | None, name: str, **change: Any) -> TestResponse:
    """Send an operation's example."""
    row = ROWS[name]
    body = copy.deepcopy(row.example_body)
    return api.call(who, row.method.upper(), path_of(row), body if body is None else body | change)


def stripped(path: str) -> str:
    """An address without the names of its parameters, in Flask's spelling or in the document's."""
    return re.sub(r"<[^>]*>|\{[^}]*\}", "{}", path)


def test_the_document_is_openapi(told: Json) -> None:
    meta = json.loads(META.read_text("utf-8"))
    assert [error.message for error in jsonschema_rs.Draft202012Validator(meta).iter_errors(told)] == []


def test_every_schema_is_a_json_schema(told: Json) -> None:
    for schema in told["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere(told: Json) -> None:
    references = {part["$ref"] for part in inside(told) if isinstance(part.get("$ref"), str)}
    assert references
    for reference in references:
        at(told, reference)


def test_the_addresses_of_proofs_and_the_pages_of_signatures_are_told(told: Json) -> None:
    rules = policy(lambda text: [edit(text) for edit in (signed(), proven())]).rules
    with_keys = document(rules, load_schemas(), operations.served_groups("all"))
    of_intake = document(rules, load_schemas(), operations.served_groups("intake"))

    assert [one["url"] for one in with_keys["servers"]] == ["/", URL]
    assert with_keys["x-origins"] == [ORIGIN]
    assert [(one["servers"], one.get("x-origins")) for one in (told, of_intake)] == [([{"url": "/"}], None)] * 2


@pytest.mark.parametrize(
    ("tier", "served", "elsewhere"),
    [("intake", "/v1/mask", "/v1/detokenize"), ("opening", "/v1/detokenize", "/v1/mask")],
)
def test_each_tier_describes_what_it_serves(shared: Api, tier: Tier, served: str, elsewhere: str) -> None:
    rules, schemas = shared.parts.acting.policy.rules, load_schemas()
    told, whole = (document(rules, schemas, operations.served_groups(one)) for one in (tier, "all"))

    assert served in told["paths"]
    assert elsewhere not in told["paths"]
    assert told["paths"].items() <= whole["paths"].items()
    assert told["components"]["schemas"].items() <= whole["components"]["schemas"].items()
    test_the_document_is_openapi({**told, "paths": {}, "components": {**told["components"], "schemas": {}}})
    test_every_reference_leads_somewhere(told)


def test_every_route_is_described_and_every_described_route_exists(shared: Api, told: Json) -> None:
    served = {
        (method.lower(), stripped(rule.rule))
        for rule in shared.app.shared.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {(method, stripped(path)) for path, methods in told["paths"].items() for method in methods}
    assert served - NO_OPERATIONS == described


def test_no_two_operations_share_a_name() -> None:
    assert len(ROWS) == len(operations.TABLE)


def test_every_operation_has_an_example_but_the_document_its_page_and_the_metrics() -> None:
    assert ANSWERS.keys() == ROWS.keys() - {
        "openapi",
        "docs",
        "metrics",
        "start",
    }


def test_every_problem_is_described_for_an_operation(told: Json) -> None:
    responses = [r for path in told["paths"].values() for op in path.values() for r in op["responses"].values()]
    problems = [
        r["content"]["application/problem+json"]
        for r in responses
        if "application/problem+json" in r.get("content", {})
    ]
    codes = {code for problem in problems for code in problem["examples"]}
    assert codes | {"not-found", "method-not-allowed"} == set(PROBLEMS)


def test_every_example_fits_its_schema(told: Json) -> None:
    checked = 0
    for part in inside(told["paths"]):
        if "schema" in part:
            named = [part["example"]] if "example" in part else []
            for example in named + [one["value"] for one in part.get("examples", {}).values()]:
                assert faults(told, part["schema"], example) == []
                checked += 1
    assert checked > 100


@every("row", [row for row in operations.TABLE if row.body])
def test_an_example_is_a_request_that_the_service_reads(row: Operation) -> None:
    sent = msgspec.json.encode(row.example_body)
    msgspec.json.decode(sent, type=row.body)


@every("row", AUTHENTICATED)
def test_a_credential_is_required(api: Api, told: Json, row: Operation) -> None:
    answered = send(api, None, row.name)
    assert refusal(answered) == (401, "unauthenticated")
    check_told(told, row.name, answered)


@every("row", AUTHENTICATED)
def test_before_the_clients_were_read_every_key_gets_a_described_problem(
    api: Api, told: Json, row: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.parts.registry, "known", False)
    answered = send(api, PRINTER, row.name)
    assert refusal(answered) == (503, "unavailable")
    check_told(told, row.name, answered)


@every("row", GUARDED)
def test_the_described_permission_is_the_required_one(api: Api, told: Json, row: Operation) -> None:
    roles = api.parts.acting.policy.rules.roles
    holders = [name for name in ROLES if roles[name].permissions & set(row.permissions)]
    for name in set(ROLES) - set(holders):
        answered = send(api, name, row.name)
        assert refusal(answered) == (403, "forbidden")
        check_told(told, row.name, answered)
    answers = [send(api, name, row.name) for name in holders]
    granted = any(answered.status_code < 300 or answered.get_json()["code"] != "forbidden" for answered in answers)
    assert granted is (row.name not in OFF)


def test_null_counts_as_left_out_in_every_body(told: Json) -> None:
    for row in operations.TABLE:
        if row.body is None:
            continue
        given = {field.encode_name for field in msgspec.structs.fields(row.body) if not field.required}
        body = {name: value for name, value in row.example_body.items() if name not in given and name != "records"}
        body |= {"records": []} if "records" in row.example_body else {}
        nulls = body | dict.fromkeys(given)

        assert decode(row.body, msgspec.json.encode(nulls)) == decode(row.body, msgspec.json.encode(body)), row.name
        members = told["components"]["schemas"][row.body.__name__].get("properties", {})
        decided = {"purpose", "case"} if row.name == "detokenize" else set()
        assert [name for name in given - decided if faults(told, members[name], None)] == [], row.name


def test_the_example_of_masking_is_true(api: Api, told: Json) -> None:
    answered = send(api, PRINTER, "mask")
    check_told(told, "mask", answered)
    assert answered.get_json() == ANSWERS["mask"]


def test_the_examples_of_storing_and_viewing_are_true(api: Api, told: Json) -> None:
    stored = send(api, PRINTER, "tokenize")
    check_told(told, "tokenize", stored)
    result, shown = stored.get_json()["results"][0], ANSWERS["tokenize"]["results"][0]
    assert result["record"] == shown["record"]
    assert result["tokens"].keys() == shown["tokens"].keys()
    for name in ("view_waybill", "view_waybills"):
        answered = send(api, OFFICER, name)
        check_told(told, name, answered)
        assert answered.get_json() == ANSWERS[name]


def test_the_example_of_opening_is_true(api: Api, told: Json) -> None:
    tokens = send(api, PRINTER, "tokenize").get_json()["results"][0]["tokens"]
    opened = send(api, DESK, "open_case", officer=None)
    check_told(told, "open_case", opened)
    example = ANSWERS["open_case"]
    theirs = {"officer", "opened_by", "opened_at", "expires_at"}
    assert opened.get_json().keys() == example.keys()
    assert {k: v for k, v in opened.get_json().items() if k not in theirs} == {
        k: v for k, v in example.items() if k not in theirs
    }
    items = ROWS["detokenize"].example_body["items"]
    sent = [{"token": tokens["/sender/phone"]} if "token" in item else item for item in items]
    answered = send(api, OFFICER, "detokenize", items=sent)
    check_told(told, "detokenize", answered)
    for result, shown in zip(answered.get_json()["results"], ANSWERS["detokenize"]["results"], strict=True):
        assert {**result, "token": None} == {**shown, "token": None}
    disclosed = send(api, "auditor", "read_disclosures")
    check_told(told, "read_disclosures", disclosed)
    assert [one["field"] for one in disclosed.get_json()["opens"]] == ["/sender/phone", "/recipient/phone"]
    for name in ("list_cases", "read_case", "close_case"):
        check_told(told, name, send(api, DESK, name))


def test_the_example_of_moving_is_true(api: Api, told: Json) -> None:
    answered = send(api, "tracking", "move_custody")
    check_told(told, "move_custody", answered)
    assert without_details(answered.get_json()) == without_details(ANSWERS["move_custody"])


@pytest.mark.parametrize("name", ["approve_case", "deny_case"])
def test_the_examples_of_deciding_are_true(api: Api, told: Json, name: str) -> None:
    send(api, DESK, "open_case", officer=None, purpose="regulator")
    decided = send(api, "supervisor", name)
    check_told(told, name, decided)
    assert decided.get_json()["status"] == ANSWERS[name]["status"]
    late = send(api, "supervisor-2", name)
    assert late.status_code == 409
    check_told(told, name, late)


def test_failures_are_described(api: Api, told: Json) -> None:
    bad: list[Any] = [None, {"waybill_no": "x"}, {"sender": 1}, {"remark": {}}]
    check_told(told, "mask", send(api, PRINTER, "mask", records=bad))
    check_told(told, "tokenize", send(api, PRINTER, "tokenize", records=bad))
    check_told(told, "tokenize", send(api, PRINTER, "tokenize", schema="yunda"))
    send(api, PRINTER, "tokenize")
    changed = ROWS["tokenize"].example_body["records"][0] | {"remark": "other"}
    conflict = send(api, PRINTER, "tokenize", records=[changed])
    assert conflict.get_json()["failed"] == 1
    check_told(told, "tokenize", conflict)
    check_told(told, "view_waybills", send(api, OFFICER, "view_waybills", waybills=[None, 7, {}, "SF0000000000"]))
    check_told(told, "detokenize", send(api, OFFICER, "detokenize"))
    send(api, DESK, "open_case", officer=None)
    items: list[Any] = [None, {"token": "wbt1"}, {"waybill_no": "x", "field": "y"}, {"token": 1}]
    check_told(told, "detokenize", send(api, OFFICER, "detokenize", items=items))
    check_told(told, "open_case", send(api, DESK, "open_case"))
    check_told(told, "open_case", send(api, DESK, "open_case", case="?", waybills=[1], purpose="x", expires_in=0))
    moves: list[Any] = [None, {}, {"waybill_no": "x", "site": 1, "courier": "x"}, {"waybill_no": "SF1234567890"}]
    check_told(told, "move_custody", send(api, "tracking", "move_custody", items=moves))
    check_told(told, "read_disclosures", send(api, "auditor", "read_disclosures"))
    check_told(told, "erase_waybill", send(api, PRIVACY, "erase_waybill"))
    check_told(told, "erase_waybill", send(api, PRIVACY, "erase_waybill"))
    check_told(told, "read_audit", api.get("auditor", "/v1/audit?after=0000000000000000-1"))
    check_told(told, "read_audit", api.get("auditor", "/v1/audit?limit=0"))


@pytest.mark.parametrize(
    ("shape", "kept"),
    [
        ("AuditEntry", entries.Entry),
        ("AuditItem", entries.Item),
        ("AuditFact", entries.Fact),
        ("AuditSignature", entries.Signature),
        ("AuditHeads", lines.Checkpoint),
        ("AuditHead", lines.Head),
    ],
)
def test_each_member_of_the_log_is_described(told: Json, shape: str, kept: type[msgspec.Struct]) -> None:
    """They are answered as they were signed, so nothing else holds the two together."""
    own = {"id"} if shape == "AuditEntry" else set[str]()

    assert set(told["components"]["schemas"][shape]["properties"]) == own | {
        one.encode_name for one in msgspec.structs.fields(kept)
    }


def test_signed_entries_are_described(signing: Api, told: Json) -> None:
    boss = Person(signing, "supervisor", "boss").bootstrap()
    Person(signing, "dispute-officer", "officer").approved_by(boss)

    answered = signing.get("auditor", "/v1/audit?action=key-approve")

    assert len(answered.get_json()["entries"][0]["signed"]) == 1
    check_told(told, "read_audit", answered)


@pytest.mark.parametrize(
    "item", [None, {}, {"token": "wbt1", "field": "/sender/phone"}, {"token": 1}, {"waybill": "x"}]
)
def test_faults_of_an_opening_to_sign_are_described(signing: Api, told: Json, item: object) -> None:
    officer = Person(signing, "dispute-officer", "officer")

    answered = officer.post("/v1/acts", {"act": "detokenize", "purpose": "dispute", "case": "D-1", "items": [item]})

    assert refusal(answered) == (422, "invalid-request")
    check_told(told, "propose_act", answered)


def test_the_code_of_each_place_that_has_a_sentence_is_described(told: Json) -> None:
    code = told["components"]["schemas"]["Problem"]["properties"]["errors"]["items"]["properties"]["code"]

    assert set(PLACES) - set(code["enum"]) == set()


def test_entries_and_checkpoints_are_described_while_the_key_of_the_log_turns_over(
    api: Api, told: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = api.parts
    turned = Keyring(with_further_hashes(parts.keyring.keyset))
    monkeypatch.setattr(parts.keyring, "_held", turned._held)
    send(api, DESK, "open_case")
    parts.checkpoints.make([bytes(32), bytes(range(32))])

    entry, named = api.get("auditor", "/v1/audit"), api.get("auditor", "/v1/audit/checkpoint")

    assert (entry.get_json()["entries"][-1]["hashes"], len(named.get_json()["checkpoint"]["keys"])) == (1, 2)
    check_told(told, "read_audit", entry)
    check_told(told, "make_checkpoint", named)


def test_a_checkpoint_beyond_the_budget_is_described(api: Api, told: Json) -> None:
    *_, last = [api.get("auditor", "/v1/audit/checkpoint") for _ in range(61)]

    assert refusal(last) == (429, "quota-exceeded")
    check_told(told, "make_checkpoint", last)


def test_an_absent_store_is_described(storeless: Api, told: Json) -> None:
    answered = send(storeless, PRINTER, "tokenize")
    assert answered.status_code == 503
    check_told(told, "tokenize", answered)
    check_told(told, "tokenize", send(storeless, PRINTER, "tokenize", if_unavailable="mask"))
    answered = send(storeless, None, "ready")
    assert answered.status_code == 503
    check_told(told, "ready", answered)


def test_answers_to_operators_are_described(api: Api, told: Json) -> None:
    for name in ("alive", "ready", "openapi"):
        answered = send(api, None, name)
        assert answered.status_code == 200
        check_told(told, name, answered)
    check_told(told, "ready", api.get(None, "/readyz?for=mask"))


def test_names_of_the_policy_are_described(shared: Api, told: Json) -> None:
    shapes = told["components"]["schemas"]
    rules = shared.parts.acting.policy.rules
    assert shapes["OpenCaseRequest"]["properties"]["purpose"]["enum"] == sorted(rules.purposes)
    assert shapes["OpenCaseRequest"]["properties"]["waybills"]["maxItems"] == rules.cases.at_most
    assert "case" in shapes["DetokenizeRequest"]["required"]


def test_a_number_in_a_query_is_described_as_a_number(told: Json) -> None:
    [limit] = [one for one in told["paths"]["/v1/audit"]["get"]["parameters"] if one.get("name") == "limit"]
    assert (limit["schema"]["type"], limit["schema"]["minimum"], limit["schema"]["maximum"]) == ("integer", 1, 1000)


def test_a_schema_of_several_waybills_is_described_for_masking_only(shared: Api) -> None:
    shapes = document(shared.parts.acting.policy.rules, load_schemas(), operations.GROUPS)["components"]["schemas"]
    assert "yunda" in shapes["MaskRequest"]["properties"]["schema"]["enum"]
    assert "yunda" not in shapes["TokenizeRequest"]["properties"]["schema"]["enum"]


def test_each_operation_asks_for_and_answers_what_is_listed(told: Json) -> None:
    """A line of the list is added or changed with its operation, so that no change of the contract goes unseen."""
    found = [
        f"{method} {path}: {' '.join(asked(operation))} -> {' '.join(answered(operation))}"
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    ]

    assert sorted(found) == LISTED.read_text("utf-8").splitlines()


def test_each_shape_parameter_and_example_is_as_listed(told: Json, tmp_path: Path) -> None:
    found = Told(re.compile("(?!)"), long=sys.maxsize)
    for line in sorted(described(told)):
        found.tell(line)

    found.is_as_in(WHOLE, tmp_path)


def described(told: Json) -> Iterator[str]:
    """A line for each shape, parameter and example, without texts for people."""
    for name, schema in told["components"]["schemas"].items():
        yield f"{name}: {compact(schema)}"
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            for one in operation["parameters"]:
                if "schema" in one:
                    yield f"{method} {path} {one['name']}: {compact(one['schema'])}"
            for media in operation.get("requestBody", {}).get("content", {}).values():
                yield f"{method} {path} asks: {json.dumps(media.get('example'), ensure_ascii=False)}"
            for status, answer in operation["responses"].items():
                for media in answer.get("content", {}).values():
                    if "example" in media:
                        yield f"{method} {path} {status}: {json.dumps(media['example'], ensure_ascii=False)}"


def compact(schema: Json) -> str:
    """A schema in one line."""

    def without_texts(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: without_texts(one) for name, one in value.items() if not (name in TEXTS and isinstance(one, str))
            }
        return [*map(without_texts, value)] if isinstance(value, list) else value

    return json.dumps(without_texts(schema), ensure_ascii=False)


def asked(operation: Json) -> Iterator[str]:
    """What an operation asks for: a credential with one of its permissions, parameters (! is required), and a body."""
    for scheme in operation.get("security", ()):
        yield from (f"{name}({','.join(permissions)})" for name, permissions in scheme.items())
    for parameter in operation["parameters"]:
        if "$ref" not in parameter:
            yield parameter["in"] + ":" + parameter["name"] + "!" * parameter.get("required", False)
    if (body := operation.get("requestBody")) is not None:
        (media,) = body["content"].values()
        yield media["schema"]["$ref"].rpartition("/")[2] + "!" * body.get("required", False)


def answered(operation: Json) -> Iterator[str]:
    """What it answers: its statuses with their shapes and headers, and those of problems that not all share."""
    for status, answer in operation["responses"].items():
        named = [name for name in answer["headers"] if name not in OF_EVERY_ANSWER]
        for media, content_of in answer.get("content", {"": {}}).items():
            schema = content_of.get("schema", {})
            if media == "application/problem+json":
                codes = {code for part in inside(schema) for code in part.get("enum", ())} - OF_EVERY_PROBLEM
                if codes:
                    yield f"{status}({','.join(sorted(codes))})"
            else:
                shapes = [part["$ref"].rpartition("/")[2] for part in inside(schema) if "$ref" in part]
                yield f"{status}({','.join([*(shapes or [media]), *named])})"


def test_headers_belong_to_their_statuses(told: Json) -> None:
    statuses: dict[str, set[str]] = {}
    for methods in told["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                for name in answer["headers"]:
                    statuses.setdefault(name, set()).add(status)

    assert {name: " ".join(sorted(of)) for name, of in statuses.items() if name not in OF_EVERY_ANSWER} == {
        "Content-Language": "400 401 403 404 409 413 415 422 429 503",
        "DPoP-Nonce": "200 201 401",
        "Location": "302",
        "Retry-After": "429 503",
        "WWW-Authenticate": "401",
    }


def test_a_member_that_can_be_absent_is_described_by_its_own_words(told: Json) -> None:
    described = {
        name: [
            member.get("description", "")
            for member in told["components"]["schemas"][name].get("properties", {}).values()
        ]
        for name in ("OwnKey", "Cases", "Case")
    }

    assert "When it signs for the first time, where that is later." in described["OwnKey"]
    assert any(text.startswith("Send it as `after` for the next page.") for text in described["Cases"])
    assert "The principals who marked the case as done for themselves, if any." in described["Case"]
