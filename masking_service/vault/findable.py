"""By what a search finds a record. Pure."""

from collections.abc import Sequence
from typing import Final

import msgspec

from masking_service.domain.recipients import Phone, recipients_phones
from masking_service.vault.records import Record


class Findable(msgspec.Struct, frozen=True, gc=False):
    """By what a record is found.

    Attributes:
        phones: the numbers of its recipients' phones, see `recipients.Phone`.
        endings: the last four digits of such phones; found at `site` only.
        site: the code of the site that holds the parcel; None where none does.
    """

    phones: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    site: str | None = None

    def __repr__(self) -> str:
        return "<Findable>"

    def __bool__(self) -> bool:
        return bool(self.phones or (self.endings and self.site))

    def at(self, site: str | None) -> "Findable":
        """Return the same at another site."""
        return msgspec.structs.replace(self, site=site)

    def within(self, kept: "Findable") -> "Findable":
        """Return what of it is in the indexes that `kept` is in."""
        return Findable(self.phones if kept.phones else (), self.endings if kept.endings else (), self.site)


NOWHERE: Final = Findable()


def findable(phones: Sequence[Phone], site: str | None = None, *, phone: bool = True, last4: bool = True) -> Findable:
    """Return by what a record with these phones is found.

    Args:
        phone, last4: which indexes are kept.
    """
    if len(phones) == 1:  # most records have one, and this takes half the time
        one = phones[0]
        return Findable((one.number,) if phone else (), (one.ending,) if last4 and one.ending else (), site)
    numbers = tuple({one.number: None for one in phones}) if phone else ()
    endings = tuple({one.ending: None for one in phones if one.ending}) if last4 else ()
    return Findable(numbers, endings, site)


def findable_of(record: Record, site: str | None = None, *, phone: bool = True, last4: bool = True) -> Findable:
    """Return by what a stored record is found, as `findable`.

    Nothing finds a tombstone, or what cannot be opened any more.
    """
    if record.erased or record.shredded:
        return NOWHERE
    return findable(recipients_phones(record.content()[1]), site, phone=phone, last4=last4)
