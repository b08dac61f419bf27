"""Reads the XML of a workbook's parts, piece by piece, and builds no tree of it.

A part may come from an attacker: it may expand to any size, declare entities, or invent names without end. Every part
that anything reads is read through `pieces`, which refuses what no spreadsheet writes.
"""

from collections.abc import Callable, Iterator
from typing import IO, Any, Final
from xml.parsers import expat

from masking_files import texts
from masking_files.faults import NotDone
from masking_service.cli.language import say
from masking_service.texts import Text

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
    """The workbook is not one that a spreadsheet writes.

    Args:
        what: why.
        values: of its text.
    """

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
        stream: the part.
        start: called with each element's name and attributes. The names of spreadsheets have no namespace here, all
            other ones have theirs before them.
        text: called with text, which may be a part of what is between two elements.
        end: called with the name of each element that ends.

    Raises:
        Unsafe: it is not XML that a spreadsheet writes.
    """
    names: dict[str, Any] = {}  # the parser adds None for an empty prefix
    local: dict[str, str] = {}
    reading = expat.ParserCreate(None, " ", names)
    last, depth = 0, 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal last, depth
        depth += 1
        at = reading.CurrentByteIndex
        if at - last > MAX_TOKEN:
            raise Unsafe(texts.LONG_PIECE, count=MAX_TOKEN)
        if depth > MAX_DEPTH:
            raise Unsafe(texts.DEEP)
        last = at
        start(local.get(name) or local.setdefault(name, _local(name)), attributes)

    def finish(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(local[name])

    def declare(prefix: str | None, _: str | None) -> None:
        names[f"\0{prefix}"] = ""

    reading.StartDoctypeDeclHandler = _refuse_document_type
    reading.StartElementHandler = begin
    reading.EndElementHandler = finish
    reading.CharacterDataHandler = text
    reading.StartNamespaceDeclHandler = declare
    fed, known = 0, 0
    try:
        while piece := stream.read(_PIECE):
            reading.Parse(piece, False)
            fed += len(piece)
            if fed - last > MAX_TOKEN + _PIECE:
                raise Unsafe(texts.LONG_PIECE, count=MAX_TOKEN)
            if len(names) > known:
                known = len(names)
                if known > MAX_NAMES or sum(map(len, filter(None, names))) > MAX_TOKEN:
                    raise Unsafe(texts.MANY_NAMES, count=MAX_NAMES)
            yield
        reading.Parse(b"", True)
    except expat.ExpatError:
        raise Unsafe(texts.NO_XML) from None
    yield


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
