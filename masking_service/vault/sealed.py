"""Sealed state on its way into the store: announced to the audit log first, written after.

Whoever keeps state here hands over what it is about to write, and writes only
when the announcement returned. So what the store holds can be held against the
signed log, and what was deleted, brought back or never logged is found.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sealed:
    """A value and its place in the store.

    Attributes:
        place: the Redis key; for a field of a hash the key, ``/`` and the field.
        value: the sealed bytes; None where the place is emptied.
        until: Unix seconds from which nothing stands there any more; 0 for never.
        once: whether it is written only where nothing stands: the first one holds.
    """

    place: bytes
    value: bytes | None
    until: int = 0
    once: bool = False


Announce = Callable[[Sequence[Sealed]], Any]
"""Makes it durable in the audit log that these values are about to be written, and returns the id of the entry.

Raises StoreUnavailable."""
