"""Replaces the workers of an intake host at the end of each hour.

What a worker sealed can be opened with what is in its memory, and only its end clears that. So workers that begin
with the hour take over, and the others end within ten seconds. The master holds no key.
"""

import os
import signal
import threading
import time
from typing import Any, Final

from masking_service.masking.timestamps import SECONDS_AN_HOUR

START_SECONDS: Final = 6.0
"""Seconds for new workers to start before the old ones are told to end."""
STEP_SECONDS: Final = 0.05


def replace_every_hour(arbiter: Any) -> None:
    """gunicorn's hook `when_ready`, in the master of an intake host."""
    threading.Thread(target=_watch, args=(arbiter,), name="hours", daemon=True).start()


def _watch(arbiter: Any) -> None:
    hour = int(time.time()) // SECONDS_AN_HOUR
    while True:
        time.sleep(STEP_SECONDS * 5)
        now = int(time.time()) // SECONDS_AN_HOUR
        if now != hour:
            hour = now
            _replace(arbiter)


def _replace(arbiter: Any) -> None:
    """Start as many workers as there are, and then end as many of the oldest.

    gunicorn's master takes few signals at a time, so each is sent when the one before has had its effect.
    """
    usual = arbiter.num_workers
    for number in range(usual + 1, 2 * usual + 1):
        _tell(arbiter, signal.SIGTTIN, number)
    time.sleep(START_SECONDS)
    for number in range(2 * usual - 1, usual - 1, -1):
        _tell(arbiter, signal.SIGTTOU, number)


def _tell(arbiter: Any, what: signal.Signals, until: int) -> None:
    os.kill(os.getpid(), what)
    deadline = time.monotonic() + START_SECONDS
    while arbiter.num_workers != until and time.monotonic() < deadline:
        time.sleep(STEP_SECONDS)
