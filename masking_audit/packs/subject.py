"""What leaked: which entries of the log are about it. Pure."""

from dataclasses import dataclass
from typing import Literal

from masking_audit.format.entries import Entry

SubjectKind = Literal["principal", "issuer", "site", "courier"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A login, an API key, an issuer's key, a site, or a courier's phone.

    Attributes:
        kind: `principal` for a login, or the API key of a partner or printer.
        name: the principal's or courier's id, the issuer's alias, or the site's code.
    """

    kind: SubjectKind
    name: str

    def __str__(self) -> str:
        return self.name if self.kind == "principal" else f"{self.kind} {self.name}"

    def acts_in(self, entry: Entry) -> bool:
        """Return whether an entry is an act of what leaked, or about a parcel that passed it."""
        if self.kind == "issuer":
            return entry.principal.startswith(f"{self.name}/")
        if self.kind == "site":
            return any(item.site == self.name for item in entry.items)
        if self.kind == "courier":
            return entry.principal == self.name or any(item.courier == self.name for item in entry.items)
        return entry.principal == self.name

    def is_frozen_in(self, subject: str) -> bool:
        """Return whether a freeze of this principal belongs to the incident."""
        return subject.startswith(f"{self.name}/") if self.kind == "issuer" else subject == self.name
