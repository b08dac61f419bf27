"""A production set-up as processes: keys and clients from the command line, a store that may be away."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from masking_service.cli import commands
from masking_service.server.serving import SETUP_STATUS
from tests.e2e.processes import Running, run, wait_for
from tests.servers import Node, durable, free_ports

Start = Callable[..., Running]
BATCH = {"records": [{"waybill_no": "SF1234567890", "sender": {"name": "张三", "phone": "13812345678"}}]}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A store with production's settings that keeps its address when it is stopped and started."""
    node = Node(tmp_path_factory.mktemp("store"), durable()).start()
    yield node
    if node.running.poll() is None:
        node.stop()
    node.client.close()


@pytest.fixture
def url(store: Node) -> str:
    if store.running.poll() is not None:
        store.start()
    store.client.flushall()
    return store.url


@pytest.fixture
def printer(url: str, tmp_path: Path) -> str:
    """The key of a label printer in a fresh set-up of production."""
    command("keys", "init", tmp_path, url)
    return command("clients", "add", "printer-1", "--role", "label-printer", tmp_path, url)


def command(*arguments: str | Path) -> str:
    """What one command prints, run in this process; the last two arguments are its folder and its store."""
    *words, folder, url = map(str, arguments)
    state = str(Path(folder) / "state")
    done = CliRunner().invoke(commands, [*words, "--state-dir", state], env={"MASKING_REDIS_URL": url})
    assert done.exit_code == 0, done.output
    return done.stdout.strip()


def masks(service: Running, key: str) -> int:
    return service.status(key, "POST", "/v1/mask", BATCH)


def test_a_client_that_was_added_may_call(start: Start, printer: str, url: str) -> None:
    service = start("--workers", "2", MASKING_REDIS_URL=url)

    assert masks(service, printer) == 200
    assert service.status(printer, "POST", "/v1/tokenize", BATCH) == 200
    assert service.status(None, "GET", "/readyz") == 200


def test_a_revoked_client_is_shut_out_of_every_worker_within_two_seconds(start: Start, printer: str, url: str) -> None:
    service = start("--workers", "2", MASKING_REDIS_URL=url)
    assert {masks(service, printer) for _ in range(20)} == {200}

    command("clients", "revoke", "printer-1", service.folder, url)

    time.sleep(2)
    assert {masks(service, printer) for _ in range(40)} == {401}


def test_a_client_that_is_added_while_it_runs_is_known_within_two_seconds(start: Start, printer: str, url: str) -> None:
    service = start("--workers", "2", MASKING_REDIS_URL=url)
    key = command("clients", "add", "printer-2", "--role", "label-printer", service.folder, url)

    time.sleep(2)

    assert {masks(service, key) for _ in range(40)} == {200}


@pytest.fixture
def lonely(printer: str, url: str, store: Node, tmp_path: Path) -> Iterator[Running]:
    """A service that was started while its store was down. It has not said that it is ready."""
    store.stop()
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "masking_service", "serve", "--workers", "2", "--port", str(port)]
    service = Running([*command, "--state-dir", str(tmp_path / "state")], tmp_path, {"MASKING_REDIS_URL": url}, port)
    wait_for(lambda: masks(service, printer) == 200, "it masks", 30)
    yield service
    service.stop()


def test_it_masks_when_it_starts_without_its_store_and_recovers_with_it(
    lonely: Running, printer: str, store: Node
) -> None:
    service = lonely

    assert service.status(None, "GET", "/readyz?for=mask") == 200
    started = time.monotonic()
    status, headers, content = service.call(printer, "POST", "/v1/tokenize", BATCH)
    assert (status, json.loads(content)["code"]) == (503, "unavailable")
    assert headers["Retry-After"] == "1"
    assert time.monotonic() - started < 5
    assert service.status(None, "GET", "/readyz") == 503

    store.start()

    wait_for(lambda: service.status(None, "GET", "/readyz") == 200, "it is ready again")
    wait_for(lambda: service.status(printer, "POST", "/v1/tokenize", BATCH) == 200, "it tokenizes again")


def test_it_answers_in_time_while_its_store_hangs(start: Start, printer: str, url: str, store: Node) -> None:
    service = start("--workers", "1", MASKING_REDIS_URL=url)
    assert service.status(printer, "POST", "/v1/tokenize", BATCH) == 200
    store.pause()
    try:
        started = time.monotonic()
        assert service.status(printer, "POST", "/v1/tokenize", BATCH) == 503
        assert masks(service, printer) == 200
        assert time.monotonic() - started < 5
    finally:
        store.resume()

    wait_for(lambda: service.status(printer, "POST", "/v1/tokenize", BATCH) == 200, "it tokenizes again")


def test_it_does_not_start_without_keys(tmp_path: Path, url: str) -> None:
    refused = run("serve", "--port", "0", "--state-dir", str(tmp_path), MASKING_REDIS_URL=url)

    assert refused.returncode != 0
    assert "keyset.json" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_store_of_other_keys_is_refused(printer: str, url: str, tmp_path: Path) -> None:
    command("keys", "init", tmp_path / "other", url)

    state = str(tmp_path / "other" / "state")
    refused = run("serve", "--port", "0", "--workers", "4", "--state-dir", state, MASKING_REDIS_URL=url)

    assert refused.returncode == SETUP_STATUS
    assert "other keys" in refused.stderr
    assert "exited with code" not in refused.stderr  # no worker was started
