"""The budget of opening, over HTTP: fields that were released count, a refused call costs and gives nothing."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import pytest

from tests.together import MANY, together
from tests.web.api import NOW, NUMBER, PHONE, Api, Clock, Json, Under, field, record, refusal, token
from tests.web.people import OFFICER, PRIVACY


@pytest.fixture
def ready(api: Api, set_clock: Clock) -> Api:
    set_clock(NOW)
    api.tokenize(record())
    api.open_case("D-1", NUMBER)
    return api


def test_twenty_fields_a_minute_are_released_and_the_next_is_not(ready: Api) -> None:
    assert all("value" in one for one in ready.opened(*[PHONE] * 20))

    answered = ready.detokenize(PHONE)

    assert refusal(answered) == (429, "quota-exceeded")
    assert b"13812345678" not in answered.data


def test_the_refusal_says_which_window_and_when_it_frees(
    ready: Api, set_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("masking_service.http.problems.time", lambda: float(NOW))
    ready.opened(*[PHONE] * 20)

    answered = ready.detokenize(PHONE)

    frees = int(datetime.fromisoformat(answered.get_json()["retry_at"]).timestamp())
    assert answered.get_json()["window"] == "1m"
    assert answered.headers["Retry-After"] == str(frees - NOW)
    assert 0 < frees - NOW <= 61
    set_clock(frees - 1)
    assert refusal(ready.detokenize(PHONE)) == (429, "quota-exceeded")
    set_clock(frees)
    assert "value" in ready.opened(PHONE)[0]


def test_a_call_that_would_pass_the_budget_releases_nothing_and_costs_nothing(ready: Api) -> None:
    ready.opened(PHONE)
    for _ in range(3):
        assert refusal(ready.detokenize(*[PHONE] * 20)) == (429, "quota-exceeded")

    assert all("value" in one for one in ready.opened(*[PHONE] * 19))


def test_a_call_that_is_larger_than_the_budget_says_what_fits(ready: Api) -> None:
    answered = ready.detokenize(*[PHONE] * 21)

    assert refusal(answered) == (429, "quota-exceeded")
    assert "at most 20 each" in answered.get_json()["detail"]
    assert all("value" in one for one in ready.opened(*[PHONE] * 20))
    assert "at most" not in ready.detokenize(PHONE).get_json()["detail"]


def test_items_that_release_nothing_are_given_back(ready: Api) -> None:
    address, missing, forged = field(NUMBER, "/sender/address"), field(NUMBER, "/none"), token("wbt1" + "A" * 23)
    for _ in range(3):
        ready.opened(*[address] * 10, *[missing] * 10, *[forged] * 10)

    assert all("value" in one for one in ready.opened(*[PHONE] * 20))


def test_items_that_no_case_names_take_no_room(ready: Api) -> None:
    opened = ready.opened(*[field("SF9999999999", "/sender/phone")] * 30, *[PHONE] * 20)

    assert sum("value" in one for one in opened) == 20


def test_a_refused_call_costs_nothing(ready: Api) -> None:
    for _ in range(3):
        ready.detokenize(*[PHONE] * 20, case="D-404")
        ready.detokenize(*[PHONE] * 20, purpose="regulator")

    assert all("value" in one for one in ready.opened(*[PHONE] * 20))


def test_every_person_has_a_budget_of_their_own(ready: Api) -> None:
    ready.opened(*[PHONE] * 20)

    for who in ("dispute-officer-2", ready.mint(OFFICER, "chen")):
        assert "value" in ready.opened(PHONE, who=who)[0]


def test_a_person_spends_the_same_budget_with_every_token_and_purpose(ready: Api) -> None:
    ready.open_case("R-1", NUMBER, purpose="redelivery")
    ready.opened(*[PHONE] * 12, who=ready.mint(OFFICER, "chen"))
    ready.opened(*[PHONE] * 8, who=ready.mint(OFFICER, "chen"), case="R-1", purpose="redelivery")

    assert refusal(ready.detokenize(PHONE, who=ready.mint(OFFICER, "chen"))) == (429, "quota-exceeded")


def test_sixty_fields_an_hour_are_the_most(ready: Api, set_clock: Clock) -> None:
    for minute in range(3):
        set_clock(NOW + 120 * minute)
        ready.opened(*[PHONE] * 20)
    set_clock(NOW + 120 * 3)

    answered = ready.detokenize(PHONE)

    assert refusal(answered) == (429, "quota-exceeded")
    assert answered.get_json()["window"] == "1h"


def test_ten_people_of_a_role_spend_all_that_the_role_has(ready: Api) -> None:
    for person in range(10):
        ready.opened(*[PHONE] * 20, who=ready.mint(OFFICER, f"u-{person}"))

    assert refusal(ready.detokenize(PHONE, who=ready.mint(OFFICER, "u-11"))) == (429, "quota-exceeded")


def test_exactly_the_rest_fits_and_one_more_releases_nothing(ready: Api) -> None:
    ready.opened(*[PHONE] * 13)

    assert refusal(ready.detokenize(*[PHONE] * 8)) == (429, "quota-exceeded")
    assert all("value" in one for one in ready.opened(*[PHONE] * 7))


@pytest.mark.parametrize("wanted", [field(NUMBER, "/sender/phone"), field(NUMBER, "/none"), field(NUMBER, "/remark")])
def test_a_refusal_says_nothing_about_the_data(ready: Api, wanted: Json) -> None:
    """Neither whether there is anything to open, nor of which kind, nor how much of it fitted."""
    ready.opened(*[PHONE] * 20)
    of_many, of_one = ready.detokenize(*[PHONE] * 20), ready.detokenize(wanted)

    assert of_one.data == of_many.data
    assert of_one.get_json().keys() == {"type", "title", "status", "code", "detail", "window", "retry_at"}


def test_a_call_that_asks_only_for_what_no_case_names_is_answered_when_nothing_is_left(ready: Api) -> None:
    """What names nothing is not counted; that it is told apart from what the case names is in SECURITY.md."""
    ready.opened(*[PHONE] * 20)

    assert ready.opened(field("SF9999999999", "/sender/phone"))[0]["error"] == {"code": "not-found"}


def test_sixteen_calls_at_once_release_exactly_the_limit(ready: Api) -> None:
    calls = [partial(ready.detokenize, *[PHONE] * (1 + at % 3)) for at in range(3 * MANY)]
    answers = [answered for at in range(3) for answered in together(calls[at * MANY : (at + 1) * MANY])]

    released = [len(answered.get_json()["results"]) for answered in answers if answered.status_code == 200]
    assert {answered.status_code for answered in answers} == {200, 429}
    assert sum(released) == 20


def test_a_clock_that_jumps_back_and_forth_frees_nothing(ready: Api, set_clock: Clock) -> None:
    ready.opened(*[PHONE] * 20)
    for ahead in (-30 * 86_400, 0, -3_600, 30, -1):
        set_clock(NOW + ahead)
        assert refusal(ready.detokenize(PHONE, case="D-1")) == (429, "quota-exceeded")

    set_clock(NOW + 120)
    ready.opened(*[PHONE] * 20)
    set_clock(NOW)
    assert refusal(ready.detokenize(PHONE)) == (429, "quota-exceeded")


def test_all_of_a_tenant_share_what_the_tenant_has(under: Under, set_clock: Clock) -> None:
    set_clock(NOW)
    api = under(lambda policy: policy.update(factors={"role": 2, "tenant": 3}))
    api.tokenize(record())
    api.open_case("D-1", NUMBER)
    api.open_case("R-1", NUMBER, purpose="regulator")
    api.post("supervisor", "/v1/cases/R-1/approve")
    for person in ("a", "b"):
        api.opened(*[PHONE] * 20, who=api.mint(OFFICER, person))
    assert refusal(api.detokenize(PHONE, who=api.mint(OFFICER, "c"))) == (429, "quota-exceeded")

    regulator = {"case": "R-1", "purpose": "regulator"}
    api.opened(*[PHONE] * 20, who=api.mint(PRIVACY, "d"), **regulator)

    assert refusal(api.detokenize(PHONE, who=api.mint(PRIVACY, "e"), **regulator)) == (429, "quota-exceeded")
    theirs = api.mint(OFFICER, "f", tenant="other")
    assert refusal(api.detokenize(PHONE, who=theirs)) == (403, "case-not-open")  # and no other tenant's
