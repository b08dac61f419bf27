"""Formats and reads times of requests and answers."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

SECONDS_AN_HOUR: Final = 3_600
SECONDS_A_DAY: Final = 86_400
MIN_YEAR = 1971
MAX_YEAR = 9998
"""Years in which every time is a positive number of Unix seconds, whatever its offset."""


@lru_cache(maxsize=1024)  # a batch asks for the same second hundreds of times
def rfc3339(seconds: int) -> str:
    """Unix seconds as ``2027-05-23T00:00:00Z``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def unix_time(text: str) -> int:
    """Read a day, a time or Unix seconds.

    A time has its offset (RFC 3339). A day begins at midnight UTC.

    Raises:
        ValueError: the text is none of them.
    """
    if text.isascii() and text.isdigit() and len(text) in (9, 10, 11):
        return int(text)
    read = datetime.fromisoformat(text)
    if len(text) != len("2027-05-23") and read.tzinfo is None:
        raise ValueError("a time needs its offset, such as Z")
    if not MIN_YEAR <= read.year <= MAX_YEAR:
        raise ValueError("the year is out of range")
    return int(read.replace(tzinfo=read.tzinfo or UTC).timestamp())
