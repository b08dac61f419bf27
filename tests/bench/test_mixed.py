"""What is made of the windows of a mixed load, and which of them count."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from bench.growth import quiet
from bench.load import Answer
from bench.mixed import BATCH, COURIER, LABEL, ONE, SHARES, _loaded, _Window
from masking_service.dev.embedded import EmbeddedServer
from tests.servers import wait_until


def window(milliseconds: float, *, undisturbed: bool, refusals: float = 0.0) -> _Window:
    """Every kind is answered once, in so many milliseconds; one more request is refused, if so."""
    answers = [Answer(kind, 200, milliseconds / 1e3) for kind in SHARES]
    if refusals:
        answers.append(Answer(LABEL, 503, refusals / 1e3))
    return _Window(answers, undisturbed)


def test_what_counts_is_the_median_of_the_windows_that_were_left_alone() -> None:
    windows = [window(each, undisturbed=True) for each in (3.0, 9.0, 4.0)] + [window(500.0, undisturbed=False)]

    found = _loaded(0.5, 400.0, windows)

    for kind in (LABEL, COURIER, ONE, BATCH):
        each = found.kinds[kind]
        assert (each.count, each.p50, each.p99, each.worst) == (3, 4.0, 4.0, 500.0)
    assert (found.quiet, found.windows) == (3, 4)


def test_where_none_was_left_alone_all_count() -> None:
    found = _loaded(0.5, 400.0, [window(each, undisturbed=False) for each in (3.0, 9.0, 4.0)])

    assert (found.kinds[LABEL].p99, found.quiet, found.windows) == (4.0, 0, 3)


def test_refusals_are_in_no_percentile_and_may_be_the_last_of_all() -> None:
    found = _loaded(3.0, 2400.0, [window(3.0, undisturbed=True, refusals=70.0), window(4.0, undisturbed=False)])

    assert (found.kinds[LABEL].worst, found.slowest) == (4.0, 70.0)
    assert found.refused == pytest.approx(1 / 9)


def test_an_answer_that_is_neither_is_a_fault() -> None:
    wrong = _Window([Answer(LABEL, 500, 0.001)], quiet=True)

    with pytest.raises(RuntimeError, match=r"the mixed load was answered \{500: 1\}"):
        _loaded(0.5, 400.0, [wrong])


@pytest.fixture
def client(tmp_path: Path) -> Iterator[redis.Redis]:
    with EmbeddedServer(tmp_path) as server, redis.Redis.from_url(server.url) as connection:
        yield connection


def test_a_store_that_is_left_alone_is_quiet(client: redis.Redis) -> None:
    undisturbed = quiet(client)
    client.set("k", "v")

    assert undisturbed()


def test_one_that_has_rewritten_its_log_meanwhile_was_not(client: redis.Redis) -> None:
    undisturbed = quiet(client)
    client.bgrewriteaof()
    wait_until(lambda: not client.info("persistence")["aof_rewrite_in_progress"], "the log is rewritten")

    assert not undisturbed()
