"""Tests the comparison of values with announcements."""

import tracemalloc
from typing import Any

import pytest

from masking_audit.format.entries import Entry, Fact
from masking_audit.format.lines import EntryLine
from masking_audit.format.links import encode
from masking_audit.verify.store_check import Facts, MismatchKind
from tests.audit.logs import entry
from tests.every import every

PLACE = "a" * 32
NOW = 10_000


def facts(*entries: Entry) -> Facts:
    found = Facts()
    for number, one in enumerate(entries, 1):
        found.add(EntryLine("ab", number, encode(one), b""))
    return found


def put(value: str, at: int, **how: Any) -> Entry:
    """An entry that announces a value."""
    return entry(at=at, facts=[Fact(PLACE, value, **how)])


def first(value: str, at: int, **how: Any) -> Entry:
    """An announcement of a write-once value."""
    return put(value, at, once=True, **how)


def emptied(at: int) -> Entry:
    return put("", at)


def failed(at: int, *numbers: int) -> Entry:
    """An entry that takes back what those announced."""
    return entry(at=at, outcome="unavailable", takes_back=[f"ab-{number}" for number in numbers])


@every(
    ("entries", "stays", "expected"),
    [
        ([("reseal", "a")], True, MismatchKind.UNLOGGED),
        ([("reseal", "b"), ("reseal", "a")], True, MismatchKind.UNLOGGED),
        ([("case-open", "b"), ("reseal", "a")], True, None),
        ([("case-open", "a")], True, None),
        ([("reseal", "a")], False, None),
        ([], True, MismatchKind.UNLOGGED),
    ],
)
def test_sealing_anew_explains_no_value_that_no_entry_explained_before(
    entries: list[tuple[str, str]], stays: bool, expected: MismatchKind | None
) -> None:
    logged = [
        entry(at=100 * at, action=action, facts=[Fact(PLACE, value, once=action != "reseal")])
        for at, (action, value) in enumerate(entries, 1)
    ]

    mismatch = facts(*logged).check(PLACE, "a", NOW, ends=False, stays=stays)

    assert (mismatch.kind if mismatch else None) == expected
    assert mismatch is None or mismatch.announcement is None


def test_a_value_that_no_entry_announced_was_not_said_to_be_sealed_anew() -> None:
    mismatch = facts().check(PLACE, "a", NOW, ends=False, stays=True)

    assert mismatch is not None
    assert mismatch.text == "no entry announced this value"


def mark(entries: list[Entry], value: str, *, ends: bool = True) -> MismatchKind | None:
    mismatch = facts(*entries).check(PLACE, value, NOW, ends=ends)
    return mismatch.kind if mismatch else None


@every(
    ("entries", "value", "expected"),
    [
        pytest.param([], "", None, id="of an empty place nothing was said"),
        pytest.param([], "a", MismatchKind.UNLOGGED, id="not announced"),
        pytest.param([put("a", 1)], "a", None, id="as announced"),
        pytest.param([put("a", 1)], "b", MismatchKind.UNLOGGED, id="another value than announced"),
        pytest.param([put("a", 1)], "", MismatchKind.DELETED, id="gone"),
        pytest.param([put("a", 1, until=9_000)], "", None, id="gone in its time"),
        pytest.param([put("a", 1, until=11_000)], "", MismatchKind.DELETED, id="gone before its time"),
        pytest.param([put("a", 1, until=9_000)], "a", MismatchKind.OUTLIVED, id="still there after its time"),
        pytest.param([put("a", 1, until=NOW - 10)], "a", None, id="still there at the end of its time"),
        pytest.param([put("a", 1, until=NOW - 11)], "a", MismatchKind.OUTLIVED, id="still there after the end"),
        pytest.param([put("a", 1, until=9_000)], "x", None, id="what may come where something has ended"),
        pytest.param([put("a", 1), put("b", 100)], "b", None, id="the newer one"),
        pytest.param([put("a", 1), put("b", 100)], "a", MismatchKind.REPLAYED, id="the older one"),
        pytest.param([put("a", 1), put("b", 100)], "", MismatchKind.DELETED, id="the newer one is gone"),
        pytest.param([put("a", 1), put("b", 11)], "a", None, id="the older one of two at the same time"),
        pytest.param([put("a", 1), put("b", 12)], "a", MismatchKind.REPLAYED, id="the older one of two a moment apart"),
        pytest.param([put("b", 100), put("a", 1)], "b", None, id="the newer one, from a slower writer"),
        pytest.param([put("a", 1), put("b", 2), put("c", 50)], "b", MismatchKind.REPLAYED, id="older than the newest"),
        pytest.param([put("a", 1), put("b", 100), put("a", 200)], "a", None, id="announced again"),
        pytest.param([put("a", 1), put("b", NOW - 5)], "a", None, id="the newer one may not be written yet"),
        pytest.param([put("a", NOW - 5)], "", None, id="the first one may not be written yet"),
        pytest.param([put("a", 1), emptied(100)], "", None, id="emptied"),
        pytest.param([put("a", 1), emptied(100)], "a", MismatchKind.REPLAYED, id="back after it was emptied"),
        pytest.param(
            [put("a", 1), emptied(100), put("b", 200)], "", MismatchKind.DELETED, id="gone after it was put again"
        ),
        pytest.param([put("a", 1), emptied(9)], "", None, id="emptied at the same time"),
        pytest.param([put("a", 9), emptied(1)], "a", None, id="put when it was emptied"),
        pytest.param([first("a", 1), first("b", 100)], "a", None, id="the first one holds"),
        pytest.param(
            [first("a", 1), first("b", 100)], "b", MismatchKind.REPLACED, id="the second one instead of the first"
        ),
        pytest.param([first("a", 1), first("b", 100)], "", MismatchKind.DELETED, id="neither"),
        pytest.param([first("a", 1), first("b", 9)], "b", None, id="the second one of two at the same time"),
        pytest.param([first("a", 1), emptied(100), first("b", 200)], "b", None, id="first again after emptying"),
        pytest.param([first("a", 1, until=150), first("b", 200)], "b", None, id="first again after the end"),
        pytest.param([first("a", 1), put("b", 100), first("c", 200)], "b", None, id="replaced by one that may"),
        pytest.param([put("a", 1), first("b", 100)], "a", None, id="a first one that came second"),
        pytest.param(
            [put("a", 1), first("b", 100)], "b", MismatchKind.REPLACED, id="a first one where something stood"
        ),
    ],
)
def test_stored_values_are_compared_with_announcements(
    entries: list[Entry], value: str, expected: MismatchKind | None
) -> None:
    assert mark(entries, value) == expected


def test_a_field_that_stays_while_another_one_does_outlives_its_end() -> None:
    assert mark([put("a", 1, until=9_000)], "a", ends=False) is None


@every(
    ("entries", "value"),
    [
        ([put("a", 1), failed(2, 1)], ""),
        ([put("a", 1), failed(2, 1)], "a"),
        ([put("a", 1), put("b", 100), failed(101, 2)], "a"),
        ([put("a", 1), put("b", 100), put("c", 100), failed(101, 2, 3)], "a"),
        ([first("a", 1), failed(2, 1), first("b", 100)], "b"),
    ],
)
def test_a_write_that_was_taken_back_may_have_happened_or_not(entries: list[Entry], value: str) -> None:
    assert mark(entries, value) is None


def test_entries_taken_back_by_another_call_explain_nothing() -> None:
    assert mark([put("a", 1), failed(2, 9)], "") is MismatchKind.DELETED


@pytest.mark.parametrize(("value", "expected"), [("", MismatchKind.DELETED), ("a", MismatchKind.REPLAYED)])
def test_a_call_that_failed_explains_no_other_of_the_same_principal_request_and_action(
    value: str, expected: MismatchKind
) -> None:
    """The request id is chosen by the caller."""
    assert mark([put("a", 1), put("x", 50), failed(51, 2), put("b", 100)], value) is expected


def test_a_finding_names_the_entry_and_what_came_after_it() -> None:
    mismatch = facts(put("a", 1), put("b", 100)).check(PLACE, "a", NOW, ends=True)

    assert mismatch is not None
    assert mismatch.announcement is not None
    assert (mismatch.announcement.entry, "since ab-2, the place has another value" in mismatch.text) == ("ab-1", True)


def test_an_entry_that_is_read_again_and_again_takes_no_memory() -> None:
    """The log is read again while the store is checked."""
    again, line = facts(put("a", 1)), EntryLine("ab", 1, encode(put("a", 1)), b"")
    tracemalloc.start()
    try:
        for _ in range(1_000):
            again.add(line)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert taken < 4_096
    assert ([*again], again.check(PLACE, "a", NOW, ends=True)) == ([PLACE], None)
