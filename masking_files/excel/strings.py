"""Keeps the shared strings of a workbook on disk, because memory would grow with all of its texts."""

import os
import re
from array import array
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO, Final

from masking_files.excel.xml import MAX_TOKEN, Unsafe, elements
from masking_files.texts import LONG_PIECE, MANY_STRINGS

MAX_STRINGS: Final = 50_000_000
_RECENT: Final = 4096
"""Strings that are kept in memory: texts that many rows share."""


_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    """Return a text as a spreadsheet shows it: `_x0031_` in a part is the character 1."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def longer(text: str, more: str) -> str:
    """Return a text with more behind it. Raises Unsafe: it is too long."""
    text += more
    if len(text) > MAX_TOKEN:
        raise Unsafe(LONG_PIECE, count=MAX_TOKEN)
    return text


class Strings:
    """The strings of one workbook, by index.

    Args:
        folder: where the file for them is made. It has no name, and ends with this process.
    """

    def __init__(self, stream: IO[bytes], folder: Path) -> None:
        self._ends = array("Q")
        self._file = os.open(folder, os.O_RDWR | os.O_TMPFILE, 0o600)
        with os.fdopen(os.dup(self._file), "ab", MAX_TOKEN) as file:
            for string in _strings(stream):
                size = file.write(string.encode("utf-8", "replace"))
                self._ends.append(size + (self._ends[-1] if self._ends else 0))
                if len(self._ends) > MAX_STRINGS:
                    raise Unsafe(MANY_STRINGS, count=MAX_STRINGS)
        self._get = lru_cache(_RECENT)(self._read)

    def close(self) -> None:
        """Give the disk space back."""
        os.close(self._file)

    def __getitem__(self, index: int) -> str:
        return self._get(index)

    def _read(self, index: int) -> str:
        if not 0 <= index < len(self._ends):
            raise IndexError
        start = self._ends[index - 1] if index else 0
        return os.pread(self._file, self._ends[index] - start, start).decode()


def _strings(stream: IO[bytes]) -> Iterator[str]:
    said = ""
    for name, _, text in elements(stream):
        if name == "t" and text:
            said = longer(said, text)
        elif name == "si":
            if text is not None:
                yield unescaped(said)
            said = ""
