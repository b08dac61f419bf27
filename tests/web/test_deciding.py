"""Approving and denying over HTTP: four eyes, also at the same time, and a denial outweighs approvals."""

from __future__ import annotations

from functools import partial

import pytest

from tests.together import MANY, together
from tests.web.api import NOW, NUMBER, PHONE, Api, Clock, Trips, Under, record, refusal
from tests.web.people import AUDITOR, DESK, OFFICER, PRIVACY, SUPERVISOR

ELEVEN = [f"SF{at:010}" for at in range(11)]
OWN, LATE, NOT_FOUND = (403, "own-case"), (409, "case-not-pending"), (404, "not-found")


@pytest.fixture
def pending(api: Api) -> Api:
    """A service with a pending case of the desk, for a purpose that is always approved."""
    api.tokenize(record())
    assert api.open_case("D-1", NUMBER, purpose="regulator")["status"] == "pending"
    return api


@pytest.fixture
def two_needed(under: Under) -> Api:
    """A service whose policy wants two people to approve."""
    api = under(lambda policy: policy["purposes"]["regulator"].update(approvals=2))
    assert api.open_case("D-1", NUMBER, purpose="regulator")["status"] == "pending"
    return api


def decide(api: Api, act: str, who: str = SUPERVISOR, case: str = "D-1") -> tuple[int, str]:
    """The status of the answer, and the case's, or the code of the refusal."""
    answered = api.post(who, f"/v1/cases/{case}/{act}")
    return (200, answered.get_json()["status"]) if answered.status_code == 200 else refusal(answered)


def regulator(api: Api, who: str = PRIVACY) -> tuple[int, str]:
    """What becomes of a privacy officer's call to open a phone under the case."""
    answered = api.detokenize(PHONE, who=who, case="D-1", purpose="regulator")
    return (200, "released") if answered.status_code == 200 else refusal(answered)


def test_what_a_supervisor_approves_is_open(pending: Api) -> None:
    assert regulator(pending) == (403, "case-not-open")

    assert decide(pending, "approve") == (200, "open")

    assert regulator(pending) == (200, "released")


def test_an_approved_case_says_by_whom(pending: Api) -> None:
    decide(pending, "approve")

    assert pending.get(OFFICER, "/v1/cases/D-1").get_json()["approved_by"] == ["client/supervisor"]


def test_what_a_supervisor_denies_stays_shut(pending: Api) -> None:
    assert decide(pending, "deny") == (200, "denied")

    assert decide(pending, "approve", "supervisor-2") == LATE
    assert regulator(pending) == (403, "case-not-open")


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [("approve", "deny", ("open", (200, "released"))), ("deny", "approve", ("denied", (403, "case-not-open")))],
    ids=["approved", "denied"],
)
def test_who_has_decided_cannot_decide_otherwise(
    pending: Api, first: str, then: str, expected: tuple[str, tuple[int, str]]
) -> None:
    decide(pending, first)

    assert decide(pending, then) == LATE
    assert (pending.get(OFFICER, "/v1/cases/D-1").get_json()["status"], regulator(pending)) == expected


def test_an_approver_of_the_desk_decides_cases_of_others(pending: Api) -> None:
    both = pending.mint([DESK, SUPERVISOR], "chen")

    assert pending.get(both, "/v1/cases/D-1").get_json()["status"] == "pending"
    assert decide(pending, "approve", both) == (200, "open")


def test_a_large_case_is_approved_like_any_other(api: Api) -> None:
    api.open_case("D-1", *ELEVEN)

    assert decide(api, "approve") == (200, "open")


@pytest.mark.parametrize("act", ["approve", "deny"])
def test_openers_cannot_decide_their_own_case(api: Api, act: str) -> None:
    both = api.mint([DESK, SUPERVISOR], "chen")
    api.open_case("D-1", NUMBER, purpose="regulator", who=both)

    assert decide(api, act, both) == OWN
    assert api.get(SUPERVISOR, "/v1/cases/D-1").get_json()["status"] == "pending"


@pytest.mark.parametrize("roles", [[SUPERVISOR], [DESK, SUPERVISOR], [SUPERVISOR, AUDITOR]])
def test_an_opener_who_signs_in_with_other_roles_is_the_same_person(api: Api, roles: list[str]) -> None:
    api.open_case("D-1", NUMBER, purpose="regulator", who=api.mint(DESK, "chen"))

    assert decide(api, "approve", api.mint(roles, "chen")) == OWN


@pytest.mark.parametrize("who", [DESK, OFFICER, PRIVACY, AUDITOR])
@pytest.mark.parametrize("act", ["approve", "deny"])
def test_only_approvers_decide(pending: Api, who: str, act: str) -> None:
    assert decide(pending, act, who) == (403, "forbidden")


@pytest.mark.parametrize("act", ["approve", "deny"])
def test_another_tenants_supervisor_finds_no_case(pending: Api, act: str) -> None:
    assert decide(pending, act, pending.mint(SUPERVISOR, tenant="other")) == NOT_FOUND


@pytest.mark.parametrize("case", ["D-9", "%E5%BC%A0%E4%B8%89", "D%201", "x" * 65])
def test_an_unknown_case_cannot_be_decided(pending: Api, case: str) -> None:
    assert decide(pending, "approve", case=case) == NOT_FOUND


def test_an_approver_opens_nothing_under_the_case(pending: Api) -> None:
    both = pending.mint([SUPERVISOR, PRIVACY], "chen")
    decide(pending, "approve", both)

    assert regulator(pending, both) == OWN
    assert regulator(pending, pending.mint(PRIVACY, "chen")) == OWN
    assert regulator(pending) == (200, "released")


@pytest.mark.parametrize("act", ["approve", "deny"])
def test_deciding_the_same_again_changes_nothing(pending: Api, act: str) -> None:
    pending.post(SUPERVISOR, f"/v1/cases/D-1/{act}")
    once = pending.get(OFFICER, "/v1/cases/D-1").get_json()

    assert pending.post(SUPERVISOR, f"/v1/cases/D-1/{act}").get_json() == once


@pytest.mark.parametrize(("first", "then"), [("approve", "approve"), ("approve", "deny"), ("deny", "deny")])
def test_what_another_has_decided_is_not_pending(pending: Api, first: str, then: str) -> None:
    decide(pending, first)

    assert decide(pending, then, "supervisor-2") == LATE


def test_an_open_case_is_closed_and_not_denied(api: Api) -> None:
    api.open_case("D-1", NUMBER)

    assert decide(api, "deny") == LATE
    assert decide(api, "approve") == LATE
    assert decide(api, "close") == (200, "closed")


@pytest.mark.parametrize("act", ["approve", "deny"])
def test_a_closed_case_is_not_pending(pending: Api, act: str) -> None:
    decide(pending, "close", DESK)

    assert decide(pending, act) == LATE


def test_an_expired_pending_case_cannot_be_approved(api: Api, set_clock: Clock) -> None:
    set_clock(NOW)
    api.open_case("D-1", NUMBER, purpose="regulator", expires_in=60)
    set_clock(NOW + 60)

    assert decide(api, "approve") == LATE
    assert api.get(SUPERVISOR, "/v1/cases/D-1").get_json()["status"] == "expired"


def test_an_approval_does_not_make_a_case_last_longer(api: Api, set_clock: Clock) -> None:
    set_clock(NOW)
    opened = api.open_case("D-1", NUMBER, purpose="regulator", expires_in=60)
    set_clock(NOW + 59)

    assert api.post(SUPERVISOR, "/v1/cases/D-1/approve").get_json()["expires_at"] == opened["expires_at"]


def test_an_approved_case_still_opens_for_the_officer_that_it_names_alone(api: Api) -> None:
    api.tokenize(record())
    api.open_case("D-1", NUMBER, purpose="regulator", officer="dev/chen")
    decide(api, "approve")

    assert regulator(api) == (403, "case-not-open")
    assert regulator(api, api.mint(PRIVACY, "chen")) == (200, "released")


def test_two_approvals_are_two_people(two_needed: Api) -> None:
    assert [decide(two_needed, "approve") for _ in range(3)] == [(200, "pending")] * 3

    assert decide(two_needed, "approve", "supervisor-2") == (200, "open")


def test_one_approver_in_two_sessions_is_one_person(two_needed: Api) -> None:
    first, second = (two_needed.mint(roles, "chen") for roles in (SUPERVISOR, [SUPERVISOR, AUDITOR]))

    assert [decide(two_needed, "approve", who) for who in (first, second)] == [(200, "pending")] * 2


def test_an_approver_may_deny_while_the_case_is_pending(two_needed: Api) -> None:
    decide(two_needed, "approve")

    assert decide(two_needed, "deny") == (200, "denied")
    assert decide(two_needed, "approve", "supervisor-2") == LATE


def test_of_many_who_open_the_same_name_one_does(api: Api) -> None:
    def opening(at: int) -> Trips:
        who = api.mint(DESK, f"d-{at}")
        body = {"case": "D-1", "purpose": "dispute", "waybills": [f"SF{at:010}"], "reason": "lost"}
        return lambda: api.post(who, "/v1/cases", body).status_code

    statuses = together([opening(at) for at in range(MANY)])

    (first,) = [at for at, status in enumerate(statuses) if status == 201]
    assert sorted(statuses) == [201] + [409] * (MANY - 1)
    stored = api.get(SUPERVISOR, "/v1/cases/D-1").get_json()
    assert (stored["opened_by"], stored["waybills"]) == (f"dev/d-{first}", [f"SF{first:010}"])


@pytest.mark.parametrize("round_", range(3))
def test_a_denial_wins_against_every_approval_at_the_same_moment(pending: Api, round_: int) -> None:
    people = [pending.mint(SUPERVISOR, f"s-{at}") for at in range(MANY)]

    answers = together(
        [partial(decide, pending, "deny" if at == 0 else "approve", who) for at, who in enumerate(people)]
    )

    stored = pending.get(SUPERVISOR, "/v1/cases/D-1").get_json()
    denied = answers[0] == (200, "denied")
    assert (stored["status"], answers[0]) in [("denied", (200, "denied")), ("open", LATE)]
    assert regulator(pending) == ((403, "case-not-open") if denied else (200, "released"))


def test_of_many_first_approvers_all_who_were_counted_open_nothing(pending: Api) -> None:
    people = [pending.mint([SUPERVISOR, PRIVACY], f"s-{at}") for at in range(MANY)]

    answers = together([partial(decide, pending, "approve", who) for who in people])

    approved = {f"dev/s-{at}" for at, answered in enumerate(answers) if answered == (200, "open")}
    assert {*pending.get(OFFICER, "/v1/cases/D-1").get_json()["approved_by"]} == approved
    assert [regulator(pending, who) == OWN for who in people] == [answered == (200, "open") for answered in answers]


def test_what_is_opened_while_a_case_is_closed_was_opened_before_it(pending: Api) -> None:
    decide(pending, "approve")
    officers = [pending.mint(PRIVACY, f"o-{at}") for at in range(MANY - 1)]

    answers = together(
        [
            partial(decide, pending, "close"),
            *[partial(regulator, pending, who) for who in officers],
        ]
    )

    assert answers[0] == (200, "closed")
    assert {*answers[1:]} <= {(200, "released"), (403, "case-not-open")}
    assert [regulator(pending, who) for who in officers] == [(403, "case-not-open")] * len(officers)
