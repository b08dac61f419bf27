"""Cells keep their types, number formats and widths, and no text becomes a formula."""

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from masking_service.dev.development import Development
from tests.cli.files.excel.workbooks import masked, shared, sheet_of, tampered, values, workbook
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


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ('0"张三13812345678"', "General"),
        ("[$13812345678]0", "General"),
        ("[>=13812345678]0", "General"),
        (r"\1\3\8\1\2\3\4\5\6\7\80", "General"),
        ('yyyy-mm-dd "张三"', "yyyy-mm-dd hh:mm:ss"),
        ('[h]:mm "李四"', "[h]:mm:ss"),
        ('yyyy"年"m"月"d"日"', 'yyyy"年"m"月"d"日"'),
        ('_ "¥"* #,##0.00_ ;_ "¥"* -#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ ', None),
        ("[$¥-804]#,##0.00;[Red]-#,##0.00", None),
        ("[<100]0.00;[>=1000]0", None),
    ],
)
def test_a_number_format_is_written_only_if_all_of_it_is_known(tmp_path: Path, code: str, written: str | None) -> None:
    def form(sheet: Worksheet) -> None:
        sheet["B2"].number_format = code

    result, output = masked(workbook(tmp_path, ["收件人", "x"], ["张三", 46000.5], change=form))

    assert result.exit_code == 0, result.stderr
    assert sheet_of(output).cell(2, 2).number_format == (written or code)
    with zipfile.ZipFile(output) as archive:
        styles = archive.read("xl/styles.xml").decode()
    assert not [value for value in ("张三", "李四", "13812345678") if value in styles]


@pytest.mark.parametrize("shared_text", [True, False])
def test_an_escaped_character_is_the_one_that_a_spreadsheet_shows(tmp_path: Path, shared_text: bool) -> None:
    path = (shared if shared_text else workbook)(tmp_path, ["收件电话"], ["PHONE"])
    part = "xl/sharedStrings.xml" if shared_text else "xl/worksheets/sheet1.xml"
    path = tampered(path, part, lambda xml: xml.replace(b"PHONE", b"_x0031_3812345678"))

    assert values(masked(path)[1])[1][0] == "*******5678"


def test_a_day_that_does_not_exist_keeps_its_number(tmp_path: Path) -> None:
    def form(sheet: Worksheet) -> None:
        sheet["B2"].number_format = "yyyy-mm-dd"

    path = workbook(tmp_path, ["收件人", "x"], ["张三", 99999999], change=form)
    _, output = masked(path)

    with zipfile.ZipFile(output) as archive:
        assert b"<v>99999999</v>" in archive.read("xl/worksheets/sheet1.xml")
