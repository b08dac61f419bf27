"""What a thread of a worker does with the next request, without sockets: the queue, the turns and the main thread."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from math import inf
from typing import Any

import pytest
from gunicorn.config import Config

from masking_service.server.limits import LARGE
from masking_service.store.computing import SWITCH_SECONDS
from masking_service.web.admission import Limits, Queue, Ticket
from masking_service.web.worker import Worker


class Answering(Worker):
    """A worker that notes after how many seconds it would let another thread in while it answers."""

    def __init__(self) -> None:
        super().__init__(1, os.getpid(), [], None, 30, Config(), None)
        self._queue = Queue(Limits(storing=2, caller=2, large=2, computing=1, weight=1 << 20))
        self.intervals: list[float] = []

    def wait_for(self, weight: int) -> None:
        refused = self._queue.put(Ticket(None, "caller", weight, storing=True, since=inf))
        assert refused == []

    def _answer(self, conn: Any) -> None:
        self.intervals.append(sys.getswitchinterval())


@pytest.fixture
def worker() -> Iterator[Answering]:
    made = Answering()
    yield made
    made.tmp.close()


def test_a_large_request_is_answered_in_turn(worker: Answering) -> None:
    worker.wait_for(LARGE)

    worker._serve()

    assert worker.intervals == [pytest.approx(SWITCH_SECONDS)]


def test_a_small_request_takes_no_turn(worker: Answering) -> None:
    usual = sys.getswitchinterval()
    worker.wait_for(LARGE - 1)

    worker._serve()

    assert worker.intervals == [usual]


def test_nothing_is_begun_while_the_main_thread_is_behind(worker: Answering) -> None:
    worker.wait_for(1)
    worker._keeps_up.clear()
    thread = threading.Thread(target=worker._serve, daemon=True)

    thread.start()
    thread.join(0.05)
    answered_meanwhile = len(worker.intervals)
    worker._keeps_up.set()
    thread.join(5)

    assert (answered_meanwhile, len(worker.intervals)) == (0, 1)
