"""What the forms of incidents and holds ask of the service, and how the time that is left is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, g

from masking_console.screens import incidents
from masking_console.screens.incidents import MAX_MINUTES, MAX_PERSONS, left

NOW = datetime(2026, 11, 30, 9, 0, 30, tzinfo=UTC)
Sent = Callable[..., tuple[Any, ...]]


@pytest.fixture
def sent(app: Flask) -> Sent:
    """Send a form to a view; return what the service was asked, and where the browser goes on."""

    def send(view: Callable[..., Any], form: dict[str, Any], *named: str) -> tuple[Any, ...]:
        asked: list[Any] = []

        def post(*way: str, body: Any) -> dict[str, str]:
            asked.append((way, body))
            return {"incident": "I-1"}

        with app.test_request_context("/incidents", method="POST", data=form):
            g.person = SimpleNamespace(
                post=post,
                post_signed=lambda *way, body: asked.append(("signed", way)),
            )
            gone_on = view(*named)
        ((first, second),) = asked
        return first, second, gone_on.status_code, gone_on.location

    return send


@pytest.mark.parametrize(
    ("minutes", "ago"),
    [("", 0), ("0", 0), ("90", 90), (f"{MAX_MINUTES}", MAX_MINUTES), (f"{MAX_MINUTES + 1}", 0), ("-1", 0), ("x", 0)],
)
def test_an_incident_was_noticed_so_many_minutes_ago(sent: Sent, minutes: str, ago: int) -> None:
    form = {"incident": " I-1 ", "leak": " insider ", "countries": ["cn", "kr"], "flags": ["critical", "outside"]}

    before = datetime.now(UTC).replace(microsecond=0)
    way, body, *gone_on = sent(incidents.begin, form | {"minutes": minutes})
    found = datetime.fromisoformat(body.pop("found_at")) + timedelta(minutes=ago)

    assert (way, gone_on) == (("incidents",), [303, "/incidents/I-1"])
    assert body == form | {"incident": "I-1", "leak": "insider"}
    assert before <= found <= before + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ({}, {}),
        ({"persons": "", "possible": ""}, {}),
        ({"persons": "0", "possible": "12"}, {"persons": 0, "possible": 12}),
        ({"persons": f"{MAX_PERSONS}", "possible": f"{MAX_PERSONS + 1}"}, {"persons": MAX_PERSONS}),
        ({"persons": "x", "possible": "-1"}, {}),
    ],
)
def test_numbers_of_persons_that_are_none_are_not_known(
    sent: Sent, given: dict[str, str], known: dict[str, int]
) -> None:
    _, begun, *_ = sent(incidents.begin, given)
    way, noted, *gone_on = sent(incidents.note, given, "I-1")

    assert {name: begun[name] for name in begun if name in ("persons", "possible")} == known
    assert (way, noted, gone_on) == (("incidents", "I-1"), {"flags": [], **known}, [303, "/incidents/I-1"])


@pytest.mark.parametrize("known", [{"what": "a list"}, {"measures": ""}, {"what": "", "measures": "keys rotated"}])
def test_a_note_says_what_its_form_has(sent: Sent, known: dict[str, str]) -> None:
    _, body, *_ = sent(incidents.note, known | {"flags": ["sensitive"], "other": "x"}, "I-1")

    assert body == known | {"flags": ["sensitive"]}


def test_an_incident_is_closed_and_reported_by_name(sent: Sent) -> None:
    assert sent(incidents.close, {}, "I-1") == (("incidents", "I-1", "close"), {}, 303, "/incidents/I-1")
    way, body, *gone_on = sent(incidents.report, {"duty": "cn-report"}, "I-1")
    ((duty, at),) = body.pop("reported").items()
    assert (way, body, duty, gone_on) == (("incidents", "I-1"), {}, "cn-report", [303, "/incidents/I-1"])
    assert abs(datetime.fromisoformat(at) - datetime.now(UTC)) < timedelta(seconds=60)


def test_a_hold_is_proposed_and_decided(sent: Sent) -> None:
    form = {"hold": " H-1 ", "reason": " letter ", "waybills": "SF0000000001\r\nSF0000000002  SF0000000003"}

    numbers = ["SF0000000001", "SF0000000002", "SF0000000003"]
    wanted = {"hold": "H-1", "reason": " letter ", "waybills": numbers}
    assert sent(incidents.propose_hold, form) == (("holds",), wanted, 303, "/incidents")
    assert sent(incidents.propose_hold, {})[1] == {"hold": "", "reason": "", "waybills": []}
    for act in ("set", "lift"):
        assert sent(incidents.decide_hold, {}, "H-1", act) == ("signed", ("holds", "H-1", act), 303, "/incidents")


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-1, "overdue"),
        (-3_600, "overdue"),
        (0, "0 h 0 min"),
        (59, "0 h 0 min"),
        (60, "0 h 1 min"),
        (3_599, "0 h 59 min"),
        (3_600, "1 h 0 min"),
        (48 * 3_600 - 1, "47 h 59 min"),
        (48 * 3_600, "2 d 0 h"),
        (72 * 3_600 - 1, "2 d 23 h"),
        (73 * 3_600, "3 d 1 h"),
    ],
)
def test_the_time_that_is_left_is_told_in_words(app: Flask, seconds: int, told: str) -> None:
    with app.test_request_context("/incidents"):
        g.preferences = SimpleNamespace(language="en")
        assert left((NOW + timedelta(seconds=seconds)).isoformat(), NOW) == told
