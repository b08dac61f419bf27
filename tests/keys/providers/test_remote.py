"""Tests the limits of calls to a provider."""

import threading
from collections.abc import Iterator
from typing import NoReturn

import pytest

from keys.errors import IntegrityError, ProviderError
from keys.providers.remote import CALL_SECONDS, PAUSE_SECONDS, ProviderCalls, RemoteRootKeys
from masking_service.shipped import ROOT
from tests.together import in_threads


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Hanging:
    """A call that returns when the test decides."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.release = threading.Event()

    def __call__(self) -> str:
        self.asked.set()
        self.release.wait(30)
        return "late"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def calls(clock: Clock) -> ProviderCalls:
    return ProviderCalls(seconds=0.05, pause=5.0, clock=clock)


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    question = Hanging()
    yield question
    question.release.set()


def failing() -> NoReturn:
    raise ProviderError("the provider is on fire")


def never() -> NoReturn:
    pytest.fail("it was asked")


def broken(calls: ProviderCalls) -> str:
    """What a caller is told."""
    with pytest.raises(ProviderError) as fault:
        calls.call(failing)
    return str(fault.value)


def test_an_answer_comes_back(calls: ProviderCalls) -> None:
    assert calls.call(lambda: "an answer") == "an answer"


def test_a_call_that_hangs_does_not_keep_the_process_from_ending(calls: ProviderCalls) -> None:
    assert calls.call(threading.current_thread).daemon


def test_a_failure_is_raised_unchanged(calls: ProviderCalls) -> None:
    assert broken(calls) == "the provider is on fire"


def test_no_call_is_made_after_a_failure(calls: ProviderCalls) -> None:
    broken(calls)

    with pytest.raises(ProviderError, match=r"^the provider is on fire; the next call is made after a pause$"):
        calls.call(never)


@pytest.mark.parametrize(("later", "asked"), [(4.9, False), (5.0, True), (60.0, True)])
def test_calls_are_refused_for_the_pause(calls: ProviderCalls, clock: Clock, later: float, asked: bool) -> None:
    broken(calls)
    clock.now += later

    if asked:
        assert calls.call(lambda: "an answer") == "an answer"
    else:
        with pytest.raises(ProviderError, match="after a pause"):
            calls.call(never)


def test_refused_calls_do_not_extend_the_pause(calls: ProviderCalls, clock: Clock) -> None:
    broken(calls)
    clock.now += 4.0
    broken(calls)
    clock.now += 1.0

    assert calls.call(lambda: "an answer") == "an answer"


def test_an_integrity_error_starts_no_pause(calls: ProviderCalls) -> None:
    def wrong() -> NoReturn:
        raise IntegrityError("wrong")

    with pytest.raises(IntegrityError):
        calls.call(wrong)

    assert calls.call(lambda: "an answer") == "an answer"


def test_a_mistake_in_the_code_is_not_hidden(calls: ProviderCalls) -> None:
    def mistaken() -> NoReturn:
        raise KeyError("mistake")

    with pytest.raises(KeyError, match="mistake"):
        calls.call(mistaken)


def test_a_call_without_an_answer_times_out(calls: ProviderCalls, hanging: Hanging) -> None:
    with pytest.raises(ProviderError, match=r"^the root-key provider gave no answer within 0\.05 s$"):
        calls.call(hanging)


def test_a_timed_out_call_starts_a_pause(calls: ProviderCalls, hanging: Hanging) -> None:
    with pytest.raises(ProviderError):
        calls.call(hanging)

    with pytest.raises(ProviderError, match="after a pause"):
        calls.call(never)


def test_no_call_is_made_while_an_earlier_one_hangs(calls: ProviderCalls, clock: Clock, hanging: Hanging) -> None:
    with pytest.raises(ProviderError):
        calls.call(hanging)
    clock.now += 1_000

    with pytest.raises(ProviderError, match=r"^the root-key provider has not answered an earlier call yet$"):
        calls.call(never)


def test_calls_resume_after_a_hanging_call_has_ended(clock: Clock, hanging: Hanging) -> None:
    calls = ProviderCalls(seconds=0.05, pause=5.0, clock=clock)
    with pytest.raises(ProviderError):
        calls.call(hanging)
    clock.now += 5.0
    hanging.release.set()
    calls._pending.result(30)  # type: ignore[union-attr]  # it was asked

    assert calls.call(lambda: "an answer") == "an answer"


def test_a_caller_that_waits_too_long_is_refused(calls: ProviderCalls) -> None:
    with calls._lock, pytest.raises(ProviderError, match=r"^the root-key provider is busy with other calls$"):
        calls.call(never)


def test_a_refused_caller_starts_no_pause(calls: ProviderCalls) -> None:
    with calls._lock, pytest.raises(ProviderError):
        calls.call(never)

    assert calls.call(lambda: "an answer") == "an answer"


def test_concurrent_callers_of_a_failing_provider_call_it_once(clock: Clock) -> None:
    calls, asked = ProviderCalls(seconds=30, clock=clock), []

    def question() -> NoReturn:
        asked.append(1)
        failing()

    def caller(_: int) -> None:
        with pytest.raises(ProviderError):
            calls.call(question)

    in_threads(8, caller)

    assert len(asked) == 1


def test_the_default_limit_is_two_seconds_and_the_pause_five(clock: Clock) -> None:
    calls, answers = ProviderCalls(clock=clock), []
    with pytest.raises(ProviderError):
        calls.call(failing)
    for passed in (4.9, 5.0):
        clock.now = 100.0 + passed
        try:
            answers.append(calls.call(lambda: "an answer"))
        except ProviderError as error:
            answers.append(str(error).partition("; ")[2])

    assert (calls.seconds, answers) == (2.0, ["the next call is made after a pause", "an answer"])


def test_an_active_root_key_must_be_among_the_ids() -> None:
    class Keys(RemoteRootKeys):
        ALGORITHM = 255

        def _seal(self, key_id: bytes, key: bytes, bound: bytes) -> bytes:
            return b""

        def _open(self, key_id: bytes, body: bytes, bound: bytes) -> bytes:
            return b""

    with pytest.raises(ValueError, match=r"^the active root key is not among the key ids$"):
        Keys(b"active--", frozenset({b"another-"}), ProviderCalls())


def test_the_documentation_states_the_seconds_of_calls_and_pauses() -> None:
    document = (ROOT / "docs" / "providers.md").read_text("utf-8")

    assert f"of at most {CALL_SECONDS:g} seconds, and none for {PAUSE_SECONDS:g} seconds after a failure" in document
