"""What the index of an archive finds at the edges of a range."""

import stat
from pathlib import Path

import pytest
import redis

from masking_audit.archive.index import Index, wanted_terms
from masking_audit.archive.segments import read_orders
from masking_service.audit.order import FIRST, LAST, Order
from masking_service.audit.questions import PageQuestion, Wanted
from masking_service.store.client import Store
from tests.audit.archive.worlds import MINE, OTHER, World


@pytest.mark.parametrize("newest", [False, True])
def test_a_range_of_one_place_holds_its_entry_in_whichever_segment_it_is(
    store: Store, client: redis.Redis, tmp_path: Path, newest: bool
) -> None:
    world = World(store, client, tmp_path / "archive", [], segment_bytes=1)
    for _ in range(3):
        world.write(3)
        world.checkpoint()
    world.follow()
    index = world.index

    def names(low: Order, high: Order) -> list[str]:
        return [one.id for one in index.page(PageQuestion(MINE, Wanted(), low, high, newest, 100)).rows]

    rows = index.page(PageQuestion(MINE, Wanted(), FIRST, LAST, False, 100)).rows

    assert [one.id for one in rows] == world.made
    orders = b"".join(path.read_bytes() for path in (tmp_path / "archive").glob("order-*"))
    kept = dict(read_orders(orders.splitlines()))
    assert [one.order for one in rows] == [kept[one.id] for one in rows]
    assert [names(one.order, one.order) for one in rows] == [[one.id] for one in rows]
    assert [names(one.order.next, one.order.next) for one in rows[-1:]] == [[]]
    page = index.page(PageQuestion(MINE, Wanted(), FIRST, LAST, newest, 4))
    assert (len(page.rows), page.more) == (4, True)


def test_terms_of_two_tenants_that_are_equal_do_not_mix_their_entries(
    parted: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, terms = parted.index, wanted_terms(MINE, Wanted())
    monkeypatch.setattr("masking_audit.archive.index.wanted_terms", lambda *_: terms)

    assert len(index.page(PageQuestion(MINE, Wanted(), FIRST, LAST, False, 100)).rows) > 0
    assert index.page(PageQuestion(OTHER, Wanted(), FIRST, LAST, False, 100)).rows == []


def test_the_folder_of_an_index_is_made_for_its_owner_alone(parted: World, tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "index"

    assert parted.read(Index(parted.folder, folder)) == parted.made
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_segment_is_indexed_in_slices_until_all_of_it_is(
    parted: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("masking_audit.archive.index.SLICE_BYTES", 1_000)
    index = Index(parted.folder, tmp_path / "index")

    slices = sum(1 for _ in iter(index._index_more, False))

    assert slices > 10
    assert parted.read(index) == parted.made
