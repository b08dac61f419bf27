"""Opens a workbook: finds its parts by its manifest and relations, and refuses one that holds anything else.

A part is what the manifest says it is, whatever its name. Nothing is read that `excel.xml` has not checked, and nothing
is held in memory but one row, the names of the sheets and the number formats.
"""

import posixpath
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, BinaryIO, Final
from urllib.parse import unquote
from zipfile import ZipFile, ZipInfo

import yaml
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from masking_files import texts
from masking_files.excel.cells import Cell, read_formats, read_rows
from masking_files.excel.scan import Scan, scan_sheet
from masking_files.excel.strings import Strings
from masking_files.excel.xml import Unsafe, beginnings, elements
from masking_files.faults import NotDone
from masking_service.masking.numbers.numbers_in_text import scrub
from masking_service.masking.stars import stars
from masking_service.tables.looks import looks_like_name
from masking_service.texts import say

_WORDS: Final = " ".join(yaml.safe_load(Path(__file__).with_name("sheet_words.yaml").read_text("utf-8"))).split()
_KNOWN: Final = re.compile(
    rf"(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))}|20[0-9]{{2}}[01][0-9][0-3][0-9](?![0-9])"
    r"|(?<![0-9])[0-9]{1,4}(?![0-9])|[ ._\-()（）])*",
    re.IGNORECASE,
)
_MAX_DIGITS: Final = 8


def is_known_name(name: str) -> bool:
    """Return whether a sheet's name consists of usual words and a date, so that it tells nothing of a person."""
    return _KNOWN.fullmatch(name) is not None and sum(map(str.isdigit, name)) <= _MAX_DIGITS


def shown_name(name: str) -> str:
    """Return a sheet's name as a message shows it, without what looks personal in it."""
    if is_known_name(name):
        return name
    return re.sub(r"[^\W\d_]+", lambda word: stars(word[0]) if looks_like_name(word[0]) else word[0], scrub(name))


MAX_BYTES: Final = 4 * 1024**3
"""Bytes of all parts together: the limit on time, and on disk space for shared strings."""
MAX_PARTS: Final = 10_000
MAX_SMALL_PART: Final = 16 * 1024**2
"""Bytes of a part of which something is kept in memory: styles, relations, the list of sheets."""

_MANIFEST: Final = "[content_types].xml"
_SPREADSHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_WORKBOOKS: Final = (f"{_SPREADSHEET}sheet.main+xml", f"{_SPREADSHEET}template.main+xml")
_SHEET: Final = f"{_SPREADSHEET}worksheet+xml"
_STRINGS: Final = f"{_SPREADSHEET}sharedStrings+xml"
_STYLES: Final = f"{_SPREADSHEET}styles+xml"
_UNREAD: Final = (
    "image/",
    "audio/",
    "video/",
    "application/x-font",
    "application/vnd.openxmlformats-officedocument.",
    "application/vnd.ms-",
)
"""Types of parts that are not XML. A workbook may hold them; they are never opened."""
_MACROS: Final = "application/vnd.ms-office.vbaproject"
_OF_DOCUMENT: Final = "/officeDocument"
_ID: Final = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships id",
)


class _Package:
    """The parts of an archive, by the names that the manifest and the relations give them.

    Raises:
        Unsafe: it has parts that no spreadsheet writes.
    """

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        items = archive.infolist()
        if len(items) > MAX_PARTS or sum(item.file_size for item in items) > MAX_BYTES:
            raise Unsafe(texts.LARGE_WORKBOOK, size=MAX_BYTES // 1024**3, count=MAX_PARTS)
        self._parts: dict[str, ZipInfo] = {}
        for item in items:
            if item.flag_bits & 1:
                raise Unsafe(texts.ENCRYPTED)
            name = _part_name("/", item.filename)
            if name in self._parts or name != "/" + unquote(item.filename).casefold().removesuffix("/"):
                raise Unsafe(texts.ODD_NAME)
            if not item.is_dir():
                self._parts[name] = item
        self._types = self._read_manifest()
        for name in self._parts:
            self._check(name)

    def type_of(self, name: str) -> str | None:
        """The content type of a part, in small letters; None if the manifest names none."""
        return self._types.get(name) or self._types.get(f".{name.rpartition('.')[2]}")

    def open(self, name: str, *types: str, small: bool = True) -> IO[bytes]:
        """Open a part that has to be of one of these types.

        Args:
            small: whether what it says is kept in memory.
        """
        if name not in self._parts or (types and self.type_of(name) not in {its.casefold() for its in types}):
            raise NotDone(say(texts.NO_EXCEL))
        if small and self._parts[name].file_size > MAX_SMALL_PART:
            raise Unsafe(texts.LARGE_PART, size=MAX_SMALL_PART // 1024**2)
        return self._archive.open(self._parts[name])

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """Return the relations of a part inside the package: (type, other part's name), by id."""
        folder, own = posixpath.split(name)
        of_part = posixpath.join(folder, "_rels", f"{own}.rels")
        if of_part not in self._parts:
            return {}
        with self.open(of_part) as stream:
            return {
                its.get("Id", ""): (its.get("Type", ""), _part_name(folder, its.get("Target", "")))
                for tag, its in beginnings(stream)
                if tag == "Relationship" and its.get("TargetMode") != "External"
            }

    def _read_manifest(self) -> dict[str, str]:
        types: dict[str, str] = {}
        with self.open(f"/{_MANIFEST}") as stream:
            for tag, attributes in beginnings(stream):
                kind = attributes.get("ContentType", "").casefold()
                if tag == "Override":
                    types[_part_name("/", attributes.get("PartName", ""))] = kind
                elif tag == "Default":
                    types["." + attributes.get("Extension", "").casefold()] = kind
        return types

    def _check(self, name: str) -> None:
        """Refuse a part that the manifest does not name, that no spreadsheet writes, or that has a document type."""
        kind = self.type_of(name)
        if name == f"/{_MANIFEST}":
            return
        if kind is None:
            raise Unsafe(texts.UNNAMED_PART)
        if kind.endswith(("+xml", "/xml")):
            with self.open(name, small=False) as stream:
                next(elements(stream), None)  # a document type would have to be before the first element
        elif kind.startswith(_MACROS) or not kind.startswith(_UNREAD):
            raise Unsafe(texts.UNKNOWN_PART)


class Workbook:
    """A workbook that is open.

    Attributes:
        folder: a private one, for drafts; it goes with the workbook.
        dates_since_1904: whether its dates count from 1904, as those of old Macintosh files do.
    """

    def __init__(self, stream: BinaryIO, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        with _refused_if_damaged():
            self._package = _Package(stack.enter_context(ZipFile(stream)))
            self._read(stack)
        self._scans: dict[str, Scan] = {}

    def choose(self, name: str | None) -> str:
        """The sheet to read: the one of that name, or the only one with cells.

        Raises:
            NotDone: there is none, or there are several.
        """
        if name is not None:
            if name not in self._sheets:
                raise NotDone(say(texts.NO_SHEET, sheets=_listed(self._sheets)))
            return name
        full = [title for title in self._sheets if self.scan(title).cells]
        if not full:
            raise NotDone(say(texts.EMPTY_WORKBOOK))
        if len(full) > 1:
            raise NotDone(say(texts.SEVERAL_SHEETS, count=len(full), sheets=_listed(full)))
        return full[0]

    def scan(self, name: str) -> Scan:
        """What a sheet's part says outside its cells."""
        part = self._sheets[name]
        if part not in self._scans:
            with _refused_if_damaged(), self._package.open(part, _SHEET, small=False) as stream:
                self._scans[part] = scan_sheet(stream)
        return self._scans[part]

    def rows(self, name: str) -> Iterator[tuple[Cell, ...]]:
        """The rows of a sheet, from the first; as long as their last cell says."""
        epoch = CALENDAR_MAC_1904 if self.dates_since_1904 else CALENDAR_WINDOWS_1900
        with self._package.open(self._sheets[name], _SHEET, small=False) as stream:
            yield from read_rows(stream, self._strings, self._formats, epoch)

    def _read(self, stack: ExitStack) -> None:
        package = self._package
        documents = [part for kind, part in package.relations("/").values() if kind.endswith(_OF_DOCUMENT)]
        workbook = documents[0] if documents else ""
        found: list[tuple[str, str]] = []
        self.dates_since_1904 = False
        with package.open(workbook, *_WORKBOOKS) as stream:
            for name, attributes in beginnings(stream):
                if name == "workbookPr":
                    self.dates_since_1904 = attributes.get("date1904") in ("1", "true")
                elif name == "sheet":
                    found.append((attributes["name"], next((attributes[at] for at in _ID if at in attributes), "")))
        relations = package.relations(workbook)
        self._sheets = {
            name: relations[its][1]
            for name, its in found
            if its in relations and relations[its][0].endswith("/worksheet")
        }
        self._strings: Strings | Sequence[str] = ()
        self._formats = []
        for kind, part in relations.values():
            if kind.endswith("/styles"):
                with package.open(part, _STYLES) as stream:
                    self._formats = read_formats(stream)
            elif kind.endswith("/sharedStrings"):
                with package.open(part, _STRINGS, small=False) as stream:
                    self._strings = strings = Strings(stream, self.folder)
                stack.callback(strings.close)


@contextmanager
def _refused_if_damaged() -> Iterator[None]:
    """A damaged part raises whatever its reader stumbles over, and the text may hold what is in it."""
    try:
        yield
    except NotDone:
        raise
    except Exception:
        raise NotDone(say(texts.NO_EXCEL)) from None


@contextmanager
def opened_workbook(stream: BinaryIO) -> Iterator[Workbook]:
    """Open the workbook in a stream. Raises NotDone: it is none, or is refused."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="masking-")))
        if not stream.seekable():
            copy = stack.enter_context(TemporaryFile())
            shutil.copyfileobj(stream, copy)
            copy.seek(0)
            stream = copy
        yield Workbook(stream, folder, stack)


def _part_name(folder: str, target: str) -> str:
    """A part's name in the one spelling that is compared: from the root, decoded, and of any case."""
    return (
        posixpath.normpath(posixpath.join(folder, "/" if not target else unquote(target))).casefold().replace("//", "/")
    )


def _listed(names: Mapping[str, str] | Sequence[str]) -> str:
    return ", ".join(map(shown_name, names))
