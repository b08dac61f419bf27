"""What an approver is told of the earlier cases of their opener."""

from masking_service.masking.timestamps import SECONDS_A_DAY, rfc3339
from masking_service.service.cases import answers
from masking_service.service.cases.page import _history
from tests.service.cases.examples import ENDS, NOW, case


def ago(days: int) -> int:
    return NOW - days * SECONDS_A_DAY


def test_the_last_five_cases_are_listed_the_newest_first_and_those_of_seven_days_are_counted() -> None:
    """Each names as many waybills as days have passed, and two have expired."""
    cases = [
        case(case=f"D-{days}", waybills=("SF00000001",) * days, opened_at=ago(days), expires_at=expires_at)
        for days, expires_at in ((3, NOW), (8, ENDS), (1, ENDS), (6, NOW), (7, ENDS), (2, ENDS))
    ]

    assert _history(cases, NOW) == answers.OpenerHistory(
        cases=5,
        waybills=1 + 2 + 3 + 6 + 7,
        by_status={"expired": 2, "open": 3},
        last=[
            answers.EarlierCase("D-1", "open", 1, rfc3339(ago(1))),
            answers.EarlierCase("D-2", "open", 2, rfc3339(ago(2))),
            answers.EarlierCase("D-3", "expired", 3, rfc3339(ago(3))),
            answers.EarlierCase("D-6", "expired", 6, rfc3339(ago(6))),
            answers.EarlierCase("D-7", "open", 7, rfc3339(ago(7))),
        ],
    )
