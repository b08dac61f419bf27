"""Starts a real Prometheus and a real Alertmanager that keep all they write in a folder."""

import json
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.processes import wait_for
from tests.monitoring.rules import ALERTS
from tests.servers import HOST, debian, free_ports


@dataclass
class Prometheus:
    """A Prometheus that scrapes once a second."""

    port: int
    process: subprocess.Popen[bytes]

    def ask(self, what: str, **parameters: str) -> Any:
        address = f"http://{HOST}:{self.port}/api/v1/{what}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(address, timeout=10) as answered:
            return json.load(answered)["data"]

    def query(self, expression: str) -> list[Any]:
        found: list[Any] = self.ask("query", query=expression)["result"]
        return found

    def states(self) -> dict[str, str]:
        """Return the state of every alert: inactive, pending or firing."""
        return {rule["name"]: rule["state"] for rule in self.rules()}

    def rules(self) -> list[Any]:
        return [rule for group in self.ask("rules")["groups"] for rule in group["rules"]]

    def answers(self) -> bool:
        assert self.process.poll() is None, "Prometheus has ended"
        try:
            return bool(self.query("masking_workers"))
        except OSError:
            return False


@contextmanager
def prometheus(folder: Path, target: int, alertmanager: int, *more: int) -> Iterator[Prometheus]:
    """Run Prometheus with the shipped rules over the service at `target` and `more`, and wait for its first scrape."""
    (port,) = free_ports(1)
    targets = [f"{HOST}:{each}" for each in (target, *more)]
    every = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    configuration = {
        "global": every,
        "rule_files": [str(ALERTS)],
        "scrape_configs": [{"job_name": "waybill-masking", "static_configs": [{"targets": targets}]}],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"{HOST}:{alertmanager}"]}]}]},
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration))
    command = [str(debian("prometheus")), "--config.file=prometheus.yml", f"--web.listen-address={HOST}:{port}"]
    with _running([*command, f"--storage.tsdb.path={folder}/data"], folder) as process:
        started = Prometheus(port, process)
        wait_for(started.answers, "Prometheus has scraped", 30)
        yield started


@contextmanager
def alertmanager(folder: Path, webhook: str) -> Iterator[int]:
    """Run an Alertmanager that sends every alert to `webhook` at once; its port."""
    (port,) = free_ports(1)
    configuration = {
        "route": {"receiver": "webhook", "group_by": ["alertname"], "group_wait": "0s"},
        "receivers": [{"name": "webhook", "webhook_configs": [{"url": webhook, "send_resolved": False}]}],
    }
    (folder / "alertmanager.yml").write_text(yaml.safe_dump(configuration))
    command = [str(debian("prometheus-alertmanager")), "--config.file=alertmanager.yml", "--cluster.listen-address="]
    command += [f"--web.listen-address={HOST}:{port}", f"--storage.path={folder}/data"]
    with _running(command, folder) as process:
        wait_for(lambda: process.poll() is not None or _ready(port), "Alertmanager is ready", 30)
        yield port


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/-/ready", timeout=10) as answered:
            return bool(answered.status == 200)
    except OSError:
        return False


@contextmanager
def _running(command: Sequence[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)
