"""Keys of people at the desk, in a real browser with its virtual authenticator: enrol, approve, touch."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import DeskProcess, Visit, call
from tests.browser.signing import (
    SigningVisit,
    approved_on_the_command_line,
    enrol,
    enrol_browser,
    enrolled,
    start_signing_desk,
)
from tests.browser.test_pages import AXE, RUN
from tests.devices import Device
from tests.e2e.processes import command

NUMBER = "SG0000000001"
PHONE = "13987654321"


READ_KEY = """async () => {
  const database = await new Promise(done => {
    const opening = indexedDB.open("desk");
    opening.onsuccess = () => done(opening.result);
  });
  const key = await new Promise(done => {
    const asked = database.transaction("keys").objectStore("keys").get("officer-wang");
    asked.onsuccess = () => done(asked.result);
  });
  const exported = await crypto.subtle.exportKey("pkcs8", key.privateKey).then(() => "", error => error.name);
  return { extractable: key.privateKey.extractable, exported };
}"""


Opens = Callable[[str], SigningVisit]


def change(policy: dict[str, Any]) -> None:
    """Have three fields at most and the list of decoys signed, and no waybill in the sample that needs approval."""
    del policy["cases"]["sample"]
    policy["signed"]["fields_at_most"] = 3
    policy["signed"]["acts"].append("decoy-list")


@pytest.fixture(scope="module")
def signing_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    """A desk at a service with the recommended policy, one waybill and a case that names it."""
    running = start_signing_desk(tmp_path_factory.mktemp("signing"), change)
    service = running.service
    usual = {"name": "欧阳娜娜", "phone": PHONE, "address": "上海市青浦区华志路1685号3号楼2单元402室"}
    record = {"waybill_no": NUMBER, "sender": usual, "recipient": usual}
    service.call(service.credentials["label-printer"], "POST", "/v1/tokenize", {"records": [record]})
    wanted = {"case": "S-1", "purpose": "dispute", "waybills": [NUMBER], "reason": "a browser test"}
    status, answer = call(running, "service-desk", "POST", "/v1/cases", wanted)
    assert (status, answer["status"]) == (201, "open"), answer
    yield running
    running.stop()
    service.stop()


@pytest.fixture(scope="module")
def at_desk(chromium: Browser, signing_desk: DeskProcess) -> Iterator[Opens]:
    """Signs a person in, in a browser with an authenticator of their own, once."""
    visits: dict[str, SigningVisit] = {}

    def open_as(sub: str) -> SigningVisit:
        if sub not in visits:
            visits[sub] = SigningVisit(chromium.new_context(locale="en"), signing_desk, sub)
        return visits[sub]

    yield open_as
    for visit in visits.values():
        visit.context.close()


def choose_language(visit: Visit, language: str) -> None:
    page = visit.go("/me")
    page.locator("#language").select_option(language)
    page.locator("form:has(#language) button").click()
    expect(page.locator(f"html[lang^={language}]")).to_have_count(1)


def approve_browser(supervisor: Visit, code: str) -> None:
    page = supervisor.go("/keys")
    page.get_by_label("Code on the device").fill(code)
    page.get_by_role("button", name="Approve").last.click()
    expect(page.get_by_text("Done.")).to_be_visible()


def show_phone(page: Page) -> None:
    page.get_by_role("button", name="Show phone").first.click()


def test_from_a_new_key_to_an_opened_value(signing_desk: DeskProcess, at_desk: Opens) -> None:
    supervisor, officer = at_desk("supervisor-chen"), at_desk("officer-wang")
    enrol(supervisor)
    approved_on_the_command_line(signing_desk)
    code = enrol(officer)
    page = officer.go("/cases/S-1")
    expect(page.get_by_text("This browser may not show waybills for you yet.")).to_be_visible()
    approve_browser(supervisor, enrol_browser(officer))
    page = officer.go("/cases/S-1")
    show_phone(page)
    expect(page.locator("#signing")).to_have_text("You have no key that may sign: make one under Me, Your keys.")

    page = supervisor.go("/keys")
    page.get_by_label("Code that the person reads to you").fill(code)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Done.")).to_be_visible()
    page = officer.go("/cases/S-1")
    show_phone(page)

    expect(page.locator("[data-revealed]")).to_contain_text(PHONE)
    expect(officer.go("/me/keys").get_by_role("cell", name="active")).to_have_count(2)
    expect(officer.page.get_by_role("row").filter(has_text="this browser").get_by_text("active")).to_be_visible()
    assert (supervisor.complaints, officer.complaints) == ([], [])


def test_what_the_browser_proves_is_this_call_once(signing_desk: DeskProcess, at_desk: Opens) -> None:
    officer = at_desk("officer-wang")
    enrolled(officer, signing_desk)
    page = officer.go("/cases/S-1")
    expect(page.get_by_role("heading", name=NUMBER)).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.resource_type))

    page.goto("about:blank")
    page = officer.go(f"/cases/S-1?waybill={NUMBER}#waybill")
    expect(page.get_by_role("heading", name=NUMBER)).to_be_visible()

    assert asked.count("document") == 2  # what has to be proven, and the case
    assert [each for each in officer.context.cookies() if each["name"] == "__Secure-desk-proof"] == []
    key = page.evaluate(READ_KEY)
    assert key == {"extractable": False, "exported": "InvalidAccessError"}
    page.get_by_role("button", name="Call").first.click()
    expect(page.locator(".slot .dial, .slot .said")).to_be_visible()  # in its place: the proof was good
    assert officer.complaints == []


def test_marked_fields_are_shown_with_one_touch_by_keyboard_alone(signing_desk: DeskProcess, at_desk: Opens) -> None:
    officer = at_desk("officer-wang")
    enrolled(officer, signing_desk)
    page = officer.go("/cases/S-1")
    left = page.get_by_role("meter", name="30 days")
    before, touches = int(left.get_attribute("value") or ""), len(officer.touches)
    opened = page.locator("#timeline li", has_text="opened Recipient")
    opened_before = opened.count()
    expect(page.get_by_role("button", name="Show marked")).to_be_hidden()

    for field in ("Recipient · phone", "Recipient · name"):
        page.get_by_role("checkbox", name=f"Mark {field}").focus()
        page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Show marked 2")).to_be_visible()
    page.keyboard.press("Enter")

    expect(page.locator("[data-revealed]", has_text=PHONE)).to_have_count(1)
    expect(page.locator("[data-revealed]", has_text="欧阳娜娜")).to_have_count(1)
    expect(page.get_by_role("button", name="Hide").first).to_be_focused()
    expect(left).to_have_attribute("value", str(before - 2))
    expect(opened).to_have_count(opened_before + 2)
    assert len(officer.touches) == touches + 1
    expect(page.get_by_role("button", name="Show marked")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("[data-revealed]")).to_have_count(0)
    assert PHONE not in page.content()

    page.get_by_role("checkbox", name="Mark Sender · name").check()
    page.get_by_role("link", name="Label preview").focus()
    page.keyboard.press("s")
    expect(page.locator("[data-revealed]")).to_have_count(1)
    show_phone(page)
    expect(page.locator("[data-revealed]", has_text=PHONE)).to_have_count(1)
    expect(page.locator("[data-revealed]")).to_have_count(1)
    assert (len(officer.touches), officer.complaints) == (touches + 3, [])


def test_no_more_fields_are_marked_than_one_signature_opens(signing_desk: DeskProcess, at_desk: Opens) -> None:
    officer = at_desk("officer-wang")
    enrolled(officer, signing_desk)
    choose_language(officer, "zh")
    page = officer.go("/cases/S-1")
    marks = page.get_by_role("checkbox", name="勾选")
    for at in range(3):
        marks.nth(at).check()

    expect(page.get_by_text("最多勾选 3 个字段，验证一次即可一起显示。")).to_be_visible()
    expect(marks.nth(3)).to_be_disabled()
    assert page.evaluate(f"() => {{ {AXE.read_text()} }}") is None
    assert page.evaluate("options => axe.run(document, options)", RUN)["violations"] == []
    marks.first.uncheck()
    expect(marks.nth(3)).to_be_enabled()
    page.get_by_role("button", name="显示所选 2").click()

    expect(page.locator("[data-revealed]")).to_have_count(2)
    choose_language(officer, "en")
    assert officer.complaints == []


def test_marks_that_change_while_the_person_signs_open_nothing(signing_desk: DeskProcess, at_desk: Opens) -> None:
    officer = at_desk("officer-wang")
    enrolled(officer, signing_desk)
    page = officer.go("/cases/S-1")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("checkbox").nth(0).check()

    def mark_another(route: Route) -> None:
        page.get_by_role("checkbox").nth(1).check()
        route.continue_()

    page.route("**/sign", mark_another)

    page.get_by_role("button", name="Show marked").click()

    expect(page.locator("#signing")).to_have_text("Nothing was signed.")
    assert not [url for url in asked if url.endswith("/reveal")]
    page.unroute("**/sign")


def test_a_supervisor_approves_a_couriers_phone(signing_desk: DeskProcess, at_desk: Opens) -> None:
    supervisor = at_desk("supervisor-chen")
    enrolled(supervisor, signing_desk)
    service, phone = signing_desk.service, Device()
    token = command("token", "mint", "--role", "courier", "--sub", "wang", "--state-dir", str(service.state)).strip()
    body = b'{"name": "round phone"}'
    way = f"http://127.0.0.1:{service.port}/v1/me/devices"

    def enrol_phone(nonce: str | None = None) -> tuple[int, Any]:
        proof = phone.prove(token, "POST", "/v1/me/devices", body, nonce=nonce, htu=way)
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=10)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "DPoP": proof}
        connection.request("POST", "/v1/me/devices", body, headers)
        answered = connection.getresponse()
        return answered.status, json.loads(answered.read())

    assert enrol_phone(enrol_phone()[1]["nonce"])[0] == 201
    page = supervisor.go("/keys")
    page.get_by_label("Code on the device").fill(phone.code)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Done.")).to_be_visible()
    page = supervisor.go("/keys?person=dev/wang")
    expect(page.get_by_role("cell", name="active")).to_be_visible()
    page.get_by_role("button", name="Revoke device").click()
    expect(page.get_by_text("Done.")).to_be_visible()

    page = supervisor.go("/keys?person=dev/wang")
    expect(page.get_by_role("cell", name="revoked")).to_be_visible()
    assert supervisor.complaints == []


def test_decoys_are_listed_and_removed_and_a_restriction_ended_with_a_touch(
    signing_desk: DeskProcess, at_desk: Opens
) -> None:
    privacy = at_desk("privacy-he")
    enrol(privacy)
    approved_on_the_command_line(signing_desk)
    page = privacy.go("/decoys")
    page.get_by_label("Waybills, one a line").fill("SG0000000099")
    page.get_by_role("button", name="Plant", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="SG0000000099")).to_have_count(0)
    page.get_by_role("button", name="Show the list").click()
    page.get_by_role("button", name="Remove SG0000000099").click()
    page.get_by_role("button", name="Show the list").click()
    expect(page.get_by_role("heading", name="No decoys")).to_be_visible()

    page = privacy.go(f"/waybills/{NUMBER}")
    page.get_by_role("button", name="Restrict").click()
    page.get_by_role("button", name="End the restriction").click()
    expect(page.get_by_role("button", name="Restrict", exact=True)).to_be_visible()
    assert privacy.complaints == []


def test_another_code_is_refused_and_a_lost_key_is_revoked(signing_desk: DeskProcess, at_desk: Opens) -> None:
    supervisor, other = at_desk("supervisor-chen"), at_desk("officer-zhao")
    enrolled(supervisor, signing_desk)
    code = enrol(other)
    page = supervisor.go("/keys")
    page.get_by_label("Code that the person reads to you").fill("AAAAA AAAAA")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("alert").filter(has_text="not valid")).to_be_visible()

    page = supervisor.go("/keys")
    page.get_by_label("Code that the person reads to you").fill(code)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Done.")).to_be_visible()
    page = supervisor.go("/keys?person=dev/officer-zhao")
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("Done.")).to_be_visible()
    lost = enrol_browser(other)
    approved_on_the_command_line(signing_desk, "devices")
    page = other.go("/cases/S-1")
    show_phone(page)

    expect(page.locator("#signing")).to_have_text("You have no key that may sign: make one under Me, Your keys.")
    page = supervisor.go("/keys?person=dev/officer-zhao")
    page.get_by_role("button", name="Revoke device").click()
    expect(page.get_by_text("Done.")).to_be_visible()
    assert enrol_browser(other) != lost
