"""A list that is for sale: whose sightings of its waybills are shown, and in which order."""

from typing import Any

import pytest

from masking_audit.format.entries import Entry, Item
from masking_audit.packs.sold_list import SUSPECTS, SoldList
from masking_service.masking.timestamps import rfc3339
from tests.audit.logs import TENANT, entry

LISTED = {f"{number:032x}": f"SF{number:010}" for number in range(4)}
FIRST, SECOND, THIRD, UNKNOWN = LISTED
OTHER = "f" * 32


def seen(who: str, at: int, *waybills: str, outcome: str = "released", **more: Any) -> Entry:
    items = [Item(waybill, outcome, field="/recipient/phone") for waybill in waybills]
    given: dict[str, Any] = {"action": "detokenize", "case": "D-1", "role": "officer", "tenant": TENANT}
    return entry(principal=who, at=at, outcome=outcome, items=items, **given | more)


LOG = [
    ("a-3", seen("staff/b", 20, SECOND, OTHER, FIRST)),
    ("a-2", seen("staff/b", 20, THIRD)),
    ("a-1", seen("staff/b", 10, FIRST)),
    ("a-4", seen("staff/a", 99, FIRST, SECOND, THIRD)),
    ("a-5", seen("staff/b", 9, FIRST)),
    ("a-6", seen("staff/b", 100, FIRST)),
    ("a-7", seen("staff/b", 30, OTHER)),
    ("a-8", seen("staff/b", 30, FIRST, action="erase", outcome="done")),
    ("a-9", seen("staff/b", 30, FIRST, outcome="not-found")),
    ("a-11", seen("staff/b", 31, SECOND)),
    ("a-12", seen("staff/b", 32, action="detokenize", takes_back=["a-11"])),
]


@pytest.fixture
def found() -> SoldList:
    made = SoldList(LISTED, 9, 10, 100)
    made.rank(LOG)
    made.settle({SECOND})
    return made


def test_the_waybills_that_are_stored_or_in_the_log_are_ours(found: SoldList) -> None:
    assert found.waybills == {waybill: LISTED[waybill] for waybill in (FIRST, SECOND, THIRD)}


def test_sightings_of_the_first_people_in_the_period_are_shown_by_person_time_and_entry(found: SoldList) -> None:
    kept = [name for name, one in LOG if found.belongs(name, one)]
    tables = {table.title: table for table in found.document({}, None).tables}

    assert kept == ["a-3", "a-2", "a-1", "a-4", "a-9"]
    rows = [
        ("staff/a", 99, FIRST, "a-4"),
        ("staff/a", 99, SECOND, "a-4"),
        ("staff/a", 99, THIRD, "a-4"),
        ("staff/b", 10, FIRST, "a-1"),
        ("staff/b", 20, THIRD, "a-2"),
        ("staff/b", 20, SECOND, "a-3"),
        ("staff/b", 20, FIRST, "a-3"),
    ]
    assert [*tables["seen-by"].rows] == [
        (rfc3339(at), who, waybill, LISTED[waybill], "/recipient/phone", "D-1", name) for who, at, waybill, name in rows
    ]
    assert [row[:3] for row in tables["ranking"].rows] == [
        (at, one.principal, "officer") for at, one in enumerate(found.ranked, 1)
    ]


def test_sightings_of_people_behind_the_fifth_are_not_shown() -> None:
    log = [(f"a-{at}", seen(f"staff/{at}", 20, *LISTED, *(OTHER[at:] for _ in range(at)))) for at in range(1, 8)]
    made = SoldList(LISTED, 4, 10, 100)
    made.rank(log)
    made.settle(set())

    shown = {one.principal for name, one in log if made.belongs(name, one)}

    assert shown == {one.principal for one in made.ranked[:SUSPECTS]}
    assert len(shown) == SUSPECTS < len(made.ranked)
