"""No audit, no answer: openings, full views, refusals and erasures are logged before they are answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest

from masking_service.service.call.budgets import Reservation
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import ONE_SLOT
from masking_service.store.pipeline import Script
from tests.web.api import NUMBER, PHONE, Api, Json, field, record, refusal, token
from tests.web.calls import entries, last, unanswered
from tests.web.people import AUDITOR, COURIER, DESK, OFFICER, PRINTER, PRIVACY

OPENING: Json = {"items": [PHONE], "purpose": "dispute", "case": "D-1"}


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets nothing be written to the audit log from now on, and everything else go on."""
    script = Store.script

    def refusing(self: Store, called: Script, keys: Sequence[bytes], args: Sequence[bytes | int]) -> Any:
        if ONE_SLOT.writers() in keys:
            raise StoreUnavailable("refused")
        return script(self, called, keys, args)

    def now() -> None:
        monkeypatch.setattr(Store, "script", refusing)

    return now


def test_what_is_opened_is_an_entry_that_says_who_and_why_and_no_value(ready: Api) -> None:
    ready.detokenize(PHONE, field(NUMBER, "/sender/address"), token("wbt"))

    entry = last(ready)
    assert (entry["action"], entry["outcome"], entry["count"]) == ("detokenize", "released", 1)
    assert (entry["principal"], entry["role"]) == ("client/dispute-officer", OFFICER)
    assert (entry["purpose"], entry["case"]) == ("dispute", "D-1")
    assert [(item["outcome"], item.get("field"), item.get("kind")) for item in entry["items"]] == [
        ("released", "/sender/phone", "phone"),
        ("kind-not-allowed", "/sender/address", "address"),
        ("not-found", None, None),
    ]


def test_both_ways_to_a_value_are_about_the_same_waybill(ready: Api) -> None:
    made = ready.tokenize(record())[0]["tokens"]["/sender/phone"]
    ready.opened(PHONE, token(made))

    first, second = last(ready)["items"]
    assert first == second
    assert first["waybill"]


@pytest.mark.parametrize(
    ("who", "body", "outcome"),
    [
        (OFFICER, {"items": []}, "purpose-required"),
        (OFFICER, {"items": [], "purpose": "regulator"}, "forbidden"),
        (OFFICER, {"items": [], "purpose": "dispute"}, "case-required"),
        (OFFICER, {"items": [], "purpose": "dispute", "case": "D-9"}, "case-not-open"),
        (PRINTER, {"items": [], "purpose": "dispute", "case": "D-1"}, "forbidden"),
        (OFFICER, {"items": [PHONE] * 21, "purpose": "dispute", "case": "D-1"}, "quota-exceeded"),
    ],
)
def test_what_is_refused_is_an_entry_too(ready: Api, who: str, body: Json, outcome: str) -> None:
    ready.post(who, "/v1/detokenize", body)

    entry = last(ready)
    assert (entry["action"], entry["outcome"], entry.get("count", 0)) == ("detokenize", outcome, 0)


def test_a_full_view_is_an_entry_for_each_waybill(ready: Api) -> None:
    ready.post(COURIER, "/v1/waybills/view", {"waybills": [NUMBER, "SF9999999999", 7]})

    entry = last(ready)
    assert (entry["action"], entry["profile"], entry["count"]) == ("view", "courier", 1)
    assert [item["outcome"] for item in entry["items"]] == ["released", "not-found", "not-found"]


@pytest.mark.parametrize(("profile", "recorded"), [("courier", "courier"), ("made-up", None)])
def test_a_refused_profile_is_logged_only_if_the_policy_defines_it(
    ready: Api, profile: str, recorded: str | None
) -> None:
    ready.post(OFFICER, "/v1/waybills/view", {"waybills": [NUMBER], "profile": profile})

    entry = last(ready)
    assert (entry["outcome"], entry.get("profile")) == ("forbidden", recorded)


def test_a_view_of_masks_is_no_entry(ready: Api) -> None:
    before = len(entries(ready))
    ready.get(OFFICER, f"/v1/waybills/{NUMBER}")

    assert len(entries(ready)) == before


def test_an_erasure_is_the_entry_that_it_answers_with(ready: Api) -> None:
    answered = ready.call(PRIVACY, "DELETE", f"/v1/waybills/{NUMBER}").get_json()

    number = len(entries(ready))
    assert answered["audit"].endswith(f"-{number}")
    assert last(ready)["action"] == "erase"


def test_opening_and_closing_a_case_are_entries(ready: Api) -> None:
    ready.post(DESK, "/v1/cases/D-1/close")

    assert [(entry["action"], entry["case"]) for entry in entries(ready) if "case" in entry] == [
        ("case-open", "D-1"),
        ("case-close", "D-1"),
    ]


def test_an_entry_holds_no_personal_data_that_an_id_brought(ready: Api) -> None:
    who = ready.mint(OFFICER, "u 13812345678")
    body = {"items": [], "purpose": "dispute", "case": "13812345678"}
    ready.post(who, "/v1/detokenize", body, headers={"X-Request-Id": "13812345678"})

    assert "13812345678" not in msgspec.json.encode(last(ready)).decode()


def without_result(answered: Any) -> None:
    assert refusal(answered) == (503, "unavailable")
    for value in ("13812345678", "张三", "华志路", "402室"):
        assert value not in answered.text


@pytest.mark.parametrize(
    ("who", "method", "path", "body"),
    [
        pytest.param(OFFICER, "POST", "/v1/detokenize", OPENING, id="no value is opened"),
        pytest.param(OFFICER, "POST", "/v1/detokenize", OPENING | {"case": "D-9"}, id="no refusal is told"),
        pytest.param(COURIER, "GET", f"/v1/waybills/{NUMBER}", None, id="no address is shown"),
        pytest.param(COURIER, "POST", "/v1/waybills/view", {"waybills": [NUMBER]}, id="no addresses are shown"),
    ],
)
def test_a_call_that_cannot_be_written_down_shows_nothing(
    ready: Api, silence: Callable[[], None], who: str, method: str, path: str, body: Json | None
) -> None:
    silence()

    without_result(ready.call(who, method, path, body))


def test_nothing_is_erased_that_cannot_be_written_down(ready: Api, silence: Callable[[], None]) -> None:
    silence()

    assert refusal(ready.call(PRIVACY, "DELETE", f"/v1/waybills/{NUMBER}")) == (503, "unavailable")
    assert ready.get(OFFICER, f"/v1/waybills/{NUMBER}").status_code == 200


def test_what_needs_no_entry_goes_on_without_the_log(ready: Api, silence: Callable[[], None]) -> None:
    silence()

    assert ready.tokenize(record("SF2222222222"))[0]["created"] is True
    assert ready.get(OFFICER, f"/v1/waybills/{NUMBER}").status_code == 200
    assert ready.get(AUDITOR, "/v1/cases/D-1").status_code == 200


def test_the_log_goes_on_after_a_failure(ready: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Store, "script", unanswered)
        ready.detokenize(PHONE)

    assert ready.opened(PHONE)[0]["value"] == "13812345678"
    assert [entry["outcome"] for entry in entries(ready)].count("released") == 1


def test_a_log_that_the_store_refuses_opens_nothing(ready: Api) -> None:
    """The store itself says no, as it does with a wrong kind of key."""
    store = ready.parts.store
    stream = ONE_SLOT.stream(store.read([(b"SMEMBERS", ONE_SLOT.writers())])[0][0].decode())
    store.write([(b"DEL", stream), (b"SET", stream, b"x")])

    without_result(ready.detokenize(PHONE))


def test_a_case_is_in_the_log_with_its_waybills_before_it_is_open(api: Api, silence: Callable[[], None]) -> None:
    silence()
    opened = api.post(DESK, "/v1/cases", {"case": "D-8", "purpose": "dispute", "waybills": [NUMBER], "reason": "lost"})

    assert (refusal(opened)[0], api.get(DESK, "/v1/cases/D-8").status_code) == (503, 404)


def test_the_entry_of_a_case_names_every_waybill_by_its_hash(ready: Api) -> None:
    ready.open_case("D-9", NUMBER, "SF0000000001")

    assert [len(item["waybill"]) for item in last(ready)["items"]] == [32, 32]


def test_who_may_not_view_is_in_the_log(ready: Api) -> None:
    ready.get(PRINTER, f"/v1/waybills/{NUMBER}")

    assert (last(ready)["action"], last(ready)["outcome"]) == ("view", "forbidden")


def test_a_probe_of_a_number_that_the_case_does_not_name_is_in_the_log_under_its_hash(ready: Api) -> None:
    ready.detokenize(field("SF0000000001", "/sender/phone"))

    assert [(item["outcome"], len(item["waybill"])) for item in last(ready)["items"]] == [("not-found", 32)]


def test_a_give_back_that_fails_does_not_take_the_answer_back(ready: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reservation, "give_back", unanswered)
    assert ready.opened(PHONE, field("SF0000000001", "/sender/phone"))[0]["value"] == "13812345678"
