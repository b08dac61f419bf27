"""An index that is missing, damaged or behind is made again."""

import time
from contextlib import closing
from sqlite3 import connect

import pytest

from masking_audit.archive.archive import Archive
from masking_audit.archive.follower import Follower
from masking_service.audit.order import FIRST, LAST
from masking_service.audit.questions import PageQuestion, Wanted
from masking_service.audit.streams import Streams
from tests.audit.archive.worlds import MINE, World
from tests.audit.logs import VERIFIER

pytestmark = pytest.mark.usefixtures("spread")


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
        rows = world.index.page(PageQuestion(MINE, Wanted(), FIRST, LAST, False, 100)).rows

    assert len(rows) == counted_so_far
