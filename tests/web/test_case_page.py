"""One call answers all that the page of a case shows."""

from __future__ import annotations

import pytest

from masking_service.masking.timestamps import rfc3339
from tests.callers import OWN
from tests.web.api import MASKED, NOW, NUMBER, PHONE, SITE, Api, Clock, Json, Under, content, record, refusal, settle
from tests.web.calls import frozen
from tests.web.people import AUDITOR, COURIER, DESK, OFFICER, OTHER_OFFICER, PRIVACY, SUPERVISOR
from tests.web.test_decoys import plant

UNKNOWN = "SF9999999999"
DAY = 86_400
PAGE = "/v1/cases/D-1/page"


def page(api: Api, who: str = OFFICER, name: str = "D-1") -> Json:
    return content(api.get(who, f"/v1/cases/{name}/page"))


def test_it_holds_the_case_the_masks_and_what_was_opened(ready: Api) -> None:
    ready.opened(PHONE)
    ready.open_case("D-2", NUMBER)
    ready.opened(PHONE, case="D-2")

    shown = page(ready)

    assert shown["case"] == content(ready.get(OFFICER, "/v1/cases/D-1"))
    assert shown["opens"] == content(ready.get(OFFICER, "/v1/cases/D-1/opens"))["opens"]
    assert [(one["waybill_no"], one["site"]) for one in shown["waybills"]] == [(NUMBER, SITE)]
    assert shown["waybills"][0]["view"] == content(ready.get(OFFICER, f"/v1/waybills/{NUMBER}"))
    assert shown["waybills"][0]["view"]["record"] == MASKED
    assert shown["budgets"] == content(ready.get(OFFICER, "/v1/me/budgets"))["budgets"]
    assert "opener" not in shown


def test_it_says_which_waybills_do_not_exist(ready: Api) -> None:
    ready.open_case("D-2", UNKNOWN, NUMBER)

    assert [one["view"] is None for one in page(ready, SUPERVISOR, "D-2")["waybills"]] == [True, False]


def test_who_may_view_no_waybill_sees_numbers_only(ready: Api) -> None:
    assert page(ready, AUDITOR)["waybills"] == [{"waybill_no": NUMBER}]


def test_no_profile_shows_a_value_in_full(under: Under) -> None:
    def let_officers_see_addresses(policy: Json) -> None:
        policy["roles"]["dispute-officer"]["profiles"] = ["courier", "label"]
        policy["roles"]["dispute-officer"]["budget"]["full_views"] = {"1d": 5}

    api = under(let_officers_see_addresses)
    api.tokenize(record())
    api.open_case("D-1", NUMBER)

    assert refusal(api.get(OFFICER, PAGE)) == (400, "profile-required")
    assert refusal(api.get(OFFICER, f"{PAGE}?profile=courier")) == (403, "forbidden")
    assert content(api.get(OFFICER, f"{PAGE}?profile=label"))["waybills"][0]["view"]["record"] == MASKED


def test_an_approver_sees_the_history_of_opener_and_officer(ready: Api) -> None:
    officer = "client/dispute-officer"
    ready.open_case("D-2", NUMBER, officer=officer)
    ready.open_case("D-3", NUMBER)
    ready.post("dispute-officer-2", "/v1/cases/D-3/claim")
    ready.open_case("D-4", NUMBER, who="service-desk-2", officer=officer)
    ready.open_case("D-5", NUMBER, NUMBER, UNKNOWN, purpose="regulator", officer=officer)

    shown = page(ready, SUPERVISOR, "D-5")

    assert shown["pair"] == {"officer": officer, "together": 1, "usual": 1.3}  # 2 of 3 cases, each by 2 of 3
    assert (shown["opener"]["cases"], shown["opener"]["waybills"], shown["opener"]["by_status"]) == (3, 3, {"open": 3})
    assert {one["case"] for one in shown["opener"]["last"]} == {"D-1", "D-2", "D-3"}
    assert "opener" not in page(ready, PRIVACY, "D-5")


def test_the_history_counts_cases_of_seven_days_and_lists_those_of_thirty(api: Api, set_clock: Clock) -> None:
    ages = {"D-0": 30 * DAY + 1, "D-1": 30 * DAY, "D-2": 7 * DAY + 1, "D-3": 7 * DAY, "D-4": 0}
    for name, age in ages.items():
        set_clock(NOW - age)
        api.open_case(name, NUMBER, UNKNOWN, purpose="regulator" if name == "D-4" else "dispute")

    last = [
        {"case": name, "status": "expired", "waybills": 2, "opened_at": rfc3339(NOW - ages[name])}
        for name in ("D-3", "D-2", "D-1")
    ]
    expected = {"cases": 1, "waybills": 2, "by_status": {"expired": 1}, "last": last}
    assert page(api, SUPERVISOR, "D-4")["opener"] == expected


def test_misses_count_for_the_opener_who_chose_the_numbers(ready: Api) -> None:
    ready.open_case("D-2", *(f"SF99999999{at:02}" for at in range(10)))
    rounds = ready.parts.acting.policy.rules.watch.misses // 10 + 1
    statuses = {
        who: [ready.get(who, "/v1/cases/D-2/page").status_code for _ in range(rounds)]
        for who in (SUPERVISOR, OFFICER, DESK)
    }

    assert {who: seen[-1] for who, seen in statuses.items()} == {SUPERVISOR: 200, OFFICER: 200, DESK: 403}


def test_a_decoy_answers_to_the_end_of_the_page_and_freezes_nobody(ready: Api) -> None:
    plant(ready, NUMBER)
    shown = [page(ready, who) for who in (DESK, OFFICER, SUPERVISOR)]
    settle(ready)

    assert {one["waybills"][0]["view"]["record"]["remark"] for one in shown} == {"放门卫"}
    assert frozen(ready) == []


def test_calls_are_on_the_page(ready: Api) -> None:
    wanted = {"waybill_no": NUMBER, "field": "/sender/phone", "case": "D-1"}
    content(ready.post(ready.mint(OFFICER, phone=OWN), "/v1/calls", wanted), 201)

    (made,) = page(ready)["calls"]

    assert (made["waybill_no"], made["field"], made["principal"]) == (NUMBER, "/sender/phone", "dev/u-1")


@pytest.mark.parametrize(
    ("who", "name"), [(OFFICER, "D-9"), (OFFICER, "a%20b"), (OTHER_OFFICER, "D-1"), ("service-desk-2", "D-1")]
)
def test_an_unknown_case_is_not_found(ready: Api, who: str, name: str) -> None:
    assert refusal(ready.get(who, f"/v1/cases/{name}/page")) == (404, "not-found")


def test_it_goes_with_reading_cases(ready: Api) -> None:
    assert refusal(ready.get(COURIER, PAGE)) == (403, "forbidden")
