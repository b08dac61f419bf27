"""The desk while something else is down: a clear page, and sessions that survive."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import DeskProcess, Visit, free_port, start_desk
from tests.e2e.processes import Running, wait_for
from tests.servers import halt


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    service = Running.serve(tmp_path_factory.mktemp("outages"), "--dev", "--workers", "1")
    yield service
    service.stop()


@pytest.fixture(scope="module")
def desk(service: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    desk = start_desk(service, tmp_path_factory.mktemp("desk"))
    yield desk
    desk.stop()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    with chromium.new_context() as context:
        yield context


def sign_in(context: BrowserContext, desk: DeskProcess) -> Page:
    return Visit(context, desk).sign_in("auditor-sun", "/me")


@contextmanager
def stopped(service: Running) -> Iterator[None]:
    """Let the service answer nothing for as long as the block lasts."""
    processes = [service.process.pid, *children(service.process.pid)]
    for pid in processes:
        halt(pid)
    try:
        yield
    finally:
        for pid in processes:
            os.kill(pid, signal.SIGCONT)


def test_a_restart_of_the_desk_keeps_the_session(context: BrowserContext, service: Running, tmp_path: Path) -> None:
    ports = free_port(), free_port()
    desk = start_desk(service, tmp_path, ports)
    page = sign_in(context, desk)
    desk.stop()
    again = start_desk(service, tmp_path, ports)
    try:
        page.reload()
        expect(page.locator("dl.facts-list")).to_contain_text("dev/auditor-sun")
    finally:
        again.stop()


def test_a_service_that_is_down_is_said_and_the_session_stays(
    service: Running, desk: DeskProcess, context: BrowserContext
) -> None:
    page = sign_in(context, desk)
    with stopped(service):
        answer = page.reload()
        assert answer is not None
        assert answer.status == 503
        expect(page.locator("h1")).to_have_text("The masking service does not answer")
    wait_for(lambda: (page.reload() or page).status == 200, "a page")  # type: ignore[union-attr]  # a page answers
    expect(page.locator("dl.facts-list")).to_contain_text("dev/auditor-sun")


def test_a_list_says_that_the_service_is_down_and_goes_on_afterwards(
    service: Running, desk: DeskProcess, context: BrowserContext
) -> None:
    at = Visit(context, desk)
    at.page.clock.install()
    page = at.sign_in("auditor-sun", "/cases")
    with stopped(service):
        page.clock.fast_forward(16_000)
        expect(page.locator("#rows")).to_contain_text("The masking service does not answer", timeout=20_000)
        expect(page.locator("nav[aria-label=Main]")).to_have_count(1)
    wait_for(lambda: service.status(None, "GET", "/readyz") == 200, "the service has its store again")
    page.clock.fast_forward(16_000)
    expect(page.locator("#rows")).to_contain_text("No cases here")


def test_a_session_store_that_is_down_is_said(service: Running, desk: DeskProcess, context: BrowserContext) -> None:
    """The last test at this desk, whose store stays down."""
    page = sign_in(context, desk)
    lock = (service.state / "desk" / "valkey" / "lock").resolve()
    store = next(pid for pid in children(desk.process.pid) if lock in open_files(pid))
    os.kill(store, signal.SIGKILL)

    wait_for(lambda: (page.reload() or page).status == 503, "a refusal")  # type: ignore[union-attr]  # a page answers

    expect(page.locator("h1")).to_have_text("The desk cannot check your session")
    assert (
        service.status(service.credentials["label-printer"], "POST", "/v1/mask", {"records": [{"remark": "x"}]}) == 200
    )


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def open_files(pid: int) -> list[Path]:
    return [entry.readlink() for entry in Path(f"/proc/{pid}/fd").iterdir()]
