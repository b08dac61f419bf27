"""Reads and writes the log as lines of JSON.

A line that another program reformatted, with other spaces or in another order
of members, gives the same signed bytes again. An unknown or duplicate member
makes a line unreadable, because its meaning would be ambiguous.
"""

import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec

from keys.errors import IntegrityError
from keys.framing import frame
from keys.signatures import Verifier
from masking_audit.format.links import ENTRY_ID, MAX_AUDIT_SLOTS, checkpoint_message, encode

MAX_LINE_BYTES: Final = 4 * 1024 * 1024
"""The largest entry is that of a batch of 1,000 records: under 300 KB."""
_LAST_TIME: Final = 253_402_300_799
"""The end of the year 9999 in Unix seconds: Python writes no later time."""
_LINK: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
"""A link, or a public key."""


class UnreadableLineError(Exception):
    """A line cannot be interpreted. The text says why, and repeats nothing of the line."""


class EntryLine(msgspec.Struct, frozen=True):
    """An entry in a line.

    Attributes:
        entry: the canonical JSON that the chain covers.
        link: the link given in the line, 32 bytes.
        signature: of the commit, in its last entry; otherwise empty.
        at: the time in the entry, in Unix seconds.
        after: the head of the previous chain, in the first entry of a chain; otherwise None.
        tenant: the hash of its tenant in the entry; empty if it has none.
        order: its place among the orders of its tenant, if the line comes from the store; not part of the line.
    """

    writer: str
    number: int
    entry: bytes
    link: bytes
    signature: bytes = b""
    at: int = 0
    after: "Head | None" = None
    tenant: str = ""
    order: bytes = b""


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A writer's newest entry in a checkpoint; the link in hexadecimal."""

    writer: str
    number: int
    link: str


class Checkpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All heads of the log at one time, and over how many slots of the store it is spread.

    `keys` are the public keys, in hexadecimal, that may sign what follows, while the key of the log turns over.
    Otherwise it is empty: only the key that signed the checkpoint may.
    """

    epoch: int
    at: Annotated[int, msgspec.Meta(ge=0, le=_LAST_TIME)]
    previous: str
    heads: Sequence[Head]
    slots: Annotated[int, msgspec.Meta(ge=1, le=MAX_AUDIT_SLOTS)] = 1
    keys: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class CheckpointLine:
    """A checkpoint in a line."""

    checkpoint: Checkpoint
    content: bytes
    signature: bytes

    @property
    def link(self) -> bytes:
        """The hash that signature and next checkpoint cover."""
        return hashlib.sha256(frame(b"audit-checkpoint/1", self.content)).digest()

    @property
    def message(self) -> bytes:
        return checkpoint_message(self.link)


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str = ""
    entry: msgspec.Raw = msgspec.Raw()
    link: str = ""
    checkpoint: msgspec.Raw = msgspec.Raw()
    signature: str = ""


_decode: Final = msgspec.json.Decoder(_Line).decode
_decode_any: Final = msgspec.json.Decoder().decode
_decode_checkpoint: Final = msgspec.json.Decoder(Checkpoint).decode
UNREADABLE: Final = (msgspec.MsgspecError, KeyError, ValueError, TypeError, OverflowError, RecursionError)
"""Errors of reading something that is no entry."""


def read_line(line: bytes) -> EntryLine | CheckpointLine:
    """Parse a line. Raises UnreadableLineError: it is not a line of an audit log."""
    try:
        return _read(line.removesuffix(b"\n"))
    except UNREADABLE:
        raise UnreadableLineError("is not a line of an audit log") from None


def entry_line(
    writer: str, number: int, entry: object, linked: bytes, signature: bytes, order: bytes = b""
) -> EntryLine:
    """Return the line of an entry, given its members.

    Raises:
        UnreadableLineError: it has no time that can be written, or names an invalid entry before it.
        ValueError, TypeError: it names what is no entry.
    """
    if not (isinstance(entry, dict) and type(at := entry.get("at")) is int and 0 <= at <= _LAST_TIME):
        raise UnreadableLineError("contains an entry without a time")
    tenant = entry.get("tenant")
    tenant = tenant if type(tenant) is str else ""
    return EntryLine(writer, number, encode(entry), linked, signature, at, _after(entry), tenant, order)


def write_line(line: EntryLine | CheckpointLine) -> bytes:
    """Return the line in the service's own format."""
    if isinstance(line, CheckpointLine):
        return b'{"checkpoint":%b,"signature":"%b"}\n' % (line.content, b64encode(line.signature))
    signed = b',"signature":"%b"' % b64encode(line.signature) if line.signature else b""
    place = b"%b-%d" % (line.writer.encode(), line.number)
    return b'{"id":"%b","entry":%b,"link":"%b"%b}\n' % (place, line.entry, line.link.hex().encode(), signed)


def _read(line: bytes) -> EntryLine | CheckpointLine:
    found = _decode(line)
    read: EntryLine | CheckpointLine
    if found.checkpoint:
        if found.id or found.entry or found.link:
            raise UnreadableLineError("is an entry and a checkpoint at once")
        content = encode(_decode_any(found.checkpoint))
        read = CheckpointLine(_decode_checkpoint(content), content, _signature(found.signature))
        said = read.checkpoint
        if not all(map(_LINK.fullmatch, [said.previous, *(head.link for head in said.heads), *said.keys])):
            raise UnreadableLineError("is a checkpoint with an invalid link or key")
    else:
        place = ENTRY_ID.fullmatch(found.id)
        if not (place and found.entry and _LINK.fullmatch(found.link)):
            raise UnreadableLineError("lacks its id, entry or link")
        signature = _signature(found.signature) if found.signature else b""
        read = entry_line(place[1], int(place[2]), _decode_any(found.entry), bytes.fromhex(found.link), signature)
    # A line in our own format has no duplicate or empty members; any other line is checked by a slower parser.
    if line != write_line(read)[:-1] and "" in json.loads(line, object_pairs_hook=each_once).values():
        raise UnreadableLineError("has an empty member")
    return read


def _after(entry: dict[str, Any]) -> Head | None:
    """Return the head of the previous chain that an entry names."""
    if "after" not in entry:
        return None
    named, linked = entry["after"]
    place = ENTRY_ID.fullmatch(named)
    if not (place and _LINK.fullmatch(linked)):
        raise UnreadableLineError("names an invalid entry before it")
    return Head(place[1], int(place[2]), linked)


def _signature(text: str) -> bytes:
    """Decode canonical base64."""
    signature = b64decode(text, validate=True)
    if b64encode(signature).decode() != text:
        raise UnreadableLineError("has a signature that is not canonical base64")
    return signature


def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the members of a JSON object; raises UnreadableLineError if one is there twice."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise UnreadableLineError("has a duplicate member")
    return members


def is_signed(parsed: CheckpointLine, verifier: Verifier) -> bool:
    """Return whether the key signed this checkpoint."""
    try:
        verifier.verify(parsed.signature, parsed.message)
    except IntegrityError:
        return False
    return True


def entry_lines(lines: Iterable[bytes]) -> Iterator[EntryLine]:
    """Yield the entries of a log, leaving out what cannot be read; `Verification` reports that."""
    for line in lines:
        try:
            parsed = read_line(line)
        except UnreadableLineError:
            continue
        if isinstance(parsed, EntryLine):
            yield parsed
