"""Reads the clock. Code further in takes the time as an argument."""

import time
from datetime import UTC, datetime


def clock() -> int:
    """Now, in Unix seconds."""
    return int(time.time())


def today() -> str:
    """The date in UTC, ``2026-11-24``."""
    return datetime.now(UTC).date().isoformat()
