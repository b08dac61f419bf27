"""A workbook is masked into a workbook: one sheet, its headers and rows, and nothing else of the file."""

import os
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from masking_files.excel.package import opened_workbook
from masking_files.excel.sheet import ExcelSheet
from masking_service.masking.schemas import load_schemas
from tests.cli.files.excel.workbooks import masked, shared, tampered, values, workbook
from tests.cli.files.runs import CELLS, HEADERS, MASKED, VALUES, peaks
from tests.e2e.processes import environment
from tests.fork_server import Program

MAX_GROWTH_KIB = 32 * 1024


def test_a_workbook_is_masked_into_a_workbook(tmp_path: Path) -> None:
    result, output = masked(workbook(tmp_path, HEADERS, CELLS))

    assert result.exit_code == 0, result.stderr
    assert values(output) == [[*HEADERS, "error"], [*MASKED, None]]
    with zipfile.ZipFile(output) as archive:
        parts = "".join(archive.read(name).decode("utf-8", "ignore") for name in archive.namelist())
    assert not [value for value in VALUES if value in parts]


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


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("退货", "退货"),
        ("发货明细 2026-11", "发货明细 2026-11"),
        ("Orders 20261105", "Orders 20261105"),
        ("张三", "Sheet1"),
        ("李娜的订单", "Sheet1"),
        ("王五13812345678", "Sheet1"),
        ("订单1381 2345 678", "Sheet1"),
        ("John Smith", "Sheet1"),
    ],
)
def test_a_name_of_a_sheet_is_written_only_if_all_of_it_is_known(tmp_path: Path, name: str, written: str) -> None:
    def name_it(sheet: Worksheet) -> None:
        sheet.title = name

    result, output = masked(workbook(tmp_path, ["收件人"], ["赵六"], change=name_it))

    assert result.exit_code == 0, result.stderr
    assert openpyxl.load_workbook(output).sheetnames == [written]
    assert "张三" not in result.stderr


def test_a_message_masks_the_names_of_sheets(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("张三", "打13812345678", "订单"):
        book.create_sheet(name).append(["收件人"])
    book.save(tmp_path / "in.xlsx")

    assert "3 sheets with cells: **, 打*******5678, 订单." in masked(tmp_path / "in.xlsx")[0].stderr


def test_nothing_of_the_file_but_cells_is_in_the_output(tmp_path: Path) -> None:
    """The parts and attributes that hold texts, each with the same name and phone."""
    path = tmp_path / "in.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("张三 13812345678")
        sheet.write_row(0, 0, ["收件人", "x", "y"])
        sheet.write_row(1, 0, ["李四", 1, 2])
        sheet.write(1, 1, 1, book.add_format({"num_format": '0"张三 13812345678"', "font_name": "张三"}))
        sheet.write_comment("A2", "张三 13812345678", {"author": "张三"})
        sheet.write_url("C2", "https://example.com/张三", string="https://example.com", tip="张三 13812345678")
        sheet.set_header("&L张三 13812345678")
        sheet.set_footer("&L张三 13812345678")
        sheet.data_validation("B2", {"validate": "list", "source": ["张三", "13812345678"], "input_message": "张三"})
        sheet.conditional_format("B2", {"type": "text", "criteria": "containing", "value": "张三"})
        sheet.insert_textbox("E5", "张三 13812345678")
        book.define_name("张三", '="13812345678"')
        book.set_properties({"author": "张三", "comments": "13812345678", "title": "张三", "manager": "张三"})
        book.set_custom_property("张三", "13812345678")
        hidden = book.add_worksheet("b")
        hidden.hide()
    path = tampered(
        path,
        "xl/sharedStrings.xml",
        lambda xml: xml.replace(b"</sst>", "<si><t>张三 13812345678</t></si></sst>".encode()),
    )

    result, output = masked(path)

    assert result.exit_code == 0, result.stderr
    with zipfile.ZipFile(output) as archive:
        parts = b"".join(archive.read(name) for name in archive.namelist())
    assert not [value for value in ("13812345678", "张三", "李四") if value.encode() in parts]


def test_standard_input_and_output_are_used(tmp_path: Path) -> None:
    content = workbook(tmp_path, HEADERS, CELLS).read_bytes()
    os.mkfifo(source := tmp_path / "source")

    words, output, errors = ("mask", "-", "--format=xlsx"), tmp_path / "output.xlsx", tmp_path / "errors"
    files = {"source": source, "output": output, "errors": errors}
    program = Program("masking_service", *words, environment=environment(), **files)
    source.write_bytes(content)

    assert program.wait() == 0, errors.read_text()
    assert [cell.value for cell in [*openpyxl.load_workbook(output).active][1]] == [*MASKED, None]


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
    few, many = tmp_path / "few.xlsx", tmp_path / "many.xlsx"
    for path, count in ((few, 300), (many, 8_000)):
        rows = ([f"SF{10**9 + row}", *(f"{cell}{row}" for cell in CELLS[1:-1]), 1.5] for row in range(count))
        shared(tmp_path, HEADERS, *rows).rename(path)

    before, after = peaks(few, many)

    assert openpyxl.load_workbook(tmp_path / "many.masked.xlsx", read_only=True).active.max_row == 8_001
    assert after - before < MAX_GROWTH_KIB, f"{before} KiB, then {after} KiB"


def test_the_progress_counts_rows(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["收件人"], *[["张三"]] * 30)
    with path.open("rb") as stream, opened_workbook(stream) as book:
        sheet = ExcelSheet(book, sheet=None, schema=load_schemas()["standard"], told={})

        seen = [sheet.progress for _ in sheet.lines()]

    assert seen == [(read, 31) for read in range(2, 32)]
