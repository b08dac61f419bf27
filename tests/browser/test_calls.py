"""Calling from a case: a number to dial in the row, and no value anywhere."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, DeskProcess, Opens, call


def test_a_call_comes_before_showing_and_shows_no_phone(visit: Opens, case: str) -> None:
    at = visit()
    page = at.open_as("officer-zhao", f"/cases/{case}")
    row = page.locator("tr", has=page.get_by_role("button", name="Show phone")).first

    assert [button.inner_text().split(" ")[0] for button in row.get_by_role("button").all()] == ["Call", "Show"]
    row.get_by_role("button", name="Call").click()

    expect(page.get_by_role("status").filter(has_text="Dial")).to_contain_text("no-number-700")
    expect(page.locator("[data-revealed]")).to_have_count(0)
    assert PHONE not in page.content()
    assert at.complaints == []


def test_without_scripts_the_number_is_on_the_page(visit: Opens, case: str) -> None:
    page = visit(java_script_enabled=False).open_as("officer-zhao", f"/cases/{case}")
    page.get_by_role("button", name="Call").first.click()

    expect(page.get_by_role("status").filter(has_text="Dial")).to_contain_text("no-number-700")


def test_a_refused_call_says_why_in_its_row(visit: Opens, desk: DeskProcess, case: str) -> None:
    page = visit().open_as("officer-zhao", f"/cases/{case}")
    assert call(desk, "supervisor", "POST", f"/v1/cases/{case}/close", {})[0] == 200
    page.get_by_role("button", name="Call").first.click()

    expect(page.locator("td [role=alert]")).to_contain_text("case")


def test_a_supervisor_calls_no_one(visit: Opens, case: str) -> None:
    page = visit().open_as("supervisor-chen", f"/cases/{case}")

    expect(page.get_by_role("button", name="Call")).to_have_count(0)
