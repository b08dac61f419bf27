"""Where the entries of search indexes are, and what they say. Asks nothing of the store."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from keys.search import SearchKeys
from masking_service.domain.timestamps import SECONDS_A_DAY
from masking_service.store.layout import MAX_REVISIONS, index_part_keys, phone_index_stem, site_index_stem
from masking_service.vault.findable import Findable, findable_of
from masking_service.vault.records import Record

PERIOD_SECONDS: Final = 30 * SECONDS_A_DAY
"""Records that expire in the same period share the parts of an index, which expire at its end."""
_REVISIONS: Final = [b"%x" % revision for revision in range(MAX_REVISIONS)]


class Indexed(msgspec.Struct, frozen=True, gc=False):
    """A revision of a waybill, and by what it is found.

    `base` is where the waybill is stored (12 B), `expires_at` in Unix seconds.
    """

    number: str
    base: bytes
    revision: int
    expires_at: int
    findable: Findable

    def __repr__(self) -> str:
        return "<Indexed>"


class Places(msgspec.Struct, frozen=True, gc=False):
    """Where entries are and what they say: in each list one item for each entry.

    Attributes:
        keys: the parts.
        tags: the keyed hashes of what finds them.
        references: what they name, see `reference`.
        plain: the revision in hexadecimal, and the waybill number.
        ends: when the parts expire, in Unix seconds.
    """

    keys: list[bytes]
    tags: list[bytes]
    references: list[bytes]
    plain: list[bytes]
    ends: list[int]

    def __repr__(self) -> str:
        return "<Places>"


def places_of(keys: SearchKeys, waybills: Sequence[Indexed]) -> Places:
    """Return the entries of waybills."""
    by_period: dict[int, list[Indexed]] = {}
    for one in waybills:
        by_period.setdefault(one.expires_at // PERIOD_SECONDS, []).append(one)
    places = Places([], [], [], [], [])
    for period, expiring in by_period.items():
        name = _named(period)
        phones = [(phone, one) for one in expiring for phone in one.findable.phones]
        phone_tags = keys.phone_tags([name + phone.encode() for phone, _ in phones])
        endings = [
            (name + ending.encode() + one.findable.site.encode(), one)
            for one in expiring
            if one.findable.site is not None
            for ending in one.findable.endings
        ]
        ending_tags = keys.ending_tags([said for said, _ in endings])
        places.keys.extend(index_part_keys(_phone_stem(keys, name), phone_tags))
        places.keys.extend(index_part_keys(_site_stem(keys, name), ending_tags))
        places.tags.extend(phone_tags + ending_tags)
        indexed = [one for _, one in (*phones, *endings)]
        places.references.extend([reference(one.base, one.revision) for one in indexed])
        places.plain.extend([_REVISIONS[one.revision] + one.number.encode() for one in indexed])
        places.ends.extend([(period + 1) * PERIOD_SECONDS] * len(indexed))
    return places


def reference(base: bytes, revision: int) -> bytes:
    """Return what names a revision of a waybill in a nonce: 8 bytes of its base, and the revision in hexadecimal."""
    return base[:8] + _REVISIONS[revision]


def phone_places(keys: SearchKeys, phone: str, now: int, longest_days: int) -> tuple[list[bytes], list[bytes]]:
    """Return the parts in which the active entries of a phone are, and its tag in each.

    Args:
        now: Unix seconds.
        longest_days: the longest retention.
    """
    periods = _periods(now, longest_days)
    tags = keys.phone_tags([period + phone.encode() for period in periods])
    stems = [_phone_stem(keys, period) for period in periods]
    return [index_part_keys(stem, [tag])[0] for stem, tag in zip(stems, tags, strict=True)], tags


def ending_places(
    keys: SearchKeys, site: str, ending: str, now: int, longest_days: int
) -> tuple[list[bytes], list[bytes]]:
    """Return the same for the last four digits of a phone at a site."""
    periods = _periods(now, longest_days)
    tags = keys.ending_tags([period + ending.encode() + site.encode() for period in periods])
    stems = [_site_stem(keys, period) for period in periods]
    return [index_part_keys(stem, [tag])[0] for stem, tag in zip(stems, tags, strict=True)], tags


def count(waybills: Iterable[Indexed]) -> int:
    """Return how many entries waybills have."""
    return sum(
        len(one.findable.phones) + (len(one.findable.endings) if one.findable.site is not None else 0)
        for one in waybills
    )


def every_entry(number: str, base: bytes, revisions: Iterable[Record | None], site: str | None) -> list[Indexed]:
    """Return the entries that the revisions of a waybill may have, whichever indexes are kept."""
    return [
        Indexed(number, base, revision, record.expires_at, findable_of(record, site))
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
