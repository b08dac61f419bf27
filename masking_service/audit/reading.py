"""Reads the log of one tenant, page by page, in the order of arrival.

The order is kept by the store, so pages that were read do not change while new
entries are written.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from keys.errors import IntegrityError
from masking_service.store.client import Command, Store
from masking_service.store.layout import audit_key, audit_order_key

ID: Final = re.compile(r"([0-9a-f]{16})-([1-9][0-9]{0,17})", re.ASCII)
"""The id of an entry: WRITER-NUMBER."""

MAX_PAGE_BYTES: Final = 4 * 1024 * 1024
"""A page ends with the entry that reaches this size: the sizes of entries differ by a factor of a thousand."""
MAX_PER_REPLY: Final = 20
"""Entries in one reply: at most 6 MB, with the largest entries."""

Entry = dict[str, Any]


class UnknownEntryError(Exception):
    """The store has no entry with this id for the tenant. It may be in the archive."""


def page(store: Store, tenant: str, after: str | None, limit: int) -> list[Entry]:
    """Return up to `limit` entries of a tenant, oldest first.

    A page has fewer entries if they are large, and none only if there are no more. Round trips: one, one for every 20
    entries, and one if `after` is given.

    Args:
        store: the Redis client.
        tenant: the tenant's hash, as in its entries.
        after: the id of the entry before the page; None for the oldest entries.

    Returns:
        The content of each entry, with its id as ``id``.

    Raises:
        UnknownEntryError: there is no entry `after`.
        StoreUnavailable: the store did not answer.
        IntegrityError: a stored entry is invalid or belongs to another tenant.
    """
    start = b"-" if after is None else b"(" + _place(store, tenant, after)
    while found := _order(store, tenant, start, limit):
        # The order may still name entries that were archived and deleted a moment ago.
        entries = _entries(store, tenant, [name for _, name in found])
        if entries:
            return entries
        start = b"(" + found[-1][0]
    return []


def _place(store: Store, tenant: str, name: str) -> bytes:
    """Return the position of an entry in its tenant's order."""
    fields = _fields(store, [name])[0] if ID.fullmatch(name) else None
    if fields is None:
        raise UnknownEntryError
    if b"order" not in fields or _parse_entry(fields)["tenant"] != tenant:
        raise UnknownEntryError
    return fields[b"order"]


def _order(store: Store, tenant: str, start: bytes, limit: int) -> list[tuple[bytes, str]]:
    """Return (position, id) of the next entries."""
    command = (b"XRANGE", audit_order_key(tenant), start, b"+", b"COUNT", limit)
    return [(place, flat[1].decode("ascii", "replace")) for place, flat in store.read([command])[0]]


def _entries(store: Store, tenant: str, names: Sequence[str]) -> list[Entry]:
    """Read the entries of these ids, until the page is full."""
    found: list[Entry] = []
    size = 0
    for start in range(0, len(names), MAX_PER_REPLY):
        some = names[start : start + MAX_PER_REPLY]
        for name, fields in zip(some, _fields(store, some), strict=True):
            if fields is None:
                continue
            entry = _parse_entry(fields)
            if entry["tenant"] != tenant:
                raise IntegrityError("the audit order of a tenant names an entry of another tenant")
            found.append({"id": name} | entry)
            size += len(fields[b"entry"])
            if size >= MAX_PAGE_BYTES:
                return found
    return found


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


def _parse_entry(fields: Mapping[bytes, bytes]) -> Entry:
    try:
        entry: Entry = msgspec.json.decode(fields[b"entry"], type=dict[str, Any])
        entry["tenant"]
    except (KeyError, msgspec.DecodeError):
        raise IntegrityError("a stream of the audit log contains an invalid entry") from None
    return entry
