"""When a checkpoint is due."""

import threading
from collections.abc import Callable
from itertools import pairwise

import pytest
import redis

from masking_service.audit.checkpoints import EVERY_SECONDS, Checkpoints
from tests.audit.checkpoints.made import Clock, epochs_in

pytestmark = pytest.mark.usefixtures("spread")


@pytest.mark.parametrize(
    ("seconds", "epochs"),
    [(0, [1]), (EVERY_SECONDS - 1, [1]), (EVERY_SECONDS, [1, 2]), (-EVERY_SECONDS, [1])],
    ids=["at once", "before its time", "in time", "by a clock that went back"],
)
def test_a_checkpoint_is_made_when_the_newest_is_old(
    checkpoints: Checkpoints, client: redis.Redis, clock: Clock, seconds: int, epochs: list[int]
) -> None:
    checkpoints.make_if_due()
    clock.now += seconds
    checkpoints.make_if_due()

    assert epochs_in(client) == epochs


def test_checkpoints_are_at_most_a_minute_apart(checkpoints: Checkpoints, clock: Clock) -> None:
    times = []
    for _ in range(300):
        checkpoints.make_if_due()
        clock.now += 1
        newest = checkpoints.read_newest()
        assert newest is not None
        times.append(newest.checkpoint.at)

    assert max(later - earlier for earlier, later in pairwise(times)) <= 60
    assert len(set(times)) == 6


def test_two_hosts_whose_clocks_are_far_apart_do_not_answer_each_checkpoint_with_another(
    process: Callable[..., Checkpoints], client: redis.Redis, clock: Clock
) -> None:
    hosts = [process("one"), process("ahead", by=lambda: clock.now + EVERY_SECONDS + 5)]
    for _ in range(2 * EVERY_SECONDS):
        for one in hosts:
            one.make_if_due()
        clock.now += 1

    assert len(epochs_in(client)) <= 6


def test_a_checkpoint_from_the_future_is_followed_after_the_interval(
    checkpoints: Checkpoints, client: redis.Redis, clock: Clock
) -> None:
    clock.now += 86_400
    checkpoints.make_if_due()
    clock.now -= 86_400
    checkpoints.make_if_due()
    clock.now += EVERY_SECONDS
    checkpoints.make_if_due()

    assert epochs_in(client) == [1, 2]


def test_making_a_due_checkpoint_does_not_wait_for_another_thread(
    checkpoints: Checkpoints, client: redis.Redis
) -> None:
    with checkpoints._lock:
        keeping = threading.Thread(target=checkpoints.make_if_due, daemon=True)
        keeping.start()
        keeping.join(10)
        waits = keeping.is_alive()

    assert (waits, epochs_in(client)) == (False, [])


def test_several_processes_make_one_due_checkpoint(
    process: Callable[[str], Checkpoints], client: redis.Redis, clock: Clock
) -> None:
    for _ in range(2):
        for name in ("one", "two", "three"):
            process(name).make_if_due()
        clock.now += EVERY_SECONDS

    assert epochs_in(client) == [1, 2]
