"""Threads that compute take a lock, and release it while they wait."""

import sys
import threading
from collections.abc import Callable

import pytest

from masking_service.store import computing as lock
from masking_service.store.client import Store
from masking_service.store.pipeline import Exchanges
from tests.together import in_threads

BRIEFLY = 0.05
LONG = 10.0


class Other:
    """Another thread that wants to compute: whether it has begun, whether it is its turn, and leave to end."""

    turn = False

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with lock.computing() as self.turn:
            self.begun.set()
            assert self.may_end.wait(LONG)

    def end(self) -> None:
        self.may_end.set()
        self._thread.join(LONG)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "MAX_WAIT_SECONDS", LONG)
    monkeypatch.setattr(lock, "LOCK_SECONDS", LONG)


@pytest.mark.usefixtures("patient")
def test_one_computes_at_a_time() -> None:
    with lock.computing():
        other = Other()
        at_once = other.begun.wait(BRIEFLY)
    then = other.begun.wait(LONG)
    other.end()

    assert (at_once, then) == (False, True)


@pytest.mark.usefixtures("patient")
def test_while_one_waits_for_the_store_another_computes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []

    def run(*_: object, **__: object) -> None:
        other = Other()
        begun.append(other.begun.wait(LONG / 2))
        other.end()

    monkeypatch.setattr(Exchanges, "run", run)
    with lock.computing():
        store.read([(b"PING",)])

    assert begun == [True]


def wait_for_the_store() -> None:
    with lock.waiting():
        pass


def wait_in_another_thread() -> None:
    in_threads(1, lambda _: wait_for_the_store())


@pytest.mark.parametrize(
    "wait",
    [wait_for_the_store, wait_in_another_thread],
    ids=["the waiting thread takes the lock again", "a thread without the lock does not release it"],
)
@pytest.mark.usefixtures("patient")
def test_the_lock_is_held_after_a_wait_for_the_store(wait: Callable[[], None]) -> None:
    with lock.computing():
        wait()
        other = Other()
        at_once = other.begun.wait(BRIEFLY)
    other.end()

    assert not at_once


def test_who_has_waited_long_is_told_that_it_has_no_turn_and_gives_none_back(monkeypatch: pytest.MonkeyPatch) -> None:
    with lock.computing() as mine:
        monkeypatch.setattr(lock, "MAX_WAIT_SECONDS", 0.0)
        other = Other()
        other.begun.wait(LONG)
        other.end()
        monkeypatch.setattr(lock, "MAX_WAIT_SECONDS", LONG)
        third = Other()
        third_begun = third.begun.wait(BRIEFLY)
    third.end()

    assert (mine, other.turn, third_begun, third.turn) == (True, False, False, True)


def test_who_waits_long_after_the_store_goes_on_without_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "LOCK_SECONDS", 0.0)
    with lock.computing():
        with lock.waiting():
            other = Other()
            other.begun.wait(LONG)
        other.end()
        third = Other()
        third_begun = third.begun.wait(LONG)
    third.end()

    assert (third_begun, third.turn) == (True, True)


def test_whoever_has_a_turn_makes_room_for_others_soon() -> None:
    found = [sys.getswitchinterval()]
    with lock.computing():
        found.append(sys.getswitchinterval())
        with lock.waiting():
            found.append(sys.getswitchinterval())
    found.append(sys.getswitchinterval())

    usual = found[0]
    assert found == pytest.approx([usual, lock.SWITCH_SECONDS, usual, usual])


def test_a_fault_gives_the_turn_back() -> None:
    with pytest.raises(ZeroDivisionError), lock.computing():
        raise ZeroDivisionError

    other = Other()
    assert other.begun.wait(LONG)
    other.end()
