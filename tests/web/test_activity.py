"""What supervisors see of people: what they did lately beside their limits, and how they are frozen."""

from __future__ import annotations

import pytest

from masking_service.runtime.clock import clock
from masking_service.service.oversight import answers
from masking_service.service.oversight.activity import MAX_PRINCIPALS
from tests.web.api import NUMBER, Api, Clock, Json, Trips, content, field
from tests.web.people import COURIER, OFFICER, SUPERVISOR

NAME = field(NUMBER, "/sender/name")


def people(api: Api, who: str = SUPERVISOR) -> dict[str, Json]:
    return {one["principal"]: one for one in content(api.get(who, "/v1/activity"))["principals"]}


def counted(of_person: Json, counts: str) -> dict[str, tuple[int, int | None]]:
    limits = of_person["limits"].get(counts, {})
    return {window: (count, limits.get(window)) for window, count in of_person[counts].items()}


@pytest.fixture
def busy(ready: Api) -> Api:
    ready.opened(*[NAME] * 3)
    ready.get(COURIER, f"/v1/waybills/{NUMBER}")
    ready.detokenize(NAME, case="D-9")
    return ready


def test_what_a_person_did_is_beside_the_limits(busy: Api) -> None:
    told = people(busy)
    officer = told["client/dispute-officer"]

    assert counted(officer, "fields") == {"1m": (3, 20), "1h": (3, 60), "1d": (3, 150)}
    assert counted(officer, "refusals") == {"1m": (1, 200), "1h": (1, None), "1d": (1, None)}
    assert (officer["roles"], officer["frozen"]) == ([OFFICER], None)
    assert counted(told["client/courier"], "full_views") == {"1m": (1, 40), "1h": (1, None), "1d": (1, 1500)}
    assert counted(told["client/service-desk"], "cases")["1d"] == (1, None)


def test_a_case_whose_name_was_used_before_is_a_refusal_and_no_opened_case(ready: Api) -> None:
    for _ in range(2):
        again = {"case": "D-1", "purpose": "dispute", "waybills": [NUMBER], "reason": "r"}
        ready.post("service-desk-2", "/v1/cases", again)
    told = people(ready)["client/service-desk-2"]

    assert (counted(told, "cases")["1d"], counted(told, "refusals")["1d"]) == ((0, None), (2, None))


def test_what_is_long_ago_leaves_the_windows(busy: Api, set_clock: Clock) -> None:
    now = clock()
    set_clock(now + 61)
    minute = counted(people(busy)["client/dispute-officer"], "fields")
    set_clock(now + 86_500)

    assert (minute["1m"][0], minute["1h"][0]) == (0, 3)
    assert people(busy) == {}


def test_a_minute_ends_after_sixty_seconds(ready: Api, set_clock: Clock) -> None:
    now = clock()
    set_clock(now)
    ready.get(COURIER, f"/v1/waybills/{NUMBER}")
    counts = []
    for later in (59, 60):
        set_clock(now + later)
        counts.append(counted(people(ready)["client/courier"], "full_views")["1m"][0])

    assert counts == [1, 0]


def test_only_what_is_new_is_read_again(busy: Api, trips: Trips) -> None:
    people(busy)
    trips()
    people(busy)
    again = trips()
    busy.opened(NAME)
    trips()
    officer = people(busy)["client/dispute-officer"]

    assert (again, trips()) == (4, 5)
    assert counted(officer, "fields")["1m"] == (4, 20)


def test_a_frozen_person_is_shown_with_who_froze_them(api: Api) -> None:
    api.post(SUPERVISOR, "/v1/principals/dev%2Fo-1/freeze", {"why": "login seen abroad"})
    frozen = people(api)["dev/o-1"]["frozen"]

    assert (frozen["by"], frozen["why"]) == ("client/supervisor", "login seen abroad")


def test_a_busy_log_is_told_as_far_as_it_was_read(busy: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = busy.get(SUPERVISOR, "/v1/activity").get_json()
    monkeypatch.setattr("masking_service.audit.recent.MAX_KEPT", 2)
    busy.parts.recent_entries._tenants.clear()
    part = busy.get(SUPERVISOR, "/v1/activity").get_json()

    assert len(part["principals"]) < len(whole["principals"])
    assert part["since"] > whole["since"]


def test_another_tenants_people_are_not_shown(busy: Api) -> None:
    assert people(busy, busy.mint(SUPERVISOR, tenant="other")) == {}


def test_the_contract_states_how_many_are_listed() -> None:
    assert f"at most {MAX_PRINCIPALS:,}." in str(answers.Activity.__doc__)
