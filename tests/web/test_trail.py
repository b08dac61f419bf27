"""What moves, decisions, revisions, erasures and looks at disclosures leave in the log before anything else happens."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from werkzeug.test import TestResponse

from masking_service.audit.log import AuditLog
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import custody_key, record_key, record_stems, restriction_key
from masking_service.store.pipeline import Question
from tests.web.api import NUMBER, PHONE, SITE, Api, field, record, refusal
from tests.web.calls import entries, last, move, unanswered
from tests.web.people import AUDITOR, COURIER, DESK, OFFICER, PRIVACY, SUPERVISOR, TRACKING

UNKNOWN = "SF9999999999"
PATH = f"/v1/waybills/{NUMBER}"


def waybill(api: Api, number: str = NUMBER) -> str:
    """The hash by which the log calls a waybill."""
    keys = api.parts.keyring.tenant("default")
    return keys.audit_hash("waybill", keys.bases([number])[0].hex())


def digest(content: bytes) -> str:
    return hashlib.sha256(content).digest()[:16].hex()


@pytest.fixture
def ready(api: Api) -> Api:
    """A service that knows one waybill."""
    api.tokenize(record())
    return api


@pytest.fixture
def silence(ready: Api, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets nothing be written to the audit log from now on, and everything else go on."""
    return lambda: monkeypatch.setattr(ready.parts.log, "append", unanswered)


def test_a_move_is_one_entry_that_names_every_waybill_and_who_holds_it(ready: Api) -> None:
    items = [
        {"waybill_no": NUMBER, "site": SITE},
        {"waybill_no": UNKNOWN, "site": SITE, "courier": "client/c-88"},
        {"waybill_no": "?"},
        {"waybill_no": NUMBER, "courier": "client/courier"},
        {"waybill_no": NUMBER},
    ]
    move(ready, *items)

    (entry,) = entries(ready, "custody-move")
    assert (entry["outcome"], entry["principal"], entry["role"]) == ("done", "client/tracking", TRACKING)
    assert entry["items"] == [
        {"waybill": waybill(ready), "outcome": "done", "site": SITE},
        {"waybill": waybill(ready, UNKNOWN), "outcome": "not-found", "site": SITE, "courier": "client/c-88"},
        {"waybill": waybill(ready), "outcome": "done", "courier": "client/courier"},
        {"waybill": waybill(ready), "outcome": "done"},
    ]


def test_the_entry_of_a_move_announces_the_stored_value(ready: Api) -> None:
    move(ready, {"waybill_no": NUMBER, "site": "999999"}, {"waybill_no": NUMBER, "site": SITE})

    (told,) = last(ready, "custody-move")["facts"]
    place = custody_key(record_stems(ready.parts.keyring.tenant("default").bases([NUMBER]))[0])
    assert (told["place"], told["value"]) == (digest(place), digest(ready.parts.store.read([(b"GET", place)])[0]))


def test_a_move_of_an_unknown_waybill_is_an_entry(ready: Api) -> None:
    move(ready, {"waybill_no": UNKNOWN, "site": SITE})

    entry = last(ready, "custody-move")
    assert (entry["outcome"], entry.get("facts", [])) == ("not-found", [])


def test_an_id_that_holds_personal_data_is_replaced_in_the_trail_and_kept_in_custody(ready: Api) -> None:
    move(ready, {"waybill_no": NUMBER, "courier": "dev/13812345678"})

    assert last(ready, "custody-move")["items"][0]["courier"] == "(replaced)"
    assert ready.get(ready.mint(COURIER, "13812345678"), PATH).status_code == 200


def test_a_site_that_holds_personal_data_is_replaced_in_the_trail(ready: Api) -> None:
    move(ready, {"waybill_no": NUMBER, "site": "13812345678"})

    assert last(ready, "custody-move")["items"][0]["site"] == "(replaced)"


def test_nothing_is_moved_that_cannot_be_written_down(ready: Api, silence: Callable[[], None]) -> None:
    silence()

    assert refusal(move(ready, {"waybill_no": NUMBER, "site": SITE})) == (503, "unavailable")
    assert ready.parts.store.read([(b"KEYS", b"*}@")])[0] == []


def test_custody_at_tokenizing_is_in_the_trail(ready: Api) -> None:
    ready.tokenize(record(), custody={"site": SITE})

    assert last(ready, "custody-first")["items"] == [{"waybill": waybill(ready), "outcome": "done", "site": SITE}]


@pytest.mark.parametrize("act", ["approve", "deny"])
def test_a_decision_is_an_entry_that_names_the_case_and_announces_it(ready: Api, act: str) -> None:
    ready.open_case("D-1", NUMBER, purpose="regulator")
    ready.post(SUPERVISOR, f"/v1/cases/D-1/{act}")

    entry = last(ready, f"case-{act}")
    assert (entry["outcome"], entry["principal"], entry["case"]) == ("done", "client/supervisor", "D-1")
    assert [told["once"] for told in entry["facts"]] == [True]


@pytest.mark.parametrize(
    ("who", "case", "outcome"),
    [(OFFICER, "D-1", "forbidden"), (SUPERVISOR, "D-9", "not-found"), (SUPERVISOR, "D-1", "case-not-pending")],
)
def test_a_decision_that_is_refused_is_in_the_log(ready: Api, who: str, case: str, outcome: str) -> None:
    ready.open_case("D-1", NUMBER)
    ready.post(who, f"/v1/cases/{case}/approve")

    assert (last(ready, "case-approve")["outcome"], last(ready, "case-approve")["case"]) == (outcome, case)


def test_ones_own_case_is_in_the_log(ready: Api) -> None:
    both = ready.mint([DESK, SUPERVISOR], "chen")
    ready.open_case("D-1", NUMBER, purpose="regulator", who=both)
    ready.post(both, "/v1/cases/D-1/approve")

    assert last(ready, "case-approve")["outcome"] == "own-case"


def test_nothing_is_decided_that_cannot_be_written_down(ready: Api, silence: Callable[[], None]) -> None:
    ready.open_case("D-1", NUMBER, purpose="regulator")
    silence()

    assert refusal(ready.post(SUPERVISOR, "/v1/cases/D-1/approve")) == (503, "unavailable")
    assert ready.get(SUPERVISOR, "/v1/cases/D-1").get_json()["status"] == "pending"


def test_what_is_opened_is_accounted_for_with_who_approved_it(ready: Api) -> None:
    ready.open_case("D-1", NUMBER, purpose="regulator")
    ready.post(SUPERVISOR, "/v1/cases/D-1/approve")
    ready.opened(PHONE, who=PRIVACY, purpose="regulator")

    entry = last(ready, "detokenize")
    assert (entry["approved_by"], len(entry["facts"])) == (["client/supervisor"], 1)


def test_a_new_revision_is_an_entry_and_a_first_one_is_none(ready: Api) -> None:
    ready.tokenize(record(remark="new"), record("SF2222222222"), record(), on_conflict="revise")

    (entry,) = entries(ready, "revise")
    assert (entry["principal"], entry["outcome"]) == ("client/label-printer", "done")
    assert entry["items"] == [{"waybill": waybill(ready), "outcome": "done"}] * 2


def test_no_token_of_a_revision_is_answered_that_cannot_be_written_down(
    ready: Api, silence: Callable[[], None]
) -> None:
    silence()

    answered = ready.post("label-printer", "/v1/tokenize", {"records": [record(remark="x")], "on_conflict": "revise"})

    assert refusal(answered) == (503, "unavailable")


def test_a_revision_that_is_stored_by_a_call_that_failed_is_recorded_again_when_it_is_sent_again(
    ready: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Store.ask

    def written_and_unanswered(store: Store, *questions: Question[Any]) -> None:
        ask(store, *questions)
        if any(question.since for question in questions):  # it writes what is sealed
            raise StoreUnavailable("timeout")

    changed = {"records": [record(remark="x")], "on_conflict": "revise"}
    with monkeypatch.context() as broken:
        broken.setattr(Store, "ask", written_and_unanswered)
        assert refusal(ready.post("label-printer", "/v1/tokenize", changed)) == (503, "unavailable")

    (again,) = ready.tokenize(record(remark="x"), on_conflict="revise")

    assert (again["created"], again["revision"]) == (False, 1)
    assert [entry["outcome"] for entry in entries(ready, "revise")] == ["done", "unavailable", "done"]


@pytest.mark.parametrize("failing", ["script", "ask"])
def test_no_revision_is_stored_without_its_entry(ready: Api, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    """Neither where the log cannot be written, nor where the store cannot be asked."""
    changed = {"records": [record("SF2222222222"), record(remark="x")], "on_conflict": "revise"}
    with monkeypatch.context() as broken:
        broken.setattr(Store, failing, unanswered)
        assert refusal(ready.post("label-printer", "/v1/tokenize", changed)) == (503, "unavailable")

    assert ready.get(OFFICER, PATH).get_json()["revision"] == 0
    assert ready.get(OFFICER, "/v1/waybills/SF2222222222").status_code == 404


def test_an_erasure_announces_every_tombstone_its_mark_and_the_end_of_custody(ready: Api) -> None:
    ready.tokenize(record(remark="new"), on_conflict="revise", custody={"site": SITE})
    answered = ready.call(PRIVACY, "DELETE", PATH).get_json()

    (entry,) = entries(ready, "erase")
    stem = record_stems(ready.parts.keyring.tenant("default").bases([NUMBER]))[0]
    places = [*(record_key(stem, revision) for revision in range(3)), restriction_key(stem)]
    stored = ready.parts.store.read([(b"GET", place) for place in places])
    told = {one["place"]: one["value"] for one in entry["facts"]}
    assert told == {digest(custody_key(stem)): ""} | {
        digest(place): digest(value) for place, value in zip(places, stored, strict=True)
    }
    assert answered["audit"]


def test_reading_disclosures_is_an_entry(ready: Api) -> None:
    for number in (NUMBER, UNKNOWN):
        ready.get(AUDITOR, f"/v1/waybills/{number}/disclosures")
    ready.get(OFFICER, f"{PATH}/disclosures")

    asked = [
        (entry["outcome"], [item["waybill"] for item in entry["items"]]) for entry in entries(ready, "disclosures")
    ]
    assert asked == [("done", [waybill(ready)]), ("done", [waybill(ready, UNKNOWN)]), ("forbidden", [])]


def test_disclosures_are_not_answered_without_an_entry(ready: Api, silence: Callable[[], None]) -> None:
    silence()

    assert refusal(ready.get(AUDITOR, f"{PATH}/disclosures")) == (503, "unavailable")


def test_a_case_and_an_officer_that_hold_personal_data_are_replaced(ready: Api) -> None:
    ready.open_case("13812345678", NUMBER, officer="dev/13987654321")

    assert last(ready, "case-open")["case"] == "(replaced)"
    assert b"13987654321" not in msgspec.json.encode(last(ready, "case-open"))
    assert ready.get(OFFICER, "/v1/cases/13812345678").status_code == 200


@pytest.mark.parametrize(
    ("action", "act"),
    [
        ("detokenize", lambda api: api.detokenize(field(NUMBER, "/sender/phone"))),
        ("case-close", lambda api: api.post(DESK, "/v1/cases/D-1/close")),
    ],
)
def test_an_announced_value_that_may_not_be_stored_is_taken_back(
    api: Api, monkeypatch: pytest.MonkeyPatch, action: str, act: Callable[[Api], TestResponse]
) -> None:
    api.tokenize(record(NUMBER))
    api.open_case("D-1", NUMBER)

    with monkeypatch.context() as broken:
        broken.setattr(AuditLog, "writes_fields", False)  # as in a cluster, where disclosures follow their entry
        broken.setattr(Store, "write", unanswered)  # the log goes through a script
        assert refusal(act(api)) == (503, "unavailable")

    announced, taken_back = api.get(AUDITOR, "/v1/audit").get_json()["entries"][-2:]
    assert (announced["action"], taken_back["action"], taken_back["outcome"]) == (action, action, "unavailable")
    assert taken_back.get("count", 0) == 0
    assert taken_back["takes_back"] == [announced["id"]]
