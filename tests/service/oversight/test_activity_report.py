"""Who is shown as active, in which order, with which sums beside which limits: the whole answer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import msgspec

from masking_service.audit.recent import Figures, RecentEntry
from masking_service.masking.timestamps import rfc3339
from masking_service.service.call.recorder import RequestContext
from masking_service.service.freezes.state import Freeze
from masking_service.service.lookout.state import StoredListing, StoredReason
from masking_service.service.oversight.activity import ActivityReport
from tests.service.people.policies import policy, someone

NOW = 1_796_000_000
MINUTE, HOUR, DAY = 60, 3_600, 86_400
NOTHING = {"1m": 0, "1h": 0, "1d": 0}


def limited(text: Any) -> None:
    """Two roles, of which each has the smaller limit of one window."""
    role = text["roles"]["dispute-officer"]
    role["budget"]["fields"] = {"1m": 5, "1h": 60, "30d": 1_000}
    text["roles"]["senior"] = role | {"budget": role["budget"] | {"fields": {"1m": 20, "1h": 50, "1d": 150}}}
    text["watch"]["refusals"] = 7


def activity(rows: list[RecentEntry], frozen: tuple[Freeze, ...] = (), listed: tuple[StoredListing, ...] = ()) -> Any:
    caller = someone("supervisor")

    def of(answer: object) -> Any:
        """What answers for the caller's tenant only."""
        return lambda tenant, *_: answer if tenant == caller.tenant else None

    parts: dict[str, Any] = {
        "gate": SimpleNamespace(grant=lambda *_: None),
        "keyring": SimpleNamespace(tenant=of(SimpleNamespace(lasting_hash=lambda use: f"hash of {use}"))),
        "freezes": SimpleNamespace(listed=of([*frozen])),
        "shortlists": SimpleNamespace(of=of([*listed])),
        "recent": SimpleNamespace(rows=lambda whose, now: (rows, now - DAY) if whose == "hash of tenant" else None),
    }
    report = ActivityReport(policy=policy(limited), **parts)
    return msgspec.to_builtins(report(RequestContext(caller, "r-1", NOW)))


def row(who: str, ago: int, role: str = "", **figures: int) -> RecentEntry:
    return RecentEntry("id", NOW - ago, who, role, Figures(**figures))


def shown(who: str, **more: Any) -> dict[str, Any]:
    """What is answered of a principal who did nothing."""
    counts = dict.fromkeys(("fields", "full_views", "cases", "refusals"), NOTHING)
    return {"principal": who, "roles": [], **counts, "limits": {"refusals": {"1m": 7}}, "frozen": None, **more}


def test_what_a_person_did_is_summed_over_a_minute_an_hour_and_a_day_beside_the_smallest_limits() -> None:
    """What happened just when a window begins is before it, and a role that the policy has no more has no limit."""
    each = {"fields": 1, "full_views": 10, "cases": 100, "refusals": 1_000}
    ago = (0, MINUTE - 1, MINUTE, HOUR - 1, HOUR, DAY - 1, DAY)
    roles = ("senior", "", "dispute-officer", "gone", "senior", "senior", "senior")
    found = activity([row("staff/a", at, role, **each) for at, role in zip(ago, roles, strict=True)])

    def sums(one: int) -> dict[str, int]:
        return {"1m": 2 * one, "1h": 4 * one, "1d": 6 * one}

    limits = {"fields": {"1m": 5, "1h": 50, "1d": 150, "30d": 1_000}, "refusals": {"1m": 7}}
    of_a = {name: sums(one) for name, one in each.items()}
    expected = shown("staff/a", roles=["dispute-officer", "gone", "senior"], limits=limits, **of_a)
    assert found == {"principals": [expected], "listed": [], "since": rfc3339(NOW - DAY)}


def test_the_frozen_come_first_then_the_busiest_and_at_most_a_thousand_are_shown() -> None:
    frozen = (Freeze("staff/z", NOW - 5, "lent", "staff/s"), Freeze("staff/y", NOW, "", "service/watch"))
    rows = [row(f"staff/{number:04}", 1) for number in range(1_000)] + [row("staff/0500", 2), row("staff/z", 3)]
    found = activity(rows, frozen)["principals"]

    first = {"since": rfc3339(NOW - 5), "by": "staff/s", "why": "lent"}
    second = {"since": rfc3339(NOW), "by": "service/watch", "why": ""}
    others = [f"staff/{number:04}" for number in range(998) if number != 500]
    assert found == [
        shown("staff/z", frozen=first),
        shown("staff/y", frozen=second),
        *map(shown, ["staff/0500", *others]),
    ]


def test_whom_the_lookout_listed_is_told_with_the_reasons_in_both_languages() -> None:
    reason = StoredReason("pace", 3.0, 40.0, 0, 8.5, "")
    listed = StoredListing("staff/a", NOW - 9, 5.5, frozen=True, reasons=[reason])

    said = {
        "signal": "pace",
        "en": "opened about 40 fields a day of late; expected 8.5 from earlier days",
        "zh": "近期每天约显示 40 个字段；按此前水平应约为 8.5 个",
    }
    assert activity([], listed=(listed,))["listed"] == [
        {"principal": "staff/a", "at": rfc3339(NOW - 9), "total": 5.5, "frozen": True, "reasons": [said]}
    ]
