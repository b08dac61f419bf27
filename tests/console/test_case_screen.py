"""What the page of a case says: what a person may open and why not, what is spent, and which waybill is unfolded."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, g

from masking_console.screens.cases import case_page, timeline
from masking_console.service import Json

ME: Json = {
    "profiles": {"full": {}, "label": {}},
    "principal": "dev/li",
    "permissions": ["token:detokenize"],
    "purposes": {"dispute": {"kinds": ["phone"]}},
}
CASE: Json = {
    "case": "D-1",
    "status": "open",
    "purpose": "dispute",
    "opened_by": "dev/chen",
    "opened_at": "2026-11-30T00:00:00Z",
    "reason": "asked by the sender",
}
VIEW: Json = {
    "record": {"recipient": {"phone": "*******5678", "name": "张*"}, "remark": "-", "sender": {"phone": "*******1234"}},
    "fields": {"/sender/phone": "phone", "/recipient/name": "name", "/recipient/phone": "phone"},
}
WAYBILLS: list[Json] = [
    {"waybill_no": "SF0000000001", "view": VIEW, "site": "021009"},
    {"waybill_no": "SF0000000002", "view": None},
    {"waybill_no": "SF0000000012"},
]
OPENS: list[Json] = [
    {"at": f"2026-11-30T00:0{minute}:00Z", "principal": who, "field": "/recipient/phone", "waybill_no": number}
    for minute, who, number in (
        (1, "dev/li", "SF0000000001"),
        (2, "dev/li", "SF0000000012"),
        (4, "dev/li", "SF0000000012"),
    )
]
CALLS: list[Json] = [{"at": "2026-11-30T00:03:00Z", "principal": "dev/li", "field": "/recipient/phone"}]


def window(name: str, left: int, frees_at: str | None) -> Json:
    return {"window": name, "left": left, "frees_at": frees_at}


FIELDS = [
    window("1m", 0, "2026-11-30T00:05:00Z"),
    window("1h", 0, "2026-11-30T00:09:00Z"),
    window("1d", 9, "2026-12-01"),
]
PAGE: Json = {
    "case": CASE,
    "waybills": WAYBILLS,
    "opens": OPENS,
    "calls": CALLS,
    "budgets": [
        {"counts": "fields", "windows": FIELDS},
        {"counts": "cases", "windows": [window("1d", 0, "2026-12-02")]},
    ],
    "opener": {"cases": 3},
    "pair": {"cases": 1},
}


@pytest.fixture
def asked(app: Flask) -> Callable[..., Json]:
    """Asks for the page of a case, as it is for a person and by an address."""

    def ask(page: Json = PAGE, me: Json = ME, address: str = "/cases/D-1") -> Json:
        with app.test_request_context(address):
            told: list[Any] = []

            def get(*way: str, **more: str) -> Json:
                told.append((way, more))
                return page

            g.me = me
            g.person = SimpleNamespace(get=get)
            g.language = "en"
            found = case_page("D-1")
            assert told == [(("cases", "D-1", "page"), {"profile": "label"})]
            return found

    return ask


def test_the_whole_page_of_a_case(asked: Callable[..., Json]) -> None:
    found = asked()

    phone = {"kind": "phone", "opens": True}
    assert found == {
        "case": CASE,
        "waybills": [
            {
                "number": "SF0000000001",
                "found": True,
                "missing": False,
                "name": "张*",
                "phone": "*******5678",
                "last4": "5678",
                "site": "021009",
                "opened": 1,
            },
            {"number": "SF0000000002", "found": False, "missing": True, "last4": "", "site": "", "opened": 0},
            {"number": "SF0000000012", "found": False, "missing": False, "last4": "", "site": "", "opened": 2},
        ],
        "waybill": {
            "number": "SF0000000001",
            "found": True,
            "rows": [
                {"pointer": "/recipient/phone", "masked": "*******5678", **phone},
                {"pointer": "/recipient/name", "kind": "name", "masked": "张*", "opens": False},
                {"pointer": "/sender/phone", "masked": "*******1234", **phone},
            ],
            "notes": [("/remark", "-")],
            "opened": 1,
        },
        "chosen": 0,
        "reason": "",
        "budgets": FIELDS,
        "spent_until": "2026-11-30T00:09:00Z",
        "timeline": timeline(CASE, OPENS, CALLS),
        "opened": 3,
        "history": {"cases": 3},
        "pair": {"cases": 1},
    }


@pytest.mark.parametrize(
    ("windows", "until"),
    [
        ([], ""),
        ([window("1m", 1, "2026-11-30")], ""),
        ([window("1m", 0, None)], ""),
        ([window("1m", 0, "2026-11-30"), window("1h", 2, "2026-12-30")], "2026-11-30"),
    ],
)
def test_what_is_spent_is_told_until_all_of_it_is_free_again(
    asked: Callable[..., Json], windows: list[Json], until: str
) -> None:
    found = asked(PAGE | {"budgets": [{"counts": "fields", "windows": windows}]})

    assert (found["budgets"], found["spent_until"]) == (windows, until)


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [("SF0000000012", 2), ("12", 2), ("2", 1), ("sf0000000002", 1), (" 12 ", 2), ("99", 0), ("SF", 0), ("", 0)],
)
def test_the_waybill_that_ends_with_what_is_asked_is_unfolded(
    asked: Callable[..., Json], wanted: str, chosen: int
) -> None:
    found = asked(address=f"/cases/D-1?waybill={wanted.replace(' ', '%20')}")

    assert (found["chosen"], found["waybill"]["number"], found["waybill"]["opened"]) == (
        chosen,
        WAYBILLS[chosen]["waybill_no"],
        (1, 0, 2)[chosen],
    )


FROZEN = "You are frozen. A supervisor or the privacy office can unfreeze you."
NO_VALUES = "Your role opens no values."
NO_PURPOSE = "Your role opens nothing for this purpose."
NOT_OPEN = "Values are opened only while the case is open."
OWN = "You opened or approved this case, so another person has to open its values."
ANOTHER = "The case names another officer."


@pytest.mark.parametrize(
    ("me", "case", "reason"),
    [
        ({}, {}, ""),
        ({}, {"officer": None}, ""),
        ({}, {"officer": "dev/li"}, ""),
        ({}, {"officer": "dev/wang"}, ANOTHER),
        ({}, {"approved_by": ["dev/wang"]}, ""),
        ({}, {"approved_by": ["dev/wang", "dev/li"], "officer": "dev/wang"}, OWN),
        ({}, {"opened_by": "dev/li", "officer": "dev/li"}, OWN),
        ({}, {"status": "closed", "opened_by": "dev/li"}, NOT_OPEN),
        ({}, {"status": "pending"}, NOT_OPEN),
        ({}, {"purpose": "regulator", "status": "closed"}, NO_PURPOSE),
        ({"purposes": {}}, {}, NO_PURPOSE),
        ({"permissions": ["case:open"]}, {"purpose": "regulator"}, NO_VALUES),
        ({"permissions": [], "frozen": {"since": "x"}}, {}, FROZEN),
    ],
)
def test_why_a_person_opens_nothing_is_told_and_no_budget_with_it(
    asked: Callable[..., Json], me: Json, case: Json, reason: str
) -> None:
    found = asked(PAGE | {"case": CASE | case}, ME | me)

    assert (found["reason"], found["budgets"]) == (reason, [] if reason else FIELDS)


def test_openings_of_a_person_in_a_row_are_one_event() -> None:
    decisions = [{"at": "2026-11-30T00:05:00Z", "by": "dev/wang", "act": "close", "note": ""}]
    first, second, last = (each["at"] for each in OPENS)

    assert timeline(CASE | {"decisions": decisions}, [*OPENS[::-1]], CALLS) == [
        {"at": CASE["opened_at"], "by": "dev/chen", "act": "open", "note": "asked by the sender"},
        {
            "at": first,
            "by": "dev/li",
            "field": "/recipient/phone",
            "waybill": "SF0000000001",
            "fields": ["/recipient/phone"] * 2,
            "numbers": {"SF0000000001", "SF0000000012"},
            "until": second,
        },
        {"at": CALLS[0]["at"], "by": "dev/li", "call": "/recipient/phone", "waybill": ""},
        {
            "at": last,
            "by": "dev/li",
            "field": "/recipient/phone",
            "waybill": "SF0000000012",
            "fields": ["/recipient/phone"],
            "numbers": {"SF0000000012"},
            "until": last,
        },
        decisions[0],
    ]
    other = OPENS[1] | {"principal": "dev/other"}
    assert [one["by"] for one in timeline(CASE, [OPENS[0], other, OPENS[2]])] == [
        "dev/chen",
        "dev/li",
        "dev/other",
        "dev/li",
    ]
