"""Cases that the ticket system has to confirm: at their opening, and again before values are opened."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from examples.case_check.sidecar import Ticket
from keys.files import write_secret_file
from masking_service.service.cases.use import Casework
from tests.ticket_systems import KEY, TicketSystem, ticket_system
from tests.web.api import NOW, NUMBER, PHONE, Api, Clock, Json, Under, outcome, record, refusal
from tests.web.calls import entries, frozen, left
from tests.web.people import DESK, OFFICER, SUPERVISOR

LIN = "client/dispute-officer"
OTHER_OFFICER = "dispute-officer-2"
UNAVAILABLE = "case-check-unavailable"
Made = Callable[..., Api]


@pytest.fixture
def system() -> Iterator[TicketSystem]:
    with ticket_system() as found:
        found.tickets = {"D-1": Ticket(True, [NUMBER, "SF0000000002"])}
        yield found


@pytest.fixture
def made(under: Under, tmp_path: Path, system: TicketSystem) -> Made:
    """`made(on_failure="pending")`: a service that asks this ticket system, with one waybill."""

    def make(misses: int = 100, **change: Any) -> Api:
        def edit(document: dict[str, Any]) -> None:
            document["cases"]["check"] = {"url": system.url, "key": "case-check.key", **change}
            document["roles"]["tracking"]["permissions"].append("case:close")
            document["watch"] = {"misses": misses}

        write_secret_file(tmp_path / "case-check.key", KEY, replace=False)
        api = under(edit)
        api.tokenize(record())
        return api

    return make


def wanted(case: str = "D-1", *waybills: str) -> Json:
    return {"case": case, "purpose": "dispute", "waybills": waybills or [NUMBER], "reason": "asked"}


def opening(api: Api, case: str = "D-1", *waybills: str) -> tuple[int, str]:
    answered = api.post(DESK, "/v1/cases", wanted(case, *waybills))
    return answered.status_code, answered.get_json().get("code") or answered.get_json()["status"]


def opened(api: Api, officer: str = OFFICER) -> tuple[int, str]:
    return outcome(api.detokenize(PHONE, who=officer))


def test_a_ticket_confirms_one_case_however_it_is_found(made: Made, system: TicketSystem) -> None:
    api = made()
    system.tickets |= dict.fromkeys(("D-1", "E-1", "d-1", "x.1"), Ticket(True, [NUMBER], case="D-1"))

    assert [opening(api, case) for case in ("E-1", "d-1", "x.1", "D-1", "D-1")] == [
        (422, "ticket-mismatch"),
        (422, "ticket-mismatch"),
        (422, "ticket-mismatch"),
        (201, "open"),
        (409, "case-exists"),
    ]


def test_a_case_with_a_ticket_is_opened_and_keeps_the_digest(made: Made) -> None:
    api = made()

    assert opening(api) == (201, "open")
    assert api.get(DESK, "/v1/cases/D-1").get_json()["ticket"] == "confirmed"
    kept = api.parts.acting.of(Casework).cases.get("default", "D-1").opening
    assert len(kept.checked) == 64
    assert [entry["ticket"] for entry in entries(api) if entry["action"] == "case-open"] == [kept.checked]


@pytest.mark.parametrize(
    ("case", "waybills", "code"),
    [
        ("D-2", (), "unknown-case-number"),
        ("D-1", ("SF9999999999",), "ticket-mismatch"),
        ("D-1", (NUMBER, "SF9999999999"), "ticket-mismatch"),
    ],
)
def test_a_case_without_its_ticket_is_refused(made: Made, case: str, waybills: tuple[str, ...], code: str) -> None:
    api = made()

    assert opening(api, case, *waybills) == (422, code)
    assert refusal(api.get(DESK, f"/v1/cases/{case}")) == (404, "not-found")
    assert [one["outcome"] for one in entries(api) if one["action"] == "case-open"] == [code]


def test_only_an_opened_case_spends_the_openers_budget(made: Made, system: TicketSystem) -> None:
    api = made()
    at_first = left(api, DESK)
    spent = []

    for case, waybills in (("D-2", [NUMBER]), ("D-1", ["SF9999999999"]), ("D-1", system.tickets["D-1"].waybills)):
        spent.append((opening(api, case, *waybills), spent_of(at_first, left(api, DESK))))
    spent.append((opening(api, "D-1", NUMBER), spent_of(at_first, left(api, DESK))))
    system.fails = True
    spent.append((opening(api, "D-1", NUMBER), spent_of(at_first, left(api, DESK))))

    assert spent == [
        ((422, "unknown-case-number"), {"searches": {0}, "case_waybills": {0}}),
        ((422, "ticket-mismatch"), {"searches": {0}, "case_waybills": {0}}),
        ((201, "open"), {"searches": {0}, "case_waybills": {2}}),
        ((409, "case-exists"), {"searches": {0}, "case_waybills": {2}}),
        ((503, UNAVAILABLE), {"searches": {0}, "case_waybills": {2}}),
    ]


def spent_of(before: dict[str, dict[str, int]], after: dict[str, dict[str, int]]) -> dict[str, set[int]]:
    """Return by how much the windows of each counted thing have less left."""
    return {
        counted: {left - after[counted][window] for window, left in windows.items()}
        for counted, windows in before.items()
    }


def test_a_closed_ticket_opens_no_case(made: Made, system: TicketSystem) -> None:
    system.tickets["D-1"] = Ticket(False, [NUMBER])

    assert opening(made()) == (422, "ticket-mismatch")


def test_guessing_case_numbers_freezes_the_opener(made: Made) -> None:
    api = made(misses=3)
    refused = [opening(api, f"D-{at}")[1] for at in range(2, 6)]

    assert refused == ["unknown-case-number"] * 3 + ["frozen"]
    assert [(one["id"], one["why"]) for one in frozen(api)] == [("client/service-desk", "misses")]


@pytest.mark.parametrize("why", ["unknown", "no answer"])
def test_a_case_that_is_not_confirmed_costs_nothing(made: Made, system: TicketSystem, why: str) -> None:
    api = made()
    many = [f"SF{at:010}" for at in range(150)]  # half of the opener's budget of a day
    system.fails = why == "no answer"
    refused = (503, UNAVAILABLE) if system.fails else (422, "unknown-case-number")

    assert [opening(api, f"D-{at}", *many) for at in (2, 3)] == [refused] * 2
    system.fails = False
    assert opening(api) == (201, "open")


def test_while_it_does_not_answer_no_case_is_opened(made: Made, system: TicketSystem) -> None:
    api = made()
    system.fails = True
    answered = api.post(DESK, "/v1/cases", wanted())

    assert (refusal(answered), answered.headers["Retry-After"]) == ((503, "case-check-unavailable"), "1")
    assert refusal(api.get(DESK, "/v1/cases/D-1")) == (404, "not-found")


def test_by_policy_it_waits_for_approval_instead(made: Made, system: TicketSystem) -> None:
    api = made(on_failure="pending")
    system.fails = True

    assert opening(api) == (201, "pending")
    assert api.get(DESK, "/v1/cases").get_json()["cases"][0]["ticket"] == "unconfirmed"
    assert opened(api) == (403, "case-not-open")
    assert api.post(SUPERVISOR, "/v1/cases/D-1/approve").status_code == 200
    assert opened(api) == (200, "")


def test_what_was_never_confirmed_is_asked_at_the_first_opening(made: Made, system: TicketSystem) -> None:
    api = made(on_failure="pending")
    system.fails = True
    opening(api)
    api.post(SUPERVISOR, "/v1/cases/D-1/approve")
    system.fails, system.tickets["D-1"] = False, Ticket(False, [NUMBER])

    assert opened(api) == (403, "case-not-open")


def test_an_opening_asks_nothing_until_it_is_due_and_then_once(
    made: Made, system: TicketSystem, set_clock: Clock
) -> None:
    api = made()
    set_clock(NOW)
    opening(api)
    asked = []
    for now in (NOW, NOW + 899, NOW + 900, NOW + 901, NOW + 1_799, NOW + 1_800):
        set_clock(now)
        before = api.parts.store.round_trips
        assert opened(api) == (200, "")
        asked.append((len(system.asked), api.parts.store.round_trips - before))

    assert [count for count, _ in asked] == [1, 1, 2, 2, 2, 3]
    assert len({trips for _, trips in asked}) == 1


@pytest.mark.parametrize("why", ["closed", "unknown", "no answer"])
def test_what_the_ticket_system_takes_back_opens_nothing(
    made: Made, system: TicketSystem, set_clock: Clock, why: str
) -> None:
    api = made()
    set_clock(NOW)
    opening(api)
    set_clock(NOW + 900)
    match why:
        case "closed":
            system.tickets["D-1"] = Ticket(False, [NUMBER])
        case "unknown":
            system.tickets.clear()
        case _:
            system.fails = True
    expected = (503, "case-check-unavailable") if why == "no answer" else (403, "case-not-open")

    assert opened(api) == expected


def test_by_assignee_a_case_is_for_the_officer_of_its_ticket(made: Made, system: TicketSystem) -> None:
    api = made(officer="assignee")
    system.tickets["D-1"] = Ticket(True, [NUMBER], assignee=LIN)
    assert api.post(DESK, "/v1/cases", wanted()).get_json()["officer"] == LIN

    assert opened(api) == (200, "")
    assert opened(api, OTHER_OFFICER) == (403, "case-not-open")
    assert len(system.asked) == 2


@pytest.mark.parametrize("assignee", ["", "lin", "client/dispute-officer-2"])
def test_by_assignee_a_ticket_of_another_or_no_officer_opens_no_case(
    made: Made, system: TicketSystem, assignee: str
) -> None:
    api = made(officer="assignee")
    system.tickets["D-1"] = Ticket(True, [NUMBER], assignee=assignee)
    answered = api.post(DESK, "/v1/cases", wanted() | {"officer": LIN})

    assert refusal(answered) == (422, "ticket-mismatch")


def test_by_assignee_a_reassigned_ticket_is_for_the_new_officer(
    made: Made, system: TicketSystem, set_clock: Clock
) -> None:
    api = made(officer="assignee")
    set_clock(NOW)
    system.tickets["D-1"] = Ticket(True, [NUMBER], assignee=LIN)
    opening(api)
    system.tickets["D-1"] = Ticket(True, [NUMBER], assignee="client/dispute-officer-2")

    assert opened(api, OTHER_OFFICER) == (200, "")
    assert opened(api) == (200, "")  # until the ticket system is asked again
    set_clock(NOW + 900)
    assert opened(api) == (403, "case-not-open")


@pytest.mark.parametrize(
    ("assignee", "expected"), [(None, (200, "")), ("client/dispute-officer-2", (503, UNAVAILABLE))]
)
def test_by_assignee_an_approved_case_stays_open_for_its_officer_only(
    made: Made, system: TicketSystem, assignee: str | None, expected: tuple[int, str]
) -> None:
    api = made(officer="assignee", on_failure="pending")
    system.fails = True
    answered = api.post(DESK, "/v1/cases", wanted() | ({"officer": assignee} if assignee else {}))
    assert answered.get_json()["status"] == "pending"
    api.post(SUPERVISOR, "/v1/cases/D-1/approve")

    assert opened(api) == expected


def test_the_ticket_system_closes_cases(made: Made) -> None:
    api = made()
    opening(api)

    assert api.post("tracking", "/v1/cases/D-1/close").get_json()["status"] == "closed"
    assert refusal(api.post(OFFICER, "/v1/cases/D-1/close")) == (403, "forbidden")


def test_the_metrics_count_what_came_of_it(made: Made) -> None:
    api = made()
    opening(api)
    opening(api, "D-2")
    opening(api, "D-1", "SF9999999999")
    page = api.get(None, "/metrics").text
    counted = re.findall(r'^masking_case_checks_total\{outcome="(\w+)"\} [1-9]', page, re.MULTILINE)

    assert {"confirmed", "unknown", "mismatch"} <= {*counted}


def test_a_case_that_no_person_approved_does_not_stay_open_without_the_ticket_system(
    made: Made, system: TicketSystem, set_clock: Clock
) -> None:
    api = made(on_failure="pending")
    set_clock(NOW)
    assert opening(api) == (201, "open")
    system.fails = True
    set_clock(NOW + 900)

    assert opened(api) == (503, UNAVAILABLE)


def test_an_approved_case_does_not_stay_open_without_the_ticket_system_unless_the_policy_lets_it(
    made: Made, system: TicketSystem, set_clock: Clock
) -> None:
    api = made()
    set_clock(NOW)
    many = [NUMBER, *(f"SF{at:010}" for at in range(10))]
    system.tickets["D-1"] = Ticket(True, many)
    assert opening(api, "D-1", *many) == (201, "pending")
    assert api.post(SUPERVISOR, "/v1/cases/D-1/approve").get_json()["status"] == "open"
    assert opened(api) == (200, "")
    system.fails = True
    set_clock(NOW + 900)

    assert opened(api) == (503, UNAVAILABLE)


def test_a_case_that_names_an_officer_is_for_no_other_unless_the_ticket_names_the_assignee(made: Made) -> None:
    api = made()
    assert api.post(DESK, "/v1/cases", wanted() | {"officer": LIN}).get_json()["status"] == "open"

    assert opened(api) == (200, "")
    assert opened(api, OTHER_OFFICER) == (403, "case-not-open")


def test_without_the_ticket_system_a_case_needs_all_approvals_of_its_purpose(
    under: Under, tmp_path: Path, system: TicketSystem
) -> None:
    def edit(document: dict[str, Any]) -> None:
        document["cases"]["check"] = {"url": system.url, "key": "case-check.key", "on_failure": "pending"}
        document["purposes"]["dispute"]["approvals"] = 2

    write_secret_file(tmp_path / "case-check.key", KEY, replace=False)
    api = under(edit)
    system.fails = True
    opening(api)
    approved = [api.post(who, "/v1/cases/D-1/approve").get_json()["status"] for who in (SUPERVISOR, f"{SUPERVISOR}-2")]

    assert approved == ["pending", "open"]


@pytest.mark.parametrize("listed", [["SF0000000002"], [], ["not a number"]], ids=["another", "none", "no number"])
def test_a_ticket_confirms_only_waybills_that_it_lists(made: Made, system: TicketSystem, listed: list[str]) -> None:
    system.tickets["D-1"] = Ticket(True, listed)

    assert opening(made()) == (422, "ticket-mismatch")


def test_a_ticket_may_list_numbers_as_people_write_them(made: Made, system: TicketSystem) -> None:
    system.tickets["D-1"] = Ticket(True, [f" {NUMBER.lower()} ", "not a number"])

    assert opening(made()) == (201, "open")
