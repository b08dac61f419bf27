"""Tests metrics over several workers."""

import os
import sys
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from masking_service.observability.metrics import FOLDER_VARIABLE, Metrics, start_counting
from masking_service.service.people.rules import Budget, Window
from tests import programs

pytestmark = pytest.mark.server

COUNT = "from masking_service.observability import metrics; m = metrics.Metrics(); m.request('GET', '/a', 200, 0.02)"
TELL = "; import prometheus_client as p; print(m.exposition(p.CollectorRegistry())[0].decode())"
OWN = ("masking_workers", "masking_background", "masking_store", "masking_keyset")
"""How the gauges begin that a worker sets for itself."""


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def lines(metrics: Metrics) -> list[str]:
    """Every count that is not nothing."""
    content = exposed(metrics)
    return [line for line in content if not line.startswith(("#", *OWN)) and "_created" not in line and counts(line)]


def exposed(metrics: Metrics) -> list[str]:
    return metrics.exposition(CollectorRegistry())[0].decode().splitlines()


def counts(line: str) -> bool:
    return line.split()[-1] != "0.0"


def test_a_request_is_counted_and_timed_by_its_route(metrics: Metrics) -> None:
    metrics.request("GET", "/v1/cases", 200, 0.02)
    metrics.request("GET", "/v1/cases", 200, 0.02)
    metrics.request("GET", "/v1/cases", 403, 0.02)

    assert [
        line
        for line in lines(metrics)
        if line.startswith(("masking_requests", "masking_request_duration_seconds_count"))
    ] == [
        'masking_requests_total{method="GET",route="/v1/cases",status="200"} 2.0',
        'masking_requests_total{method="GET",route="/v1/cases",status="403"} 1.0',
        'masking_request_duration_seconds_count{method="GET",route="/v1/cases"} 3.0',
    ]


@pytest.mark.parametrize(("seconds", "bucket"), [(0.0005, "0.001"), (0.02, "0.025"), (4.9, "5.0"), (9.0, "+Inf")])
def test_a_duration_is_counted_in_its_bucket_and_all_larger_ones(metrics: Metrics, seconds: float, bucket: str) -> None:
    metrics.request("GET", "/a", 200, seconds)

    first = next(line for line in lines(metrics) if line.startswith("masking_request_duration_seconds_bucket"))
    assert f'le="{bucket}"' in first


def test_all_other_events_are_counted(metrics: Metrics) -> None:
    metrics.items("view", "ok", 3)
    metrics.items("view", "not-found", 2)
    metrics.problem("frozen")
    metrics.spent("officer", "fields", 20)
    metrics.given_back("officer", "fields", 15)
    metrics.budget_refusal("officer", "fields", "1h")
    metrics.freeze("by-hand")
    metrics.alert("burst")
    metrics.dropped_alert("full")

    assert lines(metrics) == [
        'masking_items_total{operation="view",outcome="ok"} 3.0',
        'masking_items_total{operation="view",outcome="not-found"} 2.0',
        'masking_problems_total{code="frozen"} 1.0',
        'masking_budget_spent_total{counts="fields",role="officer"} 20.0',
        'masking_budget_returned_total{counts="fields",role="officer"} 15.0',
        'masking_budget_refusals_total{counts="fields",role="officer",window="1h"} 1.0',
        'masking_freezes_total{reason="by-hand"} 1.0',
        'masking_alerts_total{kind="burst"} 1.0',
        'masking_alerts_dropped_total{reason="full"} 1.0',
    ]


@pytest.mark.parametrize(
    "series",
    [
        'masking_freezes_total{reason="misses"} 0.0',
        'masking_alerts_total{kind="integrity"} 0.0',
        'masking_alerts_dropped_total{reason="undelivered"} 0.0',
        'masking_budget_refusals_total{counts="fields",role="officer",window="1h"} 0.0',
        'masking_budget_spent_total{counts="fields",role="officer"} 0.0',
        'masking_budget_returned_total{counts="fields",role="officer"} 0.0',
    ],
)
def test_alerted_series_exist_before_the_first_event(metrics: Metrics, series: str) -> None:
    """A rate needs a series that starts at zero."""
    metrics.create_budget_series([("officer", Budget("fields", (Window("1h", 3600, 60),)))])

    assert series in exposed(metrics)


def test_processes_with_a_shared_folder_count_together(tmp_path: Path) -> None:
    environment = {**os.environ, FOLDER_VARIABLE: str(tmp_path)}
    for _ in range(2):
        programs.output(sys.executable, "-c", COUNT, env=environment)
    told = programs.output(sys.executable, "-c", COUNT + TELL, env=environment)

    assert 'masking_requests_total{method="GET",route="/a",status="200"} 3.0' in told
    assert 'masking_request_duration_seconds_bucket{le="0.025",method="GET",route="/a"} 3.0' in told


@pytest.mark.parametrize(
    ("look", "series"),
    [
        ("store_up=ok, circuits_open=0, keyset_refused=False", "masking_store_up 0.0"),
        ("store_up=True, circuits_open=0 if ok else 2, keyset_refused=False", "masking_store_circuit_open 2.0"),
        ("store_up=True, circuits_open=0, keyset_refused=not ok", "masking_keyset_refused 1.0"),
        ("store_up=True, circuits_open=0, keyset_refused=False", "masking_workers 2.0"),
    ],
)
def test_gauges_show_the_worst_of_all_workers(tmp_path: Path, look: str, series: str) -> None:
    """One of two workers has a problem."""
    assert series in seen_by(
        [f"ok = True; m.background_run({look})", f"ok = False; m.background_run({look})"], tmp_path
    )


def test_gauges_of_a_dead_worker_are_removed(tmp_path: Path) -> None:
    bad = "m.background_run(store_up=False, circuits_open=3, keyset_refused=True)"
    good = "m.background_run(store_up=True, circuits_open=0, keyset_refused=False)"
    gone = f"{bad}; import os; from masking_service.observability import metrics; metrics.forget_worker(os.getpid())"

    told = seen_by([gone, good], tmp_path)

    assert {line for line in told if line.startswith(OWN) and "timestamp" not in line} == {
        "masking_workers 1.0",
        "masking_store_up 1.0",
        "masking_store_circuit_open 0.0",
        "masking_keyset_refused 0.0",
    }


def test_the_slowest_background_run_is_shown(tmp_path: Path) -> None:
    (told,) = [line for line in seen_by(["m._last_run.set(7)", "pass"], tmp_path) if "background" in line]

    assert told == "masking_background_last_run_timestamp_seconds 7.0"


def seen_by(workers: list[str], folder: Path) -> list[str]:
    """Return the exposition of the last of these workers."""
    told = ""
    for each in workers:
        script = f"from masking_service.observability import metrics; m = metrics.Metrics(); {each}{TELL}"
        told = programs.output(sys.executable, "-c", script, env={**os.environ, FOLDER_VARIABLE: str(folder)})
    return [line for line in told.splitlines() if line[:1] != "#"]


def test_a_master_resets_counts_and_keeps_other_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, "")  # so that it is gone again behind this test
    monkeypatch.delenv(FOLDER_VARIABLE)
    folder = tmp_path / "metrics"
    folder.mkdir()
    for name in ("counter_7.db", "histogram_7.db", "README"):
        (folder / name).write_text("left")
    start_counting(folder)

    assert ([path.name for path in folder.iterdir()], os.environ[FOLDER_VARIABLE]) == (["README"], str(folder))


def test_a_configured_folder_takes_precedence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "own"))
    start_counting(tmp_path / "metrics")

    assert ((tmp_path / "own").is_dir(), (tmp_path / "metrics").exists()) == (True, False)
