"""A log that is written, archived and trimmed, and read across store and archive."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree
from typing import Any

import redis

from masking_audit.archive.index import Index
from masking_audit.format.entries import Entry, Item
from masking_service.audit.order import Order
from masking_service.audit.questions import OlderEntries, Wanted
from masking_service.audit.reading import TenantLog
from masking_service.audit.slots import search
from masking_service.store.client import Store
from tests.audit import logs
from tests.audit.archives import follow
from tests.audit.logs import Process, entry
from tests.store.stores import Copy, ask, named, next_millisecond

MINE, OTHER = "a" * 32, "b" * 32
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
    seed: str = "writer"

    def __post_init__(self) -> None:
        self.writing = [Process(self.store, f"{self.seed} {number}") for number in range(3)]

    def write(self, count: int) -> None:
        """Write commits of one to three entries by all writers, in turn, and of both tenants."""
        for number in range(len(self.made), len(self.made) + count):
            some = [saying(number), saying(number, OTHER), saying(number)][: 1 + number % 3]
            names = self.writing[number % 3].commit(*some)
            next_millisecond(self.client)  # so that the times of entries in different slots differ
            self.made += [name for name, one in zip(names[-len(some) :], some, strict=True) if one.tenant == MINE]

    def checkpoint(self, hours: int = 0) -> None:
        logs.checkpoint(self.store, int(time.time()) + hours * HOUR)

    def follow(self, hours: int = 0) -> None:
        """Archive what is new, and trim as if so many hours had passed."""
        now = int(time.time()) + hours * HOUR
        follow(self.store, self.folder, now=now, keep_hours=2, segment_bytes=self.segment_bytes)

    @property
    def index(self) -> Index:
        return Index(self.folder, self.folder / "index")

    def stored(self) -> list[str]:
        """Return the ids of those entries that the store still has."""
        slots = named().slots
        places = [
            (Order.parse(place, slot, slots), flat[b"id"].decode())
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
                TenantLog(self.store, MINE, older), Wanted(**wanted), after=after, limit=limit, newest=newest
            )
            yield [one["id"] for one in found]
            if last is None or last == after:
                return
            after = last
            meanwhile()


def place_of(name: str) -> tuple[bytes, str, str]:
    writer, _, number = name.rpartition("-")
    return named().stream(writer), f"{number}-0", f"{number}-0"


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


class Snapshot:
    """A copy of a world: of its store, its archive and its ids."""

    def __init__(self, world: World, folder: Path) -> None:
        self._store = Copy(world.client)
        self._folder = copytree(world.folder, folder)
        self._made = world.made

    def restore(self, world: World) -> World:
        """Return an equal world in the place of an empty one; its writers are other processes."""
        self._store.restore(world.client)
        copytree(self._folder, world.folder)
        return replace(world, made=[*self._made], seed="later")
