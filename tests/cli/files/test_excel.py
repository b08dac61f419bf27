"""Excel files keep types, number formats and widths; nothing in them runs, and what cannot be trusted is refused."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from click.testing import Result
from openpyxl.worksheet.worksheet import Worksheet

from masking_service.cli.files.excel.package import opened_workbook
from masking_service.cli.files.excel.sheet import ExcelSheet
from masking_service.dev.development import Development
from masking_service.schemas import load_schemas
from tests.cli.files.runs import CELLS, HEADERS, MASKED, ROOT, VALUES, run

MAX_GROWTH_KIB = 32 * 1024
NOON = datetime(2026, 11, 5, 12, 0)  # noqa: DTZ001 - a spreadsheet knows no time zones
MEASURED = """
import resource, sys
from masking_service.cli import commands
commands.main(sys.argv[1:], standalone_mode=False)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


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


def masked(path: Path, *options: str) -> tuple[Result, Path]:
    output = path.with_name("out.xlsx")
    return run("mask", path, "--output", output, "--force", *options), output


def sheet_of(path: Path) -> Any:
    return openpyxl.load_workbook(path).active


def values(path: Path) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet_of(path).iter_rows()]


def test_a_workbook_is_masked_into_a_workbook(tmp_path: Path) -> None:
    result, output = masked(workbook(tmp_path, HEADERS, CELLS))

    assert result.exit_code == 0, result.stderr
    assert values(output) == [[*HEADERS, "error"], [*MASKED, None]]
    with zipfile.ZipFile(output) as archive:
        parts = "".join(archive.read(name).decode("utf-8", "ignore") for name in archive.namelist())
    assert not [value for value in VALUES if value in parts]


@pytest.mark.parametrize("phone", [13812345678, 13812345678.0, "13812345678"])
def test_a_phone_that_was_entered_as_a_number_is_masked(tmp_path: Path, phone: Any) -> None:
    _, output = masked(workbook(tmp_path, ["收件电话"], [phone]))

    assert values(output)[1][0] == "*******5678"


def test_types_and_number_formats_are_kept(tmp_path: Path) -> None:
    kept = [1.5, 7, True, NOON, time(8, 15), timedelta(hours=30), "x", 0.25, date(2026, 1, 2)]
    formats = ["0.00", "0", "General", "yyyy-mm-dd hh:mm", "hh:mm", "[h]:mm:ss", "@", "0%", "yyyy/m/d"]

    def form(sheet: Worksheet) -> None:
        for at, number_format in enumerate(formats, 2):
            sheet.cell(2, at).number_format = number_format

    path = workbook(tmp_path, ["收件人", *(f"c{at}" for at in range(len(kept)))], ["张三", *kept], change=form)
    result, output = masked(path)

    assert result.exit_code == 0, result.stderr
    written = sheet_of(output)[2][1:-1]
    expected = sheet_of(path)[2][1:]
    assert [cell.value for cell in written] == [cell.value for cell in expected]
    assert [cell.number_format for cell in written] == formats


def test_dates_since_1904_stay_the_same_days(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["收件人", "日期"])
        sheet.write_string(1, 0, "张三")
        sheet.write_datetime(1, 1, NOON, book.add_format({"num_format": "yyyy-mm-dd"}))

    _, output = masked(path)

    assert values(output)[1][1] == NOON


def test_column_widths_are_kept(tmp_path: Path) -> None:
    def widen(sheet: Worksheet) -> None:
        sheet.column_dimensions["B"].width = 42
        sheet.column_dimensions["C"].hidden = True

    _, output = masked(workbook(tmp_path, ["收件人", "收件地址", "备注"], ["张三", "x", "y"], change=widen))

    columns = sheet_of(output).column_dimensions
    assert columns["B"].width == pytest.approx(42, abs=1)
    assert columns["C"].hidden


@pytest.mark.parametrize("formula", ["=1+1", '=HYPERLINK("http://x","y")', "=A1"])
def test_a_formula_is_refused_by_its_place(tmp_path: Path, formula: str) -> None:
    result, output = masked(workbook(tmp_path, ["收件人", "x"], ["张三", 1], ["李四", formula]))

    assert result.exit_code == 2
    assert "line 3, column 2: holds a formula: copy the column and paste it as values" in result.stderr
    assert not output.exists()


def test_a_text_that_looks_like_a_formula_stays_a_text_also_when_it_is_edited(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate([["收件人", "x"], ["张三", "=1+1"], ["李四", "@SUM(A1)"]]):
            for at, cell in enumerate(cells):
                sheet.write_string(row, at, cell)

    _, output = masked(path)

    written = [sheet_of(output).cell(row, 2) for row in (2, 3)]
    assert [(cell.value, cell.data_type, cell.quotePrefix) for cell in written] == [
        ("=1+1", "s", True),
        ("@SUM(A1)", "s", True),
    ]


def test_a_whole_number_of_more_than_fifteen_digits_keeps_them_as_a_text(tmp_path: Path) -> None:
    path = tampered(
        workbook(tmp_path, ["运单号", "收件人"], [12345, "张三"]),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"<v>12345</v>", b"<v>123456789012345678</v>"),
    )

    _, output = masked(path)

    assert values(output)[1][0] == "123456789012345678"


def test_titles_above_the_headers_are_not_in_the_output(tmp_path: Path) -> None:
    rows: Any = ["发货明细 制表人张三丰"], [], ["收件人", "收件电话"], ["张三", 13812345678]
    path = workbook(tmp_path, *rows, change=lambda sheet: sheet.merge_cells("A1:B1"))

    result, output = masked(path)

    assert values(output) == [["收件人", "收件电话", "error"], ["张*", "*******5678", None]]
    assert "headers: row 3; what is above them is not in the output" in result.stderr


def test_headers_under_merged_groups_are_read_together(tmp_path: Path) -> None:
    def merge(sheet: Worksheet) -> None:
        for cells in ("A1:A2", "B1:C1", "D1:E1"):
            sheet.merge_cells(cells)

    top = ["运单号", "寄件人", None, "收件人", None]
    path = workbook(
        tmp_path, top, [None, "姓名", "电话", "姓名", "电话"], [*CELLS[:3], "李四", "13912345678"], change=merge
    )

    result, output = masked(path)

    assert values(output)[0][:5] == ["运单号", "寄件人姓名", "寄件人电话", "收件人姓名", "收件人电话"]
    assert (
        "columns: 1 /waybill_no, 2 /sender/name, 3 /sender/phone, 4 /recipient/name, 5 /recipient/phone"
        in result.stderr
    )


def test_merged_cells_below_the_headers_are_refused(tmp_path: Path) -> None:
    path = workbook(
        tmp_path, ["收件人", "x"], ["张三", 1], ["李四", 2], change=lambda sheet: sheet.merge_cells("A2:A3")
    )

    result, _ = masked(path)

    assert result.exit_code == 2
    assert "line 2, column 1: merged cells below the headers" in result.stderr


def test_of_several_sheets_with_cells_one_has_to_be_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, cell in (("订单", "张三"), ("退货", "李四")):
        sheet = book.create_sheet(name)
        sheet.append(["收件人"])
        sheet.append([cell])
    path = tmp_path / "in.xlsx"
    book.save(path)

    refused, output = masked(path)
    assert refused.exit_code == 2
    assert "2 sheets with cells: 订单, 退货. Name one with --sheet" in refused.stderr
    assert not output.exists()

    assert masked(path, "--sheet=退货")[0].exit_code == 0
    assert openpyxl.load_workbook(output).sheetnames == ["退货"]
    assert values(output)[1] == ["李*", None]


def test_what_is_not_the_sheet_is_not_in_the_output(tmp_path: Path) -> None:
    def remark(sheet: Worksheet) -> None:
        sheet["A2"].comment = openpyxl.comments.Comment("打13812345678", "张三")
        sheet["A2"].hyperlink = "tel:13812345678"
        sheet.parent.properties.creator = "王五"

    path = workbook(tmp_path, ["收件人"], ["张三"], change=remark)

    _, output = masked(path)

    with zipfile.ZipFile(output) as archive:
        parts = b"".join(archive.read(name) for name in archive.namelist())
    assert not [value for value in ("13812345678", "张三", "王五") if value.encode() in parts]


def test_a_personal_column_that_nothing_maps_is_refused(tmp_path: Path) -> None:
    result, output = masked(workbook(tmp_path, ["收件人", "备用"], ["张三", 1], ["李四", 13812345678]))

    assert result.exit_code == 2
    assert "column 2 (备用), phone: *******5678" in result.stderr
    assert not output.exists()


def test_a_cell_without_a_header_fails_its_row(tmp_path: Path) -> None:
    result, output = masked(workbook(tmp_path, ["收件人", "x"], ["张三", 1, "李四"], ["王五", 2]))

    assert result.exit_code == 1
    assert values(output)[1:] == [["*", "*", "wrong-cell-count"], ["王*", 2, None]]


def test_standard_input_and_output_are_used(tmp_path: Path) -> None:
    content = workbook(tmp_path, HEADERS, CELLS).read_bytes()

    result = subprocess.run(
        [sys.executable, "-m", "masking_service", "mask", "-", "--format=xlsx"],
        cwd=ROOT,
        input=content,
        capture_output=True,
        check=True,
    )

    assert [cell.value for cell in [*openpyxl.load_workbook(io.BytesIO(result.stdout)).active][1]] == [*MASKED, None]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0" + bytes(600), "收件人\n张三\n".encode()])
def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "in.xlsx"
    path.write_bytes(content)

    result, output = masked(path)

    assert (result.exit_code, output.exists()) == (2, False)
    assert "is not an Excel workbook" in result.stderr


def test_an_old_workbook_is_to_be_saved_as_xlsx(tmp_path: Path) -> None:
    path = tmp_path / "in.xls"
    path.touch()

    assert "save the file as .xlsx" in run("mask", path).stderr


def tampered(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with another content of one part."""
    found = path.with_name("tampered.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return found


ENTITY = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    ("part", "change", "said"),
    [
        ("xl/worksheets/sheet1.xml", lambda xml: ENTITY + xml, "declares a document type"),
        ("xl/sharedStrings.xml", lambda xml: ENTITY + xml, "declares a document type"),
        ("xl/styles.xml", lambda xml: ENTITY + xml, "declares a document type"),
        ("xl/workbook.xml", lambda xml: b"<!--" + b"x" * 17 * 1024**2 + b"-->" + xml, "more than 16 MiB"),
        ("xl/worksheets/sheet1.xml", lambda xml: b"<!--" + b"x" * 2**21 + b"-->" + xml, "longer than"),
        ("xl/sharedStrings.xml", lambda xml: xml.replace("张三".encode(), b"x" * 2**21), "too long|longer than"),
        ("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'r="2"', b'r="99999999"'), "not in order"),
        ("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'r="2"', b'r="1"'), "not in order"),
        ("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'r="A2"', b'r="AAAAAAAA2"'), "cannot be read"),
        ("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v>0</v>", b"<v>99999</v>"), "cannot be read"),
        ("xl/worksheets/sheet1.xml", lambda xml: xml[:200], "no XML"),
    ],
)
def test_a_part_that_no_spreadsheet_writes_is_refused(
    tmp_path: Path, part: str, change: Callable[[bytes], bytes], said: str
) -> None:
    result, output = masked(tampered(shared(tmp_path, ["收件人"], ["张三"]), part, change))

    assert (result.exit_code, output.exists()) == (2, False)
    assert re.search(said, result.stderr), result.stderr
    assert "张三" not in result.stderr


def test_a_refused_workbook_is_explained_in_chinese(tmp_path: Path) -> None:
    path = tampered(shared(tmp_path, ["收件人"], ["张三"]), "xl/styles.xml", lambda xml: ENTITY + xml)

    refused = run("mask", path, env={"LC_ALL": "zh_CN.UTF-8"})

    assert refused.exit_code == 2
    assert "拒绝读取该工作簿：其中一个部件含有文档类型声明" in refused.stderr


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("in.xls", (), "请另存为 .xlsx"),
        ("in.txt", (), "请用 --format 指定"),
        ("in.csv", ("--sheet", "x"), "--sheet 只用于 Excel 文件"),
        ("in.xlsx", ("--excel",), "只用于 CSV"),
        ("in.json", ("--map", "a=unmapped"), "--map 只用于表格"),
    ],
)
def test_a_wrong_use_is_explained_in_chinese(tmp_path: Path, name: str, options: tuple[str, ...], said: str) -> None:
    path = tmp_path / name
    path.touch()

    assert said in run("mask", path, *options, env={"LC_ALL": "zh_CN.UTF-8"}).stderr


def test_a_workbook_that_expands_without_bound_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("masking_service.cli.files.excel.scan.MAX_BYTES", 1024**3)
    path = workbook(tmp_path, ["收件人"], ["张三"])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for at in range(65):
            archive.writestr(f"xl/media/{at}.bin", bytes(16 * 1024**2), compresslevel=1)

    result, output = masked(path)

    assert (result.exit_code, output.exists()) == (2, False)
    assert "expands to more than 1 GiB" in result.stderr


def test_a_size_that_the_file_states_wrongly_hides_no_row(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["收件人", "x"], ["张三", 1], ["李四", 2])
    path = tampered(
        path,
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:A1"', xml),
    )

    _, output = masked(path)

    assert values(output)[1:] == [["张*", 1, None], ["李*", 2, None]]


def test_memory_does_not_grow_with_the_workbook(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        rows = ([f"SF{10**9 + row}", *(f"{cell}{row}" for cell in CELLS[1:-1]), 1.5] for row in range(count))
        path, output = shared(tmp_path, HEADERS, *rows), tmp_path / f"{count}.masked.xlsx"
        arguments = [sys.executable, "-c", MEASURED, "mask", str(path), "--output", str(output)]
        done = subprocess.run(arguments, cwd=ROOT, check=True, capture_output=True, text=True)
        assert sheet_of(output).max_row == count + 1
        return int(done.stdout)

    few, many = peak(300), peak(8_000)

    assert many - few < MAX_GROWTH_KIB, f"{few} KiB, then {many} KiB"


def test_the_progress_counts_rows(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["收件人"], *[["张三"]] * 30)
    with path.open("rb") as stream, opened_workbook(stream) as book:
        sheet = ExcelSheet(book, sheet=None, schema=load_schemas()["standard"], told={})

        seen = [sheet.done for _ in sheet.lines()]

    assert (seen, sheet.total) == ([*range(2, 32)], 31)


def test_a_waybill_number_that_excel_has_rounded_is_not_tokenized(tmp_path: Path) -> None:
    rounded, text = [1.2345678901235e17, "张三"], ["123456789012345678", "李四"]
    path = workbook(tmp_path, ["运单号", "收件人"], rounded, text)

    with Development({"MASKING_STATE_DIR": str(tmp_path / "state")}):
        result = run("tokenize", path, "--output", tmp_path / "out.xlsx", f"--state-dir={tmp_path / 'state'}")

    assert result.exit_code == 1
    assert "line 2, column 1, record 1: rounded-number /waybill_no" in result.stderr
    failed, stored = values(tmp_path / "out.xlsx")[1:]
    assert (failed[:2], failed[-1]) == (["*", "*"], "rounded-number /waybill_no")
    assert (stored[:2], stored[-1]) == (["123456789012345678", "李*"], None)
