"""Which data keys become tombstones: those of shredded days, and those of permits whose root key was destroyed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import msgspec

from masking_service.rotation.shred import write_tombstones
from masking_service.service.vault.wrapped_keys import PermitTerms, WrappedKey

BEFORE = 20_000
"""The day before which keys are shredded."""
TERMS = PermitTerms("survey", BEFORE + 9, ("phone",))


class Wrapped:
    """Data keys in batches, as the store gives them with their uses."""

    def __init__(self, *batches: dict[bytes, WrappedKey]) -> None:
        self.batches = batches
        self.replaced: list[dict[bytes, WrappedKey]] = []

    def count(self) -> int:
        return sum(map(len, self.batches))

    def all(self) -> Any:
        for batch in self.batches:
            yield {key_id: (stored, 7) for key_id, stored in batch.items()}

    def replace(self, keys: dict[bytes, WrappedKey]) -> None:
        self.replaced.append(keys)


def key(day: int, wrapped: bytes | None = b"known", permit: PermitTerms | None = None) -> WrappedKey:
    return WrappedKey("default", day, 3, wrapped, b"label", permit)


def test_no_key_of_a_later_day_or_of_a_lasting_permit_becomes_a_tombstone() -> None:
    """A key whose root key is not known stays unless it is a permit's: `keys restore` may bring it back."""
    shredded = {b"old": key(BEFORE - 1), b"old permit": key(BEFORE - 1, permit=TERMS), b"lost": key(0, b"unknown")}
    ended = {b"ended": key(BEFORE, b"unknown", TERMS)}
    kept = {
        b"new": key(BEFORE),
        b"of an unknown root": key(BEFORE, b"unknown"),
        b"permit": key(BEFORE, permit=TERMS),
        b"tombstone": key(BEFORE - 1, None),
    }
    wrapped, told = Wrapped(shredded | kept, ended), []
    keyring = SimpleNamespace(
        has_known_root=lambda one: one == b"known", keyset=SimpleNamespace(shredded_before=BEFORE)
    )
    coordinator = SimpleNamespace(wrapped=wrapped, keyring=keyring, progress=lambda *said: told.append(said))

    assert write_tombstones(cast(Any, coordinator)) == 4
    assert wrapped.replaced == [
        {name: msgspec.structs.replace(one, wrapped=None) for name, one in each.items()} for each in (shredded, ended)
    ]
    assert told == [("data keys checked", 7, 8), ("data keys checked", 8, 8)]
