"""The whole log as lines: what was archived, then what the store has beyond, up to one checkpoint that comes last.

All other checkpoints come first. So wherever an export is cut off, something is
missing that an earlier line named, or the checkpoint at its end.
"""

from collections.abc import Callable, Iterable, Iterator

from masking_service.audit.lines import CheckpointLine, EntryLine, Unreadable, read_line, write_line
from masking_service.audit.streams import Streams

Lines = Callable[[], Iterable[bytes]]


def export(streams: Streams, newest: CheckpointLine, archived: Lines = tuple) -> Iterator[bytes]:
    """Every checkpoint up to `newest`, and every entry that one of them names.

    Args:
        streams: the log in the store.
        newest: a checkpoint that stands in the store, just made.
        archived: gives the lines of the archive, from its beginning, each time that it is called.

    Raises:
        StoreUnavailable, Unreadable: the store did not answer, or holds what is no log.
    """
    named: dict[str, int] = {}
    epoch = 0
    for line, said in _read(archived()):
        if isinstance(said, CheckpointLine) and epoch < said.checkpoint.epoch < newest.checkpoint.epoch:
            epoch = said.checkpoint.epoch
            _name(named, said)
            yield line
    for said in streams.checkpoints(epoch + 1):
        if said.checkpoint.epoch >= newest.checkpoint.epoch:
            break
        _name(named, said)
        yield write_line(said)
    _name(named, newest)
    done: dict[str, int] = {}
    for line, said in _read(archived()):
        if said is None:
            yield line  # whoever verifies it says where and why
        elif isinstance(said, EntryLine) and said.number <= named.get(said.writer, 0):
            done[said.writer] = max(said.number, done.get(said.writer, 0))
            yield line
    for writer, last in sorted(named.items()):
        for entry in streams.entries(writer, done.get(writer, 0) + 1, last):
            yield write_line(entry)
    yield write_line(newest)


def _name(named: dict[str, int], said: CheckpointLine) -> None:
    for head in said.checkpoint.heads:
        named[head.writer] = max(head.number, named.get(head.writer, 0))


def _read(lines: Iterable[bytes]) -> Iterator[tuple[bytes, EntryLine | CheckpointLine | None]]:
    for line in lines:
        try:
            yield line, read_line(line)
        except Unreadable:
            yield line, None
