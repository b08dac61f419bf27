"""The story of one dispute, in both languages, by keyboard alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DeskProcess, Makes, Opens


@dataclass(frozen=True)
class Words:
    """What is on the screens in one language."""

    locale: str
    cases: str
    approvals: str
    new_case: str
    number: str
    waybills: str
    open_case: str
    waits: str
    note: str
    approve: str
    show_phone: str
    hide: str
    close: str
    letter: str
    sign_out: str


ENGLISH = Words(
    "en", "Cases", "Approvals", "New case", "Number", "Waybills", "Open case", "will wait for approval", "Note",
    "Approve", "Show phone", "Hide", "Close case", "Letter", "Sign out",
)  # fmt: skip
CHINESE = Words(
    "zh-CN", "工单", "审批", "新建工单", "工单号", "运单", "提交工单", "须经审批", "备注说明", "批准", "显示电话",
    "隐藏", "结单", "答复函", "退出",
)  # fmt: skip


def press(page: Page, role: str, name: str) -> None:
    """Reach a control with the Tab key, and press Enter on it."""
    for _ in range(120):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "[document.activeElement.getAttribute('role') || document.activeElement.tagName.toLowerCase(),"
            " (document.activeElement.getAttribute('aria-label') || document.activeElement.textContent).trim()]"
        )
        if name in focused[1] and focused[0] in ({"link": "a"}.get(role, role), role):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"no {role} {name!r} is reached by the keyboard")


def write(page: Page, label: str, text: str) -> None:
    """Reach a field with the Tab key, and type into it."""
    field = page.get_by_label(label).first
    wanted = field.get_attribute("id")
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == wanted:
            page.keyboard.insert_text(text)
            return
    raise AssertionError(f"the field {label!r} is not reached by the keyboard")


@pytest.mark.parametrize("words", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_a_dispute_is_settled_by_keyboard(desk: DeskProcess, visit: Opens, store: Makes, words: Words) -> None:
    number, name = store(), f"D-2026-{words.locale[:2]}"

    clerk = visit(words.locale).sign_in("desk-li", "/cases/new?fresh=1")
    clerk.goto(desk.url)
    press(clerk, "button", words.new_case)
    clerk.wait_for_url("**/cases/new")
    write(clerk, words.number, name)
    write(clerk, words.waybills, "\n".join([number, *(f"SF{at:010d}" for at in range(10))]))
    expect(clerk.locator("#waybills-hint")).to_contain_text(f"11 {'waybills' if words is ENGLISH else '票运单'}")
    expect(clerk.locator("#waybills-hint")).to_contain_text(words.waits)
    press(clerk, "button", words.open_case)
    clerk.wait_for_url(f"**/cases/{name}")

    supervisor = visit(words.locale).open_as("supervisor-chen")
    press(supervisor, "link", words.approvals)
    supervisor.wait_for_url("**/approvals")
    press(supervisor, "link", name)
    supervisor.wait_for_url(f"**/approvals?case={name}")
    expect(supervisor.get_by_role("article")).to_contain_text("欧阳**")
    write(supervisor, words.note, "seen the ticket")
    supervisor.clock.install()
    press(supervisor, "button", words.approve)
    expect(supervisor.locator("#undo")).to_contain_text(name)
    supervisor.clock.fast_forward(11_000)
    supervisor.wait_for_url("**/approvals")

    officer = visit(words.locale).open_as("officer-wang")
    press(officer, "link", name)
    officer.wait_for_url(f"**/cases/{name}")
    expect(officer.locator(".timeline")).to_contain_text("seen the ticket")
    press(officer, "button", words.show_phone)
    value = officer.locator("[data-revealed]")
    expect(value).to_contain_text("13812345678")
    expect(value).to_contain_text("dev/officer-wang")
    expect(officer.get_by_role("button", name=words.hide)).to_be_focused()
    officer.keyboard.press("Enter")
    expect(value).to_have_count(0)
    assert "13812345678" not in officer.content()

    privacy = visit(words.locale).open_as("privacy-he", f"/waybills/{number}")
    expect(privacy.get_by_role("table").first).to_contain_text("dev/officer-wang")
    press(privacy, "button", words.letter)
    expect(privacy.locator("article")).to_contain_text(number)
    assert not re.search(r"officer-wang|13812345678|欧阳娜娜", privacy.locator("article").inner_text())

    press(clerk, "button", words.close)
    expect(clerk.locator("main .badge")).not_to_contain_text({"en": "open"}.get(words.locale, "处理中"))
    press(clerk, "button", words.sign_out)
    clerk.wait_for_url("**/signed-out")
    clerk.goto(f"{desk.url}/cases")
    clerk.wait_for_url("**/sign-in**")
