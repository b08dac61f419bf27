"""Finds out whether unmapped columns are personal, and does what --unmapped says.

Every cell is scanned for what can be found in a text. What can only be guessed, names and addresses, is looked for in
a sample of each column: its first 1,000 different cells, one of 100 behind them, and those that follow one which
looks personal. 50 of them are judged at a time, so that what begins late is not outweighed by what came first.
"""

import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from masking_files import texts
from masking_files.faults import NotDone
from masking_files.headers import KIND, UNMAPPED, is_impersonal, one_line
from masking_files.looks import found_kind, guessed_kind
from masking_files.sample import FIRST_ROWS, Sample
from masking_service.cli.language import say
from masking_service.masking.codes import is_code
from masking_service.masking.kinds.address import mask_address
from masking_service.masking.kinds.text import worth_reading
from masking_service.masking.leaks import own_number
from masking_service.masking.member_names import ROOT, plan
from masking_service.masking.numbers_in_text import scrub
from masking_service.masking.profiles import Profile
from masking_service.masking.stars import stars

Mode = Literal["refuse", "guard", "hide", "pass"]
MODES: Final[tuple[Mode, ...]] = ("refuse", "guard", "hide", "pass")

SAMPLES: Final = 2
LOOKS_PERSONAL: Final = 0.3
"""The share of the cells judged together that have to look like names, or like addresses."""
NOT_NUMBERS: Final = 0.51
"""The same for a column of waybill numbers: more than half. A single personal cell among them is hidden."""


@dataclass(slots=True)
class _SeenColumn:
    """What was seen of one column.

    Attributes:
        header: of the column.
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

    def look(self, cell: str, *, sample: bool) -> None:
        """Look at one cell that is not blank.

        Args:
            cell: it.
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
        """Return whether the header says that this is a code: the number of an order, a time or an amount."""
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

    def is_named(self) -> bool:
        """Whether the header names the column: it is neither empty nor the first of its personal cells."""
        may_be_cell = self.kind() is not None or self.sample.empty
        return bool(self.header.strip()) and not (may_be_cell and guessed_kind(self.header))

    def title(self) -> str:
        """The header as a message shows it."""
        if not self.header.strip():
            return say(texts.NO_TITLE)
        return one_line(self.header) if self.is_named() else stars(self.header)

    def shown(self, kind: str) -> list[str]:
        """Cells to show of a column of this kind."""
        others = [cell for cells in self.samples.values() for cell in cells]
        return (self.samples.get(kind) or others or self.plain)[:SAMPLES]

    def _keep(self, kind: str, cell: str) -> None:
        kept = self.samples.setdefault(kind, [])
        if len(kept) < SAMPLES:
            kept.append(cell)


class UnmappedColumns:
    """The unmapped columns of one table.

    Args:
        headers: of the table.
        columns: the unmapped ones, without those that --map calls unmapped.
        mode: what --unmapped says.
        profile: how samples are masked.
        numbers: the columns of the record's own waybill number, which are not trusted to hold one.
    """

    def __init__(
        self,
        headers: Sequence[str],
        columns: Sequence[int],
        mode: Mode,
        profile: Profile,
        *,
        numbers: Sequence[int] = (),
    ) -> None:
        self._headers = headers
        self._mode = mode
        self._profile = profile
        self._texts = profile.text_mask()
        self._hidden = 0
        meanings = plan(ROOT, tuple(headers))
        self._columns = {
            at: _SeenColumn(headers[at], meanings[at].kind, not is_impersonal(headers[at])) for at in columns
        }
        self._columns |= {at: _SeenColumn(headers[at], None, guessable=True, holds_numbers=True) for at in numbers}

    def take(self, number: int, cells: Sequence[str]) -> Sequence[str]:
        """Read the cells of a row, and return them as they are written.

        Args:
            number: of the row, from 1.
            cells: of every column.

        Raises:
            NotDone: as `finish`, once the first rows are read.
        """
        for at, column in self._columns.items():
            cell = cells[at]
            sample = column.sample.takes(cell)
            if cell and (sample or scrub(cell) is not cell or worth_reading(cell)) and not cell.isspace():
                column.look(cell, sample=sample)
        if number == FIRST_ROWS:
            self.finish()
        if self._mode == "pass":
            return cells
        shown = list(cells)
        for at, column in self._columns.items():
            if cells[at]:
                shown[at] = self._shown(column, cells[at])
        return shown

    def finish(self) -> None:
        """Say what was found, once everything is read.

        Raises:
            NotDone: a column looks personal, and --unmapped says to refuse that.
        """
        personal = self.personal
        if not personal or self._mode != "refuse":
            return
        lines = [
            say(texts.PERSONAL if len(personal) > 1 else texts.ONE_PERSONAL, count=len(personal)),
            *(line for at, kind in personal.items() for line in self._question(at, kind)),
            say(texts.REPEAT),
        ]
        raise NotDone("\n".join(lines))

    def nothing_named(self, rows: Iterable[Sequence[str]]) -> NotDone:
        """The refusal of a table in which no header names anything that would be masked: it asks about every column.

        Args:
            rows: the cells of the first rows.
        """
        for cells in rows:
            for at, column in self._columns.items():
                if cells[at] and not cells[at].isspace():
                    column.look(cells[at], sample=column.sample.takes(cells[at]))
        personal = self.personal
        asked = [at for at, column in self._columns.items() if at in personal or not column.holds_numbers]
        lines = [line for at in asked for line in self._question(at, personal.get(at, "text"))]
        return NotDone("\n".join([say(texts.NO_HEADER), *lines, *([say(texts.NAME_COLUMNS)] if asked else [])]))

    @property
    def personal(self) -> dict[int, str]:
        """The columns that look personal, with the kind of each."""
        return {at: kind for at, column in self._columns.items() if (kind := column.kind()) is not None}

    @property
    def remarks(self) -> list[str]:
        """What the summary says of these columns."""
        others = {at: column for at, column in self._columns.items() if not column.holds_numbers}
        named = ", ".join(f"{at + 1} ({column.title()})" for at, column in others.items())
        lines = [say(texts.NOT_MAPPED, columns=named)] if others else []
        if self._hidden:
            lines.append(say(texts.HIDDEN, count=self._hidden))
        if self._mode in ("guard", "pass") and self.personal:
            lines.append(say(texts.STILL_PERSONAL))
            lines += [line for at, kind in self.personal.items() for line in self._question(at, kind)]
        return lines

    def _shown(self, column: _SeenColumn, cell: str) -> str:
        if self._mode == "hide":
            return stars(cell)
        shown = cell if column.is_code(cell) else self._texts.mask(cell).text
        if column.holds_numbers and shown is cell and guessed_kind(cell) is not None:
            shown = stars(cell)
        self._hidden += shown != cell
        return shown

    def _question(self, at: int, kind: str) -> list[str]:
        """What to say of one column, with samples that show no more than a label does."""
        column = self._columns[at]
        samples = ", ".join(self._masked(kind, cell) for cell in column.shown(kind)) or say(texts.NO_CELLS)
        name = column.header if column.is_named() and self._headers.count(column.header) == 1 else str(at + 1)
        words = [shlex.quote(f"{name}={target}") for target in (f"{KIND}{kind}", UNMAPPED)]
        return [
            say(texts.QUESTION, column=at + 1, header=column.title(), kind=kind, samples=samples),
            say(texts.ANSWERS, masks=words[0], leaves=words[1]),
        ]

    def _masked(self, kind: str, cell: str) -> str:
        if kind == "address":  # a profile for labels shows the house
            return one_line(mask_address(cell, "detail"))[:_SAMPLE_LENGTH]
        mask = self._profile.masker(kind) if kind in ("name", "phone") else None
        return one_line((mask or stars)(cell))[:_SAMPLE_LENGTH]


_SAMPLE_LENGTH: Final = 60
