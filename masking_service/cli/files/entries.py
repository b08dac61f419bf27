"""One record of a file on its way through: where it stands, what it is, and what a format does with it."""

from collections.abc import Iterator
from typing import Any, Protocol

from masking_service.usecases.items import Result


class Entry:
    """One record.

    Attributes:
        line: where it begins, from 1.
        number: the how-many-th record it is, from 1.
        record: what the schema describes; None where `fault` says why there is none.
        fault: the code of why it cannot be read.
        origin: what its format needs to write it.
    """

    __slots__ = ("fault", "line", "number", "origin", "record")

    def __init__(self, line: int, number: int, record: Any, fault: str | None = None, origin: Any = None) -> None:
        self.line = line
        self.number = number
        self.record = record
        self.fault = fault
        self.origin = origin


class Format(Protocol):
    """How records stand in a file. It writes one answer for each entry, in order."""

    encoding: str
    """In which the output is written."""

    def entries(self) -> Iterator[Entry]:
        """The records; raises InputError where the rest cannot be read."""

    def opening(self) -> str:
        """What stands before the first answer."""

    def settled(self, entry: Entry, result: Result) -> Result:
        """The result once the format's own part is done."""

    def answer(self, entry: Entry, result: Result) -> str:
        """The entry's place in the output. Of a record that failed it holds no value."""

    def closing(self) -> str:
        """What stands behind the last answer."""

    def column(self, pointer: str) -> int | None:
        """The column, from 1, of a place in the record; None where there are no columns."""

    @property
    def left(self) -> str:
        """What was not masked because nobody said what it is; empty where there is no such thing."""
