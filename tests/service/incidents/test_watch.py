"""How often one deadline raises its alert."""

from typing import Any, cast

import pytest

from masking_service.masking.timestamps import unix_time
from masking_service.observability.alerts import Alerts
from masking_service.service.incidents.state import IncidentLists, IncidentRecord
from masking_service.service.incidents.use import DeadlineWatch
from masking_service.service.people.principals import Principal
from masking_service.service.state.once import OnceAWhile

FOUND = unix_time("2026-11-29T02:00:00Z")


class _Lists:
    """One incident a tenant; that of `other` is of critical infrastructure, so its first report is due in an hour."""

    def listed(self, tenant: str) -> list[IncidentRecord]:
        flags: frozenset[Any] = frozenset({"critical"} if tenant == "other" else ())
        known: dict[str, Any] = {"persons": 1_000_000, "flags": flags}
        return [IncidentRecord("I-1", "sold list", ("cn", "sg"), FOUND, 0, "staff/p", **known)]


class _Once:
    """Notes what it is asked, and lets only the tenant `default` act."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str, int]] = []

    def is_first(self, principal: Principal, what: str, seconds: int) -> bool:
        self.asked.append((principal.tenant, principal.id, what, seconds))
        return principal.tenant == "default"


class _Alerts:
    def __init__(self) -> None:
        self.raised: list[tuple[str, str, str]] = []

    def raise_alert(self, kind: str, principal: Principal) -> None:
        self.raised.append((kind, principal.tenant, principal.id))


@pytest.mark.parametrize(
    ("minutes", "due"),
    [
        (29, []),
        (30, [("other", "cn/first-report", 15)]),
        (119, [("other", "cn/first-report", 15)]),
        (120, [("default", "cn/first-report", 30), ("other", "cn/first-report", 15)]),
        (62 * 60 - 1, [("default", "cn/first-report", 30), ("other", "cn/first-report", 15)]),
        (
            62 * 60,
            [
                ("default", "cn/first-report", 30),
                ("default", "sg/authority", 6 * 60),
                ("other", "cn/first-report", 15),
                ("other", "sg/authority", 6 * 60),
            ],
        ),
    ],
)
def test_an_alert_comes_again_after_a_quarter_of_the_time_left_and_no_sooner_than_15_minutes(
    minutes: int, due: list[tuple[str, str, int]]
) -> None:
    once, alerts = _Once(), _Alerts()
    watch = DeadlineWatch(cast(IncidentLists, _Lists()), cast(OnceAWhile, once), cast(Alerts, alerts))

    watch.check(["default", "other"], FOUND + minutes * 60)

    who = "service/incidents"
    assert once.asked == [(tenant, who, f"deadline I-1 {duty}", 60 * again) for tenant, duty, again in due]
    assert alerts.raised == [("incident-deadline", "default", who) for tenant, *_ in due if tenant == "default"]
