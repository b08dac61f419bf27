"""The loop of a worker's main thread, on a poller that says what the test wants."""

from __future__ import annotations

import os
import selectors
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from gunicorn.config import Config

from masking_service.server.limits import BEHIND, SIGN_SECONDS
from masking_service.web.reception import Reception, _have_at_hand
from masking_service.web.watched import Watched


class Poller(selectors.DefaultSelector):
    """Tells of so many events, once."""

    def __init__(self, events: int, event: Any) -> None:
        super().__init__()
        self._said = [(selectors.SelectorKey(None, 0, 0, event), 0)] * events  # type: ignore[arg-type]

    def select(self, timeout: float | None = None) -> Any:
        said, self._said = self._said, []
        return said


@pytest.fixture
def reception() -> Iterator[Reception]:
    made = Reception(1, os.getpid(), [], None, 30, Config(), None)
    made._watched = Watched(Poller(0, None), made.close)
    made._most_held = 0
    yield made
    made.tmp.close()


def begins_meanwhile(reception: Reception, events: int) -> list[bool]:
    """Whether another thread may begin something, at each of so many events of one round and after it."""
    found: list[bool] = []

    def look(*_: object) -> None:
        thread = threading.Thread(target=reception.let_keep_up, daemon=True)
        thread.start()
        thread.join(0.05)
        found.append(not thread.is_alive())

    reception.poller = Poller(events, look)
    reception.wait_for_and_dispatch_events(0)
    look()
    return found


def test_while_many_clients_want_something_threads_begin_nothing(reception: Reception) -> None:
    assert begins_meanwhile(reception, BEHIND) == [False] * BEHIND + [True]


def test_while_the_main_thread_keeps_up_threads_begin_what_comes(reception: Reception) -> None:
    assert begins_meanwhile(reception, BEHIND - 1) == [True] * BEHIND


def test_a_fault_of_the_loop_lets_threads_go_on(reception: Reception) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError

    reception.poller = Poller(BEHIND, fail)
    with pytest.raises(ZeroDivisionError):
        reception.wait_for_and_dispatch_events(0)

    assert begins_meanwhile(reception, 0) == [True]


def test_the_master_sees_once_a_second_that_the_worker_is_there(reception: Reception) -> None:
    reception.notify()
    shown = reception.tmp.last_update()
    reception.notify()
    assert reception.tmp.last_update() == shown

    reception._next_sign -= SIGN_SECONDS
    reception.notify()
    assert reception.tmp.last_update() > shown


def test_settings_at_hand_are_what_they_were() -> None:
    cfg = Config()
    before = {name: getattr(cfg, name) for name in cfg.settings}

    _have_at_hand(cfg)

    assert {name: getattr(cfg, name) for name in cfg.settings} == before
    assert vars(cfg)["keepalive"] == before["keepalive"]
