"""A list of cases reads a bounded number of them, and a narrow one only its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import redis

from masking_service.runtime.clock import clock
from masking_service.service.cases.state import Cases
from tests.store.stores import ask
from tests.web.api import NUMBER, Api, Clock, Json, Trips, content, refusal
from tests.web.people import DESK, OFFICER, SUPERVISOR

DAY = 86_400
OTHER = "service-desk-2"
NAMED = "SF2222222222"
READ = 4
"""Cases that a list reads here."""

Listed = Callable[..., Json]


@pytest.fixture
def long(api: Api, set_clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Api:
    """Twelve cases: of the first and the last one's opener there are two, one is pending, and one names a waybill."""
    for name, value in (("READ_AT_ONCE", 2), ("MAX_READ", READ)):
        monkeypatch.setitem(Cases.listed.__globals__, name, value)
    now = clock()
    for at in range(12):
        set_clock(now + at)
        pending = {"purpose": "regulator"} if at == 10 else {}
        api.open_case(
            f"D-{at:02}", NAMED if at == 9 else NUMBER, who=DESK if at in (0, 11) else OTHER, expires_in=DAY, **pending
        )
    return api


@pytest.fixture
def later(long: Api, set_clock: Clock) -> Api:
    """The same a day after all cases of an earlier release, if there were any, have ended."""
    assert content(long.get(DESK, "/v1/cases"))  # from now on narrower lists are complete in nine days
    now = clock()
    set_clock(now + 9 * DAY)
    for at in range(12):
        set_clock(now + 9 * DAY + at)
        pending = {"purpose": "regulator"} if at == 10 else {}
        long.open_case(
            f"E-{at:02}", NAMED if at == 9 else NUMBER, who=DESK if at in (0, 11) else OTHER, expires_in=DAY, **pending
        )
    return long


def pages(api: Api, who: str, query: str) -> list[list[str]]:
    """The names of the cases of each page."""
    found: list[list[str]] = []
    after = ""
    while True:
        page = content(api.get(who, f"/v1/cases?{query}{after}"))
        found.append([case["case"] for case in page["cases"]])
        if "next" not in page:
            return found
        after = f"&after={page['next']}"


@pytest.mark.parametrize(
    ("who", "query", "expected"),
    [
        (SUPERVISOR, "status=pending", [[], [], ["D-10"]]),
        (SUPERVISOR, f"waybill={NAMED}", [[], [], ["D-09"]]),
        (DESK, "", [["D-00"], [], ["D-11"]]),
        (SUPERVISOR, "opened_by=client/service-desk&limit=1", [["D-00"], [], ["D-11"]]),
    ],
)
def test_a_page_ends_where_the_reading_ends_and_the_next_one_goes_on(
    long: Api, who: str, query: str, expected: list[list[str]]
) -> None:
    found = pages(long, who, query)
    while found and not found[-1]:
        found.pop()  # a page ends before it is known that no case follows

    assert found == expected


@pytest.mark.parametrize(
    ("who", "query", "expected", "read"),
    [
        (SUPERVISOR, "status=pending", [["E-10"]], 3),
        (SUPERVISOR, "status=pending&counts=yes", [["E-10"]], 12),
        (SUPERVISOR, f"waybill={NAMED}", [["E-09"]], 3),
        (DESK, "", [["E-00", "E-11"]], 4),
        (OFFICER, "mine=yes", [[]], 2),
        (OFFICER, "done=yes", [[]], 2),
        (SUPERVISOR, "opened_by=client/service-desk&limit=1", [["E-00"], ["E-11"]], 8),
    ],
)
def test_a_narrow_list_is_whole_and_costs_what_it_shows(
    later: Api, trips: Trips, who: str, query: str, expected: list[list[str]], read: int
) -> None:
    pages(later, who, query)
    trips()

    assert (pages(later, who, query), trips()) == (expected, read)


def test_a_page_with_counts_goes_on_behind_the_place_where_an_earlier_one_ended(
    long: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counts read all cases, where they are few enough, and the page is taken from these."""
    first = content(long.get(SUPERVISOR, "/v1/cases"))
    monkeypatch.setitem(Cases.listed.__globals__, "MAX_READ", 100)

    rest = content(long.get(SUPERVISOR, f"/v1/cases?counts=yes&after={first['next']}"))

    assert first["next"].startswith("~")
    assert [case["case"] for case in (*first["cases"], *rest["cases"])] == [f"D-{at:02}" for at in range(12)]


def test_what_waits_and_what_is_ones_own_is_counted_among_any_number(later: Api) -> None:
    counts = [content(later.get(who, "/v1/cases?limit=1&counts=yes"))["counts"] for who in (SUPERVISOR, DESK)]

    assert counts == [{"mine": 0, "open": READ, "pending": 1}, {"mine": 2, "open": 2, "pending": 0}]


def test_what_is_ones_own_is_counted_behind_any_number_of_others(later: Api) -> None:
    named = principal(later, OFFICER)
    later.open_case("E-12", NUMBER, who=OTHER, officer=named, expires_in=DAY)

    assert content(later.get(OFFICER, "/v1/cases?counts=yes"))["counts"] == {"mine": 1, "open": READ, "pending": 1}


def test_the_desk_counts_no_case_that_names_it_and_that_another_one_opened(api: Api) -> None:
    api.open_case("D-1", NUMBER, who=OTHER, officer=principal(api, DESK))

    assert content(api.get(DESK, "/v1/cases?counts=yes")) == {
        "cases": [],
        "counts": {"mine": 0, "open": 0, "pending": 0},
        "decided": [],
    }


def principal(api: Api, who: str) -> str:
    """The id of a person."""
    return str(content(api.get(who, "/v1/me"))["principal"])


def test_an_opener_is_told_of_a_decision_among_any_number(later: Api) -> None:
    later.open_case("E-12", NUMBER, purpose="regulator", who=DESK, expires_in=DAY)
    later.post(SUPERVISOR, "/v1/cases/E-12/approve", {})

    assert [each["case"] for each in content(later.get(DESK, "/v1/cases?counts=yes"))["decided"]] == ["E-12"]


def test_denied_and_closed_cases_are_found_among_any_number(later: Api) -> None:
    later.post(SUPERVISOR, "/v1/cases/E-10/deny", {})
    later.post(DESK, "/v1/cases/E-00/close", {})

    assert [pages(later, SUPERVISOR, f"status={status}") for status in ("denied", "closed")] == [
        [["E-10"], [], []],  # those of the earlier release end within 30 days
        [["E-00"], [], []],
    ]


@pytest.fixture
def cursor(long: Api) -> str:
    """Where a page of the desk ended."""
    following = content(long.get(DESK, "/v1/cases"))["next"]
    assert following.startswith("~")
    return str(following)


@pytest.mark.parametrize(
    "change", [lambda text: text[:-2] + "AA", lambda text: text[:9], lambda _: "~", lambda _: "~é"]
)
def test_a_changed_cursor_is_refused(long: Api, cursor: str, change: Callable[[str], str]) -> None:
    answered = long.get(DESK, f"/v1/cases?after={change(cursor)}")

    assert refusal(answered) == (422, "invalid-request")
    assert answered.get_json()["errors"] == [{"pointer": "query:after", "code": "unknown-cursor"}]


@pytest.mark.parametrize(
    ("who", "query"),
    [*((DESK, f"&sort={sort}") for sort in ("case", "waybills", "with")), ("other-tenant-officer", "")],
)
def test_a_cursor_is_of_one_tenant_and_of_lists_by_the_end(long: Api, cursor: str, who: str, query: str) -> None:
    assert refusal(long.get(who, f"/v1/cases?after={cursor}{query}")) == (422, "invalid-request")


def test_a_case_that_does_not_open_is_an_alarm_also_where_a_page_begins_after_it(api: Api, client: redis.Redis) -> None:
    api.open_case("D-1", NUMBER, who=DESK)
    (key,) = client.keys("wm:*}case:*")
    ask(client, "HSET", key, "open", b"x" * 64)

    answered = api.get(SUPERVISOR, "/v1/cases?after=D-1")

    assert (answered.status_code, answered.get_json()["code"]) == (503, "integrity")


def test_the_history_of_an_opener_has_the_last_cases_among_any_number(later: Api) -> None:
    later.open_case("E-99", NUMBER, purpose="regulator", who=DESK, expires_in=DAY)

    shown = content(later.get(SUPERVISOR, "/v1/cases/E-99/page"))["opener"]

    assert (shown["cases"], {each["case"] for each in shown["last"]}) == (2, {"D-11", "E-00", "E-11"})
