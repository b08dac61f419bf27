"""What a case's readers see of its past: notes, decisions, openings, and lists of cases that have ended."""

from __future__ import annotations

import pytest

from masking_service.runtime.clock import clock
from tests.web.api import NUMBER, Api, Clock, Json, Trips, content, field, record, refusal
from tests.web.people import DESK, OFFICER, OTHER_OFFICER, SUPERVISOR

OTHER = "SF2222222222"
DAY = 86_400


def names(api: Api, query: str, who: str = SUPERVISOR) -> list[str]:
    return [case["case"] for case in content(api.get(who, f"/v1/cases{query}"))["cases"]]


@pytest.fixture
def pending(api: Api) -> Json:
    return api.open_case("D-1", NUMBER, purpose="regulator")


@pytest.mark.parametrize("act", ["approve", "deny", "close"])
def test_a_decision_keeps_its_note(api: Api, pending: Json, act: str) -> None:
    assert pending["decisions"] == []
    decided = api.post(SUPERVISOR, f"/v1/cases/D-1/{act}", {"note": "seen the photo, call 13812345678"}).get_json()

    (decision,) = decided["decisions"]
    assert (decision["act"], decision["by"]) == (act, "client/supervisor")
    assert decision["note"] == "seen the photo, call *******5678"
    assert api.get(SUPERVISOR, "/v1/cases/D-1").get_json()["decisions"] == [decision]


def test_a_decision_needs_no_note(api: Api, pending: Json) -> None:
    decided = api.post(SUPERVISOR, "/v1/cases/D-1/approve").get_json()

    assert [decision["note"] for decision in decided["decisions"]] == [None]


def test_a_note_may_have_500_characters(api: Api, pending: Json) -> None:
    decided = content(api.post(SUPERVISOR, "/v1/cases/D-1/approve", {"note": "x" * 500}))

    assert decided["decisions"][0]["note"] == "x" * 500


def test_a_long_note_is_refused(api: Api, pending: Json) -> None:
    answered = api.post(SUPERVISOR, "/v1/cases/D-1/approve", {"note": "x" * 501})

    assert refusal(answered) == (422, "invalid-request")
    assert answered.get_json()["errors"] == [{"pointer": "/note", "code": "invalid-length"}]
    assert api.get(SUPERVISOR, "/v1/cases/D-1").get_json()["status"] == "pending"


def test_cases_that_ended_are_listed_for_thirty_days(api: Api, set_clock: Clock) -> None:
    now = clock()
    set_clock(now)
    for case in ("D-1", "D-2", "D-3"):
        api.open_case(case, NUMBER, purpose="regulator", expires_in=DAY)
    api.post(DESK, "/v1/cases/D-1/close")
    api.post(SUPERVISOR, "/v1/cases/D-2/deny")
    seen = {}
    for days in (0, 2, 30, 32):
        set_clock(now + days * DAY)
        seen[days] = [names(api, f"?status={status}") for status in ("closed", "denied", "expired")]

    assert seen == {
        0: [["D-1"], ["D-2"], []],
        2: [["D-1"], ["D-2"], ["D-3"]],
        30: [["D-1"], ["D-2"], ["D-3"]],
        32: [[], [], []],
    }


def test_a_list_is_filtered_by_waybill_and_opener(api: Api) -> None:
    api.open_case("D-1", NUMBER)
    api.open_case("D-2", NUMBER, OTHER, who="service-desk-2")

    assert names(api, f"?waybill={OTHER.lower()}") == ["D-2"]
    assert names(api, f"?waybill={NUMBER}&opened_by=client/service-desk") == ["D-1"]
    assert names(api, "?opened_by=client/service-desk-2", who=DESK) == []


def test_a_list_is_read_page_by_page(api: Api) -> None:
    for at in range(7):
        api.open_case(f"D-{at}", NUMBER)
    whole = names(api, "")
    pages, query = [], "?limit=3"
    while True:
        page = api.get(SUPERVISOR, f"/v1/cases{query}").get_json()
        pages.append([case["case"] for case in page["cases"]])
        if "next" not in page:
            break
        query = f"?limit=3&after={page['next']}"

    assert ([case for page in pages for case in page], [len(page) for page in pages]) == (whole, [3, 3, 1])


def test_a_list_goes_on_behind_no_case_that_the_caller_may_not_see(api: Api) -> None:
    api.open_case("D-1", NUMBER, who="service-desk-2")
    answers = [api.get(DESK, f"/v1/cases?after={case}") for case in ("D-1", "D-9")]

    assert [refusal(answered) for answered in answers] == [(422, "invalid-request")] * 2
    assert answers[0].get_json()["errors"] == [{"pointer": "query:after", "code": "unknown-cursor"}]
    assert answers[0].data == answers[1].data


def test_a_reader_sees_what_was_opened_under_a_case(api: Api, trips: Trips) -> None:
    api.tokenize(record(), record(OTHER))
    api.open_case("D-1", NUMBER, OTHER)
    api.open_case("D-2", NUMBER)
    api.opened(field(OTHER, "/sender/phone"), field(NUMBER, "/sender/name"))
    api.opened(field(NUMBER, "/recipient/phone"), case="D-2")
    trips()
    opens = api.get(DESK, "/v1/cases/D-1/opens").get_json()["opens"]

    assert trips() == 2
    assert {(one["waybill_no"], one["field"], one["principal"]) for one in opens} == {
        (OTHER, "/sender/phone", "client/dispute-officer"),
        (NUMBER, "/sender/name", "client/dispute-officer"),
    }


def test_openings_are_for_readers_of_the_case(api: Api) -> None:
    api.open_case("D-1", NUMBER)
    asked = [(OTHER_OFFICER, "D-1"), ("service-desk-2", "D-1"), (OFFICER, "D-9"), (OFFICER, "no name")]

    assert [refusal(api.get(who, f"/v1/cases/{case}/opens")) for who, case in asked] == [(404, "not-found")] * 4
