"""The example sidecar reads tickets of four systems, and answers signed questions only."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from examples.case_check import sidecar
from tests.every import every
from tests.http_servers import Handler, served
from tests.ticket_systems import KEY, ticket_system

NUMBERS = ["SF1234567890", "YT8800212345678"]
TEXT = "SF1234567890, YT8800212345678"
ZENDESK = partial(sidecar.zendesk, prefix="D-")
Read = Callable[[str], sidecar.Lookup]


@contextmanager
def vendor(answers: dict[str, Any]) -> Iterator[str]:
    """A ticket system that answers these paths, and 404 for all others."""

    class Vendor(Handler):
        def answer(self) -> None:
            found = answers.get(self.path.partition("?")[0])
            allowed = self.headers["Authorization"] == "Bearer secret"
            self.send(200 if allowed and found is not None else 404, json.dumps(found).encode())

    with served(Vendor) as url:
        yield url


def zendesk(status: str) -> dict[str, Any]:
    fields = [{"id": 36012345, "value": TEXT}, {"id": 1, "value": None}]
    ticket = {
        "id": 123,
        "status": status,
        "custom_fields": fields,
        "created_at": "2026-11-24T08:00:00Z",
        "assignee_id": 7,
    }
    return {"/api/v2/tickets/123.json": {"ticket": ticket}}


def servicenow(active: str) -> dict[str, Any]:
    row = {
        "number": "INC0010001",
        "active": active,
        "sys_created_on": "2026-11-24 08:00:00",
        "assigned_to": {"value": "7"},
        "u_waybills": TEXT,
    }
    return {"/api/now/table/incident": {"result": [row]}}


def jira(category: str) -> dict[str, Any]:
    fields = {
        "status": {"statusCategory": {"key": category}},
        "created": "2026-11-24T08:00:00.000+0800",
        "assignee": None,
        "customfield_10042": TEXT,
    }
    issue = {"key": "D-123", "fields": fields}
    return {"/rest/api/2/issue/D-123": issue, "/rest/api/2/issue/d-123": issue, "/rest/api/2/issue/OLD-7": issue}


@every(
    ("answers", "system", "field", "case", "is_open"),
    [
        (zendesk("pending"), ZENDESK, "36012345", "D-123", True),
        (zendesk("solved"), ZENDESK, "36012345", "D-123", False),
        (servicenow("true"), sidecar.servicenow, "u_waybills", "INC0010001", True),
        (servicenow("false"), sidecar.servicenow, "u_waybills", "INC0010001", False),
        (jira("indeterminate"), sidecar.jira, "customfield_10042", "D-123", True),
        (jira("done"), sidecar.jira, "customfield_10042", "D-123", False),
    ],
)
def test_a_ticket_is_read(
    answers: dict[str, Any], system: Callable[..., sidecar.Lookup], field: str, case: str, is_open: bool
) -> None:
    with vendor(answers) as url:
        found = system(url, "secret", field)(case)

    assert found is not None
    assert (found.open, found.waybills, found.case) == (is_open, NUMBERS, case)


@every("case", ["123", "E-123", "x.123", "D-0123", "DD-123", "D-", "D-12a", "d-123"])
def test_a_zendesk_ticket_has_one_number(case: str) -> None:
    with vendor(zendesk("pending")) as url:
        assert ZENDESK(url, "secret", "36012345")(case) is None


@pytest.mark.parametrize(
    ("answers", "system", "case", "canonical"),
    [
        (servicenow("true"), sidecar.servicenow, "inc0010001", "INC0010001"),
        (jira("indeterminate"), sidecar.jira, "d-123", "D-123"),
        (jira("indeterminate"), sidecar.jira, "OLD-7", "D-123"),
    ],
    ids=["servicenow in small letters", "jira in small letters", "jira before a move"],
)
def test_a_ticket_that_is_found_by_another_number_names_its_own(
    answers: dict[str, Any], system: Callable[..., sidecar.Lookup], case: str, canonical: str
) -> None:
    with vendor(answers) as url:
        found = system(url, "secret", "customfield_10042")(case)

    assert found is not None
    assert found.case == canonical


@pytest.mark.parametrize(
    ("answers", "system"),
    [
        ({}, ZENDESK),
        ({"/api/now/table/incident": {"result": []}}, sidecar.servicenow),
        ({}, sidecar.jira),
    ],
)
def test_an_unknown_ticket_is_none(answers: dict[str, Any], system: Callable[..., sidecar.Lookup]) -> None:
    with vendor(answers) as url:
        assert system(url, "secret", "field")("D-9") is None


def test_the_table_is_read_at_each_question(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_text((Path(sidecar.__file__).parent / "cases.csv").read_text())
    lookup = sidecar.table(file)

    assert [lookup(case) for case in ("D-2026-0001", "D-2026-0002", "D-9")] == [
        sidecar.Ticket(True, ["YT8800212345678", "SF1234567890"], assignee="staff/lin", case="D-2026-0001"),
        sidecar.Ticket(False, ["SF1234567890"], assignee="staff/lin", case="D-2026-0002"),
        None,
    ]
    file.write_text("case,open,waybills\nD-9,yes,SF1234567890\n")
    assert lookup("D-9") == sidecar.Ticket(True, ["SF1234567890"], case="D-9")
    file.write_text("case,open,waybills\nD-9,yes,SF1234567890\n")
    assert lookup("D-9") == sidecar.Ticket(True, ["SF1234567890"], case="D-9")


def test_a_table_of_people_says_who_an_assignee_is_here(tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("assignee,principal\n7,staff/lin\n")
    tickets = {"D-1": sidecar.Ticket(True, [], assignee="7"), "D-2": sidecar.Ticket(True, [], assignee="8")}
    lookup = sidecar.with_people(tickets.get, people)

    assert [found and found.assignee for found in map(lookup, ("D-1", "D-2", "D-3"))] == ["staff/lin", "", None]


@pytest.mark.parametrize(("key", "timestamp"), [(b"x" * 64, None), (KEY, "1")], ids=["another key", "an old question"])
def test_a_question_that_is_not_the_services_is_refused(key: bytes, timestamp: str | None) -> None:
    body, at = b'{"nonce":"n","case":"D-1"}', timestamp or str(int(time.time()))
    headers = {sidecar.TIMESTAMP: at, sidecar.SIGNATURE: sidecar.sign(key, at.encode(), body)}
    with ticket_system() as system:
        status = requests.post(system.url, body, headers=headers, timeout=5).status_code

    assert (status, system.asked) == (403, [])
