"""Every page of every role: no accessibility finding, no complaint of the browser, no request to another host."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import DeskProcess, Makes, Opens

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RUN = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # Every rule runs. What passes is not described, which takes long for a large page.
    "resultTypes": ["violations"],
    "selectors": False,
}
PAGES = {
    "desk-li": ["/cases", "/cases?status=pending", "/cases?q=nothing", "/cases/new", "/find", "/me"],
    "officer-wang": ["/cases", "/cases/{case}", "/cases/{case}/label/{number}", "/me"],
    "supervisor-chen": ["/cases", "/approvals", "/people", "/cases/{case}"],
    "privacy-he": ["/waybills", "/waybills/{number}", "/waybills/{number}/letter", "/audit", "/decoys", "/incidents"],
    "overseer-qian": ["/sums"],
    "auditor-sun": ["/audit", "/incidents", "/cases", "/nowhere", "/sign-in?confirm=1", "/signed-out"],
}


@pytest.fixture(scope="module")
def places(store: Makes, new_case: Makes) -> dict[str, str]:
    number = store()
    new_case([f"SF{at:010d}" for at in range(20, 32)])  # it waits for approval
    return {"number": number, "case": new_case([number])}


Look = tuple[bool, int]
LOOKS: dict[str, tuple[Look, Look]] = {"en": ((False, 1280), (True, 320)), "zh-CN": ((True, 1280), (False, 320))}
"""Dark or light, and the width in pixels."""


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is missing: run `make assets`, which needs npm")
@pytest.mark.parametrize("language", LOOKS)
@pytest.mark.parametrize("sub", PAGES)
def test_the_pages_of_a_role_are_sound(
    desk: DeskProcess, visit: Opens, places: dict[str, str], sub: str, language: str
) -> None:
    at = visit(language, reduced_motion="reduce", bypass_csp=False)
    at.open_as(sub)
    findings = []
    for path in PAGES[sub]:
        page = at.go(path.format(**places))
        page.evaluate(f"() => {{ {AXE.read_text()} }}")
        for dark, width in LOOKS[language]:
            page.emulate_media(color_scheme="dark" if dark else "light")
            page.set_viewport_size({"width": width, "height": 900})
            where = f"{path} {'dark' if dark else 'light'} {width}"
            found = page.evaluate("options => axe.run(document, options)", RUN)
            findings += [f"{where}: {each['id']} {each['nodes'][0]['html'][:120]}" for each in found["violations"]]
            sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            findings += [f"{where}: scrolls sideways by {sideways} px"] if sideways > 0 else []

    assert findings == []
    expected = ["404"] if "/nowhere" in PAGES[sub] else []
    assert [each for each in at.complaints if not any(code in each for code in expected)] == []
    assert at.hosts <= {desk.url, desk.issuer_url, ""}


def test_the_first_load_is_at_most_100_kilobytes(visit: Opens, places: dict[str, str]) -> None:
    """Of a browser that has nothing of the desk in its cache."""
    visit().open_as("officer-wang")
    page = visit().open_as("officer-wang", f"/cases/{places['case']}")
    page.wait_for_load_state("networkidle")

    sizes = page.evaluate(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        ".map(entry => entry.transferSize)"
    )

    assert 20_000 < sum(sizes) <= 100_000


def test_the_language_is_changed_on_the_page_me(visit: Opens) -> None:
    page = visit("en").open_as("auditor-sun", "/me")
    page.get_by_label("Language").select_option(label="简体中文")
    page.get_by_role("button", name="Save").click()

    page.get_by_role("button", name="退出", exact=True).wait_for()


def test_a_second_sign_in_ends_the_first_and_tells_both(visit: Opens) -> None:
    first = visit().open_as("auditor-sun", "/me")
    second = visit().sign_in("auditor-sun", "/me")

    assert "You were signed in elsewhere as well" in second.locator("main").inner_text()
    first.reload()
    assert "You signed in elsewhere" in first.locator("main").inner_text()


def test_opening_values_extends_the_session_and_its_end_leads_back(visit: Opens, places: dict[str, str]) -> None:
    at = visit()
    at.page.clock.install()
    page = at.open_as("officer-wang", f"/cases/{places['case']}")
    warning = page.get_by_text("You will be signed out soon")
    page.clock.fast_forward("12:00")
    page.get_by_role("button", name="Show name").first.click()
    page.locator("[data-revealed]").wait_for()
    page.clock.fast_forward("12:00")
    assert not warning.is_visible()

    with page.expect_navigation():  # the session itself has not ended, so the sign-in page leads back
        page.clock.fast_forward("03:30")

    assert page.url.endswith(f"/cases/{places['case']}")
    page.locator("header.bar").wait_for()


def test_a_session_that_is_about_to_end_is_extended_by_one_key(visit: Opens) -> None:
    at = visit()
    at.page.clock.install()
    page = at.open_as("auditor-sun", "/me")
    warning = page.get_by_text("You will be signed out soon")
    assert not warning.is_visible()

    page.clock.fast_forward("13:30")
    warning.wait_for()
    with page.expect_response("**/me/stay") as extended:
        page.keyboard.press("Enter")

    assert extended.value.status == 204
    warning.wait_for(state="hidden")


def test_a_script_that_comes_late_breaks_no_poll(visit: Opens) -> None:
    """htmx asks for the number of waiting cases as soon as it begins: it must not begin without what makes it safe."""
    at = visit()

    def late(route: Route) -> None:
        time.sleep(0.5)
        route.continue_()

    at.context.route("**/hx-csp.min.js", late)
    page = at.open_as("supervisor-chen")
    expect(page.locator("#waiting")).not_to_have_class(re.compile("htmx-request"))

    assert at.complaints == []
