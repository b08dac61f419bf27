"""What a report counts: each entry in one table, and nothing outside the period."""

from typing import Any

import pytest

from masking_audit.format.entries import Entry, Item
from masking_audit.packs.report import Report
from masking_service.masking.timestamps import rfc3339
from tests.audit.logs import entry
from tests.every import every

BEGIN, END, NOW = 1_000, 2_000, 9_000_000
ITEM = Item("a" * 32, "released", "/recipient/phone", "phone")


def opening(**change: Any) -> Entry:
    known = {"at": BEGIN, "action": "detokenize", "outcome": "released", "purpose": "dispute", "count": 1}
    return entry(**known | {"items": [ITEM], "case": "D-1"} | change)


def view(**change: Any) -> Entry:
    return entry(**{"at": BEGIN, "action": "view", "outcome": "released", "count": 2} | change)


def tables(*entries: Entry, later: tuple[Entry, ...] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each table that has any."""
    report = Report(BEGIN, END)
    report.sum_period([(f"ab-{number}", one) for number, one in enumerate(entries, 1)])
    report.find_traces([*entries, *later])
    document = report.document({}, 180, "", NOW)
    return {table.title: [*table.rows] for table in document.tables if table.rows and table.title != "policies"}


def test_an_opening_is_counted_by_purpose_role_and_person() -> None:
    found = tables(opening(), opening())

    row = (2, 2, 2)
    assert (found["by-purpose"], found["by-role"], found["by-person"]) == (
        [("dispute", *row)],
        [("courier", *row)],
        [("staff/u-1", *row)],
    )


def test_a_view_in_full_is_no_opening() -> None:
    assert tables(view()) == {"views-by-role": [("courier", 1, 2)]}


def test_a_search_that_showed_waybills_in_full_counts_as_a_view() -> None:
    assert tables(view(), view(action="search")) == {"views-by-role": [("courier", 2, 4)]}


@pytest.mark.parametrize("one", [opening(outcome="not-found"), view(outcome="done"), entry(at=BEGIN, action="mask")])
def test_what_shows_nothing_in_full_is_in_no_table(one: Entry) -> None:
    assert tables(one) == {}


def test_the_period_begins_with_its_first_second_and_ends_before_its_last() -> None:
    times = (BEGIN - 1, BEGIN, END - 1, END)

    assert tables(*[view(at=at) for at in times])["views-by-role"] == [("courier", 2, 4)]


def test_what_was_taken_back_is_not_counted() -> None:
    void = entry(at=BEGIN, action="detokenize", outcome="unavailable", takes_back=["ab-1", "ab-2"])

    assert tables(opening(), view(), void) == {}


def test_a_refusal_counts_as_often_as_it_happened() -> None:
    refused = entry(at=BEGIN, action="tokenize", outcome="quota-exceeded", times=3)

    assert tables(refused, refused) == {
        "refusals": [("tokenize", "quota-exceeded", 6)],
        "conflicts": [("staff/u-1", 6)],
    }


def test_a_case_that_was_refused_is_not_counted_as_opened() -> None:
    cases = [entry(at=BEGIN, action="case-open", outcome="done", case=case) for case in ("D-1", "D-2", "D-2")]

    assert tables(*cases, entry(at=BEGIN, action="case-open", outcome="not-found", case="D-3")) == {
        "cases": [("case-open", 2)]
    }


@every(
    ("later", "explained"),
    [
        (entry(at=END, action="case-close", outcome="done", case="D-1", principal="staff/s-1"), True),
        (entry(at=END, action="custody-move", outcome="done", items=[Item("a" * 32, "done", site="021001")]), True),
        (entry(at=END, action="case-close", outcome="done", case="D-1"), False),
        (entry(at=END, action="case-close", outcome="done", case="D-2", principal="staff/s-1"), False),
        (entry(at=END, action="custody-move", outcome="done", items=[Item("b" * 32, "done", site="021001")]), False),
    ],
)
def test_an_opening_is_explained_by_a_scan_or_by_a_closing_of_another_person(later: Entry, explained: bool) -> None:
    assert ("unexplained" not in tables(opening(), later=(later,))) is explained


def test_what_a_person_decides_after_a_closing_does_not_replace_it() -> None:
    acts = [
        entry(at=END, action=act, outcome="done", case="D-1", principal="staff/s-1")
        for act in ("case-close", "case-deny")
    ]

    assert "unexplained" not in tables(opening(), later=tuple(acts))


def test_what_is_unexplained_is_counted_by_person() -> None:
    assert tables(opening(), opening())["unexplained"] == [("staff/u-1", 2, 2)]


def test_what_was_erased_and_frozen_is_listed_by_time_but_for_what_was_taken_back() -> None:
    """The entries are ab-1 to ab-6."""
    thaw = entry(at=BEGIN + 1, action="thaw", outcome="done", subject="staff/u-2", principal="staff/s-1")
    freeze = entry(at=BEGIN, action="freeze", outcome="done", subject="staff/u-2", purpose="misses")
    erasures = [entry(at=at, action="erase", outcome=out) for at, out in ((BEGIN + 1, "done"), (BEGIN, "not-found"))]
    void = entry(at=BEGIN + 2, action="view", outcome="unavailable", takes_back=["ab-5", "ab-6"])
    found = tables(thaw, freeze, *erasures, freeze, erasures[0], void)

    assert (found["freezes"], found["erasures"]) == (
        [
            (rfc3339(BEGIN), "staff/u-1", "freeze", "staff/u-2", "misses", "ab-2"),
            (rfc3339(BEGIN + 1), "staff/s-1", "thaw", "staff/u-2", "", "ab-1"),
        ],
        [
            (rfc3339(BEGIN), "staff/u-1", "not-found", "ab-4"),
            (rfc3339(BEGIN + 1), "staff/u-1", "done", "ab-3"),
        ],
    )


def test_what_counts_more_comes_first() -> None:
    few = {"principal": "a", "purpose": "a", "role": "a"}
    many = {"principal": "b", "purpose": "b", "role": "b", "items": [ITEM, Item("b" * 32, "released", "/x", "name")]}
    entries = [opening(**few), opening(**many | {"count": 2}), view(**few), view(principal="b", role="b", count=3)]
    entries += [
        entry(at=BEGIN, action=action, outcome="forbidden", times=times) for action, times in (("a", 1), ("b", 2))
    ]
    found = tables(*entries)

    assert found["by-purpose"] == [("b", 1, 2, 2), ("a", 1, 1, 1)]
    for table in ("by-role", "by-person", "views-by-role", "unexplained", "refusals"):
        assert [row[0] for row in found[table]] == ["b", "a"], table


def test_rows_of_equal_counts_are_in_the_order_of_their_names() -> None:
    entries = [
        change(**named)
        for named in ({"principal": "b", "purpose": "b", "role": "b"}, {"principal": "a", "purpose": "a", "role": "a"})
        for change in (opening, view)
    ]
    entries += [entry(at=BEGIN, action=action, outcome="forbidden") for action in ("b", "a")]
    found = tables(*entries)

    for table in ("by-purpose", "by-role", "by-person", "views-by-role", "unexplained", "refusals"):
        assert [row[0] for row in found[table]] == ["a", "b"], table
