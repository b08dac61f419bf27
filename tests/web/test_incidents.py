"""Incidents over HTTP: the clock begins, what is known is noted, alerts rise, and the form is filled."""

from __future__ import annotations

from typing import Any

import pytest

from masking_service.masking.timestamps import rfc3339
from masking_service.runtime.clock import clock
from masking_service.service.incidents.duties import countries
from masking_service.service.rule_texts import MEMBERS
from tests.web.api import Api, Json, content, refusal, started
from tests.web.calls import alerts, entries
from tests.web.people import AUDITOR, OFFICER, PRIVACY

HOUR = 3_600


def opened(api: Api, name: str = "I-1", age: int = 0, **more: Any) -> Json:
    body = {"incident": name, "leak": "sold list", "countries": ["cn"], "found_at": rfc3339(clock() - age)}
    return content(api.post(PRIVACY, "/v1/incidents", body | more), 201)


def note(api: Api, **known: Any) -> Json:
    return content(api.post(PRIVACY, "/v1/incidents/I-1", known))


def due(state: Json) -> dict[str, Any]:
    return {one["duty"]: one["deadline"] for one in state["duties"]}


def test_the_clock_begins_when_it_was_found(api: Api) -> None:
    now = clock()
    state = opened(api, found_at=rfc3339(now - HOUR), persons=1_000_000)

    assert due(state)["cn/first-report"] == rfc3339(now + 3 * HOUR)
    assert state["countries"][0]["grade"]["zh"] == "较大"


def test_what_becomes_known_changes_what_is_due(api: Api) -> None:
    opened(api)

    assert "cn/first-report" not in due(note(api, persons=3, possible=5))
    assert "cn/first-report" in due(note(api, possible=2_000_000))


def test_what_is_left_out_does_not_change(api: Api) -> None:
    opened(api, persons=7, what="on a market")

    state = note(api, flags=["malicious"])

    assert (state["persons"], state["what"], state["flags"]) == (7, "on a market", ["malicious"])


def test_a_report_is_noted_also_after_the_end(api: Api) -> None:
    opened(api, persons=1_000_000)
    closed = content(api.post(PRIVACY, "/v1/incidents/I-1/close"))
    state = note(api, reported={"cn/summary": rfc3339(clock())})

    assert closed["status"] == "closed"
    assert [one["duty"] for one in state["duties"] if one["reported_at"]] == ["cn/summary"]
    assert refusal(api.post(PRIVACY, "/v1/incidents/I-1", {"persons": 1})) == (409, "incident-closed")


def test_the_form_of_the_authority_is_filled_in_its_language(api: Api) -> None:
    opened(api, countries=["cn", "kr"], persons=1_000_000)

    form = content(api.get(AUDITOR, "/v1/incidents/I-1/forms/kr"))

    assert form["language"] == "ko"
    assert "1,000,000" in form["text"]
    assert refusal(api.get(AUDITOR, "/v1/incidents/I-1/forms/jp")) == (404, "not-found")


def test_an_alert_rises_before_the_deadline_and_not_before_that(api: Api) -> None:
    opened(api, persons=1_000_000, age=HOUR)
    raised = alerts(api)

    for hours, expected in ((0, []), (1.5, ["incident-deadline"]), (1.6, ["incident-deadline"])):
        api.parts.deadlines.check(["default"], clock() + int(hours * HOUR))
        assert [alert.kind for alert in raised] == expected


def test_two_workers_raise_one_alert(fresh: Api) -> None:
    opened(fresh, persons=1_000_000, age=3 * HOUR)
    other = started(fresh.parts.settings)
    raised = [alerts(fresh), alerts(other)]

    for process in (fresh, other):
        process.parts.deadlines.check(["default"], clock())

    assert sum(len(each) for each in raised) == 1


def test_a_report_that_was_made_raises_no_alert(api: Api) -> None:
    opened(api, persons=1_000_000, age=3 * HOUR)
    note(api, reported={"cn/first-report": rfc3339(clock())})
    raised = alerts(api)

    api.parts.deadlines.check(["default"], clock())

    assert raised == []


def test_each_step_is_in_the_log(api: Api) -> None:
    opened(api)
    note(api, persons=1)
    api.post(PRIVACY, "/v1/incidents/I-1/close")

    steps = [entry["action"] for entry in entries(api) if entry.get("case") == "I-1"]
    assert steps == ["incident-open", "incident-note", "incident-close"]


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"countries": ["xx"]}, "/countries", "unknown-country"),
        ({"countries": []}, "/countries", "unknown-country"),
        ({"found_at": "2099-01-01T00:00:00Z"}, "/found_at", "invalid-value"),
        ({"found_at": "yesterday"}, "/found_at", "invalid-value"),
        ({"incident": "an incident"}, "/incident", "invalid-value"),
        ({"flags": ["other"]}, "/flags", "invalid-value"),
        ({"persons": 1.5}, "/persons", "invalid-value"),
        ({"leak": ""}, "/leak", "invalid-length"),
        ({"leak": " "}, "/leak", "invalid-value"),
        ({"leak": "a\nb"}, "/leak", "invalid-value"),
        ({"leak": "a\n"}, "/leak", "invalid-value"),
        ({"leak": "a\u202eb"}, "/leak", "invalid-value"),
        ({"leak": "x" * 65}, "/leak", "invalid-value"),
    ],
)
def test_a_malformed_incident_is_refused_and_says_where(api: Api, change: Json, pointer: str, code: str) -> None:
    body = {"incident": "I-1", "leak": "x", "countries": ["cn"], "found_at": rfc3339(clock()), **change}

    answered = content(api.post(PRIVACY, "/v1/incidents", body), 422)

    assert {"pointer": pointer, "code": code} in answered["errors"]
    assert pointer == "/incident" or MEMBERS[pointer[1:]].en in answered["detail"]


def test_what_leaked_may_have_a_full_width_space(api: Api) -> None:
    assert opened(api, leak="快递\u3000面单")["leak"] == "快递\u3000面单"


def test_the_rule_of_countries_names_each() -> None:
    assert MEMBERS["countries"].en.endswith(f": {', '.join(sorted(countries()))}")


def test_auditors_read_and_officers_do_not(api: Api) -> None:
    opened(api)

    assert content(api.get(AUDITOR, "/v1/incidents"))["incidents"][0]["incident"] == "I-1"
    assert refusal(api.get(OFFICER, "/v1/incidents")) == (403, "forbidden")
    assert refusal(api.post(AUDITOR, "/v1/incidents/I-1", {"persons": 1})) == (403, "forbidden")
