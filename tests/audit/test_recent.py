"""The last day of a log in memory: read from its end, and then only what is new."""

import time
from typing import Any

import pytest
import redis

from masking_audit.format.entries import Entry
from masking_service.audit import recent
from masking_service.audit.recent import RecentEntries
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.store.client import Store
from tests.audit.archives import SilentArchive
from tests.audit.logs import TENANT, Process, entry, writer_of
from tests.store.stores import ask, counted, named


def opening(at: int) -> Entry:
    return entry(at=at, action="detokenize", outcome="released", count=1)


def taking_back(at: int, name: str) -> Entry:
    return entry(at=at, action="detokenize", outcome="unavailable", takes_back=[name])


def ids(entries: RecentEntries, now: int) -> list[str]:
    return [row.id for row in entries.rows(TENANT, now)[0]]


def test_what_was_taken_back_is_missing_also_where_it_was_read_before(store: Store) -> None:
    now, process, kept = int(time.time()), Process(store, "one"), RecentEntries(store)
    first, second, third = process.commit(*[opening(now - 9 + number) for number in range(3)])
    process.commit(taking_back(now, second))

    assert ids(kept, now) == [first, third]

    process.commit(taking_back(now, third))

    assert ids(kept, now) == [first]


def test_the_newest_entries_are_kept_and_it_is_said_since_when_none_is_missing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, process, kept = int(time.time()), Process(store, "one"), RecentEntries(store)
    names = process.commit(*[opening(now - 9 + number) for number in range(5)])
    looks = iter([0.0, 0.0, 2.4, 2.5])  # at the beginning, and after each entry
    with monkeypatch.context() as slow:
        slow.setattr(recent, "monotonic", lambda: next(looks))
        assert RecentEntries(store).rows(TENANT, now)[1] == now - 7
    monkeypatch.setattr(recent, "MAX_KEPT", 3)

    assert (ids(kept, now), kept.rows(TENANT, now)[1]) == (names[2:], now - 7)

    names += process.commit(opening(now))

    assert (ids(kept, now), kept.rows(TENANT, now)[1]) == (names[3:], now - 7)


def test_what_is_older_than_a_day_is_forgotten(store: Store) -> None:
    now, process, kept = int(time.time()), Process(store, "one"), RecentEntries(store)
    first, second = process.commit(opening(now), opening(now + 1))

    assert ids(kept, now + SECONDS_A_DAY) == [first, second]
    assert ids(kept, now + SECONDS_A_DAY + 1) == [second]


def test_only_new_entries_are_read_the_second_time(store: Store) -> None:
    now, process, kept = int(time.time()), Process(store, "one"), RecentEntries(store)
    process.commit(*[opening(now) for _ in range(45)])
    with counted(store) as first:
        kept.rows(TENANT, now)
    with counted(store) as second:
        kept.rows(TENANT, now)

    assert second < first


@pytest.mark.parametrize("older", [None, SilentArchive()], ids=["no archive", "an archive that does not answer"])
def test_the_day_is_read_anew_where_the_last_entry_read_is_not_stored_any_more(
    store: Store, client: redis.Redis, older: Any
) -> None:
    now, first, second = int(time.time()), Process(store, "one"), Process(store, "two")
    kept = RecentEntries(store, older, lambda: now - 5)
    before = first.commit(opening(now), opening(now))

    assert kept.rows(TENANT, now)[0][-1].id == before[-1]

    ask(client, "XTRIM", named().stream(writer_of(before[0])), "MAXLEN", 0)
    ask(client, "XTRIM", named().order(TENANT, 0), "MAXLEN", 0)
    after = second.commit(opening(now), opening(now))

    rows, complete_since = kept.rows(TENANT, now)
    assert ([row.id for row in rows], complete_since) == (after, now - 5)
