"""What callers are told about themselves, and what is left of their budgets."""

from __future__ import annotations

from masking_service.masking.timestamps import rfc3339
from masking_service.runtime.acting import Acting, Outside
from masking_service.runtime.clock import clock
from masking_service.service.people.issuers import Issuers
from masking_service.service.phone_calls.line import Line
from tests.web.api import NUMBER, SITE, Api, Json, Trips, content, field
from tests.web.calls import left
from tests.web.people import COURIER, DESK, OFFICER, OTHER_OFFICER, PRINTER, PRIVACY, SUPERVISOR

NAME = field(NUMBER, "/sender/name")


def me(api: Api, who: str) -> Json:
    return content(api.get(who, "/v1/me"))


def test_an_officer_is_told_what_the_policy_allows(api: Api) -> None:
    told = me(api, OFFICER)

    assert told["principal"] == "client/dispute-officer"
    assert (told["tenant"], told["roles"], told["frozen"], told["sign_in"]) == ("default", [OFFICER], False, None)
    assert {"token:detokenize", "case:read"} <= set(told["permissions"])
    assert told["profiles"] == ["label"]
    assert told["purposes"]["dispute"] == {"kinds": ["name", "phone"], "case": "required", "approval": "above-limit"}
    assert set(told["purposes"]) == {"dispute", "redelivery"}
    assert told["cases"] == {"approve_above": 10, "at_most": 200, "longest": 7 * 86_400}


def test_the_desk_is_told_every_purpose_of_cases(api: Api) -> None:
    told = me(api, DESK)

    assert told["purposes"]["regulator"]["approval"] == "required"
    assert set(told["purposes"]) == {"dispute", "redelivery", "regulator"}


def test_a_courier_is_told_the_sites(api: Api) -> None:
    assert me(api, COURIER)["sites"] == [SITE]


def test_another_tenants_caller_is_told_that_tenant(api: Api) -> None:
    assert me(api, OTHER_OFFICER)["tenant"] == "other"


def test_calls_are_told_to_those_who_may_make_them(api: Api) -> None:
    assert (me(api, OFFICER)["calls"], me(api, DESK)["calls"]) == (True, False)


def test_without_a_provider_no_one_is_told_of_calls(fresh: Api) -> None:
    line = Line(None, 600, lambda _outcome: None)
    fresh.parts.acting = Acting(fresh.parts, fresh.parts.acting.policy, Outside(Issuers((), ()), None, line))

    assert "call:make" in me(fresh, OFFICER)["permissions"]
    assert me(fresh, OFFICER)["calls"] is False


def test_without_an_index_no_one_is_told_of_searches(api: Api) -> None:
    assert "waybill:search" in me(api, DESK)["permissions"]
    assert me(api, DESK)["search"] == {"phone": False, "last4": False}


def test_a_person_is_told_of_the_sign_in(api: Api) -> None:
    now = clock()
    told = me(api, api.mint(OFFICER, "o-1", now=now))

    assert told["principal"] == "dev/o-1"
    assert told["sign_in"].keys() == {"acr", "at", "fresh_until"}


def test_a_frozen_caller_is_told_so(api: Api) -> None:
    api.post(SUPERVISOR, "/v1/principals/client%2Fdispute-officer/freeze")
    api.parts.freezes.refresh(["default"])

    assert me(api, OFFICER)["frozen"]
    assert api.get(OFFICER, "/v1/me/budgets").get_json()["code"] == "frozen"


def test_me_asks_nothing_of_the_store(api: Api, trips: Trips) -> None:
    trips()
    me(api, OFFICER)

    assert trips() == 0


def test_a_caller_without_budgets_has_none(api: Api) -> None:
    assert left(api, "tracking") == {}


def test_what_is_left_is_what_a_call_would_find(ready: Api, trips: Trips) -> None:
    before = left(ready, OFFICER)
    ready.opened(*[NAME] * 3)
    trips()
    after = left(ready, OFFICER)

    assert trips() == 1
    calls = {"1m": 10, "1d": 300}
    assert before == {"fields": {"1m": 20, "1h": 60, "1d": 150, "30d": 1000}, "calls": calls}
    assert after == {"fields": {"1m": 17, "1h": 57, "1d": 147, "30d": 997}, "calls": calls}
    assert left(ready, OFFICER) == after


def test_a_spent_budget_frees_when_the_refusal_says(ready: Api) -> None:
    ready.opened(*[NAME] * 20)
    refused = ready.detokenize(NAME).get_json()
    budgets = ready.get(OFFICER, "/v1/me/budgets").get_json()["budgets"]
    (budget,) = [one for one in budgets if one["counts"] == "fields"]
    (minute,) = [window for window in budget["windows"] if window["window"] == "1m"]

    assert (minute["left"], minute["frees_at"]) == (0, refused["retry_at"])


def test_each_thing_that_is_counted_has_its_budget(api: Api) -> None:
    api.open_case("D-1", NUMBER, "SF2222222222")

    assert left(api, DESK) == {"case_waybills": {"1d": 298}, "searches": {"1m": 10, "1d": 200}}
    assert left(api, COURIER).keys() >= {"full_views", "calls", "searches"}
    assert left(api, PRINTER) == {"conflicts": {"1h": 100}}
    assert left(api, PRIVACY)["decoys"] == {"1m": 20, "1h": 60, "1d": 150}


def test_what_a_role_has_left_together_bounds_what_a_person_has(ready: Api) -> None:
    for person in range(10):
        ready.opened(*[NAME] * 19, who=ready.mint(OFFICER, f"o-{person}"))

    assert left(ready, OFFICER)["fields"]["1m"] == 10


def test_the_end_of_a_window_is_a_time(api: Api) -> None:
    api.open_case("D-1", NUMBER)
    (budget,) = (
        one for one in api.get(DESK, "/v1/me/budgets").get_json()["budgets"] if one["counts"] == "case_waybills"
    )

    assert rfc3339(clock() + 86_400) <= budget["windows"][0]["frees_at"] <= rfc3339(clock() + 90_000)
