"""All reasons that the signals find in one made-up history, with their figures, and who is then listed.

`reasons.txt` has them. Its people act at random times that often fall on a limit; a line is changed with what it tells.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from masking_audit.lookout.history import (
    CaseDecision,
    History,
    OpenedCase,
    OpenedFields,
    Seen,
    Trace,
    ViewedWaybill,
)
from masking_audit.lookout.signals import FOLLOWED_WITHIN, all_signals
from masking_audit.lookout.use import rank
from masking_service.masking.timestamps import SECONDS_A_DAY as DAY
from masking_service.masking.timestamps import SECONDS_AN_HOUR as HOUR

TOLD: Final = Path(__file__).with_name("reasons.txt")
NOW: Final = 20_000 * DAY
DAYS, BEGINS = 30, 13
ACCOMPLICE, NEWCOMER = "staff/d-0", "staff/o-8"
LIMITS: Final = (0, 7 * DAY, FOLLOWED_WITHIN)


class Made:
    """A history of officers, openers, approvers and couriers, of whom one each is worth a look."""

    def __init__(self) -> None:
        self.history = History()
        self._random = random.Random(1)
        self._cases = 0
        for day in range(DAYS, -1, -1):
            for number in range(9):
                self._officer(day, number)
                self._courier(day, number)
            for number in range(9):
                self._approver(day, number)
        for rows in (getattr(self.history, name) for name in self.history.__slots__):
            rows.sort()

    def _upto(self, count: int) -> int:
        return int(self._random.random() * count)

    def _at(self, day: int) -> int:
        """Some full hour of a working day; at times just the end of a window."""
        limit = LIMITS[self._upto(3)]
        return NOW - limit if day * DAY == limit else NOW - day * DAY + (8 + self._upto(9)) * HOUR

    def _officer(self, day: int, number: int) -> None:
        person, odd = f"staff/o-{number}", number == 0
        if person == NEWCOMER and day > BEGINS:
            return
        for _ in range(1 + self._upto(3) + (9 if odd and day < 7 else 0)):
            self._cases += 1
            case, opener = f"D-{self._cases}", ACCOMPLICE if odd and day % 2 else f"staff/d-{self._upto(6)}"
            at = NOW - day * DAY + 3 * HOUR if odd and day < 7 else self._at(day)
            self.history.cases.append(
                OpenedCase(at - HOUR, opener, "service-desk", case, 1, not odd and self._upto(9) > 1)
            )
            for parcel in range(1 + self._upto(2)):
                waybill = f"w-{case}-{parcel}"
                fields = 1 + self._upto(2) + (3 if odd else 0)
                self.history.openings.append(OpenedFields(at, person, "dispute-officer", case, waybill, fields))
                if not odd or self._upto(5) == 0:
                    moved = at + self._upto(3) * HOUR
                    site = f"02100{self._upto(9 if odd else 2)}"
                    self.history.traces.append(Trace(moved, "client/tracking", waybill, site))
            if self._upto(4) == 0:
                closing = person if self._upto(2) else opener
                self.history.decisions.append(CaseDecision(at + 60, closing, "service-desk", case, "close"))
            device = f"new-{day}" if odd and day < 7 else f"own-{number}-{self._upto(20) // 19}"
            if person == NEWCOMER:
                device = f"{(day + 3) // 4}"  # another one on the sixth day, and again in the last week
            for what in ("device", "network"):
                self.history.seen.append(Seen(at, person, "dispute-officer", what, f"{what}-{device}"))

    def _approver(self, day: int, number: int) -> None:
        at, theirs = self._at(day), [one.case for one in self.history.cases if number != 1 or one.person == ACCOMPLICE]
        for _ in range(3):
            at += self._upto(3) + 4 + (20 if number and self._upto(6) else 0)
            case = theirs[self._upto(len(theirs))]
            self.history.decisions.append(CaseDecision(at, f"staff/s-{number}", "supervisor", case, "approve"))

    def _courier(self, day: int, number: int) -> None:
        for parcel in range(2 + self._upto(3)):
            at, waybill = self._at(day), f"w-{day}-{number}-{parcel}"
            self.history.views.append(ViewedWaybill(at, f"staff/c-{number}", "courier", waybill))
            if number or parcel == 0:
                site = f"02100{number % 3 + self._upto(6) // 5}"
                self.history.traces.append(Trace(at + self._upto(3) * HOUR, "client/tracking", waybill, site))


def told() -> Iterator[str]:
    reasons = all_signals(Made().history, NOW)
    for one in sorted(reasons):
        yield (
            f"{one.person} {one.signal} {one.score:.6g}: {one.observed:.6g} of {one.total},"
            f" expected {one.expected:.6g} {one.other}".rstrip()
        )
    for listed in rank(reasons, {}):
        yield f"listed: {listed.person} {listed.total:.6g} {' '.join(one.signal for one in listed.reasons)}"


def test_all_reasons_are_as_listed() -> None:
    assert [*told()] == TOLD.read_text("utf-8").splitlines()
