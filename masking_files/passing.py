"""Passes a file through the work: reads a batch, does the work on it, and writes its answers in order."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from time import perf_counter
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from masking_files import texts
from masking_files.destination import Write
from masking_files.entries import FileEntry, Format, Result
from masking_service.service.rule_texts import FITTING, ITEMS, LOOK_PERSONAL, with_rules
from masking_service.texts import Text, language_of_terminal, say

_OF_FILES: Final[dict[str, Text]] = {
    "invalid-json": Text(
        "This JSON value cannot be read: it is not complete, is nested too deeply, or has NaN, half of a surrogate "
        "pair (such as \\ud800 alone) or an integer of thousands of digits. Correct it, or export the file again."
    ),
    "wrong-cell-count": Text(
        "The row has more or fewer cells than there are headers. Give every column a header, and put cells that hold "
        "the delimiter in quotes."
    ),
    "rounded-number": Text(
        "The spreadsheet has rounded this waybill number. Format the column as text at its source and export again."
    ),
}
"""The codes that only files have."""

_OF_RECORDS: Final[dict[str, Text]] = {
    "conflict": Text(
        "Other values are stored under this waybill number. If the new ones are right, use --on-conflict revise."
    ),
    "nothing-mapped": Text("The record has no value that the schema maps. Name its schema with --schema."),
    "too-large": Text(
        "The record or its batch takes too much work. Repeat with a smaller --batch, or split the record."
    ),
}
"""The codes whose sentence names an option of the command, not a member of a request."""


def explained(error: Result) -> Result:
    """The error with its `detail`: a sentence, the rule of each place, what would fit and what looks personal."""
    text = sentence(error["code"])
    if text is None:
        return error
    places = [(fault["pointer"], fault["code"]) for fault in error.get("errors", ())]
    detail = with_rules(text, places, language_of_terminal())
    if "members" in error:
        detail += " " + say(LOOK_PERSONAL, members=", ".join(error["members"]))
    if "schemas" in error:
        detail += " " + say(FITTING, schemas=", ".join(error["schemas"]))
    return error | {"detail": detail}


def sentence(code: str) -> Text | None:
    """What is wrong with a record that failed with this code, and what to do."""
    return _OF_FILES.get(code) or _OF_RECORDS.get(code) or ITEMS.get(code)


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


Work = Callable[[list[Any]], list[Result]]
"""Takes records, which it may change, and gives a result for each."""


def pass_through(shape: Format, work: Work, write: Write, batch: int, console: Console) -> Summary:
    """Send every record of a file through the work.

    Args:
        batch: how many records the work gets at once.
        console: where the progress shows, if it is a terminal.
    """
    summary = Summary()
    shape.begin(write)
    with _progress(console) as progress:
        task = progress.add_task("records", total=shape.progress[1])
        for entries in _batches(shape.entries(), batch):
            results = iter(work([entry.record for entry in entries if entry.fault is None]))
            answers = []
            for entry in entries:
                result = next(results) if entry.fault is None else {"error": entry.fault}
                if "error" in result:
                    result = {"error": explained(result["error"])}
                answers.append((entry, result))
                summary.add(entry, result, shape)
            shape.put(answers)
            progress.update(task, completed=shape.progress[0])
    shape.end()
    return summary


def _batches(entries: Iterable[FileEntry], size: int) -> Iterator[list[FileEntry]]:
    remaining = iter(entries)
    while batch := list(islice(remaining, size)):
        yield batch


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
