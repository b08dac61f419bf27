"""What came of a file: counts, codes and places. Never a value."""

from collections import Counter
from time import perf_counter
from typing import Final

from rich.console import Console

from masking_service.cli.files.entries import Entry, Format, Result

FAILURES_SHOWN: Final = 20


class Summary:
    """Counts what was answered; keeps the places of the first failures only."""

    def __init__(self) -> None:
        self.records = 0
        self.failed = 0
        self._failures: Counter[str] = Counter()
        self._warnings: Counter[str] = Counter()
        self._stored: Counter[str] = Counter()
        self._places: list[str] = []
        self._started = perf_counter()

    def add(self, entry: Entry, result: Result, shape: Format) -> None:
        """Count one answer."""
        self.records += 1
        for warning in result.get("warnings", ()):
            self._warnings[warning["code"]] += 1
        if "created" in result:
            self._stored["new" if result["created"] else "known before"] += 1
        error = result.get("error")
        if error is None:
            return
        self.failed += 1
        self._failures[error["code"]] += 1
        if self.failed <= FAILURES_SHOWN:
            for fault in error.get("errors") or ({"code": error["code"], "pointer": ""},):
                column = shape.column(fault["pointer"])
                where = f"line {entry.line:,}" + (f", column {column}" if column else "")
                what = f"{fault['code']} {fault['pointer']}".rstrip()
                self._places.append(f"  {where}, record {entry.number:,}: {what}")

    def show(self, console: Console, written: str, shape: Format) -> None:
        """Write it for a person, and for a script's log.

        Args:
            console: where.
            written: the line that says where the output is.
            shape: what the records came in.
        """
        seconds = perf_counter() - self._started
        rate = self.records / seconds if seconds else 0.0
        count = f"{self.records:,} record{'s' * (self.records != 1)}"
        lines = [f"{count}, {self.failed:,} failed, in {seconds:.1f} s ({rate:,.0f} a second)"]
        if self._stored:
            lines.append(f"stored: {_listed(self._stored)}")
        lines += shape.notes
        if self._warnings:
            lines.append(f"warnings: {_listed(self._warnings)}")
        if self.failed:
            lines.append(f"failed: {_listed(self._failures)}")
        lines += self._places
        if self.failed > FAILURES_SHOWN:
            lines.append(f"  and {self.failed - FAILURES_SHOWN:,} more; the output says of each why")
        lines += [written, *shape.remarks]
        for line in lines:
            console.print(line)


def _listed(codes: Counter[str]) -> str:
    return ", ".join(f"{code} {count:,}" for code, count in codes.most_common())
