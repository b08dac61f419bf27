"""The privacy office plants decoys, sees their hits, and who saw a seed that rang."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import OWN_PHONE as PHONE
from tests.browser.conftest import DeskProcess, Makes, Opens, call
from tests.e2e.processes import wait_for


def test_decoys_are_planted_hit_and_removed(desk: DeskProcess, visit: Opens, store: Makes) -> None:
    number = store()
    at = visit()
    page = at.open_as("privacy-he", "/decoys")
    page.get_by_label("Waybills, one a line").fill(number)
    page.get_by_role("button", name="Plant", exact=True).click()
    row = page.get_by_role("row").filter(has_text=number)
    expect(row).to_contain_text("phantom")

    status, _ = call(desk, "dispute-officer", "POST", "/v1/waybills/view", {"waybills": [number]}, sub="curious")
    refused, answer = call(desk, "dispute-officer", "POST", "/v1/waybills/view", {"waybills": [number]}, sub="curious")
    assert (status, refused, answer["code"]) == (200, 403, "frozen")

    page.get_by_role("button", name=f"Remove {number}").click()
    expect(row).to_have_count(0)
    assert at.complaints == []


def test_a_phone_that_rang_tells_who_saw_it(desk: DeskProcess, visit: Opens, store: Makes, new_case: Makes) -> None:
    number = store(recipient={"phone": PHONE})
    item = {"waybill_no": number, "field": "/recipient/phone"}
    wanted = {"purpose": "dispute", "case": new_case([number]), "items": [item]}
    assert call(desk, "dispute-officer", "POST", "/v1/detokenize", wanted, sub="seller")[0] == 200
    at = visit("zh-CN")
    page = at.open_as("privacy-he", "/decoys")
    page.locator("textarea#waybills").fill(number)
    page.locator("select#kind").select_option("seed")
    page.locator("form[action='/decoys'] button").click()

    page.locator("input#phone").fill(PHONE)
    page.locator("form[action='/decoys/heard'] button").click()

    expect(page.locator("#seen")).to_be_visible()
    expect(page.locator("main")).to_contain_text("dev/seller")
    assert PHONE not in page.content()
    assert at.complaints == []


def test_a_phantom_is_shown_to_the_end_of_its_page_and_freezes_the_next(
    desk: DeskProcess, visit: Opens, store: Makes, new_case: Makes
) -> None:
    number = store()
    planted = {"waybills": [number], "kind": "phantom"}
    assert call(desk, "privacy-officer", "POST", "/v1/decoys", planted, sub="planter")[0] == 200
    case = new_case([number])
    at = visit()
    page = at.open_as("officer-zhao", f"/cases/{case}")
    page.get_by_role("button", name="Show name").first.click()

    expect(page.locator("[data-revealed]")).to_be_visible()
    expect(page.locator(".timeline")).to_contain_text("Zhao Lei 赵磊 opened Recipient · name")
    assert at.complaints == []
    wait_for(lambda: "dev/officer-zhao" in frozen(desk), "the freeze", 10)
    page.goto(f"{desk.url}/cases/{case}")
    expect(page.locator("main")).to_contain_text("frozen")
    assert call(desk, "supervisor", "POST", "/v1/principals/dev%2Fofficer-zhao/thaw", {}, sub="s-1")[0] == 200
    row = visit().open_as("privacy-he", "/decoys").get_by_role("row").filter(has_text=number)
    expect(row.locator(".hit")).to_have_count(3)  # the opening of the case only raised an alert
    expect(row.locator(".hit").filter(has_text="Zhao Lei 赵磊").first).to_be_visible()
    expect(row.locator(".hit").filter(has_text="alert only").first).to_be_visible()


def frozen(desk: DeskProcess) -> list[str]:
    _, answer = call(desk, "supervisor", "GET", "/v1/principals/frozen", sub="s-1")
    return [one["id"] for one in answer["principals"]]
