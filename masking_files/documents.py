"""Reads and writes JSON and NDJSON, one record at a time: an array, ``{"records": [...]}``, or one record a line.

Integers keep every digit and fractions stay as they were written.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from masking_files import texts
from masking_files.destination import Write
from masking_files.entries import FileEntry, Format, Result, unreadable
from masking_files.faults import InputError
from masking_files.sources import MAX_LINE_LENGTH, Source
from masking_service.masking.json_numbers import Fraction, encode
from masking_service.texts import Text, say

_NAME: Final = '"records"'
_SPACE: Final = " \t\r\n"
_SPACES: Final = re.compile(f"[{_SPACE}]*+")
_MARK: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{},]', re.DOTALL)
"""Finds the end of an element: a whole string, or a sign outside of strings."""


_decode: Final = msgspec.json.Decoder(float_hook=Fraction).decode


class _Document(Format):
    """What both forms share.

    Args:
        tokenize: whether an answer is the result of `tokenize` (record, tokens, revision, ...) or the record alone.
    """

    def __init__(self, source: Source, *, tokenize: bool) -> None:
        self._source = source
        self._tokenize = tokenize
        self._write: Write

    def begin(self, write: Write) -> None:
        self._write = write
        write(self.opening().encode())

    def put(self, answers: Sequence[tuple[FileEntry, Result]]) -> None:
        """Write a batch."""
        self._write("".join([self.answer(result) for _, result in answers]).encode())

    def end(self) -> None:
        """Write the closing."""
        self._write(self.closing().encode())

    def opening(self) -> str:
        return ""

    def answer(self, result: Result) -> str:
        return self._written(result) + "\n"

    def closing(self) -> str:
        return ""

    @property
    def progress(self) -> tuple[int, int | None]:
        """Bytes."""
        return self._source.done, self._source.total

    def _written(self, result: Result) -> str:
        whole = self._tokenize or "error" in result
        return encode(result if whole else result["record"]).decode()


class Lines(_Document):
    """NDJSON: a bad line fails alone."""

    def entries(self) -> Iterator[FileEntry]:
        """A record for each line that is not blank."""
        number = 0
        for line in self._source.lines():
            if not line.isspace():
                number += 1
                yield _entry(line, self._source.line - 1, number)


class Array(_Document):
    """A JSON array of records, alone or as the only member, ``records``, of an object."""

    def __init__(self, source: Source, *, tokenize: bool) -> None:
        super().__init__(source, tokenize=tokenize)
        self._pieces = source.pieces()
        self._text = ""
        self._at = 0
        self._line = 1
        self._column = 1
        self._begun = False
        self._member = self._open()

    def entries(self) -> Iterator[FileEntry]:
        """The elements. One that is no JSON fails alone, if its end can be found."""
        number = 0
        more = self._peek() != "]"
        while more:
            self._peek()
            line = self._line
            element = self._element()
            number += 1
            yield _entry(element, line, number)
            if more := self._peek() == ",":
                self._drop(1)
        self._expect("]")
        if self._member:
            self._expect("}")
        if self._peek():
            raise self._fault(texts.AFTER_RECORDS)

    def opening(self) -> str:
        """The beginning of the array, in an object where the input had one."""
        name = "results" if self._tokenize else "records"
        return f'{{"{name}": [' if self._member else "["

    def answer(self, result: Result) -> str:
        """An element on a line of its own."""
        before = ",\n" if self._begun else "\n"
        self._begun = True
        return before + self._written(result)

    def closing(self) -> str:
        return "\n]}\n" if self._member else "\n]\n"

    def _open(self) -> bool:
        """Go to the first element; whether the array is a member of an object."""
        first = self._peek()
        if first == "{":
            self._drop(1)
            self._peek()
            while len(self._text) - self._at < len(_NAME) and self._read():
                pass
            if not self._text.startswith(_NAME, self._at):
                raise self._fault(texts.NO_RECORDS)
            self._drop(len(_NAME))
            self._expect(":")
        self._expect("[")
        return first == "{"

    def _expect(self, character: str) -> None:
        if self._peek() != character:
            raise self._fault(texts.EXPECTED, character=character)
        self._drop(1)

    def _peek(self) -> str:
        """Skip spaces and return the next character; empty at the end."""
        while True:
            spaces = _SPACES.match(self._text, self._at)
            self._drop(spaces.end() - self._at if spaces else 0)
            if self._at < len(self._text) or not self._read():
                return self._text[self._at : self._at + 1]

    def _element(self) -> str:
        """Pass over the element that begins here, up to the comma or bracket that ends it."""
        depth = 0
        seen = 0  # from here on, because what was passed is let go when more is read
        while True:
            for mark in _MARK.finditer(self._text, self._at + seen):
                character = mark[0]
                if character == '"':  # a string without its end: look again when there is more
                    seen = mark.start() - self._at
                    break
                if character in ",]}" and not depth:
                    return self._taken(mark.start() - self._at)
                seen = mark.end() - self._at
                depth += (character in "[{") - (character in "]}")
            if len(self._text) - self._at > MAX_LINE_LENGTH:
                raise self._fault(texts.LONG_RECORD, count=MAX_LINE_LENGTH)
            if not self._read():
                raise self._fault(texts.CUT_RECORD)

    def _taken(self, length: int) -> str:
        element = self._text[self._at : self._at + length].rstrip(_SPACE)
        if not element:
            raise self._fault(texts.NO_RECORD)
        self._drop(length)
        return element

    def _read(self) -> bool:
        """Read one more piece of the text and drop what was passed. Return False if there is no more."""
        piece = next(self._pieces, "")
        self._text = self._text[self._at :] + piece
        self._at = 0
        return bool(piece)

    def _drop(self, count: int) -> None:
        end = self._at + count
        lines = self._text.count("\n", self._at, end)
        self._line += lines
        self._column = end - self._text.rindex("\n", self._at, end) if lines else self._column + count
        self._at = end

    def _fault(self, what: Text, **values: object) -> InputError:
        return InputError(say(what, **values), self._line, self._column)


def _entry(text: str, line: int, number: int) -> FileEntry:
    try:
        record = _decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return FileEntry(line, number, None, unreadable("invalid-json"))
    return FileEntry(line, number, record)
