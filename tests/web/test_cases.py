"""Cases over HTTP: opened by the desk, read by whom it concerns, closed by opener or approver, named once for ever."""

from __future__ import annotations

import re

import pytest

from masking_service.service.call.budgets import Reservation
from tests.web.api import NOW, NUMBER, Api, Clock, Json, content, refusal
from tests.web.calls import unanswered
from tests.web.people import AUDITOR, DESK, OFFICER, OTHER_OFFICER, SUPERVISOR

WEEK = 7 * 86_400
WANTED: Json = {"case": "D-1", "purpose": "dispute", "waybills": [NUMBER], "reason": "asked by the sender"}


def numbers(count: int) -> list[str]:
    return [f"SF{at:010}" for at in range(count)]


def test_an_opened_case_is_answered_whole(api: Api, set_clock: Clock) -> None:
    set_clock(NOW)

    opened = api.open_case("D-1", f" {NUMBER.lower()}", NUMBER, officer="dev/chen", expires_in=86_400)

    assert opened == {
        "case": "D-1",
        "status": "open",
        "purpose": "dispute",
        "waybills": [NUMBER],
        "officer": "dev/chen",
        "reason": "asked by the sender",
        "opened_by": "client/service-desk",
        "opened_at": "2026-11-30T00:53:20Z",
        "expires_at": "2026-12-01T00:53:20Z",
        "approved_by": [],
        "ticket": None,
        "decisions": [],
    }


def test_a_case_is_read_as_it_was_opened(api: Api) -> None:
    opened = api.open_case("D-1", NUMBER)

    assert api.get(OFFICER, "/v1/cases/D-1").get_json() == opened


def test_opening_tells_nothing_about_what_is_stored(api: Api, set_clock: Clock) -> None:
    set_clock(NOW)
    api.tokenize({"waybill_no": NUMBER, "sender": {"name": "张三"}})

    known, unknown = api.open_case("D-1", NUMBER), api.open_case("D-2", "SF9999999999")

    assert known | {"case": "", "waybills": []} == unknown | {"case": "", "waybills": []}


@pytest.mark.parametrize(("count", "status"), [(1, "open"), (10, "open"), (11, "pending"), (200, "pending")])
def test_a_case_of_more_than_ten_waybills_waits(api: Api, count: int, status: str) -> None:
    assert api.open_case("D-1", *numbers(count))["status"] == status


def test_a_purpose_that_wants_approval_waits_at_one_waybill(api: Api) -> None:
    assert api.open_case("D-1", NUMBER, purpose="regulator")["status"] == "pending"


def test_without_an_end_a_case_lasts_seven_days(api: Api, set_clock: Clock) -> None:
    set_clock(NOW)

    assert api.open_case("D-1", NUMBER)["expires_at"] == "2026-12-07T00:53:20Z"


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"waybills": []}, "/waybills", "invalid-length"),
        ({"waybills": numbers(201)}, "/waybills", "invalid-length"),
        ({"waybills": [NUMBER, "短"]}, "/waybills/1", "invalid-waybill-no"),
        ({"waybills": [NUMBER, 7]}, "/waybills/1", "invalid-waybill-no"),
        ({"purpose": "gossip"}, "/purpose", "unknown-purpose"),
        ({"case": "张三"}, "/case", "invalid-value"),
        ({"case": "D 1"}, "/case", "invalid-value"),
        ({"case": "D-1\n"}, "/case", "invalid-value"),
        ({"officer": "chen"}, "/officer", "invalid-value"),
        ({"officer": "client/Chen"}, "/officer", "invalid-value"),
        ({"expires_in": 0}, "/expires_in", "out-of-range"),
        ({"expires_in": WEEK + 1}, "/expires_in", "out-of-range"),
        ({"reason": ""}, "/reason", "invalid-length"),
        ({"reason": " \t\u3000"}, "/reason", "invalid-value"),
        ({"reason": "\u200b \u2060\ufeff"}, "/reason", "invalid-value"),
        ({"reason": "x" * 501}, "/reason", "invalid-length"),
        ({"expires_in": "60"}, "/expires_in", "invalid-value"),
        ({"expires_in": True}, "/expires_in", "invalid-value"),
        ({"expires_in": 1.5}, "/expires_in", "invalid-value"),
    ],
)
def test_what_is_wrong_with_a_case_is_named_by_its_place(api: Api, change: Json, pointer: str, code: str) -> None:
    answered = api.post(DESK, "/v1/cases", WANTED | change)

    assert refusal(answered) == (422, "invalid-request")
    assert answered.get_json()["errors"] == [{"pointer": pointer, "code": code}]


@pytest.mark.parametrize("member", ["case", "purpose", "waybills", "reason"])
def test_a_case_without_what_it_needs_is_refused(api: Api, member: str) -> None:
    body = {name: value for name, value in WANTED.items() if name != member}

    assert refusal(api.post(DESK, "/v1/cases", body)) == (422, "invalid-request")


def test_a_name_is_never_used_twice(api: Api) -> None:
    api.open_case("D-1", NUMBER)
    api.post(DESK, "/v1/cases/D-1/close")

    for who in (DESK, "service-desk-2"):
        assert refusal(api.post(who, "/v1/cases", WANTED)) == (409, "case-exists")


def test_a_name_that_was_used_is_refused_though_nothing_can_be_given_back(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.open_case("D-1", NUMBER)
    monkeypatch.setattr(Reservation, "give_back", unanswered)

    assert refusal(api.post(DESK, "/v1/cases", WANTED)) == (409, "case-exists")


def test_personal_data_in_a_reason_is_masked(api: Api) -> None:
    opened = api.open_case("D-1", NUMBER, reason="客户李明投诉，住3号楼402室，call 13812345678")
    closed = content(api.post(DESK, "/v1/cases/D-1/close", {"note": "客户李明要求退款"}))

    assert opened["reason"] == "客户李*投诉，住3号楼***室，call *******5678"
    assert closed["decisions"][0]["note"] == "客户李*要求退款"


def test_the_desk_sees_its_own_cases_only(api: Api) -> None:
    api.open_case("D-1", NUMBER)
    api.open_case("D-2", NUMBER, who="service-desk-2")

    assert [case["case"] for case in api.get(DESK, "/v1/cases").get_json()["cases"]] == ["D-1"]
    assert refusal(api.get(DESK, "/v1/cases/D-2")) == (404, "not-found")
    assert refusal(api.post(DESK, "/v1/cases/D-2/close")) == (404, "not-found")


@pytest.mark.parametrize("who", [OFFICER, SUPERVISOR, AUDITOR])
def test_others_see_every_case_of_their_tenant(api: Api, who: str) -> None:
    api.open_case("D-1", NUMBER)
    api.open_case("D-2", NUMBER, who="service-desk-2")
    api.open_case("D-3", NUMBER, who=api.mint(DESK, tenant="other"))

    assert {case["case"] for case in api.get(who, "/v1/cases").get_json()["cases"]} == {"D-1", "D-2"}


def test_another_tenants_case_is_not_found(api: Api) -> None:
    api.open_case("D-1", NUMBER)

    assert refusal(api.get(OTHER_OFFICER, "/v1/cases/D-1")) == (404, "not-found")
    assert api.get(OTHER_OFFICER, "/v1/cases").get_json() == {"cases": []}
    assert refusal(api.post(api.mint(SUPERVISOR, tenant="other"), "/v1/cases/D-1/close")) == (404, "not-found")


@pytest.mark.parametrize("name", ["D-9", "%E5%BC%A0%E4%B8%89", "D%201", "..", "x" * 65])
def test_what_is_no_case_is_not_found(api: Api, name: str) -> None:
    assert refusal(api.get(SUPERVISOR, f"/v1/cases/{name}")) == (404, "not-found")


def test_cases_are_listed_by_status(api: Api) -> None:
    api.open_case("D-1", NUMBER)
    api.open_case("D-2", *numbers(11))
    api.open_case("D-3", NUMBER)
    api.post(DESK, "/v1/cases/D-3/close")

    listed = {
        status: [case["case"] for case in api.get(SUPERVISOR, f"/v1/cases?status={status}").get_json()["cases"]]
        for status in ("open", "pending", "closed", "denied")
    }

    assert listed == {"open": ["D-1"], "pending": ["D-2"], "closed": ["D-3"], "denied": []}


def test_an_expired_case_is_listed_no_more_and_says_so(api: Api, set_clock: Clock) -> None:
    set_clock(NOW)
    api.open_case("D-1", NUMBER, expires_in=60)
    set_clock(NOW + 60)

    assert api.get(SUPERVISOR, "/v1/cases").get_json() == {"cases": []}
    assert api.get(SUPERVISOR, "/v1/cases/D-1").get_json()["status"] == "expired"


@pytest.mark.parametrize("who", [DESK, SUPERVISOR])
def test_opener_and_approvers_close_a_case(api: Api, who: str) -> None:
    api.open_case("D-1", NUMBER)

    assert api.post(who, "/v1/cases/D-1/close").get_json()["status"] == "closed"
    assert api.get(OFFICER, "/v1/cases/D-1").get_json()["status"] == "closed"


def test_an_officer_closes_no_case(api: Api) -> None:
    api.open_case("D-1", NUMBER)

    assert refusal(api.post(OFFICER, "/v1/cases/D-1/close")) == (403, "forbidden")


def test_an_opener_names_three_hundred_waybills_a_day_at_most(api: Api) -> None:
    api.open_case("D-1", *numbers(200))
    api.open_case("D-2", *numbers(100))

    answered = api.post(DESK, "/v1/cases", WANTED | {"case": "D-3"})

    assert refusal(answered) == (429, "quota-exceeded")
    assert answered.get_json()["window"] == "1d"
    assert refusal(api.get(DESK, "/v1/cases/D-3")) == (404, "not-found")


def test_an_opener_that_has_room_for_exactly_the_rest_opens_it(api: Api) -> None:
    api.open_case("D-1", *numbers(200))

    assert refusal(api.post(DESK, "/v1/cases", WANTED | {"case": "D-2", "waybills": numbers(101)}))[0] == 429
    assert api.open_case("D-2", *numbers(100))["status"] == "pending"


def test_a_case_that_waits_raises_an_alert_and_an_open_one_none(api: Api) -> None:
    def alerts() -> float:
        page = api.get(None, "/metrics").text
        (count,) = re.findall(r'^masking_alerts_total\{kind="case-pending"\} (\S+)$', page, re.MULTILINE)
        return float(count)

    opener, found = api.mint(DESK, "opener-of-two"), [alerts()]
    for case, waybills in (("D-1", [NUMBER]), ("D-2", numbers(11))):
        api.open_case(case, *waybills, who=opener)
        found.append(alerts())

    assert [count - found[0] for count in found] == [0, 0, 1]


def test_large_cases_cannot_be_split_into_small_ones_without_end(api: Api) -> None:
    """Cases of ten need no approval, and thirty of them are a day's work."""
    many = numbers(310)
    split = [many[at : at + 10] for at in range(0, 310, 10)]
    statuses = [
        api.post(DESK, "/v1/cases", WANTED | {"case": f"D-{at}", "waybills": part}).status_code
        for at, part in enumerate(split)
    ]

    assert statuses == [201] * 30 + [429]


def test_ten_openers_spend_all_that_their_role_has(api: Api) -> None:
    for person in range(10):
        for part in (200, 100):
            api.open_case(f"D-{person}-{part}", *numbers(part), who=api.mint(DESK, f"d-{person}"))

    answered = api.post(api.mint(DESK, "d-11"), "/v1/cases", WANTED)

    assert refusal(answered) == (429, "quota-exceeded")


def test_a_waybill_that_is_named_twice_counts_once(api: Api) -> None:
    for case in ("D-1", "D-2"):
        api.open_case(case, *numbers(100), *numbers(100))

    assert api.open_case("D-3", *numbers(100))["status"] == "pending"


def test_another_day_has_a_budget_of_its_own(api: Api, set_clock: Clock) -> None:
    set_clock(NOW)
    for case, count in (("D-1", 200), ("D-2", 100)):
        api.open_case(case, *numbers(count))
    set_clock(NOW + 86_400 + 1_440)

    assert api.open_case("D-3", NUMBER)["status"] == "open"


def test_a_name_that_was_taken_costs_nothing(api: Api) -> None:
    for case in ("D-1", "D-1", "D-2"):
        api.post(DESK, "/v1/cases", WANTED | {"case": case, "waybills": numbers(150)})

    assert api.get(DESK, "/v1/cases/D-2").status_code == 200
