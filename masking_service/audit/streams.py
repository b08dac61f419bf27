"""Reads and trims the streams of the log in the store. Nothing is verified here."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from masking_audit.format.lines import UNREADABLE, CheckpointLine, EntryLine, UnreadableLineError, entry_line, read_line
from masking_audit.format.links import LINK_BYTES, MAX_AUDIT_SLOTS, WRITER
from masking_service.audit.order import merged
from masking_service.audit.stored import fields_of, unpack
from masking_service.store.client import Command, Store
from masking_service.store.layout import ONE_SLOT, AuditKeys

MIN_PER_REPLY: Final = 32
"""Entries or checkpoints in one reply: at most 10 MB, with the largest entries (batches of 1,000 records)."""
MAX_PER_REPLY: Final = 256
"""Entries in a reply after one that had less than `SMALL_REPLY_BYTES`: fewer replies for the usual entries."""
SMALL_REPLY_BYTES: Final = 256 * 1024
SLACK_SECONDS: Final = 3600


class Streams:
    """The log in a store. All methods raise StoreUnavailable, and UnreadableLineError for data that is not a log."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def keys(self) -> AuditKeys:
        """The names of the log's keys."""
        return self._store.identity.audit

    def learn_keys(self, archived: int | None) -> None:
        """Learn over how many slots the log is spread. Only a reader without a keyset needs it.

        Others know it from the store's first key. One that learned another number from a changed store does not find
        there what was signed, and says so.

        Args:
            archived: the number in the archive. None if it has no checkpoint: then the newest one in the store says it,
                if there is one. One round trip.
        """
        if archived is not None:
            self._store.identity.audit = AuditKeys(archived)
            return
        streams = [keys.checkpoints for keys in (ONE_SLOT, AuditKeys(MAX_AUDIT_SLOTS))]
        for found in self._store.read([(b"XREVRANGE", stream, b"+", b"-", b"COUNT", 1) for stream in streams]):
            if found:
                self._store.identity.audit = AuditKeys(read_checkpoint(fields_of(found[0][1])).checkpoint.slots)
                return

    def writers(self) -> set[str]:
        """Return the listed writers."""
        lists = [(b"SMEMBERS", self.keys.writers(slot)) for slot in range(self.keys.slots)]
        return {writer.decode("utf-8", "replace") for found in self._store.read(lists) for writer in found}

    def newest_number(self, writer: str) -> int:
        """Return the number of a writer's newest entry; 0 without entries."""
        found = self._read((b"XREVRANGE", self.keys.stream(writer), b"+", b"-", b"COUNT", 1))
        return _entry(writer, found[0][0], fields_of(found[0][1])).number if found else 0

    def newest_checkpoint(self) -> CheckpointLine | None:
        found = self._read((b"XREVRANGE", self.keys.checkpoints, b"+", b"-", b"COUNT", 1))
        return read_checkpoint(fields_of(found[0][1])) if found else None

    def checkpoints(self, first: int = 0) -> Iterator[CheckpointLine]:
        """Yield the checkpoints from epoch `first` on, in order."""
        start = b"%d-0" % first
        while found := self._read((b"XRANGE", self.keys.checkpoints, start, b"+", b"COUNT", MIN_PER_REPLY)):
            for _, flat in found:
                yield read_checkpoint(fields_of(flat))
            start = b"(" + found[-1][0]

    def entries(self, writer: str, first: int, last: int | None = None) -> Iterator[EntryLine]:
        """Yield a writer's entries from `first` to `last`."""
        if not WRITER.fullmatch(writer):
            raise UnreadableLineError("names an invalid writer")
        start, end = b"%d-0" % first, b"+" if last is None else b"%d-0" % last
        key, count = self.keys.stream(writer), MIN_PER_REPLY
        slot, slots = self.keys.slot_of(writer), self.keys.slots
        while found := self._read((b"XRANGE", key, start, end, b"COUNT", count)):
            for name, flat in found:
                fields = fields_of(flat)
                yield _entry(writer, name, fields, _order(fields, slot, slots))
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
        oldest = {self.keys.stream(head.writer): head.number for head in oldest_kept.checkpoint.heads}
        oldest |= {self.keys.order(tenant, slot): since for tenant in tenants for slot in range(self.keys.slots)}
        trimmed: list[Command] = [(b"XTRIM", key, b"MINID", b"%d-0" % place) for key, place in oldest.items()]
        self._store.read([*trimmed, *[(b"UNLINK", self.keys.stream(writer)) for writer in ended]])
        self._read((b"XTRIM", self.keys.checkpoints, b"MINID", b"%d-0" % oldest_kept.checkpoint.epoch))

    def _read(self, command: Command) -> Any:
        [reply] = self._store.read([command])
        return reply


def _order(fields: dict[bytes, bytes], slot: int, slots: int) -> bytes:
    """Return the place of an entry among the orders of all slots; empty if it is in none."""
    order = fields.get(b"order")
    try:
        return merged(order, slot, slots) if order else b""
    except ValueError:
        raise UnreadableLineError("has an invalid place in the order of its tenant") from None


def _entry(writer: str, name: bytes, fields: dict[bytes, bytes], order: bytes = b"") -> EntryLine:
    try:
        number = int(name.removesuffix(b"-0"))
        linked = fields[b"link"]
        if len(linked) != LINK_BYTES:
            raise UnreadableLineError("has an invalid link")
        return entry_line(writer, number, unpack(fields[b"entry"]), linked, fields.get(b"signature", b""), order)
    except UNREADABLE:
        raise UnreadableLineError("is not an entry") from None


def read_checkpoint(fields: Mapping[bytes, bytes]) -> CheckpointLine:
    """Return the checkpoint in an entry of its stream. Raises UnreadableLineError: it is none."""
    try:
        line = b'{"checkpoint":%b}' % fields[b"checkpoint"]
        read = read_line(line)
        signature = fields[b"signature"]
    except KeyError:
        raise UnreadableLineError("is not a checkpoint") from None
    if not isinstance(read, CheckpointLine):
        raise UnreadableLineError("is not a checkpoint")
    return CheckpointLine(read.checkpoint, read.content, signature)
