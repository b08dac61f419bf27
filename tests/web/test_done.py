"""An officer is done with a case: it leaves the officer's lists, and stays open for everyone else."""

from __future__ import annotations

import pytest

from tests.web.api import NUMBER, PHONE, Api, Under, content, refusal
from tests.web.people import COURIER, DESK, OFFICER, OTHER_OFFICER, PRINTER, PRIVACY, SUPERVISOR

DONE = "/v1/cases/D-1/done"
COLLEAGUE = "dispute-officer-2"


def names(api: Api, who: str, query: str = "") -> list[str]:
    return [case["case"] for case in content(api.get(who, f"/v1/cases{query}"))["cases"]]


@pytest.mark.parametrize("query", ["", "?status=open", f"?waybill={NUMBER}", "?done=no"])
def test_it_leaves_the_lists_of_the_officer(ready: Api, query: str) -> None:
    ready.post(OFFICER, DONE)

    assert names(ready, OFFICER, query) == []


@pytest.mark.parametrize("who", [SUPERVISOR, DESK, COLLEAGUE])
def test_it_stays_in_the_lists_of_others(ready: Api, who: str) -> None:
    ready.post(OFFICER, DONE)

    assert names(ready, who) == ["D-1"]


def test_the_officer_can_list_what_is_done(ready: Api) -> None:
    ready.open_case("D-2", NUMBER)
    ready.post(OFFICER, DONE)

    assert (names(ready, OFFICER), names(ready, OFFICER, "?done=yes")) == (["D-2"], ["D-1"])


def test_the_case_says_who_is_done_with_it_and_no_decision(ready: Api) -> None:
    answered = content(ready.post(OFFICER, DONE))

    assert (answered["done_by"], answered["decisions"], answered["status"]) == (["client/dispute-officer"], [], "open")
    assert content(ready.get(SUPERVISOR, "/v1/cases/D-1")) == answered


def test_values_can_still_be_opened_under_it(ready: Api) -> None:
    ready.post(OFFICER, DONE)

    assert ready.opened(PHONE)[0]["value"] == "13812345678"


def test_marking_it_again_changes_nothing(ready: Api) -> None:
    first = content(ready.post(OFFICER, DONE))

    assert content(ready.post(OFFICER, DONE)) == first


def test_two_officers_are_done_with_it_each(ready: Api) -> None:
    ready.post(OFFICER, DONE)

    done_by = content(ready.post(COLLEAGUE, DONE))["done_by"]

    assert sorted(done_by) == ["client/dispute-officer", "client/dispute-officer-2"]


def test_it_goes_with_the_purpose_of_the_case(ready: Api) -> None:
    assert refusal(ready.post(PRIVACY, DONE)) == (403, "forbidden")


@pytest.mark.parametrize("who", [DESK, SUPERVISOR, COURIER, PRINTER])
def test_it_goes_with_the_permission_to_open(ready: Api, who: str) -> None:
    assert refusal(ready.post(who, DONE)) == (403, "forbidden")
    assert names(ready, OFFICER) == ["D-1"]


def test_a_role_that_may_not_read_cases_learns_nothing_of_them(under: Under) -> None:
    api = under(lambda policy: policy["roles"]["dispute-officer"]["permissions"].remove("case:read"))
    api.open_case("D-1", NUMBER)

    assert {refusal(api.post(OFFICER, f"/v1/cases/{name}/done")) for name in ("D-1", "D-9")} == {(403, "forbidden")}


@pytest.mark.parametrize(("who", "name"), [(OFFICER, "D-9"), (OFFICER, "a%20b"), (OTHER_OFFICER, "D-1")])
def test_an_unknown_case_is_not_found(ready: Api, who: str, name: str) -> None:
    assert refusal(ready.post(who, f"/v1/cases/{name}/done")) == (404, "not-found")


def test_an_unknown_value_of_the_filter_is_refused(ready: Api) -> None:
    answered = ready.get(OFFICER, "/v1/cases?done=maybe")

    assert [error["pointer"] for error in answered.get_json()["errors"]] == ["query:done"]
