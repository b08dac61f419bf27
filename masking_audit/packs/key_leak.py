"""Which records leaked keys open, by day and tenant, and which are shredded. Pure.

A record may have another key than when it was stored: a hold seals it with a key of its own, and `keys reseal` and the
end of a hold with that of a later day. Its expiry tells on which day it was stored. So those records are counted, too,
that a copy of the store from before may have under the leaked key.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from keys.keyset_file import date_of
from masking_audit.packs.documents import Document, PackTable
from masking_audit.packs.incident import PERSONS
from masking_audit.packs.persons import Persons, SealedRevision, StoredRevision
from masking_service.masking.timestamps import SECONDS_A_DAY, SECONDS_AN_HOUR, rfc3339
from masking_service.service.tiers.sealing import OVERLAP_SECONDS
from masking_service.service.vault.wrapped_keys import HOLD_DAY, PERMIT_DAY, WrappedKey

KeyLeakKind = Literal["data-key", "keyset", "backup", "host"]
NOW: Final = "now"
BEFORE: Final = "before"
"""Whether a record is opened as it is stored now, or perhaps as before it was sealed again."""
_NOT_COUNTED: Final = "?"
_NONE: Final = "-"
_NAMED_DAYS: Final = {HOLD_DAY: "hold", PERMIT_DAY: "permit"}


@dataclass(slots=True)
class _KeyDay:
    keys: int = 0
    values: int = 0
    records: dict[str, int] = field(default_factory=lambda: {NOW: 0, BEFORE: 0})


@dataclass(slots=True)
class KeyLeak:
    """A leak of a day's data keys, of the keyset, of a backup, or of an intake host.

    Attributes:
        begin, end: the day of the data keys, the time until the backup was made, or that in which the host was in other
            hands, in Unix seconds; `end` is outside. Of no use for the keyset.
        retentions: returns for how many days records of a tenant are kept, under each policy that is known.
    """

    kind: KeyLeakKind
    begin: int
    end: int
    retentions: Callable[[str], Collection[int]]
    host: str = ""
    hosts: frozenset[bytes] = frozenset()
    _days: dict[tuple[int, str], _KeyDay] = field(default_factory=dict)

    def add(self, keys: Iterable[tuple[WrappedKey, int]], shredded_before: int) -> None:
        """Add stored data keys with their uses.

        Args:
            keys: each key, and how many values it has sealed.
            shredded_before: the day before which all data keys are shredded.
        """
        for stored, uses in keys:
            day = self._days.setdefault((stored.day, stored.tenant), _KeyDay())
            if stored.wrapped is not None and stored.day >= shredded_before:
                day.keys += 1
                day.values += uses

    @property
    def tenants(self) -> Collection[str]:
        """The tenants that have data keys."""
        return sorted({tenant for _, tenant in self._days})

    def may_open(self, sealed: SealedRevision) -> bool:
        """Return whether a record may be opened, as it is stored now or as it was before."""
        if self.kind == "keyset" or self._has_key(sealed):
            return True
        return sealed.head is None and sealed.key.day >= self.begin // SECONDS_A_DAY

    def opens(self, one: StoredRevision) -> str:
        """Return how a record is opened, `NOW` or `BEFORE`, and count it; empty for not at all."""
        now = self._has_key(one.sealed)
        day = one.sealed.key.day if now else self._day_before(one)
        if day is None:
            return ""
        how = NOW if now else BEFORE
        self._days.setdefault((day, one.sealed.key.tenant), _KeyDay()).records[how] += 1
        return how

    def document(
        self, source: Mapping[str, object], persons: Mapping[str, Mapping[str, Persons]], *, counted: bool
    ) -> Document:
        """Return the document for people.

        Args:
            persons: by how they are concerned, `NOW` or `BEFORE`, and by tenant.
        """
        values: dict[str, object] = {
            "day": rfc3339(self.end - 1)[:10],
            "host": self.host,
            "begin": rfc3339(self.begin),
            "end": rfc3339(self.end),
        }
        return Document(
            "incident",
            [
                (f"means-{self.kind}", values),
                ("opened-days-means", {}),
                ("source", dict(source)),
                ("persons-means", {}),
                ("proof-report", {}),
            ],
            [
                PackTable(
                    "opened-days",
                    ("day", "tenant", "keys", "values", "records", "sealed-since", "state"),
                    [*self._rows(counted=counted)],
                ),
                _by_tenant("persons", persons.get(NOW, {})),
                *([_by_tenant("persons-before", persons[BEFORE])] if persons.get(BEFORE) else []),
            ],
        )

    def _rows(self, *, counted: bool) -> Iterator[tuple[object, ...]]:
        for (day, tenant), one in sorted(self._days.items()):
            leaked = self.kind != "host" and self._has_key_of(day)
            if leaked or any(one.records.values()):
                keys = (one.keys, one.values) if leaked else (_NONE, _NONE)
                records = one.records.values() if counted else (_NOT_COUNTED, _NOT_COUNTED)
                state = "opens" if one.keys else "shredded"
                yield (_NAMED_DAYS.get(day) or date_of(day), tenant, *keys, *records, state)

    def _has_key_of(self, day: int) -> bool:
        """Return whether data keys of a day are among what leaked."""
        return self.kind == "keyset" or self.begin <= day * SECONDS_A_DAY < self.end

    def _has_key(self, sealed: SealedRevision) -> bool:
        """Return whether the key that seals a record is among what leaked."""
        if self.kind != "host":
            return self._has_key_of(sealed.key.day)
        head = sealed.head
        return head is not None and head.host in self.hosts and self._since <= head.hour * SECONDS_AN_HOUR < self.end

    @property
    def _since(self) -> int:
        """Return the time from which sealed values are opened; a host has its hour key from the hour's beginning."""
        if self.kind != "host":
            return self.begin
        began = self.begin - OVERLAP_SECONDS
        return began - began % SECONDS_AN_HOUR

    def _day_before(self, one: StoredRevision) -> int | None:
        """Return the storing day of a record that may have been opened before it was sealed again.

        A later revision expires with the first one, so that it may have been stored on any day since.
        """
        if one.record is None:
            return None
        for days in self.retentions(one.sealed.key.tenant):
            first = one.record.expires_at - days * SECONDS_A_DAY
            last = (one.sealed.key.day + 1) * SECONDS_A_DAY - 1 if one.sealed.revision else first
            if first < self.end and last >= self._since:
                return max(first, self._since) // SECONDS_A_DAY
        return None


def _by_tenant(title: str, counted: Mapping[str, Persons]) -> PackTable:
    return PackTable(title, ("tenant", *PERSONS), [(tenant, *one) for tenant, one in sorted(counted.items())])
