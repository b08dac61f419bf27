"""Reads the XML of a workbook's parts, piece by piece, and builds no tree of it.

A part may come from an attacker: it may expand to any size, declare entities, or invent names without end. Every part
that anything reads is read through `pieces`, which refuses what no spreadsheet writes.
"""

from collections.abc import Callable, Iterator
from typing import IO, Any, Final
from xml.parsers import expat

from masking_files import texts
from masking_files.faults import NotDone
from masking_service.texts import Text, say

MAX_TOKEN: Final = 1024**2
"""Bytes from one element to the next. Excel's longest cell has 32,767 characters."""
MAX_DEPTH: Final = 100
MAX_NAMES: Final = 10_000
"""Different names of elements, attributes and prefixes, together of MAX_TOKEN characters. The parser keeps them all."""

_PIECE: Final = 64 * 1024
_NAMESPACES: Final = tuple(
    f"{namespace} "
    for namespace in (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
        "http://schemas.openxmlformats.org/package/2006/content-types",
        "http://schemas.openxmlformats.org/package/2006/relationships",
    )
)

Start = Callable[[str, dict[str, str]], None]


class Unsafe(NotDone):
    """The workbook is not one that a spreadsheet writes."""

    def __init__(self, what: Text, **values: object) -> None:
        super().__init__(say(texts.REFUSED_WORKBOOK, why=say(what, **values)))


def pieces(
    stream: IO[bytes],
    start: Start,
    text: Callable[[str], None] | None = None,
    end: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Parse a part, and yield after each piece of it.

    Args:
        start: called with each element's name and attributes. The names of spreadsheets have no namespace here, all
            other ones have theirs before them.
        text: called with text, which may be a part of what is between two elements.
        end: called with the name of each element that ends.

    Raises:
        Unsafe: it is not XML that a spreadsheet writes.
    """
    reader = _Reader(start, text, end)
    try:
        while piece := stream.read(_PIECE):
            reader.feed(piece)
            yield
        reader.close()
    except expat.ExpatError:
        raise Unsafe(texts.NO_XML) from None
    yield


class _Reader:
    """Feeds a parser, and refuses what is too long, too deep, or has too many names."""

    def __init__(self, start: Start, text: Callable[[str], None] | None, end: Callable[[str], None] | None) -> None:
        self._start, self._end = start, end
        self._names: dict[str, Any] = {}  # the parser adds None for an empty prefix
        self._local: dict[str, str] = {}
        self._fed, self._last, self._depth, self._known = 0, 0, 0, 0
        self._parser = expat.ParserCreate(None, " ", self._names)
        self._parser.StartDoctypeDeclHandler = _refuse_document_type
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._finish
        self._parser.CharacterDataHandler = text
        self._parser.StartNamespaceDeclHandler = self._declare

    def feed(self, piece: bytes) -> None:
        """Parse a piece. Raises Unsafe, ExpatError."""
        self._parser.Parse(piece, False)
        self._fed += len(piece)
        if self._fed - self._last > MAX_TOKEN + _PIECE:
            raise Unsafe(texts.LONG_PIECE, count=MAX_TOKEN)
        if len(self._names) > self._known:
            self._known = len(self._names)
            if self._known > MAX_NAMES or sum(map(len, filter(None, self._names))) > MAX_TOKEN:
                raise Unsafe(texts.MANY_NAMES, count=MAX_NAMES)

    def close(self) -> None:
        """End the part. Raises ExpatError where it is not whole."""
        self._parser.Parse(b"", True)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        at = self._parser.CurrentByteIndex
        if at - self._last > MAX_TOKEN:
            raise Unsafe(texts.LONG_PIECE, count=MAX_TOKEN)
        if self._depth > MAX_DEPTH:
            raise Unsafe(texts.DEEP)
        self._last = at
        self._start(self._local.get(name) or self._local.setdefault(name, _local(name)), attributes)

    def _finish(self, name: str) -> None:
        self._depth -= 1
        if self._end is not None:
            self._end(self._local[name])

    def _declare(self, prefix: str | None, _: str | None) -> None:
        self._names[f"\0{prefix}"] = ""


def feed(
    stream: IO[bytes],
    start: Start,
    text: Callable[[str], None] | None = None,
    end: Callable[[str], None] | None = None,
) -> None:
    """Parse a part as `pieces` does, to its end."""
    for _ in pieces(stream, start, text, end):
        pass


def refuse_document_type(stream: IO[bytes]) -> None:
    """Read a part up to its first element, before which a document type would have to be.

    Raises:
        Unsafe: it declares a document type, or is not XML.
    """
    begun = False

    def start(*_: object) -> None:
        nonlocal begun
        begun = True

    for _ in pieces(stream, start):
        if begun:
            return


def _refuse_document_type(*_: Any) -> None:
    """It could declare entities, which expand without bound, and files to be read."""
    raise Unsafe(texts.DOCUMENT_TYPE)


def _local(name: str) -> str:
    """The name without the namespace of spreadsheets."""
    for namespace in _NAMESPACES:
        if name.startswith(namespace):
            return name[len(namespace) :]
    return name
