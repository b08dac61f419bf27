"""A shift at the desk in a real browser: values shown one by one, with and without signatures and proofs.

    python -m bench.desk_shift [--values 60]

An officer opens a case, shows the phone of its waybill, and goes to the next case, at two desks in turn: at one,
openings are signed and pages proven; at the other, nothing is. Then all fields of a waybill are marked and shown
together. The authenticator is Chromium's virtual one, whose touch takes no time. Needs chromium-headless-shell. It
ends within five minutes.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Request, sync_playwright

from bench.load import percentile
from tests.browser.conftest import ARGUMENTS, CHROMIUM, DeskProcess, call
from tests.browser.signing import SigningVisit, enrolled, start_signing_desk

OFFICER = "officer-wang"
PERSON = {"name": "欧阳娜娜", "phone": "13812345678", "address": "上海市青浦区华志路1685号3号楼2单元402室"}
FIELDS = 4
"""Fields of a waybill that a dispute opens."""


class Shift:
    """An officer at one desk.

    Attributes:
        pages, values, several: how long each page, each value and each waybill's marked fields took, in milliseconds.
        requests: of the browser, by what was done.
    """

    def __init__(self, visit: SigningVisit) -> None:
        self.visit = visit
        self.pages: list[float] = []
        self.values: list[float] = []
        self.several: list[float] = []
        self.requests: dict[str, Counter[str]] = {"page": Counter(), "value": Counter(), "several": Counter()}
        self._doing = ""
        visit.context.on("request", self._note)

    def open_case(self, name: str) -> None:
        """Load the page of a case."""
        page = self.visit.page

        def load() -> None:
            page.goto(f"{self.visit.desk.url}/cases/{name}")
            page.locator(".waybill tbody tr").first.wait_for()

        self._time("page", self.pages, load)

    def show_phone(self) -> None:
        """Show one value."""
        page = self.visit.page

        def show() -> None:
            page.get_by_role("button", name="Show phone").first.click()
            page.locator("[data-revealed]").first.wait_for()

        self._time("value", self.values, show)

    def show_marked(self) -> None:
        """Mark every field, and show them together."""
        page = self.visit.page

        def show() -> None:
            for box in page.get_by_role("checkbox").all():
                box.check()
            page.get_by_role("button", name="Show marked").click()
            page.locator("[data-revealed]").nth(FIELDS - 1).wait_for()

        self._time("several", self.several, show)

    def _time(self, what: str, taken: list[float], act: Callable[[], object]) -> None:
        self._doing = what
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1000)

    def _note(self, request: Request) -> None:
        path = urlsplit(request.url).path
        if self._doing and not path.startswith("/static/"):
            name = f"POST {path.rpartition('/')[2]}" if request.method == "POST" else request.resource_type
            self.requests[self._doing][name] += 1


def keyless(policy: dict[str, Any]) -> None:
    """Let people sign and prove nothing."""
    del policy["signed"], policy["devices"]
    roomy(policy)


def roomy(policy: dict[str, Any]) -> None:
    """Let an officer open as much as is measured within a minute."""
    policy["roles"]["dispute-officer"]["budget"]["fields"] = {"1d": 10_000}
    del policy["cases"]["sample"]


def open_cases(desk: DeskProcess, count: int) -> None:
    """Store waybills, and open a case for each."""
    service = desk.service
    records = [{"waybill_no": f"SH{at:010d}", "sender": PERSON, "recipient": PERSON} for at in range(count)]
    service.asked("label-printer", "POST", "/v1/tokenize", {"records": records})
    for at, record in enumerate(records):
        wanted = {"case": f"S-{at}", "purpose": "dispute", "waybills": [record["waybill_no"]], "reason": "measured"}
        status, answer = call(desk, "service-desk", "POST", "/v1/cases", wanted)
        assert (status, answer["status"]) == (201, "open"), answer


def measure(desks: list[DeskProcess], count: int) -> str:
    """Return the figures of so many values, at the desk without keys and at the one with them."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        shifts = [Shift(SigningVisit(browser.new_context(locale="en"), desk, OFFICER)) for desk in desks]
        enrolled(shifts[1].visit, desks[1])
        for at in range(count):
            for shift in shifts if at % 2 else shifts[::-1]:
                shift.open_case(f"S-{at}")
                shift.show_phone()
        one_by_one = len(shifts[1].visit.touches)
        for at in range(count // FIELDS):
            shifts[1].open_case(f"S-{at}")
            shifts[1].show_marked()
        touches = one_by_one, len(shifts[1].visit.touches) - one_by_one
        complaints = [each for shift in shifts for each in shift.visit.complaints]
        assert complaints == [], complaints
        browser.close()
    return written(shifts, count, touches)


def written(shifts: list[Shift], count: int, touches: tuple[int, int]) -> str:
    """Return the figures as a table."""
    plain, signed = shifts
    lines = ["| | without keys | signed and proven | ratio of medians |", "|---|---|---|---|"]
    for name, before, after in (
        ("page of a case", plain.pages, signed.pages[:count]),
        ("value, from the click", plain.values, signed.values),
    ):
        medians = statistics.median(before), statistics.median(after)
        told = " | ".join(
            f"{median:.0f} ms (p95 {percentile(sorted(each), 0.95):.0f})"
            for median, each in zip(medians, (before, after), strict=True)
        )
        lines.append(f"| {name} | {told} | {medians[1] / medians[0]:.2f} |")
    lines.append(f"| touches for {count} values one by one | 0 | {touches[0]} | |")
    several = statistics.median(signed.several)
    lines.append(
        f"\n{len(signed.several)} times {FIELDS} marked fields: {touches[1]} touches, {several:.0f} ms each (median)."
    )
    for name, shift in (("without keys", plain), ("signed and proven", signed)):
        for what, requests in shift.requests.items():
            lines.append(
                f"{name}, {what}: " + ", ".join(f"{number} {each}" for each, number in sorted(requests.items()))
            )
    return "\n".join(lines)


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(prog="python -m bench.desk_shift", description=__doc__)
    asked.add_argument("--values", type=int, default=60)
    count = asked.parse_args().values
    with tempfile.TemporaryDirectory() as folder:
        desks = [start_signing_desk(Path(folder, edit.__name__), edit) for edit in (keyless, roomy)]
        try:
            for desk in desks:
                open_cases(desk, count)
            sys.stdout.write(measure(desks, count) + "\n")
        finally:
            for desk in desks:
                desk.stop()
                desk.service.stop()


if __name__ == "__main__":
    main()
