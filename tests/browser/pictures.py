"""Makes the pictures of the documents: `python -m tests.browser.pictures`.

They show invented people and the first batch, in both languages.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM, DeskProcess, call, first_batch, start_desk
from tests.e2e.processes import ROOT, Running

FOLDER = ROOT / "docs" / "desk"
LANGUAGES = {"en": ("en", "Show phone"), "zh": ("zh-CN", "显示电话")}


def sign_in(browser: Browser, desk: DeskProcess, locale: str, sub: str) -> Page:
    context = browser.new_context(
        locale=locale, timezone_id="Asia/Shanghai", viewport={"width": 1120, "height": 640}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(desk.url)
    page.locator("form button").click()
    page.locator(f"button[value={sub}]").click()
    page.locator("header.bar").wait_for()
    return page


def draw(browser: Browser, desk: DeskProcess, case: str, number: str) -> None:
    for language, (locale, show_phone) in LANGUAGES.items():
        officer = sign_in(browser, desk, locale, "officer-wang")
        officer.goto(f"{desk.url}/cases/{case}")
        officer.get_by_role("button", name=show_phone).first.click()
        officer.locator("[data-revealed]").wait_for()
        officer.screenshot(path=FOLDER / f"case-{language}.png")
        officer.goto(f"{desk.url}/cases/{case}/label/{number}")
        officer.screenshot(path=FOLDER / f"label-{language}.png")
        supervisor = sign_in(browser, desk, locale, "supervisor-chen")
        supervisor.goto(f"{desk.url}/approvals")
        supervisor.screenshot(path=FOLDER / f"approvals-{language}.png")
        auditor = sign_in(browser, desk, locale, "auditor-sun")
        auditor.goto(f"{desk.url}/audit")
        auditor.screenshot(path=FOLDER / f"audit-{language}.png")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        service = Running.serve(Path(folder), "--dev", "--workers", "1")
        desk = start_desk(service, Path(folder))
        try:
            first_batch(service)
            record = {
                "waybill_no": "YT8800500000001",
                "sender": {"name": "张三", "phone": "13900000001", "address": "北京市朝阳区人民路12号A座1808"},
                "recipient": {"name": "欧阳娜娜", "phone": "13812345678", "address": "华志路1685号3号楼2单元402室"},
                "remark": "放门卫",
            }
            key = service.credentials["label-printer"]
            service.call(key, "POST", "/v1/tokenize", {"records": [record]})
            body = {"purpose": "dispute", "waybills": ["YT8800500000001"], "reason": "parcel not delivered"}
            call(desk, "service-desk", "POST", "/v1/cases", body | {"case": "D-2026-0500"}, "desk-li")
            browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
            draw(browser, desk, "D-2026-0500", "YT8800500000001")
            browser.close()
        finally:
            desk.stop()
            service.stop()
    print(json.dumps({path.name: path.stat().st_size for path in sorted(FOLDER.glob("*.png"))}))


if __name__ == "__main__":
    main()
