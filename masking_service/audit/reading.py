"""The log of one tenant, page by page, in the order in which its entries came: each exactly once, and no others.

The order is the store's own, so it stands still behind whoever reads while all
writers go on.
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

MOST_BYTES: Final = 4 * 1024 * 1024
"""A page ends behind as many, whatever it might hold: entries differ by a factor of a thousand."""
AT_ONCE: Final = 20
"""Entries in one reply: the largest make it 6 MB."""

Entry = dict[str, Any]


class UnknownEntry(Exception):
    """The tenant has no entry of this id here: it never had, or it stands in the archive only."""


def page(store: Store, tenant: str, after: str | None, limit: int) -> list[Entry]:
    """At most `limit` entries of a tenant, those that came after the entry `after`; its oldest ones without it.

    There are fewer where they are large, and none only where nothing is left. Round trips: one, one for each 20
    entries, and one where `after` is given.

    Args:
        store: the way to Redis.
        tenant: the hash that the tenant's entries bear.

    Returns:
        What each entry says, and its id as ``id``.

    Raises:
        UnknownEntry: there is none of the id `after`.
        StoreUnavailable: the store did not answer.
        IntegrityError: what stands there is no entry of this tenant.
    """
    start = b"-" if after is None else b"(" + _place(store, tenant, after)
    while found := _order(store, tenant, start, limit):
        # Entries that were archived and taken out a moment ago may still have their places.
        entries = _entries(store, tenant, [name for _, name in found])
        if entries:
            return entries
        start = b"(" + found[-1][0]
    return []


def _place(store: Store, tenant: str, name: str) -> bytes:
    """Where an entry stands in the order of its tenant's."""
    fields = _fields(store, [name])[0] if ID.fullmatch(name) else None
    if fields is None:
        raise UnknownEntry
    if b"order" not in fields or _said(fields)["tenant"] != tenant:
        raise UnknownEntry
    return fields[b"order"]


def _order(store: Store, tenant: str, start: bytes, limit: int) -> list[tuple[bytes, str]]:
    """(place, id) of the entries that come next."""
    command = (b"XRANGE", audit_order_key(tenant), start, b"+", b"COUNT", limit)
    return [(place, flat[1].decode("ascii", "replace")) for place, flat in store.read([command])[0]]


def _entries(store: Store, tenant: str, names: Sequence[str]) -> list[Entry]:
    """What stands at those ids, up to the first behind which a page is full."""
    found: list[Entry] = []
    size = 0
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        for name, fields in zip(some, _fields(store, some), strict=True):
            if fields is None:
                continue
            entry = _said(fields)
            if entry["tenant"] != tenant:
                raise IntegrityError("the order of a tenant's entries names another tenant's")
            found.append({"id": name} | entry)
            size += len(fields[b"entry"])
            if size >= MOST_BYTES:
                return found
    return found


def _fields(store: Store, names: Sequence[str]) -> list[Mapping[bytes, bytes] | None]:
    """What stands at each id, None where nothing does."""
    commands: list[Command] = []
    for name in names:
        match = ID.fullmatch(name)
        if match is None:
            raise IntegrityError("the order of a tenant's entries names what is none")
        place = match[2].encode() + b"-0"
        commands.append((b"XRANGE", audit_key(match[1]), place, place))
    return [
        dict(zip(reply[0][1][0::2], reply[0][1][1::2], strict=True)) if reply else None
        for reply in store.read(commands)
    ]


def _said(fields: Mapping[bytes, bytes]) -> Entry:
    try:
        entry: Entry = msgspec.json.decode(fields[b"entry"], type=dict[str, Any])
        entry["tenant"]
    except (KeyError, msgspec.DecodeError):
        raise IntegrityError("what stands in a stream of the audit log is no entry") from None
    return entry
