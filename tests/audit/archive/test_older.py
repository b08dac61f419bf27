"""Tests reading entries of which some are in the store, and some in the archive only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import connect
from typing import Any

import msgspec
import pytest
import redis

from keys.messages import MessageKey
from keys.signatures import Verifier
from masking_service.audit.archive.answering import ArchiveServer
from masking_service.audit.archive.archive import Archive
from masking_service.audit.archive.asking import AskedArchive
from masking_service.audit.archive.follower import Follower
from masking_service.audit.archive.index import Index
from masking_service.audit.archive.segments import archived, archived_since
from masking_service.audit.entries import Entry, Item
from masking_service.audit.errors import ArchiveUnavailable
from masking_service.audit.order import FIRST, LAST, Order
from masking_service.audit.reading import UnknownEntryError
from masking_service.audit.recent import RecentEntries
from masking_service.audit.search import search
from masking_service.audit.streams import Streams
from masking_service.audit.wanted import OlderEntries, Wanted
from masking_service.store.client import Store
from tests.audit import logs
from tests.audit.logs import Process, entry
from tests.keys.known import known_keyring
from tests.store.stores import ask, counted, named

pytestmark = pytest.mark.usefixtures("spread")

VERIFIER = Verifier(known_keyring().audit_signer.public_pem())
MINE, OTHER = "a" * 32, "b" * 32
KEY = MessageKey(b"k" * 32)
HOUR = 3600


def saying(number: int, tenant: str = MINE) -> Entry:
    """Return one of some entries that differ in what can be searched for."""
    return entry(
        tenant=tenant,
        at=int(time.time()) + number // 4 - 20,
        principal=f"staff/u-{number % 3}",
        action=("view", "detokenize")[number % 2],
        outcome=("released", "forbidden")[number % 5 == 0],
        case=f"D-{number % 4}" if number % 2 else "",
        asked="9" * 32 if number % 7 == 0 else "",
        items=[Item(f"{number % 6:032x}", "released"), Item(f"{number % 4:032x}", "released")],
    )


@dataclass
class World:
    """A store, its archive, and the ids of the entries of `MINE`, in order."""

    store: Store
    client: redis.Redis
    folder: Path
    made: list[str]
    segment_bytes: int = 4000

    def __post_init__(self) -> None:
        self.writing = [Process(self.store, f"writer {number}") for number in range(3)]

    def write(self, count: int) -> None:
        """Write commits of one to three entries by all writers, in turn, and of both tenants."""
        for number in range(len(self.made), len(self.made) + count):
            some = [saying(number), saying(number, OTHER), saying(number)][: 1 + number % 3]
            names = self.writing[number % 3].commit(*some)
            time.sleep(0.002 if named().slots > 1 else 0)  # so that the times of entries in different slots differ
            self.made += [name for name, one in zip(names[-len(some) :], some, strict=True) if one.tenant == MINE]

    def checkpoint(self, hours: int = 0) -> None:
        logs.checkpoint(self.store, int(time.time()) + hours * HOUR)

    def follow(self, hours: int = 0) -> None:
        """Archive what is new, and trim as if so many hours had passed."""
        with Archive(self.folder, VERIFIER, segment_bytes=self.segment_bytes) as archive:
            follower = Follower(Streams(self.store), archive, lambda: int(time.time()) + hours * HOUR, keep_hours=2)
            while follower.archive_new():
                pass

    @property
    def index(self) -> Index:
        return Index(self.folder, self.folder / "index")

    def stored(self) -> list[str]:
        """Return the ids of those entries that the store still has."""
        slots = named().slots
        places = [
            (Order.parse(place).in_slot(slot, slots), flat[b"id"].decode())
            for slot in range(slots)
            for place, flat in ask(self.client, "XRANGE", named().order(MINE, slot), "-", "+")
        ]
        return [name for _, name in sorted(places) if ask(self.client, "XRANGE", *place_of(name))]

    def read(self, older: OlderEntries, limit: int = 1000, *, newest: bool = False, **wanted: Any) -> list[str]:
        """Return the ids of all wanted entries, page by page."""
        return [name for page in self.pages(older, limit, newest=newest, **wanted) for name in page]

    def pages(
        self,
        older: OlderEntries,
        limit: int,
        *,
        newest: bool = False,
        meanwhile: Callable[[], Any] = int,
        **wanted: Any,
    ) -> Iterator[list[str]]:
        after: str | None = None
        while True:
            found, last = search(
                self.store, MINE, Wanted(**wanted), after=after, limit=limit, newest=newest, older=older
            )
            yield [one["id"] for one in found]
            if last is None or last == after:
                return
            after = last
            meanwhile()


def place_of(name: str) -> tuple[bytes, str, str]:
    writer, _, number = name.rpartition("-")
    return named().stream(writer), f"{number}-0", f"{number}-0"


@pytest.fixture
def world(store: Store, client: redis.Redis, tmp_path: Path) -> World:
    return World(store, client, tmp_path / "archive", [])


def trimmed(world: World, *, orders: bool) -> None:
    """Let some entries be in the archive only, some in both, and some in the store only."""
    world.write(20)
    world.checkpoint()
    world.write(10)
    if orders:
        world.checkpoint(hours=2)
        world.checkpoint(hours=2)
        world.follow(hours=5)
    world.write(20)
    world.checkpoint()
    world.write(10)
    world.checkpoint()
    world.follow(hours=3)
    world.write(10)


@pytest.fixture(params=[False, True], ids=["order kept", "order trimmed"])
def parted(world: World, request: pytest.FixtureRequest) -> World:
    trimmed(world, orders=request.param)
    return world


def test_the_store_and_the_archive_have_different_parts(parted: World) -> None:
    parted.write(1)

    assert 0 < len(parted.stored()) < len(parted.made)


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50, 1000])
@pytest.mark.parametrize("newest", [False, True])
def test_pages_over_archive_and_store_hold_every_entry_once(parted: World, limit: int, newest: bool) -> None:
    expected = parted.made[::-1] if newest else parted.made

    assert parted.read(parted.index, limit, newest=newest) == expected


def test_the_store_alone_lacks_what_was_archived(parted: World) -> None:
    found, _ = search(parted.store, MINE, Wanted(), after=None, limit=1000)

    assert [one["id"] for one in found] == parted.stored()


WANTED: Sequence[dict[str, Any]] = [
    {"principal": "staff/u-1"},
    {"action": "detokenize"},
    {"outcome": "forbidden"},
    {"case": "D-3"},
    {"asked": "9" * 32},
    {"waybill": f"{5:032x}"},
    {"waybill": f"{1:032x}", "action": "view"},
    {"principal": "staff/u-2", "outcome": "forbidden"},
    {"principal": "staff/none"},
]


@pytest.mark.parametrize("wanted", WANTED, ids=str)
@pytest.mark.parametrize("newest", [False, True])
def test_filters_find_the_same_entries_in_archive_and_store(
    parted: World, wanted: dict[str, Any], newest: bool
) -> None:
    everything, _ = search(parted.store, MINE, Wanted(), after=None, limit=1000, older=parted.index)
    expected = [one["id"] for one in everything if Wanted(**wanted).matches(one)]

    assert parted.read(parted.index, 3, newest=newest, **wanted) == (expected[::-1] if newest else expected)


def test_a_range_of_time_is_found(parted: World) -> None:
    everything, _ = search(parted.store, MINE, Wanted(), after=None, limit=1000, older=parted.index)
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
        found, after = search(world.store, MINE, Wanted(), after=after, limit=2 + step % 5, older=index)
        read += [one["id"] for one in found]
    while found:
        found, after = search(world.store, MINE, Wanted(), after=after, limit=7, older=index)
        read += [one["id"] for one in found]

    assert read == world.made


def test_an_unknown_entry_and_one_of_another_tenant_are_unknown(parted: World) -> None:
    others, _ = search(parted.store, OTHER, Wanted(), after=None, limit=1, older=parted.index)

    for after in ("0" * 16 + "-1", others[0]["id"], "w-1"):
        with pytest.raises(UnknownEntryError):
            search(parted.store, MINE, Wanted(), after=after, limit=1, older=parted.index)


def test_pages_of_the_store_alone_ask_no_archive_and_cost_no_further_round_trip(world: World) -> None:
    world.write(40)
    with counted(world.store) as first:
        search(world.store, MINE, Wanted(), after=None, limit=20, newest=True, older=Unasked())
    with counted(world.store) as second:
        search(world.store, MINE, Wanted(), after=world.made[20], limit=20, older=Unasked())

    assert (first, second) == ([2], [3])


class Unasked:
    """An archive that must not be asked."""

    def page(self, *_: Any, **__: Any) -> Any:
        raise ArchiveUnavailable

    named = page


def test_an_archive_that_does_not_answer_is_said(parted: World) -> None:
    with pytest.raises(ArchiveUnavailable):
        parted.read(Unasked())


def test_an_index_is_made_again_from_the_archive(parted: World) -> None:
    before = parted.read(parted.index)
    for path in (parted.folder / "index").iterdir():
        path.unlink()

    assert parted.read(parted.index) == before == parted.made


@pytest.mark.parametrize("damage", [b"", b"no database", b"\0" * 8192])
def test_a_damaged_index_is_made_again(parted: World, damage: bytes) -> None:
    parted.read(parted.index)
    for path in (parted.folder / "index").iterdir():
        path.write_bytes(damage)

    assert parted.read(parted.index) == parted.made


def test_an_index_of_a_longer_archive_is_made_again(parted: World) -> None:
    parted.read(parted.index)
    for path in (parted.folder / "index").iterdir():
        with closing(connect(path)) as file, file:
            file.execute("UPDATE extent SET size = size + 1000000")

    assert parted.read(parted.index) == parted.made


def test_an_index_reads_on_where_it_ended(world: World) -> None:
    index = world.index
    for _ in range(5):
        world.write(7)
        world.checkpoint()
        world.follow(hours=3)
        assert world.read(index) == world.made
        assert world.read(world.index) == world.made


def test_what_does_not_count_yet_is_not_indexed(world: World) -> None:
    world.write(5)
    world.follow()
    counted_so_far = len(world.made)
    with Archive(world.folder, VERIFIER) as archive:
        world.write(5)
        follower = Follower(Streams(world.store), archive, lambda: int(time.time()), keep_hours=2)
        follower._archive_newest()
        archive._segments._flush()
        rows = world.index.page(MINE, Wanted(), FIRST, LAST, newest=False, limit=100).rows

    assert len(rows) == counted_so_far


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
    stored, stored_since = RecentEntries(parted.store, Unasked(), lambda: now - 100).rows(MINE, now)

    assert (len(whole) > len(stored), since, stored_since) == (True, now - 86_400, now - 100)


@contextmanager
def serving(world: World, key: MessageKey = KEY) -> Iterator[AskedArchive]:
    """Serve the archive over HTTP."""
    from threading import Thread

    with ArchiveServer(
        world.folder, world.folder / "index", KEY, lambda: int(time.time()), host="127.0.0.1", port=0, report=print
    ) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield AskedArchive(server.url, key, lambda: int(time.time()))
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("newest", [False, True])
def test_the_archive_answers_over_http(parted: World, newest: bool) -> None:
    with serving(parted) as asked:
        assert parted.read(asked, 7, newest=newest) == (parted.made[::-1] if newest else parted.made)
        assert parted.read(asked, 7, case="D-1") == parted.read(parted.index, 7, case="D-1")
        newest_checkpoint = asked.newest_checkpoint()

    assert newest_checkpoint == logs.newest(parted.store)


def test_the_lines_of_the_archive_are_read_over_http(parted: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("masking_service.audit.archive.answering.MAX_PAGE_BYTES", 3000)
    with serving(parted) as asked:
        assert [*asked.lines()] == [*archived(parted.folder)]
        assert [*asked.lines(int(time.time()) + HOUR)] == [*archived_since(parted.folder, int(time.time()) + HOUR)]


def test_an_archive_that_does_not_exist_yet_has_no_lines_and_no_entries(world: World) -> None:
    world.write(3)
    with serving(world) as asked:
        assert ([*asked.lines()], asked.newest_checkpoint()) == ([], None)
        assert world.read(asked) == world.made


def test_another_key_gets_no_answer(parted: World) -> None:
    with serving(parted, MessageKey(b"x" * 32)) as asked, pytest.raises(ArchiveUnavailable):
        asked.newest_checkpoint()


def test_an_answer_with_another_signature_is_none(parted: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("masking_service.audit.archive.answering.sign_answer", lambda *_: "0" * 64)
    with serving(parted) as asked, pytest.raises(ArchiveUnavailable):
        asked.newest_checkpoint()


def test_an_old_question_gets_no_answer(parted: World) -> None:
    with serving(parted) as asked:
        asked._clock = lambda: int(time.time()) - 100
        with pytest.raises(ArchiveUnavailable):
            asked.newest_checkpoint()


def test_orders_are_on_disk_before_their_entries(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write(5)
    synced: list[str] = []
    monkeypatch.setattr(
        "masking_service.audit.archive.segments.os.fsync",
        lambda file: synced.append(Path(f"/proc/self/fd/{file}").readlink().suffix),
    )
    world.follow()

    assert [suffix for suffix in synced if suffix in (".txt", ".ndjson")] == [".txt", ".ndjson"]


def test_state_names_all_tenants(world: World) -> None:
    world.write(6)
    world.follow()

    assert msgspec.json.decode((world.folder / "state.json").read_bytes())["tenants"] == [MINE, OTHER]
