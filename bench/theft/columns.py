"""The log in columns of numbers, a day at a time, and the lookout's signals over them.

A company of 5,330 people writes half a million rows in the thirty days that the signals read, and they are read again
each day. Here each row becomes numbers once. What is counted is the same as in `masking_audit/lookout/signals.py`, and
that decides what a count means; `tests/bench/theft/test_columns.py` compares the two.

Rows of the model only: each names a case, a case is opened once and closed by another person, and views are left out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from bench.theft.steps import DAY
from bench.theft.work import HOUR
from masking_audit.lookout.history import CaseDecision, OpenedCase, OpenedFields, Row, Seen
from masking_audit.lookout.peers import Excess, RoleShare, Value, excessive_shares, excessive_values
from masking_audit.lookout.signals import (
    FOLLOWED_WITHIN,
    MIN_HISTORY,
    MIN_PARCELS,
    RARE_HOUR,
    RECENT,
    excessive_pairs,
    new_surroundings,
    odd_hours,
    pace,
    quick_approvals,
)
from masking_audit.lookout.use import first_second
from masking_service.service.lookout.state import Reason

Numbers = np.ndarray[Any, np.dtype[np.int64]]
OPENED, CASES, CLOSED, APPROVED = range(4)
AT, PERSON, CASE, MORE, WAYBILL = range(5)
"""The columns. `MORE` are the fields of an opening, or whether a case was verified."""
WIDTH: Final = 5


class Columns:
    """Rows as numbers, by day. A copy shares the days that are complete."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._people: dict[str, int] = {}
        self._roles: dict[str, str] = {}
        self._cases: dict[str, int] = {}
        self._waybills: dict[str, int] = {}
        self._new: dict[tuple[int, int], list[tuple[int, ...]]] = {}
        self._days: dict[tuple[int, int], Numbers] = {}
        self._approvals: dict[int, list[CaseDecision]] = {}
        self._seen: dict[int, dict[tuple[str, str], Seen]] = {}
        self.add(rows)

    def renamed(self, names: Mapping[str, str]) -> "Columns":
        """Return a copy in which people have other names."""
        self._complete()
        found = Columns()
        found._people = {names.get(who, who): number for who, number in self._people.items()}
        found._roles = {names.get(who, who): role for who, role in self._roles.items()}
        found._cases, found._waybills, found._days = {**self._cases}, {**self._waybills}, {**self._days}
        found._approvals = {day: [_renamed(row, names) for row in rows] for day, rows in self._approvals.items()}
        for day, rows in self._seen.items():
            changed = [_renamed(row, names) for row in rows.values()]
            found._seen[day] = {(row.person, row.tag): row for row in changed}
        return found

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows of any days, in the order of their times; of a device only the first of each day counts."""
        people, cases, waybills = self._people, self._cases, self._waybills
        for row in rows:
            day = row.at // DAY
            match row:
                case OpenedFields():
                    kind, more = OPENED, row.fields
                    waybill = waybills.setdefault(row.waybill, len(waybills))
                case OpenedCase():
                    kind, more, waybill = CASES, row.verified, 0
                case CaseDecision(act="close" | "approve"):
                    kind, more, waybill = (CLOSED if row.act == "close" else APPROVED), 0, 0
                    if kind == APPROVED:
                        self._approvals.setdefault(day, []).append(row)
                case Seen():
                    self._seen.setdefault(day, {}).setdefault((row.person, row.tag), row)
                    continue
                case _:  # views of couriers are not read
                    continue
            who = people.setdefault(row.person, len(people))
            self._roles.setdefault(row.person, row.role)
            case = cases.setdefault(row.case, len(cases))
            self._new.setdefault((kind, day), []).append((row.at, who, case, more, waybill))

    def reasons(self, now: int) -> list[Reason]:
        """Return the reasons of every signal over the thirty days before a midnight, as `all_signals` does."""
        if now % DAY:
            raise ValueError("a day of the model ends at midnight")
        self._complete()
        days = range(first_second(now) // DAY, now // DAY)
        opened, cases, closed, approved = (self._window(kind, days) for kind in range(4))
        names = [*self._people]
        approvals = [row for day in days for row in self._approvals.get(day, ())]
        seen = [row for day in days for row in self._seen.get(day, {}).values()]
        return [
            *self._unverified(names, opened, cases),
            *self._unfollowed(names, opened, closed, now),
            *self._pairs("pair", names, opened, cases),
            *self._pairs("approving-pair", names, approved, cases),
            *self._fields_per_waybill(names, opened),
            *self._pace(names, opened, now),
            *_odd_hours(names, np.concatenate([opened, cases]), now),
            *new_surroundings(seen, now),
            *quick_approvals(approvals),
        ]

    def _complete(self) -> None:
        """Turn new rows into numbers."""
        for at, rows in self._new.items():
            new = np.array(rows, dtype=np.int64)
            self._days[at] = np.concatenate([self._days[at], new]) if at in self._days else new
        self._new.clear()

    def _window(self, kind: int, days: Sequence[int]) -> Numbers:
        found = [self._days[kind, day] for day in days if (kind, day) in self._days]
        return np.concatenate(found) if found else np.zeros((0, WIDTH), dtype=np.int64)

    def _of_cases(self, rows: Numbers, missing: int, values: Numbers) -> Numbers:
        """Return by case the last value of its rows."""
        found = np.full(len(self._cases), missing, dtype=np.int64)
        found[rows[:, CASE]] = values
        return found

    def _handled(self, rows: Numbers) -> Numbers:
        """Return each person and case once, as one number."""
        return np.unique(rows[:, PERSON] * len(self._cases) + rows[:, CASE])

    def _shares(self, names: Sequence[str], signal: str, handled: Numbers, counted: Numbers) -> list[Reason]:
        """Compare shares of what people handled."""
        total = np.bincount(handled // max(len(self._cases), 1), minlength=len(names))
        observed = np.bincount(counted // max(len(self._cases), 1), minlength=len(names))
        return _reasons(
            signal,
            excessive_shares(
                {
                    names[who]: RoleShare(self._roles[names[who]], int(observed[who]), int(total[who]))
                    for who in np.flatnonzero(total).tolist()
                }
            ),
        )

    def _unverified(self, names: Sequence[str], opened: Numbers, cases: Numbers) -> list[Reason]:
        if not cases[:, MORE].any():
            return []
        handled = self._handled(opened)
        verified = self._of_cases(cases, 1, cases[:, MORE])
        return self._shares(names, "unverified", handled, handled[verified[handled % len(self._cases)] == 0])

    def _unfollowed(self, names: Sequence[str], opened: Numbers, closed: Numbers, now: int) -> list[Reason]:
        old = opened[opened[:, AT] < now - FOLLOWED_WITHIN]
        closed_at = self._of_cases(closed, 0, closed[:, AT])
        left = old[closed_at[old[:, CASE]] <= old[:, AT]]
        return self._shares(names, "unfollowed", self._handled(old), self._handled(left))

    def _pairs(self, signal: str, names: Sequence[str], rows: Numbers, cases: Numbers) -> list[Reason]:
        handled = self._handled(rows)
        opener = self._of_cases(cases, -1, cases[:, PERSON])
        case = handled % max(len(self._cases), 1)
        handled, case = handled[opener[case] >= 0], case[opener[case] >= 0]
        who = handled // max(len(self._cases), 1)
        pairs, counts = np.unique(opener[case] * len(names) + who, return_counts=True)
        of_opener = np.bincount(opener[np.unique(case)], minlength=len(names))
        of_person = np.bincount(who, minlength=len(names))
        met = {
            (names[pair // len(names)], names[pair % len(names)]): count
            for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True)
        }
        return excessive_pairs(signal, met, _counter(names, of_opener), _counter(names, of_person))

    def _fields_per_waybill(self, names: Sequence[str], opened: Numbers) -> list[Reason]:
        fields = np.bincount(opened[:, PERSON], opened[:, MORE], len(names))
        a_person = len(self._cases) * len(self._waybills)
        each = np.unique(opened[:, PERSON] * a_person + opened[:, CASE] * len(self._waybills) + opened[:, WAYBILL])
        waybills = np.bincount(each // max(a_person, 1), minlength=len(names))
        values = {
            names[who]: Value(self._roles[names[who]], float(fields[who]) / int(waybills[who]))
            for who in np.flatnonzero(waybills >= MIN_PARCELS).tolist()
        }
        return _reasons("fields-per-waybill", excessive_values(values))

    def _pace(self, names: Sequence[str], opened: Numbers, now: int) -> list[Reason]:
        """One row for all that a person opened on a day says the same to this signal."""
        at, which = np.unique(opened[:, AT] // DAY * len(names) + opened[:, PERSON], return_inverse=True)
        sums = np.bincount(which, opened[:, MORE], len(at))
        rows = []
        for one, count in zip(at.tolist(), sums.tolist(), strict=True):
            day, who = divmod(one, len(names))
            rows.append(OpenedFields(day * DAY, names[who], self._roles[names[who]], "", "", int(count)))
        return pace(rows, now)


def _odd_hours(names: Sequence[str], acted: Numbers, now: int) -> list[Reason]:
    """Judge those who acted lately in an hour that is rare for them: the signal names no others."""
    hours = acted[:, PERSON] * 24 + acted[:, AT] % DAY // HOUR
    recent = acted[:, AT] >= now - RECENT
    before = np.bincount(hours[~recent], minlength=24 * len(names)).reshape(-1, 24)
    around = before + np.roll(before, 1, 1) + np.roll(before, -1, 1)
    total = before.sum(1)
    rare = (around <= RARE_HOUR * total[:, None]) & (total >= MIN_HISTORY)[:, None]
    judged = np.zeros(len(names), dtype=np.bool_)
    judged[np.unique(hours[recent & rare.reshape(-1)[hours]] // 24)] = True
    chosen = acted[judged[acted[:, PERSON]]]
    rows = zip(chosen[:, PERSON].tolist(), chosen[:, AT].tolist(), strict=True)
    return odd_hours([(names[who], at) for who, at in rows], now)


def _renamed(row: Any, names: Mapping[str, str]) -> Any:
    return row._replace(person=names[row.person]) if row.person in names else row


def _counter(names: Sequence[str], counts: Numbers) -> Counter[str]:
    return Counter({names[who]: int(counts[who]) for who in np.flatnonzero(counts).tolist()})


def _reasons(signal: str, found: Iterable[Excess]) -> list[Reason]:
    return [Reason(one.person, signal, one.score, one.observed, one.total, one.expected) for one in found]
