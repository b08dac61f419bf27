"""Finds the embedded store that `serve --dev` runs in a state directory."""

import fcntl
from pathlib import Path
from typing import Final

FOLDER: Final = "valkey"
"""The store's folder in a state directory."""
LOCK: Final = "lock"
"""The file in it that the running server holds locked."""
URL: Final = "url"
"""The file in it with the server's address, a secret."""


def running_url(state_dir: Path) -> str | None:
    """Return the address of the server that runs in `state_dir`; None if none is ready there."""
    directory = state_dir.resolve() / FOLDER
    try:
        with (directory / LOCK).open("rb") as lock:
            return None if take_lock(lock.fileno(), fcntl.LOCK_SH) else (directory / URL).read_text()
    except FileNotFoundError:
        return None


def take_lock(lock: int, mode: int) -> bool:
    """Lock an open file if it is free, without waiting; return whether it was.

    Args:
        lock: its descriptor.
        mode: `fcntl.LOCK_SH` or `fcntl.LOCK_EX`.
    """
    try:
        fcntl.flock(lock, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
