"""Lists of cases end, go on behind a case, and lose none."""

from collections.abc import Sequence

import pytest
import redis

from keys.errors import IntegrityError
from masking_service.service.cases.state import LISTED_SECONDS, MAX_LISTED, Case, Cases
from masking_service.store.client import Store
from tests.service.cases.examples import ENDS, NOW, opening
from tests.store.stores import ask, counted


def names(cases: Cases, *wanted: str) -> list[str]:
    """The names of the listed cases, only those wanted if any are given."""
    limit = Cases.listed.__globals__["MAX_LISTED"]
    listed = cases.listed("default", NOW, lambda case: not wanted or case.opening.case in wanted, limit=limit)
    return [one.opening.case for one in listed]


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
    begin = cases.get("default", after) if after else None

    listed = cases.listed("default", NOW, lambda _: True, past=past, after=begin)

    assert [one.opening.case for one in listed] == expected


def test_pages_of_one_case_are_the_whole_list(cases: Cases) -> None:
    for name in "ABCDE":
        cases.prepare_opening("default", opening(case=name, expires_at=NOW + 20)).write()
    whole = [one.opening.case for one in cases.listed("default", NOW, lambda _: True)]

    paged: list[str] = []
    after = None
    while page := cases.listed("default", NOW, lambda _: True, after=after, limit=1):
        (after,) = page
        paged.append(after.opening.case)

    assert (paged, sorted(paged)) == (whole, list("ABCDE"))


def test_a_tenant_without_cases_has_an_empty_list(cases: Cases) -> None:
    assert names(cases) == []


@pytest.fixture
def seven(cases: Cases, monkeypatch: pytest.MonkeyPatch) -> Cases:
    """Seven living cases, where a list and a page of it end after two."""
    monkeypatch.setitem(Cases.listed.__globals__, "MAX_LISTED", 2)
    for ahead, name in enumerate("ABCDEFG"):
        cases.prepare_opening("default", opening(case=name, expires_at=ENDS + ahead)).write()
    return cases


def test_a_list_ends(seven: Cases) -> None:
    assert (names(seven), MAX_LISTED) == (["A", "B"], 1_000)


def test_what_is_wanted_is_found_behind_any_number_of_others(seven: Cases) -> None:
    assert [names(seven, *wanted) for wanted in ("G", "EG", "BEG", "CD", "x")] == [
        ["G"],
        ["E", "G"],
        ["B", "E"],
        ["C", "D"],
        [],
    ]


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

    (listed,) = client.keys("wm:*cases")
    assert ask(client, "ZCARD", listed) == 2
    assert cases.get("default", "A").opening.case == "A"  # its name stays used for ever


def test_another_tenants_case_in_ones_own_list_is_an_alarm(cases: Cases, client: redis.Redis) -> None:
    cases.prepare_opening("other", opening()).write()
    ask(client, "ZADD", cases._list("default"), ENDS, cases._key("other", "D-2026-0001"))

    with pytest.raises(IntegrityError):
        names(cases)
