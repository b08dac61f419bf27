"""What the archive adds to what the slots still have."""

from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from masking_service.audit.order import Order
from masking_service.audit.questions import ArchivedEntry, LogAnswer, PageQuestion, Wanted
from masking_service.audit.reading import TenantLog
from masking_service.audit.slots import _Place, _read_archive
from masking_service.store.layout import AuditKeys
from tests.audit.logs import TENANT

SLOTS = AuditKeys(2)
WRITERS = [SLOTS.in_slot("0123456789abcdef", slot) for slot in range(2)]
BOUNDS = [(Order(10, 0), Order(20, 0)), (Order(15, 0), Order(30, 0))]


def row(ms: int, slot: int) -> ArchivedEntry:
    return ArchivedEntry(Order(ms, 0), f"{WRITERS[slot]}-{ms}", msgspec.Raw(b"{}"))


class _Older:
    """Answers every question with one page, and notes the questions."""

    def __init__(self, rows: list[ArchivedEntry], more: bool) -> None:
        self.page_given = LogAnswer(rows, more, examined=7)
        self.asked: list[PageQuestion] = []

    def page(self, question: PageQuestion) -> LogAnswer:
        self.asked.append(question)
        return self.page_given


def read(older: _Older | None, edge: Order | None, *, newest: bool = False) -> Any:
    identity = SimpleNamespace(audit=SLOTS)
    log = SimpleNamespace(tenant=TENANT, older=older, store=SimpleNamespace(identity=identity))
    return _read_archive(cast(TenantLog, log), Wanted(), BOUNDS, edge, newest=newest, count=5)


def test_of_a_page_each_slot_gets_what_is_in_its_bounds_and_the_last_row_counts_what_was_examined() -> None:
    rows = [row(10, 0), row(10, 1), row(20, 0), row(21, 0), row(30, 1)]
    kept = [rows[0], rows[2], rows[4]]

    found, edge = read(_Older(rows, more=False), Order(40, 0))

    assert found == [
        _Place(one.order, WRITERS.index(one.id.partition("-")[0]), one.id, one, examined)
        for one, examined in zip(kept, (1, 1, 5), strict=True)
    ]
    assert edge == Order(40, 0)


@pytest.mark.parametrize(
    ("rows", "more", "edge"),
    [
        ([], False, Order(18, 0)),
        ([], True, Order(18, 0)),
        ([12, 16], False, Order(18, 0)),
        ([12, 16], True, Order(16, 0)),
    ],
)
def test_all_are_known_to_the_last_row_only_where_there_may_be_more(rows: list[int], more: bool, edge: Order) -> None:
    assert read(_Older([row(ms, 0) for ms in rows], more), Order(18, 0))[1] == edge


@pytest.mark.parametrize(
    ("newest", "edge", "asked"),
    [
        (False, None, [(10, 30)]),
        (False, 18, [(10, 18)]),
        (False, 40, [(10, 30)]),
        (False, 9, []),
        (True, None, [(10, 30)]),
        (True, 18, [(18, 30)]),
        (True, 4, [(10, 30)]),
        (True, 31, []),
    ],
)
def test_only_what_is_beside_the_known_is_asked_for(
    newest: bool, edge: int | None, asked: list[tuple[int, int]]
) -> None:
    older, known = _Older([], more=False), None if edge is None else Order(edge, 0)

    assert read(older, known, newest=newest) == ([], known)
    assert older.asked == [
        PageQuestion(TENANT, Wanted(), Order(low, 0), Order(high, 0), newest, 5) for low, high in asked
    ]


def test_without_an_archive_nothing_is_added() -> None:
    assert read(None, Order(18, 0)) == ([], Order(18, 0))
