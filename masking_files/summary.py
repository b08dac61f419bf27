"""Counts the outcomes of a file: counts, codes and places, never a value."""

from collections import Counter
from time import perf_counter
from typing import Final

from rich.console import Console

from masking_files import texts
from masking_files.entries import FileEntry, Format, Result
from masking_files.failures import sentence
from masking_service.cli.language import say

FAILURES_SHOWN: Final = 20


class Summary:
    """Counts what was answered, and keeps the places of the first failures only."""

    def __init__(self) -> None:
        self.records = 0
        self.failed = 0
        self._failures: Counter[str] = Counter()
        self._warnings: Counter[str] = Counter()
        self._stored: Counter[str] = Counter()
        self._places: list[str] = []
        self._started = perf_counter()

    def add(self, entry: FileEntry, result: Result, shape: Format) -> None:
        """Count one answer."""
        self.records += 1
        for warning in result.get("warnings", ()):
            self._warnings[warning["code"]] += 1
        if "created" in result:
            self._stored[say(texts.NEW if result["created"] else texts.KNOWN_BEFORE)] += 1
        error = result.get("error")
        if error is None:
            return
        self.failed += 1
        self._failures[error["code"]] += 1
        if self.failed <= FAILURES_SHOWN:
            for fault in error.get("errors") or ({"code": error["code"], "pointer": ""},):
                column = shape.column(fault["pointer"])
                what = f"{fault['code']} {fault['pointer']}".rstrip()
                where = say(texts.COLUMN, column=column) if column else ""
                place = say(texts.PLACE, line=entry.line, column=where, record=entry.number, what=what)
                self._places.append(place)

    def show(self, console: Console, written: str, shape: Format) -> None:
        """Write it for a person, and for a script's log.

        Args:
            written: the line that says where the output is.
        """
        seconds = perf_counter() - self._started
        rate = self.records / seconds if seconds else 0.0
        lines = [say(texts.RECORDS, records=self.records, failed=self.failed, seconds=seconds, rate=rate)]
        if self._stored:
            lines.append(say(texts.STORED, counts=_listed(self._stored)))
        lines += shape.notes
        if self._warnings:
            lines.append(say(texts.WARNINGS, counts=_listed(self._warnings)))
        lines += [_failed(code, count) for code, count in self._failures.most_common()]
        lines += self._places
        if self.failed > FAILURES_SHOWN:
            lines.append(say(texts.MORE, count=self.failed - FAILURES_SHOWN))
        lines += [written, *shape.remarks]
        for line in lines:
            console.print(line)


def _failed(code: str, count: int) -> str:
    """How many records failed with a code, and what to do."""
    text = sentence(code)
    line = say(texts.FAILED, code=code, count=count)
    return line if text is None else f"{line} {say(text)}"


def _listed(codes: Counter[str]) -> str:
    return ", ".join(f"{code} {count:,}" for code, count in codes.most_common())
