"""Lists of cases end, go on behind a case, and lose none."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import redis

from keys.errors import IntegrityError
from masking_service.service.cases.problems import CaseExists
from masking_service.service.cases.state import LISTED_SECONDS, Act, Case, CasePlace, Cases, Narrow, WantedCases
from masking_service.store.client import Command, Store
from tests.service.cases.examples import ENDS, NOW, opening
from tests.store.stores import ask, counted


def names(cases: Cases, *wanted: str) -> list[str]:
    """The names of the listed cases, only those wanted if any are given."""
    listed = cases.listed("default", NOW, WantedCases(lambda case: not wanted or case.opening.case in wanted))
    return [one.opening.case for one in listed.cases]


def test_the_cases_that_have_not_expired_are_listed_soonest_first(store: Store, cases: Cases) -> None:
    for name, ends in (("C", 30), ("A", 10), ("B", 20), ("D", 0)):
        cases.prepare_opening("default", opening(case=name, expires_at=NOW + ends)).write()
    cases.prepare_opening("other", opening(case="E")).write()

    with counted(store) as trips:
        listed = names(cases)

    assert (listed, trips) == (["A", "B", "C"], [2])


@pytest.mark.parametrize(
    ("past", "after", "expected"),
    [
        (False, None, ["A", "B", "C"]),
        (False, "B", ["C"]),
        (False, "C", []),
        (True, None, ["C", "B", "A", "Y", "X"]),
        (True, "A", ["Y", "X"]),
    ],
)
def test_a_list_goes_on_behind_a_case(cases: Cases, past: bool, after: str | None, expected: list[str]) -> None:
    """X and Y expired within 30 days, W before."""
    for name, ends in (("W", -31 * 86_400), ("X", -9), ("Y", -1), ("A", 10), ("B", 20), ("C", 30)):
        cases.prepare_opening("default", opening(case=name, opened_at=NOW - 32 * 86_400, expires_at=NOW + ends)).write()
    begin = cases.place("default", cases.get("default", after)) if after else None

    listed = cases.listed("default", NOW, WantedCases(every_case), past=past, after=begin)

    assert [one.opening.case for one in listed.cases] == expected


def test_pages_of_one_case_are_the_whole_list(cases: Cases) -> None:
    for name in "ABCDE":
        cases.prepare_opening("default", opening(case=name, expires_at=NOW + 20)).write()
    whole = names(cases)

    paged: list[str] = []
    after = None
    while page := cases.listed("default", NOW, WantedCases(every_case), after=after, limit=1).cases:
        (case,) = page
        paged.append(case.opening.case)
        after = cases.place("default", case)

    assert (paged, sorted(paged)) == (whole, list("ABCDE"))


def test_a_tenant_without_cases_has_an_empty_list(cases: Cases) -> None:
    assert names(cases) == []


@pytest.fixture
def seven(cases: Cases, monkeypatch: pytest.MonkeyPatch) -> Cases:
    """Seven active cases, of which two are read at once."""
    monkeypatch.setitem(Cases.listed.__globals__, "READ_AT_ONCE", 2)
    for ahead, name in enumerate("ABCDEFG"):
        cases.prepare_opening("default", opening(case=name, expires_at=ENDS + ahead)).write()
    return cases


def test_what_is_wanted_is_found_among_others(seven: Cases) -> None:
    assert [names(seven, *wanted) for wanted in ("G", "EG", "BEG", "CD", "x")] == [
        ["G"],
        ["E", "G"],
        ["B", "E", "G"],
        ["C", "D"],
        [],
    ]


def test_behind_the_first_portion_as_many_are_read_at_once_for_a_short_page_as_for_a_long_one(
    seven: Cases, store: Store
) -> None:
    with counted(store) as trips:
        found = seven.listed("default", NOW, WantedCases(is_named("G")), limit=1).cases

    assert ([one.opening.case for one in found], trips) == (["G"], [8])  # portions of one, two, two and two


@pytest.mark.parametrize("past", [False, True])
def test_a_list_reads_so_many_cases_and_says_where_it_goes_on(
    seven: Cases, store: Store, monkeypatch: pytest.MonkeyPatch, past: bool
) -> None:
    monkeypatch.setitem(Cases.listed.__globals__, "MAX_READ", 4)
    pages, after, trips = [], None, []
    for _ in range(2):
        with counted(store) as made:
            listed, after = seven.listed("default", NOW, WantedCases(is_named("A", "G")), past=past, after=after)
        pages.append([one.opening.case for one in listed])
        trips += made

    assert (pages, after, trips) == ([["G"], ["A"]] if past else [["A"], ["G"]], None, [4, 5])


def test_pages_go_on_among_cases_that_expire_at_once(cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("READ_AT_ONCE", 2), ("MAX_READ", 2)):
        monkeypatch.setitem(Cases.listed.__globals__, name, value)
    for name in "ABCDEFG":
        cases.prepare_opening("default", opening(case=name)).write()
    found: list[str] = []
    after: CasePlace | None = CasePlace(0, b"")
    while after is not None:
        listed, after = cases.listed("default", NOW, WantedCases(every_case), after=after)
        found += [one.opening.case for one in listed]

    assert sorted(found) == list("ABCDEFG")


def every_case(_: Case) -> bool:
    return True


def is_named(*names: str) -> Callable[[Case], bool]:
    return lambda case: case.opening.case in names


PERSON = "staff/officer"
NARROW: tuple[tuple[Narrow, str, list[str]], ...] = (
    (("waybill", "SF-B"), "the waybill that it names", ["B"]),
    (("person", "staff/desk"), "those whom the person opened", ["A", "B", "C", "D", "E", "F"]),
    (("person", PERSON), "those that name the person, and those that were claimed or done", ["C", "D", "E"]),
    (("status", "pending"), "those that needed approval", ["F"]),
    (("status", "denied"), "denied ones", ["F"]),
    (("status", "closed"), "closed ones", ["A"]),
)


@pytest.fixture
def narrowed(cases: Cases, client: redis.Redis) -> Cases:
    """Six cases of one person, and one of another, with an act each; no earlier release opened any."""
    ask(client, "SET", cases._list("default") + b":from", 0)
    changes: dict[str, dict[str, object]] = {"C": {"officer": PERSON}, "F": {"approvals_needed": 1}}
    acts = {"A": Act("close", "staff/desk", NOW), "D": Act("claim", PERSON, NOW), "E": Act("done", PERSON, NOW)}
    acts["F"] = Act("deny", "staff/supervisor", NOW)
    for name in "ABCDEFG":
        opener = "staff/other" if name == "G" else "staff/desk"
        opened = opening(case=name, waybills=(f"SF-{name}",), opened_by=opener, **changes.get(name, {}))
        cases.prepare_opening("default", opened).write()
        if name in acts:
            cases.prepare_act("default", opened, acts[name]).write()
    return cases


@pytest.mark.parametrize(
    ("narrow", "expected"), [(each, names) for each, _, names in NARROW], ids=[told for _, told, _ in NARROW]
)
@pytest.mark.parametrize("past", [False, True])
def test_a_narrower_list_reads_only_its_own_cases(
    narrowed: Cases, monkeypatch: pytest.MonkeyPatch, narrow: Narrow, expected: list[str], past: bool
) -> None:
    loaded: list[int] = []
    load = narrowed._load

    def counting(tenant: str, keys: Sequence[bytes]) -> list[Case | None]:
        loaded.append(len(keys))
        return load(tenant, keys)

    monkeypatch.setattr(narrowed, "_load", counting)
    listed = narrowed.listed("default", NOW, WantedCases(every_case, narrow), past=past)

    assert sorted(one.opening.case for one in listed.cases) == expected
    assert sum(loaded) == len(expected)


@pytest.mark.usefixtures("narrowed")
def test_a_narrower_list_ends_with_its_last_case(client: redis.Redis) -> None:
    ends = {ask(client, "EXPIRETIME", key) for key in client.keys("wm:*cases:????????????????")}

    assert ends == {ENDS + LISTED_SECONDS}


@pytest.mark.parametrize("order", ["AB", "BA"])
def test_a_narrower_list_lasts_for_its_latest_case_in_whatever_order_they_are_opened(
    cases: Cases, client: redis.Redis, order: str
) -> None:
    for name in order:
        ends = ENDS + (name == "B") * 86_400
        cases.prepare_opening("default", opening(case=name, expires_at=ends)).write()

    assert {ask(client, "EXPIRETIME", key) for key in client.keys("wm:*cases:*")} == {ENDS + 86_400 + LISTED_SECONDS}


def test_an_opening_that_is_refused_moves_the_case_of_that_name_in_no_list(cases: Cases, client: redis.Redis) -> None:
    first = cases.prepare_opening("default", opening()).write()
    with pytest.raises(CaseExists):
        cases.prepare_opening("default", opening(expires_at=ENDS + 60)).write()

    place = cases.place("default", first)
    lists = [*client.keys("wm:*cases"), *client.keys("wm:*cases:*")]
    assert [ask(client, "ZSCORE", each, place.key) for each in lists] == [place.expires_at] * 3


def test_cases_that_an_earlier_release_opened_are_found(cases: Cases, client: redis.Redis) -> None:
    """It wrote the list of all only, as here, and may have opened more while processes of both releases ran."""
    opened = {name: opening(case=name, expires_at=ENDS + ahead) for ahead, name in enumerate("AB")}
    for each in opened.values():
        cases.prepare_opening("default", each).write()
    client.delete(*client.keys("wm:*cases:*"))
    own: Narrow = ("person", "staff/desk")
    found = [cases.listed("default", NOW, WantedCases(every_case, own), past=past).cases for past in (False, True)]
    late = opening(case="C", opened_at=NOW + 86_400, expires_at=ENDS + 8 * 86_400)  # just before the lists are complete
    cases.prepare_opening("default", late).write()
    client.delete(*client.keys("wm:*cases:????????????????"))
    found.append(cases.listed("default", NOW, WantedCases(every_case, own)).cases)

    assert [[one.opening.case for one in each] for each in found] == [["A", "B"], ["B", "A"], ["A", "B", "C"]]


def test_a_case_that_an_earlier_release_opens_later_is_found_where_all_others_have_ended(
    cases: Cases, client: redis.Redis
) -> None:
    own: Narrow = ("person", "staff/desk")
    ended = opening(case="A", opened_at=NOW - 3 * 86_400, expires_at=NOW - 2 * 86_400)
    cases.prepare_opening("default", ended).write()
    assert cases.listed("default", NOW, WantedCases(every_case, own)).cases == []  # sets the beginning
    cases.prepare_opening("default", opening(case="B", expires_at=NOW + 7 * 86_400)).write()
    client.delete(*client.keys("wm:*cases:????????????????"))

    found = cases.listed("default", NOW, WantedCases(every_case, own)).cases

    assert [one.opening.case for one in found] == ["B"]


def test_the_first_case_of_a_tenant_is_found_where_an_earlier_release_opens_it(
    cases: Cases, client: redis.Redis
) -> None:
    pending: Narrow = ("status", "pending")
    assert cases.listed("default", NOW, WantedCases(every_case, pending)).cases == []  # sets the beginning
    cases.prepare_opening("default", opening(approvals_needed=1, expires_at=NOW + 7 * 86_400)).write()
    client.delete(*client.keys("wm:*cases:????????????????"))

    assert len(cases.listed("default", NOW, WantedCases(every_case, pending)).cases) == 1


def test_of_two_processes_the_first_one_says_from_where_the_lists_are_complete(
    cases: Cases, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases.prepare_opening("default", opening()).write()
    read, first = cases._store.read, ENDS + 60

    def meanwhile(commands: Sequence[Command]) -> list[Any]:
        found = read(commands)
        ask(client, "SET", cases._list("default") + b":from", first, "NX")
        return found

    monkeypatch.setattr(cases._store, "read", meanwhile)

    assert [cases._complete_from("default", NOW) for _ in range(2)] == [first, first]


def test_a_list_of_both_releases_is_read_page_by_page(cases: Cases, client: redis.Redis) -> None:
    cases.prepare_opening("default", opening(case="A")).write()
    client.delete(*client.keys("wm:*cases:*"))
    own: Narrow = ("person", "staff/desk")
    assert cases.listed("default", NOW, WantedCases(every_case, own)).cases
    for ahead, name in enumerate("BCD"):
        ends = ENDS + (8 + ahead) * 86_400
        cases.prepare_opening("default", opening(case=name, expires_at=ends)).write()

    for past in (False, True):
        names, after = [], None
        while page := cases.listed("default", NOW, WantedCases(every_case, own), past=past, after=after, limit=1).cases:
            names.append(page[0].opening.case)
            after = cases.place("default", page[0])
        assert names == sorted("ABCD", reverse=past)


@pytest.mark.parametrize("past", [False, True])
def test_each_case_of_both_releases_is_on_one_page_where_the_reading_ends_each_page(
    cases: Cases, client: redis.Redis, monkeypatch: pytest.MonkeyPatch, past: bool
) -> None:
    cases.prepare_opening("default", opening(case="A")).write()
    client.delete(*client.keys("wm:*cases:*"))
    own: Narrow = ("person", "staff/desk")
    assert cases.listed("default", NOW, WantedCases(every_case, own)).cases
    for ahead, name in enumerate("BCDEF"):  # D, at 8 days, is the first one that is read from the narrower list
        cases.prepare_opening("default", opening(case=name, expires_at=ENDS + (6 + ahead) * 86_400)).write()
    for name in ("READ_AT_ONCE", "MAX_READ"):
        monkeypatch.setitem(Cases.listed.__globals__, name, 2)

    pages: list[str] = []
    after: CasePlace | None = None
    while not pages or after is not None:
        listed, after = cases.listed("default", NOW, WantedCases(every_case, own), past=past, after=after)
        pages.append("".join(one.opening.case for one in listed))

    assert pages == (["FE", "DCB", "A"] if past else ["AB", "CDE", "F"])


def test_a_place_of_the_lists_that_is_no_time_is_an_alarm(cases: Cases, client: redis.Redis) -> None:
    ask(client, "SET", cases._list("default") + b":from", "soon")

    with pytest.raises(IntegrityError):
        cases.listed("default", NOW, WantedCases(every_case, ("status", "pending")))


def test_a_case_that_is_opened_while_others_are_listed_hides_none_and_doubles_none(
    seven: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, late = seven._load, [opening(case="0", expires_at=NOW + 1)]

    def meanwhile(tenant: str, keys: Sequence[bytes]) -> list[Case | None]:
        found = load(tenant, keys)
        if late:
            seven.prepare_opening("default", late.pop()).write()
        return found

    monkeypatch.setattr(seven, "_load", meanwhile)
    assert names(seven, "B", "G") == ["B", "G"]


def test_the_list_does_not_grow_without_end(cases: Cases, client: redis.Redis) -> None:
    for name, ahead in (("A", 0), ("B", 1), ("C", LISTED_SECONDS + 86_400)):
        cases.prepare_opening("default", opening(case=name, opened_at=NOW + ahead, expires_at=ENDS + ahead)).write()

    lists = [*client.keys("wm:*cases"), *client.keys("wm:*cases:*")]
    assert [ask(client, "ZCARD", each) for each in lists] == [2, 2, 2]  # of all, of the waybill, of the person
    assert cases.get("default", "A").opening.case == "A"  # its name stays used for ever


def test_another_tenants_case_in_ones_own_list_is_an_alarm(cases: Cases, client: redis.Redis) -> None:
    cases.prepare_opening("other", opening()).write()
    ask(client, "ZADD", cases._list("default"), ENDS, cases._key("other", "D-2026-0001"))

    with pytest.raises(IntegrityError):
        names(cases)
