"""Tests which alerts are raised, and what they name."""

import pytest
from prometheus_client import CollectorRegistry

from masking_service.observability import alerts as module
from masking_service.observability.alerts import Alert, Alerts
from masking_service.observability.metrics import Metrics
from masking_service.service.people.principals import Principal
from tests.keys.known import known_keyring
from tests.store.stores import NOW, foreseen

OFFICER = Principal("staff/u-1", "default", ("dispute-officer",), frozenset(), "jwt")


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def now() -> list[int]:
    """What the clock says, in its only place."""
    return [NOW]


@pytest.fixture
def alerts(metrics: Metrics, now: list[int]) -> Alerts:
    return Alerts(known_keyring(), metrics, lambda: now[0], foreseen("alerts"))


@pytest.fixture
def heard(alerts: Alerts) -> list[Alert]:
    """What is raised."""
    found: list[Alert] = []
    alerts.send_to(found.append)
    return found


def counted(metrics: Metrics) -> list[str]:
    """The counts of alerts that are not nothing."""
    lines = metrics.exposition(CollectorRegistry())[0].decode().splitlines()
    return [line for line in lines if line.startswith("masking_alerts") and "_total" in line and line[-3:] != "0.0"]


def test_an_alert_has_kind_time_and_principal(alerts: Alerts, heard: list[Alert]) -> None:
    alerts.raise_alert("misses", OFFICER)

    keys = known_keyring().tenant("default")
    who = f"staff/{keys.audit_hash('principal', 'staff/u-1')}"
    assert [(one.kind, one.at, one.tenant, one.principal) for one in heard] == [
        ("misses", "2026-11-30T00:53:20Z", keys.audit_hash("tenant"), who)
    ]


def test_an_alert_without_a_principal_names_none(alerts: Alerts, heard: list[Alert]) -> None:
    alerts.raise_alert("wrong-store")

    assert [(one.tenant, one.principal) for one in heard] == [("", "")]


@pytest.mark.parametrize("sub", ["王小明", "wang.xiaoming", "13812345678"])
def test_no_part_of_a_persons_id_is_in_an_alert(alerts: Alerts, heard: list[Alert], sub: str) -> None:
    alerts.raise_alert("misses", Principal(f"staff/{sub}", "default", (), frozenset(), "jwt"))

    assert sub not in str(heard[0])


def test_an_alert_names_a_client_by_id(alerts: Alerts, heard: list[Alert]) -> None:
    alerts.raise_alert("conflicts", Principal("client/printer-7", "default", (), frozenset(), "key"))

    assert heard[0].principal == "client/printer-7"


def test_every_alert_has_an_id_of_its_own(alerts: Alerts, heard: list[Alert]) -> None:
    alerts.raise_alert("misses", OFFICER)
    alerts.raise_alert("burst", OFFICER)

    assert len({one.id for one in heard}) == 2


def test_the_same_alert_is_raised_once_a_minute(
    alerts: Alerts, heard: list[Alert], metrics: Metrics, now: list[int]
) -> None:
    for at in (NOW, NOW + 59, NOW + 60):
        now[0] = at
        alerts.raise_alert("integrity")

    assert (len(heard), counted(metrics)) == (2, ['masking_alerts_total{kind="integrity"} 2.0'])


def test_a_clock_set_back_suppresses_no_alert(alerts: Alerts, heard: list[Alert], now: list[int]) -> None:
    for at in (NOW, NOW - 3_600):
        now[0] = at
        alerts.raise_alert("integrity")

    assert len(heard) == 2


def test_alerts_about_other_principals_are_raised(alerts: Alerts, heard: list[Alert]) -> None:
    other = Principal("staff/u-1", "other", (), frozenset(), "jwt")
    for one in (OFFICER, other, None):
        alerts.raise_alert("integrity", one)

    assert len(heard) == 3


def test_a_failing_channel_does_not_affect_others(alerts: Alerts) -> None:
    found: list[Alert] = []

    def failing(_: Alert) -> None:
        raise ZeroDivisionError

    alerts.send_to(failing)
    alerts.send_to(found.append)
    alerts.raise_alert("integrity")

    assert len(found) == 1


def test_remembered_alerts_are_bounded(alerts: Alerts, heard: list[Alert], monkeypatch: pytest.MonkeyPatch) -> None:
    """What was forgotten is rather told twice than not at all."""
    monkeypatch.setattr(module, "MAX_REMEMBERED", 10)
    people = [Principal(f"staff/u-{number}", "default", (), frozenset(), "jwt") for number in range(11)]
    told = []
    for some in (people[:10], people[:10], people[10:], people[:1]):
        for each in some:
            alerts.raise_alert("misses", each)
        told.append(len(heard))

    assert told == [10, 10, 11, 12]
