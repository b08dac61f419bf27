"""Entries of refused calls: one a minute for each principal, action and reason, with a count, and none lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import pytest

from masking_audit.format.entries import Entry
from masking_service.audit.log import AuditLog
from masking_service.service.call.denials import Denials
from masking_service.service.state.sealed import HashField
from masking_service.store.errors import StoreUnavailable
from tests.audit.logs import entry
from tests.store.stores import NOW

REFUSED = entry(action="detokenize", outcome="frozen")


class Log(AuditLog):
    """Keeps the entries, or does not answer."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.answers = True
        self.meanwhile: Callable[[], None] = lambda: None

    def append(self, entry: Entry, fields: Sequence[HashField] = ()) -> str:
        if not self.answers:
            self.meanwhile()
            raise StoreUnavailable("timeout")
        self.entries.append(entry)
        return f"w-{len(self.entries)}"

    @property
    def times(self) -> list[int]:
        return [entry.times for entry in self.entries]


class Clock:
    now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def denials(log: Log, clock: Clock) -> Denials:
    return Denials(log, clock)


def test_the_first_one_is_written_as_it_is(denials: Denials, log: Log) -> None:
    denials.record(REFUSED)

    assert log.entries == [REFUSED]


def test_six_hundred_a_second_are_one_entry_a_minute_with_their_count(denials: Denials, log: Log, clock: Clock) -> None:
    for _ in range(600):
        denials.record(REFUSED)
    for second in range(180):
        clock.now = NOW + second
        denials.record(REFUSED)
        denials.flush(everything=False)
    denials.flush(everything=True)

    assert (len(log.entries), sum(log.times)) == (4, 780)


def test_the_count_is_written_after_a_minute_without_further_calls(denials: Denials, log: Log, clock: Clock) -> None:
    for request in ("r-1", "r-2", "r-3"):
        denials.record(msgspec.structs.replace(REFUSED, request=request))
    clock.now += 59
    denials.flush(everything=False)
    before = log.times
    clock.now += 1
    denials.flush(everything=False)

    assert (before, log.times, log.entries[-1].request) == ([1], [1, 2], "r-3")


def test_nothing_more_is_written_where_nothing_was_counted(denials: Denials, log: Log, clock: Clock) -> None:
    denials.record(REFUSED)
    for _ in range(3):
        clock.now += 60
        denials.flush(everything=False)

    assert log.times == [1]


def test_the_next_call_after_a_minute_brings_the_count_along(denials: Denials, log: Log, clock: Clock) -> None:
    denials.record(REFUSED)
    denials.record(REFUSED)
    clock.now += 60
    denials.record(REFUSED)

    assert log.times == [1, 2]


@pytest.mark.parametrize(
    "other",
    [{"principal": "staff/u-9"}, {"tenant": "another"}, {"action": "view"}, {"outcome": "forbidden"}],
    ids=lambda other: next(iter(other)),
)
def test_another_principal_action_or_reason_has_an_entry_of_its_own(
    denials: Denials, log: Log, other: dict[str, str]
) -> None:
    denials.record(REFUSED)
    denials.record(msgspec.structs.replace(REFUSED, **other))

    assert log.times == [1, 1]


def test_a_first_one_that_cannot_be_written_is_refused_and_the_next_one_is_written(denials: Denials, log: Log) -> None:
    log.answers = False
    with pytest.raises(StoreUnavailable):
        denials.record(REFUSED)
    log.answers = True
    denials.record(REFUSED)

    assert log.times == [1]


@pytest.mark.parametrize(
    "write",
    [lambda denials: denials.flush(everything=True), lambda denials: denials.record(REFUSED)],
    ids=["flush", "record"],
)
def test_what_cannot_be_written_is_still_counted(
    denials: Denials, log: Log, clock: Clock, write: Callable[[Denials], None]
) -> None:
    for _ in range(3):
        denials.record(REFUSED)
    clock.now += 60
    log.answers = False
    with pytest.raises(StoreUnavailable):
        write(denials)
    log.answers = True
    denials.flush(everything=False)

    assert log.times == [1, 2]


def test_what_cannot_be_written_is_still_counted_where_a_flush_forgot_it_meanwhile(
    denials: Denials, log: Log, clock: Clock
) -> None:
    for _ in range(3):
        denials.record(REFUSED)
    clock.now += 60
    log.answers, log.meanwhile = False, lambda: denials.flush(everything=True)
    with pytest.raises(StoreUnavailable):
        denials.record(REFUSED)
    log.answers = True
    denials.flush(everything=False)

    assert log.times == [1, 2]


def test_refusals_are_recorded_although_the_clock_goes_back(denials: Denials, log: Log, clock: Clock) -> None:
    denials.record(REFUSED)
    denials.record(REFUSED)
    clock.now -= 3600
    denials.flush(everything=False)

    assert log.times == [1, 1]
