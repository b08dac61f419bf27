"""Reads the log of one tenant in order.

The order is kept by the store, so pages that were read do not change while new
entries are written.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, Self

import msgspec

from keys.errors import IntegrityError
from masking_audit.format.links import encode
from masking_service.audit.order import Order
from masking_service.audit.questions import ArchivedEntry, OlderEntries
from masking_service.audit.stored import fields_of, unpack
from masking_service.store.client import Command, Store

ID: Final = re.compile(r"([0-9a-f]{16})-([1-9][0-9]{0,17})", re.ASCII)
"""The id of an entry: WRITER-NUMBER."""

MAX_PER_REPLY: Final = 20
"""Entries in one reply: at most 6 MB, with the largest entries."""

EntryDocument = dict[str, Any]


class UnknownEntryError(Exception):
    """The tenant has no entry with this id."""


class TenantLog(NamedTuple):
    """The log of one tenant.

    Attributes:
        tenant: the tenant's hash, as in its entries.
        older: the entries in the archive; None if only those in the store are read.
    """

    store: Store
    tenant: str
    older: OlderEntries | None = None


class Scanned(NamedTuple):
    """An entry that was read.

    Attributes:
        size: of the entry, in bytes.
        examined: how many entries were read for it, with those that were not wanted.
        behind: where to go on behind it, if its id does not say that.
    """

    entry: EntryDocument
    size: int
    examined: int = 1
    behind: str = ""

    @classmethod
    def archived(cls, row: ArchivedEntry, examined: int = 1) -> Self:
        """Return an archived entry."""
        return cls({"id": row.id} | parse_entry(row.entry), len(row.entry), examined)

    @property
    def cursor(self) -> str:
        """The place behind it, where reading continues."""
        return self.behind or str(self.entry["id"])


def position(log: TenantLog, name: str) -> Order:
    """Return the position of an entry in its tenant's order. Raises UnknownEntryError where there is none."""
    store, tenant, older = log
    if not ID.fullmatch(name):
        raise UnknownEntryError
    [fields] = _fields(store, [name])
    if fields is not None:
        if b"order" not in fields or _parse_entry(fields)["tenant"] != tenant:
            raise UnknownEntryError
        named = store.identity.audit
        return parse_order(fields[b"order"], named.slot_of(name.partition("-")[0]), named.slots)
    found = older.named(tenant, [name]) if older else []
    if not found:
        raise UnknownEntryError
    return found[0].order


def read_stored(log: TenantLog, names: Sequence[str]) -> dict[str, Scanned]:
    """Return the entries that the store's order names, by id; those that the store lacks from the archive."""
    store, tenant, older = log
    found: dict[str, Scanned] = {}
    for name, fields in zip(names, _fields(store, names), strict=True):
        if fields is not None:
            entry = _parse_entry(fields)
            if entry["tenant"] != tenant:
                raise IntegrityError("the audit order of a tenant names an entry of another tenant")
            found[name] = Scanned({"id": name} | entry, len(encode(entry)))
    lacking = [name for name in names if name not in found]
    if older and lacking:
        found |= {row.id: Scanned.archived(row) for row in older.named(tenant, lacking)}
    return found


def parse_order(text: bytes, slot: int = 0, slots: int = 1) -> Order:
    """Parse the id of an entry in an order, as `Order.parse` does. Raises IntegrityError."""
    try:
        return Order.parse(text, slot, slots)
    except ValueError:
        raise IntegrityError("the audit order of a tenant contains an invalid place") from None


def _fields(store: Store, names: Sequence[str]) -> list[Mapping[bytes, bytes] | None]:
    """Read the fields at each id; None if there is nothing."""
    commands: list[Command] = []
    for name in names:
        match = ID.fullmatch(name)
        if match is None:
            raise IntegrityError("the audit order of a tenant contains an invalid id")
        place = match[2].encode() + b"-0"
        commands.append((b"XRANGE", store.identity.audit.stream(match[1]), place, place))
    return [fields_of(reply[0][1]) if reply else None for reply in store.read(commands)]


def _parse_entry(fields: Mapping[bytes, bytes]) -> EntryDocument:
    try:
        entry: EntryDocument = unpack(fields[b"entry"])
        entry["tenant"]
    except (KeyError, msgspec.DecodeError):
        raise IntegrityError("a stream of the audit log contains an invalid entry") from None
    return entry


def parse_entry(entry: bytes) -> EntryDocument:
    """Return what an archived entry says, by the names of its members. Raises msgspec.DecodeError."""
    document: EntryDocument = msgspec.json.decode(entry, type=dict[str, Any])
    return document
