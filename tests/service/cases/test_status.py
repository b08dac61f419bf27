"""What follows from a case is decided by what was done to it and the clock alone."""

from typing import Literal

import pytest

from masking_service.service.call.shapes import is_case_name
from masking_service.service.cases.problems import CaseNotOpen, CaseNotPending, OwnCase
from masking_service.service.cases.state import Case
from masking_service.service.people.errors import AccessError
from masking_service.service.people.principals import Principal
from tests.every import every
from tests.service.cases.examples import ENDS, NOW, case

OFFICER = Principal("staff/officer", "default", ("dispute-officer",), frozenset(), "jwt")


def refusal(of: Case, who: Principal = OFFICER, purpose: str = "dispute", now: int = NOW) -> type[AccessError]:
    with pytest.raises(AccessError) as refused:
        of.authorise(who, purpose, now)
    return type(refused.value)


@every(
    ("of", "status"),
    [
        (case(), "open"),
        (case(approvals_needed=1), "pending"),
        (case(("approve", "staff/s-1"), approvals_needed=1), "open"),
        (case(("approve", "staff/desk"), approvals_needed=1), "pending"),  # the opener is no approver
        (case(("approve", "staff/desk"), ("approve", "staff/s-1"), approvals_needed=1), "open"),
        (case(("approve", "staff/s-1"), approvals_needed=2), "pending"),
        (case(("approve", "staff/s-1"), ("approve", "staff/s-1"), approvals_needed=2), "pending"),  # one person
        (case(("approve", "staff/s-1"), ("approve", "staff/s-2"), approvals_needed=2), "open"),
        (case(("deny", "staff/s-1"), approvals_needed=1), "denied"),
        (case(("approve", "staff/s-1"), ("deny", "staff/s-2"), approvals_needed=1), "denied"),
        (case(("close", "staff/desk")), "closed"),
        (case(("deny", "staff/s-1"), ("close", "staff/desk")), "closed"),
    ],
)
def test_a_status_follows_from_what_was_done(of: Case, status: str) -> None:
    assert of.status(NOW) == status


def test_a_case_is_open_until_the_second_in_which_it_expires() -> None:
    assert [case().status(now) for now in (ENDS - 1, ENDS, ENDS + 1)] == ["open", "expired", "expired"]


def test_a_pending_case_expires_too() -> None:
    assert case(approvals_needed=1).status(ENDS) == "expired"


def test_an_open_case_lets_an_officer_open_what_it_names() -> None:
    case(officer=OFFICER.id).authorise(OFFICER, "dispute", NOW)


@every(
    "of",
    [
        pytest.param(case(approvals_needed=1), id="pending"),
        pytest.param(case(("deny", "staff/s-1")), id="denied"),
        pytest.param(case(("close", "staff/desk")), id="closed"),
        pytest.param(case(expires_at=NOW), id="expired"),
        pytest.param(case(purpose="redelivery"), id="another purpose"),
        pytest.param(case(officer="staff/another"), id="another officer"),
    ],
)
def test_a_case_that_is_not_open_for_the_caller_opens_nothing(of: Case) -> None:
    assert refusal(of) is CaseNotOpen


@pytest.mark.parametrize(
    "of",
    [
        pytest.param(case(opened_by=OFFICER.id), id="opened it"),
        pytest.param(case(("approve", OFFICER.id), approvals_needed=1), id="approved it"),
        pytest.param(case(opened_by=OFFICER.id, officer=OFFICER.id), id="opened it for themselves"),
    ],
)
def test_the_opener_and_approvers_of_a_case_open_nothing_under_it(of: Case) -> None:
    assert refusal(of) is OwnCase


@every("name", ["D-2026-0001", "a", "7", "A.b_c-d", "x" * 64])
def test_a_name_of_these_characters_is_well_formed(name: str) -> None:
    assert is_case_name(name)


@every("name", ["", "-a", ".a", "a b", "a/b", "案件", "１", "a\n", "x" * 65])
def test_any_other_name_is_not(name: str) -> None:
    assert not is_case_name(name)


def decided(of: Case, who: str, act: Literal["approve", "deny"]) -> type[AccessError] | None:
    try:
        of.decide(Principal(who, "default", ("supervisor",), frozenset(), "jwt"), act, NOW)
    except AccessError as refused:
        return type(refused)
    return None


@every("act", ["approve", "deny"])
@every(
    ("of", "refused"),
    [
        (case(approvals_needed=1), None),
        (case(("approve", "staff/s-2"), approvals_needed=2), None),
        (case(), CaseNotPending),
        (case(("approve", "staff/s-2"), approvals_needed=1), CaseNotPending),
        (case(("deny", "staff/s-2"), approvals_needed=1), CaseNotPending),
        (case(("close", "staff/desk"), approvals_needed=1), CaseNotPending),
        (case(approvals_needed=1, expires_at=NOW), CaseNotPending),
        (case(approvals_needed=1, opened_by="staff/s-1"), OwnCase),
        (case(opened_by="staff/s-1"), OwnCase),
    ],
)
def test_a_case_is_decided_while_it_is_pending_and_not_by_its_opener(
    of: Case, refused: type[AccessError] | None, act: Literal["approve", "deny"]
) -> None:
    assert decided(of, "staff/s-1", act) is refused


@pytest.mark.parametrize("act", ["approve", "deny"])
def test_the_same_decision_again_is_no_error(act: Literal["approve", "deny"]) -> None:
    done = case((act, "staff/s-1"), approvals_needed=1)

    assert (decided(done, "staff/s-1", act), decided(done, "staff/s-2", act)) == (None, CaseNotPending)
