"""How much one search reads, to the last entry and byte: over an archive that answers from memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import pytest
import redis

from masking_service.audit.order import Order
from masking_service.audit.questions import ArchivedEntry, LogAnswer, PageQuestion, Wanted
from masking_service.audit.reading import EntryDocument, TenantLog
from masking_service.audit.recent import RecentEntries
from masking_service.audit.slots import scan, search
from masking_service.store.client import Store
from tests.audit.logs import TENANT, entry, log_on
from tests.store.stores import ask, counted, named

WRITER = "0123456789abcdef"
ANY = Wanted()


@dataclass
class Archived:
    """Archived entries, oldest first, and what it was asked for.

    Attributes:
        examined: how many entries it says that it read for its first page; later ones have as many as rows.
    """

    rows: list[ArchivedEntry]
    examined: int = 0
    asked: list[tuple[Order, Order, int]] = field(default_factory=list)

    def page(self, question: PageQuestion) -> LogAnswer:
        low, high, limit = question.low, question.high, question.limit
        assert question.tenant == TENANT
        self.asked.append((low, high, limit))
        found = [row for row in self.rows if low <= row.order <= high]
        found = found[::-1] if question.newest else found
        examined, self.examined = self.examined, 0
        return LogAnswer(found[:limit], len(found) > limit, examined or len(found[:limit]))

    def named(self, tenant: str, names: Sequence[str]) -> list[ArchivedEntry]:
        assert tenant == TENANT
        return [row for row in self.rows if row.id in names]


def row(number: int, *, at: int = 0, size: int = 0, place: int = 0) -> ArchivedEntry:
    """An opening in the second `at`, of `size` bytes at least, with its place in the second `place` of the order."""
    document = entry(tenant=TENANT, at=at, action="detokenize", outcome="released", count=1, case="x")
    length = len(msgspec.json.encode(document))
    document = msgspec.structs.replace(document, case="x" * max(1, size - length + 1))
    return ArchivedEntry(
        Order((place or number) * 1000, 0), f"{WRITER}-{number}", msgspec.Raw(msgspec.json.encode(document))
    )


def numbers(found: Sequence[EntryDocument]) -> list[int]:
    return [int(one["id"].partition("-")[2]) for one in found]


def read(
    store: Store, archived: Archived, wanted: Wanted = ANY, limit: int = 1_000, *, newest: bool = False
) -> list[int]:
    return numbers(search(TenantLog(store, TENANT, archived), wanted, after=None, limit=limit, newest=newest)[0])


@pytest.fixture(autouse=True)
def trimmed(spread: None, client: redis.Redis) -> None:
    """All entries of the tenant were archived and deleted from the store."""
    for slot in range(named().slots):
        ask(client, "XADD", named().order(TENANT, slot), "1-0", "id", "any")
        ask(client, "XTRIM", named().order(TENANT, slot), "MAXLEN", 0)


@pytest.mark.parametrize("newest", [False, True], ids=["oldest", "newest"])
def test_a_search_ends_with_the_5000th_entry_that_was_read(store: Store, newest: bool) -> None:
    rows = [row(number) for number in range(1, 502)]
    found = [len(read(store, Archived(rows, examined), newest=newest)) for examined in (4_999, 5_000, 9_000)]

    assert found == [501, 500, 500]


def test_a_page_ends_with_the_entry_that_reaches_4_mib(store: Store) -> None:
    whole, half = 4 * 1024 * 1024, 2 * 1024 * 1024

    assert read(store, Archived([row(1, size=whole), row(2)])) == [1]
    assert read(store, Archived([row(1, size=whole - 1), row(2), row(3)])) == [1, 2]
    assert read(store, Archived([row(1, size=half), row(2, size=half), row(3)])) == [1, 2]


def test_an_archive_is_asked_for_500_entries_at_once(store: Store) -> None:
    archived = Archived([row(number) for number in range(1, 502)])

    assert read(store, archived, wanted=Wanted(begin=0, end=9)) == [*range(1, 502)]
    assert {limit for *_, limit in archived.asked} == {500}


@pytest.mark.parametrize(
    ("place", "is_found"),
    [
        pytest.param(1_400, True, id="clock_600_s_behind"),
        pytest.param(1_399, False, id="clock_601_s_behind"),
        pytest.param(2_700, True, id="600_s_after_the_range"),
        pytest.param(2_701, False, id="601_s_after_the_range"),
    ],
)
def test_an_entry_is_found_that_came_into_the_log_up_to_600_seconds_from_its_range(
    store: Store, place: int, is_found: bool
) -> None:
    archived = Archived([row(1, at=2_050, place=place)])

    assert read(store, archived, Wanted(begin=2_000, end=2_100)) == [1] * is_found


@pytest.mark.parametrize("entries", [20, 21, 40, 41])
def test_20_entries_are_read_in_one_round_trip(store: Store, entries: int) -> None:
    log = log_on(store)
    for _ in range(entries):
        log.append(entry(tenant=TENANT))
    with counted(store) as trips:
        found, _ = search(TenantLog(store, TENANT), ANY, after=None, limit=100)

    assert (len(found), trips) == (entries, [1 + -(-entries // 20)])


def test_the_newest_20000_entries_of_a_day_are_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("masking_service.audit.recent.monotonic", lambda: 0.0)  # a slow machine reads fewer
    rows = [row(number, at=at, place=at) for number, at in enumerate(range(1_000_001, 1_020_002), 1)]
    kept, complete_since = RecentEntries(store, Archived(rows)).rows(TENANT, 1_030_000)

    assert (len(kept), kept[0].at, complete_since) == (20_000, 1_000_002, 1_000_002)


def test_the_last_of_four_entries_is_found_where_the_range_begins_with_it(store: Store) -> None:
    rows = [ArchivedEntry(Order(1_400_000, at), f"{WRITER}-{at + 1}", row(1, at=2_000).entry) for at in range(4)]
    wanted = Wanted(begin=2_000)

    found = scan(TenantLog(store, TENANT, Archived(rows)), wanted, after=None, newest=True, count=3)
    behind, _ = search(TenantLog(store, TENANT, Archived(rows)), wanted, after=rows[1].id, limit=3, newest=True)

    assert (numbers([one.entry for one in found]), numbers(behind)) == ([4, 3, 2, 1], [1])


@pytest.mark.parametrize("newest", [False, True], ids=["oldest", "newest"])
def test_an_archive_that_has_no_more_is_not_asked_again(store: Store, newest: bool) -> None:
    archived = Archived([row(1), row(2)])

    assert (sorted(read(store, archived, newest=newest)), len(archived.asked)) == ([1, 2], 1)
