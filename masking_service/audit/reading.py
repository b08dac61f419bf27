"""Reads the log of one tenant in order.

The order is kept by the store, so pages that were read do not change while new
entries are written.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from keys.errors import IntegrityError
from masking_service.audit.entries import encode
from masking_service.audit.stored import unpack
from masking_service.store.client import Command, Store
from masking_service.store.layout import audit_key, audit_order_key

ID: Final = re.compile(r"([0-9a-f]{16})-([1-9][0-9]{0,17})", re.ASCII)
"""The id of an entry: WRITER-NUMBER."""

MAX_PAGE_BYTES: Final = 4 * 1024 * 1024
"""A page ends with the entry that reaches this size: the sizes of entries differ by a factor of a thousand."""
MAX_PER_REPLY: Final = 20
"""Entries in one reply: at most 6 MB, with the largest entries."""

EntryDocument = dict[str, Any]


class UnknownEntryError(Exception):
    """The store has no entry with this id for the tenant. It may be in the archive."""


def position(store: Store, tenant: str, name: str) -> bytes:
    """Return the position of an entry in its tenant's order. Raises UnknownEntryError where there is none."""
    fields = _fields(store, [name])[0] if ID.fullmatch(name) else None
    if fields is None:
        raise UnknownEntryError
    if b"order" not in fields or _parse_entry(fields)["tenant"] != tenant:
        raise UnknownEntryError
    return fields[b"order"]


def read_order(
    store: Store, tenant: str, low: bytes, high: bytes, limit: int, *, newest: bool = False
) -> list[tuple[bytes, str]]:
    """Return (position, id) of up to `limit` entries between two positions; the newest first if asked for."""
    bounds = (
        (b"XREVRANGE", audit_order_key(tenant), high, low)
        if newest
        else (b"XRANGE", audit_order_key(tenant), low, high)
    )
    found = store.read([(*bounds, b"COUNT", limit)])[0]
    return [(place, flat[1].decode("ascii", "replace")) for place, flat in found]


def read_entries(store: Store, tenant: str, names: Sequence[str]) -> Iterator[tuple[EntryDocument, int]]:
    """Yield the entries of these ids, each with its size in bytes: one round trip.

    The order may still name entries that were archived and deleted a moment ago; they are left out.
    """
    for name, fields in zip(names, _fields(store, names), strict=True):
        if fields is None:
            continue
        entry = _parse_entry(fields)
        if entry["tenant"] != tenant:
            raise IntegrityError("the audit order of a tenant names an entry of another tenant")
        yield {"id": name} | entry, len(encode(entry))


def _fields(store: Store, names: Sequence[str]) -> list[Mapping[bytes, bytes] | None]:
    """Read the fields at each id; None if there is nothing."""
    commands: list[Command] = []
    for name in names:
        match = ID.fullmatch(name)
        if match is None:
            raise IntegrityError("the audit order of a tenant contains an invalid id")
        place = match[2].encode() + b"-0"
        commands.append((b"XRANGE", audit_key(match[1]), place, place))
    return [
        dict(zip(reply[0][1][0::2], reply[0][1][1::2], strict=True)) if reply else None
        for reply in store.read(commands)
    ]


def _parse_entry(fields: Mapping[bytes, bytes]) -> EntryDocument:
    try:
        entry: EntryDocument = unpack(fields[b"entry"])
        entry["tenant"]
    except (KeyError, msgspec.DecodeError):
        raise IntegrityError("a stream of the audit log contains an invalid entry") from None
    return entry
