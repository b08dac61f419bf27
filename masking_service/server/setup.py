"""Tries the set-up once, before the first worker starts.

A worker that exits because of a wrong set-up ends gunicorn's master with the same status. If two workers do so at the
same time, the master ends with a traceback and another status, and systemd would start it again for ever.
"""

import signal
import sys
from collections.abc import Callable
from multiprocessing import get_context


def check_setup(load: Callable[[], object]) -> None:
    """Call `load` in a process of its own, and exit as it exits if it fails.

    The master itself never holds a key or a connection.
    """
    trial = get_context("fork").Process(target=_load, args=(load,))
    trial.start()
    trial.join()
    if trial.exitcode:
        sys.exit(trial.exitcode)


def _load(load: Callable[[], object]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # without a traceback
    load()
