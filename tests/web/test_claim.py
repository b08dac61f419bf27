"""An officer takes a case: the lists say who works on it, and no one gains or loses authority."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from masking_service.masking.timestamps import rfc3339
from masking_service.runtime.clock import clock
from masking_service.service.cases.state import MAX_CLAIMS
from tests.web.api import NUMBER, PHONE, Api, Clock, Json, Trips, content, refusal
from tests.web.calls import entries
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
    assert [one["action"] for one in entries(ready)][-2:] == ["case-claim", "case-done"]  # the second claim is none


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
    ready.open_case("D-5", NUMBER)
    ready.post(OFFICER, "/v1/cases/D-4/done")
    ready.post(OFFICER, CLAIM)
    ready.opened(PHONE)
    ready.opened(PHONE, case="D-2")

    listed = content(ready.get(OFFICER, "/v1/cases?status=open&opened=yes&counts=yes"))

    assert listed["counts"] == {"mine": 1, "open": 3, "pending": 1}
    assert {case["case"]: case["opened"] for case in listed["cases"]} == {"D-1": 1, "D-2": 1, "D-5": 0}


def names(api: Api, who: str, query: str) -> list[str]:
    """The names of cases, page by page of two."""
    found: list[str] = []
    after = ""
    while True:
        page = content(api.get(who, f"/v1/cases?limit=2&{query}{after}"))
        found += [case["case"] for case in page["cases"]]
        if "next" not in page:
            return found
        after = f"&after={page['next']}"


@pytest.mark.parametrize("counts", ["", "&counts=yes"])
@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("ends", lambda case: case["expires_at"]),
        ("case", lambda case: case["case"]),
        ("waybills", lambda case: (-len(case["waybills"]), case["expires_at"])),
        ("with", lambda case: (case.get("claimed_by") or case["officer"] or "~", case["expires_at"])),
    ],
)
def test_the_whole_list_has_one_order_page_by_page(
    ready: Api, sort: str, first: Callable[[Json], Any], counts: str
) -> None:
    for name, waybills, seconds, officer in (
        ("D-2", 2, 80_000, {}),
        ("D-3", 1, 81_000, {}),
        ("D-4", 3, 4_000, {"officer": "client/a"}),
        ("D-5", 2, 3_000, {"officer": "client/z"}),
        ("D-6", 1, 5_000, {}),
    ):
        numbers = [f"SF{at:010}" for at in range(waybills)]
        purpose = "redelivery" if name == "D-6" else "dispute"
        ready.open_case(name, *numbers, purpose=purpose, expires_in=seconds, **officer)
    ready.post(OFFICER, CLAIM)
    of_dispute = [content(ready.get(SUPERVISOR, f"/v1/cases/D-{at}")) for at in range(1, 6)]

    found = names(ready, SUPERVISOR, f"purpose=dispute&sort={sort}{counts}")

    assert found == [case["case"] for case in sorted(of_dispute, key=first)]


def test_denied_cases_have_the_order_too(ready: Api) -> None:
    for name in ("D-3", "D-2"):
        ready.open_case(name, NUMBER, purpose="regulator")
        ready.post(SUPERVISOR, f"/v1/cases/{name}/deny", {"note": "no"})

    assert names(ready, SUPERVISOR, "status=denied&sort=case") == ["D-2", "D-3"]


def test_a_list_tells_an_opener_what_others_decided(ready: Api, set_clock: Clock) -> None:
    begin = clock()
    for second, name in enumerate(("D-7", "D-2", "D-6", "D-3", "D-5", "D-4")):
        set_clock(begin + second)
        ready.open_case(name, NUMBER, purpose="regulator")
        content(ready.post(SUPERVISOR, f"/v1/cases/{name}/deny", {"note": f"no file of {name}"}))

    told = content(ready.get(DESK, "/v1/cases?counts=yes"))["decided"]
    others = content(ready.get(OFFICER, "/v1/cases?counts=yes"))["decided"]
    set_clock(begin + 5 + 8 * 3600)
    later = content(ready.get(DESK, "/v1/cases?counts=yes"))["decided"]

    assert told == [
        {
            "case": name,
            "act": "deny",
            "by": "client/supervisor",
            "at": rfc3339(begin + second),
            "note": f"no file of {name}",
        }
        for second, name in ((5, "D-4"), (4, "D-5"), (3, "D-3"), (2, "D-6"), (1, "D-2"))
    ]
    assert (others, later) == ([], [])


def test_a_list_with_counts_reads_the_cases_once(ready: Api, trips: Trips) -> None:
    trips()

    ready.get(OFFICER, "/v1/cases?status=open&opened=yes&counts=yes&sort=with")

    assert trips() == 3  # the list, the cases, what was opened


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
