"""No cell of the output runs in a spreadsheet, and masks of phones stay readable."""

from pathlib import Path

import pytest

from masking_files.formulas import safe
from tests.cli.files.runs import masked, rows
from tests.every import every

RUN = [
    '=HYPERLINK("x")',
    "=1+1",
    "=A1",
    "+A1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "+1+A1",
    '="x"&A1',
]


def guarded(cell: str) -> str:
    """A formula with an apostrophe before it; a tab or a line end is another separator as well."""
    return f"'{cell[0]}'{cell[1:]}" if cell[0].isspace() else f"'{cell}"


@every("cell", RUN)
def test_what_could_run_gets_an_apostrophe(cell: str) -> None:
    assert safe(cell) == guarded(cell)


@every("separator", [";", ",", "\t", "|", "\n", '; "'])
def test_what_could_run_behind_another_separator_gets_an_apostrophe(separator: str) -> None:
    assert safe(f"a{separator}=1+1") == f"a{separator}'=1+1"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_semicolon_before_a_formula_is_guarded_with_any_delimiter(tmp_path: Path, delimiter: str) -> None:
    content = delimiter.join(("收件人", "编号")) + "\n" + delimiter.join(("张三", '"x;=HYPERLINK(1)"')) + "\n"

    result = masked(tmp_path, content, f"--delimiter={delimiter}")

    assert rows(result.stdout, delimiter)[1][1] == "x;'=HYPERLINK(1)"


def test_a_guarded_cell_is_not_guarded_again() -> None:
    assert safe(safe("a;=1;=2")) == safe("a;=1;=2") == "a;'=1;'=2"


@every(
    "cell",
    [
        "+86 *******5678",
        "+86 021-******34-***",
        "+86 *******5678 / +852 ******67",
        "-12.50",
        "-",
        "--",
        '="0012"',
        "",
        "a=1",
        "a;b=1",
        "12 Main St, +86 138",
        "x; -12.5",
    ],
)
def test_numbers_and_masks_stay_readable(cell: str) -> None:
    assert safe(cell) == cell


@pytest.mark.parametrize("cell", [cell for cell in RUN if "\r" not in cell])
def test_no_column_lets_a_formula_through(tmp_path: Path, cell: str) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'

    lines = [f"收件人,收件电话,收件地址,备注,编号,{quoted}", ",".join([quoted] * 4 + ["", ""]), f",,,,{quoted},"]
    result = masked(tmp_path, "".join(text + "\n" for text in lines))

    assert result.exit_code == 0, result.stderr
    assert [cell for cells in rows(result.stdout) for cell in cells if cell[:1] in {*"=@\t\r\n＝"}] == []
    assert [
        cell
        for cells in rows(result.stdout)
        for cell in cells
        if cell[:1] in {*"+-"} and not set(cell) <= {*"+- *0123456789"}
    ] == []
    assert rows(result.stdout)[2][4] == guarded(cell)
    assert rows(result.stdout)[0][5] == guarded(cell)


def test_a_phone_with_its_country_code_is_masked_and_readable(tmp_path: Path) -> None:
    result = masked(tmp_path, "收件电话\n+86 138-1234-5678\n")

    assert rows(result.stdout)[1] == ["+86 *******5678", ""]


def test_json_needs_no_apostrophes(tmp_path: Path) -> None:
    result = masked(tmp_path, '[{"remark": "", "x": "=1+1"}]', name="in.json")

    assert '"x":"=1+1"' in result.stdout
