"""Threads that compute take a lock, and release it while they wait."""

import sys
import threading
from collections.abc import Callable
from time import monotonic

import pytest

from masking_service import computing as lock
from masking_service.store.client import Store
from masking_service.store.pipeline import Exchanges
from tests.together import in_threads

BRIEFLY = 0.05
LONG = 10.0


class Other:
    """Another thread that wants to compute: whether it has begun, whether it is its turn, and leave to end."""

    turn = False

    def __init__(self, caller: str = "") -> None:
        self._caller = caller
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with lock.computing(self._caller) as self.turn:
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


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "SLICE_SECONDS", 0.0)


@pytest.mark.usefixtures("patient", "at_once")
def test_a_long_computation_gives_way_to_another_caller_and_goes_on() -> None:
    with lock.computing("a") as mine:
        other = Other("b")
        other.may_end.set()
        end = monotonic() + LONG
        while not other.begun.is_set() and monotonic() < end:
            lock.give_way()
        other.end()
        third = Other("c")
        third_begun = third.begun.wait(BRIEFLY)
    third.end()

    assert (mine, other.turn, third_begun) == (True, True, False)


@pytest.mark.usefixtures("patient", "at_once")
def test_it_does_not_give_way_to_its_own_caller() -> None:
    with lock.computing("a"):
        other = Other("a")
        for _ in range(5):
            lock.give_way()
            other.begun.wait(BRIEFLY / 5)
        begun = other.begun.is_set()
    other.end()

    assert not begun


@pytest.mark.usefixtures("patient")
def test_it_does_not_give_way_within_its_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "SLICE_SECONDS", LONG)
    with lock.computing("a"):
        other = Other("b")
        other.begun.wait(BRIEFLY)
        lock.give_way()
        begun = other.begun.is_set()
    other.end()

    assert not begun


@pytest.mark.usefixtures("patient", "at_once")
def test_the_caller_whose_turn_is_longest_ago_is_next() -> None:
    order: list[str] = []

    def run(caller: str) -> None:
        with lock.computing(caller):
            order.append(caller)

    threads = [threading.Thread(target=run, args=(caller,)) for caller in ("a", "a", "a", "b")]
    with lock.computing("a"):
        for thread in threads:
            thread.start()
            thread.join(BRIEFLY)  # it waits for the lock
    for thread in threads:
        thread.join(LONG)

    assert order == ["b", "a", "a", "a"]


@pytest.mark.usefixtures("at_once")
def test_a_computation_that_lasts_too_long_may_not_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with lock.computing("a"):
        in_time = lock.give_way()
    monkeypatch.setattr(lock, "MAX_SECONDS", -1.0)
    with lock.computing("a"):
        too_late = lock.give_way()

    assert (in_time, too_late, lock.give_way()) == (True, False, True)


@pytest.mark.usefixtures("at_once")
def test_a_computation_whose_lock_does_not_come_back_may_not_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "MAX_SECONDS", BRIEFLY)
    with lock.computing("a"):
        other = Other("b")
        end = monotonic() + LONG
        while not other.begun.is_set() and lock.give_way() and monotonic() < end:
            pass
        gave_way = [lock.give_way() for _ in range(2)]
    other.end()

    assert (other.begun.is_set(), gave_way) == (True, [False, False])


def test_a_thread_without_the_lock_has_nothing_to_give_way() -> None:
    in_threads(1, lambda _: lock.give_way())


@pytest.mark.usefixtures("patient")
def test_a_thread_that_comes_back_from_the_store_is_before_others_of_its_caller() -> None:
    order: list[str] = []

    def come_back() -> None:
        with lock.computing("a"):
            with lock.waiting():
                at_the_store.set()
                assert may_come_back.wait(LONG)
            order.append("back")

    def run() -> None:
        with lock.computing("a"):
            order.append("new")

    at_the_store, may_come_back = threading.Event(), threading.Event()
    threads = [threading.Thread(target=come_back)]
    threads[0].start()
    assert at_the_store.wait(LONG)
    with lock.computing("a"):
        threads += [threading.Thread(target=run) for _ in range(2)]
        for thread in threads[1:]:
            thread.start()
            thread.join(BRIEFLY)  # it waits for the lock
        may_come_back.set()
        threads[0].join(BRIEFLY)  # so does this one
    for thread in threads:
        thread.join(LONG)

    assert order == ["back", "new", "new"]
