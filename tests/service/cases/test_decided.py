"""Which decisions of others a person is told."""

from masking_service.masking.timestamps import rfc3339
from masking_service.service.call.recorder import RequestContext
from masking_service.service.cases import answers
from masking_service.service.cases.reading import _decided
from masking_service.service.cases.state import Act, Case
from tests.service.cases.examples import NOW, opening
from tests.service.people.policies import someone

HOURS_8 = 28_800
LATELY = NOW - HOURS_8 + 1


def decided(*acts: Act, case: str = "D-1", opened_by: str = "staff/u-1") -> Case:
    return Case(opening(case=case, opened_by=opened_by), acts)


def test_approvals_and_denials_of_ones_own_cases_are_told_for_eight_hours() -> None:
    cases = [
        decided(Act("approve", "staff/s-1", LATELY), Act("approve", "staff/s-2", NOW, "asked the station")),
        decided(Act("deny", "staff/s-1", LATELY - 1), case="D-2"),
        decided(Act("deny", "staff/s-1", LATELY + 1), case="D-3"),
        decided(Act("close", "staff/s-1", NOW), case="D-4"),
        decided(Act("approve", "staff/s-1", NOW), case="D-5", opened_by="staff/u-2"),
    ]

    assert _decided(RequestContext(someone("service-desk"), "r", NOW), cases) == [
        answers.DecidedCase("D-1", "approve", "staff/s-2", rfc3339(NOW), "asked the station"),
        answers.DecidedCase("D-3", "deny", "staff/s-1", rfc3339(LATELY + 1), None),
        answers.DecidedCase("D-1", "approve", "staff/s-1", rfc3339(LATELY), None),
    ]


def test_the_five_latest_decisions_are_told() -> None:
    cases = [decided(Act("approve", "staff/s-1", NOW - at), case=f"D-{at}") for at in range(6)]

    told = _decided(RequestContext(someone("service-desk"), "r", NOW), cases[::-1])

    assert [one.case for one in told] == [f"D-{at}" for at in range(5)]
