"""The circuit breaker in front of a server."""

import pytest

from masking_service.store.connection import FAILURES_TO_OPEN, OPEN_SECONDS, Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def broken(clock: Clock) -> Breaker:
    """A breaker that has just opened."""
    breaker = Breaker(clock)
    for _ in range(FAILURES_TO_OPEN):
        breaker.failed("connection")
    return breaker


def test_a_breaker_lets_pass_until_it_has_seen_enough_failures(clock: Clock) -> None:
    breaker = Breaker(clock)
    passed = []
    for _ in range(FAILURES_TO_OPEN + 1):
        passed.append(breaker.lets_pass())
        breaker.failed("connection")

    assert passed == [True] * FAILURES_TO_OPEN + [False]


def test_failures_that_are_not_in_a_row_open_nothing(clock: Clock) -> None:
    breaker = Breaker(clock)
    for _ in range(FAILURES_TO_OPEN - 1):
        breaker.failed("connection")
    breaker.succeeded()
    breaker.failed("connection")

    assert breaker.lets_pass() is True


def test_an_open_breaker_lets_one_caller_try_after_a_while(broken: Breaker, clock: Clock) -> None:
    clock.now += OPEN_SECONDS

    assert (broken.lets_pass(), broken.lets_pass()) == (True, False)


def test_an_open_breaker_lets_nobody_pass_before_that(broken: Breaker, clock: Clock) -> None:
    clock.now += OPEN_SECONDS - 0.001

    assert broken.lets_pass() is False


def test_a_failed_try_keeps_it_open_for_as_long_again(broken: Breaker, clock: Clock) -> None:
    clock.now += OPEN_SECONDS
    broken.lets_pass()
    clock.now += 0.1
    broken.failed("connection")
    clock.now += OPEN_SECONDS - 0.001

    assert broken.lets_pass() is False


def test_a_try_that_never_came_back_does_not_keep_it_open_for_ever(broken: Breaker, clock: Clock) -> None:
    clock.now += OPEN_SECONDS
    broken.lets_pass()
    clock.now += OPEN_SECONDS

    assert broken.lets_pass() is True


def test_an_open_breaker_tells_the_last_cause(broken: Breaker) -> None:
    broken.failed("tls", "unsafe")

    assert (broken.lets_pass(), broken.last_failure) == (False, ("tls", "unsafe"))


def test_success_closes_it(broken: Breaker, clock: Clock) -> None:
    clock.now += OPEN_SECONDS
    broken.lets_pass()
    broken.succeeded()

    assert [broken.lets_pass(), broken.lets_pass()] == [True, True]
