"""Tests that server logs contain fixed words only."""

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from gunicorn.config import Config

from masking_service.observability.server_log import ServerLog

VALUE = "13955550001"


@pytest.fixture
def server(logged: io.BytesIO) -> Iterator[ServerLog]:
    """gunicorn's log as in a master, restored after the test."""
    del logged
    root, hooks = logging.getLogger(), (sys.excepthook, sys.unraisablehook, threading.excepthook)
    handlers = root.handlers
    config = Config()
    config.set("loglevel", "info")
    yield ServerLog(config)
    root.handlers = handlers
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    logging.captureWarnings(False)


def only_line(logged: io.BytesIO) -> dict[str, Any]:
    (line,) = logged.getvalue().splitlines()
    told: dict[str, Any] = json.loads(line)
    assert told.pop("time")
    return told


@pytest.mark.parametrize(
    ("message", "args", "reason"),
    [
        ("Booting worker with pid: %s", (4711,), "Booting worker with pid: 4711"),
        ("Handling signal: %s", ("term",), "Handling signal: term"),
        ("Worker (pid:%s) was sent %s!", (7, "SIGKILL"), "Worker (pid:7) was sent SIGKILL!"),
        ("Error handling request %s %s", ("GET", f"/v1/waybills/{VALUE}"), "Error handling request … …"),
        ("Shutting down: %s", (VALUE,), "Shutting down: …"),
        (f"Invalid request from ip=::1: {VALUE}", (), "…"),
        ("Invalid request: '诸葛种子'", (), "…"),
        ("Environment %s", ({VALUE: 1},), "Environment …"),
        ("Headers %s", ([VALUE],), "Headers …"),
    ],
)
def test_a_message_keeps_only_numbers_and_signals(
    server: ServerLog, logged: io.BytesIO, message: str, args: tuple[object, ...], reason: str
) -> None:
    server.warning(message, *args)

    assert only_line(logged) == {"event": "server", "level": "warning", "reason": reason}


@pytest.mark.parametrize("args", [(1,), (1, 2, 3), ({VALUE: 1},)])
def test_a_message_with_wrong_arguments_becomes_a_placeholder(
    server: ServerLog, logged: io.BytesIO, args: tuple[object, ...]
) -> None:
    server.setup(server.cfg)  # pytest has put handlers of its own there, which raise
    server.warning("Worker (pid:%s) was sent %s!", *args)

    assert only_line(logged) == {"event": "server", "level": "warning", "reason": "…"}


def test_a_message_without_arguments_is_logged_unchanged(server: ServerLog, logged: io.BytesIO) -> None:
    server.warning("Handling signal: %s")

    assert only_line(logged)["reason"] == "Handling signal: %s"


def test_an_error_is_logged_as_type_and_place(server: ServerLog, logged: io.BytesIO) -> None:
    try:
        raise ValueError(VALUE)
    except ValueError:
        server.exception("Exception in worker process")

    told = only_line(logged)
    assert (told["error"], told["where"].partition(":")[0]) == ("ValueError", __name__)
    assert VALUE.encode() not in logged.getvalue()


def test_a_library_is_logged_by_name_only(server: ServerLog, logged: io.BytesIO) -> None:
    del server
    logging.getLogger("urllib3.connectionpool").warning("retrying %s", VALUE)

    assert only_line(logged) == {"event": "library", "level": "warning", "where": "urllib3.connectionpool"}


def test_an_interpreter_warning_is_logged_as_one_of_a_library(server: ServerLog, logged: io.BytesIO) -> None:
    del server
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(VALUE, UserWarning, stacklevel=1)

    assert only_line(logged) == {"event": "library", "level": "warning", "where": "py.warnings"}


def test_a_failed_thread_is_logged_without_its_text(server: ServerLog, logged: io.BytesIO) -> None:
    del server

    def fail() -> None:
        raise LookupError(VALUE)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    told = only_line(logged)
    assert (told["event"], told["error"], VALUE.encode() in logged.getvalue()) == ("failed", "LookupError", False)
