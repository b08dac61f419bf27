"""Counts the keys that ten jobs at the desk take, by keyboard alone, on the English screens.

    python -m bench.desk_jobs

A key is one press, also of Tab. A text that is typed or pasted counts as one. Each job begins where the person works.
Needs chromium-headless-shell. It ends within three minutes.
"""

import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM, DeskProcess, start_desk
from tests.browser.work import NUMBERS, as_person, fill
from tests.e2e.processes import ROOT, Running

FOCUSED = (
    "[document.activeElement.tagName.toLowerCase(), document.activeElement.id,"
    " (document.activeElement.getAttribute('aria-label') || document.activeElement.textContent || '').trim()]"
)
BAG = "\n".join(NUMBERS) + "\nYT8800509999991"
JOBS = {
    "a dispute with one phone": (
        "officer-wang /cases",
        "key /; text D-2026-0500; key Enter; wait q=; see .queue; key o; wait cases/D-2026-0500; "
        "key s; see [data-revealed]; key Escape; key d; wait /cases",
    ),
    "a bag of eleven": (
        "desk-li /cases",
        "key n; wait /new; field case; text K-1; field waybills; paste; to button Open case; wait K-1",
    ),
    "deny with a note": (
        "supervisor-chen /approvals",
        "field note; text no ticket; to button Deny; see #undo:not([hidden])",
    ),
    "ask again": (
        "desk-li /cases",
        "to a Ask again; wait again=; to button Open case; wait D-2026-0512-2",
    ),
    "freeze and unfreeze": (
        "supervisor-chen /people",
        "row Freeze dev/officer-zhao; key o; wait freeze=; to button Freeze; see [aria-label^=Unfreeze]; "
        "to button Unfreeze dev/officer-zhao; see [aria-label='Freeze dev/officer-zhao']",
    ),
    "erase, with a letter": (
        f"privacy-he /waybills/{NUMBERS[9]}",
        f"to a Letter; wait /letter; field addressee; text Hu Xiaoming; to button Fill in; see .to:not(:has(.blank)); "
        f"to a Erase this waybill; see #erase; field number; text {NUMBERS[9]}; to button Erase; see code",
    ),
    "find by the last four": (
        "desk-li /find",
        "field last4; text 0001; field site; text 021001; to button Find at this site; see #found",
    ),
    "a call": ("officer-zhao /cases?status=mine", "key o; wait /cases/; see #strip; key c; see .dial"),
    "a case after a 503": ("desk-li /cases/new", "typed K-2; to button Open case; wait K-2"),
    "sixty openings in a shift": (
        "officer-wang /cases?status=open",
        "key o; wait /cases/; see #strip; key s; see [data-revealed]; key d; wait /cases",
    ),
}
"""Who does a job, where it begins, and its steps."""
TIMES = {"sixty openings in a shift": 60}
"""A job that is done once and counted so often."""


class Keyboard:
    """Works at a page by keyboard, and counts the keys."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url, self.keys = page, url, 0

    def do(self, step: str) -> None:
        """One step of a job."""
        verb, _, rest = step.partition(" ")
        acts: dict[str, Callable[[str], object]] = {
            "key": self._press,
            "text": self._text,
            "paste": lambda _: self._text(BAG),
            "field": lambda name: self._tab_to(lambda _tag, at, _text: at == name),
            "row": lambda name: self._until("j", lambda _tag, _id, text: text == name),
            "to": lambda target: self._choose(*target.split(" ", 1)),
            "wait": lambda part: self.page.wait_for_url(re.compile(re.escape(part))),
            "see": lambda selector: self.page.locator(selector).first.wait_for(),
            "typed": self._typed_before,
        }
        acts[verb](rest)

    def _press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.keys += 1

    def _text(self, text: str) -> None:
        self.page.keyboard.insert_text(text)
        self.page.wait_for_timeout(600)  # pasted lines are judged meanwhile
        self.keys += 1

    def _choose(self, role: str, name: str) -> None:
        self._tab_to(lambda tag, _id, text: tag == role and name in text)
        self._press("Enter")

    def _tab_to(self, found: Callable[[str, str, str], bool]) -> None:
        self._until("Tab", found)

    def _until(self, key: str, found: Callable[[str, str, str], bool]) -> None:
        for _ in range(200):
            if found(*self.page.evaluate(FOCUSED)):
                return
            self._press(key)
        raise AssertionError("not reached by the keyboard")

    def _typed_before(self, case: str) -> None:
        """What was typed into a form that the service did not take: the desk has kept it."""
        for name, text in (("case", case), ("waybills", BAG)):
            self.page.locator(f"#{name}").fill(text)
        self.page.evaluate("window.dispatchEvent(new Event('pagehide'))")
        self.page.wait_for_timeout(500)
        self.page.goto(f"{self.url}/cases/new")


def sign_in(browser: Browser, desk: DeskProcess, sub: str) -> Page:
    page = browser.new_context(locale="en", viewport={"width": 1280, "height": 900}).new_page()
    page.goto(desk.url)
    page.locator("form button").click()
    page.locator(f"button[value={sub}]").click()
    page.locator("header.bar").wait_for()
    return page


def measure(browser: Browser, desk: DeskProcess) -> dict[str, int]:
    """The keys of each job."""
    pages: dict[str, Page] = {}
    counts = {}
    for job, (begin, steps) in JOBS.items():
        sub, path = begin.split(" ")
        page = pages[sub] if sub in pages else pages.setdefault(sub, sign_in(browser, desk, sub))
        page.goto(f"{desk.url}{path}")
        page.wait_for_load_state("networkidle")
        keyboard = Keyboard(page, desk.url)
        for step in steps.split("; "):
            keyboard.do(step)
        counts[job] = keyboard.keys * TIMES.get(job, 1)
    return counts


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        policy = Path(folder) / "policy.yaml"
        policy.write_text(f"{(ROOT / 'policy.yaml').read_text()}\nsearch: {{phone: true, last4: true}}\n")
        service = Running.serve(Path(folder), "--dev", "--workers", "1", MASKING_POLICY=str(policy))
        desk = start_desk(service, Path(folder))
        try:
            fill(desk)
            as_person(desk, "officer-zhao", "GET", "/v1/me")
            browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
            print(json.dumps(measure(browser, desk), indent=1))
            browser.close()
        finally:
            desk.stop()
            service.stop()


if __name__ == "__main__":
    main()
