"""A waybill's life takes no more memory than the plan allows. Bytes of an idle server are the same in every run."""

import pytest

from bench.life import Life, measure
from bench.memory import Measurement

WAYBILLS = 200


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    measurement = Measurement(tmp_path_factory.mktemp("life"))
    try:
        return measure(measurement, WAYBILLS)
    finally:
        measurement.stop()


def test_a_life_leaves_at_most_610_bytes_outside_the_log_and_the_tables_of_keys(life: Life) -> None:
    assert 500 < life.lasting <= 610


def test_a_view_that_is_alone_in_its_commit_takes_at_most_450_bytes_of_the_log(life: Life) -> None:
    assert 200 < life.view <= 450


def test_of_the_log_a_life_takes_no_more_than_its_five_entries_may(life: Life) -> None:
    assert life.view < life.entries <= 5 * 450
