"""Keeps the shared strings of a workbook on disk, because memory would grow with all of its texts."""

import os
import re
from array import array
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Final, overload

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
        """Write every string behind the one before it. What is said about its sound in Japanese is no part of it."""
        said: list[str] = []
        pending: list[bytes] = []
        size, waiting, length = 0, 0, 0
        inside, silent = False, False

        def start(name: str, _: Any) -> None:
            nonlocal inside, silent, length
            if name == "si":
                said.clear()
                length = 0
            elif name == "rPh":
                silent = True
            inside = name == "t" and not silent

        def text(data: str) -> None:
            nonlocal length
            if inside:
                length += len(data)
                if length > MAX_TOKEN:
                    raise Unsafe(LONG_PIECE, count=MAX_TOKEN)
                said.append(data)

        def end(name: str) -> None:
            nonlocal inside, silent, size, waiting
            inside = False
            if name == "rPh":
                silent = False
            elif name == "si":
                raw = unescaped("".join(said)).encode("utf-8", "replace")
                pending.append(raw)
                size += len(raw)
                waiting += len(raw)
                self._ends.append(size)
                if len(self._ends) > MAX_STRINGS:
                    raise Unsafe(MANY_STRINGS, count=MAX_STRINGS)
                if waiting > MAX_TOKEN:
                    self._flush(pending)
                    waiting = 0

        feed(stream, start, text, end)
        self._flush(pending)

    def _flush(self, pending: list[bytes]) -> None:
        with os.fdopen(os.dup(self._file), "ab") as file:
            file.write(b"".join(pending))
        pending.clear()
