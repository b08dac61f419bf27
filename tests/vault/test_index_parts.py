"""Where the entries of search indexes are, and how many there are."""

from __future__ import annotations

import msgspec
import pytest

from masking_service.vault.findable import Findable
from masking_service.vault.index_parts import PERIOD_SECONDS, Indexed, count, ending_places, phone_places, places_of
from tests.keys.known import known_keyring

KEYS = known_keyring().tenant("default").search
PHONES, ENDINGS = ("13812345678", "13912345679"), ("5678", "5679", "0000")
BASE, END = b"b" * 12, 700 * PERIOD_SECONDS


@pytest.mark.parametrize(
    ("findable", "entries"),
    [
        (Findable(), 0),
        (Findable(PHONES), 2),
        (Findable((), ENDINGS), 0),
        (Findable((), ENDINGS, "021001"), 3),
        (Findable(PHONES, ENDINGS), 2),
        (Findable(PHONES, ENDINGS, "021001"), 5),
        (Findable(PHONES, (), "021001"), 2),
    ],
)
def test_as_many_entries_are_counted_as_are_written(findable: Findable, entries: int) -> None:
    one = Indexed("SF1", BASE, 0, END, findable)
    places = places_of(KEYS, [one])

    assert count([one, one]) == 2 * entries
    assert {len(each) for each in msgspec.structs.astuple(places)} == {entries}


def test_an_entry_says_revision_and_number_and_ends_with_its_period() -> None:
    places = places_of(KEYS, [Indexed("SF1", BASE, 2, END + PERIOD_SECONDS - 1, Findable(PHONES[:1]))])

    assert (places.plain, places.references) == ([b"2SF1"], [b"bbbbbbbb2"])
    assert places.ends == [END + PERIOD_SECONDS]


@pytest.mark.parametrize("expires_at", [END, END + 180 * 86_400])
def test_an_active_entry_is_searched_for_in_its_part(expires_at: int) -> None:
    written = places_of(KEYS, [Indexed("SF1", BASE, 0, expires_at, Findable(PHONES[:1], ENDINGS[:1], "021001"))])

    by_phone = phone_places(KEYS, PHONES[0], END, 180)
    by_ending = ending_places(KEYS, "021001", ENDINGS[0], END, 180)

    assert written.keys[0] in by_phone[0]
    assert written.tags[0] in by_phone[1]
    assert written.keys[1] in by_ending[0]
    assert written.tags[1] in by_ending[1]


def test_no_part_is_searched_that_ended_or_that_no_record_reaches() -> None:
    assert len(phone_places(KEYS, PHONES[0], END, 30)[0]) == 2
    assert len(phone_places(KEYS, PHONES[0], END - 1, 30)[0]) == 2
