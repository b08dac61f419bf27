"""People with keys at the desk: a desk under the recommended policy, and a browser with a virtual authenticator."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import BrowserContext, expect

from masking_service.dev.recommended import recommended
from tests.browser.conftest import DeskProcess, Visit, free_port, start_desk
from tests.e2e.processes import Running, command

_AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def start_signing_desk(folder: Path, edit: Callable[[dict[str, Any]], object]) -> DeskProcess:
    """Start a service under an edit of the recommended policy, and its desk at localhost, where browsers make keys."""
    port, *ports = (free_port() for _ in range(3))
    text = recommended(ports[0] - 1).replace(f":{ports[0] - 1}", f":{port}")  # the service is elsewhere
    policy = yaml.safe_load(text)
    edit(policy)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "policy.yaml"
    file.write_text(yaml.safe_dump(policy, allow_unicode=True), "utf-8")
    service = Running.serve(folder, "--dev", "--workers", "1", "--port", str(port), MASKING_POLICY=str(file))
    return start_desk(service, folder, (ports[0], ports[1]), localhost=True)


class SigningVisit(Visit):
    """A person at the desk, with an authenticator.

    Attributes:
        touches: the person, once for each touch.
    """

    def __init__(self, context: BrowserContext, desk: DeskProcess, sub: str) -> None:
        super().__init__(context, desk)
        self.touches: list[str] = []
        session = context.new_cdp_session(self.page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})
        session.on("WebAuthn.credentialAsserted", lambda _: self.touches.append(sub))
        self.sign_in(sub)


def enrol(visit: Visit) -> str:
    """Make a key in three clicks; the code that the page shows."""
    page = visit.go("/me")
    page.get_by_role("link", name="Your keys").click()
    page.get_by_role("button", name="Make a key").click()
    code = page.locator("#code")
    expect(page.get_by_role("heading", name="Read this code to your approver")).to_be_visible()
    return code.inner_text()


def enrol_browser(visit: Visit) -> str:
    """Enrol the browser in three clicks; the code that the page shows."""
    page = visit.go("/me")
    page.get_by_role("link", name="Your keys").click()
    page.get_by_role("button", name="Enrol this browser").click()
    code = page.locator("#device-code")
    expect(code).to_be_visible()
    return code.inner_text()


def approved_on_the_command_line(desk: DeskProcess, sort: str = "keys") -> None:
    state = str(desk.service.state)
    listed = command("people", sort, "list", "--state-dir", state).splitlines()
    command("people", sort, "approve", listed[1].split()[1], "--state-dir", state)


def enrolled(visit: Visit, desk: DeskProcess) -> None:
    """See to it that a person has a key that signs, and a browser that proves."""
    if not visit.go("/me/keys").locator("table:not(#own-devices table)").get_by_text("active").count():
        enrol(visit)
        approved_on_the_command_line(desk)
    if not visit.go("/me/keys").locator("#own-devices").get_by_text("active").count():
        enrol_browser(visit)
        approved_on_the_command_line(desk, "devices")
