"""The stopwatch gives each moment to one stage, and stops the run where a stage is not where it should be."""

import time
from contextlib import suppress

import pytest

from bench import stages
from tests.every import every


def spend(seconds: float) -> None:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


def test_time_goes_to_the_innermost_part_alone() -> None:
    watch = stages.Stopwatch()
    inner = watch.watched("inner", lambda: spend(0.02))
    outer = watch.watched("outer", inner)
    began = time.perf_counter()
    watch.start()
    outer()
    watch.switch()
    took = time.perf_counter() - began

    assert set(watch.spent) == {"inner", "outer", stages.REST}
    assert watch.spent["inner"] >= 0.02
    assert sum(watch.spent.values()) <= took


def test_a_part_that_raises_gives_the_time_back_to_who_called_it() -> None:
    watch = stages.Stopwatch()
    watch.start()
    with suppress(ZeroDivisionError):
        watch.watched("inner", lambda: 1 / 0)()
    spend(0.02)
    watch.switch()

    assert watch.spent[stages.REST] >= 0.02


def test_a_part_that_is_no_longer_there_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(stages.PARTS, "encode", ("masking_service.http.app:was_there_once",))

    with pytest.raises(AttributeError), stages.Stopwatch().on("mask"):
        pass


@every("place", [place for places in stages.PARTS.values() for place in places])
def test_every_part_is_put_back_as_it_was(place: str) -> None:
    owner, name = stages._found(place)
    before = getattr(owner, name)
    with stages.Stopwatch().on("tokenize"):
        assert getattr(owner, name) is not before

    assert getattr(owner, name) is before
