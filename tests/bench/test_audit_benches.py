"""The benchmarks of the audit log run, and measure what they say. No time is asserted."""

from pathlib import Path

import pytest
import redis

from bench import against, log_rate
from bench.audited import VIEWS_ALONE, Bench
from masking_service.runtime.set_up import running_url
from masking_service.shipped import ROOT
from masking_service.store.layout import ONE_SLOT

pytestmark = pytest.mark.timeout(120)


def without_log(folder: Path) -> Bench:
    return Bench(folder, ROOT, "bench.without_log")


def test_logs_a_bare_client_and_a_witness_are_measured_on_every_slot(tmp_path: Path) -> None:
    rates = log_rate.measure(tmp_path, slots=2, commits=3, rounds=1)

    assert min(one.low for one in (rates.log, rates.bare, rates.log_core, rates.witness)) > 0
    assert log_rate.show(rates, 2).row_count == 4


def test_two_services_are_asked_in_turns(tmp_path: Path) -> None:
    compared = against.measure(tmp_path, without_log, windows=2, calls=20)

    windows = [*compared.ours, *compared.theirs]
    assert [len(compared.ours), len(compared.theirs)] == [2, 2]
    assert min(min(one.rate, one.processor) for one in windows) > 0
    assert against.show(compared, "other").row_count == 3


def test_the_service_without_its_log_views_and_keeps_no_entry(tmp_path: Path) -> None:
    bench = without_log(tmp_path)
    try:
        views = next(one for one in bench.prepare() if one.name == VIEWS_ALONE)
        bench.rate(views, 5)
        with redis.Redis.from_url(running_url(tmp_path) or "", protocol=2) as client:
            found = [*client.scan_iter(ONE_SLOT.stream("*"))], len([*client.scan_iter("wm:{????????????????}!")])
    finally:
        bench.stop()

    assert found == ([], 5)
