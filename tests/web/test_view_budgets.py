"""The budget of full views, over HTTP: a script that resolves waybills ends at it, however it asks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from tests.together import MANY, together
from tests.web.api import NOW, NUMBER, SITE, Api, Clock, Json, Under, record, refusal, results
from tests.web.people import COURIER, OFFICER

PATH = f"/v1/waybills/{NUMBER}"
SPENT = (429, "quota-exceeded")


@pytest.fixture
def ready(api: Api, set_clock: Clock) -> Api:
    set_clock(NOW)
    api.tokenize(record(), custody={"site": SITE})
    return api


def view(api: Api, *numbers: str, who: str = COURIER) -> list[Json]:
    return results(api.post(who, "/v1/waybills/view", {"waybills": numbers}))


def test_exactly_the_rest_fits_and_one_more_shows_nothing(ready: Api) -> None:
    view(ready, *[NUMBER] * 33)

    answered = ready.post(COURIER, "/v1/waybills/view", {"waybills": [NUMBER] * 8})

    assert refusal(answered) == SPENT
    assert "402室" not in answered.text
    assert all("record" in one for one in view(ready, *[NUMBER] * 7))


def test_one_by_one_and_in_batches_is_the_same_budget(ready: Api) -> None:
    view(ready, *[NUMBER] * 39)
    assert ready.get(COURIER, PATH).status_code == 200

    assert refusal(ready.get(COURIER, PATH)) == SPENT
    assert refusal(ready.post(COURIER, "/v1/waybills/view", {"waybills": [NUMBER]})) == SPENT


def test_fifteen_hundred_full_views_a_day_are_the_limit(ready: Api, set_clock: Clock) -> None:
    for minute in range(38):
        set_clock(NOW + 120 * minute)
        view(ready, *[NUMBER] * min(40, 1500 - 40 * minute))
    set_clock(NOW + 120 * 38)

    answered = ready.get(COURIER, PATH)

    assert refusal(answered) == SPENT
    assert answered.get_json()["window"] == "1d"


def test_what_is_not_found_is_refused_like_what_is_there_when_nothing_is_left(ready: Api) -> None:
    """Or the budget would tell whether a waybill exists."""
    view(ready, *[NUMBER] * 40)

    assert ready.get(COURIER, "/v1/waybills/SF9999999999").data == ready.get(COURIER, PATH).data


def test_sixteen_looks_at_once_show_exactly_the_limit(ready: Api) -> None:
    calls = [partial(ready.get, COURIER, PATH)] * MANY
    answers = [answered for _ in range(4) for answered in together(calls)]

    assert sorted(answered.status_code for answered in answers) == [200] * 40 + [429] * 24


def test_ten_couriers_spend_all_that_their_role_has(ready: Api) -> None:
    for person in range(10):
        view(ready, *[NUMBER] * 40, who=ready.mint(COURIER, f"c-{person}", sites=[SITE]))

    assert refusal(ready.get(ready.mint(COURIER, "c-11", sites=[SITE]), PATH)) == SPENT


def test_views_and_openings_do_not_spend_each_others_budget(ready: Api) -> None:
    both = ready.mint([COURIER, OFFICER], "chen", sites=[SITE])
    wanted = {"waybills": [NUMBER] * 40, "profile": "courier"}
    assert ready.post(both, "/v1/waybills/view", wanted).status_code == 200

    ready.open_case("D-1", NUMBER)
    assert "value" in ready.opened({"waybill_no": NUMBER, "field": "/sender/phone"}, who=both)[0]


def test_all_of_a_tenant_share_what_the_tenant_has(under: Under, set_clock: Clock) -> None:
    set_clock(NOW)
    api = under(lambda policy: policy.update(factors={"role": 10, "tenant": 2}))
    api.tokenize(record(), custody={"site": SITE})
    for person in ("a", "b"):
        view(api, *[NUMBER] * 40, who=api.mint(COURIER, person, sites=[SITE]))

    assert refusal(api.get(api.mint(COURIER, "c", sites=[SITE]), PATH)) == SPENT


def courier_with(people: int | None) -> Callable[[Json], None]:
    def edit(policy: Json) -> None:
        policy["factors"] = {"role": 2, "tenant": 2}
        if people is not None:
            policy["roles"]["courier"]["people"] = people

    return edit


@pytest.mark.parametrize(("people", "answered"), [(None, 2), (6, 4)], ids=["not said", "six people"])
def test_the_common_budget_follows_from_the_people_of_the_role(
    under: Under, set_clock: Clock, people: int | None, answered: int
) -> None:
    set_clock(NOW)
    api = under(courier_with(people))
    api.tokenize(record(), custody={"site": SITE})
    calls = [
        api.post(api.mint(COURIER, f"u-{at}", sites=[SITE]), "/v1/waybills/view", {"waybills": [NUMBER] * 40})
        for at in range(6)
    ]

    assert [call.status_code for call in calls] == [200] * answered + [429] * (6 - answered)
    assert "`roles.courier.people`" in calls[-1].get_json()["detail"]


def test_the_answer_to_a_person_who_spent_an_own_budget_names_no_setting(ready: Api) -> None:
    view(ready, *[NUMBER] * 40)

    assert "roles.courier" not in ready.get(COURIER, PATH).get_json()["detail"]
