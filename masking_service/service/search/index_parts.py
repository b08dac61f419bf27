"""Where the entries of search indexes are, and what they say. Asks nothing of the store."""

from binascii import a2b_base64, b2a_base64
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from keys.search import TAG_BYTES, SearchKeys
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.search.findable import Findable, findable_of
from masking_service.service.waybills.records import Record
from masking_service.store.layout import index_part_keys, phone_index_stem, site_index_stem

PERIOD_SECONDS: Final = 30 * SECONDS_A_DAY
"""Records that expire in the same period share the parts of an index, which expire at its end."""
BUCKET_CHARACTERS: Final = 16
"""Entries are padded, so that their length tells little of the waybill number."""
_DIGITS: Final = "0123456789abcdef"


class Indexed(msgspec.Struct, frozen=True, gc=False):
    """A revision of a waybill, and by what it is found.

    `base` is where the waybill is stored (12 B), `expires_at` in Unix seconds, `header` that of the record's envelope:
    entries are sealed with the same key and suite.
    """

    number: str
    base: bytes
    revision: int
    expires_at: int
    header: bytes
    findable: Findable

    def __repr__(self) -> str:
        return "<Indexed>"


class Places(msgspec.Struct, frozen=True, gc=False):
    """Where entries are and what they say: in each list one item for each entry.

    Attributes:
        keys: the parts.
        tags: the keyed tags of what finds them, concatenated.
        bases, revisions: what they name, concatenated, see `SearchKeys.nonces`.
        plain: their plaintexts, see `plaintexts`.
        ends: when the parts expire, in Unix seconds, by part.
    """

    keys: list[bytes]
    tags: bytes
    bases: bytes
    revisions: bytes
    plain: list[bytes]
    ends: dict[bytes, int]

    def __repr__(self) -> str:
        return "<Places>"


def places_of(keys: SearchKeys, waybills: Sequence[Indexed]) -> Places:
    """Return the entries of waybills."""
    by_period: dict[int, list[Indexed]] = defaultdict(list)
    for one in waybills:
        by_period[one.expires_at // PERIOD_SECONDS].append(one)
    parts: list[bytes] = []
    tags: list[bytes] = []
    named: list[Indexed] = []
    ends: dict[bytes, int] = {}
    for period, expiring in by_period.items():
        name = _named(period)
        by_phone = [(phone, one) for one in expiring for phone in one.findable.phones]
        by_ending = [
            (ending + one.findable.site, one)
            for one in expiring
            if one.findable.site is not None
            for ending in one.findable.endings
        ]
        for found_by, tags_of, stem in (
            (by_phone, keys.phone_tags, _phone_stem),
            (by_ending, keys.ending_tags, _site_stem),
        ):
            found = tags_of(name, [text for text, _ in found_by])
            mine = index_part_keys(stem(keys, name), found[::TAG_BYTES])
            tags.append(found)
            parts.extend(mine)
            named.extend([one for _, one in found_by])
            ends.update(dict.fromkeys(mine, (period + 1) * PERIOD_SECONDS))
    bases, revisions = b"".join([one.base for one in named]), digits_of([one.revision for one in named])
    return Places(parts, b"".join(tags), bases, revisions, plaintexts(named), ends)


def digits_of(revisions: Iterable[int]) -> bytes:
    """Return revisions as they are in a nonce: one byte each, in hexadecimal."""
    return "".join([_DIGITS[revision] for revision in revisions]).encode()


def plaintexts(waybills: Sequence[Indexed]) -> list[bytes]:
    """Return what the entries of each waybill say: the revision in hexadecimal and the waybill number.

    Padded and read as base64url, 16 characters become 12 bytes.
    """
    texts = [_DIGITS[one.revision] + one.number for one in waybills]
    padded = [text.ljust(len(text) + -len(text) % BUCKET_CHARACTERS, "/") for text in texts]
    return [a2b_base64(text.replace("-", "+")) for text in padded]


def read_entry(plaintext: bytes) -> tuple[str, int]:
    """Return an entry's waybill number and revision."""
    text = b2a_base64(plaintext, newline=False).rstrip(b"/").replace(b"+", b"-")
    return text[1:].decode(), int(text[:1], 16)


def phone_places(keys: SearchKeys, phone: str, now: int, longest_days: int) -> tuple[list[bytes], list[bytes]]:
    """Return the parts in which the active entries of a phone are, and its tag in each.

    Args:
        now: Unix seconds.
        longest_days: the longest retention.
    """
    periods = _periods(now, longest_days)
    tags = [keys.phone_tags(period, [phone]) for period in periods]
    stems = [_phone_stem(keys, period) for period in periods]
    return [index_part_keys(stem, tag[:1])[0] for stem, tag in zip(stems, tags, strict=True)], tags


def ending_places(
    keys: SearchKeys, site: str, ending: str, now: int, longest_days: int
) -> tuple[list[bytes], list[bytes]]:
    """Return the same for the last four digits of a phone at a site."""
    periods = _periods(now, longest_days)
    tags = [keys.ending_tags(period, [ending + site]) for period in periods]
    stems = [_site_stem(keys, period) for period in periods]
    return [index_part_keys(stem, tag[:1])[0] for stem, tag in zip(stems, tags, strict=True)], tags


def count(found_by: Iterable[Findable]) -> int:
    """Return how many entries waybills have, by what they are found."""
    return sum(len(one.phones) + (len(one.endings) if one.site is not None else 0) for one in found_by)


def every_entry(number: str, base: bytes, revisions: Iterable[Record | None], site: str | None) -> list[Indexed]:
    """Return the entries that the revisions of a waybill may have, whichever indexes are kept."""
    return [
        Indexed(number, base, revision, record.expires_at, record.header, findable_of(record, site))
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
