"""Where the entries of search indexes are, and how many there are."""

import pytest

from masking_service.service.search.state import (
    PERIOD_SECONDS,
    Asked,
    Findable,
    Indexed,
    asked_places,
    places_of,
    plaintexts,
    read_entry,
)
from tests.every import every
from tests.keys.known import known_keyring

KEYS = known_keyring().tenant("default").search
PHONES, ENDINGS = ("13812345678", "13912345679"), ("5678", "5679", "0000")
BASE, HEADER, END = b"b" * 12, bytes(10), 700 * PERIOD_SECONDS


@every(
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
    one = Indexed("SF1", BASE, 0, END, HEADER, findable)
    places = places_of(KEYS, [one])

    assert (len(findable), bool(findable)) == (entries, entries > 0)
    assert [len(each) for each in (places.keys, places.plain, places.revisions)] == [entries] * 3
    assert (len(places.tags), len(places.bases)) == (16 * entries, 12 * entries)
    assert places.ends.keys() == set(places.keys)


def test_an_entry_says_revision_and_number_and_ends_with_its_period() -> None:
    places = places_of(KEYS, [Indexed("SF1", BASE, 2, END + PERIOD_SECONDS - 1, HEADER, Findable(PHONES[:1]))])

    assert ([*map(read_entry, places.plain)], places.bases, places.revisions) == ([("SF1", 2)], BASE, b"2")
    assert [*places.ends.values()] == [END + PERIOD_SECONDS]


@pytest.mark.parametrize("numbers", [["SF1"], ["SF1", "SF00000000000-1", "A" * 16, "Z" * 31, "9" * 32, "B-" * 20]])
def test_numbers_of_any_length_are_read_as_they_were_written(numbers: list[str]) -> None:
    plain = plaintexts([Indexed(number, BASE, 15, END, HEADER, Findable()) for number in numbers])

    assert [*map(read_entry, plain)] == [(number, 15) for number in numbers]
    assert [len(each) for each in plain] == [-(-(len(number) + 1) // 16) * 12 for number in numbers]


@pytest.mark.parametrize("expires_at", [END, END + 180 * 86_400])
def test_an_active_entry_is_searched_for_in_its_part(expires_at: int) -> None:
    written = places_of(
        KEYS, [Indexed("SF1", BASE, 0, expires_at, HEADER, Findable(PHONES[:1], ENDINGS[:1], "021001"))]
    )

    by_phone = asked_places(KEYS, Asked(PHONES[0]), END, 180)
    by_ending = asked_places(KEYS, Asked(last4=ENDINGS[0], site="021001"), END, 180)

    assert written.keys[0] in by_phone[0]
    assert written.tags[:16] in by_phone[1]
    assert written.keys[1] in by_ending[0]
    assert written.tags[16:] in by_ending[1]


def test_no_part_is_searched_that_ended_or_that_no_record_reaches() -> None:
    assert len(asked_places(KEYS, Asked(PHONES[0]), END, 30)[0]) == 2
    assert len(asked_places(KEYS, Asked(PHONES[0]), END - 1, 30)[0]) == 2
