"""Tests reading entries of which some are in the store, and some in the archive only."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from masking_service.audit.errors import ArchiveUnavailable
from masking_service.audit.questions import Wanted
from masking_service.audit.reading import TenantLog, UnknownEntryError
from masking_service.audit.recent import RecentEntries
from masking_service.audit.slots import search
from tests.audit.archive.worlds import MINE, OTHER, World
from tests.audit.archives import SilentArchive
from tests.audit.logs import Process, entry
from tests.every import every
from tests.store.stores import counted, named

pytestmark = pytest.mark.usefixtures("spread")


def test_the_store_and_the_archive_have_different_parts(parted: World) -> None:
    parted.write(1)

    assert 0 < len(parted.stored()) < len(parted.made)


@every("limit", [1, 2, 3, 7, 50, 1000])
@every("newest", [False, True])
def test_pages_over_archive_and_store_hold_every_entry_once(parted: World, limit: int, newest: bool) -> None:
    expected = parted.made[::-1] if newest else parted.made

    assert parted.read(parted.index, limit, newest=newest) == expected


@every("limit", [2, 7, 1000])
@every("newest", [False, True])
def test_a_slot_that_was_trimmed_further_than_others_is_read_between_them(
    world: World, limit: int, newest: bool
) -> None:
    world.write(30)
    world.checkpoint()
    world.follow()
    first = next(order for slot in range(named().slots) if world.client.exists(order := named().order(MINE, slot)))
    assert world.client.xtrim(first, maxlen=2, approximate=False)

    assert world.read(world.index, limit, newest=newest) == (world.made[::-1] if newest else world.made)


def test_the_store_alone_lacks_what_was_archived(parted: World) -> None:
    found, _ = search(TenantLog(parted.store, MINE), Wanted(), after=None, limit=1000)

    assert [one["id"] for one in found] == parted.stored()


WANTED: Sequence[dict[str, Any]] = [
    {"principal": "staff/u-1"},
    {"action": "detokenize"},
    {"outcome": "forbidden"},
    {"case": "D-3"},
    {"asked": "9" * 32},
    {"waybill": f"{5:032x}"},
    {"waybill": f"{1:032x}", "action": "view"},
    {"waybill": (f"{1:032x}", f"{5:032x}")},
    {"asked": ("8" * 32, "9" * 32)},
    {"principal": "staff/u-2", "outcome": "forbidden"},
    {"principal": "staff/none"},
]


@every("wanted", WANTED)
@every("newest", [False, True])
def test_filters_find_the_same_entries_in_archive_and_store(
    parted: World, wanted: dict[str, Any], newest: bool
) -> None:
    everything, _ = search(TenantLog(parted.store, MINE, parted.index), Wanted(), after=None, limit=1000)
    expected = [one["id"] for one in everything if Wanted(**wanted).matches(one)]

    assert parted.read(parted.index, 10, newest=newest, **wanted) == (expected[::-1] if newest else expected)


def test_a_range_of_time_is_found(parted: World) -> None:
    everything, _ = search(TenantLog(parted.store, MINE, parted.index), Wanted(), after=None, limit=1000)
    times = sorted(one["at"] for one in everything)
    wanted = {"begin": times[10], "end": times[40]}

    assert parted.read(parted.index, 4, **wanted) == [
        one["id"] for one in everything if times[10] <= one["at"] < times[40]
    ]


@pytest.mark.parametrize("limit", [1, 4])
@pytest.mark.parametrize("newest", [False, True])
def test_pages_hold_every_entry_once_while_the_store_is_trimmed(world: World, limit: int, newest: bool) -> None:
    for _ in range(12):
        world.write(4)
        world.checkpoint()
    world.follow()
    index = world.index
    hours = iter(range(100))

    def meanwhile() -> None:
        if (hour := next(hours)) % 3 == 0:
            world.follow(hours=2 + hour)

    found = [name for page in world.pages(index, limit, newest=newest, meanwhile=meanwhile) for name in page]

    assert found == (world.made[::-1] if newest else world.made)
    assert len(world.stored()) < len(world.made)


def test_a_follower_of_the_log_reads_every_entry_once_while_it_grows_and_is_trimmed(world: World) -> None:
    index, read, after = world.index, list[str](), None
    for step in range(30):
        world.write(3)
        world.checkpoint()
        world.follow(hours=3 if step % 2 else 0)
        found, after = search(TenantLog(world.store, MINE, index), Wanted(), after=after, limit=2 + step % 5)
        read += [one["id"] for one in found]
    while found:
        found, after = search(TenantLog(world.store, MINE, index), Wanted(), after=after, limit=7)
        read += [one["id"] for one in found]

    assert read == world.made


def test_an_unknown_entry_and_one_of_another_tenant_are_unknown(parted: World) -> None:
    others, _ = search(TenantLog(parted.store, OTHER, parted.index), Wanted(), after=None, limit=1)

    for after in ("0" * 16 + "-1", others[0]["id"], "w-1"):
        with pytest.raises(UnknownEntryError):
            search(TenantLog(parted.store, MINE, parted.index), Wanted(), after=after, limit=1)


def test_pages_of_the_store_alone_ask_no_archive_and_cost_no_further_round_trip(world: World) -> None:
    world.write(40)
    with counted(world.store) as first:
        search(TenantLog(world.store, MINE, SilentArchive()), Wanted(), after=None, limit=20, newest=True)
    with counted(world.store) as second:
        search(TenantLog(world.store, MINE, SilentArchive()), Wanted(), after=world.made[20], limit=20)

    assert (first, second) == ([2], [3])


def test_an_archive_that_does_not_answer_is_said(parted: World) -> None:
    with pytest.raises(ArchiveUnavailable):
        parted.read(SilentArchive())


def test_an_archive_of_an_older_release_is_ordered_by_time(world: World) -> None:
    world.segment_bytes = 1 << 20
    writing = Process(world.store, "one")
    names = [writing.commit(entry(tenant=MINE, at=int(time.time()) - 9000 + 7 * number))[-1] for number in range(9)]
    world.checkpoint()
    world.checkpoint(hours=2)
    world.checkpoint(hours=2)
    world.follow(hours=5)
    for path in world.folder.glob("order-*"):
        path.unlink()

    assert world.read(world.index, 2) == names
    assert world.read(world.index, 2, newest=True) == names[::-1]


def test_the_last_day_is_read_from_the_archive_too(parted: World) -> None:
    now = int(time.time())
    whole, since = RecentEntries(parted.store, parted.index).rows(MINE, now)
    stored, stored_since = RecentEntries(parted.store, SilentArchive(), lambda: now - 100).rows(MINE, now)

    assert (len(whole) > len(stored), since, stored_since) == (True, now - 86_400, now - 100)


def test_orders_are_on_disk_before_their_entries(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write(5)
    synced: list[str] = []
    monkeypatch.setattr(
        "masking_audit.archive.segments.os.fsync",
        lambda file: synced.append(Path(f"/proc/self/fd/{file}").readlink().suffix),
    )
    world.follow()

    assert [suffix for suffix in synced if suffix in (".txt", ".ndjson")] == [".txt", ".ndjson"]


def test_state_names_all_tenants(world: World) -> None:
    world.write(6)
    world.follow()

    assert msgspec.json.decode((world.folder / "state.json").read_bytes())["tenants"] == [MINE, OTHER]
