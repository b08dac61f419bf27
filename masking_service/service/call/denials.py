"""Limits the audit entries of refused calls to one a minute, with a count."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from masking_audit.format.entries import Entry
from masking_service.audit.log import AuditLog

WINDOW_SECONDS: Final = 60

_Key = tuple[str, str, str, str]


@dataclass(slots=True)
class _Window:
    """A minute that began with a written entry.

    Attributes:
        since: when that was, in Unix seconds.
        times: how many refused calls are not in any entry yet.
        last: the entry of the last one of them.
    """

    since: int
    times: int
    last: Entry


class Denials:
    """Records refused calls.

    The first one is written before it is answered. Others of the same principal, action and reason are counted for a
    minute; then one entry says how many there were. Its other members are those of the last one.

    Args:
        log: makes entries durable.
        clock: now, in Unix seconds.
    """

    def __init__(self, log: AuditLog, clock: Callable[[], int]) -> None:
        self._log = log
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: dict[_Key, _Window] = {}

    def record(self, entry: Entry, source: str = "") -> None:
        """Write the entry of a refused call, or count it.

        Args:
            source: counts the call with others of this network, instead of those of its principal.

        Raises:
            StoreUnavailable: it may not be durable; the refusal may not be answered.
        """
        key = (entry.tenant, source or entry.principal, entry.action, entry.outcome)
        now = self._clock()
        with self._lock:
            window = self._windows.get(key)
            if window is not None and window.since <= now < window.since + WINDOW_SECONDS:
                window.times += 1
                window.last = entry
                return
            counted = window.times if window else 0
            self._windows[key] = _Window(now, 0, entry)
        try:
            self._log.append(msgspec.structs.replace(entry, times=counted + 1))
        except BaseException:
            self._keep(key, entry, counted)
            raise

    def flush(self, *, everything: bool) -> None:
        """Write the entries of what was counted for a minute, or of all that was counted.

        Raises:
            StoreUnavailable: what is not written is still counted; the next call writes it.
        """
        now = self._clock()
        with self._lock:
            due = [
                key
                for key, window in self._windows.items()
                if everything or not window.since <= now < window.since + WINDOW_SECONDS
            ]
        for key in due:
            with self._lock:
                window = self._windows.pop(key, None)
                if window is None or not window.times:
                    continue
                self._windows[key] = _Window(now, 0, window.last)
            try:
                self._log.append(msgspec.structs.replace(window.last, times=window.times))
            except BaseException:
                self._keep(key, window.last, window.times)
                raise

    def _keep(self, key: _Key, entry: Entry, times: int) -> None:
        """Count calls that could not be written, and let the next call or flush try again at once."""
        with self._lock:
            window = self._windows.setdefault(key, _Window(0, 0, entry))
            window.since = -WINDOW_SECONDS
            window.times += times
