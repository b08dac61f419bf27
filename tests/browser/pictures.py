"""Makes the pictures of the documents: `python -m tests.browser.pictures`.

They show invented people at their work, in both languages.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM, DeskProcess, start_desk
from tests.browser.work import NUMBERS, fill
from tests.e2e.processes import ROOT, Running

FOLDER = ROOT / "docs" / "desk"
LANGUAGES = {"en": ("en", "Show phone"), "zh": ("zh-CN", "显示电话")}
BAG, SINGLE, WAITING = "D-2026-0501", "D-2026-0500", "D-2026-0510"


def sign_in(browser: Browser, desk: DeskProcess, locale: str, sub: str) -> Page:
    context = browser.new_context(locale=locale, timezone_id="Asia/Shanghai", viewport={"width": 1200, "height": 720})
    page = context.new_page()
    page.goto(desk.url)
    page.locator("form button").click()
    page.locator(f"button[value={sub}]").click()
    page.locator("header.bar").wait_for()
    return page


def draw(browser: Browser, desk: DeskProcess, language: str) -> None:
    locale, show_phone = LANGUAGES[language]

    def keep(page: Page, path: str, name: str) -> None:
        page.goto(f"{desk.url}{path}")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=FOLDER / f"{name}-{language}.png")

    officer = sign_in(browser, desk, locale, "officer-wang")
    keep(officer, "/cases", "cases")
    officer.goto(f"{desk.url}/cases/{BAG}?waybill={NUMBERS[3]}")
    officer.get_by_role("button", name=show_phone).first.click()
    officer.locator("[data-revealed]").wait_for()
    officer.screenshot(path=FOLDER / f"case-{language}.png")
    keep(officer, f"/cases/{SINGLE}/label/{NUMBERS[0]}", "label")
    clerk = sign_in(browser, desk, locale, "desk-li")
    clerk.goto(f"{desk.url}/cases/new")
    clerk.locator("#waybills").fill(f"YT 8800 5000 00001\n{NUMBERS[1]}\n13912345678\n{NUMBERS[1]}")
    clerk.locator("#lines li").nth(3).wait_for()
    clerk.screenshot(path=FOLDER / f"new-{language}.png")
    supervisor = sign_in(browser, desk, locale, "supervisor-chen")
    keep(supervisor, f"/approvals?case={WAITING}", "approvals")
    keep(supervisor, "/people", "people")
    keep(sign_in(browser, desk, locale, "auditor-sun"), "/audit", "audit")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        for language in LANGUAGES:
            with tempfile.TemporaryDirectory() as folder:
                service = Running.serve(Path(folder), "--dev", "--workers", "1")
                desk = start_desk(service, Path(folder))
                try:
                    fill(desk, language)
                    draw(browser, desk, language)
                finally:
                    desk.stop()
                    service.stop()
        browser.close()
    print(json.dumps({path.name: path.stat().st_size for path in sorted(FOLDER.glob("*.png"))}))


if __name__ == "__main__":
    main()
