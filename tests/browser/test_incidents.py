"""The privacy office opens an incident, watches its clock, notes a report, and two of its people set a hold."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import DeskProcess, Makes, Opens


def test_an_incident_is_opened_reported_and_closed_in_both_languages(desk: DeskProcess, visit: Opens) -> None:
    at = visit("en")
    page = at.open_as("privacy-he", "/incidents")
    page.get_by_label("Name of the incident").fill("I-2026-001")
    page.get_by_label("What leaked").fill("sold list")
    page.get_by_label("Noticed so many minutes ago").fill("30")
    page.get_by_label("Persons, as far as known").fill("1000000")
    page.get_by_role("button", name="Open incident").click()

    expect(page.get_by_role("heading", name="I-2026-001")).to_be_visible()
    expect(page.get_by_text("3 h 29 min")).to_be_visible()
    expect(page.locator("section[aria-labelledby=known] dd")).to_have_text("major")
    with page.expect_download() as download:
        page.get_by_role("link", name="Form for China").click()
    assert "1,000,000" in download.value.path().read_text("utf-8")
    page.get_by_role("button", name="Mark as reported cn/first-report").click()
    expect(page.get_by_text("3 h 29 min")).to_have_count(0)
    page.get_by_role("button", name="Close incident").click()
    expect(page.get_by_role("button", name="Close incident")).to_have_count(0)

    chinese = visit("zh-CN").open_as("privacy-luo", "/incidents")
    expect(chinese.get_by_role("heading", name="事件", exact=True)).to_be_visible()
    expect(chinese.get_by_role("cell", name="sold list")).to_be_visible()


def test_two_people_set_a_hold_and_one_alone_does_not(desk: DeskProcess, visit: Opens, store: Makes) -> None:
    number = store()
    page = visit("en").open_as("privacy-he", "/incidents")
    page.get_by_label("Name of the hold").fill("H-2026-001")
    page.get_by_label("Who asked for it, and why").fill("letter of the police")
    page.get_by_label("Waybills, one a line").fill(number)
    page.get_by_role("button", name="Propose hold").click()
    page.get_by_role("button", name="Set H-2026-001").click()
    expect(
        page.get_by_text("The proposal is the caller's own").or_(page.get_by_text("cannot decide it"))
    ).to_be_visible()

    other = visit("en").open_as("privacy-luo", "/incidents")
    other.get_by_role("button", name="Set H-2026-001").click()
    expect(other.get_by_role("row", name="H-2026-001")).to_contain_text("in force")
    expect(other.get_by_role("row", name="H-2026-001")).to_contain_text("1 / 1")

    page.goto(f"{desk.url}/waybills/{number}")
    expect(page.locator(".facts")).to_contain_text("legal hold")
    expect(page.locator("section.danger")).to_contain_text("until two people lift the hold")
    expect(page.get_by_role("button", name="Erase")).to_have_count(0)
