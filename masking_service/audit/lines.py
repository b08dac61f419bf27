"""The log as lines of JSON, in exports and archives alike: what they say, exactly, or a refusal.

A line that was written out by another program, with other spaces or in another
order of members, leads back to the same bytes. A member that nobody signed, or
one that stands twice, makes a line unreadable: nobody could say what it means.
"""

import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from keys.framing import frame
from masking_service.audit.entries import encode

LONGEST_LINE: Final = 4 * 1024 * 1024
"""Bytes. The largest entry is that of a batch of 1,000 records: under 300 KB."""
_ID: Final = re.compile(r"([0-9a-f]{1,64})-([1-9][0-9]{0,17})", re.ASCII)
_LINK: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Unreadable(Exception):
    """A line says nothing that can be relied on. The text says why, and repeats nothing of the line."""


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry as it stands in a line.

    Attributes:
        writer, number: its place.
        entry: the canonical JSON that the chain covers.
        link: the link that the line gives, 32 bytes.
        signature: of the commit that it ends; empty where it ends none.
        at: when the entry says that it was, in Unix seconds.
        after: the head of an earlier chain that it names; None for most.
    """

    writer: str
    number: int
    entry: bytes
    link: bytes
    signature: bytes = b""
    at: int = 0
    after: "Head | None" = None


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The newest entry of a writer, as a checkpoint names it; the link in hexadecimal."""

    writer: str
    number: int
    link: str


class Checkpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All heads of the log at one moment (Unix seconds), bound to the checkpoint before."""

    epoch: int
    at: int
    previous: str
    heads: Sequence[Head]


@dataclass(frozen=True, slots=True)
class CheckpointLine:
    """A checkpoint as it stands in a line: what it says, the canonical JSON of it, and its signature."""

    checkpoint: Checkpoint
    content: bytes
    signature: bytes

    @property
    def link(self) -> bytes:
        """The hash by which the next checkpoint and the signature are bound to this one."""
        return hashlib.sha256(frame(b"audit-checkpoint/1", self.content)).digest()

    @property
    def message(self) -> bytes:
        """What is signed of it."""
        return frame(b"audit-checkpoint/1", self.link)


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str = ""
    entry: msgspec.Raw = msgspec.Raw()
    link: str = ""
    checkpoint: msgspec.Raw = msgspec.Raw()
    signature: str = ""


_decode: Final = msgspec.json.Decoder(_Line).decode
_decode_any: Final = msgspec.json.Decoder().decode
_decode_checkpoint: Final = msgspec.json.Decoder(Checkpoint).decode
_UNREADABLE: Final = (msgspec.MsgspecError, ValueError, TypeError, OverflowError, RecursionError)


def read_line(line: bytes) -> EntryLine | CheckpointLine:
    """What a line says.

    Raises:
        Unreadable: it is no line of an audit log.
    """
    try:
        return _read(line.strip())
    except _UNREADABLE:
        raise Unreadable("is no line of an audit log") from None


def write_line(line: EntryLine | CheckpointLine) -> bytes:
    """The one way in which this service writes a line, with its end."""
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
            raise Unreadable("is an entry and a checkpoint at once")
        content = encode(_decode_any(found.checkpoint))
        read = CheckpointLine(_decode_checkpoint(content), content, _signature(found.signature))
        if not all(_LINK.fullmatch(each) for each in (read.checkpoint.previous, *_links(read.checkpoint))):
            raise Unreadable("is a checkpoint with a link that is none")
    else:
        place = _ID.fullmatch(found.id)
        if not (place and found.entry and _LINK.fullmatch(found.link)):
            raise Unreadable("lacks its id, entry or link")
        said = _decode_any(found.entry)
        if not (isinstance(said, dict) and type(at := said.get("at")) is int):
            raise Unreadable("holds an entry without a time")
        signature = _signature(found.signature) if found.signature else b""
        read = EntryLine(place[1], int(place[2]), encode(said), bytes.fromhex(found.link), signature, at, _after(said))
    # Ours, byte for byte, cannot name a member twice; of anything else a slower reader has to say so.
    if line != write_line(read)[:-1]:
        json.loads(line, object_pairs_hook=_members)
    return read


def _links(checkpoint: Checkpoint) -> list[str]:
    return [head.link for head in checkpoint.heads]


def _after(entry: dict[str, Any]) -> Head | None:
    """The head that an entry names."""
    if "after" not in entry:
        return None
    named, linked = entry["after"]
    place = _ID.fullmatch(named)
    if not (place and _LINK.fullmatch(linked)):
        raise Unreadable("goes on from an entry that is none")
    return Head(place[1], int(place[2]), linked)


def _signature(text: str) -> bytes:
    """The bytes behind base64 that has one spelling only."""
    signature = b64decode(text, validate=True)
    if b64encode(signature).decode() != text:
        raise Unreadable("has a signature in a second spelling")
    return signature


def _members(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise Unreadable("names a member twice")
