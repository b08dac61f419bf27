"""Calls to open values that are refused whole, over HTTP: no purpose, no case, or none that is open to the caller."""

from __future__ import annotations

import pytest

from tests.web.api import NUMBER, Api, Clock, Json, content, field, record, refusal, token
from tests.web.people import DESK, OFFICER, OTHER_OFFICER, PRIVACY, SUPERVISOR

PHONE = "/sender/phone"
REGULATOR = {"purpose": "regulator"}
ELEVEN = [NUMBER, *(f"SF00000000{at:02}" for at in range(10))]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"purpose": None, "case": "D-1"}, (400, "purpose-required")),
        ({"purpose": "", "case": "D-1"}, (400, "purpose-required")),
        ({"purpose": "regulator", "case": "D-1"}, (403, "forbidden")),
        ({"purpose": "gossip", "case": "D-1"}, (403, "forbidden")),
        ({"purpose": "dispute", "case": None}, (400, "case-required")),
        ({"purpose": "dispute", "case": ""}, (400, "case-required")),
        ({"purpose": "dispute", "case": "D-2"}, (403, "case-not-open")),
        ({"purpose": "dispute", "case": "张三"}, (403, "case-not-open")),
        ({"purpose": "redelivery", "case": "D-1"}, (403, "case-not-open")),
        ({}, (400, "purpose-required")),
    ],
)
def test_a_call_is_refused_whole(api: Api, made: Json, body: Json, expected: tuple[int, str]) -> None:
    answered = api.post(OFFICER, "/v1/detokenize", {"items": [token(made[PHONE])], **body})

    assert refusal(answered) == expected


@pytest.mark.parametrize(
    ("opening", "status", "closed_by", "asking"),
    [
        pytest.param({}, "open", DESK, {}, id="closed"),
        pytest.param({}, "open", SUPERVISOR, {}, id="closed by a supervisor"),
        pytest.param({"waybills": ELEVEN}, "pending", None, {}, id="pending"),
        pytest.param(REGULATOR, "pending", None, {"who": PRIVACY, **REGULATOR}, id="waiting for approval"),
        pytest.param({"officer": "client/dispute-officer-2"}, "open", None, {}, id="naming another officer"),
        pytest.param({"officer": "dev/dispute-officer"}, "open", None, {}, id="naming a namesake"),
        pytest.param({}, "open", None, {"who": OTHER_OFFICER}, id="of another tenant"),
    ],
)
def test_a_case_that_is_not_open_for_the_caller_opens_nothing(
    api: Api, made: Json, opening: Json, status: str, closed_by: str | None, asking: Json
) -> None:
    assert api.open_case("D-2", NUMBER, **opening)["status"] == status
    if closed_by:
        content(api.post(closed_by, "/v1/cases/D-2/close"))

    assert refusal(api.detokenize(token(made[PHONE]), case="D-2", **asking)) == (403, "case-not-open")


def test_an_expired_case_opens_nothing(api: Api, set_clock: Clock) -> None:
    set_clock(1_796_000_000)
    api.tokenize(record())
    api.open_case("D-1", NUMBER, expires_in=60)
    set_clock(1_796_000_059)
    assert api.opened(field(NUMBER, PHONE))[0]["value"] == "13812345678"
    set_clock(1_796_000_060)

    assert refusal(api.detokenize(field(NUMBER, PHONE))) == (403, "case-not-open")


def test_the_officer_whom_a_case_names_opens_under_it(api: Api, made: Json) -> None:
    api.open_case("D-2", NUMBER, officer="dev/chen")

    opened = api.opened(token(made[PHONE]), who=api.mint(OFFICER, "chen"), case="D-2")

    assert opened[0]["value"] == "13812345678"


def test_an_opener_cannot_open_values_under_the_own_case(api: Api, made: Json) -> None:
    both = api.mint([DESK, OFFICER], "chen")
    api.open_case("D-2", NUMBER, who=both)

    assert refusal(api.detokenize(token(made[PHONE]), who=both, case="D-2")) == (403, "own-case")
