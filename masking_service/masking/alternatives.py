"""Words as alternatives of a regular expression, and by their first or last character."""

from __future__ import annotations

import re
from collections.abc import Iterable


def any_of(words: Iterable[str]) -> str:
    """An alternative of words, the longest of each first character first; it tells most places by one character."""
    return "|".join(
        f"{re.escape(first)}(?:{'|'.join(re.escape(word[1:]) for word in its)})"
        for first, its in by_char(sorted(words), 0).items()
    )


def by_char(words: Iterable[str], at: int) -> dict[str, tuple[str, ...]]:
    """The words by their first character, or by their last: `at` is 0 or -1. Longer ones come first."""
    found: dict[str, list[str]] = {}
    for word in dict.fromkeys(words):
        found.setdefault(word[at], []).append(word)
    return {char: tuple(sorted(its, key=len, reverse=True)) for char, its in found.items()}
