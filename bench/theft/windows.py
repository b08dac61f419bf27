"""The arithmetic of `service/call/budget.lua` in Python: sliding windows of a person, a role and a tenant. Pure.

A test holds it against the script on a real server, call by call and byte by byte.
"""

import struct
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from masking_service.service.call.budgets import COUNTED_PARTS, limit_of, part_seconds
from masking_service.service.people.policy import Grant
from masking_service.service.people.principals import Principal
from masking_service.service.people.rules import Budget, Factors, Window

_COUNT: Final = struct.Struct(">I")


def part_at(window: Window, now: float) -> int:
    """Return the number of the part at `now` (Unix seconds); part 0 began in 1970."""
    return int(now // part_seconds(window))


@dataclass(slots=True)
class Spent:
    """What one subject has spent in one window: counts by part, oldest first."""

    newest: int = -COUNTED_PARTS
    total: int = 0
    counts: deque[list[int]] = field(default_factory=deque)

    def at(self, part: int) -> int:
        """Return the total in the window that ends with a part."""
        total = self.total
        for counted, amount in self.counts:
            if counted > part - COUNTED_PARTS:
                break
            total -= amount
        return total

    def fits_from(self, part: int, amount: int, limit: int) -> int:
        """Return the part from which an amount fits that does not fit now."""
        newest = max(part, self.newest)
        total = self.at(newest)
        for counted, spent in self.counts:
            if counted <= newest - COUNTED_PARTS:
                continue
            total -= spent
            if total + amount <= limit:
                return counted + COUNTED_PARTS
        return newest + COUNTED_PARTS

    def add(self, part: int, amount: int) -> int:
        """Count an amount; return the part in which it is counted. A clock that went back changes nothing."""
        self.newest = max(part, self.newest)
        while self.counts and self.counts[0][0] <= self.newest - COUNTED_PARTS:
            self.total -= self.counts.popleft()[1]
        if self.counts and self.counts[-1][0] == self.newest:
            self.counts[-1][1] += amount
        else:
            self.counts.append([self.newest, amount])
        self.total += amount
        return self.newest

    def give_back(self, part: int, unused: int) -> None:
        """Return an amount to the part in which it was counted."""
        for one in reversed(self.counts):
            if one[0] == part:
                back = min(unused, one[1])
                one[1] -= back
                self.total -= back
                return

    def pack(self) -> bytes:
        """Return the value that the store holds, without zeros at its end; empty if nothing was ever counted."""
        if not self.counts:
            return b""
        by_part = {one[0]: one[1] for one in self.counts}
        oldest = self.counts[0][0]
        counts = b"".join(_COUNT.pack(by_part.get(part, 0)) for part in range(self.newest, oldest - 1, -1))
        return _COUNT.pack(self.newest) + _COUNT.pack(self.total) + counts


@dataclass(frozen=True, slots=True)
class Taken:
    """A reserved amount, and the part of each window in which it is counted."""

    amount: int
    parts: Sequence[tuple[Spent, int]] = ()

    def give_back(self, unused: int) -> None:
        """Return what was not released."""
        for spent, part in self.parts:
            spent.give_back(part, unused)


class Windows:
    """All budgets of one company."""

    def __init__(self, factors: Factors) -> None:
        self._factors = factors
        self._spent: dict[tuple[str, ...], Spent] = {}
        self._subjects: dict[tuple[str, str, str], list[tuple[Spent, Window, int]]] = {}

    def reserve(self, principal: Principal, grant: Grant, amount: int, now: int) -> Taken | list[int]:
        """Take an amount from every window, or return the parts from which it fits; 0 where it fits now."""
        if grant.budget is None or not amount:
            return Taken(0)
        asked = [(spent, part_at(window, now), limit) for spent, window, limit in self.of(principal, grant)]
        full = [spent.at(part) + amount > limit for spent, part, limit in asked]
        if any(full):
            return [
                spent.fits_from(part, amount, limit) if refused else 0
                for refused, (spent, part, limit) in zip(full, asked, strict=True)
            ]
        return Taken(amount, [(spent, spent.add(part, amount)) for spent, part, _ in asked])

    def of(self, principal: Principal, grant: Grant) -> list[tuple[Spent, Window, int]]:
        """Return the windows of a grant with their limits: the person's, the role's, the tenant's."""
        budget = grant.budget
        if budget is None:
            return []
        key = (budget.counts, principal.id, grant.role)
        found = self._subjects.get(key)
        if found is None:
            found = self._subjects[key] = [*self._made(principal, grant.role, budget)]
        return found

    def _made(self, principal: Principal, role: str, budget: Budget) -> list[tuple[Spent, Window, int]]:
        subjects = (("person", principal.id), ("role", role), ("tenant",))
        return [
            (
                self._spent.setdefault((budget.counts, *subject, window.name), Spent()),
                window,
                limit_of(window, factor),
            )
            for subject, factor in zip(subjects, self._factors.of(budget), strict=True)
            for window in budget.windows
        ]
