"""What becomes of records on their way into the vault, and their entries in search indexes."""

import pytest

from masking_service.service.search.findable import NOWHERE, Findable
from masking_service.service.search.index import Indexed
from masking_service.service.waybills.records import Record
from masking_service.service.waybills.writing import Draft, Refusal, Stored, index_entries
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
