"""The streams of the log as they stand in the store. Nothing read here is believed; only old entries are taken out."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from masking_service.audit.lines import CheckpointLine, EntryLine, Unreadable, read_line, write_line
from masking_service.store.client import Command, Store
from masking_service.store.layout import AUDIT_CHECKPOINTS, AUDIT_WRITERS, audit_key, audit_order_key

AT_ONCE: Final = 32
"""Entries or checkpoints in one reply: the largest entries, of a batch of 1,000 records, make it 10 MB."""
SLACK_SECONDS: Final = 3600


class Streams:
    """The log in a store. Everything here raises StoreUnavailable, and Unreadable for what no log holds."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def writers(self) -> set[str]:
        """Who is known to be writing."""
        return {writer.decode("utf-8", "replace") for writer in self._read((b"SMEMBERS", AUDIT_WRITERS))}

    def newest_number(self, writer: str) -> int:
        """The number of the newest entry of a writer; 0 where it has none."""
        found = self._read((b"XREVRANGE", audit_key(writer), b"+", b"-", b"COUNT", 1))
        return _entry(writer, found[0][0], _fields(found[0][1])).number if found else 0

    def newest_checkpoint(self) -> CheckpointLine | None:
        """The newest checkpoint; None where there is none yet."""
        found = self._read((b"XREVRANGE", AUDIT_CHECKPOINTS, b"+", b"-", b"COUNT", 1))
        return _checkpoint(_fields(found[0][1])) if found else None

    def checkpoints(self, first: int = 0) -> Iterator[CheckpointLine]:
        """The checkpoints from epoch `first` on, in order."""
        start = b"%d-0" % first
        while found := self._read((b"XRANGE", AUDIT_CHECKPOINTS, start, b"+", b"COUNT", AT_ONCE)):
            for _, flat in found:
                yield _checkpoint(_fields(flat))
            start = b"(" + found[-1][0]

    def entries(self, writer: str, first: int, last: int | None = None) -> Iterator[EntryLine]:
        """The entries of a writer from `first` to `last`, or to the newest."""
        start, end = b"%d-0" % first, b"+" if last is None else b"%d-0" % last
        key = audit_key(writer)
        while found := self._read((b"XRANGE", key, start, end, b"COUNT", AT_ONCE)):
            for name, flat in found:
                yield _entry(writer, name, _fields(flat))
            start = b"(" + found[-1][0]

    def trim(self, behind: CheckpointLine, ended: Mapping[str, int]) -> None:
        """Take out everything older than what a checkpoint names, and the streams of writers that have ended.

        The checkpoint stays, and of each writer the newest entry that it names.

        Args:
            ended: the last number of each writer that has ended.
        """
        heads = {head.writer: head.number for head in behind.checkpoint.heads}
        oldest = {audit_key(writer): b"%d-0" % number for writer, number in heads.items()}
        for tenant in self._tenants({**heads, **ended}):
            # The server's clock gave these ids, and the service's the checkpoint its time.
            oldest[audit_order_key(tenant)] = b"%d-0" % ((behind.checkpoint.at - SLACK_SECONDS) * 1000)
        oldest[AUDIT_CHECKPOINTS] = b"%d-0" % behind.checkpoint.epoch
        for key, place in oldest.items():
            self._read((b"XTRIM", key, b"MINID", place))
        for writer in ended:
            self._read((b"UNLINK", audit_key(writer)))

    def _tenants(self, writers: Mapping[str, int]) -> set[str]:
        """The tenants of all entries up to the given number of each writer."""
        found = {
            msgspec.json.decode(said.entry, type=_Tenant).tenant
            for writer, last in writers.items()
            for said in self.entries(writer, 1, last)
        }
        return found - {""}

    def _read(self, command: Command) -> Any:
        return self._store.read([command])[0]


class _Tenant(msgspec.Struct):
    tenant: str = ""


def _fields(flat: list[bytes]) -> dict[bytes, bytes]:
    return dict(zip(flat[0::2], flat[1::2], strict=True))


def _entry(writer: str, name: bytes, fields: dict[bytes, bytes]) -> EntryLine:
    """An entry, read again from the line that it makes: so that nothing is archived that could not be verified."""
    try:
        number = int(name.removesuffix(b"-0"))
        said = EntryLine(writer, number, fields[b"entry"], fields[b"link"], fields.get(b"signature", b""))
    except (KeyError, ValueError):
        raise Unreadable("is no entry") from None
    read = read_line(write_line(said))
    if not isinstance(read, EntryLine):
        raise Unreadable("is no entry")
    return read


def _checkpoint(fields: dict[bytes, bytes]) -> CheckpointLine:
    try:
        line = b'{"checkpoint":%b}' % fields[b"checkpoint"]
        read = read_line(line)
        signature = fields[b"signature"]
    except KeyError:
        raise Unreadable("is no checkpoint") from None
    if not isinstance(read, CheckpointLine):
        raise Unreadable("is no checkpoint")
    return CheckpointLine(read.checkpoint, read.content, signature)
