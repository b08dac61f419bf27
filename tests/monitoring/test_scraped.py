"""A real Prometheus over the real service: every expression of the rules and the dashboard finds what it names."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from masking_service.observability.metrics import BUCKETS
from tests.e2e.processes import ROOT, SERVICE, Running, environment, wait_for
from tests.every import every
from tests.keys.known import secret_file
from tests.monitoring import processes
from tests.monitoring.rules import EXPRESSIONS, OF_TIERS, QUERIES, RULES, labels_of, selectors
from tests.receivers import Receiver, receiving
from tests.servers import Node, single
from tests.web.api import NUMBER, record

pytestmark = [pytest.mark.timeout(180), pytest.mark.needs("prometheus", "prometheus-alertmanager")]
EMPTY_IS_GOOD = {"Failed store checks, A"}
SECONDS_OF_LOAD = 6


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with single(tmp_path_factory.mktemp("store"), maxmemory="256mb") as node:
        yield node


@pytest.fixture(scope="module")
def service(store: Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("service")
    with archive(folder) as url:
        told = {"MASKING_AUDIT_URL": url, "MASKING_AUDIT_KEY_FILE": str(folder / "archive.key")}
        service = Running.serve(folder, "--dev", "--workers", "2", MASKING_REDIS_URL=store.url, **told)
        yield service
        service.stop()


@contextmanager
def archive(folder: Path) -> Iterator[str]:
    """Serve the archive of a development set-up; yield the URL."""
    key = secret_file(folder / "archive.key", b"k" * 32)
    command = (*SERVICE, "audit", "serve", "--key", str(key), "--port", "0")
    serving = subprocess.Popen(
        command, cwd=ROOT, env=environment(MASKING_STATE_DIR=str(folder / "state")), stdout=subprocess.PIPE, text=True
    )
    assert serving.stdout
    try:
        yield serving.stdout.readline().split()[0]
    finally:
        serving.terminate()
        serving.communicate(timeout=20)


@pytest.fixture(scope="module")
def webhook() -> Iterator[Receiver]:
    """Receives what Alertmanager sends."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def prometheus(
    service: Running, webhook: Receiver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[processes.Prometheus]:
    """A Prometheus that has seen a few seconds of everything: releases, refusals and unknown callers."""
    with (
        processes.alertmanager(tmp_path_factory.mktemp("alertmanager"), webhook.url) as port,
        processes.prometheus(tmp_path_factory.mktemp("prometheus"), service.port, port) as prometheus,
    ):
        load(service)
        yield prometheus


def load(service: Running) -> None:
    """Some of everything, for as long as it takes Prometheus to see it grow."""
    keys, phone = service.credentials, {"waybill_no": NUMBER, "field": "/sender/phone"}
    case = {"case": "D-1", "purpose": "dispute", "waybills": [NUMBER], "reason": "parcel lost", "expires_in": 3600}
    opened = {"purpose": "dispute", "case": "D-1", "items": [phone, {**phone, "field": "/nothing"}]}
    batch = {"records": [record(NUMBER)]}
    assert service.status(keys["label-printer"], "POST", "/v1/tokenize", batch) == 200
    assert service.status(keys["service-desk"], "POST", "/v1/cases", case) == 201
    until = time.monotonic() + SECONDS_OF_LOAD
    while time.monotonic() < until:
        assert service.status(keys["label-printer"], "POST", "/v1/mask", batch) == 200
        service.status(keys["dispute-officer"], "POST", "/v1/detokenize", opened)
        service.status(None, "GET", "/v1/cases")
        time.sleep(0.1)


@every("name", EXPRESSIONS.keys() - OF_TIERS)
def test_every_metric_and_label_of_an_expression_is_there(prometheus: processes.Prometheus, name: str) -> None:
    found = selectors(EXPRESSIONS[name])
    assert found
    missing = [label for label in sorted(labels_of(EXPRESSIONS[name])) if not has(prometheus, *label)]

    assert ([each for each, _ in found if not prometheus.query(each)], missing) == ([], [])


def has(prometheus: processes.Prometheus, name: str, label: str) -> bool:
    return bool(prometheus.query(f'{name}{{{label}!=""}}'))


@every("name", QUERIES)
def test_every_query_of_the_dashboard_shows_something(prometheus: processes.Prometheus, name: str) -> None:
    shown = prometheus.query(QUERIES[name])

    assert bool(shown) != (name in EMPTY_IS_GOOD | OF_TIERS)


def test_prometheus_evaluates_every_rule_without_a_fault(prometheus: processes.Prometheus) -> None:
    found = {rule["name"]: (rule["health"], rule.get("lastError", "")) for rule in prometheus.rules()}

    assert found == dict.fromkeys(RULES, ("ok", ""))


def test_no_alert_fires_while_all_is_well(prometheus: processes.Prometheus) -> None:
    assert {name for name, state in prometheus.states().items() if state == "firing"} == set()


def test_the_counts_are_those_of_both_workers(prometheus: processes.Prometheus) -> None:
    """By the requests themselves: whichever worker is scraped tells the same."""
    told = {int(prometheus.query("masking_workers")[0]["value"][1]) for _ in range(5)}
    grown = prometheus.query('max_over_time(masking_requests_total{route="/v1/mask"}[1m]) != bool 0')

    assert (told, len(grown)) == ({2}, 1)


def test_a_slow_request_falls_between_two_buckets_of_the_alert(prometheus: processes.Prometheus) -> None:
    """The alert asks for two seconds: the histogram has bounds below and above it."""
    bounds = {float(found["metric"]["le"]) for found in prometheus.query("masking_request_duration_seconds_bucket")}

    assert bounds == {*BUCKETS, float("inf")}
    assert min(BUCKETS) < 2 < max(BUCKETS)


def test_a_worker_that_is_killed_is_forgotten_and_what_it_counted_is_not(
    prometheus: processes.Prometheus, service: Running
) -> None:
    before = answered(service)
    victim = workers_of(service)[0]
    os.kill(victim, signal.SIGKILL)

    wait_for(lambda: len(set(workers_of(service)) - {victim}) == 2, "another one takes its place", 20)
    wait_for(lambda: "masking_workers 2.0" in exposed(service), "two are told again", 20)
    assert answered(service) == before
    assert prometheus.states()["MaskingWorkerStuck"] != "firing"


def exposed(service: Running) -> list[str]:
    return service.call(None, "GET", "/metrics")[2].decode().splitlines()


def answered(service: Running) -> float:
    """How many masks were answered, of all workers that ever were."""
    counts = (line for line in exposed(service) if line.startswith("masking_requests_total") and "/v1/mask" in line)
    return sum(float(line.rpartition(" ")[2]) for line in counts)


def workers_of(service: Running) -> list[int]:
    """The children of the master that serve: the witness is another program."""
    master = service.process.pid
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    serving = Path(f"/proc/{master}/cmdline").read_bytes()
    return [int(pid) for pid in children if Path(f"/proc/{pid}/cmdline").read_bytes() == serving]


def test_an_alert_reaches_the_webhook_through_alertmanager(
    prometheus: processes.Prometheus, store: Node, webhook: Receiver
) -> None:
    def sent() -> list[Any]:
        labels = [alert["labels"] for _, _, body in webhook.received for alert in json.loads(body)["alerts"]]
        return [each for each in labels if each["alertname"] == "MaskingStoreDataAtRisk"]

    store.client.config_set("appendfsync", "everysec")
    try:
        (labels,) = wait_for(sent, "the webhook is called", 60)
    finally:
        store.client.config_set("appendfsync", "always")

    assert (labels["check"], labels["severity"]) == ("appendfsync", "page")


def test_a_lost_store_is_an_alert_that_waits_and_metrics_go_on(
    prometheus: processes.Prometheus, service: Running, store: Node
) -> None:
    """Last of this file: the store does not come back."""
    store.stop()

    wait_for(lambda: prometheus.states()["MaskingStoreDown"] == "pending", "the alert waits for its minute", 20)
    assert service.status(None, "GET", "/metrics") == 200
    assert prometheus.query("up")[0]["value"][1] == "1"
    assert prometheus.query('masking_store_fault{check="store"}')[0]["value"][1] in {"0", "1"}
    wait_for(lambda: not prometheus.query("masking_store_memory_used_bytes"), "what is not known is not told", 30)
