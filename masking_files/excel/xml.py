"""Reads the XML of a workbook's parts, piece by piece, and builds no tree of it.

A part may come from an attacker: it may expand to any size, declare entities, or invent names without end. Every part
that anything reads is read through `elements`, which refuses what no spreadsheet writes.
"""

from collections.abc import Iterator
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

_PIECE: Final = 8 * 1024
"""Bytes parsed at once: with larger pieces the garbage collector goes through their elements again and again."""
_NAMESPACES: Final = tuple(
    f"{namespace} "
    for namespace in (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
        "http://schemas.openxmlformats.org/package/2006/content-types",
        "http://schemas.openxmlformats.org/package/2006/relationships",
    )
)

Element = tuple[str, dict[str, str], str | None]
"""An element where it begins: its name, its attributes, and None; where it ends: its name, {}, and its text."""


class Unsafe(NotDone):
    """The workbook is not one that a spreadsheet writes."""

    def __init__(self, what: Text, **values: object) -> None:
        super().__init__(say(texts.REFUSED_WORKBOOK, why=say(what, **values)))


def elements(stream: IO[bytes], *, ends: bool = True) -> Iterator[Element]:
    """Parse a part, and yield its elements, each where it begins and where it ends.

    The names of spreadsheets have no namespace here, all other ones have theirs before them. A text is what follows the
    tag before it: elements that hold text hold nothing else. How a text sounds in Japanese (`rPh`) is left out.

    Args:
        ends: whether each is yielded where it ends, too.

    Raises:
        Unsafe: it is not XML that a spreadsheet writes.
    """
    reader = _Reader(ends)
    try:
        while piece := stream.read(_PIECE):
            reader.feed(piece)
            yield from reader.found
            reader.found.clear()
        reader.close()
    except expat.ExpatError:
        raise Unsafe(texts.NO_XML) from None
    yield from reader.found


def beginnings(stream: IO[bytes]) -> Iterator[tuple[str, dict[str, str]]]:
    """Parse a part as `elements` does; yield the name and the attributes of each."""
    return ((name, attributes) for name, attributes, _ in elements(stream, ends=False))


class _Reader:
    """Feeds a parser, and refuses what is too long, too deep, or has too many names.

    Attributes:
        found: the elements of what was parsed; who takes them clears it.
    """

    def __init__(self, ends: bool) -> None:
        self._ends = ends
        self.found: list[Element] = []
        self._said: list[str] = []
        self._silent = False
        self._names: dict[str, Any] = {}  # the parser adds None for an empty prefix
        self._local: dict[str, str] = {}
        self._fed, self._last, self._depth, self._known = 0, 0, 0, 0
        self._parser = expat.ParserCreate(None, " ", self._names)
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = _refuse_document_type
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._finish
        if ends:
            self._parser.CharacterDataHandler = self._said.append
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
        self._said.clear()
        local = self._local.get(name) or self._local.setdefault(name, _local(name))
        self._silent = self._silent or local == "rPh"
        if not self._silent:
            self.found.append((local, attributes, None))

    def _finish(self, name: str) -> None:
        self._depth -= 1
        local = self._local[name]
        if self._ends and not self._silent:
            self.found.append((local, {}, "".join(self._said)))
        elif local == "rPh":
            self._silent = False
        self._said.clear()

    def _declare(self, prefix: str | None, _: str | None) -> None:
        self._names[f"\0{prefix}"] = ""


def _refuse_document_type(*_: Any) -> None:
    """It could declare entities, which expand without bound, and files to be read."""
    raise Unsafe(texts.DOCUMENT_TYPE)


def _local(name: str) -> str:
    """The name without the namespace of spreadsheets."""
    for namespace in _NAMESPACES:
        if name.startswith(namespace):
            return name[len(namespace) :]
    return name
