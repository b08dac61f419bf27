"""Reads the parts of a workbook before they are parsed, and refuses parts that would take unbounded memory or time.

A part is XML in a ZIP archive that a stranger may have made: it may expand to any size, and name entities and files.
"""

import re
from dataclasses import dataclass, field
from typing import IO, Any, Final
from xml.parsers import expat
from zipfile import ZipFile

from masking_files import texts
from masking_files.faults import NotDone
from masking_service.cli.language import say
from masking_service.http.texts import Text

MAX_BYTES: Final = 4 * 1024**3
"""Of all parts together. They are read in pieces: this bounds the time, and the disk space for shared strings."""
MAX_PARTS: Final = 10_000
MAX_SMALL_PART: Final = 16 * 1024**2
"""Bytes of a part that is held in memory: styles, relations, the list of sheets."""
MAX_TOKEN: Final = 1024**2
"""Bytes from one element to the next. Excel's longest cell has 32,767 characters."""
MAX_ROWS: Final = 1_048_576
MAX_COLUMNS: Final = 16_384

_PIECE: Final = 64 * 1024
_SHEETS: Final = "xl/worksheets/"
_STRINGS: Final = "xl/sharedStrings.xml"
_UNREAD: Final = ("xl/pivotCache/", "xl/media/", "xl/embeddings/", "xl/drawings/", "xl/printerSettings/")
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


class Unsafe(NotDone):
    """The workbook is not one that a spreadsheet writes.

    Args:
        what: why.
        values: of its text.
    """

    def __init__(self, what: Text, **values: object) -> None:
        super().__init__(say(texts.REFUSED_WORKBOOK, why=say(what, **values)))


@dataclass(slots=True)
class Scan:
    """What a sheet's part says outside its cells.

    Attributes:
        rows: the number of its last row.
        merged: (first row, last row, first column, last column) of merged cells, from 1.
        widths: (first column, last column, width, hidden), from 1.
        formula: (row, column) of the first formula.
        cells: whether there is any cell with a value.
    """

    rows: int = 0
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    widths: list[tuple[int, int, float, bool]] = field(default_factory=list)
    formula: tuple[int, int] | None = None
    cells: bool = False


def check_archive(archive: ZipFile) -> dict[str, Scan]:
    """Refuse an archive that is too large, or no plain XML.

    Returns what its sheets say, by part.

    Raises:
        Unsafe: it is not.
    """
    scans: dict[str, Scan] = {}
    parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_BYTES:
        raise Unsafe(texts.LARGE_WORKBOOK, size=MAX_BYTES // 1024**3, count=MAX_PARTS)
    for part in parts:
        name = part.filename
        if part.flag_bits & 1:
            raise Unsafe(texts.ENCRYPTED)
        if name.startswith(_UNREAD) or name == _STRINGS or not name.endswith((".xml", ".rels")):
            continue
        if name.startswith(_SHEETS) and name.endswith(".xml"):
            with archive.open(part) as stream:
                scans[name] = scan_sheet(stream)
            continue
        if part.file_size > MAX_SMALL_PART:
            raise Unsafe(texts.LARGE_PART, size=MAX_SMALL_PART // 1024**2)
        with archive.open(part) as stream:
            feed(parser(lambda *_: None), stream)
    return scans


def scan_sheet(stream: IO[bytes]) -> Scan:
    """Read a sheet's part from beginning to end.

    Raises:
        Unsafe: it is none that a spreadsheet writes.
    """
    found = Scan()
    row, column, in_row = 0, 0, 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, in_row
        if name == "v":
            found.cells = True
        elif name == "c":
            in_row += 1
            if in_row > MAX_COLUMNS:
                raise Unsafe(texts.WIDE_ROW)
        elif name == "row":
            before, in_row = row, 0
            row = _number(attributes.get("r", str(before + 1)))
            if not before < row <= MAX_ROWS:
                raise Unsafe(texts.UNORDERED_ROWS)
        elif name.rpartition(":")[2] in _OTHERS:
            _OTHERS[name.rpartition(":")[2]](found, attributes, row, in_row)

    feed(parser(start), stream)
    found.rows = row
    return found


def parser(start: Any) -> expat.XMLParserType:
    """Return an XML parser that refuses a document type, which could declare entities and files to be read."""
    made = expat.ParserCreate()
    last = 0

    def refuse(*_: Any) -> None:
        raise Unsafe(texts.DOCUMENT_TYPE)

    def counted(name: str, attributes: dict[str, str]) -> None:
        nonlocal last
        at = made.CurrentByteIndex
        if at - last > MAX_TOKEN:
            raise Unsafe(texts.LONG_PIECE, count=MAX_TOKEN)
        last = at
        start(name, attributes)

    made.StartDoctypeDeclHandler = refuse
    made.StartElementHandler = counted
    made.buffer_text = False
    return made


def feed(reading: expat.XMLParserType, stream: IO[bytes]) -> None:
    """Parse a stream piece by piece.

    Raises:
        Unsafe: it is no XML, or something in it is too long.
    """
    fed = 0
    try:
        while piece := stream.read(_PIECE):
            reading.Parse(piece, False)
            fed += len(piece)
            if fed - reading.CurrentByteIndex > MAX_TOKEN:
                raise Unsafe(texts.LONG_PIECE, count=MAX_TOKEN)
        reading.Parse(b"", True)
    except expat.ExpatError:
        raise Unsafe(texts.NO_XML) from None


def _formula(found: Scan, attributes: dict[str, str], row: int, column: int) -> None:
    del attributes
    found.formula = found.formula or (row, column)


def _inline(found: Scan, *_: Any) -> None:
    found.cells = True


def _width(found: Scan, attributes: dict[str, str], *_: Any) -> None:
    try:
        first, last = int(attributes["min"]), int(attributes["max"])
        width = float(attributes.get("width", "8.43"))
    except (KeyError, ValueError):
        return
    if 1 <= first <= last <= MAX_COLUMNS and 0 <= width <= _MAX_WIDTH and len(found.widths) < MAX_COLUMNS:
        found.widths.append((first, last, width, attributes.get("hidden") in ("1", "true")))


_MAX_WIDTH: Final = 255


def _merge(found: Scan, attributes: dict[str, str], *_: Any) -> None:
    corners = [_REFERENCE.fullmatch(corner) for corner in attributes.get("ref", "").split(":")]
    if len(corners) != _TWO or None in corners or len(found.merged) >= MAX_ROWS:
        raise Unsafe(texts.ODD_MERGE)
    (left, top), (right, bottom) = (corner.groups() for corner in corners if corner is not None)
    found.merged.append((int(top), int(bottom), _column(left), _column(right)))


_TWO: Final = 2
_OTHERS: Final = {"f": _formula, "is": _inline, "col": _width, "mergeCell": _merge}


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len(str(MAX_ROWS)) + 1 else 0
