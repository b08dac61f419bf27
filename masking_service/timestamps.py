"""The clock as the edge reads it, and the one way in which times are written for people and callers."""

import time
from datetime import UTC, datetime
from functools import lru_cache


def clock() -> int:
    """Now, in Unix seconds. Read at the edge, once a request; further in, the time is an argument."""
    return int(time.time())


def today() -> str:
    """The date in UTC, ``2026-11-24``."""
    return datetime.now(UTC).date().isoformat()


@lru_cache(maxsize=1024)  # a batch asks for the same second hundreds of times
def rfc3339(seconds: int) -> str:
    """Unix seconds as ``2027-05-23T00:00:00Z``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
