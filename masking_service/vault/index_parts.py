"""Where the entries of search indexes are, and what they say. Asks nothing of the store."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from keys.search import SearchKeys
from masking_service.domain.timestamps import SECONDS_A_DAY
from masking_service.store.layout import index_part_keys, phone_index_stem, site_index_stem
from masking_service.vault.findable import Findable, findable_of
from masking_service.vault.records import Record

PERIOD_SECONDS: Final = 30 * SECONDS_A_DAY
"""Records that expire in the same period share the parts of an index, which expire at its end."""


class Indexed(msgspec.Struct, frozen=True, gc=False):
    """A revision of a waybill, and by what it is found.

    `expires_at` in Unix seconds.
    """

    number: str
    revision: int
    expires_at: int
    findable: Findable


class Places(msgspec.Struct, frozen=True, gc=False):
    """Where entries are and what they say: in each list one item for each entry.

    Attributes:
        keys: the parts.
        tags: the keyed hashes of what finds them.
        plain: revision and waybill number.
        ends: when the parts expire, in Unix seconds.
    """

    keys: list[bytes]
    tags: list[bytes]
    plain: list[bytes]
    ends: list[int]


_Said = tuple[bytes, bytes, bytes, int]
"""By what an entry is found, the stem of its index, what it says, and when it expires."""


def places_of(keys: SearchKeys, waybills: Sequence[Indexed]) -> Places:
    """Return the entries of waybills, those of phones first."""
    periods: dict[int, tuple[bytes, bytes, bytes, int]] = {}
    phones: list[_Said] = []
    endings: list[_Said] = []
    for one in waybills:
        period = one.expires_at // PERIOD_SECONDS
        if period not in periods:
            name = _named(period)
            periods[period] = name, _phone_stem(keys, name), _site_stem(keys, name), (period + 1) * PERIOD_SECONDS
        name, phone_stem, site_stem, end = periods[period]
        plain = bytes((one.revision,)) + one.number.encode()
        found_by = one.findable
        for phone in found_by.phones:
            phones.append((name + phone.encode(), phone_stem, plain, end))
        if found_by.site is not None:
            for ending in found_by.endings:
                endings.append((name + ending.encode() + found_by.site.encode(), site_stem, plain, end))
    tags = keys.phone_tags([one[0] for one in phones]) + keys.ending_tags([one[0] for one in endings])
    said = phones + endings
    return Places(
        index_part_keys([one[1] for one in said], tags), tags, [one[2] for one in said], [one[3] for one in said]
    )


def phone_places(keys: SearchKeys, phone: str, now: int, longest_days: int) -> tuple[list[bytes], list[bytes]]:
    """Return the parts in which the active entries of a phone are, and its tag in each.

    Args:
        now: Unix seconds.
        longest_days: the longest retention.
    """
    periods = _periods(now, longest_days)
    tags = keys.phone_tags([period + phone.encode() for period in periods])
    return index_part_keys([_phone_stem(keys, period) for period in periods], tags), tags


def ending_places(
    keys: SearchKeys, site: str, ending: str, now: int, longest_days: int
) -> tuple[list[bytes], list[bytes]]:
    """Return the same for the last four digits of a phone at a site."""
    periods = _periods(now, longest_days)
    tags = keys.ending_tags([period + ending.encode() + site.encode() for period in periods])
    return index_part_keys([_site_stem(keys, period) for period in periods], tags), tags


def count(waybills: Iterable[Indexed]) -> int:
    """Return how many entries waybills have."""
    return sum(
        len(one.findable.phones) + (len(one.findable.endings) if one.findable.site is not None else 0)
        for one in waybills
    )


def every_entry(number: str, revisions: Iterable[Record | None], site: str | None) -> list[Indexed]:
    """Return the entries that the revisions of a waybill may have, whichever indexes are kept."""
    return [
        Indexed(number, revision, record.expires_at, findable_of(record, site))
        for revision, record in enumerate(revisions)
        if record is not None
    ]


def _periods(now: int, longest_days: int) -> list[bytes]:
    """Return the names of the periods in which active records expire."""
    last = (now + longest_days * SECONDS_A_DAY) // PERIOD_SECONDS
    return [_named(period) for period in range(now // PERIOD_SECONDS, last + 1)]


def _named(period: int) -> bytes:
    """Return a period in 2 bytes."""
    return period.to_bytes(2, "big")


def _phone_stem(keys: SearchKeys, period: bytes) -> bytes:
    return phone_index_stem(keys.period_tag(b"phone", period))


def _site_stem(keys: SearchKeys, period: bytes) -> bytes:
    return site_index_stem(keys.period_tag(b"last4", period))
