"""Reads and trims the streams of the log in the store. Nothing is verified here."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from masking_service.audit.entries import LINK_BYTES
from masking_service.audit.lines import (
    UNREADABLE,
    CheckpointLine,
    EntryLine,
    UnreadableLineError,
    entry_line,
    is_writer,
    read_line,
)
from masking_service.audit.stored import unpack
from masking_service.store.client import Command, Store
from masking_service.store.layout import AUDIT_CHECKPOINTS, AUDIT_WRITERS, audit_key, audit_order_key

MIN_PER_REPLY: Final = 32
"""Entries or checkpoints in one reply: at most 10 MB, with the largest entries (batches of 1,000 records)."""
MAX_PER_REPLY: Final = 256
"""Entries in a reply after one that had less than `SMALL_REPLY_BYTES`: fewer replies for the usual entries."""
SMALL_REPLY_BYTES: Final = 256 * 1024
SLACK_SECONDS: Final = 3600


class Streams:
    """The log in a store.

    All methods raise StoreUnavailable, and UnreadableLineError for data that is not a log.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def writers(self) -> set[str]:
        """Return the listed writers."""
        return {writer.decode("utf-8", "replace") for writer in self._read((b"SMEMBERS", AUDIT_WRITERS))}

    def newest_number(self, writer: str) -> int:
        """Return the number of a writer's newest entry; 0 without entries."""
        found = self._read((b"XREVRANGE", audit_key(writer), b"+", b"-", b"COUNT", 1))
        return _entry(writer, found[0][0], _fields(found[0][1])).number if found else 0

    def newest_checkpoint(self) -> CheckpointLine | None:
        """Return the newest checkpoint; None if there is none yet."""
        found = self._read((b"XREVRANGE", AUDIT_CHECKPOINTS, b"+", b"-", b"COUNT", 1))
        return _checkpoint(_fields(found[0][1])) if found else None

    def checkpoints(self, first: int = 0) -> Iterator[CheckpointLine]:
        """Yield the checkpoints from epoch `first` on, in order."""
        start = b"%d-0" % first
        while found := self._read((b"XRANGE", AUDIT_CHECKPOINTS, start, b"+", b"COUNT", MIN_PER_REPLY)):
            for _, flat in found:
                yield _checkpoint(_fields(flat))
            start = b"(" + found[-1][0]

    def entries(self, writer: str, first: int, last: int | None = None) -> Iterator[EntryLine]:
        """Yield a writer's entries from `first` to `last`."""
        if not is_writer(writer):
            raise UnreadableLineError("names an invalid writer")
        start, end = b"%d-0" % first, b"+" if last is None else b"%d-0" % last
        key, count = audit_key(writer), MIN_PER_REPLY
        while found := self._read((b"XRANGE", key, start, end, b"COUNT", count)):
            for name, flat in found:
                yield _entry(writer, name, _fields(flat))
            start = b"(" + found[-1][0]
            size = sum(len(flat[1]) for _, flat in found)
            count = MAX_PER_REPLY if size < SMALL_REPLY_BYTES else MIN_PER_REPLY

    def trim(self, oldest_kept: CheckpointLine, ended: Iterable[str], tenants: Iterable[str]) -> None:
        """Delete everything before a checkpoint, and the streams of ended writers.

        The checkpoint itself stays, and the entries that it names. Earlier checkpoints are deleted last, because they
        name the writers that have ended: trimming that was killed is done again.

        Args:
            ended: writers that only earlier checkpoints name.
            tenants: those of all entries, as hashes.
        """
        # The ids of an order come from the server's clock, the checkpoint's time from the service's.
        since = (oldest_kept.checkpoint.at - SLACK_SECONDS) * 1000
        oldest = {audit_key(head.writer): head.number for head in oldest_kept.checkpoint.heads}
        oldest |= {audit_order_key(tenant): since for tenant in tenants}
        trimmed: list[Command] = [(b"XTRIM", key, b"MINID", b"%d-0" % place) for key, place in oldest.items()]
        self._store.read([*trimmed, *[(b"UNLINK", audit_key(writer)) for writer in ended]])
        self._read((b"XTRIM", AUDIT_CHECKPOINTS, b"MINID", b"%d-0" % oldest_kept.checkpoint.epoch))

    def _read(self, command: Command) -> Any:
        return self._store.read([command])[0]


def _fields(flat: list[bytes]) -> dict[bytes, bytes]:
    return dict(zip(flat[0::2], flat[1::2], strict=True))


def _entry(writer: str, name: bytes, fields: dict[bytes, bytes]) -> EntryLine:
    try:
        number = int(name.removesuffix(b"-0"))
        linked = fields[b"link"]
        if len(linked) != LINK_BYTES:
            raise UnreadableLineError("has an invalid link")
        signature, order = fields.get(b"signature", b""), fields.get(b"order", b"")
        return entry_line(writer, number, unpack(fields[b"entry"]), linked, signature, order)
    except UNREADABLE:
        raise UnreadableLineError("is not an entry") from None


def _checkpoint(fields: dict[bytes, bytes]) -> CheckpointLine:
    try:
        line = b'{"checkpoint":%b}' % fields[b"checkpoint"]
        read = read_line(line)
        signature = fields[b"signature"]
    except KeyError:
        raise UnreadableLineError("is not a checkpoint") from None
    if not isinstance(read, CheckpointLine):
        raise UnreadableLineError("is not a checkpoint")
    return CheckpointLine(read.checkpoint, read.content, signature)
