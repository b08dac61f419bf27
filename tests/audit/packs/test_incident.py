"""What belongs to an incident: the person's own entries, their cases, and freezes of them."""

from typing import Any

import pytest

from masking_audit.format.entries import Entry, Item
from masking_audit.packs.incident import Incident
from masking_audit.packs.persons import BOTH, side_of
from masking_audit.packs.subject import Subject
from tests.audit.logs import entry
from tests.every import every

BEGIN, END = 1_000, 2_000
WHO, OTHER = "staff/u-1", "staff/s-1"
SHOWN, HIDDEN = Item("a" * 32, "released", "/recipient/phone", "phone"), Item("b" * 32, "not-found")


def opening(**change: Any) -> Entry:
    known = {"at": BEGIN, "action": "detokenize", "outcome": "released", "purpose": "dispute", "case": "D-1"}
    return entry(**known | {"principal": WHO, "items": [SHOWN, HIDDEN], "approved_by": [OTHER]} | change)


def act(action: str, **change: Any) -> Entry:
    return entry(**{"at": BEGIN, "action": action, "outcome": "done", "principal": OTHER} | change)


def selected(*entries: Entry) -> tuple[Incident, list[str]]:
    """Return the incident, and the ids of the entries that belong to it."""
    named = [(f"ab-{number}", one) for number, one in enumerate(entries, 1)]
    incident = Incident(Subject("principal", WHO), BEGIN, END)
    incident.find_acts(named)
    return incident, [name for name, one in named if incident.belongs(name, one)]


def tables(*entries: Entry) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each table that has any, without their first column, the time."""
    incident, _ = selected(*entries)
    found = incident.document({}, {"a" * 32: "SF1"}).tables
    return {table.title: [row[1:] for row in table.rows] for table in found if table.rows}


@pytest.mark.parametrize(("at", "belongs"), [(BEGIN - 1, False), (BEGIN, True), (END - 1, True), (END, False)])
def test_the_period_begins_with_its_first_second_and_ends_before_its_last(at: int, belongs: bool) -> None:
    assert bool(selected(opening(at=at))[1]) is belongs


@every(
    ("other", "belongs"),
    [
        (act("case-approve", case="D-1"), True),
        (act("case-approve", case="D-2"), False),
        (act("case-approve", case="D-1", outcome="forbidden"), False),
        (act("case-read", case="D-1"), False),
        (act("freeze", subject=WHO), True),
        (act("freeze", subject=OTHER), False),
        (act("case-read", subject=WHO), False),
        (opening(principal=OTHER), False),
        (opening(at=END, outcome="unavailable", takes_back=["ab-1"], items=[]), True),
        (opening(at=END, outcome="unavailable", takes_back=["ab-9"], items=[]), False),
        (opening(at=END, outcome="unavailable", takes_back=["ab-1"], items=[], principal=OTHER), False),
    ],
)
def test_what_others_did_belongs_where_it_is_about_the_same_cases_or_the_person(other: Entry, belongs: bool) -> None:
    assert selected(opening(), other)[1] == ["ab-1", *["ab-2"] * belongs]


@every(
    ("shown", "kinds"),
    [
        (opening(), {"phone"}),
        (opening(items=[Item("a" * 32, "kind-not-allowed", "/remark", "text")]), set()),
        (act("view", principal=WHO, outcome="released", items=[Item("a" * 32, "released")]), {""}),
        (act("revise", principal=WHO, items=[Item("a" * 32, "done")]), {""}),
    ],
)
def test_the_kinds_are_those_that_were_shown_and_an_empty_one_where_no_entry_names_them(
    shown: Entry, kinds: set[str]
) -> None:
    assert selected(shown)[0].kinds == kinds


@every(
    ("shown", "sides"),
    [
        (opening(), {"a" * 32: side_of("/recipient/phone")}),
        (opening(items=[Item("a" * 32, "released", "/sender/name", "name")]), {"a" * 32: side_of("/sender/name")}),
        (opening(items=[SHOWN, Item("a" * 32, "released", "/sender/name", "name")]), {"a" * 32: BOTH}),
        (opening(items=[Item("a" * 32, "released")]), {"a" * 32: BOTH}),
        (act("view", principal=WHO, outcome="released", items=[Item("a" * 32, "released")]), {"a" * 32: BOTH}),
        (act("case-read", principal=WHO, outcome="released", items=[Item("a" * 32, "released")]), {}),
        (opening(items=[Item("", "released", "/recipient/phone", "phone")]), {}),
    ],
)
def test_whose_values_were_shown_is_told_by_the_field_and_of_all_where_no_field_is_named(
    shown: Entry, sides: dict[str, int]
) -> None:
    assert selected(shown)[0].sides() == sides


def test_an_entry_without_a_case_makes_no_case_part_of_the_incident() -> None:
    assert selected(opening(case=""), act("case-approve", case=""))[1] == ["ab-1"]


def test_an_opening_shows_what_was_released_and_whose_approval_it_had() -> None:
    assert tables(opening()) == {
        "openings": [("a" * 32, "SF1", "phone", "/recipient/phone", "D-1", "dispute", OTHER, "ab-1")]
    }


def test_the_phone_of_a_seed_that_was_heard_is_an_opening_without_a_case() -> None:
    assert tables(opening(action="decoy-heard", purpose="", case="", approved_by=[])) == {
        "openings": [("a" * 32, "SF1", "phone", "/recipient/phone", "", "", "", "ab-1")]
    }


def test_what_was_taken_back_is_not_listed_as_seen() -> None:
    assert tables(opening(), opening(outcome="unavailable", takes_back=["ab-1"], items=[])) == {}


@every(
    ("who", "outcome", "listed"),
    [(WHO, "case-exists", []), (OTHER, "case-exists", []), (WHO, "unavailable", [2]), (OTHER, "unavailable", [2])],
)
def test_a_case_is_not_listed_as_opened_by_who_used_its_name_again(who: str, outcome: str, listed: list[int]) -> None:
    again = act("case-open", case="D-1", principal=who, items=[SHOWN])
    refused = act("case-open", case="D-1", principal=who, outcome=outcome, takes_back=["ab-2"])

    rows = tables(opening(), again, refused).get("cases", [])

    assert [int(row[-1].removeprefix("ab-")) for row in rows] == listed


def test_views_cases_refusals_and_freezes_are_listed_apart() -> None:
    assert tables(
        opening(action="view", profile="courier"),
        opening(outcome="quota-exceeded", times=3),
        act("case-open", case="D-1", items=[SHOWN, HIDDEN]),
        act("case-close", case="D-1", principal=WHO),
        act("case-open", case="D-1", principal=WHO, outcome="forbidden"),
        act("freeze", subject=WHO, purpose="decoy"),
    ) == {
        "views": [("a" * 32, "SF1", "courier", "ab-1")],
        "refusals": [
            ("detokenize", "quota-exceeded", 3, "D-1", "ab-2"),
            ("case-open", "forbidden", 1, "D-1", "ab-5"),
        ],
        "cases": [("D-1", "case-open", OTHER, 2, "ab-3"), ("D-1", "case-close", WHO, "", "ab-4")],
        "freezes": [("freeze", OTHER, "decoy", "ab-6")],
    }


def test_the_totals_count_each_waybill_and_case_once() -> None:
    incident, _ = selected(
        opening(),
        opening(),
        opening(case="", items=[Item("c" * 32, "released")]),
        opening(outcome="forbidden", times=4),
    )
    (totals,) = [values for name, values in incident.document({}, {}).paragraphs if name == "totals"]

    assert totals == {"fields": 3, "waybills": 2, "cases": 1, "views": 0, "refusals": 4}
