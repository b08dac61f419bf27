"""A production set-up as processes: keys and clients from the command line, a store that may be away."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from masking_service.server.serving import SETUP_STATUS
from tests.e2e.processes import SERVICE, Running, command, run, wait_for
from tests.servers import Node, free_ports, single

BATCH = {"records": [{"waybill_no": "SF1234567890", "sender": {"name": "张三", "phone": "13812345678"}}]}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A store with production's settings that keeps its address when it is stopped and started."""
    with single(tmp_path_factory.mktemp("store")) as node:
        yield node


@pytest.fixture
def url(store: Node) -> str:
    if store.running.poll() is not None:
        store.start()
    store.client.flushall()
    return store.url


@pytest.fixture
def printer(url: str, tmp_path: Path) -> str:
    """The key of a label printer in a fresh set-up of production."""
    return Setup(tmp_path, url).add("printer-1")


class Setup:
    """Keys and clients of production, and a service that runs with them once it is started."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.command("keys", "init")

    def command(self, *words: str) -> str:
        return command(*words, MASKING_STATE_DIR=str(self.folder / "state"), MASKING_REDIS_URL=self.url)

    def add(self, name: str) -> str:
        """Add a label printer; its key."""
        return self.command("clients", "add", name, "--role", "label-printer")

    def start(self) -> Running:
        return Running.serve(self.folder, "--workers", "2", MASKING_REDIS_URL=self.url)


@dataclass(frozen=True)
class Site:
    """A service of two workers, its store, and two printers that were added before it started."""

    setup: Setup
    store: Node
    printer: str
    thief: str
    service: Running

    def masks(self, key: str) -> set[int]:
        """The statuses of as many calls as meet both workers."""
        return {masks(self.service, key) for _ in range(40)}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with single(folder) as store:
        setup = Setup(folder, store.url)
        printer, thief = setup.add("printer-1"), setup.add("thief")
        service = setup.start()
        yield Site(setup, store, printer, thief, service)
        service.stop()


def masks(service: Running, key: str) -> int:
    return service.status(key, "POST", "/v1/mask", BATCH)


def test_a_client_that_was_added_may_call(site: Site) -> None:
    assert masks(site.service, site.printer) == 200
    assert site.service.status(site.printer, "POST", "/v1/tokenize", BATCH) == 200
    assert site.service.status(None, "GET", "/readyz") == 200


def test_a_revoked_client_is_shut_out_of_every_worker_within_two_seconds(site: Site) -> None:
    assert site.masks(site.thief) == {200}

    site.setup.command("clients", "revoke", "thief")

    wait_for(lambda: site.masks(site.thief) == {401}, "every worker refuses it", 2)


def test_a_client_that_is_added_while_it_runs_is_known_within_two_seconds(site: Site) -> None:
    key = site.setup.add("printer-2")

    wait_for(lambda: site.masks(key) == {200}, "every worker knows it", 2)


def test_it_answers_in_time_while_its_store_hangs(site: Site) -> None:
    service = site.service
    assert service.status(site.printer, "POST", "/v1/tokenize", BATCH) == 200
    site.store.pause()
    try:
        started = time.monotonic()
        assert service.status(site.printer, "POST", "/v1/tokenize", BATCH) == 503
        assert masks(service, site.printer) == 200
        assert time.monotonic() - started < 5
    finally:
        site.store.resume()

    wait_for(lambda: service.status(site.printer, "POST", "/v1/tokenize", BATCH) == 200, "it tokenizes again")


@pytest.fixture
def lonely(printer: str, url: str, store: Node, tmp_path: Path) -> Iterator[Running]:
    """A service that was started while its store was down. It has not said that it is ready."""
    store.stop()
    (port,) = free_ports(1)
    line = (*SERVICE, "serve", "--workers", "2", "--port", str(port), "--state-dir", str(tmp_path / "state"))
    service = Running(line, tmp_path, {"MASKING_REDIS_URL": url}, port)
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


def test_it_does_not_start_without_keys(tmp_path: Path, url: str) -> None:
    refused = run("serve", "--port", "0", "--state-dir", str(tmp_path), MASKING_REDIS_URL=url)

    assert refused.returncode != 0
    assert "keyset.json" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_store_of_other_keys_is_refused(printer: str, url: str, tmp_path: Path) -> None:
    state = str(tmp_path / "other")
    command("keys", "init", MASKING_STATE_DIR=state, MASKING_REDIS_URL=url)

    refused = run("serve", "--port", "0", "--workers", "4", "--state-dir", state, MASKING_REDIS_URL=url)

    assert refused.returncode == SETUP_STATUS
    assert "other keys" in refused.stderr
    assert "exited with code" not in refused.stderr  # no worker was started
