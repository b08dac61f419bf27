"""Every number, duration and share of a policy says its bounds where it is outside them."""

from typing import Any

from tests.service.people.policies import ISSUER, edited, faults

WRONG = "x"
WINDOWS = {"1m": WRONG, "1h": WRONG, "1d": WRONG, "30d": WRONG}


def with_nothing_in_its_bounds(document: dict[str, Any]) -> None:
    document["version"] = WRONG
    document["purposes"]["dispute"]["after_calls"] = WRONG
    document["purposes"]["regulator"]["approvals"] = WRONG
    document["roles"]["dispute-officer"]["people"] = WRONG
    document["roles"]["dispute-officer"]["budget"] = {"fields": WINDOWS, "calls": WINDOWS}
    document["factors"] = {"role": WRONG, "tenant": WRONG}
    document["budgets"] = {"conflicts": {"1h": WRONG}, "case_waybills": {"1d": WRONG}}
    check = {"url": "https://tickets.example.com", "key": "case-check.key", "again_after": WRONG}
    document["cases"] = dict.fromkeys(("approve_above", "at_most", "longest", "sample"), WRONG) | {"check": check}
    document["watch"] = {"misses": WRONG, "refusals": WRONG}
    document["retention"] = {"default": WRONG, "tenants": {"other": WRONG}}
    document["issuers"] = {"staff": ISSUER | {"lifetime": WRONG, "unmasking": {"max_age": WRONG}}}
    document["calls"] = {"provider": "https", "url": "https://c.example.com", "key": "calls.key", "lifetime": WRONG}
    signed = {"rp_id": "desk.example.com", "origins": ["https://desk.example.com"], "acts": ["detokenize"]}
    document["signed"] = signed | dict.fromkeys(("fields_at_most", "waiting", "operators"), WRONG)


def number(least: int, greatest: int) -> str:
    return f"has to be a whole number from {least} to {greatest}"


def duration(longest: str) -> str:
    return f"has to be a duration such as 90s, 15m, 2h or 180d, of at most {longest}"


MINUTES_15, DAY, DAYS_30, DAYS_366, YEARS_10 = "15m", "1d", "30d", "366d", "3650d"


def test_what_is_outside_its_bounds_says_them() -> None:
    budgets = [
        f"roles.dispute-officer.budget.{counts}.{window}" for counts in ("fields", "calls") for window in WINDOWS
    ]

    assert faults(edited(with_nothing_in_its_bounds)) == dict.fromkeys(budgets, number(1, 1_000_000)) | {
        "version": "has to be 1",
        "purposes.dispute.after_calls": number(1, 10),
        "purposes.regulator.approvals": number(1, 10),
        "roles.dispute-officer.people": number(1, 1_000_000),
        "factors.role": number(1, 1_000_000),
        "factors.tenant": number(1, 1_000_000),
        "budgets.conflicts.1h": number(1, 1_000_000),
        "budgets.case_waybills.1d": number(1, 1_000_000),
        "cases.approve_above": number(0, 1_000),
        "cases.at_most": number(1, 1_000),
        "cases.longest": duration(DAYS_366),
        "cases.sample": "has to be a share such as 2% or 0.5%",
        "cases.check.again_after": duration(DAY),
        "watch.misses": number(1, 1_000_000),
        "watch.refusals": number(1, 1_000_000),
        "retention.default": duration(YEARS_10),
        "retention.tenants.other": duration(YEARS_10),
        "issuers.staff.lifetime": duration(MINUTES_15),
        "issuers.staff.unmasking.max_age": duration(DAYS_30),
        "calls.lifetime": duration(DAY),
        "signed.fields_at_most": number(1, 50),
        "signed.waiting": duration(DAYS_30),
        "signed.operators": number(1, 2),
    }
