"""Where everything about a waybill is stored, also while the index secret is rotated.

Then a waybill may be at two places: under the newer secret and under the older one.
Each process writes at one of them, and reads both. ADR 25 (`docs/adr`) gives the order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from keys.keyring import IndexLayers, TenantKeys
from masking_service.store.layout import record_stems

CLAIM: Final = b"claim"
"""Stored at the older place of a revision whose record is at the newer one. It is no record."""


@dataclass(frozen=True, slots=True)
class Stems:
    """The common prefixes of the keys of waybills.

    Attributes:
        layers: which index secrets they are under.
        own: where this process writes, one for each waybill.
        other: where they may be, too; empty where no rotation is under way.
    """

    layers: IndexLayers
    own: Sequence[bytes]
    other: Sequence[bytes]

    @property
    def newest_first(self) -> Sequence[Sequence[bytes]]:
        """The prefixes by layer, the newest first."""
        layers = (self.own, self.other) if self.other else (self.own,)
        return layers[::-1] if self.layers.other_is_newer else layers

    def everywhere(self) -> Iterator[tuple[bytes, ...]]:
        """Yield the prefixes of each waybill, the newest first."""
        return zip(*self.newest_first, strict=True)


def stems_of(keys: TenantKeys, bases: Sequence[bytes]) -> Stems:
    """Return where waybills are stored. Asks nothing of the store."""
    layers = keys.layers
    own = record_stems(keys.places(bases, layers.own), layers.own)
    other = [] if layers.other is None else record_stems(keys.places(bases, layers.other), layers.other)
    return Stems(layers, own, other)


def first_stored(values: Sequence[tuple[bytes, bytes | None]]) -> tuple[bytes, bytes | None]:
    """Return the first place that holds a record, and its value; any place where none does."""
    nothing = values[0][0], None
    return next(((place, value) for place, value in values if value not in (None, CLAIM)), nothing)
