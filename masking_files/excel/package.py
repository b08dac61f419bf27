"""Opens a workbook whose parts are bounded.

openpyxl reads it, and holds one row in memory at a time.
"""

import shutil
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any, BinaryIO, Final
from zipfile import BadZipFile, ZipFile

from openpyxl.packaging.manifest import Manifest
from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS

from masking_files import texts
from masking_files.excel.scan import Scan, check_archive, scan_sheet
from masking_files.excel.strings import Strings
from masking_files.faults import NotDone
from masking_files.texts import SEVERAL_SHEETS
from masking_service.cli.language import say
from masking_service.masking.kinds.text import scrub


class _Reader(ExcelReader):  # type: ignore[misc]  # openpyxl has no types
    """openpyxl's reader, with the shared strings on disk."""

    package: Manifest

    def __init__(self, stream: BinaryIO, folder: Path, stack: ExitStack) -> None:
        super().__init__(stream, read_only=True, keep_links=False)
        self._folder = folder
        self._stack = stack

    def read_strings(self) -> None:
        """Put them where each sheet looks for them."""
        content = self.package.find(SHARED_STRINGS)
        if content is not None:
            with self.archive.open(content.PartName[1:]) as stream:
                strings = Strings(stream, self._folder)
            self._stack.callback(strings.close)
            self.shared_strings = strings


class Workbook:
    """A workbook that is open.

    Attributes:
        folder: a private one, for drafts; it goes with the workbook.
        dates_since_1904: whether its dates count from 1904, as those of old Macintosh files do.
    """

    def __init__(self, stream: BinaryIO, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        try:
            self._archive = stack.enter_context(ZipFile(stream))
        except (BadZipFile, OSError, ValueError):
            raise NotDone(say(texts.NO_EXCEL)) from None
        self._scans = check_archive(self._archive)
        try:
            with warnings.catch_warnings(action="ignore"):  # of what it does not carry over, nor do we
                reader = _Reader(stream, folder, stack)
                stack.callback(reader.archive.close)
                reader.read()
            self._parts = {sheet.name: relation.target for sheet, relation in reader.parser.find_sheets()}
        except NotDone:
            raise
        except Exception:
            # A damaged part raises whatever its reader stumbles over, and the text may hold what is in it.
            raise NotDone(say(texts.NO_EXCEL)) from None
        self._book = reader.wb
        self.dates_since_1904 = self._book.epoch.year == _MACINTOSH

    def choose(self, name: str | None) -> str:
        """The sheet to read: the one of that name, or the only one with cells.

        Raises:
            NotDone: there is none, or there are several.
        """
        names: list[str] = [sheet.title for sheet in self._book.worksheets]
        if name is not None:
            if name not in names:
                raise NotDone(say(texts.NO_SHEET, sheets=_listed(names)))
            return name
        full = [title for title in names if self.scan(title).cells]
        if not full:
            raise NotDone(say(texts.EMPTY_WORKBOOK))
        if len(full) > 1:
            raise NotDone(say(SEVERAL_SHEETS, count=len(full), sheets=_listed(full)))
        return full[0]

    def scan(self, name: str) -> Scan:
        """What a sheet's part says outside its cells."""
        part = self._parts[name]
        if part not in self._scans:
            with self._archive.open(part) as stream:
                self._scans[part] = scan_sheet(stream)
        return self._scans[part]

    def rows(self, name: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a sheet, from the first, as openpyxl's cells; as long as their last cell says."""
        sheet = self._book[name]
        sheet.reset_dimensions()  # what a file says of its size may be wrong
        rows: Iterator[tuple[Any, ...]] = sheet.iter_rows()
        return rows


_MACINTOSH: Final = 1904


@contextmanager
def opened_workbook(stream: BinaryIO) -> Iterator[Workbook]:
    """Open the workbook in a stream.

    Raises:
        NotDone: it is none, or is refused.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="masking-")))
        if not stream.seekable():
            copy = stack.enter_context(TemporaryFile())
            shutil.copyfileobj(stream, copy)
            copy.seek(0)
            stream = copy
        yield Workbook(stream, folder, stack)


def _listed(names: list[str]) -> str:
    return ", ".join(scrub(name) for name in names)
