"""An officer takes a case: the lists say who works on it, and no one gains or loses authority."""

from __future__ import annotations

import pytest

from masking_service.service.cases.state import MAX_CLAIMS
from tests.web.api import NUMBER, PHONE, Api, content, refusal
from tests.web.people import COURIER, DESK, OFFICER, OTHER_OFFICER, PRINTER, PRIVACY, SUPERVISOR

CLAIM = "/v1/cases/D-1/claim"
COLLEAGUE = "dispute-officer-2"


def mine(api: Api, who: str) -> list[str]:
    return [case["case"] for case in content(api.get(who, "/v1/cases?mine=yes"))["cases"]]


def test_the_case_says_who_claimed_it_and_no_decision(ready: Api) -> None:
    answered = content(ready.post(OFFICER, CLAIM))

    assert (answered["claimed_by"], answered["decisions"], answered["status"]) == (
        "client/dispute-officer",
        [],
        "open",
    )
    assert content(ready.get(SUPERVISOR, "/v1/cases/D-1")) == answered


def test_it_moves_from_officer_to_officer_and_back(ready: Api) -> None:
    claimed = [content(ready.post(who, CLAIM))["claimed_by"] for who in (OFFICER, COLLEAGUE, OFFICER)]

    assert claimed == ["client/dispute-officer", "client/dispute-officer-2", "client/dispute-officer"]


def test_a_case_is_claimed_so_often_and_stays_with_its_last_officer(ready: Api) -> None:
    claimed = [content(ready.post((OFFICER, COLLEAGUE)[at % 2], CLAIM))["claimed_by"] for at in range(MAX_CLAIMS + 2)]

    assert set(claimed[-3:]) == {"client/dispute-officer-2"}


def test_done_ends_the_claim(ready: Api) -> None:
    ready.post(OFFICER, CLAIM)

    assert "claimed_by" not in content(ready.post(OFFICER, "/v1/cases/D-1/done"))
    assert "claimed_by" not in content(ready.post(OFFICER, CLAIM))


def test_mine_are_the_cases_that_i_opened_claimed_or_that_name_me(ready: Api) -> None:
    ready.open_case("D-2", NUMBER, officer="client/dispute-officer")
    ready.open_case("D-3", NUMBER)
    ready.post(COLLEAGUE, "/v1/cases/D-3/claim")
    ready.post(OFFICER, CLAIM)

    assert {who: sorted(mine(ready, who)) for who in (OFFICER, COLLEAGUE, DESK, SUPERVISOR)} == {
        OFFICER: ["D-1", "D-2"],
        COLLEAGUE: ["D-3"],
        DESK: ["D-1", "D-2", "D-3"],
        SUPERVISOR: [],
    }


def test_a_list_counts_each_list_and_says_what_was_opened(ready: Api) -> None:
    ready.open_case("D-2", NUMBER, "SF2222222222")
    ready.open_case("D-3", NUMBER, purpose="regulator")
    ready.open_case("D-4", NUMBER)
    ready.post(OFFICER, "/v1/cases/D-4/done")
    ready.post(OFFICER, CLAIM)
    ready.opened(PHONE)
    ready.opened(PHONE, case="D-2")

    listed = content(ready.get(OFFICER, "/v1/cases?status=open&opened=yes&counts=yes"))

    assert listed["counts"] == {"mine": 1, "open": 2, "pending": 1}
    assert {case["case"]: case["opened"] for case in listed["cases"]} == {"D-1": 1, "D-2": 1}


def test_it_gives_no_authority_and_takes_none(ready: Api) -> None:
    ready.open_case("D-2", NUMBER, officer="client/dispute-officer-2")

    assert refusal(ready.post(OFFICER, "/v1/cases/D-2/claim")) == (403, "case-not-open")
    ready.post(COLLEAGUE, CLAIM)
    assert ready.opened(PHONE)[0]["value"] == "13812345678"


def test_only_an_open_case_is_claimed(ready: Api) -> None:
    ready.post(DESK, "/v1/cases/D-1/close")

    assert refusal(ready.post(OFFICER, CLAIM)) == (403, "case-not-open")


@pytest.mark.parametrize("who", [DESK, SUPERVISOR, COURIER, PRINTER, PRIVACY])
def test_it_goes_with_opening_values_for_the_purpose(ready: Api, who: str) -> None:
    assert refusal(ready.post(who, CLAIM)) == (403, "forbidden")


@pytest.mark.parametrize(("who", "name"), [(OFFICER, "D-9"), (OFFICER, "a%20b"), (OTHER_OFFICER, "D-1")])
def test_an_unknown_case_is_not_found(ready: Api, who: str, name: str) -> None:
    assert refusal(ready.post(who, f"/v1/cases/{name}/claim")) == (404, "not-found")
