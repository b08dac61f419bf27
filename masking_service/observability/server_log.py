"""What gunicorn and libraries say, in the form of our own log: fixed words and numbers, and no text of theirs.

What they put into a message, a path, an address, the text of an exception, may hold a value. So a message is told
with its numbers and the names of signals, and everything else in it is an ellipsis; a traceback is a type and a place.
"""

import logging
import re
import signal
import sys
import threading
from types import TracebackType
from typing import Any, Final

from gunicorn.glogging import Logger

from masking_service.observability.logs import fault_place, log

LEFT_OUT: Final = "…"
_FIXED: Final = re.compile(r"(?:[A-Za-z().,:!?_ -]|%s)+", re.ASCII)
"""A message as somebody wrote it into their code: without a digit, a slash or a quotation mark."""
_NAMES: Final = frozenset(
    {"Master"} | {name for one in signal.Signals for name in (one.name, one.name.removeprefix("SIG").lower())}
)


class _Retold(logging.Handler):
    """Tells every record to our log."""

    _gunicorn = True  # gunicorn takes handlers of this mark away before it sets itself up anew

    def emit(self, record: logging.LogRecord) -> None:
        """Tell one record."""
        told = {"event": "server", "reason": _reason(record)} if _is_gunicorns(record) else {"event": "library"}
        if record.exc_info and record.exc_info[1] is not None:
            told |= {"fault": type(record.exc_info[1]).__name__, "where": fault_place(record.exc_info[1])}
        elif not _is_gunicorns(record):
            told |= {"where": record.name}
        getattr(log, record.levelname.lower(), log.error)(**told)


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's log, and from its set-up on that of the whole process and all that it starts."""

    def setup(self, cfg: Any) -> None:
        """Called in the master, before it listens."""
        super().setup(cfg)
        self.error_log.handlers = [_Retold()]
        logging.getLogger().handlers = [_Retold(logging.WARNING)]
        logging.captureWarnings(True)
        sys.excepthook = _uncaught
        sys.unraisablehook = lambda told: _tell(told.exc_value)
        threading.excepthook = lambda told: _tell(told.exc_value)


def _is_gunicorns(record: logging.LogRecord) -> bool:
    return record.name.startswith("gunicorn.")


def _reason(record: logging.LogRecord) -> str:
    if not (isinstance(record.msg, str) and _FIXED.fullmatch(record.msg)):
        return LEFT_OUT
    args = record.args if isinstance(record.args, tuple) else (record.args,)  # a mapping alone stands there by itself
    try:
        return record.msg % tuple(map(_told, args)) if record.args else record.msg
    except TypeError:  # more or fewer than the message has places for
        return LEFT_OUT


def _told(arg: object) -> object:
    return arg if type(arg) is int or (type(arg) is str and arg in _NAMES) else LEFT_OUT


def _uncaught(kind: type[BaseException], fault: BaseException, _: TracebackType | None) -> None:
    del kind
    _tell(fault)


def _tell(fault: BaseException | None) -> None:
    if fault is not None and not isinstance(fault, SystemExit):
        log.error("failed", fault=type(fault).__name__, where=fault_place(fault))
