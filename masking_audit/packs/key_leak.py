"""Which records leaked keys open, by day and tenant, and which are shredded. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from keys.keyset_file import date_of
from masking_audit.packs.documents import Document, PackTable
from masking_audit.packs.persons import Persons
from masking_service.service.waybills.wrapped_keys import HOLD_DAY, WrappedKey

KeyLeakKind = Literal["data-key", "keyset", "backup"]
OPENS: Final[Mapping[str, str]] = {
    "data-key": "means-data-key",
    "keyset": "means-keyset",
    "backup": "means-backup",
}
"""What each leak means, as a paragraph of `texts`."""


@dataclass(slots=True)
class _KeyDay:
    keys: int = 0
    values: int = 0
    shredded: int = 0


@dataclass(slots=True)
class KeyLeak:
    """A leak of a day's data keys, of the keyset, or of a backup.

    Attributes:
        kind: what leaked.
        day: of the data keys, or on which the backup was made, in days since 1970-01-01; of no use for the keyset.
        key_ids: of the data keys that open something, by tenant.
    """

    kind: KeyLeakKind
    day: int
    key_ids: dict[str, set[bytes]] = field(default_factory=dict)
    _days: dict[tuple[int, str], _KeyDay] = field(default_factory=dict)

    def add(self, keys: Iterable[tuple[bytes, WrappedKey, int]], shredded_before: int) -> None:
        """Add stored data keys with their uses.

        Args:
            keys: id, key, and how many values it has sealed.
            shredded_before: the day before which all data keys are shredded.
        """
        for key_id, stored, uses in keys:
            if not self._opened_by_it(stored.day):
                continue
            day = self._days.setdefault((stored.day, stored.tenant), _KeyDay())
            if stored.wrapped is None or stored.day < shredded_before:
                day.shredded += 1
                continue
            day.keys += 1
            day.values += uses
            self.key_ids.setdefault(stored.tenant, set()).add(key_id)

    def document(self, source: Mapping[str, object], persons: Mapping[str, Persons]) -> Document:
        """Return the document for people.

        Args:
            source: the values of the paragraph `source`.
            persons: by tenant, as far as they were counted.
        """
        rows = [
            (
                "hold" if day == HOLD_DAY else date_of(day),
                tenant,
                one.keys,
                one.values,
                "opens" if one.keys else "shredded",
            )
            for (day, tenant), one in sorted(self._days.items())
        ]
        counted = [
            (tenant, one.persons, one.waybills, one.without_phone, one.missing)
            for tenant, one in sorted(persons.items())
        ]
        return Document(
            "incident",
            [
                (OPENS[self.kind], {"day": date_of(self.day)}),
                ("source", dict(source)),
                ("persons-means", {}),
                ("proof-report", {}),
            ],
            [
                PackTable("opened-days", ("day", "tenant", "keys", "values", "state"), rows),
                PackTable("persons", ("tenant", "persons", "waybills", "without-phone", "missing"), counted),
            ],
        )

    def _opened_by_it(self, day: int) -> bool:
        """Return whether keys of a day are among what leaked."""
        if self.kind == "data-key":
            return day == self.day
        return self.kind == "keyset" or day <= self.day or day == HOLD_DAY
