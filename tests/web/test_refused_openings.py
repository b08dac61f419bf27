"""Calls to open values that are refused whole, over HTTP: no purpose, no case, or none that is open to the caller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.api import NUMBER, Api, Clock, Json, field, record, refusal, token
from tests.web.people import DESK, OFFICER, OTHER_OFFICER, PRIVACY, SUPERVISOR

PHONE = "/sender/phone"


Refused = tuple[int, str]


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
    ],
)
def test_a_call_is_refused_whole(api: Api, made: Json, body: Json, expected: Refused) -> None:
    answered = api.post(OFFICER, "/v1/detokenize", {"items": [token(made[PHONE])], **body})

    assert refusal(answered) == expected


def test_without_a_purpose_member_a_call_is_refused(api: Api, made: Json) -> None:
    assert refusal(api.post(OFFICER, "/v1/detokenize", {"items": []})) == (400, "purpose-required")


def closed(api: Api) -> Json:
    api.open_case("D-2", NUMBER)
    assert api.post(DESK, "/v1/cases/D-2/close").status_code == 200
    return {}


def closed_by_a_supervisor(api: Api) -> Json:
    api.open_case("D-2", NUMBER)
    assert api.post(SUPERVISOR, "/v1/cases/D-2/close").status_code == 200
    return {}


def pending(api: Api) -> Json:
    assert api.open_case("D-2", NUMBER, *[f"SF00000000{at:02}" for at in range(10)])["status"] == "pending"
    return {}


def waiting_for_approval(api: Api) -> Json:
    assert api.open_case("D-2", NUMBER, purpose="regulator")["status"] == "pending"
    return {"who": PRIVACY, "purpose": "regulator"}


def naming_another_officer(api: Api) -> Json:
    api.open_case("D-2", NUMBER, officer="client/dispute-officer-2")
    return {}


def naming_a_namesake(api: Api) -> Json:
    api.open_case("D-2", NUMBER, officer="dev/dispute-officer")
    return {}


def of_another_tenant(api: Api) -> Json:
    api.open_case("D-2", NUMBER)
    return {"who": OTHER_OFFICER}


@pytest.mark.parametrize(
    "make",
    [
        closed,
        closed_by_a_supervisor,
        pending,
        waiting_for_approval,
        naming_another_officer,
        naming_a_namesake,
        of_another_tenant,
    ],
)
def test_a_case_that_is_not_open_for_the_caller_opens_nothing(
    api: Api, made: Json, make: Callable[[Api], dict[str, Any]]
) -> None:
    who_and_why = make(api)

    assert refusal(api.detokenize(token(made[PHONE]), **{"case": "D-2", **who_and_why})) == (403, "case-not-open")


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
