"""What an auditor is told of eight days, whole: the output of every command of `audit`, and all files that it writes.

`transcript.txt` has it line by line: the second is fixed, and random texts are left out. A line is changed with what it
tells.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Final

import pytest

from tests.stories.conftest import Command
from tests.telling import Told
from tests.web.api import SITE, Api, Clock, field, record
from tests.web.people import COURIER, DESK, OFFICER, PRIVACY, SUPERVISOR, TRACKING

TOLD: Final = Path(__file__).with_name("transcript.txt")
NOW: Final = 1_800_000_000
DAY: Final = 86_400
DAYS: Final = 8
OFFICERS: Final = [f"o{number}" for number in range(6)]
DESKS: Final = ["li", "zhao", "sun"]
RANDOM: Final = re.compile(
    r"\b[0-9a-f]{16}-\d+|\b[0-9a-f]{20,}\b|[\w+/-]{43,}={0,2}|/\S*/(?=pack-|log\.)|(?<=, )\d+ bytes"
)


class Log:
    """Makes the log of eight days: six officers work for three desks, and a thief for a friend at another."""

    def __init__(self, api: Api, set_clock: Clock) -> None:
        self._api, self._set_clock = api, set_clock
        for day in range(DAYS):
            self._day(day, NOW - (DAYS + 3 - day) * DAY)

    def _work(self, officer: str, desk: str, case: str) -> str:
        number = f"SF{case.replace('-', '').upper():0>12}"
        self._api.tokenize(record(number))
        self._api.open_case(case, number, who=self._api.mint(DESK, desk))
        self._api.opened(field(number, "/recipient/phone"), who=self._api.mint(OFFICER, officer), case=case)
        return number

    def _day(self, day: int, begin: int) -> None:
        self._set_clock(begin)
        numbers = [self._work(who, DESKS[(at + day) % 3], f"D-{day}-{at}") for at, who in enumerate(OFFICERS)]
        for at in range(3):
            self._work("thief", "wang", f"T-{day}-{at}")
        self._set_clock(begin + 60)
        scans = [{"waybill_no": number, "site": SITE} for number in numbers]  # of parcels that are on their way
        self._api.post(TRACKING, "/v1/custody", {"items": scans})

    def end(self) -> None:
        """Let the thief be refused and frozen, and others approve, call, view, plant, restrict and erase."""
        api, number, other = self._api, "SF000000000T70", "SF000000000T71"
        self._set_clock(NOW - DAY)
        thief = api.mint(OFFICER, "thief")
        api.detokenize(field(number, "/recipient/phone"), who=thief, case="D-404")
        api.open_case("R-1", number, purpose="regulator")
        api.post(SUPERVISOR, "/v1/cases/R-1/approve", {"note": "letter seen"})
        api.opened(field(number, "/sender/name"), who=PRIVACY, case="R-1", purpose="regulator")
        api.post(PRIVACY, "/v1/decoys", {"waybills": ["SF3333333333"], "kind": "phantom"})
        api.post(DESK, "/v1/cases/T-7-0/close", {"note": "answered"})
        api.post(TRACKING, "/v1/custody", {"items": [{"waybill_no": number, "site": SITE, "courier": "dev/c-2"}]})
        api.get(api.mint(COURIER, "c-2", sites=[SITE]), f"/v1/waybills/{number}")
        api.get(COURIER, "/v1/waybills/SF9999999999")
        api.post(SUPERVISOR, "/v1/principals/dev%2Fthief/freeze", {"why": "review"})
        api.post(PRIVACY, "/v1/restrictions", {"waybills": [other]})
        api.call(PRIVACY, "DELETE", f"/v1/waybills/{other}")


class Auditing(Told):
    """Runs commands, and tells all that they say and write."""

    def __init__(self, command: Command, folder: Path) -> None:
        super().__init__(RANDOM)
        self._command, self._folder = command, folder
        self._packs = 0

    def run(self, *arguments: str) -> str:
        done = self._command("audit", *arguments)
        self.tell(f"audit {' '.join(arguments)}: {done.exit_code}")
        for line in done.output.splitlines():
            self.tell(f"  {line}")
        return str(done.output)

    def pack(self, *arguments: str) -> Path:
        """Tell a pack of the whole time, and all of its files."""
        self._packs += 1
        written = self._folder / f"pack-{self._packs}"
        self.run(*arguments, "--from", str(NOW - 20 * DAY), "--to", str(NOW), "--output", str(written))
        for file in sorted(written.iterdir()) if written.exists() else ():
            self.tell(f"  {file.name}")
            for line in file.read_text("utf-8-sig").splitlines() if file.suffix != ".ndjson" else ():
                self.tell(f"    {line}")
        return written


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, set_clock: Clock) -> Path:
    """A folder to write to, at one second for all commands."""
    set_clock(NOW)
    monkeypatch.setattr(time, "time", lambda: float(NOW))
    return tmp_path


def test_all_that_an_auditor_is_told_is_as_listed(folder: Path, command: Command, fresh: Api, set_clock: Clock) -> None:
    log = Log(fresh, set_clock)
    set_clock(NOW)
    tell = Auditing(command, folder)
    tell.run("lookout", "--language", "zh")
    tell.run("lookout")
    log.end()
    set_clock(NOW)
    (folder / "numbers.txt").write_text("SF000000000T70\nSF000000000T60\nSF000000000D71\nSF9999999999\n", "utf-8")
    numbers = ("--waybills", str(folder / "numbers.txt"))
    written = tell.pack("incident", "--principal", "dev/thief", *numbers)
    tell.pack("incident", "--list", str(folder / "numbers.txt"), "--persons")
    leaks = ("--keyset",), ("--site", SITE), ("--courier", "dev/c-2"), ("--issuer", "dev"), ("--data-key", "2027-01-04")
    for leaked in leaks:
        tell.pack("incident", *leaked)
    tell.pack("report")
    tell.pack("report", "--overseer")
    tell.pack("sharing")
    for what in (written, written / "evidence.ndjson"):
        tell.run("verify", str(what))
    exported = folder / "log.ndjson"
    exported.write_text(str(command("audit", "export").output), "utf-8")
    tell.run("verify", str(exported))
    tell.run("verify", "--store")
    tell.is_as_in(TOLD, folder)
