"""Finds out whether an unmapped column of a table looks personal. It masks nothing.

Every cell is scanned for what can be found in a text. What can only be guessed, names and addresses, is looked for in
a sample of the column: its first 1,000 different cells, one of 100 behind them, and those that follow a cell that
looks personal. 50 of them are judged at a time, so that what begins late is not outweighed by what came first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from masking_service.masking.members.codes import are_codes, harmless_lines, is_code
from masking_service.masking.numbers.numbers_in_text import scrub
from masking_service.masking.texts.full_reading import any_worth_reading, worth_reading
from masking_service.masking.waybill import is_plain_number, own_number
from masking_service.tables.looks import found_kind, guessed_kind
from masking_service.tables.sample import Sample

SAMPLES: Final = 2
LOOKS_PERSONAL: Final = 0.3
"""The share of the cells judged together that have to look like names, or like addresses."""
NOT_NUMBERS: Final = 0.51
"""The same for a column of waybill numbers: more than half. A single personal cell among them is hidden."""


@dataclass(slots=True)
class SeenColumn:
    """What was seen of one column.

    Attributes:
        says: the kind that the header's name means.
        guessable: whether cells that look like names and addresses count.
        holds_numbers: whether the column is mapped as the waybill number.
        sample: of its cells, for guesses.
        found: cells by what was found in them.
        samples: cells to show, by kind.
        plain: cells in which nothing was found.
    """

    header: str
    says: str | None
    guessable: bool
    holds_numbers: bool = False
    sample: Sample = field(init=False)
    found: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[str]] = field(default_factory=dict)
    plain: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sample = Sample(NOT_NUMBERS if self.holds_numbers else LOOKS_PERSONAL, distinct=not self.holds_numbers)

    def read(self, cell: str) -> None:
        """Look at a cell where there is something to see."""
        sample = self.sample.takes(cell)
        if cell and (sample or self._may_hold_more(cell)) and not cell.isspace():
            self.look(cell, sample=sample)

    def read_many(self, cells: Sequence[str]) -> None:
        """Look at different cells: all together first, and one by one only if that search finds anything."""
        lines = "\n".join(cells)
        quiet = are_codes(self.says, lines) or (harmless_lines(self.says, lines) and not any_worth_reading(cells))
        for cell in cells:
            if not quiet:
                self.read(cell)
            elif self.sample.takes(cell):
                self.look(cell, sample=True)

    def look(self, cell: str, *, sample: bool) -> None:
        """Look at one cell that is not blank.

        Args:
            sample: whether it is sampled for guesses; else only what can be found in it counts.
        """
        kind = None if self.is_code(cell) else found_kind(cell)
        if kind is not None:
            self.found[kind] += 1
        guess = guessed_kind(cell) if sample and kind is None and self.guessable else None
        if sample:
            self.sample.add(guess or (kind if self.holds_numbers else None))
        if (seen := kind or guess) is not None:
            self._keep(seen, cell)
        elif sample and len(self.plain) < SAMPLES:
            self.plain.append(cell)

    def is_code(self, cell: str) -> bool:
        """Return whether the header means a code: an order number, a time or an amount."""
        return own_number(cell) is not None if self.holds_numbers else is_code(self.says, cell)

    def kind(self) -> str | None:
        """The kind that the column holds, or None where it does not look personal."""
        likely = self.sample.likely()
        if self.holds_numbers:
            counts = likely
        elif self.found["party"] or (self.found and likely):
            return "party"
        else:
            counts = self.found or likely
        return counts.most_common(1)[0][0] if counts else None

    @property
    def may_hold_names(self) -> bool:
        """Whether cells look like names in which nothing is found: no scan hides them."""
        return not self.holds_numbers and "name" in self.sample.likely()

    def is_named(self) -> bool:
        """Whether the header names the column: it is neither empty nor the first of its personal cells."""
        may_be_cell = self.kind() is not None or self.sample.empty
        return bool(self.header.strip()) and not (may_be_cell and guessed_kind(self.header))

    def shown(self, kind: str) -> list[str]:
        """Cells to show of a column of this kind."""
        others = [cell for cells in self.samples.values() for cell in cells]
        return (self.samples.get(kind) or others or self.plain)[:SAMPLES]

    def _may_hold_more(self, cell: str) -> bool:
        """Return whether anything but a waybill number may be found in a cell."""
        if self.holds_numbers and is_plain_number(cell):
            return False
        return scrub(cell) is not cell or worth_reading(cell)

    def _keep(self, kind: str, cell: str) -> None:
        kept = self.samples.setdefault(kind, [])
        if len(kept) < SAMPLES:
            kept.append(cell)
