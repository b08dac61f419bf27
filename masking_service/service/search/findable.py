"""By what a search finds a record. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from keys.secret import Unprinted
from masking_service.masking.records.recipients import LAST, is_plain_mobile, is_recipients, numbers_of
from masking_service.service.waybills.records import Record


class Findable(Unprinted, msgspec.Struct, frozen=True, gc=False):
    """By what a record is found.

    Attributes:
        phones: the numbers of its recipients' phones, see `recipients.Phone`.
        endings: the last four digits of such phones; found at `site` only.
        site: the code of the site that holds the parcel; None where none does.
    """

    phones: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    site: str | None = None

    def __len__(self) -> int:
        """How many entries of indexes find the record."""
        return len(self.phones) + (len(self.endings) if self.site is not None else 0)

    def at(self, site: str | None) -> "Findable":
        """Return the same at another site."""
        return msgspec.structs.replace(self, site=site)

    def within(self, kept: "Findable") -> "Findable":
        """Return what of it is in the indexes that `kept` is in."""
        return Findable(self.phones if kept.phones else (), self.endings if kept.endings else (), self.site)


NOWHERE: Final = Findable()


def findable(
    records: Iterable[Sequence[Any]], site: str | None = None, *, phone: bool = True, last4: bool = True
) -> list[Findable]:
    """Return the search terms of each record: phones, last four digits, and the site.

    Args:
        records: of each record, the values of its recipients' phones.
        phone, last4: which indexes are kept.
    """
    found: list[Findable] = []
    for values in records:
        if len(values) == 1 and is_plain_mobile(values[0]):  # as most records have, and this takes half the time
            mobile = values[0]
            found.append(Findable((mobile,) if phone else (), (mobile[-LAST:],) if last4 else (), site))
            continue
        phones = numbers_of(values)
        numbers = tuple({one.number: None for one in phones}) if phone else ()
        endings = tuple({one.ending: None for one in phones if one.ending}) if last4 else ()
        found.append(Findable(numbers, endings, site))
    return found


def findable_of(record: Record, site: str | None = None, *, phone: bool = True, last4: bool = True) -> Findable:
    """Return the search terms of a stored record, as `findable`.

    Nothing finds a tombstone, or what cannot be opened any more.
    """
    if record.erased or record.shredded:
        return NOWHERE
    values = [value for place, value in record.content()[1] if is_recipients(place)]
    return findable([values], site, phone=phone, last4=last4)[0]
