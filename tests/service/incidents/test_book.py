"""What is kept of incidents after each change, whole, and what is said of it in the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

import msgspec
import pytest

from masking_service.audit.actions import Action
from masking_service.service.call.errors import InvalidRequest, NotFound
from masking_service.service.call.recorder import RequestContext, Stated
from masking_service.service.incidents.duties import countries
from masking_service.service.incidents.problems import IncidentClosed, IncidentExists
from masking_service.service.incidents.state import IncidentRecord, PackFile, _bounded
from masking_service.service.incidents.use import IncidentBook, Known
from masking_service.service.people.principals import Principal

NOW = 1_796_000_000
EVERY_FLAG = frozenset({"critical", "sensitive", "malicious", "outside", "high_risk"})
OTHER = IncidentRecord("I-0", "sold list", ("kr",), 1, 2, "staff/o")
ASKED = IncidentRecord(
    "I-1",
    " names ",
    tuple(countries()),
    NOW,
    7,
    "staff/asked",
    flags=EVERY_FLAG,
    persons=0,
    possible=10_000_000_000,
    what=" 收件人李明 ",
    measures=" stopped ",
)
OPEN = msgspec.structs.replace(
    ASKED, leak="names", opened_at=NOW, opened_by="staff/p", what="收件人李*", measures="stopped"
)
FILES = tuple(PackFile(f"{number}.md", "0" * 64) for number in range(101))


@dataclass
class Book:
    """Incidents of one tenant in memory, and what is said in the log before each change."""

    kept: list[IncidentRecord]
    logged: list[tuple[Action, Stated]] = field(default_factory=list)

    def prepare(self, tenant: str, change: Callable[[Any], Any]) -> None:
        assert tenant == "express"
        self.kept = change([*self.kept])

    def change(self, _: RequestContext, action: Action, stated: Stated, prepare: Callable[[], None]) -> None:
        prepare()
        self.logged.append((action, stated))


def context(now: int) -> RequestContext:
    return RequestContext(Principal("staff/p", "express", (), frozenset(), "jwt"), "r-1", now)


def book(*kept: IncidentRecord) -> tuple[IncidentBook, Book]:
    memory = Book([*kept])
    return IncidentBook(cast(Any, memory), cast(Any, memory)), memory


def noted(known: Known, **before: Any) -> IncidentRecord:
    """The incident after it was noted, which is the only change."""
    incident = msgspec.structs.replace(OPEN, **before)
    incidents, memory = book(OTHER, incident)
    found = incidents.note(context(NOW + 1), "I-1", known, "privacy-officer")

    assert memory.kept == [OTHER, found]
    assert memory.logged == [(Action.INCIDENT_NOTE, Stated(role="privacy-officer", case="I-1"))]
    return found


def test_an_incident_is_kept_as_it_was_told_with_who_opened_it_when_and_its_texts_masked() -> None:
    incidents, memory = book(OTHER)

    assert incidents.open(context(NOW), ASKED, "privacy-officer") == OPEN
    assert memory.kept == [OTHER, OPEN]
    assert memory.logged == [(Action.INCIDENT_OPEN, Stated(role="privacy-officer", case="I-1"))]


def test_a_name_that_was_used_is_refused_and_nothing_is_changed() -> None:
    incidents, memory = book(OTHER, OPEN)

    with pytest.raises(IncidentExists):
        incidents.open(context(NOW), ASKED)
    assert (memory.kept, memory.logged) == ([OTHER, OPEN], [])


def test_all_faults_of_a_new_incident_are_told_at_once_by_their_places() -> None:
    wrong: list[dict[str, Any]] = [{"countries": (), "leak": ""}, {"countries": ("cn", "xx"), "leak": "x" * 65}]
    places = []
    for each in wrong:
        incidents, memory = book()
        with pytest.raises(InvalidRequest) as refused:
            incidents.open(context(NOW), msgspec.structs.replace(ASKED, name="?", found_at=NOW + 1, **each))
        places.append(refused.value.places)
        assert (memory.kept, memory.logged) == ([], [])

    told = [
        ("/incident", "invalid-value"),
        ("/countries", "unknown-country"),
        ("/leak", "invalid-length"),
        ("/found_at", "invalid-value"),
    ]
    assert [[*each] for each in places] == [told, told]
    assert book()[0].open(context(NOW), msgspec.structs.replace(ASKED, leak="x" * 64)).leak == "x" * 64


def refusal(change: Callable[[], object]) -> list[tuple[str, str]]:
    """At what places a change is refused, and why; nothing where it is made."""
    try:
        change()
    except InvalidRequest as refused:
        return [*refused.places]
    return []


def test_an_incident_was_found_after_1970_and_not_later_than_now() -> None:
    incidents, memory = book()
    times = (0, 1, NOW, NOW + 1)

    def opened(at: int) -> object:
        return incidents.open(context(NOW), msgspec.structs.replace(ASKED, name=str(at), found_at=at))

    told = [refusal(partial(opened, at)) for at in times]

    wrong = [("/found_at", "invalid-value")]
    assert told == [wrong, [], [], wrong]
    assert [one.found_at for one in memory.kept] == [1, NOW]


def told(**known: Any) -> list[tuple[str, str]]:
    """What is refused where this becomes known, and of a new incident, where that can say it, too."""
    incidents, memory = book(OPEN)
    places = refusal(lambda: incidents.note(context(NOW), "I-1", Known(**known)))
    of_new = {name: value for name, value in known.items() if name in ("flags", "persons", "possible")}
    new = msgspec.structs.replace(ASKED, name="I-2", **of_new)

    assert bool(places) == (memory.kept == [OPEN] and memory.logged == [])
    assert refusal(lambda: incidents.open(context(NOW), new)) == [one for one in places if one[0][1:] in of_new]
    return places


@pytest.mark.parametrize("member", ["persons", "possible"])
def test_a_number_of_persons_is_from_none_to_all_people(member: str) -> None:
    places = [told(**{member: number}) for number in (-1, 0, 10_000_000_000, 10_000_000_001)]

    assert places == [[(f"/{member}", "out-of-range")], [], [], [(f"/{member}", "out-of-range")]]


def test_other_parts_are_those_that_the_documents_know_and_no_report_is_in_the_future() -> None:
    reports = {"cn/persons": 1, "kr/persons": NOW}
    known = {"flags": EVERY_FLAG, "kinds": ("name", "phone", "address", "unit", "email"), "reported": reports}
    unknown = {"persons": -1, "flags": frozenset({"x"}), "kinds": ("x",), "reported": reports | {"cn/persons": 0}}
    places = [("/persons", "out-of-range"), *((f"/{name}", "invalid-value") for name in ("flags", "kinds", "reported"))]

    assert (told(**known), told(**unknown)) == ([], places)
    assert told(reported={"kr/persons": NOW + 1}) == [("/reported", "invalid-value")]


@pytest.mark.parametrize(
    ("known", "changed"),
    [
        (Known(), {}),
        (Known(flags=frozenset()), {"flags": frozenset()}),
        (Known(persons=5), {"persons": 5}),
        (Known(possible=0), {"possible": 0}),
        (Known(kinds=("name", "phone")), {"kinds": ("name", "phone")}),
        (Known(kinds=()), {"kinds": ()}),
        (Known(what=" 收件人李明 and more "), {"what": "收件人李* and more"}),
        (Known(measures=""), {"measures": ""}),
        (Known(what="x" * 501, measures="y" * 500), {"what": "x" * 500, "measures": "y" * 500}),
        (Known(reported={"kr/authority": NOW + 1}), {"reported": {"cn/summary": 9, "kr/authority": NOW + 1}}),
        (Known(reported={"cn/summary": 8}), {"reported": {"cn/summary": 8}}),
        (Known(files=FILES[:1]), {"files": (FILES[100], FILES[0])}),
        (Known(files=FILES[:99]), {"files": (FILES[100], *FILES[:99])}),
        (Known(files=FILES[:100]), {"files": FILES[:100]}),
    ],
)
def test_what_becomes_known_is_changed_or_added_and_all_else_stays(known: Known, changed: dict[str, Any]) -> None:
    """Reports and files are added; of more than 100 files the newest are kept."""
    before: dict[str, Any] = {"kinds": ("name",), "reported": {"cn/summary": 9}, "files": FILES[100:]}

    assert noted(known, **before) == msgspec.structs.replace(OPEN, **before | changed)


def test_of_a_closed_incident_only_reports_can_still_be_noted() -> None:
    closed = {"closed_at": NOW, "closed_by": "staff/p"}
    report = {"cn/summary": NOW}

    assert noted(Known(reported=report), **closed) == msgspec.structs.replace(OPEN, reported=report, **closed)
    for more in ({"persons": 1}, {"files": FILES[:1]}, {"flags": frozenset[str]()}):
        incidents, memory = book(msgspec.structs.replace(OPEN, **closed))
        with pytest.raises(IncidentClosed):
            incidents.note(context(NOW), "I-1", Known(reported=report, **cast(Any, more)))
        assert memory.logged == []


def test_a_duty_of_no_country_of_the_incident_is_refused_and_nothing_is_changed() -> None:
    incidents, memory = book(OTHER)

    with pytest.raises(InvalidRequest) as refused:
        incidents.note(context(NOW), "I-0", Known(persons=1, reported={"cn/summary": 1}))
    assert [*refused.value.places] == [("/reported", "unknown-duty")]
    assert (memory.kept, memory.logged) == ([OTHER], [])


def test_an_incident_is_closed_once() -> None:
    incidents, memory = book(OTHER, OPEN)
    closed = [incidents.close(context(now), "I-1", "privacy-officer") for now in (NOW + 1, NOW + 2)]

    expected = msgspec.structs.replace(OPEN, closed_at=NOW + 1, closed_by="staff/p")
    assert (closed, memory.kept) == ([expected] * 2, [OTHER, expected])
    assert memory.logged == [(Action.INCIDENT_CLOSE, Stated(role="privacy-officer", case="I-1"))] * 2


def test_an_unknown_incident_is_neither_noted_nor_closed() -> None:
    incidents, memory = book(OTHER)

    with pytest.raises(NotFound):
        incidents.note(context(NOW), "I-1", Known())
    with pytest.raises(NotFound):
        incidents.close(context(NOW), "I-1")
    assert (memory.kept, memory.logged) == ([OTHER], [])


def test_of_more_than_200_incidents_the_oldest_closed_one_is_forgotten_and_no_open_one() -> None:
    every = [
        msgspec.structs.replace(OPEN, name=str(number), closed_at=number if 50 <= number < 52 else 0)
        for number in range(203)
    ]

    lists = {count: [one.name for one in _bounded(every[:count])] for count in (200, 201, 203)}
    names = [one.name for one in every]
    assert lists == {
        200: names[:200],
        201: [name for name in names[:201] if name != "50"],
        203: [name for name in names if name not in ("50", "51")],
    }
