"""Remembers what was found for values, so that one that is met again need not be read again.

Many addresses come back: a shop sends from the same one all day, and a parcel is looked at several times. Values are
known by their digests, so none of them stays in memory.
"""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Final, Generic, TypeVar

_DIGEST_SIZE: Final = 16
"""Bytes. That two of 2^32 values have the same digest has a chance of 2^-65."""
_T = TypeVar("_T")


class Met(Generic[_T]):
    """What was found for the values that were met last: for at least `least` of them, and at most twice as many."""

    __slots__ = ("_before", "_found", "_least")

    def __init__(self, least: int) -> None:
        self._least = least
        self._found: dict[bytes, _T] = {}
        self._before: dict[bytes, _T] = {}

    def each(self, values: Sequence[str], find: Callable[[Sequence[str]], Sequence[_T | None]]) -> list[_T | None]:
        """Return what `find` gives for each value. It gets the different values that are not remembered.

        A value for which it gives None is not remembered.
        """
        digests = [*map(_digest, values)]
        known = [*map(self._recall, digests)]
        unknown = {at: value for at, value, one in zip(digests, values, known, strict=True) if one is None}
        if not unknown:
            return known
        new = dict(zip(unknown, find([*unknown.values()]), strict=True))
        for at, found in new.items():
            if found is not None:
                self._keep(at, found)
        return [new[at] if one is None else one for at, one in zip(digests, known, strict=True)]

    def get(self, value: str) -> _T | None:
        """Return what was found for a value; None if it is not remembered."""
        return self._recall(_digest(value))

    def put(self, value: str, found: _T) -> None:
        """Remember what was found for a value."""
        self._keep(_digest(value), found)

    def _recall(self, digest: bytes) -> _T | None:
        found = self._found.get(digest)
        if found is None and (found := self._before.get(digest)) is not None:
            self._keep(digest, found)
        return found

    def _keep(self, digest: bytes, found: _T) -> None:
        if len(self._found) >= self._least:
            self._before, self._found = self._found, {}
        self._found[digest] = found


def _digest(value: str) -> bytes:
    return blake2b(value.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_SIZE).digest()
