"""Passes a file through the work: reads a batch, does the work on it, and writes its answers in order."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from masking_files.destination import Write
from masking_files.entries import FileEntry, Format, Result
from masking_files.failures import explained
from masking_files.summary import Summary

Work = Callable[[list[Any]], list[Result]]
"""Takes records, which it may change, and gives a result for each."""


def pass_through(shape: Format, work: Work, write: Write, batch: int, console: Console) -> Summary:
    """Send every record of a file through the work.

    Args:
        shape: reads the records and writes the answers.
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
