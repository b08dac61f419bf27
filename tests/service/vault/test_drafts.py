"""What becomes of records on their way into the vault, and their entries in search indexes."""

import pytest

from masking_service.service.search.state import NOWHERE, Findable, Indexed
from masking_service.service.state.sealed import StoredValue
from masking_service.service.vault.records import Record, tombstone
from masking_service.service.vault.writing import Draft, Refusal, Stored, decide, index_entries
from tests.every import every
from tests.store.stores import LATER, body

HEADER = bytes(10)
RECORD = Record(b"sa", 0, LATER, body(), HEADER)
FOUND = Findable(("13812345678",))


def draft(
    outcome: Stored | Refusal | None, *, revision: int = 0, findable: Findable = FOUND, newest: bool = True
) -> Draft:
    """Return a draft; `newest`: it was compared with the first revision."""
    compared = (0, RECORD) if newest else None
    made = Draft(b"b" * 12, b"stem", RECORD, revision, newest=compared, number="SF1", findable=findable)
    made.outcome = outcome
    return made


def stored(revision: int, *, created: bool = False) -> Stored:
    return Stored(b"b" * 12, revision, RECORD, created)


@every(
    ("one", "revises"),
    [
        (draft(stored(0)), False),
        (draft(stored(1)), True),
        (draft(None), False),
        (draft(None, revision=1), True),
        (draft("conflict", revision=1), False),
    ],
)
def test_a_draft_revises_where_it_becomes_or_is_a_later_revision(one: Draft, revises: bool) -> None:
    assert one.revises is revises


@pytest.mark.parametrize(
    ("one", "created"),
    [
        (draft(stored(0, created=True)), True),
        (draft(stored(0)), False),
        (draft(None), False),
        (draft("erased"), False),
    ],
)
def test_only_what_this_call_stored_was_created_by_it(one: Draft, created: bool) -> None:
    assert one.created is created


def test_the_entries_that_were_written_are_replaced_by_those_of_the_newest_revision() -> None:
    refused = draft("conflict")
    written = refused.index(b"today's")

    assert index_entries([refused]) == ([written], [Indexed("SF1", b"b" * 12, 0, LATER, HEADER, FOUND)])


@every(
    "one",
    [
        draft("conflict", findable=NOWHERE),
        draft("conflict", newest=False),
        draft(None),
        draft(None, newest=False),
        draft(None, findable=NOWHERE),
    ],
)
def test_what_nothing_finds_or_was_not_compared_has_no_entries_to_replace(one: Draft) -> None:
    one.index(HEADER)

    assert index_entries([one]) == ([], [])


def test_the_entries_of_a_record_that_is_about_to_be_written_come_with_it() -> None:
    twin = draft(stored(0))
    twin.newest = (0, Record(b"sa", 0, LATER, body()))

    assert index_entries([twin]) == ([], [])


HELD = StoredValue(b"place", b"custody")
MINE = Findable(("13900000001",), ("5678",), "021009")


@every(
    ("wanted", "custody", "added", "right"),
    [
        (MINE, HELD, None, Findable(("13812345678",), ("5678",), "021009")),
        (MINE, HELD, b"another's", Findable(("13812345678",), ("5678",), "021009")),
        (MINE, None, None, Findable(("13812345678",), (), "021009")),
        (MINE, None, HEADER, Findable(("13812345678",), ("5678",), "021009")),
        (MINE, None, b"another's", Findable(("13812345678",), (), "021009")),
        (Findable(("13900000001",), ("0001",), "021009"), None, HEADER, Findable(("13812345678",), (), "021009")),
        (Findable(("13900000001",)), HELD, None, Findable(("13812345678",))),
        (Findable((), ("0001",), "021009"), HELD, None, Findable((), ("5678",), "021009")),
    ],
)
def test_a_refused_record_leaves_the_entries_of_the_stored_one_in_the_indexes_that_are_kept(
    wanted: Findable, custody: StoredValue | None, added: bytes | None, right: Findable
) -> None:
    """By its last digits it is found where its custody is; without one, only where an entry may be of its own call."""
    one = draft("conflict", findable=wanted)
    one.custody = custody
    written = [] if added is None else [one.index(added)]

    assert index_entries([one]) == (written, [Indexed("SF1", b"b" * 12, 0, LATER, HEADER, right)])


def test_a_record_that_is_stored_already_has_the_entries_of_the_call() -> None:
    one = draft(stored(0), findable=MINE)

    assert index_entries([one]) == ([], [Indexed("SF1", b"b" * 12, 0, LATER, HEADER, MINE)])


NEW = Record(b"sb", 1, LATER + 9, body("李四"), HEADER)
AS_REVISION = Record(b"sb", 1, LATER, body("李四"))
ERASED, SHREDDED = tombstone(LATER), Record(b"sa", 0, LATER, b"")


@every(
    ("newest", "revise", "expected"),
    [
        (None, False, (False, None, 0, None, NEW)),
        ((2, NEW), False, (True, Stored(b"b" * 12, 2, NEW, created=False), 0, (2, NEW), NEW)),
        ((2, NEW), True, (True, Stored(b"b" * 12, 2, NEW, created=False), 0, (2, NEW), NEW)),
        ((2, RECORD), False, (True, "conflict", 0, (2, RECORD), NEW)),
        ((2, RECORD), True, (True, None, 3, (2, RECORD), AS_REVISION)),
        ((15, RECORD), False, (True, "conflict", 0, (15, RECORD), NEW)),
        ((15, RECORD), True, (True, "revision-limit", 0, (15, RECORD), NEW)),
        ((0, ERASED), True, (False, "erased", 0, (0, ERASED), NEW)),
        ((0, SHREDDED), True, (False, "erased", 0, (0, SHREDDED), NEW)),
    ],
)
def test_a_draft_is_decided_by_the_newest_revision_alone(
    newest: tuple[int, Record] | None, revise: bool, expected: tuple[object, ...]
) -> None:
    """What an earlier comparison left in it does not count."""
    one = Draft(b"b" * 12, b"stem", NEW, 7, outcome="conflict", newest=(6, RECORD))
    known = {b"other": (1, RECORD)} | ({} if newest is None else {b"stem": newest})

    decide([one], known, revise=revise)

    assert (one.compared, one.outcome, one.revision, one.newest, one.record) == expected
    written = (one.revision, one.record) if one.outcome is None else newest
    assert known == {b"other": (1, RECORD), b"stem": written}
