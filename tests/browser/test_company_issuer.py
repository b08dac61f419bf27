"""The desk at a company's issuer: the real oidc-provider signs people in, refreshes, and signs them out."""

from __future__ import annotations

import json
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jwt.algorithms import ECAlgorithm
from playwright.sync_api import Browser, Page, expect

from keys.development_issuer import new_private_pem, public_pem
from masking_console.guards import SESSION_COOKIE
from masking_console.sessions import Sessions
from masking_service.dev.embedded import EmbeddedServer
from tests.browser.conftest import DeskProcess, Visit, call, free_port
from tests.e2e.processes import ROOT, Running, begin, wait_for

PROVIDER = ROOT / "node_modules" / "oidc-provider"
pytestmark = [
    pytest.mark.needs("node"),
    pytest.mark.skipif(not PROVIDER.exists(), reason="oidc-provider is missing: run `make assets`, which needs npm"),
]


def _policy(folder: Path, issuer: str) -> Path:
    """The default policy, with the issuer's people."""
    text = (ROOT / "policy.yaml").read_text("utf-8")
    rule = (
        f"issuers:\n  staff:\n    issuer: {issuer}\n    audience: waybill-masking\n    algorithm: ES256\n"
        "    keys: staff.pem\n    tenants: [default]\n    roles: [service-desk, dispute-officer]\n"
        "    unmasking: {acr: '2', max_age: 1h}\n"
    )
    path = folder / "policy.yaml"
    path.write_text(re.sub(r"(?m)^issuers: \{\}\n", rule, text), "utf-8")
    return path


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    folder = tmp_path_factory.mktemp("company")
    port, desk_port = free_port(), free_port()
    issuer, url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{desk_port}"
    pem = new_private_pem()
    (folder / "staff.pem").write_bytes(public_pem(pem))
    algorithm = ECAlgorithm(ECAlgorithm.SHA256)
    jwk = algorithm.to_jwk(algorithm.prepare_key(pem), as_dict=True) | {"use": "sig", "alg": "ES256"}
    (folder / "key.json").write_text(json.dumps(jwk))
    for name, content in (("session-key", "ab" * 32), ("secret", "a-secret-of-the-tests")):
        (folder / name).write_text(content)
        (folder / name).chmod(0o600)
    settings = {
        "URL": url,
        "ISSUER": issuer,
        "CLIENT_ID": "desk",
        "CLIENT_SECRET": str(folder / "secret"),
        "SESSION_KEY": str(folder / "session-key"),
        "RESOURCE": "urn:waybill-masking",
    }
    service = Running.serve(folder, "--dev", "--workers", "1", MASKING_POLICY=str(_policy(folder, issuer)))
    with EmbeddedServer(folder / "sessions") as store:
        settings |= {"REDIS_URL": store.url, "SERVICE_URL": f"http://127.0.0.1:{service.port}"}
        (folder / "store.json").write_text(json.dumps({"url": store.url}))
        given = {f"MASKING_CONSOLE_{name}": value for name, value in settings.items()}
        commands = {
            "issuer": ["node", "tests/browser/provider.mjs", str(port), url, str(folder / "key.json")],
            "desk": [sys.executable, "-m", "masking_console", "serve", "--port", str(desk_port)],
        }
        processes = {}
        for name, command in commands.items():
            log = folder / f"{name}.log"
            processes[name] = begin(command, log, **given)
            wait_for(lambda log=log, name=name: f"{name} at" in log.read_text(), name, 20)
        yield DeskProcess(service, processes["desk"], url, issuer, folder / "desk.log")
        for process in processes.values():
            process.send_signal(signal.SIGTERM)
            process.wait(20)
    service.stop()


@pytest.fixture
def visitor(chromium: Browser, company: DeskProcess) -> Iterator[Callable[[], Visit]]:
    contexts = []

    def open_desk() -> Visit:
        contexts.append(chromium.new_context())
        return Visit(contexts[-1], company)

    yield open_desk
    for context in contexts:
        context.close()


def sign_in(at: Visit, sub: str, path: str = "/") -> Page:
    page = at.go(path)
    page.get_by_role("button", name=re.compile("Sign in|Confirm")).click()
    if page.locator("input[name=login]").count():
        page.locator("input[name=login]").fill(sub)
        page.locator("input[name=password]").fill("anything")
        page.get_by_role("button").first.click()
    page.get_by_role("button").first.click()  # consent
    page.wait_for_url(f"{at.desk.url}/**")
    page.locator("header.bar").wait_for()
    return page


def test_a_company_account_signs_in_and_out(visitor: Callable[[], Visit], company: DeskProcess) -> None:
    at = visitor()
    page = sign_in(at, "wang", "/me")

    expect(page.locator("dl.facts-list")).to_contain_text("staff/wang")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button").first.click()  # the issuer asks whether to end its session as well
    page.wait_for_url(f"{company.url}/signed-out**")
    page = at.go("/cases")
    expect(page).to_have_url(re.compile("/sign-in"))


def test_without_a_search_index_the_desk_offers_no_search(visitor: Callable[[], Visit], company: DeskProcess) -> None:
    """The default policy keeps none, although the role may search."""
    page = sign_in(visitor(), "li", "/cases")

    expect(page.get_by_role("button", name="New case")).to_be_visible()
    expect(page.get_by_role("button", name="Find a parcel")).to_have_count(0)
    answer = page.goto(f"{company.url}/find")
    assert answer is not None
    assert answer.status == 403


def test_two_requests_at_once_refresh_one_time(visitor: Callable[[], Visit]) -> None:
    """The issuer rotates refresh tokens, and ends the family of one that is used twice."""
    at = visitor()
    page = sign_in(at, "li", "/cases")
    # Ask as if the access token ended at once: the session says when it ends, and the desk reads it there.
    shorten(at)
    statuses = page.evaluate(
        "() => Promise.all([1, 2, 3, 4].map(() => fetch('/cases?poll=1', {redirect: 'manual'}).then(a => a.status)))"
    )

    assert statuses == [200] * 4
    page.reload()
    expect(page.locator("h1")).to_have_text("Cases")


def shorten(at: Visit) -> None:
    """Let the access token of the visitor's session end within the time in which it is renewed."""
    store = json.loads((at.desk.log.parent / "store.json").read_text())
    (held,) = [each["value"] for each in at.context.cookies() if each["name"] == SESSION_COOKIE]
    Sessions(store["url"], lambda: bytes.fromhex("ab" * 32)).change(held, expires_at=int(time.time()) + 5)


def test_an_old_sign_in_is_confirmed_before_a_value_is_opened(
    visitor: Callable[[], Visit], company: DeskProcess
) -> None:
    record = {"waybill_no": "ST0000000001", "recipient": {"name": "欧阳娜娜", "phone": "13812345678"}}
    company.service.call(company.service.credentials["label-printer"], "POST", "/v1/tokenize", {"records": [record]})
    body = {"case": "ST-1", "purpose": "dispute", "waybills": ["ST0000000001"], "reason": "a test"}
    assert call(company, "service-desk", "POST", "/v1/cases", body)[0] == 201
    page = sign_in(visitor(), "wei", "/cases/ST-1")

    page.get_by_role("button", name="Show phone").click()
    expect(page.locator("h1")).to_have_text("Confirm that it is you")
    page.get_by_role("button", name="Confirm").click()
    if page.locator("input[name=login]").count():
        page.locator("input[name=login]").fill("wei")
        page.locator("input[name=password]").fill("anything")
        page.get_by_role("button").first.click()
    page.get_by_role("button").first.click()
    page.wait_for_url("**/cases/ST-1")

    expect(page.locator("[data-revealed]")).to_have_count(0)  # confirming reveals nothing by itself
    page.get_by_role("button", name="Show phone").click()
    expect(page.locator("[data-revealed]")).to_contain_text("13812345678")


def test_the_issuer_ends_a_session_behind_the_desks_back(visitor: Callable[[], Visit], company: DeskProcess) -> None:
    at = visitor()
    page = sign_in(at, "wang", "/me")
    other = at.context.new_page()
    other.goto(f"{company.issuer_url}/session/end")
    other.get_by_role("button").first.click()
    other.wait_for_load_state()

    page.reload()
    expect(page.locator("main")).to_contain_text("You were signed out")
