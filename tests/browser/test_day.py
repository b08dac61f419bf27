"""A day at the desk: keys, pasted numbers, a decision taken back, the opener who is told, and the next case."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, DeskProcess, Makes, Opens, call


def test_keys_move_open_and_help_and_none_fires_in_a_field(visit: Opens, case: str) -> None:
    page = visit().open_as("officer-wang", "/cases?status=open")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("jo?")
    expect(page.locator("#q")).to_have_value("jo?")

    page.locator("#q").fill("")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("hide the value, or cancel")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    chosen = page.locator("[data-row].at a").inner_text()
    page.keyboard.press("o")
    page.wait_for_url(f"**/cases/{chosen}")
    assert case


def test_a_key_is_switched_off(visit: Opens) -> None:
    page = visit().open_as("officer-wang", "/me")
    page.get_by_label("/ search").uncheck()
    page.get_by_role("button", name="Save").click()
    page.goto(page.url.replace("/me", "/cases"))
    page.keyboard.press("/")
    expect(page.locator("#q")).not_to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).not_to_contain_text("search")


def test_pasted_lines_are_judged_and_a_phone_is_removed(visit: Opens) -> None:
    at = visit()
    page = at.open_as("desk-li", "/cases/new")
    page.get_by_label("Waybills, one a line").fill(f"SF 1495 8917\n{PHONE}\nhello\nSF14958917")

    rows = page.locator("#lines li")
    expect(rows).to_have_count(4)
    said = [" ".join(row.inner_text().split()) for row in rows.all()]
    assert said == [
        "1 SF14958917 ✓",
        "2 looks like a phone: removed",
        "3 hello no waybill number",
        "4 SF14958917 named twice",
    ]
    expect(page.locator("#waybills-hint")).to_have_text("1 waybill: opens at once")
    expect(page.locator("#waybills")).to_have_value("SF 1495 8917\nhello\nSF14958917")
    assert PHONE not in page.content()
    assert at.complaints == []


def test_what_is_typed_is_there_again_after_leaving(visit: Opens) -> None:
    page = visit().open_as("desk-li", "/cases/new?fresh=1")
    page.get_by_label("Number").fill("D-TYPED")
    page.get_by_label("Waybills, one a line").fill("SF1234567890\nSF1234567891")
    page.goto(page.url.partition("/cases")[0] + "/me")
    page.go_back()

    expect(page.get_by_label("Number")).to_have_value("D-TYPED")
    expect(page.locator("#waybills")).to_have_value("SF1234567890\nSF1234567891")
    page.get_by_role("link", name="Begin with an empty form").click()
    expect(page.get_by_label("Number")).to_have_value("")


def test_a_decision_is_taken_back_and_a_denial_needs_a_note(
    desk: DeskProcess, visit: Opens, new_case: Makes, store: Makes
) -> None:
    name = new_case([store()], "regulator")
    page = visit().open_as("supervisor-chen", f"/approvals?case={name}")
    page.get_by_role("button", name="Deny").click()
    expect(page.locator("#undo")).to_be_hidden()  # the note is missing

    page.get_by_label("Note").fill("no file number")
    page.get_by_role("button", name="Deny").click()
    expect(page.locator("#undo")).to_contain_text(f"Denied {name}")
    page.get_by_role("button", name="Take back").click()
    expect(page.locator("#undo")).to_be_hidden()

    assert call(desk, "supervisor", "GET", f"/v1/cases/{name}")[1]["status"] == "pending"
    expect(page.get_by_role("button", name="Deny")).to_be_focused()
    expect(page.get_by_label("Note")).to_have_value("no file number")


def test_an_opener_is_told_where_they_work_and_asks_again(desk: DeskProcess, visit: Opens, store: Makes) -> None:
    body = {"case": "D-AGAIN", "purpose": "regulator", "waybills": [store()], "reason": "Other — seizure"}
    assert call(desk, "service-desk", "POST", "/v1/cases", body, "desk-li")[0] == 201
    note = {"note": "which authority?"}
    assert call(desk, "supervisor", "POST", "/v1/cases/D-AGAIN/deny", note, "supervisor-chen")[0] == 200
    page = visit().open_as("desk-li", "/cases")
    told = page.locator(".notice").filter(has_text="D-AGAIN")
    expect(told).to_contain_text("which authority?")

    told.get_by_role("link", name="Ask again").click()

    expect(page.locator(".notice")).to_contain_text("which authority?")
    expect(page.get_by_label("Number")).to_have_value("D-AGAIN-2")
    expect(page.locator("#waybills")).to_have_value(body["waybills"][0])
    expect(page.get_by_label("Purpose")).to_have_value("regulator")


def test_after_done_the_next_case_is_one_key_away(visit: Opens, case: str) -> None:
    page = visit().open_as("officer-zhao", f"/cases/{case}")
    page.keyboard.press("d")
    page.wait_for_url("**/cases")
    expect(page.locator("main")).not_to_contain_text(case)
    page.keyboard.press("o")
    page.wait_for_url("**/cases/*")


def test_showing_is_one_call_of_the_service(visit: Opens, desk: DeskProcess, case: str) -> None:
    page = visit().open_as("officer-wang", f"/cases/{case}")
    before = desk.service.log.count('"event":"request"')
    with page.expect_response("**/reveal"):
        page.get_by_role("button", name="Show phone").first.click()
    expect(page.locator("[data-revealed]")).to_contain_text(PHONE)

    assert desk.service.log.count('"event":"request"') == before + 1
