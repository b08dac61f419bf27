"""A place in the order of a tenant: how it is written, and its neighbours."""

import pytest

from masking_service.audit.order import FIRST, LAST, Order, merged
from tests.every import every

LARGEST = 2**63 - 1


def test_a_place_is_read_as_it_is_written() -> None:
    assert Order.parse(bytes(Order(1_796_000_000_000, 12))) == (1_796_000_000_000, 12)


@every(
    "text", [b"", b"1", b"1-", b"-1", b"x-1", b"1-x", b"+1-1", b"1-+1", b" 1-1", b"1- 1", b"1_0-1", b"1-1_0", b"1-1-1"]
)
def test_what_is_no_place_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="is not a place"):
        Order.parse(text)


def test_places_of_several_slots_are_merged_by_their_times() -> None:
    places = [Order.parse(text, slot, 4) for text in (b"5-0", b"5-1", b"6-0") for slot in range(4)]

    assert sorted({*places}) == places


def test_a_merged_place_is_written_as_it_is_read() -> None:
    assert merged(b"05-1", 2, 4) == bytes(Order.parse(b"05-1", 2, 4)) == b"5-6"


@pytest.mark.parametrize(
    ("before", "after"),
    [(Order(5, 0), Order(5, 1)), (Order(5, LARGEST - 1), Order(5, LARGEST)), (Order(5, LARGEST), Order(6, 0))],
)
def test_the_neighbour_of_a_place(before: Order, after: Order) -> None:
    assert (before.next, after.previous) == (after, before)


def test_every_place_is_between_the_first_and_the_last() -> None:
    assert (FIRST, LAST) == ((0, 0), (LARGEST, LARGEST))


def test_the_places_of_a_slot_around_any_place_are_those_next_to_it() -> None:
    """Each slot has three places in each of two milliseconds."""
    slots = 3
    for slot in range(slots):
        own = {Order(ms, number * slots + slot): Order(ms, number) for ms in (5, 6) for number in range(3)}
        for place in [Order(ms, number) for ms in (5, 6) for number in range(2 * slots)]:
            before = [own[one] for one in own if one <= place and one.ms == place.ms]

            assert place.first_of(slot, slots) == min(own[one] for one in own if one >= place)
            assert place.last_of(slot, slots) == (max(before) if before else Order(place.ms - 1, LARGEST))


def test_no_place_is_before_the_first_millisecond() -> None:
    assert [Order(0, 0).last_of(slot, 4) for slot in (0, 1, 3)] == [Order(0, 0)] * 3
