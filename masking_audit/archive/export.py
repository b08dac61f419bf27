"""Exports the whole log as lines: first the archive, then the rest from the store.

All checkpoints come first, except the newest, which comes last. So wherever an
export is cut off, entries are missing that an earlier line names, or the last
checkpoint is.
"""

from collections.abc import Callable, Iterable, Iterator

from masking_audit.format.lines import CheckpointLine, EntryLine, UnreadableLineError, read_line, write_line
from masking_service.audit.streams import Streams

Lines = Callable[[], Iterable[bytes]]


def export(streams: Streams, newest: CheckpointLine, archived: Lines = tuple) -> Iterator[bytes]:
    """Yield every checkpoint up to `newest`, and every entry that they name.

    Args:
        newest: a checkpoint that was just made in the store.
        archived: returns the lines of the archive from its beginning, at each call.

    Raises:
        StoreUnavailable, UnreadableLineError: the store did not answer, or its log is invalid.
    """
    named: dict[str, int] = {}
    epoch = 0
    for line, parsed in _parse(archived()):
        if isinstance(parsed, CheckpointLine) and epoch < parsed.checkpoint.epoch < newest.checkpoint.epoch:
            epoch = parsed.checkpoint.epoch
            _note_heads(named, parsed)
            yield line
    for parsed in streams.checkpoints(epoch + 1):
        if parsed.checkpoint.epoch >= newest.checkpoint.epoch:
            break
        _note_heads(named, parsed)
        yield write_line(parsed)
    _note_heads(named, newest)
    done: dict[str, int] = {}
    for line, parsed in _parse(archived()):
        if parsed is None:
            yield line  # the verifier will report it
        elif isinstance(parsed, EntryLine) and parsed.number <= named.get(parsed.writer, 0):
            done[parsed.writer] = max(parsed.number, done.get(parsed.writer, 0))
            yield line
    for writer, last in sorted(named.items()):
        for entry in streams.entries(writer, done.get(writer, 0) + 1, last):
            yield write_line(entry)
    yield write_line(newest)


def _note_heads(named: dict[str, int], parsed: CheckpointLine) -> None:
    for head in parsed.checkpoint.heads:
        named[head.writer] = max(head.number, named.get(head.writer, 0))


def _parse(lines: Iterable[bytes]) -> Iterator[tuple[bytes, EntryLine | CheckpointLine | None]]:
    for line in lines:
        try:
            yield line, read_line(line)
        except UnreadableLineError:
            yield line, None
