"""Reads the histories of all tenants from the lines of a log, in two passes.

The first pass finds openings, cases and views, the second what became of their
parcels: there are far more scans than the signals need.
"""

from collections.abc import Callable, Iterable

from masking_audit.format.links import entry_id
from masking_audit.lookout.history import TRACES, History, HistoryReader, Trace, rows_of
from masking_audit.lookout.signals import VIEW_DAYS, WINDOW_DAYS
from masking_audit.newest_hashes import NewestHashes
from masking_audit.packs.evidence import entry_lines, entry_of
from masking_service.audit.actions import Action
from masking_service.masking.timestamps import SECONDS_A_DAY

_TRACE_ACTIONS = tuple(b'"action":"%b"' % action.encode() for action in sorted(TRACES))
"""Parts of lines in the log's format, by which most lines are skipped without parsing."""


def first_second(now: int) -> int:
    """Return the time from which the signals need the log (Unix seconds)."""
    return now - WINDOW_DAYS * SECONDS_A_DAY


def read_histories(
    lines: Callable[[], Iterable[bytes]], tenants: Iterable[str], now: int, newest_hashes: NewestHashes
) -> dict[str, History]:
    """Return the histories of the last thirty days, by the tenants' hashes as in entries."""
    readers = {tenant: HistoryReader() for tenant in tenants}
    for line in entry_lines(line for line in lines() if not _is_trace(line)):
        entry = entry_of(line)
        if entry is None or entry.tenant not in readers or not first_second(now) <= entry.at < now:
            continue
        if entry.action != Action.VIEW or entry.at >= now - VIEW_DAYS * SECONDS_A_DAY:
            readers[entry.tenant].add(entry_id(line.writer, line.number), newest_hashes(entry))
    histories = {tenant: reader.history() for tenant, reader in readers.items()}
    waybills = {tenant: history.waybills for tenant, history in histories.items()}
    for line in entry_lines(line for line in lines() if _is_trace(line)):
        entry = entry_of(line)
        if entry is not None and entry.tenant in histories and entry.at < now:
            named = waybills[entry.tenant]
            histories[entry.tenant].traces.extend(
                row for row in rows_of(newest_hashes(entry)) if isinstance(row, Trace) and row.waybill in named
            )
    for history in histories.values():
        history.traces.sort()
    return histories


def _is_trace(line: bytes) -> bool:
    return any(action in line for action in _TRACE_ACTIONS)
