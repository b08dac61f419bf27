"""Logs JSON lines with a fixed list of fields.

There is no field for a value, a path, a credential or the text of an exception,
so none can be logged by mistake.
"""

import sys
from collections.abc import MutableMapping
from typing import Any, Final

import msgspec
import structlog

FIELDS: Final = frozenset(
    {"event", "level", "time", "request_id", "method", "route", "status", "code", "ms", "error", "where", "reason"}
    | {"alert", "kind", "tenant", "principal"}  # of alerts
    | {"policy"}  # the digest of one that was accepted
)


def _allowed(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: value for name, value in event.items() if name in FIELDS}


def _render(_: object, __: str, event: MutableMapping[str, Any]) -> bytes:
    return msgspec.json.encode(event)


log: Final = structlog.wrap_logger(
    structlog.BytesLogger(sys.stderr.buffer),  # one write per line, so that workers do not mix their lines
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper("iso", utc=True, key="time"),
        _allowed,
        _render,
    ],
    cache_logger_on_first_use=True,
)


def error_place(error: BaseException) -> str:
    """Return where an exception was raised, ``module:line``, instead of a traceback."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
