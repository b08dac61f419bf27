"""Collects what is wrong with a log, and where."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from masking_audit.format.links import slot_of

MAX_FINDINGS: Final = 100
"""Findings that are kept; further ones are only counted."""
CHECKPOINT: Final = "checkpoint "
"""The beginning of a checkpoint's name."""


class FindingKind(StrEnum):
    """What happened to a log."""

    UNREADABLE = "unreadable"
    EDITED = "edited"
    DROPPED = "dropped"
    DUPLICATE = "duplicate"
    OUT_OF_ORDER = "out of order"
    CUT_OFF = "cut off"
    FORGED = "signature"
    MISSING_WRITER = "writer missing"
    REWRITTEN = "rewritten"
    UNSIGNED = "person's signature"


@dataclass(slots=True)
class Finding:
    """One thing that is wrong with a log.

    Attributes:
        line: 1-based line number; 0 if it concerns no line.
        where: ``WRITER-NUMBER``, a writer, ``checkpoint N``, or empty.
        upto: the number of the last entry, if it concerns a run of entries.
        last_line: the line of that entry.
        slot: the 0-based slot of its writer, if the log is spread over several.
    """

    kind: FindingKind
    line: int
    where: str
    text: str
    upto: int = 0
    last_line: int = 0
    slot: int | None = None

    @property
    def name(self) -> str:
        """What it concerns: ``WRITER-NUMBER``, a run of entries, ``checkpoint N``, or empty."""
        run = f" to {self.upto}" if self.last_line > self.line else ""
        return f"{self.where}{run}" if self.slot is None else f"{self.where}{run} in slot {self.slot}"

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line else "the log"
        if self.last_line > self.line:
            place = f"lines {self.line} to {self.last_line}"
        name = f" ({self.name})" if self.where else ""
        return f"{place}{name}: {self.kind}: {self.text}"


class Findings:
    """The findings of one log, in the order of its lines.

    Attributes:
        counts: the number of findings of each kind, including those not kept.
        slots: over how many slots of the store the log is spread, as its checkpoints say.
    """

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self.counts: Counter[FindingKind] = Counter()
        self.slots = 1

    def __bool__(self) -> bool:
        return bool(self.counts)

    @property
    def count(self) -> int:
        return self.counts.total()

    def __iter__(self) -> Iterator[Finding]:
        for fault in sorted(self._kept, key=lambda fault: fault.line or 1 << 63):
            yield replace(fault, slot=self._slot_of(fault.where))

    def _slot_of(self, where: str) -> int | None:
        if self.slots == 1 or not where or where.startswith(CHECKPOINT):
            return None
        return slot_of(where.partition("-")[0], self.slots)

    def add(self, kind: FindingKind, line: int, where: str, text: str) -> None:
        self.counts[kind] += 1
        if len(self._kept) < MAX_FINDINGS:
            self._kept.append(Finding(kind, line, where, text, 0, line))

    def add_entry(self, kind: FindingKind, line: int, writer: str, number: int, text: str) -> None:
        """Add a finding about an entry; the same about consecutive entries is one finding."""
        last = self._kept[-1] if self._kept else None
        before = (kind, text, line - 1, number - 1)
        follows = last and (last.kind, last.text, last.last_line, last.upto) == before
        if last and follows and last.where.startswith(f"{writer}-"):
            last.upto, last.last_line = number, line
            return
        self.add(kind, line, f"{writer}-{number}", text)
        if self.count <= MAX_FINDINGS:
            self._kept[-1].upto = number
