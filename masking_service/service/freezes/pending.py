"""Tells all processes of a host whose freeze is being written, until each has read it."""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Final

MAX_AGE: Final = 60
"""Seconds for which a file counts: that of a process that was killed before it wrote the freeze must end by itself."""
LEARNT_SECONDS: Final = 3
"""Seconds after the freeze was written until the file no longer counts: by then each process has read it."""
CACHED_NAMES: Final = 4_096


class PendingFreezes:
    """The principals whose freeze is being written or was just written: an empty file for each.

    Args:
        folder: where the files are; every process of the host has the same. None: nothing is told.
        clock: Unix seconds.
    """

    def __init__(self, folder: Path | None, clock: Callable[[], int]) -> None:
        self._folder = folder
        self._clock = clock

    def add(self, tenant: str, principal: str) -> None:
        """Tell it. If the file cannot be written, the other processes learn the freeze from the store."""
        if self._folder is not None:
            with suppress(OSError):
                self._folder.mkdir(mode=0o700, exist_ok=True)
                (self._folder / _name(tenant, principal)).touch(mode=0o600)

    def written(self, tenant: str, principal: str) -> None:
        """Tell it only until each process has read the freeze, which is written now. Remove files that ended before."""
        if self._folder is not None:
            now = self._clock()
            with suppress(OSError):
                os.utime(self._folder / _name(tenant, principal), times=(now, now - MAX_AGE + LEARNT_SECONDS))
                for file in self._folder.iterdir():
                    if now - file.stat().st_mtime >= 2 * MAX_AGE:
                        file.unlink(missing_ok=True)

    def discard(self, tenant: str, principal: str) -> None:
        """Tell it no longer."""
        if self._folder is not None:
            with suppress(OSError):
                (self._folder / _name(tenant, principal)).unlink(missing_ok=True)

    def has(self, tenant: str, principal: str) -> bool:
        """Whether any process tells it."""
        if self._folder is None:
            return False
        try:
            told = (self._folder / _name(tenant, principal)).stat().st_mtime
        except OSError:
            return False
        return self._clock() - told < MAX_AGE


@lru_cache(CACHED_NAMES)
def _name(tenant: str, principal: str) -> str:
    parts = (tenant.encode(), principal.encode())
    return hashlib.sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).hexdigest()
