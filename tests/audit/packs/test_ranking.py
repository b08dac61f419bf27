"""The ranking for a sold list: its arithmetic, and whether it finds a seeded thief."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from hashlib import blake2b
from itertools import product
from math import comb

import pytest

from masking_audit.format.entries import Entry, Item
from masking_audit.packs.sold_list import Ranked, Sightings, SoldList, log10_tail
from masking_service.masking.timestamps import rfc3339
from tests.audit.logs import entry

SEEDS = range(20)
SITES, COURIERS, OFFICERS, DESK, DAYS = 10, 8, 40, 20, 15


def waybill(number: int) -> str:
    return blake2b(str(number).encode(), digest_size=16).hexdigest()


def seen_by(who: str, *numbers: int, action: str = "view", outcome: str = "released", at: int = 1) -> Entry:
    items = [Item(waybill(number), outcome) for number in numbers]
    return entry(principal=who, action=action, outcome=outcome, items=items, at=at, role="r")


def ranked(listed: Iterator[int] | range | list[int], *entries: Entry) -> list[Ranked]:
    sightings = Sightings(waybill(number) for number in listed)
    for at, one in enumerate(entries):
        sightings.add(f"ab-{at}", one)
    return sightings.ranked()


def exactly(listed: int, seen: int, drawn: int, everything: int) -> Fraction:
    """The probability, by counting every list."""
    lists = (comb(seen, one) * comb(everything - seen, drawn - one) for one in range(listed, min(seen, drawn) + 1))
    return Fraction(sum(lists), comb(everything, drawn))


def test_the_probability_is_that_of_all_lists_that_could_be_drawn() -> None:
    """Of waybills that are neither seen nor drawn there may be none, and of some fewer are listed than usual."""
    for everything, seen, drawn in product(range(1, 10), repeat=3):
        for listed in range(min(seen, drawn, everything) + 2):
            if seen <= everything and drawn <= everything:
                found = log10_tail(listed, seen, drawn, everything)
                expected = exactly(listed, seen, drawn, everything)

                assert (10**found if found > -math.inf else 0.0) == pytest.approx(float(expected), abs=1e-12)


def test_who_saw_far_fewer_of_the_list_than_usual_is_no_surprise() -> None:
    """Someone who works elsewhere: the usual number is some 10^300 times as likely as theirs."""
    less = {listed: log10_tail(listed, 2_000, 2_000, 5_000) for listed in range(1, 700)}

    assert less == pytest.approx(dict.fromkeys(less, 0.0), abs=1e-9)


def test_probabilities_around_the_usual_number_are_exact() -> None:
    usual = (740, 780, 799, 800, 801, 820, 860)

    assert {listed: 10 ** log10_tail(listed, 2_000, 2_000, 5_000) for listed in usual} == pytest.approx(
        {listed: float(exactly(listed, 2_000, 2_000, 5_000)) for listed in usual}, rel=1e-9
    )


def test_a_probability_that_no_float_holds_has_its_logarithm() -> None:
    assert -20_000 < log10_tail(5_000, 6_000, 5_000, 10_000_000) < -10_000


def test_who_saw_more_of_the_list_than_chance_would_show_comes_before_who_saw_much() -> None:
    everything = seen_by("staff/busy", *range(1_000))
    thief = seen_by("staff/thief", *range(20), 500)

    found = ranked(range(20), everything, thief)

    assert [(one.principal, one.listed, one.seen) for one in found] == [
        ("staff/thief", 20, 21),
        ("staff/busy", 20, 1_000),
    ]
    assert found[0].expected == pytest.approx(21 * 20 / 1_000)
    assert found[1].log10 == 0.0


def test_a_waybill_that_was_seen_twice_counts_once() -> None:
    (found,) = ranked([1, 2], seen_by("staff/u", 1), seen_by("staff/u", 1, action="detokenize"))

    assert (found.listed, found.seen) == (1, 1)


def test_who_saw_none_of_the_list_is_not_ranked() -> None:
    assert ranked([7], seen_by("staff/u", 1), seen_by("staff/v", 7)) != []
    assert [one.principal for one in ranked([7], seen_by("staff/u", 1), seen_by("staff/v", 7))] == ["staff/v"]


@pytest.mark.parametrize(
    "entry_",
    [
        seen_by("staff/u", 1, outcome="not-found"),
        seen_by("staff/u", 1, action="custody-move", outcome="done"),
        seen_by("staff/u", 1, action="erase", outcome="done"),
    ],
)
def test_what_shows_nothing_is_no_sighting(entry_: Entry) -> None:
    assert ranked([1], entry_) == []


def test_it_is_said_when_somebody_saw_the_first_and_the_last_of_the_list() -> None:
    (found,) = ranked([1, 2], seen_by("staff/u", 9, at=1), seen_by("staff/u", 2, at=7), seen_by("staff/u", 1, at=5))

    assert (found.first, found.last) == (5, 7)


def company(seed: int) -> tuple[list[Entry], list[int], str]:
    """Return the entries of honest work and of one thief, the list that is sold, and who sold it.

    Couriers see what they carry at their site, officers open what comes, the desk searches. The thief is an officer, a
    clerk or a courier by turns, takes a few a day, and sells six in ten of them among others' numbers.
    """
    chance = random.Random(seed)
    entries: list[Entry] = []
    parcels = 0
    seen: dict[str, list[int]] = {}

    def look(who: str, numbers: list[int], action: str = "view", outcome: str = "released") -> None:
        seen.setdefault(who, []).extend(numbers)
        entries.append(seen_by(who, *numbers, action=action, outcome=outcome))

    for _ in range(DAYS):
        first = parcels
        for site in range(SITES):
            for courier in range(COURIERS):
                carried = max(5, round(chance.lognormvariate(3.2, 0.42)))
                look(f"client/c-{site}-{courier}", [*range(parcels, parcels + carried)])
                parcels += carried
        today = range(first, parcels)
        for officer in range(OFFICERS):
            look(f"staff/officer-{officer}", chance.sample(today, chance.randint(3, 15)), "detokenize")
        for clerk in range(DESK):
            look(f"staff/desk-{clerk}", chance.sample(today, chance.randint(20, 60)), "search", "done")
    kind = ("staff/officer-7", "staff/desk-3", "client/c-4-2")[seed % 3]
    taken = seen[kind] if kind.startswith("client/") else []
    if not taken:
        one_site = seed % 2  # half of the thieves take parcels of one site, whose couriers saw them, too
        of_site = [number for courier in range(COURIERS) for number in seen[f"client/c-3-{courier}"]]
        taken = chance.sample(of_site if one_site else range(parcels), 90)
        action = ("detokenize", "released") if "officer" in kind else ("search", "done")
        for at in range(0, 90, 6):
            look(kind, taken[at : at + 6], *action)
    sold = chance.sample(taken, len(taken) * 6 // 10)
    others = [*chance.sample(range(parcels), len(sold)), *range(parcels, parcels + len(sold))]
    return entries, sold + others, kind


def test_the_seeded_thief_is_among_the_first_three_in_nineteen_of_twenty_companies() -> None:
    places = []
    for seed in SEEDS:
        entries, listed, thief = company(seed)
        found = [one.principal for one in ranked(listed, *entries)]
        places.append(found.index(thief) + 1)

    assert sum(place <= 3 for place in places) >= 19, places


def test_what_is_neither_stored_nor_named_in_the_log_is_not_ours() -> None:
    stored, named, strange = waybill(1), waybill(2), waybill(3)
    found = SoldList({stored: "A", named: "B", strange: "C"}, 3, 0, 10)

    found.rank([("1", seen_by("staff/u", 2, action="erase", outcome="done"))])
    found.settle({stored})

    assert found.waybills == {stored: "A", named: "B"}


def test_only_what_showed_a_listed_waybill_to_a_first_person_in_the_period_belongs() -> None:
    entries = [
        ("first", seen_by("staff/a", 1, at=10)),
        ("found", seen_by("staff/a", 2, action="search", outcome="done", at=39)),
        ("called", seen_by("staff/a", 1, action="call", at=20)),
        ("other waybill", seen_by("staff/a", 7, at=20)),
        ("other person", seen_by("staff/b", 7, at=20)),
        ("too early", seen_by("staff/a", 1, at=9)),
        ("too late", seen_by("staff/a", 1, at=40)),
        ("taken back", seen_by("staff/a", 1, at=21)),
        ("voids", entry(principal="staff/a", outcome="unavailable", at=99, takes_back=["taken back"])),
    ]
    found = SoldList({waybill(1): "A", waybill(2): "B"}, 2, 10, 40)
    found.rank(entries)

    assert [name for name, one in entries if found.belongs(name, one)] == ["first", "found"]


def test_what_was_taken_back_showed_nothing_to_the_people_who_are_ranked() -> None:
    void = entry(principal="staff/a", outcome="unavailable", at=30, takes_back=["first", "only"])
    entries = [
        ("first", seen_by("staff/a", 1, 2, at=10)),
        ("later", seen_by("staff/a", 1, at=20)),
        ("only", seen_by("staff/b", 2, at=11)),
    ]
    found, without = (SoldList({waybill(1): "A", waybill(2): "B"}, 2, 10, 40) for _ in range(2))

    found.rank([*entries, ("void", void)])
    without.rank([entries[1]])

    assert found.ranked == without.ranked
    assert [(one.principal, one.seen, one.first) for one in found.ranked] == [("staff/a", 1, 20)]


def test_the_document_says_of_each_person_how_likely_it_is_that_chance_showed_them_so_much() -> None:
    listed = {waybill(1): "A1", waybill(2): ""}
    entries = [
        ("ab-1", seen_by("staff/b", 2, 3, 4, at=20, action="search")),
        ("ab-2", seen_by("staff/a", 1, 2, at=10)),
        ("ab-3", seen_by("staff/a", 1, at=30)),
        ("ab-4", seen_by("staff/c", 3, at=40)),
    ]
    found = SoldList(listed, 2, 10, 40, ours=2)
    found.rank(entries)
    kept = [found.belongs(name, one) for name, one in entries]
    document = found.document({"archive": "x"}, None)

    assert kept == [True, True, True, False]
    assert document.paragraphs[:2] == [
        ("sold-list", {"lines": 2, "ours": 2, "waybills": 2, "people": 2, "begin": rfc3339(10), "end": rfc3339(40)}),
        ("source", {"archive": "x"}),
    ]
    assert {table.title: [*table.rows] for table in document.tables if table.title != "persons"} == {
        "ranking": [
            (1, "staff/a", "r", 2, 2, "1.0", "0.17", "0.33", rfc3339(10), rfc3339(30)),
            (2, "staff/b", "r", 1, 3, "1.5", "1", "1", rfc3339(20), rfc3339(20)),
        ],
        "seen-by": [
            (rfc3339(10), "staff/a", waybill(1), "A1", "", "", "ab-2"),
            (rfc3339(10), "staff/a", waybill(2), "", "", "", "ab-2"),
            (rfc3339(30), "staff/a", waybill(1), "A1", "", "", "ab-3"),
            (rfc3339(20), "staff/b", waybill(2), "", "", "", "ab-1"),
        ],
    }


def test_fifty_people_are_shown_and_what_the_first_five_saw() -> None:
    """Also where their chance is too small for a float: then its power of ten is told."""
    entries = [(f"ab-{number}", seen_by(f"staff/{number:02}", 1, at=number)) for number in range(51)]
    found = SoldList({waybill(1): "A1"}, 1, 0, 60, ours=1)
    found.rank(entries)
    kept = [name for name, one in entries if found.belongs(name, one)]
    first, second, third, *others = found.ranked
    few = (-412.3, -300.0, -299.0)
    found.ranked = [
        *(replace(one, log10=log10) for one, log10 in zip((first, second, third), few, strict=True)),
        *others,
    ]
    tables = {table.title: table.rows for table in found.document({}, None).tables}

    assert kept == [f"ab-{number}" for number in range(5)]
    assert [(row[0], row[1], *row[6:8]) for row in tables["ranking"]] == [
        (1, "staff/00", "10^-412", "5.1e-299"),
        (2, "staff/01", "10^-300", "5.1e-299"),
        (3, "staff/02", "1e-299", "5.1e-298"),
        *((number + 1, f"staff/{number:02}", "1", "1") for number in range(3, 50)),
    ]
    assert [row[1] for row in tables["seen-by"]] == [f"staff/{number:02}" for number in range(5)]
