"""Workbooks, and runs of `mask` on them."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from click.testing import Result
from openpyxl.worksheet.worksheet import Worksheet

from tests.cli.files.runs import run


def workbook(folder: Path, *rows: Any, change: Callable[[Worksheet], object] = lambda _: None) -> Path:
    """A workbook of one sheet with these rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in rows:
        sheet.append(row)
    change(sheet)
    path = folder / "in.xlsx"
    book.save(path)
    return path


def shared(folder: Path, *rows: Any) -> Path:
    """The same with its texts among the shared strings, where Excel puts them and openpyxl does not."""
    path = folder / "in.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return path


def tampered(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with another content of one part."""
    found = path.with_name("tampered.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return found


def masked(path: Path, *options: str) -> tuple[Result, Path]:
    output = path.with_name("out.xlsx")
    return run("mask", path, "--output", output, "--force", *options), output


def sheet_of(path: Path) -> Any:
    return openpyxl.load_workbook(path).active


def values(path: Path) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet_of(path).iter_rows()]
