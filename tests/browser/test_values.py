"""A revealed value hides again, whatever happens, and is nowhere else."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, DeskProcess, Makes, Opens, Visit, call

MARKUP = "<img src=x onerror=document.title='run'>{{7+7}}"


def reveal(visit: Visit, case: str) -> Page:
    page = visit.open_as("officer-zhao", f"/cases/{case}")
    page.get_by_role("button", name="Show phone").first.click()
    expect(page.locator("[data-revealed]")).to_contain_text(PHONE)
    return page


def hidden(page: Page) -> None:
    expect(page.locator("[data-revealed]")).to_have_count(0)
    assert PHONE not in page.content()


def test_a_value_hides_after_its_time(visit: Opens, case: str) -> None:
    at = visit()
    at.page.clock.install()
    page = reveal(at, case)

    page.clock.fast_forward(29_000)
    expect(page.locator("[data-revealed]")).to_have_count(1)
    page.clock.fast_forward(2_000)

    hidden(page)


@pytest.mark.parametrize(
    "happens",
    [
        "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}))",
        "Object.defineProperty(document, 'hidden', {value: true});"
        "document.dispatchEvent(new Event('visibilitychange'))",
        "window.dispatchEvent(new Event('beforeprint'))",
        "window.dispatchEvent(new PageTransitionEvent('pagehide'))",
        "window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))",
    ],
    ids=["Esc", "another tab", "printing", "leaving", "back from the cache"],
)
def test_a_value_hides_when(visit: Opens, case: str, happens: str) -> None:
    page = reveal(visit(), case)

    page.evaluate(happens)

    hidden(page)


@pytest.mark.parametrize(("first", "then"), [("phone", "name"), ("name", "phone")])
def test_the_next_value_hides_the_one_before(visit: Opens, case: str, first: str, then: str) -> None:
    """In whatever order the rows stand on the page."""
    values = {"phone": PHONE, "name": "欧阳娜娜"}
    page = visit().open_as("officer-wang", f"/cases/{case}")
    page.get_by_role("button", name=f"Show {first}").first.click()
    expect(page.locator("[data-revealed]")).to_contain_text(values[first])

    page.get_by_role("button", name=f"Show {then}").first.click()

    expect(page.locator("[data-revealed]", has_text=values[then])).to_have_count(1)
    expect(page.locator("[data-revealed]")).to_have_count(1)
    assert values[first] not in page.content()


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_hiding_gives_the_button_back(visit: Opens, case: str, key: str) -> None:
    page = reveal(visit(), case)
    expect(page.get_by_role("button", name="Hide")).to_be_focused()

    page.keyboard.press(key)

    hidden(page)
    expect(page.get_by_role("button", name="Hide")).to_have_count(0)
    expect(page.get_by_role("button", name="Show phone").first).to_be_focused()


def test_a_value_that_comes_after_the_person_left_is_not_shown(visit: Opens, case: str) -> None:
    page = visit().open_as("officer-wang", f"/cases/{case}")
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true})")

    with page.expect_response("**/reveal"):
        page.get_by_role("button", name="Show phone").first.click()
    expect(page.locator(".timeline")).to_contain_text("Wang Min 王敏 opened Recipient")

    hidden(page)


def test_budget_and_timeline_follow_each_value(visit: Opens, case: str) -> None:
    at = visit()
    page = at.open_as("officer-wang", f"/cases/{case}")
    meter = page.get_by_role("meter", name="30 days")
    before = int(meter.get_attribute("value") or "")

    page.get_by_role("button", name="Show name").first.click()

    expect(meter).to_have_attribute("value", str(before - 1))
    expect(page.locator(".timeline")).to_contain_text("Wang Min 王敏 opened Recipient · name")
    assert at.complaints == []


def test_a_value_is_gone_after_leaving_and_coming_back(visit: Opens, case: str) -> None:
    at = visit()
    page = reveal(at, case)
    at.go("/me")
    page.go_back()

    hidden(page)


def test_on_paper_a_value_is_not_visible(visit: Opens, case: str) -> None:
    page = reveal(visit(), case)
    page.emulate_media(media="print")

    expect(page.locator("[data-revealed] > span")).to_be_hidden()


def test_without_scripts_a_value_hides_by_itself(visit: Opens, case: str) -> None:
    """The browser's clock of animations runs ten times as fast, so that 30 seconds take three."""
    at = visit(java_script_enabled=False)
    clock = at.context.new_cdp_session(at.page)
    clock.send("Animation.enable")
    clock.send("Animation.setPlaybackRate", {"playbackRate": 10})
    page = reveal(at, case)
    shown = time.monotonic()

    expect(page.locator("[data-revealed]")).to_be_hidden(timeout=20_000)
    assert time.monotonic() - shown > 2


def test_nothing_keeps_a_value(visit: Opens, case: str, desk: DeskProcess) -> None:
    at = visit()
    page = reveal(at, case)
    page.keyboard.press("Escape")

    kept = page.evaluate(
        "async () => JSON.stringify([{...localStorage}, {...sessionStorage}, await caches.keys(), location.href,"
        " history.state])"
    )
    assert PHONE not in kept
    assert PHONE not in desk.log.read_text()
    assert PHONE not in desk.service.log
    assert case not in desk.log.read_text()


def test_a_name_that_is_markup_is_text(visit: Opens, store: Makes, new_case: Makes) -> None:
    at = visit()
    case = new_case([store(recipient={"name": MARKUP})])
    page = at.open_as("officer-wang", f"/cases/{case}")
    page.get_by_role("button", name="Show name").first.click()

    expect(page.locator("[data-revealed] > span")).to_have_text(MARKUP)
    assert page.title() != "run"
    assert page.locator("main img").count() == 0
    assert at.complaints == []


def test_a_spent_budget_says_when_it_frees_and_switches_the_button_off(
    visit: Opens, desk: DeskProcess, store: Makes, new_case: Makes
) -> None:
    number = store()
    case = new_case([number])
    item = {"waybill_no": number, "field": "/recipient/phone"}
    wanted = {"purpose": "dispute", "case": case, "items": [item]}
    page = visit().open_as("officer-zhao", f"/cases/{case}")
    spent = [call(desk, "dispute-officer", "POST", "/v1/detokenize", wanted, "officer-zhao")[0] for _ in range(21)]
    assert spent[-1] == 429

    page.get_by_role("button", name="Show phone").first.click()

    expect(page.locator("td [role=alert]")).to_contain_text(":")
    expect(page.locator("[data-show]:enabled")).to_have_count(0)
    page.reload()
    expect(page.locator("[data-show]:enabled")).to_have_count(0)
    expect(page.locator("#spent")).to_contain_text("The Show buttons work again at")


def test_a_refusal_that_is_of_no_row_takes_the_place_of_the_page(visit: Opens, desk: DeskProcess, case: str) -> None:
    page = visit().open_as("officer-wang", f"/cases/{case}")
    assert call(desk, "supervisor", "POST", "/v1/principals/dev%2Fofficer-wang/freeze", {"why": "a test"})[0] == 200

    page.get_by_role("button", name="Show phone").first.click()

    expect(page.locator("#main h1")).to_have_text("You are frozen")
    expect(page.locator("nav[aria-label=Main]")).to_have_count(1)


def test_a_frozen_officer_is_told_and_sees_no_button(visit: Opens, desk: DeskProcess, case: str) -> None:
    at = visit()
    page = at.open_as("officer-wang", f"/cases/{case}")
    assert call(desk, "supervisor", "POST", "/v1/principals/dev%2Fofficer-wang/freeze", {"why": "a test"})[0] == 200

    page.reload()

    expect(page.get_by_role("alert").first).to_contain_text("frozen")
    expect(page.get_by_role("button", name="Show phone")).to_have_count(0)
