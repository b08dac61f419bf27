"""An officer or a courier rents out a login, and the thief takes what it can take."""

from __future__ import annotations

import pytest

from tests.stories.auditor import Auditor
from tests.web.api import SITE, Api, Clock, field, record, refusal
from tests.web.people import COURIER, OFFICER, SUPERVISOR

DAY = 86_400
NUMBERS = [f"SF{number:010d}" for number in range(1, 101)]
RENTED = f"client/{OFFICER}"


@pytest.fixture
def honest_work(fresh: Api, now: int) -> list[str]:
    """A hundred waybills in ten cases, as a busy desk opens them in a day. Their names."""
    fresh.tokenize(*(record(number) for number in NUMBERS), custody={"site": SITE})
    names = []
    for at in range(0, 100, 10):
        names.append(f"D-{at}")
        fresh.open_case(names[-1], *NUMBERS[at : at + 10])
    return names


def drain(api: Api, case: str, numbers: list[str]) -> int | tuple[int, str]:
    """Everything that one case opens, of so many waybills: how many values, or the refusal."""
    items = [
        field(number, f"/{who}/{what}")
        for number in numbers
        for who in ("sender", "recipient")
        for what in ("name", "phone")
    ]
    answered = api.detokenize(*items, case=case)
    if answered.status_code != 200:
        return refusal(answered)
    return sum("value" in one for one in answered.get_json()["results"])


def test_in_a_day_the_renter_takes_what_the_budget_holds_and_no_field_more(
    fresh: Api, honest_work: list[str], auditor: Auditor, now: int, set_clock: Clock
) -> None:
    got, refusals = 0, set()
    for minute in range(0, 24 * 60, 10):  # as patient as a script is
        set_clock(now + minute * 60)
        taken = drain(fresh, f"D-{got // 40 * 10}", NUMBERS[got // 4 : got // 4 + 5])
        if isinstance(taken, int):
            got += taken
        else:
            refusals.add(taken)

    assert (got, refusals) == (140, {(429, "quota-exceeded")})  # seven times twenty: 150 a day hold no eighth
    assert auditor.released(RENTED) == got


def test_a_supervisor_ends_it_at_once(fresh: Api, honest_work: list[str], auditor: Auditor) -> None:
    assert drain(fresh, "D-0", NUMBERS[:5]) == 20

    fresh.post(SUPERVISOR, "/v1/principals/client%2Fdispute-officer/freeze", {"why": "reported by the desk"})

    assert drain(fresh, "D-0", NUMBERS[5:10]) == (403, "frozen")
    assert auditor.released(RENTED) == 20
    assert [entry["subject"] for entry in auditor.entries("freeze", principal=f"client/{SUPERVISOR}")] == [RENTED]


def test_several_rented_logins_share_the_budget_of_their_role(
    fresh: Api, honest_work: list[str], auditor: Auditor, now: int
) -> None:
    got, refused = 0, []
    for person in range(12):
        renter = fresh.mint("dispute-officer", sub=f"u-{person}")
        items = [field(number, "/sender/phone") for number in NUMBERS[:10]] * 2
        answered = fresh.detokenize(*items, who=renter, case="D-0")
        got += 20 if answered.status_code == 200 else 0
        refused += [] if answered.status_code == 200 else [refusal(answered)]

    assert (got, refused) == (200, [(429, "quota-exceeded")] * 2)  # ten people's worth in a minute, not twelve
    assert sum(auditor.released(f"dev/u-{person}") for person in range(12)) == got


def test_a_rented_couriers_login_sees_addresses_of_its_own_parcels_forty_a_minute(
    fresh: Api, honest_work: list[str], auditor: Auditor
) -> None:
    others = [f"YT{number:010d}" for number in range(50)]
    fresh.tokenize(*(record(number) for number in others), custody={"site": "999999"})

    got, missed, refused = 0, 0, set()
    for number in [*others[:20], *NUMBERS]:
        answered = fresh.get(COURIER, f"/v1/waybills/{number}")
        got += answered.status_code == 200
        missed += answered.status_code == 404
        if answered.status_code not in (200, 404):
            refused.add(refusal(answered))

    assert (got, missed, refused) == (40, 20, {(429, "quota-exceeded")})
    assert sum(entry.get("count", 0) for entry in auditor.entries("view", principal=f"client/{COURIER}")) == got
    assert auditor.disclosures(NUMBERS[0])["views"][0]["principal"] == f"client/{COURIER}"


def test_the_opener_of_the_cases_cannot_use_a_rented_login_in_person(fresh: Api, now: int) -> None:
    fresh.tokenize(record(NUMBERS[0]))
    both = fresh.mint(["service-desk", "dispute-officer"], sub="u-7")
    fresh.open_case("D-own", NUMBERS[0], who=both)

    assert refusal(fresh.detokenize(field(NUMBERS[0], "/sender/phone"), who=both, case="D-own")) == (403, "own-case")
