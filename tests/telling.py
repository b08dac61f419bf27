"""Compares all that a test is told, line by line, with a file beside it."""

from __future__ import annotations

import re
from pathlib import Path


class Told:
    """What was told, with `random` texts left out. A long line that was told before is told by its number.

    Args:
        random: matches what differs from run to run.
        long: characters of a line that is told once.
    """

    def __init__(self, random: re.Pattern[str], long: int = 60) -> None:
        self.lines: list[str] = []
        self._random, self._long = random, long
        self._told: dict[str, int] = {}

    def tell(self, line: str) -> None:
        """Take a line. The blanks at its beginning are kept."""
        text = self._random.sub("…", line.rstrip())
        if len(text) > self._long and (before := self._told.setdefault(text, len(self.lines) + 1)) <= len(self.lines):
            text = f"    line {before}"
        self.lines.append(text)

    def is_as_in(self, expected: Path, folder: Path) -> None:
        """Compare with a file. What was told is then in a file of the same name in a folder."""
        now = folder / expected.name
        now.write_text("\n".join(self.lines) + "\n", "utf-8")
        assert self.lines == expected.read_text("utf-8").splitlines(), f"what is told now is in {now}"
