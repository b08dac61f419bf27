"""Freezes by policy: callers who guess or go far beyond a budget are frozen, with an alert."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from masking_service.service.freezes.state import Freezes
from tests.web.api import NUMBER, PHONE, SITE, Api, Json, Under, field, record, refusal, token
from tests.web.calls import alerts, entries, frozen, thaw, unanswered
from tests.web.people import COURIER, OFFICER, PRINTER, SUPERVISOR

UNKNOWN = "SF9999999999"
MISS = field(NUMBER, "/sender/nothing")
FROZEN = (403, "frozen")
Watched = Callable[..., Api]


@pytest.fixture
def watched(under: Under) -> Watched:
    """`watched(misses=3)`: a service under such a watch, with a waybill in custody and a case that names it."""

    def make(*, stored: bool = True, fields: int = 1_000, **watch: int) -> Api:
        def edit(document: dict[str, Any]) -> None:
            document["watch"] = watch
            document["roles"]["dispute-officer"]["budget"]["fields"] = {"1m": fields}
            document["budgets"]["conflicts"] = {"1h": 1}

        api = under(edit)
        if stored:
            api.tokenize(record(), custody={"site": SITE})
            api.open_case("D-1", NUMBER)
        return api

    return make


def view(api: Api, *numbers: str, who: str = OFFICER) -> int:
    return api.post(who, "/v1/waybills/view", {"waybills": numbers}).status_code


def who_is_frozen(api: Api) -> list[tuple[str, str]]:
    return [(one["id"], one["why"]) for one in frozen(api)]


OFFICERS_MISSES = [("client/dispute-officer", "misses")]


def test_misses_in_a_row_freeze_at_the_limit_and_not_before(watched: Watched) -> None:
    api = watched(misses=3)
    answers = [view(api, UNKNOWN) for _ in range(4)]

    assert (answers, who_is_frozen(api)) == ([200, 200, 200, 403], OFFICERS_MISSES)


@pytest.mark.parametrize("where", ["by view", "one by one", "by token", "by number", "outside custody"])
def test_whatever_shows_nothing_is_a_miss(watched: Watched, where: str) -> None:
    api = watched(misses=3)
    who = OFFICER
    for _ in range(3):
        match where:
            case "by view":
                view(api, UNKNOWN)
            case "one by one":
                api.get(OFFICER, f"/v1/waybills/{UNKNOWN}")
            case "by token":
                api.opened(token("wbt1" + "A" * 23))
            case "by number":
                api.opened(field(UNKNOWN, "/sender/phone"))
            case _:
                who = COURIER
                api.tokenize(record("SF2222222222"), custody={"site": "999999"})
                view(api, "SF2222222222", who=COURIER)

    assert who_is_frozen(api) == [(f"client/{who}", "misses")]


@pytest.mark.parametrize(
    ("calls", "freezes"),
    [
        ([[0], [0], [1], [0], [0]], False),
        ([[0, 0]], False),
        ([[0, 0], [1, 0, 0]], False),
        ([[0, 0], [0, 1]], True),
        ([[1, 0, 0], [0]], True),
        ([[1, 0, 0, 0, 1]], True),
        ([[1, 0, 0, 1, 0, 0], [1]], False),
        ([[0, 0, 0, 1]], True),
        ([[1], [], [0, 0], []], False),
        ([[0, 0], [], [0]], True),
    ],
)
def test_only_a_row_that_nothing_interrupts_counts(watched: Watched, calls: list[list[int]], freezes: bool) -> None:
    api = watched(misses=3)
    for call in calls:
        view(api, *[NUMBER if shown else UNKNOWN for shown in call])

    assert bool(who_is_frozen(api)) is freezes


def test_what_the_purpose_does_not_open_is_neither_hit_nor_miss(watched: Watched) -> None:
    api = watched(misses=2)
    api.opened(MISS)
    api.opened(field(NUMBER, "/sender/address"), {"neither": "shape"})
    before = who_is_frozen(api)
    api.opened(MISS)

    assert (before, who_is_frozen(api)) == ([], OFFICERS_MISSES)


def test_views_and_openings_make_one_row(watched: Watched) -> None:
    api = watched(misses=2)
    view(api, UNKNOWN)
    api.opened(MISS)

    assert who_is_frozen(api) == OFFICERS_MISSES


def test_everybody_has_a_row_of_their_own(watched: Watched) -> None:
    api = watched(misses=2)
    view(api, UNKNOWN)
    view(api, UNKNOWN, who="dispute-officer-2")

    assert who_is_frozen(api) == []


def test_a_row_goes_on_in_another_worker(watched: Watched) -> None:
    one, two = watched(misses=2), watched(misses=2, stored=False)
    view(one, UNKNOWN)
    view(two, UNKNOWN)

    assert (view(one, NUMBER), view(two, NUMBER)) == (403, 403)


def test_of_many_who_guess_at_once_no_miss_is_lost(watched: Watched) -> None:
    api = watched(misses=32)
    threads = [threading.Thread(target=view, args=(api, UNKNOWN, UNKNOWN)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert who_is_frozen(api) == OFFICERS_MISSES


def test_a_thaw_begins_a_new_row(watched: Watched) -> None:
    api = watched(misses=3)
    view(api, UNKNOWN, UNKNOWN, UNKNOWN)
    thaw(api, "client/dispute-officer")
    after = [view(api, UNKNOWN, UNKNOWN), view(api, NUMBER)]

    assert (after, who_is_frozen(api)) == ([200, 200], [])


def test_a_freeze_by_policy_raises_one_alert(watched: Watched) -> None:
    api = watched(misses=2)
    heard = alerts(api)
    for _ in range(3):
        view(api, UNKNOWN)

    assert [(one.kind, one.principal) for one in heard] == [("misses", "client/dispute-officer")]


def test_a_miss_that_cannot_be_counted_is_not_answered(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    api = watched(misses=5)
    monkeypatch.setattr(Freezes, "add_misses", unanswered)

    assert refusal(api.post(OFFICER, "/v1/waybills/view", {"waybills": [UNKNOWN]})) == (503, "unavailable")
    assert refusal(api.detokenize(MISS)) == (503, "unavailable")
    assert view(api, NUMBER) == 200


def test_a_row_that_cannot_be_ended_opens_nothing(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    api = watched(misses=5)
    view(api, UNKNOWN)
    monkeypatch.setattr(Freezes, "set_misses", unanswered)

    assert refusal(api.detokenize(PHONE)) == (503, "unavailable")
    assert [one["outcome"] for one in entries(api) if one["action"] == "detokenize"] == []


def test_pressing_on_beyond_a_budget_freezes_at_the_limit(watched: Watched) -> None:
    api = watched(refusals=3, fields=1)
    heard = alerts(api)
    api.opened(PHONE)
    answers = [refusal(api.detokenize(PHONE)) for _ in range(4)]

    assert answers == [(429, "quota-exceeded")] * 3 + [FROZEN]
    assert who_is_frozen(api) == [("client/dispute-officer", "burst")]
    assert [(one.kind, one.principal) for one in heard] == [("burst", "client/dispute-officer")]


def test_a_few_refusals_a_minute_do_not_freeze(watched: Watched) -> None:
    api = watched(refusals=4, fields=1)
    api.opened(PHONE)
    for _ in range(3):
        api.detokenize(PHONE)

    assert who_is_frozen(api) == []


def test_a_budget_refuses_although_the_refusal_cannot_be_counted(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = watched(refusals=3, fields=1)
    api.opened(PHONE)
    monkeypatch.setattr(Freezes, "add_refusal", unanswered)

    assert refusal(api.detokenize(PHONE)) == (429, "quota-exceeded")


def conflicting(api: Api) -> int:
    body: Json = {"records": [record(remark="other")] * 3}
    return api.post(PRINTER, "/v1/tokenize", body).status_code


def test_a_printer_whose_conflicts_are_spent_is_said_once_and_goes_on(watched: Watched) -> None:
    api = watched(misses=1, refusals=1)
    heard = alerts(api)
    answers = [conflicting(api) for _ in range(5)]

    assert answers == [429] * 5
    assert [(one.kind, one.principal) for one in heard] == [("conflicts", "client/label-printer")]
    assert api.tokenize(record("SF3333333333"))[0]["created"] is True
    assert frozen(api, by=SUPERVISOR) == []


def test_two_workers_say_it_once(watched: Watched) -> None:
    one, two = watched(), watched(stored=False)
    heard = [alerts(one), alerts(two)]
    conflicting(one)
    conflicting(two)

    assert sorted(map(len, heard)) == [0, 1]


def test_by_default_a_hundred_misses_freeze(fresh: Api) -> None:
    view(fresh, *[UNKNOWN] * 50)
    view(fresh, *[UNKNOWN] * 49)
    before = who_is_frozen(fresh)
    view(fresh, UNKNOWN)

    assert (before, who_is_frozen(fresh)) == ([], OFFICERS_MISSES)
