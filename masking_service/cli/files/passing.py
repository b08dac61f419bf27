"""The way of a file: read a batch, do the work on it, write its answers in order, go on. Holds one batch at a time."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from masking_service.cli.files.destination import Write
from masking_service.cli.files.entries import Entry, Format
from masking_service.cli.files.sources import Source
from masking_service.cli.files.summary import Summary
from masking_service.usecases.items import Result, refused

Work = Callable[[list[Any]], list[Result]]
"""Takes records, which it may change, and gives a result for each."""


def pass_through(source: Source, shape: Format, work: Work, write: Write, batch: int, console: Console) -> Summary:
    """Send every record of the source through the work.

    Args:
        source: says how far it was read.
        shape: how its records stand in it.
        work: what is done to a batch.
        write: takes the output.
        batch: how many records the work gets at once.
        console: where the progress shows, if it is a terminal.
    """
    summary = Summary()
    write(shape.opening().encode(shape.encoding))
    with _progress(console) as progress:
        task = progress.add_task("records", total=source.total)
        for entries in _batches(shape.entries(), batch):
            results = iter(work([entry.record for entry in entries if entry.fault is None]))
            answers = []
            for entry in entries:
                result = shape.settled(entry, next(results)) if entry.fault is None else refused(entry.fault)
                answers.append(shape.answer(entry, result))
                summary.add(entry, result, shape)
            write("".join(answers).encode(shape.encoding))
            progress.update(task, completed=source.done)
    write(shape.closing().encode(shape.encoding))
    return summary


def _batches(entries: Iterable[Entry], size: int) -> Iterator[list[Entry]]:
    remaining = iter(entries)
    while batch := list(islice(remaining, size)):
        yield batch


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
