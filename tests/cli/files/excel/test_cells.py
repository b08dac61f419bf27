"""Cells keep their types, number formats and widths, and no text becomes a formula."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from masking_service.dev.development import Development
from tests.cli.files.excel.workbooks import masked, sheet_of, tampered, values, workbook
from tests.cli.files.runs import run

NOON = datetime(2026, 11, 5, 12, 0)  # noqa: DTZ001 - a spreadsheet knows no time zones


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


@pytest.mark.parametrize("phone", [13812345678, 13812345678.0, "13812345678"])
def test_a_phone_that_was_entered_as_a_number_is_masked(tmp_path: Path, phone: Any) -> None:
    _, output = masked(workbook(tmp_path, ["收件电话"], [phone]))

    assert values(output)[1][0] == "*******5678"


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


def test_a_cell_without_a_header_fails_its_row(tmp_path: Path) -> None:
    result, output = masked(workbook(tmp_path, ["收件人", "x"], ["张三", 1, "李四"], ["王五", 2]))

    assert result.exit_code == 1
    assert values(output)[1:] == [["*", "*", "wrong-cell-count"], ["王*", 2, None]]


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
