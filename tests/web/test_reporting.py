"""Failures that callers do not see are logged, with an alert where action is needed, and without values."""

from __future__ import annotations

import io
import json

import pytest

from keys.errors import IntegrityError
from masking_service.audit.checkpoints import Checkpoints
from masking_service.observability.alerts import Alert
from masking_service.runtime import background
from masking_service.runtime.background import Background, CheckpointLate, log_alert, reporter
from masking_service.service.people.errors import PolicyError
from masking_service.store.errors import StoreUnavailable, WrongStore
from tests.servers import wait_until
from tests.web.api import Api, refusal
from tests.web.calls import alerts
from tests.web.people import OFFICER, SUPERVISOR

ALERT = Alert("5f1c0a9e27d34b68", "misses", "2026-11-30T00:53:20Z", "ab" * 16, "staff/u-1")


def test_an_alert_is_one_line_of_the_log(logged: io.BytesIO) -> None:
    log_alert(ALERT)
    line = json.loads(logged.getvalue())

    assert {name: value for name, value in line.items() if name != "time"} == {
        "event": "alert",
        "level": "error",
        "alert": "5f1c0a9e27d34b68",
        "kind": "misses",
        "tenant": "ab" * 16,
        "principal": "staff/u-1",
    }


@pytest.mark.parametrize(
    ("event", "fault", "expected"),
    [
        ("wrong-store", WrongStore("another's"), ["wrong-store"]),
        ("policy-refused", PolicyError([("cases", "missing")]), ["policy-refused"]),
        ("checkpoint-late", CheckpointLate(), ["checkpoint-late"]),
        ("background", IntegrityError("a list was changed"), ["integrity"]),
        ("background", StoreUnavailable("timeout"), []),
        ("background", OSError("disk"), []),
    ],
)
def test_what_somebody_has_to_look_at_raises_an_alert(
    fresh: Api, event: str, fault: Exception, expected: list[str], logged: io.BytesIO
) -> None:
    heard = alerts(fresh)
    reporter(fresh.parts.alerts)(fault)

    line = json.loads(logged.getvalue())
    assert [one.kind for one in heard] == expected
    assert (line["event"], line["error"]) == (event, type(fault).__name__)


def test_an_error_that_lasts_is_one_line_and_each_change_of_it_another(fresh: Api, logged: io.BytesIO) -> None:
    heard = alerts(fresh)
    report = reporter(fresh.parts.alerts)
    for fault in ("unseen", "unseen", "timeout", "unseen", "timeout"):
        report(StoreUnavailable(fault))
    for _ in range(2):
        report(WrongStore("another's"))

    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert [(line["event"], line.get("reason")) for line in lines] == [
        ("background", "unseen"),
        ("background", "timeout"),
        ("wrong-store", None),
    ]
    assert [one.kind for one in heard] == ["wrong-store"]


def test_an_error_that_lasts_is_logged_again_after_a_while(
    fresh: Api, logged: io.BytesIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = reporter(fresh.parts.alerts)
    report(StoreUnavailable("timeout"))
    monkeypatch.setattr(background, "REPEAT_SECONDS", 0)
    report(StoreUnavailable("timeout"))

    assert len(logged.getvalue().splitlines()) == 2


def test_sealed_state_that_does_not_open_raises_an_alert(fresh: Api) -> None:
    fresh.post(SUPERVISOR, "/v1/principals/dev%2Fu-7/freeze")
    heard = alerts(fresh)
    place = fresh.parts.freezes._lists.of("default").reading_command()[1]
    fresh.parts.store.write([(b"HSET", place, b"1", b"forged")])
    answered = [fresh.get(OFFICER, "/v1/waybills/SF1234567890") for _ in range(2)]

    assert [refusal(one) for one in answered] == [(503, "integrity")] * 2
    assert [one.kind for one in heard] == ["integrity"]


@pytest.mark.parametrize(("age", "expected"), [(0, []), (119, []), (121, [CheckpointLate])])
def test_a_late_checkpoint_is_told(
    fresh: Api, age: int, expected: list[type[Exception]], monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh.parts.checkpoints.make()
    told: list[type[Exception]] = []
    rounds: list[None] = []
    monkeypatch.setattr(background, "EVERY_SECONDS", 0.01)
    monkeypatch.setattr(Checkpoints, "make_if_due", lambda _: rounds.append(None))
    newest = fresh.parts.checkpoints.newest_seen
    assert newest is not None
    monkeypatch.setattr(background, "clock", lambda: newest.checkpoint.at + age)
    beside = Background(fresh.parts, lambda fault: told.append(type(fault)))
    beside.start()
    wait_until(lambda: len(rounds) > 3, "it looked a few times")
    beside.stop()

    assert [one for one in {*told} if one is CheckpointLate] == expected
