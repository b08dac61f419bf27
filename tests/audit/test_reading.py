"""Tests reading the log of a tenant."""

import threading
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import msgspec
import pytest
import redis

from keys.errors import IntegrityError
from masking_service.audit.log import AuditLog
from masking_service.audit.questions import Wanted
from masking_service.audit.reading import EntryDocument, TenantLog, UnknownEntryError
from masking_service.audit.slots import search
from masking_service.store.client import Store
from tests.audit.logs import entry, log_on, writer_of
from tests.store import stores
from tests.store.stores import ask, counted, named, next_millisecond

pytestmark = pytest.mark.usefixtures("spread")

MINE, OTHER = "a" * 32, "b" * 32


def page(store: Store, tenant: str, after: str | None, limit: int) -> list[EntryDocument]:
    """A page of the whole log."""
    return search(TenantLog(store, tenant), Wanted(), after=after, limit=limit)[0]


def names(entries: list[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in entries]


def read_on(store: Store, tenant: str, limit: int, *, newest: bool = False) -> Iterator[str]:
    """Return the ids of all entries, page by page: behind the cursor of the page before."""
    found, after = search(TenantLog(store, tenant), Wanted(), after=None, limit=limit, newest=newest)
    while found:
        yield from names(found)
        found, after = (
            search(TenantLog(store, tenant), Wanted(), after=after, limit=limit, newest=newest) if after else ([], None)
        )


def read_behind_ids(store: Store, tenant: str, limit: int, *, newest: bool = False) -> Iterator[str]:
    """Return the ids of all entries, page by page: behind the last entry of the page before."""
    after = None
    while found := names(search(TenantLog(store, tenant), Wanted(), after=after, limit=limit, newest=newest)[0]):
        yield from found
        after = found[-1]


def append_at(client: redis.Redis, logs: list[AuditLog], count: int) -> list[str]:
    """Append entries by several writers in turn, each in a millisecond of its own; their ids."""
    made = []
    for at in range(count):
        made.append(logs[at % len(logs)].append(entry(tenant=MINE, at=at)))
        next_millisecond(client)
    return made


def test_a_page_holds_what_the_entries_say_and_their_ids(store: Store) -> None:
    name = log_on(store).append(entry(tenant=MINE, case="D-1"))

    assert page(store, MINE, None, 10) == [{"id": name} | msgspec.to_builtins(entry(tenant=MINE, case="D-1"))]


def test_entries_of_all_writers_are_in_order_of_arrival(store: Store, client: redis.Redis) -> None:
    made = append_at(client, [log_on(store, str(number)) for number in range(3)], 9)

    assert names(page(store, MINE, None, 10)) == made


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 10, 1_000])
@pytest.mark.parametrize("read", [read_on, read_behind_ids])
def test_pages_of_any_length_hold_every_entry_once(
    store: Store, client: redis.Redis, limit: int, read: Callable[..., Iterator[str]]
) -> None:
    made = append_at(client, [log_on(store, str(number)) for number in range(5)], 12)

    assert list(read(store, MINE, limit)) == made
    assert list(read(store, MINE, limit, newest=True)) == made[::-1]


def test_every_entry_is_read_once_while_writers_go_on(store: Store, valkey: str) -> None:
    logs = [log_on(stores.admitted(valkey), name) for name in ("one", "two", "three")]
    made: list[list[str]] = [[], [], []]
    read: list[str] = []
    after: str | None = None

    def write(at: int) -> None:
        for _ in range(200):
            made[at].append(logs[at].append(entry(tenant=MINE)))

    writing = [threading.Thread(target=write, args=[at]) for at in range(3)]
    for thread in writing:
        thread.start()
    going_on, found = True, ["any"]
    while going_on or found:
        going_on = any(thread.is_alive() for thread in writing)
        entries, after = search(TenantLog(store, MINE), Wanted(), after=after, limit=7)
        read += (found := names(entries))

    assert sorted(read) == sorted(made[0] + made[1] + made[2])
    assert [[name for name in read if writer_of(name) == writer_of(one[0])] for one in made] == made


@pytest.mark.parametrize("spread", [4], ids=["four slots"], indirect=True)
@pytest.mark.parametrize("bound", ["entries", "seconds"])
def test_a_search_that_finds_little_ends_after_a_while_and_goes_on_from_there(
    store: Store, client: redis.Redis, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    if bound == "entries":
        monkeypatch.setattr("masking_service.audit.slots.MAX_READ", 3)
    else:
        looks = cycle([0.0, 0.0, 2.4, 2.5])  # at the beginning, and after each entry
        monkeypatch.setattr("masking_service.audit.slots.monotonic", lambda: next(looks))
    made = append_at(client, [log_on(store)], 8)
    wanted = Wanted(begin=7)
    pages, after = [], None
    for _ in range(3):
        found, after = search(TenantLog(store, MINE), wanted, after=after, limit=10)
        pages.append(names(found))

    assert pages == [[], [], made[7:]]


@pytest.mark.parametrize("spread", [4], ids=["four slots"], indirect=True)
def test_an_entry_that_came_late_into_its_slot_is_read_by_the_next_page(store: Store, client: redis.Redis) -> None:
    """The clock of its server is behind those of others; one order has one clock."""
    first, other = log_on(store, "first"), log_on(store, "other")
    made = append_at(client, [first], 2)
    entries, after = search(TenantLog(store, MINE), Wanted(), after=None, limit=10)
    late = other.append(entry(tenant=MINE))
    order = named().order(MINE, named().slot_of(writer_of(late)))
    ask(client, "DEL", order)
    ask(client, "XADD", order, "1-0", "id", late)

    assert (names(entries), names(search(TenantLog(store, MINE), Wanted(), after=after, limit=10)[0])) == (made, [late])
    assert names(page(store, MINE, None, 10)) == [late, *made]


def test_a_tenant_sees_its_own_entries_only(store: Store) -> None:
    log = log_on(store)
    made = [log.append(entry(tenant=tenant)) for tenant in (MINE, OTHER, MINE)]
    log.close()

    assert (names(page(store, MINE, None, 10)), names(page(store, OTHER, None, 10))) == ([made[0], made[2]], [made[1]])


def test_an_empty_log_has_an_empty_page(store: Store) -> None:
    assert page(store, MINE, None, 10) == []


def test_the_page_after_the_newest_entry_is_empty(store: Store) -> None:
    name = log_on(store).append(entry(tenant=MINE))

    assert page(store, MINE, name, 10) == []


def test_a_page_is_two_round_trips_and_one_more_where_it_goes_on(store: Store) -> None:
    log = log_on(store)
    made = [log.append(entry(tenant=MINE)) for _ in range(20)]
    with counted(store) as first:
        page(store, MINE, None, 20)
    with counted(store) as second:
        page(store, MINE, made[0], 19)

    assert (first, second) == ([2], [3])


@pytest.mark.parametrize(
    "after", ["0" * 16 + "-1", "0" * 16 + "-999999999999999999", "w-1", "", "-", "0-0", ".1-0.1-0.1-0.1-0", "...."]
)
def test_after_an_entry_that_never_was_there_is_no_page(store: Store, after: str) -> None:
    log_on(store).append(entry(tenant=MINE))

    with pytest.raises(UnknownEntryError):
        page(store, MINE, after, 10)


@pytest.mark.parametrize("edges", [".1-0", ".1-0" * 5, ".1-0.1-0.1-0.x", "....", ".1-0" * 4 + "\n", ".١-0" * 4])
def test_a_cursor_that_no_page_gave_is_unknown(store: Store, edges: str) -> None:
    name = log_on(store).append(entry(tenant=MINE))

    with pytest.raises(UnknownEntryError):
        page(store, MINE, name + edges, 10)


def test_another_tenants_entry_and_a_chains_own_are_as_unknown(store: Store) -> None:
    log = log_on(store)
    name = log.append(entry(tenant=OTHER))

    for after in (name, f"{writer_of(name)}-1", log.close()):
        with pytest.raises(UnknownEntryError):
            page(store, MINE, after, 10)


def test_archived_and_deleted_entries_are_skipped(store: Store, client: redis.Redis) -> None:
    log = log_on(store)
    made = [log.append(entry(tenant=MINE)) for _ in range(9)]
    ask(client, "XTRIM", named().stream(writer_of(made[0])), "MINID", "9-0")

    assert list(read_on(store, MINE, 3)) == made[7:]


@pytest.mark.parametrize("fields", [["x", "y"], ["entry", "no json"], ["entry", "[]"], ["entry", "{}"]])
def test_an_invalid_entry_is_an_integrity_error(store: Store, client: redis.Redis, fields: list[str]) -> None:
    ask(client, "XADD", named().stream("0" * 16), "1-0", *fields)
    ask(client, "XADD", named().order(MINE), "*", "id", "0" * 16 + "-1")

    with pytest.raises(IntegrityError):
        page(store, MINE, None, 10)


@pytest.mark.parametrize("fields", [["x", "y"], ["id", "no id"], ["id", "\xff"]])
def test_an_invalid_order_is_an_integrity_error(store: Store, client: redis.Redis, fields: list[str]) -> None:
    ask(client, "XADD", named().order(MINE), "*", *fields)

    with pytest.raises(IntegrityError):
        page(store, MINE, None, 10)


def test_an_order_with_another_tenants_entry_is_an_integrity_error(store: Store, client: redis.Redis) -> None:
    name = log_on(store).append(entry(tenant=OTHER))
    ask(client, "XADD", named().order(MINE), "*", "id", name)

    with pytest.raises(IntegrityError):
        page(store, MINE, None, 10)


def test_a_place_in_the_order_that_is_none_is_no_answer(store: Store, client: redis.Redis) -> None:
    said = msgspec.json.encode(entry(tenant=MINE))
    ask(client, "XADD", named().stream("0" * 16), "1-0", "entry", said, "order", "nonsense")

    with pytest.raises(IntegrityError):
        page(store, MINE, "0" * 16 + "-1", 10)


def test_a_page_ends_behind_four_megabytes_and_reads_little_more(store: Store, client: redis.Redis) -> None:
    said = msgspec.json.encode(entry(tenant=MINE, subject="x" * 300_000))
    for number in range(1, 51):
        ask(client, "XADD", named().stream("0" * 16), f"{number}-0", "entry", said)
        ask(client, "XADD", named().order(MINE), "*", "id", f"{'0' * 16}-{number}")
    with counted(store) as trips:
        found = page(store, MINE, None, 1_000)

    assert (trips, len(found)) == ([2], 14)  # the first that has 4 MB


def test_large_entries_are_all_read_by_as_many_pages_as_it_takes(store: Store) -> None:
    log = log_on(store)
    made = [log.append(entry(tenant=MINE, subject="x" * 500_000)) for _ in range(20)]

    assert list(read_on(store, MINE, 1_000)) == made
