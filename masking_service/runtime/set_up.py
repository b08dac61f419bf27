"""Reads the set-up of a state directory for a command: settings, and the store of `serve --dev`."""

import fcntl
import os
from pathlib import Path
from typing import Final

from keys import keyset
from masking_service.runtime.settings import Settings
from masking_service.runtime.state_files import SERVED_POLICY

FOLDER: Final = "valkey"
"""The store's folder in a state directory."""
LOCK: Final = "lock"
"""The file in it that the running server holds locked."""
URL: Final = "url"
"""The file in it with the server's address, a secret."""


def settings_of(folder: Path) -> Settings:
    """Return the settings of the set-up in a state directory, whose keyset says whether it is one for development.

    The embedded store is used if it runs and the environment names no other; in development the policy, too, is the one
    that is served, if the environment names no other.

    Raises:
        SettingsError, KeysError: there is no keyset, or it cannot be used.
    """
    development = keyset.load(folder / "keyset.json").made_for == "development"
    url = os.environ.get("MASKING_REDIS_URL") or running_url(folder) or ""
    environment = {**os.environ, "MASKING_STATE_DIR": str(folder), "MASKING_REDIS_URL": url}
    if development and (folder / SERVED_POLICY).exists():
        environment.setdefault("MASKING_POLICY", (folder / SERVED_POLICY).read_text("utf-8").strip())
    return Settings.read(environment, development=development)


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
