"""What is wrong with a log, and exactly where: collected, so that one fault does not hide the next."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MOST: Final = 100
"""Faults that are kept. A log with more is no log; those beyond are counted."""


class Kind(StrEnum):
    """What happened to a log, as far as one can see it."""

    UNREADABLE = "unreadable"
    EDITED = "edited"
    DROPPED = "dropped"
    DOUBLED = "doubled"
    OUT_OF_ORDER = "out of order"
    CUT_OFF = "cut off"
    FORGED = "signature"
    MISSING_WRITER = "writer missing"
    REWRITTEN = "rewritten"


@dataclass(slots=True)
class Fault:
    """One fault.

    Attributes:
        kind: what happened.
        line: where it shows, from 1; 0 where it belongs to no line.
        where: ``WRITER-NUMBER``, ``checkpoint N``, or empty.
        text: the fault in words, for people.
        upto: the last number that it holds for, where it holds for a run of entries.
        last_line: the line of that one.
    """

    kind: Kind
    line: int
    where: str
    text: str
    upto: int = 0
    last_line: int = 0

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line else "the log"
        if self.last_line > self.line:
            place = f"lines {self.line} to {self.last_line}"
        run = f" to {self.upto}" if self.last_line > self.line else ""
        name = f" ({self.where}{run})" if self.where else ""
        return f"{place}{name}: {self.kind}: {self.text}"


class Faults:
    """The faults of one log, in the order of its lines.

    Attributes:
        counts: how many there are of each kind, those that were not kept included.
    """

    def __init__(self) -> None:
        self._kept: list[Fault] = []
        self.counts: Counter[Kind] = Counter()

    def __bool__(self) -> bool:
        return bool(self.counts)

    @property
    def count(self) -> int:
        """How many there are."""
        return self.counts.total()

    def __iter__(self) -> Iterator[Fault]:
        return iter(sorted(self._kept, key=lambda fault: fault.line or 1 << 63))

    def add(self, kind: Kind, line: int, where: str, text: str) -> None:
        """One more fault."""
        self.counts[kind] += 1
        if len(self._kept) < MOST:
            self._kept.append(Fault(kind, line, where, text, 0, line))

    def add_entry(self, kind: Kind, line: int, writer: str, number: int, text: str) -> None:
        """A fault of one entry; those of the entries after it, in the lines after it, are one fault with it."""
        last = self._kept[-1] if self._kept else None
        before = (kind, text, line - 1, number - 1)
        follows = last and (last.kind, last.text, last.last_line, last.upto) == before
        if last and follows and last.where.startswith(f"{writer}-"):
            last.upto, last.last_line = number, line
            return
        self.add(kind, line, f"{writer}-{number}", text)
        if self.count <= MOST:
            self._kept[-1].upto = number
