"""Keeps what was found for values, so that a value that comes back need not be read again.

Many addresses come back: a shop sends from the same one all day, and a parcel is looked at several times.
"""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Final, Generic, TypeVar

_DIGEST_SIZE: Final = 16
"""Bytes. That two of 2^32 values have the same digest has a chance of 2^-65."""
_T = TypeVar("_T")


class DigestCache(Generic[_T]):
    """A cache whose keys are digests of values, so that no value stays in memory.

    Args:
        size: how many of the last values it holds at least; at most it holds twice as many.
    """

    __slots__ = ("_before", "_found", "_size")

    def __init__(self, size: int) -> None:
        self._size = size
        self._found: dict[bytes, _T] = {}
        self._before: dict[bytes, _T] = {}

    def each(self, values: Sequence[str], find: Callable[[Sequence[str]], Sequence[_T | None]]) -> list[_T | None]:
        """Return what is found for each value. `find` is called once, with the different values that are not cached.

        Where it gives None, nothing is cached.
        """
        digests = [*map(_digest, values)]
        known = [*map(self._get, digests)]
        unknown = {at: value for at, value, one in zip(digests, values, known, strict=True) if one is None}
        if not unknown:
            return known
        new = dict(zip(unknown, find([*unknown.values()]), strict=True))
        for at, found in new.items():
            if found is not None:
                self._put(at, found)
        return [new[at] if one is None else one for at, one in zip(digests, known, strict=True)]

    def get(self, value: str) -> _T | None:
        """Return what was found for a value; None if it is not cached."""
        return self._get(_digest(value))

    def put(self, value: str, found: _T) -> None:
        """Cache what was found for a value."""
        self._put(_digest(value), found)

    def _get(self, digest: bytes) -> _T | None:
        found = self._found.get(digest)
        if found is None and (found := self._before.get(digest)) is not None:
            self._put(digest, found)
        return found

    def _put(self, digest: bytes, found: _T) -> None:
        if len(self._found) >= self._size:
            self._before, self._found = self._found, {}
        self._found[digest] = found


def _digest(value: str) -> bytes:
    return blake2b(value.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_SIZE).digest()
