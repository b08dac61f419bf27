"""Finds out whether unmapped columns are personal, and does what --unmapped says."""

import shlex
from collections.abc import Iterable, Sequence
from typing import Final, Literal

from masking_files import texts
from masking_files.faults import RefusedTable
from masking_files.headers import KIND, UNMAPPED, one_line
from masking_service.masking.kinds.address import mask_address
from masking_service.masking.members.member_names import ROOT, plan
from masking_service.masking.records.profile_masks import Masks
from masking_service.masking.records.profiles import Profile
from masking_service.masking.stars import stars
from masking_service.tables.headers import is_impersonal
from masking_service.tables.looks import guessed_kind
from masking_service.tables.sample import FIRST_ROWS
from masking_service.tables.seen import SeenColumn
from masking_service.texts import say

Mode = Literal["refuse", "guard", "hide", "pass"]
MODES: Final[tuple[Mode, ...]] = ("refuse", "guard", "hide", "pass")


class UnmappedCells:
    """The unmapped columns of one table.

    Args:
        columns: the unmapped ones, without those that --map calls unmapped.
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
        self._masks = Masks(profile)
        self._texts = self._masks.text_mask
        self._hidden = 0
        meanings = plan(ROOT, tuple(headers))
        self._columns = {
            at: SeenColumn(headers[at], meanings[at].kind, not is_impersonal(headers[at])) for at in columns
        }
        self._columns |= {at: SeenColumn(headers[at], None, guessable=True, holds_numbers=True) for at in numbers}

    def take(self, number: int, cells: Sequence[str]) -> Sequence[str]:
        """Read the cells of a row, and return them as they are written.

        Args:
            number: of the row, from 1.

        Raises:
            RefusedTable: as `finish`, once the first rows are read.
        """
        for at, column in self._columns.items():
            column.read(cells[at])
        if number == FIRST_ROWS:
            self.finish()
        if self._mode == "pass":
            return cells
        shown = list(cells)
        for at, column in self._columns.items():
            if cells[at]:
                shown[at] = self._shown_cell(column, cells[at])
        return shown

    def finish(self) -> None:
        """Say what was found, once everything is read.

        Raises:
            RefusedTable: a column looks personal, and --unmapped says to refuse that; one looks like names, which can
                only be guessed, and it says to guard what can be found.
        """
        personal = self.personal
        if self._mode == "guard":
            personal = {at: kind for at, kind in personal.items() if self._columns[at].may_hold_names}
        if not personal or self._mode not in ("refuse", "guard"):
            return
        lines = [
            say(texts.PERSONAL if len(personal) > 1 else texts.ONE_PERSONAL, count=len(personal)),
            *(line for at, kind in personal.items() for line in self._question(at, kind)),
            say(texts.REPEAT if self._mode == "refuse" else texts.REPEAT_GUARDED),
        ]
        raise RefusedTable("\n".join(lines))

    def nothing_named(self, rows: Iterable[Sequence[str]]) -> RefusedTable:
        """The refusal of a table in which no header names anything that would be masked: it asks about every column."""
        for cells in rows:
            for at, column in self._columns.items():
                if cells[at] and not cells[at].isspace():
                    column.look(cells[at], sample=column.sample.takes(cells[at]))
        personal = self.personal
        asked = [at for at, column in self._columns.items() if at in personal or not column.holds_numbers]
        lines = [line for at in asked for line in self._question(at, personal.get(at, "text"))]
        return RefusedTable("\n".join([say(texts.NO_HEADER), *lines, *([say(texts.NAME_COLUMNS)] if asked else [])]))

    @property
    def personal(self) -> dict[int, str]:
        """The columns that look personal, with the kind of each."""
        return {at: kind for at, column in self._columns.items() if (kind := column.kind()) is not None}

    @property
    def remarks(self) -> list[str]:
        """What the summary says of these columns."""
        others = {at: column for at, column in self._columns.items() if not column.holds_numbers}
        named = ", ".join(f"{at + 1} ({_title(column)})" for at, column in others.items())
        lines = [say(texts.NOT_MAPPED, columns=named)] if others else []
        if self._hidden:
            lines.append(say(texts.HIDDEN, count=self._hidden))
        if self._mode == "pass" and self.personal:
            lines.append(say(texts.STILL_PERSONAL))
            lines += [line for at, kind in self.personal.items() for line in self._question(at, kind)]
        return lines

    def _shown_cell(self, column: SeenColumn, cell: str) -> str:
        if self._mode == "hide" and not column.holds_numbers:
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
            say(texts.QUESTION, column=at + 1, header=_title(column), kind=kind, samples=samples),
            say(texts.ANSWERS, masks=words[0], leaves=words[1]),
        ]

    def _masked(self, kind: str, cell: str) -> str:
        if kind == "address":  # a profile for labels shows the house
            return one_line(mask_address(cell, "detail"))[:_SAMPLE_LENGTH]
        mask = self._masks.masker(kind) if kind in ("name", "phone") else None
        return one_line((mask or stars)(cell))[:_SAMPLE_LENGTH]


_SAMPLE_LENGTH: Final = 60


def _title(column: SeenColumn) -> str:
    """A column's header as a message shows it."""
    if not column.header.strip():
        return say(texts.NO_TITLE)
    return one_line(column.header) if column.is_named() else stars(column.header)
