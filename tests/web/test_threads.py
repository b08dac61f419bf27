"""The threads of a worker do everything they are given, each thing once, and outlive what goes wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from queue import Queue
from typing import Any

import pytest

from masking_service.observability.logs import log
from masking_service.web.threads import Threads

SECONDS = 10.0


def rest(made: Threads, count: int) -> None:
    """Wait until so many threads have nothing to do."""
    for _ in range(int(SECONDS * 1000)):
        if len(made._idle) == count:
            return
        threading.Event().wait(0.001)
    pytest.fail("a thread does not come to rest")


def ended(before: set[threading.Thread]) -> bool:
    """Whether all threads that were started since have ended."""
    for thread in set(threading.enumerate()) - before:
        thread.join(SECONDS)
    return set(threading.enumerate()) <= before


def test_everything_is_done_once_whoever_gives_it() -> None:
    made, done = Threads(3), Queue[int]()

    def give(numbers: range) -> None:
        for number in numbers:
            made.submit(partial(done.put, number))

    givers = [threading.Thread(target=give, args=(range(at, 2_000, 4),)) for at in range(4)]
    for giver in givers:
        giver.start()

    assert sorted(done.get(timeout=SECONDS) for _ in range(2_000)) == [*range(2_000)]
    made.shutdown(wait=False)


def test_what_waits_is_begun_in_its_order() -> None:
    made, done, gate = Threads(1), Queue[int](), threading.Event()
    made.submit(gate.wait)
    for number in range(5):
        made.submit(partial(done.put, number))
    gate.set()

    assert [done.get(timeout=SECONDS) for _ in range(5)] == [*range(5)]
    made.shutdown(wait=False)


def test_the_thread_that_was_busy_last_goes_on() -> None:
    made, who = Threads(4), Queue[int]()
    busy = set()
    for _ in range(20):
        rest(made, 4)
        made.submit(lambda: who.put(threading.get_ident()))
        busy.add(who.get(timeout=SECONDS))

    assert len(busy) == 1
    made.shutdown(wait=False)


def test_several_things_are_done_at_once() -> None:
    made, together = Threads(3), threading.Barrier(4, timeout=SECONDS)
    for _ in range(3):
        made.submit(together.wait)

    together.wait()
    made.shutdown(wait=False)


@pytest.mark.parametrize("kind", [ValueError, SystemExit])
def test_a_thread_outlives_what_goes_wrong_and_the_log_says_where(
    monkeypatch: pytest.MonkeyPatch, kind: type[BaseException]
) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(log, "error", lambda event, **fields: told.append({"event": event, **fields}))
    made = Threads(1)
    rest(made, 1)

    def fail() -> None:
        raise kind("13812345678")

    made.submit(fail)
    rest(made, 1)

    (said,) = told
    assert (said["event"], said["fault"], said["where"].partition(":")[0]) == ("failed", kind.__name__, __name__)
    assert "13812345678" not in str(told)
    made.shutdown(wait=False)


@pytest.mark.parametrize("busy", [True, False])
def test_at_the_end_what_was_given_is_done_and_the_threads_end(*, busy: bool) -> None:
    before = set(threading.enumerate())
    made, done, gate = Threads(2), Queue[int](), threading.Event()
    waits: Callable[[], Any] = gate.wait if busy else bool
    for work in (waits, waits, partial(done.put, 1)):
        made.submit(work)
    made.shutdown(wait=False)
    gate.set()

    assert ended(before)
    assert done.get_nowait() == 1


def test_they_keep_no_process_alive() -> None:
    before = set(threading.enumerate())
    made = Threads(2)

    assert {thread.daemon for thread in set(threading.enumerate()) - before} == {True}
    made.shutdown(wait=False)
