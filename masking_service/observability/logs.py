"""Logs JSON lines with a fixed list of fields.

There is no field for a value, a path, a credential or the text of an exception,
so none can be logged by mistake.
"""

import logging
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final

import msgspec
import structlog

FIELDS: Final = frozenset(
    {"event", "level", "time", "request_id", "method", "route", "status", "code", "ms", "error", "where", "reason"}
    | {"alert", "kind", "tenant", "principal"}  # of alerts
    | {"policy"}  # the digest of one that was accepted
)


def logger_to(stream: BinaryIO) -> structlog.typing.FilteringBoundLogger:
    """Return a logger of one line for each event. Fields that are not in `FIELDS` are left out.

    Args:
        stream: takes each line in one write, so that workers do not mix their lines.
    """
    found: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
        structlog.BytesLogger(stream),
        processors=[_line],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        cache_logger_on_first_use=True,
    )
    return found


def _line(_: object, level: str, event: MutableMapping[str, Any]) -> bytes:
    allowed = {name: value for name, value in event.items() if name in FIELDS}
    return msgspec.json.encode(allowed | {"level": level, "time": datetime.now(UTC)})


log: Final = logger_to(sys.stderr.buffer)


def error_place(error: BaseException) -> str:
    """Return where an exception was raised, ``module:line``, instead of a traceback."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
