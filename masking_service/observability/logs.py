"""Logs JSON lines with a fixed list of fields.

There is no field for a value, a path, a credential or the text of an exception,
so none can be logged by mistake.
"""

import sys
from datetime import UTC, datetime
from typing import BinaryIO, Final

import msgspec

FIELDS: Final = frozenset(
    {"event", "level", "time", "request_id", "method", "route", "status", "code", "ms", "error", "where", "reason"}
    | {"alert", "kind", "tenant", "principal"}  # of alerts
    | {"policy"}  # the digest of one that was accepted
)


class Log:
    """Writes one line for each event. Fields that are not in `FIELDS` are left out.

    Args:
        stream: takes each line in one write, so that workers do not mix their lines.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def debug(self, event: str, **fields: object) -> None:
        """Log what helps to find a fault."""
        self._write("debug", event, fields)

    def info(self, event: str, **fields: object) -> None:
        """Log what happens all the time."""
        self._write("info", event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Log what should be looked at."""
        self._write("warning", event, fields)

    def error(self, event: str, **fields: object) -> None:
        """Log what failed."""
        self._write("error", event, fields)

    def critical(self, event: str, **fields: object) -> None:
        """Log what ends the process."""
        self._write("critical", event, fields)

    def _write(self, level: str, event: str, fields: dict[str, object]) -> None:
        line = {name: value for name, value in fields.items() if name in FIELDS}
        line |= {"event": event, "level": level, "time": datetime.now(UTC).isoformat().replace("+00:00", "Z")}
        self._stream.write(msgspec.json.encode(line) + b"\n")
        self._stream.flush()


log: Final = Log(sys.stderr.buffer)


def error_place(error: BaseException) -> str:
    """Return where an exception was raised, ``module:line``, instead of a traceback."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
