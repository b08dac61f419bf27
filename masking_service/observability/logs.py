"""The log: one JSON line an event, with fields from a fixed list and nothing else.

A value, a path, a credential or the text of an exception has no field here, so
none can get in by mistake.
"""

import sys
from collections.abc import MutableMapping
from typing import Any, Final

import msgspec
import structlog

FIELDS: Final = frozenset(
    {"event", "level", "time", "request_id", "method", "route", "status", "code", "ms", "fault", "where", "reason"}
    | {"alert", "kind", "tenant", "principal"}  # of alerts
)


def _allowed(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: value for name, value in event.items() if name in FIELDS}


def _render(_: object, __: str, event: MutableMapping[str, Any]) -> bytes:
    return msgspec.json.encode(event)


log: Final = structlog.wrap_logger(
    structlog.BytesLogger(sys.stderr.buffer),  # a line and its end in one write: lines of several workers stay whole
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper("iso", utc=True, key="time"),
        _allowed,
        _render,
    ],
    cache_logger_on_first_use=True,
)


def fault_place(error: BaseException) -> str:
    """Where an error was raised, ``module:line``: what a log may say of a traceback."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
