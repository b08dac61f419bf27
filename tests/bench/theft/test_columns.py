"""The lookout's signals over columns of numbers: the same reasons as the product's over rows."""

from random import Random

from bench.theft.columns import Columns
from bench.theft.steps import DAY
from bench.theft.work import BEGIN, HOUR
from masking_audit.lookout.history import CaseDecision, History, OpenedCase, OpenedFields, Row, Seen
from masking_audit.lookout.signals import all_signals

OFFICER, DESK, SUPERVISOR, SYSTEM = "dispute-officer", "service-desk", "supervisor", "ticket-system"
DAYS = 40
NOW = BEGIN + DAYS * DAY


def company(seed: int) -> list[Row]:
    """What people did in forty days, some of them at odd hours, quickly, or with a new device."""
    random = Random(seed)
    rows: list[Row] = []
    for day in range(DAYS):
        for ticket in range(60):
            case, opener = f"D-{day}-{ticket}", f"desk-{random.randrange(6)}"
            officer = "officer-0" if opener == "desk-0" and random.random() < 0.6 else f"officer-{random.randrange(8)}"
            at = BEGIN + day * DAY + 8 * HOUR + random.randrange(10 * HOUR)
            verified, numbers = random.random() > 0.05 * (officer == "officer-1"), random.randrange(1, 4)
            rows.append(OpenedCase(at, opener, DESK, case, numbers, verified))
            if random.random() < 0.3:
                decider = 0 if opener == "desk-1" else random.randrange(1, 6)
                decided = at + 60 if decider else BEGIN + day * DAY + 20 * HOUR + ticket % 4
                rows.append(CaseDecision(decided, f"supervisor-{decider}", SUPERVISOR, case, "approve"))
            late = 12 * HOUR if officer == "officer-2" and day > 34 else 0
            more = 5 if officer in ("officer-3", "officer-4") and day > 25 else 1
            for number in range(numbers):
                waybill = f"W{random.randrange(500)}-{number}"
                rows.append(
                    OpenedFields(at + late + 60, officer, OFFICER, case, waybill, random.randrange(1, 3) * more)
                )
            device = "new" if officer == "officer-5" and day > 36 else "old"
            rows.append(Seen(at + late + 60, officer, OFFICER, "device", f"{officer} {device}"))
            if officer != "officer-6" or random.random() < 0.3:
                rows.append(CaseDecision(at + random.randrange(1, 5) * DAY, "system", SYSTEM, case, "close"))
    return rows


def history(rows: list[Row]) -> History:
    kinds = (OpenedFields, OpenedCase, CaseDecision)
    lately = [row for row in rows if NOW - 30 * DAY <= row.at < NOW]
    opened, cases, decided = (sorted(row for row in lately if isinstance(row, kind)) for kind in kinds)
    seen = sorted(row for row in lately if isinstance(row, Seen))
    return History(openings=opened, cases=cases, decisions=decided, seen=seen)  # type: ignore[arg-type]  # each sorted by its class


def test_the_reasons_are_those_of_the_product() -> None:
    rows = company(1)
    columns = Columns()
    for day in range(DAYS + 6):
        columns.add(row for row in rows if row.at // DAY == BEGIN // DAY + day)
    expected = all_signals(history(rows), NOW)

    assert sorted(columns.reasons(NOW)) == sorted(expected)
    assert {reason.signal for reason in expected if reason.score >= 1} == {
        "unverified",
        "unfollowed",
        "pair",
        "pair-opener",
        "approving-pair",
        "approving-pair-opener",
        "fields-per-waybill",
        "pace",
        "odd-hours",
        "new-device",
        "quick-approvals",
    }


def test_a_copy_with_other_names_says_the_same_of_them_and_leaves_the_original_alone() -> None:
    rows = company(2)
    columns, names = Columns(rows), {"officer-0": "thief", "desk-0": "friend"}
    copied = columns.renamed(names)
    of_thief = [row._replace(person=names[row.person]) if row.person in names else row for row in rows]
    copied.add([OpenedCase(NOW - DAY, "friend", DESK, "T-1", 1, True)])

    assert sorted(columns.reasons(NOW)) == sorted(all_signals(history(rows), NOW))
    assert sorted(copied.reasons(NOW)) == sorted(
        all_signals(history([*of_thief, OpenedCase(NOW - DAY, "friend", DESK, "T-1", 1, True)]), NOW)
    )
