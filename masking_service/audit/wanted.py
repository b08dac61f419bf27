"""What a search of the log wants, and what an archive answers to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from masking_service.audit.order import Order

MAX_PAGE_BYTES: Final = 4 * 1024 * 1024
"""Bytes at which a page ends: sizes of entries differ by a factor of a thousand."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What entries have in common. What is None does not matter.

    Attributes:
        waybill: the hash of a waybill that an item of the entry is about; several where a rotation changed it.
        asked: as in the entry; several as of `waybill`.
        begin, end: the entry's time is at `begin` or later, and before `end` (Unix seconds).
    """

    principal: str | None = None
    action: str | None = None
    outcome: str | None = None
    case: str | None = None
    waybill: str | tuple[str, ...] | None = None
    asked: str | tuple[str, ...] | None = None
    begin: int | None = None
    end: int | None = None

    def matches(self, entry: Mapping[str, Any]) -> bool:
        """Whether an entry is wanted."""
        return (
            self.principal in (None, entry["principal"])
            and self.action in (None, entry["action"])
            and self.outcome in (None, entry["outcome"])
            and self.case in (None, entry.get("case"))
            and (self.asked is None or entry.get("asked") in one_or_more(self.asked))
            and (self.begin is None or entry["at"] >= self.begin)
            and (self.end is None or entry["at"] < self.end)
            and (self.waybill is None or self._is_about(entry, one_or_more(self.waybill)))
        )

    def _is_about(self, entry: Mapping[str, Any], waybills: Sequence[str]) -> bool:
        return any(item["waybill"] in waybills for item in entry.get("items", ()))


def one_or_more(wanted: str | tuple[str, ...]) -> Sequence[str]:
    """Return possible values in an entry. A single one is a text, as archives of earlier releases read it."""
    return (wanted,) if isinstance(wanted, str) else wanted


class ArchivedEntry(NamedTuple):
    """An archived entry, by its place in the order of its tenant."""

    order: Order
    id: str
    entry: msgspec.Raw


@dataclass(frozen=True, slots=True)
class Page:
    """Archived entries.

    Attributes:
        rows: in the order that was asked for. The last one may be one that is not wanted, if there is more.
        more: whether there may be more after the last row.
        examined: how many entries were read for it.
    """

    rows: list[ArchivedEntry]
    more: bool
    examined: int


class OlderEntries(Protocol):
    """Entries that the store no longer has."""

    def page(self, tenant: str, wanted: Wanted, low: Order, high: Order, *, newest: bool, limit: int) -> Page:
        """Return up to `limit` wanted entries of a tenant from `low` to `high`, both included.

        Args:
            newest: from `high` to `low`.

        Raises:
            ArchiveUnavailable: the archive did not answer.
        """
        ...

    def named(self, tenant: str, names: Sequence[str]) -> list[ArchivedEntry]:
        """Return those of a tenant's entries with these ids that are archived. Raises as `page`."""
        ...
