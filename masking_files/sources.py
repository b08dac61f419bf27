"""Opens the input and finds its encoding. Reads the input in pieces, and holds one of them at a time."""

import codecs
import io
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

from masking_files import texts
from masking_files.faults import InputError, NotDone
from masking_service.texts import say

STANDARD: Final = "-"
ENCODINGS: Final = ("utf-8", "gb18030")
MAX_LINE_LENGTH: Final = 1024 * 1024
"""Characters of one line, and of one record: what a batch holds at most is bounded by it."""

_HEAD_BYTES: Final = 256 * 1024
_PIECE: Final = 64 * 1024
_FORMS: Final = {
    b"PK\x03\x04": ("xlsx (ZIP)", texts.WITH_FORMAT.filled(form="xlsx")),
    b"\xd0\xcf\x11\xe0": ("xls (Microsoft Office)", texts.AS_EXCEL),
    b"\x1f\x8b": ("gzip", texts.UNPACK),
    b"PAR1\x15": ("Parquet", texts.WITH_FORMAT.filled(form="parquet")),
    b"ARROW1\0\0": ("Arrow", texts.WITH_FORMAT.filled(form="arrow")),
}
"""How files of other formats begin, the name of each format, and what to do with such a file."""
_FOREIGN_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ZEROS_OF_UTF16: Final = 20
"""More than one byte in so many is zero in UTF-16: in delimiters, digits and line ends."""


class Source(io.RawIOBase):
    """An input's bytes, counted as they are read.

    Attributes:
        encoding: of its text, one of ENCODINGS.
        marked: whether it begins with a byte order mark.
        total: its size in bytes; None if unknown.
        text: its text, with the line ends as they are.
        line: the number of the line that is read next, from 1.
    """

    def __init__(self, stream: BinaryIO, encoding: str | None, total: int | None) -> None:
        head = stream.read(_HEAD_BYTES)
        for mark, (form, remedy) in _FORMS.items():
            if head.startswith(mark):
                raise NotDone(say(texts.NO_TEXT, form=form, remedy=say(remedy)))
        if head.startswith(_FOREIGN_MARKS) or head.count(0) * _ZEROS_OF_UTF16 > len(head):
            raise NotDone(say(texts.UTF16))
        self.marked = head.startswith(codecs.BOM_UTF8)
        self.encoding = encoding or _encoding_of(head, self.marked, len(head) < _HEAD_BYTES)
        if self.marked and self.encoding == "utf-8":
            head = head[len(codecs.BOM_UTF8) :]
        self.total = total
        self.done = 0
        self._head = head
        self._stream = stream
        self.text = io.TextIOWrapper(io.BufferedReader(self, _PIECE), self.encoding, newline="")
        self.line = 1

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer from what was read to find the encoding, then from the stream."""
        piece = self._head[: len(buffer)] or self._stream.read(len(buffer))
        self._head = self._head[len(piece) :]
        buffer[: len(piece)] = piece
        self.done += len(piece)
        return len(piece)

    def lines(self) -> Iterator[str]:
        """Yield each line with its end.

        Raises:
            InputError: a line that is no text in this encoding, or has no end in sight.
        """
        readline = self.text.readline
        while True:
            try:
                line = readline(MAX_LINE_LENGTH)
            except UnicodeDecodeError as fault:
                # What was decoded before is used up but for the beginning of a line.
                raise self._undecodable(fault) from None
            if not line:
                return
            if len(line) == MAX_LINE_LENGTH:
                raise InputError(say(texts.LONG_LINE, count=MAX_LINE_LENGTH), self.line)
            self.line += 1
            yield line

    def pieces(self) -> Iterator[str]:
        """Yield the text in pieces of any size. Raises InputError as `lines`."""
        decode = codecs.getincrementaldecoder(self.encoding)("strict").decode
        while True:
            raw = self.read(_PIECE) or b""
            try:
                piece = decode(raw, final=not raw)
            except UnicodeDecodeError as fault:
                raise self._undecodable(fault) from None
            if piece:
                yield piece
            if not raw:
                return
            self.line += piece.count("\n")

    def _undecodable(self, fault: UnicodeDecodeError) -> InputError:
        lines, byte = _place(fault)
        # Without `lines` the line may have begun before what was decoded.
        at = say(texts.AT_BYTE, byte=byte) if lines else ""
        return InputError(say(texts.NOT_ENCODED, encoding=self.encoding, at=at), self.line + lines)


@contextmanager
def opened_bytes(file: str) -> Iterator[tuple[BinaryIO, int | None]]:
    """Open the input that `file` names (STANDARD: standard input); yield it and its size, None if that is unknown.

    Raises:
        NotDone: it cannot be read.
    """
    if file == STANDARD:
        yield sys.stdin.buffer, None
        return
    try:
        stream = Path(file).open("rb")  # noqa: SIM115 - its use must not fall under this handler
    except OSError as fault:
        raise NotDone(say(texts.UNREADABLE, reason=fault.strerror)) from None
    with stream:
        status = Path(file).stat()
        yield stream, status.st_size if stat.S_ISREG(status.st_mode) else None


def _encoding_of(head: bytes, marked: bool, whole: bool) -> str:
    """Return UTF-8 if the text can be that, else GB18030. Text in ASCII alone can be both."""
    faults = []
    for encoding in ENCODINGS:
        try:
            codecs.getincrementaldecoder(encoding)("strict").decode(head, final=whole)
        except UnicodeDecodeError as fault:
            lines, byte = _place(fault)
            faults.append(f"{encoding} (line {lines + 1:,}, byte {byte:,})")
            if marked:
                break
        else:
            return encoding
    raise NotDone(say(texts.NO_ENCODING, encodings=say(texts.AND_NOT).join(faults)))


def _place(fault: UnicodeDecodeError) -> tuple[int, int]:
    """Return how many lines end before the fault, and the 1-based byte of its line."""
    before = fault.object[: fault.start]
    return before.count(b"\n"), fault.start - before.rfind(b"\n")
