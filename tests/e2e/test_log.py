"""The log of a production set-up, from the start to the end: JSON on every line, from a fixed list of fields."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from masking_service.observability.logs import FIELDS
from tests.e2e.processes import GUNICORN, Running, command, wait_for
from tests.servers import HOST, Node, durable, free_ports
from tests.web.api import record
from tests.web.planted import NUMBER, PLANTED, TRACES

pytestmark = pytest.mark.timeout(120)

Line = dict[str, Any]


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[Line]:
    """Everything that two workers and their master wrote between a start and a stop, with a worker killed between."""
    folder = tmp_path_factory.mktemp("log")
    node = Node(folder, durable()).start()
    settings = {"MASKING_STATE_DIR": str(folder / "state"), "MASKING_REDIS_URL": node.url}
    command("keys", "init", **settings)
    key = command("clients", "add", "printer", "--role", "label-printer", **settings)
    (port,) = free_ports(1)
    service = Running(GUNICORN, folder, settings | {"MASKING_BIND": f"{HOST}:{port}", "MASKING_WORKERS": "2"}, port)
    try:
        wait_for(lambda: service.status(None, "GET", "/readyz") == 200, "it is ready", 30)
        batch = {"records": [record(NUMBER, **PLANTED)]}
        assert service.status(key, "POST", "/v1/tokenize", batch) == 200
        assert service.status(key, "GET", f"/v1/waybills/{NUMBER}") == 403
        assert service.status(None, "GET", f"/nowhere/{NUMBER}") == 404
        assert service.raw(b"GET /" + NUMBER.encode() + b" \xff HTTP/9\r\n\r\n")[0] == 400
        node.stop()
        wait_for(lambda: service.status(key, "POST", "/v1/tokenize", batch) == 503, "its store is gone")
        os.kill(worker_of(service), signal.SIGKILL)
        wait_for(lambda: service.log.count("Booting worker") == 3, "another worker comes", 20)
        assert service.status(None, "GET", "/healthz") == 200
    finally:
        service.stop()
    return [json.loads(line) for line in service.log.splitlines()]


def worker_of(service: Running) -> int:
    told = next(json.loads(line)["reason"] for line in service.log.splitlines() if "Booting worker" in line)
    return int(told.rpartition(" ")[2])


def test_every_line_has_its_time_its_level_and_its_event(lines: list[Line]) -> None:
    assert all({"time", "level", "event"} <= line.keys() for line in lines)


def test_no_line_has_a_field_that_is_not_on_the_list(lines: list[Line]) -> None:
    assert {name for line in lines for name in line} <= FIELDS


def test_every_request_has_its_id_and_its_route(lines: list[Line]) -> None:
    requests = [line for line in lines if line["event"] == "request"]

    assert all({"request_id", "route", "method", "status", "ms"} <= line.keys() for line in requests)
    assert {"/v1/tokenize", "/v1/waybills/{waybill_no}", ""} <= {line["route"] for line in requests}


@pytest.mark.parametrize(
    "told",
    [
        "Starting gunicorn …",
        "Booting worker with pid: ",
        "was sent SIGKILL! Perhaps out of memory?",
        "Handling signal: term",
        "Shutting down: Master",
    ],
)
def test_starts_and_stops_are_told(lines: list[Line], told: str) -> None:
    assert [line for line in lines if line["event"] == "server" and told in line["reason"]]


def test_it_contains_nothing_that_was_sent(lines: list[Line]) -> None:
    text = json.dumps(lines, ensure_ascii=False).encode()

    assert [trace for trace in TRACES if trace in text] == []


@pytest.mark.parametrize(
    ("setting", "told"),
    [("MASKING_MAX_BODY_BYTES", "must be a whole number"), ("MASKING_STATE_DIR", "no such file")],
)
def test_a_wrong_set_up_is_told_in_the_same_form(tmp_path: Path, setting: str, told: str) -> None:
    settings = {
        "MASKING_STATE_DIR": str(tmp_path),
        "MASKING_REDIS_URL": "redis://127.0.0.1:1",
        "MASKING_BIND": f"{HOST}:{free_ports(1)[0]}",
        "MASKING_WORKERS": "1",
    }
    settings |= {} if setting in settings else {setting: "much"}
    port = int(settings["MASKING_BIND"].rpartition(":")[2])
    service = Running(GUNICORN, tmp_path, settings, port)
    assert service.process.wait(30) != 0
    lines = [json.loads(line) for line in service.log.splitlines()]

    assert told in next(line["reason"] for line in lines if line["event"] == "cannot start")
