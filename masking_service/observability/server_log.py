"""Rewrites the log of gunicorn and libraries.

Their messages may contain a path, an address or the text of an exception, and so a value. Of a message's arguments only
numbers and signal names are kept; all others become an ellipsis. A traceback becomes a type and a place.
"""

import logging
import re
import signal
import sys
import threading
from typing import Any, Final

from gunicorn.glogging import Logger

from masking_service.observability.logs import error_place, log

PLACEHOLDER: Final = "…"
_SAFE_TEXT: Final = re.compile(r"(?:[A-Za-z().,:!?_ -]|%s)+", re.ASCII)
"""A message that is a literal in source code: without a digit, a slash or a quotation mark."""
_NAMES: Final = frozenset(
    {"Master"} | {name for one in signal.Signals for name in (one.name, one.name.removeprefix("SIG").lower())}
)


class _RewritingHandler(logging.Handler):
    """Passes every record to the service's log."""

    _gunicorn = True  # gunicorn removes handlers with this attribute before it sets up logging again

    def emit(self, record: logging.LogRecord) -> None:
        fields = {"event": "server", "reason": _safe_message(record)} if _is_gunicorns(record) else {"event": "library"}
        if record.exc_info and record.exc_info[1] is not None:
            fields |= {"error": type(record.exc_info[1]).__name__, "where": error_place(record.exc_info[1])}
        elif not _is_gunicorns(record):
            fields |= {"where": record.name}
        getattr(log, record.levelname.lower(), log.error)(**fields)


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's logger, for the whole process."""

    def setup(self, cfg: Any) -> None:
        """Set up logging. gunicorn calls this in the master, before it listens."""
        super().setup(cfg)
        self.error_log.handlers = [_RewritingHandler()]
        logging.getLogger().handlers = [_RewritingHandler(logging.WARNING)]
        logging.captureWarnings(True)
        sys.excepthook = lambda _, error, __: _log_failure(error)
        sys.unraisablehook = lambda fields: _log_failure(fields.exc_value)
        threading.excepthook = lambda fields: _log_failure(fields.exc_value)


def _is_gunicorns(record: logging.LogRecord) -> bool:
    return record.name.startswith("gunicorn.")


def _safe_message(record: logging.LogRecord) -> str:
    if not (isinstance(record.msg, str) and _SAFE_TEXT.fullmatch(record.msg)):
        return PLACEHOLDER
    args = record.args if isinstance(record.args, tuple) else (record.args,)  # a single mapping is not in a tuple
    try:
        return record.msg % tuple(map(_safe_argument, args)) if record.args else record.msg
    except TypeError:  # the number of arguments does not match the message
        return PLACEHOLDER


def _safe_argument(arg: object) -> object:
    return arg if type(arg) is int or (type(arg) is str and arg in _NAMES) else PLACEHOLDER


def _log_failure(error: BaseException | None) -> None:
    if error is not None and not isinstance(error, SystemExit):
        log.error("failed", error=type(error).__name__, where=error_place(error))
