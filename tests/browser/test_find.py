"""The desk finds the parcel of a caller who lost the number, by keyboard, and the phone stays nowhere."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DeskProcess, Makes, Opens
from tests.browser.test_story import press, write

WORDS = {
    "en": ("Find a parcel", "Phone", "Find", "New case"),
    "zh-CN": ("查找运单", "电话", "查找", "新建工单"),
}


@pytest.mark.parametrize("language", WORDS)
def test_a_caller_who_lost_the_number_is_found(visit: Opens, store: Makes, desk: DeskProcess, language: str) -> None:
    find_a_parcel, phone, find, new_case = WORDS[language]
    number, lost = store(recipient={"phone": "13655550001"}), "136 5555 0001"
    at = visit(language)
    page = at.open_as("desk-li")

    press(page, "button", find_a_parcel)
    page.wait_for_url("**/find")
    write(page, phone, lost)
    press(page, "button", find)
    row = page.get_by_role("row").filter(has_text=number)
    expect(row).to_contain_text("欧阳**")
    expect(row).to_contain_text("*******0001")
    assert page.url == f"{desk.url}/find"
    for spelling in (lost, lost.replace(" ", "")):
        assert spelling not in page.content()

    press(page, "button", f"{new_case} {number}")
    page.wait_for_url("**/cases/new**")
    expect(page.locator("#waybills")).to_have_value(number)
    assert at.complaints == []


def test_four_digits_find_at_their_site_only(visit: Opens, store: Makes, desk: DeskProcess) -> None:
    number = store(recipient={"phone": "13655550002"})
    moved = {"items": [{"waybill_no": number, "site": "021001"}]}
    assert desk.service.call(desk.service.credentials["tracking"], "POST", "/v1/custody", moved)[0] == 200
    page = visit().open_as("desk-li", "/find")

    def find_at(site: str) -> None:
        page.get_by_label("Last four digits").fill("0002")
        page.get_by_label("Site").fill(site)
        page.get_by_role("button", name="Find at this site").click()

    find_at("021001")
    expect(page.get_by_role("row").filter(has_text=number)).to_contain_text("*******0002")
    find_at("021002")
    expect(page.locator("main")).to_contain_text("No parcel found")


def test_what_is_wrong_is_said_at_its_field(visit: Opens) -> None:
    page = visit().open_as("desk-li", "/find")
    page.get_by_label("Phone").fill("not a phone")
    page.get_by_role("button", name="Find", exact=True).click()

    expect(page.locator("#phone-error")).to_be_visible()
    expect(page.get_by_label("Phone")).to_have_value("")


def test_who_may_not_search_sees_no_way_to_it(visit: Opens) -> None:
    page = visit().open_as("officer-wang", "/cases")

    expect(page.get_by_role("button", name="Find a parcel")).to_have_count(0)
