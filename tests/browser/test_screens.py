"""Each role sees the screens that `GET /v1/me` allows; every other screen is absent, and refused by its address."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DeskProcess, Makes, Opens, call

MENUS = {
    "desk-li": ["Cases", "Me"],
    "officer-wang": ["Cases", "Me"],
    "supervisor-chen": ["Cases", "Approvals", "People", "Signing keys", "Me"],
    "privacy-he": ["Cases", "People", "Waybills", "Audit", "Decoys", "Incidents", "Signing keys", "Me"],
    "auditor-sun": ["Cases", "Audit", "Incidents", "Me"],
    "overseer-qian": ["Sums", "Me"],
}
PATHS = {
    "/cases/new": {"desk-li"},
    "/find": {"desk-li"},
    "/approvals": {"supervisor-chen"},
    "/people": {"supervisor-chen", "privacy-he"},
    "/waybills": {"privacy-he"},
    "/waybills/SF0000000001": {"privacy-he"},
    "/waybills/SF0000000001/letter": {"privacy-he"},
    "/audit": {"privacy-he", "auditor-sun"},
    "/audit/checkpoint": {"privacy-he", "auditor-sun"},
    "/sums": {"overseer-qian"},
    "/decoys": {"privacy-he"},
    "/incidents": {"privacy-he", "auditor-sun"},
}
LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff" * 9


@pytest.mark.parametrize("sub", MENUS)
def test_a_role_has_its_screens_and_no_others(desk: DeskProcess, visit: Opens, sub: str) -> None:
    at = visit("en")
    page = at.open_as(sub)

    assert page.locator("nav").first.locator("a").all_inner_texts() == MENUS[sub]
    for path, allowed in PATHS.items():
        answered = page.request.get(f"{desk.url}{path}")
        assert (path, answered.status) == (path, 200 if sub in allowed else 403)
        assert ("Your role does not include this" in answered.text()) == (sub not in allowed)


def test_a_long_name_does_not_make_the_page_wide(visit: Opens, store: Makes, new_case: Makes) -> None:
    number = store(recipient={"name": LONG_NAME, "address": "上海市青浦区" + "华" * 300 + "路1号"})
    at = visit("en", width=320)
    case = new_case([number])
    page = at.open_as("officer-wang", f"/cases/{case}")
    for show in ("Show phone", "Show name"):
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        page.get_by_role("button", name=show).first.click()
        expect(page.locator("[data-revealed]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    for size in ("76x130", "100x180"):
        at.go(f"/cases/{case}/label/{number}?size={size}")
        assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_long_reason_does_not_make_a_page_wide(desk: DeskProcess, visit: Opens) -> None:
    numbers = [f"SF{at:010d}" for at in range(50, 61)]
    body = {"case": "B-long", "purpose": "dispute", "reason": "W" * 400, "waybills": numbers}
    assert call(desk, "service-desk", "POST", "/v1/cases", body, sub="s" * 100)[0] == 201
    at = visit("en", width=320)
    page = at.open_as("supervisor-chen")
    for path in ("/cases?status=pending", "/approvals", "/people", "/cases/B-long"):
        at.go(path)
        assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, 320)


def test_the_letter_tells_openings_full_views_and_calls(
    desk: DeskProcess, visit: Opens, store: Makes, new_case: Makes
) -> None:
    number = store()
    case = new_case([number], "redelivery")
    item = {"waybill_no": number, "field": "/recipient/address"}
    wanted = {"purpose": "redelivery", "case": case, "items": [item]}
    assert call(desk, "dispute-officer", "POST", "/v1/detokenize", wanted, sub="opener")[0] == 200
    keys = desk.service.credentials
    moved = {"items": [{"waybill_no": number, "site": "021001", "courier": "client/courier"}]}
    assert desk.service.call(keys["tracking"], "POST", "/v1/custody", moved)[0] == 200
    assert desk.service.call(keys["courier"], "GET", f"/v1/waybills/{number}")[0] == 200
    assert desk.service.call(keys["courier"], "POST", "/v1/calls", {"waybill_no": number})[0] == 201
    page = visit("en").open_as("privacy-he", f"/waybills/{number}/letter")

    rows = page.locator("article tbody tr").all()
    told = [[row.locator("th").inner_text(), *row.locator("td").all_inner_texts()[:2]] for row in rows]
    assert told == [
        ["Recipient · address", "dispute officer", f"redelivery · case {case}"],
        ["the addresses in full", "courier", "delivery"],
        ["a call through a privacy number, which hides the phone: Recipient · phone", "courier", "delivery"],
    ]


def test_the_letter_names_roles_and_no_person(desk: DeskProcess, visit: Opens, store: Makes, new_case: Makes) -> None:
    number = store()
    item = {"waybill_no": number, "field": "/recipient/phone"}
    wanted = {"purpose": "dispute", "case": new_case([number]), "items": [item]}
    assert call(desk, "dispute-officer", "POST", "/v1/detokenize", wanted, sub="opener")[0] == 200
    page = visit("en").open_as("privacy-he", f"/waybills/{number}/letter")

    expect(page.locator("article")).to_contain_text("dispute officer")
    expect(page.locator("article")).not_to_contain_text("opener")
    page.set_viewport_size({"width": 320, "height": 900})
    page.goto(f"{page.url}?language=zh")
    expect(page.locator("article")).to_contain_text("客诉专员")
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_the_letter_has_its_own_language_and_says_who_called(
    desk: DeskProcess, visit: Opens, store: Makes, new_case: Makes
) -> None:
    number = store()
    case = new_case([number])
    wanted = {"waybill_no": number, "field": "/recipient/phone", "case": case}
    assert call(desk, "dispute-officer", "POST", "/v1/calls", wanted, sub="officer-zhao")[0] == 201
    page = visit("en").open_as("privacy-he", f"/waybills/{number}")
    expect(page.get_by_role("region", name="Calls")).to_contain_text(case)

    page.goto(f"{desk.url}/waybills/{number}/letter?language=zh")

    expect(page.locator("article")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("article")).to_contain_text("通过隐私号码拨打")
    expect(page.locator("article")).to_contain_text("客诉专员")
    expect(page.locator("nav").first).to_contain_text("Waybills")


def test_the_addressee_of_a_letter_is_on_its_print_and_nowhere_else(
    desk: DeskProcess, visit: Opens, store: Makes
) -> None:
    number = store()
    at = visit("en")
    page = at.open_as("privacy-he", f"/waybills/{number}/letter")
    page.get_by_label("Addressee").fill("Hu Xiaoming\n99 Gongyuan Road")
    page.get_by_label("Reference").fill("PI-77")
    page.get_by_role("button", name="Fill in").click()

    expect(page.locator(".letter .to")).to_have_text("Hu Xiaoming99 Gongyuan Road")
    expect(page.locator(".letter .ref")).to_contain_text("Reference: PI-77")
    expect(page.get_by_role("button", name="Print")).to_be_focused()
    assert "Xiaoming" not in page.url
    page.get_by_role("link", name="Erase this waybill").click()
    expect(page.get_by_label("Type the waybill number")).to_be_in_viewport()
    assert "Xiaoming" not in desk.log.read_text() + desk.service.log
    at.go(f"/waybills/{number}/letter")
    expect(page.get_by_label("Addressee")).to_have_value("")
    assert at.complaints == []


def test_a_waybill_is_restricted_and_opens_nothing_until_that_ends(visit: Opens, store: Makes, new_case: Makes) -> None:
    number = store()
    case = new_case([number])
    page = visit("en").open_as("privacy-he", f"/waybills/{number}")
    page.get_by_role("button", name="Restrict").click()
    expect(page.locator(".facts")).to_contain_text("restricted")

    officer = visit("en").open_as("officer-wang", f"/cases/{case}")
    officer.get_by_role("button", name="Show phone").first.click()
    expect(officer.locator("td [role=alert]")).to_be_visible()
    expect(officer.locator("[data-revealed]")).to_have_count(0)

    page.get_by_role("button", name="End the restriction").click()
    expect(page.locator(".facts")).not_to_contain_text("restricted")
    officer.get_by_role("button", name="Show phone").first.click()
    expect(officer.locator("[data-revealed]")).to_be_visible()


def test_an_overseer_reads_sums_without_names_and_keeps_a_checkpoint(
    desk: DeskProcess, visit: Opens, store: Makes, new_case: Makes
) -> None:
    number = store()
    items = [{"waybill_no": number, "field": "/recipient/phone"}]
    opening = {"purpose": "dispute", "case": new_case([number]), "items": items}
    assert call(desk, "dispute-officer", "POST", "/v1/detokenize", opening, sub="officer-wang")[0] == 200
    at = visit("en")
    page = at.open_as("overseer-qian")

    expect(page.locator("h1")).to_have_text("Sums")
    expect(page.get_by_role("row", name="values opened")).to_be_visible()
    assert "officer" not in page.locator("main").inner_text().lower()
    with page.expect_download() as download:
        page.get_by_role("button", name="Checkpoint to keep").click()
    assert json.loads(download.value.path().read_text("utf-8"))["signature"]


def test_of_an_unknown_waybill_there_is_no_record_and_nothing_to_erase(visit: Opens) -> None:
    page = visit("en").open_as("privacy-he", "/waybills/SF0000000000")
    expect(page.get_by_role("heading", name="We keep no record of this number")).to_be_visible()
    expect(page.get_by_role("button", name="Erase")).to_have_count(0)

    page.get_by_role("button", name="Letter").click()

    expect(page.locator("article")).to_contain_text("We keep no record of this number")
    expect(page.locator("article")).not_to_contain_text("All other staff")
    expect(page.get_by_role("link", name="Erase this waybill")).to_have_count(0)


def test_a_person_is_frozen_with_a_reason_and_unfrozen_by_keys_alone(
    desk: DeskProcess, visit: Opens, store: Makes, new_case: Makes
) -> None:
    number = store()
    items = [{"waybill_no": number, "field": "/recipient/phone"}]
    opening = {"purpose": "dispute", "case": new_case([number]), "items": items}
    assert call(desk, "dispute-officer", "POST", "/v1/detokenize", opening, sub="officer-wang")[0] == 200
    at = visit("en")
    page = at.open_as("supervisor-chen", "/people")
    row = page.locator("[data-row='dev/officer-wang']")
    for _ in range(page.locator("[data-row]").count()):
        if not row.locator("a:focus").count():
            page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.locator("#principal")).to_have_value("dev/officer-wang")
    expect(page.locator("#reason")).to_be_focused()
    page.locator("#reason").select_option("Device or account lost")
    page.keyboard.press("Tab")
    page.keyboard.type("ticket 9")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(row).to_contain_text("Device or account lost — ticket 9")
    frozen = call(desk, "supervisor", "GET", "/v1/principals/frozen", sub="s-1")[1]["principals"]
    assert [one["id"] for one in frozen] == ["dev/officer-wang"]
    page.keyboard.press("Enter")
    expect(row.get_by_role("button", name="Freeze dev/officer-wang")).to_be_focused()
    assert at.complaints == []


def test_erasing_says_until_when_backups_can_open_the_waybill(visit: Opens, store: Makes) -> None:
    number = store()
    page = visit("en").open_as("privacy-he", f"/waybills/{number}")
    page.get_by_label("Type the waybill number").fill("SF0000000000")
    page.get_by_role("button", name="Erase").click()
    expect(page.locator("main")).to_contain_text("The number does not match.")

    page.get_by_label("Type the waybill number").fill(number)
    page.get_by_role("button", name="Erase").click()

    day = (datetime.now(UTC) + timedelta(days=181)).strftime("%Y-%m-%d")
    expect(page.locator("main")).to_contain_text(f"Backups can open it until {day}")


def test_a_decision_shows_all_that_a_person_asked_for_in_seven_days(desk: DeskProcess, visit: Opens) -> None:
    """Cases that have ended count as well."""

    def open_case(name: str, count: int, **more: int) -> None:
        waybills = [f"HI{at:010d}" for at in range(count)]
        body = {"case": f"H-{name}", "purpose": "dispute", "waybills": waybills, "reason": "a test", **more}
        assert call(desk, "service-desk", "POST", "/v1/cases", body, sub="asker")[0] == 201

    open_case("short", 2, expires_in=60)
    open_case("closed", 3)
    call(desk, "supervisor", "POST", "/v1/cases/H-closed/close", {})
    open_case("waits", 11)
    page = visit("en").open_as("supervisor-chen", "/approvals")

    page.goto(f"{desk.url}/approvals?case=H-waits")
    card = page.get_by_role("article")
    expect(card).to_contain_text("asked for 2 cases with 5 waybills in the last 7 days")
    expect(card).to_contain_text("closed 1 · open 1")


def test_a_purpose_that_always_needs_approval_says_so_before_sending(visit: Opens) -> None:
    page = visit("en").open_as("desk-li", "/cases/new")
    page.get_by_label("Waybills, one a line").fill("SF0000000001")
    expect(page.locator("#waybills-hint")).to_have_text("1 waybill: opens at once")

    page.get_by_label("Purpose").select_option("regulator")

    expect(page.locator("#waybills-hint")).to_have_text("1 waybill: will wait for approval")


@pytest.mark.parametrize(("size", "millimetres"), [("76x130", (76, 130)), ("100x180", (100, 180))])
def test_a_label_is_printed_on_one_sheet_of_its_size(
    visit: Opens, store: Makes, new_case: Makes, size: str, millimetres: tuple[int, int]
) -> None:
    number = store()
    page = visit("en").open_as("officer-wang", f"/cases/{new_case([number])}/label/{number}?size={size}")
    expect(page.get_by_text("The codes hold the waybill number.")).to_contain_text("the token, which no view gives")

    sheets = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", page.pdf(prefer_css_page_size=True))

    assert [[round(float(points) / 72 * 25.4) for points in sheet] for sheet in sheets] == [list(millimetres)]


def test_the_log_is_filtered_by_the_clock_of_the_desk(desk: DeskProcess, visit: Opens) -> None:
    assert call(desk, "privacy-officer", "GET", "/v1/decoys", sub="reader")[0] == 200
    page = visit("zh-CN").open_as("auditor-sun", "/audit")
    shanghai = datetime.now(UTC) + timedelta(hours=8)
    for minutes, found in ((-2, True), (2, False)):
        page.get_by_label("人员").fill("dev/reader")
        page.get_by_label("操作").select_option("查看诱饵单列表")
        page.get_by_label("开始时间").fill((shanghai + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M"))
        page.get_by_role("button", name="筛选").click()
        page.wait_for_url("**principal=dev%2Freader**")
        expect(page.get_by_role("cell", name="dev/reader")).to_have_count(1 if found else 0)
