"""An officer and a friend at the desk take five phones a day for two months, far below every budget."""

from __future__ import annotations

from collections import Counter

from tests.stories.auditor import Auditor
from tests.web.api import Api, Clock, field, record, refusal
from tests.web.people import DESK, OFFICER

DAY = 86_400
DAYS = 60
THIEF, FRIEND = f"client/{OFFICER}", f"client/{DESK}"


def take(api: Api, day: int, count: int) -> list[str] | tuple[int, str]:
    """One day: the friend opens a case of so many waybills, and the thief takes a phone of each, batch by batch."""
    numbers = [f"SF{day:04d}{at:06d}" for at in range(count)]
    api.tokenize(*(record(number) for number in numbers))
    got: list[str] = []
    for at in range(0, count, 10):
        case = f"D-{day}-{at}"
        api.open_case(case, *numbers[at : at + 10])
        answered = api.detokenize(*(field(number, "/recipient/phone") for number in numbers[at : at + 10]), case=case)
        if answered.status_code != 200:
            return refusal(answered)
        got += [one["value"] for one in answered.get_json()["results"]]
    return got


def test_the_auditor_counts_every_field_and_sees_the_openers_behind_them(
    fresh: Api, auditor: Auditor, now: int, set_clock: Clock
) -> None:
    got = 0
    for day in range(DAYS):
        set_clock(now + day * DAY)
        taken = take(fresh, day, 5)
        got += len(taken) if isinstance(taken, list) else 0

    # No budget stops five a day, and none of it is unseen: 300 fields, every one under a case of the same friend.
    assert got == 5 * DAYS
    assert auditor.released(THIEF) == got
    assert auditor.openers_behind(THIEF) == Counter({FRIEND: got})
    assert auditor.disclosures("SF0059000004")["opens"][0]["principal"] == THIEF


def test_ten_times_as_much_ends_with_the_budget_of_thirty_days(
    fresh: Api, auditor: Auditor, now: int, set_clock: Clock
) -> None:
    got, refused = 0, None
    for day in range(DAYS // 2):
        for hour in range(5):  # ten an hour, so that no shorter window is in the way
            set_clock(now + day * DAY + hour * 7_200)
            taken = take(fresh, 100 * day + hour, 10)
            if not isinstance(taken, list):
                refused = taken
                break
            got += len(taken)
        if refused:
            break

    assert (got, refused) == (1_000, (429, "quota-exceeded"))
    assert auditor.released(THIEF) == 1_000
