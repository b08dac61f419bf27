"""The service and its desk as processes, and a real Chromium that works at the desk."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import redis
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from masking_service.service.people.issuers import mint
from tests import fork_server
from tests.e2e.processes import ROOT, Process, Running, begin, environment, wait_for

PHONE = "13987654321"
"""Of the recipient whom `case` is about."""
OWN_PHONE = "13900000001"
"""The company's own: of seeds."""
CHROMIUM = Path("/usr/bin/chromium-headless-shell")
"""Draws no window, which takes a quarter of the time of the whole browser."""
expect.set_options(timeout=20_000)  # milliseconds: two other processes of a run may keep both cores busy
ARGUMENTS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class DeskProcess:
    """A desk that runs beside a service."""

    service: Running
    process: Process
    url: str
    issuer_url: str
    log: Path

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def start_desk(
    service: Running, folder: Path, ports: tuple[int, int] | None = None, *, localhost: bool = False
) -> DeskProcess:
    (port, issuer_port), log = ports or (free_port(), free_port()), folder / "desk.log"
    words = ["serve", "--dev", "--port", str(port), "--issuer-port", str(issuer_port)]
    words += ["--service-url", f"http://127.0.0.1:{service.port}", "--state-dir", str(service.state)]
    words += ["--localhost"] if localhost else []
    process = begin((sys.executable, "-m", "masking_console", *words), log)
    wait_for(lambda: re.search(r"^desk at ", log.read_text(), re.MULTILINE), "the desk's line", 30)
    url = f"http://{'localhost' if localhost else '127.0.0.1'}:{port}"
    return DeskProcess(service, process, url, f"http://127.0.0.1:{issuer_port}", log)


def first_batch(service: Running) -> None:
    """Send the first batch, as `make run` does."""
    url = f"http://127.0.0.1:{service.port}"
    subprocess.run(
        [sys.executable, "examples/first_batch.py", "--url", url, "--state-dir", str(service.state)],
        cwd=ROOT,
        env=environment() | {"no_proxy": "127.0.0.1"},
        check=True,
        capture_output=True,
    )


def list_own_number(service: Running, policy: Path) -> None:
    """Put a phone of the company's own on the policy's list, which the running service reads again."""
    source = policy.with_name("number")
    source.write_text(OWN_PHONE)
    words = ("policy", "number", "-", "--state-dir", str(service.state))
    hashed = fork_server.run("masking_service", *words, environment=environment(), source=source)
    assert hashed.returncode == 0, hashed.stderr
    with policy.open("a", encoding="utf-8") as file:
        file.write(f'decoys: {{own_numbers: ["{hashed.stdout.strip()}"]}}\n')


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    """A desk with the first batch, at a service that keeps both search indexes."""
    folder = tmp_path_factory.mktemp("desk")
    policy = folder / "policy.yaml"
    policy.write_text(f"{(ROOT / 'policy.yaml').read_text('utf-8')}\nsearch: {{phone: true, last4: true}}\n", "utf-8")
    service = Running.serve(folder, "--dev", "--workers", "1", MASKING_POLICY=str(policy))
    list_own_number(service, policy)
    first_batch(service)
    running = start_desk(service, folder)
    yield running
    running.stop()
    service.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


class Visit:
    """A person at the desk: the page, and everything that the browser complained of.

    Attributes:
        complaints: console errors, refused requests and CSP violations.
        hosts: every host that was asked.
    """

    def __init__(self, context: BrowserContext, desk: DeskProcess, held: dict[str, list[Any]] | None = None) -> None:
        """`held` keeps the cookies of people who are signed in, so that the next visit of each goes on with them."""
        self.context = context
        self.desk = desk
        self._held: dict[str, list[Any]] = {} if held is None else held
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        context.on("request", self._asked)
        self.page: Page = context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open_as(self, sub: str, path: str = "/") -> Page:
        """The page of a path for a person, who goes on with the session that they have, else signs in."""
        if sub in self._held:
            self.context.add_cookies(self._held[sub])
            self.page.goto(f"{self.desk.url}{path}")
            if self.page.locator("header.bar").count():
                return self.page
            self.context.clear_cookies()
            self.complaints.clear()
        return self.sign_in(sub, path)

    def sign_in(self, sub: str, path: str = "/") -> Page:
        """Sign in through the issuer's page, and land on a path of the desk."""
        self.page.goto(f"{self.desk.url}{path}")
        self.page.locator("form button").click()
        self.page.locator(f"button[value={sub}]").click()
        self.page.wait_for_url(f"{self.desk.url}/**")
        self.page.locator("nav").first.wait_for()
        self._held[sub] = [each for each in self.context.cookies(self.desk.url) if each["name"].endswith("-session")]
        return self.page

    def go(self, path: str) -> Page:
        self.page.goto(f"{self.desk.url}{path}")
        return self.page

    def _asked(self, request: Request) -> None:
        self.hosts.add("/".join(request.url.split("/")[:3]) if request.url.startswith("http") else "")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


Opens = Callable[..., Visit]
"""Opens the desk in a browser of its own: `visit(language="zh-CN", dark=True, width=320)`."""
Makes = Callable[..., str]
"""Makes a waybill or a case, and returns its number or name."""


@pytest.fixture(scope="session")
def held() -> dict[str, list[Any]]:
    """The cookies of the people who are signed in at the shared desk."""
    return {}


def clean(desk: DeskProcess) -> None:
    """Take away what tests leave for one another: forms that were not sent, spent budgets, and frozen people."""
    stores = {desk.service.state / "desk": "console:draft:*", desk.service.state: "wm:{t:*}budget:*"}
    for folder, pattern in stores.items():
        with redis.Redis.from_url((folder / "valkey" / "url").read_text()) as store:
            if keys := [*store.scan_iter(pattern, count=1000)]:
                store.delete(*keys)
    for one in call(desk, "supervisor", "GET", "/v1/principals/frozen", sub="s-1")[1]["principals"]:
        call(desk, "supervisor", "POST", f"/v1/principals/{quote(one['id'], safe='')}/thaw", {}, sub="s-1")


@pytest.fixture
def visit(chromium: Browser, desk: DeskProcess, held: dict[str, list[Any]]) -> Iterator[Opens]:
    clean(desk)
    contexts: list[BrowserContext] = []

    def open_desk(language: str = "en", *, dark: bool = False, width: int = 1280, **more: Any) -> Visit:
        context = chromium.new_context(
            locale=language,
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": 900},
            **more,
        )
        contexts.append(context)
        return Visit(context, desk, held)

    yield open_desk
    for context in contexts:
        context.close()


def call(
    desk: DeskProcess, role: str, method: str, path: str, body: object = None, sub: str = "helper"
) -> tuple[int, dict[str, Any]]:
    """A call of a signed-in person to the service itself."""
    pem = (desk.service.state / "dev-issuer.pem").read_bytes()
    token = mint(pem, sub=sub, roles=[role], ttl=600, now=int(time.time()))
    status, _, content = desk.service.call(token, method, path, body)
    return status, json.loads(content)


@pytest.fixture(scope="session")
def new_case(desk: DeskProcess) -> Makes:
    """Opens cases by the service desk: `new_case(["SF…"], purpose="dispute")`; returns the name."""
    names = (f"B-{number}" for number in count(1))

    def open_case(waybills: list[str], purpose: str = "dispute") -> str:
        name = next(names)
        body = {"case": name, "purpose": purpose, "waybills": waybills, "reason": "a browser test"}
        status, answer = call(desk, "service-desk", "POST", "/v1/cases", body)
        assert status == 201, answer
        return name

    return open_case


@pytest.fixture(scope="session")
def store(desk: DeskProcess) -> Makes:
    """Tokenizes one waybill: `store(recipient={"name": …})`; returns its number."""
    numbers = (f"BR{number:010d}" for number in count(1))

    def tokenize(**sides: dict[str, str]) -> str:
        number = next(numbers)
        usual = {"name": "欧阳娜娜", "phone": "13812345678", "address": "上海市青浦区华志路1685号3号楼2单元402室"}
        record = {"waybill_no": number, "sender": usual | sides.get("sender", {})}
        record["recipient"] = usual | sides.get("recipient", {})
        key = desk.service.credentials["label-printer"]
        status, _, content = desk.service.call(key, "POST", "/v1/tokenize", {"records": [record]})
        assert (status, json.loads(content)["failed"]) == (200, 0), content
        return number

    return tokenize


@pytest.fixture
def case(store: Makes, new_case: Makes) -> str:
    return new_case([store(recipient={"phone": PHONE})])
