"""Keeps the shared strings of a workbook on disk, because memory would grow with all of its texts."""

import os
import re
from array import array
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO, Final, overload

from masking_files.excel.xml import MAX_TOKEN, Unsafe, feed
from masking_files.texts import LONG_PIECE, MANY_STRINGS

MAX_STRINGS: Final = 50_000_000
_RECENT: Final = 4096
"""Strings that are kept in memory: texts that many rows share."""


_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    """Return a text as a spreadsheet shows it: `_x0031_` in a part is the character 1."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


class Strings(Sequence[str]):
    """The strings of one workbook, by index.

    Args:
        folder: where the file for them is made. It has no name, and ends with this process.
    """

    def __init__(self, stream: IO[bytes], folder: Path) -> None:
        self._ends = array("Q")
        self._file = os.open(folder, os.O_RDWR | os.O_TMPFILE, 0o600)
        self._fill(stream)
        self._get = lru_cache(_RECENT)(self._read)

    def close(self) -> None:
        """Give the disk space back."""
        os.close(self._file)

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self._get(at) for at in range(len(self))[index]]
        return self._get(index)

    def _read(self, index: int) -> str:
        if not 0 <= index < len(self._ends):
            raise IndexError
        start = self._ends[index - 1] if index else 0
        return os.pread(self._file, self._ends[index] - start, start).decode()

    def _fill(self, stream: IO[bytes]) -> None:
        """Write every string behind the one before it."""
        with os.fdopen(os.dup(self._file), "ab", MAX_TOKEN) as file:
            reader = _StringReader(lambda string: self._add(file, string))
            feed(stream, reader.start, reader.text, reader.end)

    def _add(self, file: IO[bytes], string: str) -> None:
        size = file.write(string.encode("utf-8", "replace"))
        self._ends.append(size + (self._ends[-1] if self._ends else 0))
        if len(self._ends) > MAX_STRINGS:
            raise Unsafe(MANY_STRINGS, count=MAX_STRINGS)


class _StringReader:
    """Puts the texts of each string together. How it sounds in Japanese, as the workbook says it, is no part of it."""

    def __init__(self, keep: Callable[[str], None]) -> None:
        self._keep = keep
        self._said: list[str] = []
        self._length = 0
        self._inside = self._silent = False

    def start(self, name: str, _: object) -> None:
        """An element begins."""
        if name == "si":
            self._said.clear()
            self._length = 0
        elif name == "rPh":
            self._silent = True
        self._inside = name == "t" and not self._silent

    def text(self, data: str) -> None:
        """Text in an element. Raises Unsafe: the string is too long."""
        if self._inside:
            self._length += len(data)
            if self._length > MAX_TOKEN:
                raise Unsafe(LONG_PIECE, count=MAX_TOKEN)
            self._said.append(data)

    def end(self, name: str) -> None:
        """An element ends."""
        self._inside = False
        if name == "rPh":
            self._silent = False
        elif name == "si":
            self._keep(unescaped("".join(self._said)))
