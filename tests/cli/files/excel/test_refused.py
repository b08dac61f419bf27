"""A workbook that cannot be trusted is refused with a place and a reason, in both languages."""

import re
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.files.excel.workbooks import masked, shared, tampered, values, workbook
from tests.cli.files.runs import run


@pytest.mark.parametrize("formula", ["=1+1", '=HYPERLINK("http://x","y")', "=A1"])
def test_a_formula_is_refused_by_its_place(tmp_path: Path, formula: str) -> None:
    result, output = masked(workbook(tmp_path, ["收件人", "x"], ["张三", 1], ["李四", formula]))

    assert result.exit_code == 2
    assert "line 3, column 2: holds a formula: copy the column and paste it as values" in result.stderr
    assert not output.exists()


def test_merged_cells_below_the_headers_are_refused(tmp_path: Path) -> None:
    path = workbook(
        tmp_path, ["收件人", "x"], ["张三", 1], ["李四", 2], change=lambda sheet: sheet.merge_cells("A2:A3")
    )

    result, _ = masked(path)

    assert result.exit_code == 2
    assert "line 2, column 1: merged cells below the headers" in result.stderr


def test_a_personal_column_that_nothing_maps_is_refused(tmp_path: Path) -> None:
    result, output = masked(workbook(tmp_path, ["收件人", "备用"], ["张三", 1], ["李四", 13812345678]))

    assert result.exit_code == 2
    assert "column 2 (备用), phone: *******5678" in result.stderr
    assert not output.exists()


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


ENTITY = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'


NAMES = b"".join(b"<x%d/>" % at for at in range(20_000))
LONG_NAMES = b"".join(b"<x%d%s/>" % (at, b"y" * 100_000) for at in range(20))
INLINE = b'<c r="A2" t="inlineStr"><is>' + b"<r><t>%b</t></r>" % (b"x" * 2**19) * 3 + b"</is></c>"
PREFIXES = b"".join(b'<x xmlns:p%d="y"/>' % at for at in range(20_000))


@pytest.mark.parametrize(
    ("part", "change", "said"),
    [
        ("xl/worksheets/sheet1.xml", lambda xml: ENTITY + xml, "declares a document type"),
        ("xl/sharedStrings.xml", lambda xml: ENTITY + xml, "declares a document type"),
        ("xl/styles.xml", lambda xml: ENTITY + xml, "declares a document type"),
        ("xl/workbook.xml", lambda xml: xml.replace(b"</workbook>", b"<x/>" * 2**23), "more than 16 MiB"),
        ("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</row>", b"<x>" * 200 + b"</row>"), "too deep"),
        ("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</row>", NAMES + b"</row>"), "different names"),
        ("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</row>", LONG_NAMES + b"</row>"), "very long ones"),
        ("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</row>", PREFIXES + b"</row>"), "different names"),
        ("xl/theme/theme1.xml", lambda xml: ENTITY + xml, "declares a document type"),
        ("docProps/core.xml", lambda xml: ENTITY + xml, "declares a document type"),
        ("[Content_Types].xml", lambda xml: ENTITY + xml, "declares a document type"),
        ("_rels/.rels", lambda xml: ENTITY + xml, "declares a document type"),
        ("xl/worksheets/sheet1.xml", lambda xml: b"<!--" + b"x" * 2**21 + b"-->" + xml, "longer than"),
        ("xl/sharedStrings.xml", lambda xml: xml.replace("张三".encode(), b"x" * 2**21), "too long|longer than"),
        ("xl/worksheets/sheet1.xml", lambda xml: re.sub(rb'<c r="A2".*?</c>', INLINE, xml), "too long|longer than"),
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


@pytest.mark.parametrize("column", ["AAAAAAAA", "A"], ids=["no column", "out of order"])
def test_a_damaged_row_is_named(tmp_path: Path, column: str) -> None:
    path = shared(tmp_path, ["收件人", "x"], *([f"张三{at}", at] for at in range(30)))
    damaged = tampered(
        path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'r="B25"', f'r="{column}25"'.encode())
    )

    result, output = masked(damaged)

    assert (result.exit_code, output.exists()) == (2, False)
    assert "line 25: the row cannot be read" in result.stderr


def _relations_of(name: str) -> str:
    folder, _, own = name.rpartition("/")
    return f"{folder}/_rels/{own}.rels"


def renamed(path: Path, old: str, new: str, item: str | None = None) -> Path:
    """The workbook with another name of one part, in the archive, the manifest and the relations.

    Args:
        path: of the workbook.
        old, new: the names, from the root without a slash.
        item: the name in the archive, if it is another one.
    """
    found = path.with_name("renamed.xlsx")
    relations = {_relations_of(old): _relations_of(item or new)}
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name.endswith(".rels"):
                folder = name.partition("_rels/")[0]
                content = content.replace(b'Target="', f'Target="/{folder}'.encode())
            if name.endswith(".rels") or name == "[Content_Types].xml":
                content = content.replace(f'"/{old}"'.encode(), f'"/{new}"'.encode())
            after.writestr((item or new) if name == old else relations.get(name, name), content)
    return found


@pytest.mark.parametrize(
    ("part", "name", "item"),
    [
        ("xl/workbook.xml", "xl/workbook.dat", None),
        ("xl/workbook.xml", "a/b/c", None),
        ("xl/workbook.xml", "xl/work%62ook.dat", "xl/workbook.dat"),
        ("xl/workbook.xml", "xl/./workbook.bin", "xl/workbook.bin"),
        ("xl/workbook.xml", "XL/WORKBOOK.PNG", "xl/workbook.png"),
        ("xl/sharedStrings.xml", "xl/media/image1.png", None),
        ("xl/styles.xml", "xl/printerSettings/printerSettings1.bin", None),
        ("xl/worksheets/sheet1.xml", "xl/pivotCache/sheet1.XML", None),
    ],
)
def test_a_document_type_is_found_in_a_part_of_any_name(tmp_path: Path, part: str, name: str, item: str | None) -> None:
    usual = shared(tmp_path, ["收件人"], ["张三"])

    plain, output = masked(renamed(usual, part, name, item))
    assert plain.exit_code == 0, plain.stderr
    assert values(output)[1] == ["张*", None]

    output.unlink()
    refused, output = masked(renamed(tampered(usual, part, lambda xml: ENTITY + xml), part, name, item))
    assert (refused.exit_code, output.exists()) == (2, False)
    assert "declares a document type" in refused.stderr


def added(path: Path, name: str, content: bytes, kind: str | None = None) -> Path:
    """The workbook with one more part, of a type that the manifest names for its suffix."""
    if kind is not None:
        default = f'<Default Extension="{name.rpartition(".")[2]}" ContentType="{kind}"/></Types>'
        path = tampered(path, "[Content_Types].xml", lambda xml: xml.replace(b"</Types>", default.encode()))
    with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings(action="ignore"):
        archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("xl/more.dat", None, "that its manifest does not name"),
        ("xl/vbaProject.bin", "application/vnd.ms-office.vbaProject", "that no workbook without macros has"),
        ("run.exe", "application/x-msdownload", "that no workbook without macros has"),
        ("xl/workbook.xml", None, "two of its parts have the same name"),
        ("XL/Workbook.xml", None, "two of its parts have the same name"),
        ("xl/a/../workbook.xml", None, "the name of a part points outside it"),
        ("xl//workbook.xml", None, "the name of a part points outside it"),
        ("../outside.xml", None, "the name of a part points outside it"),
        ("/etc/passwd.xml", None, "the name of a part points outside it"),
    ],
)
def test_a_part_that_is_not_needed_is_refused(tmp_path: Path, name: str, kind: str | None, said: str) -> None:
    result, output = masked(added(shared(tmp_path, ["收件人"], ["张三"]), name, b"x", kind))

    assert (result.exit_code, output.exists()) == (2, False)
    assert said in result.stderr


def test_a_picture_is_no_reason_to_refuse_a_workbook(tmp_path: Path) -> None:
    result, _ = masked(added(shared(tmp_path, ["收件人"], ["张三"]), "xl/media/image1.png", b"\x89PNG", "image/png"))

    assert result.exit_code == 0, result.stderr


def test_a_relation_to_a_part_of_another_type_is_refused(tmp_path: Path) -> None:
    path = tampered(
        shared(tmp_path, ["收件人"], ["张三"]),
        "xl/_rels/workbook.xml.rels",
        lambda xml: xml.replace(b"worksheets/sheet1.xml", b"styles.xml"),
    )

    assert "is not an Excel workbook" in masked(path)[0].stderr


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
        ("in.json", ("--map", "a=unmapped"), "--map 和 --unmapped 只用于表格"),
        ("in.ndjson", ("--unmapped", "hide"), "--map 和 --unmapped 只用于表格"),
    ],
)
def test_a_wrong_use_is_explained_in_chinese(tmp_path: Path, name: str, options: tuple[str, ...], said: str) -> None:
    path = tmp_path / name
    path.touch()

    assert said in run("mask", path, *options, env={"LC_ALL": "zh_CN.UTF-8"}).stderr


def test_a_workbook_that_expands_without_bound_is_refused(tmp_path: Path) -> None:
    """By the sizes that it states; what a part then holds is read no further than that."""
    path = workbook(tmp_path, ["收件人"], ["张三"])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for at in range(5):
            archive.writestr(f"xl/media/{at}.bin", bytes(1024))
            archive.filelist[-1].file_size = 1024**3  # is written to the directory at the end of the archive

    result, output = masked(path)

    assert (result.exit_code, output.exists()) == (2, False)
    assert "expands to more than 4 GiB" in result.stderr
