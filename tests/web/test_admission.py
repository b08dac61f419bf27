"""The queue of a worker: whose request is answered next, and whose is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from masking_service.server.limits import LARGE
from masking_service.web.admission import Limits, Queue, Ticket

LIMITS = Limits(storing=3, caller=2, large=3, computing=3, weight=400_000)


def ticket(name: str, caller: str = "a", *, weight: int = 40_000, storing: bool = False, since: float = 0.0) -> Ticket:
    return Ticket(name, caller, weight, storing, since)


def filled(*tickets: Ticket, limits: Limits = LIMITS) -> Queue:
    queue = Queue(limits)
    for one in tickets:
        assert queue.put(one) == []
    return queue


def taken(queue: Queue) -> list[str]:
    """What is taken until there is nothing more to take, none of it done."""
    return [one.request for one in iter(queue.take, None)]


def test_callers_take_turns_whoever_came_first() -> None:
    queue = filled(ticket("a1"), ticket("a2"), ticket("b1", "b"), ticket("c1", "c"))

    assert taken(queue) == ["a1", "b1", "c1"]


def test_whoever_has_had_a_turn_comes_after_the_others() -> None:
    queue = filled(first := ticket("a1"), ticket("a2"), ticket("b1", "b"))
    assert queue.take() is first

    assert taken(queue) == ["b1", "a2"]


def test_requests_of_one_caller_keep_their_order() -> None:
    queue = filled(ticket("a1"), ticket("a2"))

    assert taken(queue) == ["a1", "a2"]


def test_one_caller_gets_no_more_than_its_share_at_once() -> None:
    queue = filled(*(ticket(f"a{at}", storing=True) for at in range(3)), ticket("b1", "b", storing=True))

    assert taken(queue) == ["a0", "b1", "a1"]


def large_and_small() -> tuple[Queue, Ticket]:
    """Two large requests and a small one behind them, where one large one may be answered at a time."""
    first = ticket("a1", storing=True, weight=LARGE)
    second, small = ticket("b1", "b", storing=True, weight=LARGE), ticket("c1", "c", storing=True, weight=LARGE - 1)
    return filled(first, second, small, limits=replace(LIMITS, large=1)), first


def test_what_is_small_does_not_wait_for_what_is_large() -> None:
    queue, _ = large_and_small()

    assert taken(queue) == ["a1", "c1"]


def test_the_next_large_one_comes_when_one_is_done() -> None:
    queue, first = large_and_small()
    taken(queue)

    assert queue.done(first)
    assert taken(queue) == ["b1"]


def test_what_waits_for_the_store_does_not_hold_up_masks_of_the_same_caller() -> None:
    queue = filled(*(ticket(f"a{at}", storing=True) for at in range(3)), ticket("mask"))

    assert taken(queue) == ["a0", "a1", "mask"]


def test_it_computes_from_the_coming_of_a_mask_to_its_end() -> None:
    queue = filled(ticket("a1", storing=True))
    before = queue.computing  # what waits for the store does not compute
    queue.put(mask := ticket("mask", "b"))
    waiting = queue.computing
    assert mask in (queue.take(), queue.take())
    taken = queue.computing
    queue.done(mask)

    assert (before, waiting, taken, queue.computing) == (False, True, True, False)


def test_what_is_done_makes_room() -> None:
    queue = filled(first := ticket("a1", storing=True), ticket("a2", storing=True), ticket("a3", storing=True))
    taken(queue)

    assert queue.done(first)
    assert taken(queue) == ["a3"]


def test_a_thread_comes_again_only_for_a_request_for_which_one_came_in_vain() -> None:
    queue = filled(*(many := [ticket(f"a{at}", storing=True) for at in range(4)]))
    assert [queue.take() for _ in many] == [*many[:2], None, None]

    assert queue.done(many[0])
    assert queue.take() is many[2]
    assert queue.done(many[1])
    assert queue.take() is many[3]
    assert not queue.done(many[2])


@pytest.mark.parametrize("storing", [True, False])
def test_one_sort_of_request_leaves_room_for_the_other(storing: bool) -> None:
    many = [ticket(f"{caller}1", caller, storing=storing) for caller in "abcd"]
    queue = filled(*many, ticket("e1", "e", storing=not storing))

    assert taken(queue) == ["a1", "b1", "c1", "e1"]


def test_a_request_that_has_to_wait_does_not_hold_up_others_of_its_caller() -> None:
    busy = [ticket(f"{caller}1", caller, storing=True) for caller in "bcd"]
    queue = filled(*busy, ticket("a1", storing=True), ticket("a2"))

    assert taken(queue) == ["b1", "c1", "d1", "a2"]


def test_the_queue_holds_so_many_bytes() -> None:
    queue = filled(*(ticket(f"a{at}") for at in range(10)))

    assert queue.put(late := ticket("late")) == [late]


def test_small_requests_count_for_something() -> None:
    queue = filled(*(ticket(f"a{at}", weight=1) for at in range(12)))

    assert queue.put(late := ticket("late", weight=1)) == [late]


def test_whoever_has_most_waiting_loses_the_newest_of_it() -> None:
    many = [ticket(f"a{at}") for at in range(8)]
    queue = filled(*many, ticket("b1", "b"), ticket("b2", "b"))

    assert queue.put(ticket("c1", "c", weight=60_000)) == [many[7], many[6]]


def test_a_refused_request_is_not_answered_any_more() -> None:
    queue = filled(ticket("a1"), ticket("a2", weight=360_000))
    queue.put(ticket("b1", "b"))

    assert taken(queue) == ["a1", "b1"]


def test_a_request_that_is_larger_than_the_queue_is_let_in_when_it_is_empty() -> None:
    assert taken(filled(ticket("a1", weight=4_000_000))) == ["a1"]


def test_what_has_waited_too_long_is_taken_out() -> None:
    queue = filled(old := ticket("a1", since=1.0), ticket("a2", since=3.0))

    assert queue.overdue(2.0) == [old]
    assert taken(queue) == ["a2"]


def test_what_was_taken_out_makes_room_for_others() -> None:
    queue = filled(ticket("a1", weight=360_000, since=1.0))
    queue.overdue(2.0)

    assert queue.put(ticket("b1", "b", weight=360_000)) == []
