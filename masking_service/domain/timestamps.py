"""Formats times for answers and people."""

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=1024)  # a batch asks for the same second hundreds of times
def rfc3339(seconds: int) -> str:
    """Unix seconds as ``2027-05-23T00:00:00Z``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
