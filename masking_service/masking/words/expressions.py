"""Regular expressions with tables of words, which are compiled when they are first used.

Together they take two seconds to compile. A command that masks nothing needs none of them, and a file of usual records
few. A server compiles all of them before its first request.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, Final

_made: Final[list[Expression]] = []


class Expression:
    """A regular expression, with the methods of `re.Pattern` that the masks use.

    Args:
        pattern, flags: as `re.compile` takes them.
    """

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern: Final = pattern
        self._flags = flags
        _made.append(self)

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The compiled expression."""
        return re.compile(self.pattern, self._flags)

    def search(self, text: str, begin: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Return the first match."""
        return self.compiled.search(text, begin, end)

    def match(self, text: str, begin: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Return the match at the beginning."""
        return self.compiled.match(text, begin, end)

    def fullmatch(self, text: str, begin: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Return the match of all of it."""
        return self.compiled.fullmatch(text, begin, end)

    def finditer(self, text: str, begin: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """Return the matches in order."""
        return self.compiled.finditer(text, begin, end)

    def findall(self, text: str) -> list[Any]:
        """Return the groups of all matches, or the matches of an expression without groups."""
        return self.compiled.findall(text)

    def sub(self, by: str | Callable[[re.Match[str]], str], text: str) -> str:
        """Return a text with all matches replaced."""
        return self.compiled.sub(by, text)


def compile_all() -> None:
    """Compile what has not been used yet, which takes up to two seconds."""
    for one in _made:
        _ = one.compiled  # the property compiles it
