"""CSV: any delimiter, three encodings, every line end; what is not mapped comes back as it was written."""

from pathlib import Path

import pytest

from tests.cli.files.runs import CELLS, HEADERS, MASKED, TABLE, VALUES, line, masked, refused, row, rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_is_masked_in_its_own_delimiter_and_encoding(tmp_path: Path, delimiter: str, encoding: str) -> None:
    content = TABLE.replace(",", delimiter).encode(encoding)

    result = masked(tmp_path, content)

    assert result.exit_code == 0, result.stderr
    assert rows(result.stdout_bytes.decode(encoding), delimiter) == [[*HEADERS, "error"], [*MASKED, ""]]
    assert result.stdout_bytes.startswith(b"\xef\xbb\xbf") is (encoding == "utf-8-sig")


def test_a_given_encoding_and_delimiter_go_before_what_looks_likely(tmp_path: Path) -> None:
    result = masked(
        tmp_path, "收件人 收件电话\n张三 13812345678\n".encode("gb18030"), "--encoding=gb18030", "--delimiter= "
    )

    assert result.stdout_bytes.decode("gb18030") == "收件人 收件电话 error\n张* *******5678 \n"


def test_a_tsv_file_is_parted_by_tabs(tmp_path: Path) -> None:
    result = masked(tmp_path, "收件人\t收件电话,备注;留言\n张三\t13812345678\n", name="in.tsv")

    assert result.stdout == "收件人\t收件电话,备注;留言\terror\n张*\t*******5678\t\n"


def test_excel_gets_a_byte_order_mark_and_utf_8(tmp_path: Path) -> None:
    result = masked(tmp_path, TABLE.encode("gb18030"), "--excel")

    assert rows(result.stdout_bytes.decode("utf-8-sig"))[1][1] == "张*"
    assert result.stdout_bytes.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_are_kept(tmp_path: Path, end: str) -> None:
    result = masked(tmp_path, TABLE.replace("\n", end).encode())

    assert result.stdout_bytes.decode() == TABLE.replace("\n", end).replace(
        line(*HEADERS).strip(), ",".join(HEADERS) + ",error"
    ).replace(",".join(CELLS), ",".join(MASKED) + ",")


@pytest.mark.parametrize("before", ["\n", "\r\n\r\n", "  \n", "\ufeff\n"])
def test_empty_lines_before_the_headers_are_skipped(tmp_path: Path, before: str) -> None:
    result = masked(tmp_path, (before + TABLE).encode())

    assert result.exit_code == 0, result.stderr
    assert rows(result.stdout_bytes.decode("utf-8-sig")) == [[*HEADERS, "error"], [*MASKED, ""]]


def test_a_file_of_empty_lines_is_empty(tmp_path: Path) -> None:
    assert "the input is empty" in refused(tmp_path, b"\n \r\n\n")


@pytest.mark.parametrize(
    "cell",
    [
        "00123",
        "12345678901234567890123456",
        " x ",
        '"00123"',
        '"a,b"',
        '"say ""so"""',
        '"two\nlines"',
        '""',
        '5" disk',
        "-1.50",
        "1e5",
    ],
)
def test_unmapped_cells_come_back_as_they_were_written(tmp_path: Path, cell: str) -> None:
    result = masked(tmp_path, f"收件人,编号,末\n张三,{cell},z\n")

    assert result.stdout == f"收件人,编号,末,error\n张*,{cell},z,\n"


def test_a_masked_cell_that_was_quoted_stays_quoted(tmp_path: Path) -> None:
    result = masked(tmp_path, '"收件人","收件地址"\n"张三","1号楼2单元3室, 东"\n')

    assert result.stdout.splitlines()[1].startswith('"张*","1号楼*单元*室, 东"')


def test_a_number_that_an_export_wrote_as_text_is_read_as_the_number(tmp_path: Path) -> None:
    result = masked(tmp_path, '收件电话,编号\n="13812345678",="00123"\n')

    assert result.stdout == '收件电话,编号,error\n*******5678,="00123",\n'


def test_headers_given_twice_keep_their_cells_apart(tmp_path: Path) -> None:
    result = masked(tmp_path, "收件人,x,x\n张三,1,2\n")

    assert result.stdout.splitlines()[1] == "张*,1,2,"


def test_values_of_the_record_in_an_unmapped_cell_are_found(tmp_path: Path) -> None:
    result = masked(tmp_path, "收件人,收件电话,其他\n欧阳娜娜,13812345678,请交欧阳娜娜本人\n", "--unmapped=guard")

    assert result.stdout.splitlines()[1] == "欧阳**,*******5678,请交欧阳**本人,"
    assert "cells hidden in them: 1" in result.stderr


def test_a_column_of_a_name_that_is_taken_is_called_otherwise(tmp_path: Path) -> None:
    result = masked(tmp_path, "收件人,error,error-2\n张三,a,b\n")

    assert result.stdout == "收件人,error,error-2,error-3\n张*,a,b,\n"


def test_masking_what_was_masked_changes_nothing(tmp_path: Path) -> None:
    once = masked(tmp_path, TABLE)

    twice = masked(tmp_path, once.stdout)

    assert [cells[:-1] for cells in rows(twice.stdout)][1:] == rows(once.stdout)[1:]


@pytest.mark.parametrize("cells", [CELLS[:-1], (*CELLS, "x"), (*CELLS, "")])
def test_a_line_of_another_width_fails_alone_and_shows_nothing(tmp_path: Path, cells: tuple[str, ...]) -> None:
    result = masked(tmp_path, TABLE + line(*cells) + row("SF1234567892"))

    assert result.exit_code == 1
    assert rows(result.stdout)[2] == ["*"] * len(HEADERS) + ["wrong-cell-count"]
    assert rows(result.stdout)[3][:2] == ["SF1234567892", "张*"]
    assert "line 3, record 2: wrong-cell-count" in result.stderr


@pytest.mark.parametrize("delimiter", [":", "-", "/", ";"])
def test_what_is_added_is_quoted_where_it_holds_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    content = (TABLE + "x\n").replace(",", delimiter).replace("021-59791234-801", "13912345678")

    result = masked(tmp_path, content, f"--delimiter={delimiter}")

    assert [cells[-1] for cells in rows(result.stdout, delimiter)] == ["error", "", "wrong-cell-count"]


def test_lines_of_the_file_are_counted_not_records(tmp_path: Path) -> None:
    result = masked(tmp_path, line(*HEADERS) + "\n" + row(at7='"one\ntwo\nthree"') + "x\n")

    assert "line 6, record 2: wrong-cell-count" in result.stderr


def test_a_quote_that_is_not_closed_stops_with_its_line(tmp_path: Path) -> None:
    assert "line 3: a quoted cell is not closed" in refused(tmp_path, TABLE + '"张三,13812345678\n')


def test_a_line_without_an_end_in_sight_stops(tmp_path: Path) -> None:
    said = refused(tmp_path, TABLE + "x" * (1024 * 1024 + 1))

    assert "line 3: is longer than 1,048,576 characters" in said


def test_a_file_without_headers_is_refused_and_not_repeated(tmp_path: Path) -> None:
    result = masked(tmp_path, line(*CELLS) * 2)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert not [value for value in VALUES if value in result.stderr]


def test_bytes_of_another_encoding_stop_with_their_line_and_byte(tmp_path: Path) -> None:
    said = refused(tmp_path, TABLE.encode() + row().encode() + b"abc\xff\n", "--encoding=utf-8")

    assert "line 4: is not utf-8 at its byte 4: name the encoding with --encoding" in said


def test_bytes_of_no_encoding_are_named_by_line_and_byte(tmp_path: Path) -> None:
    said = refused(tmp_path, TABLE.encode() + b"abc\xff\n")

    assert "the input is not utf-8 (line 3, byte 4), and not gb18030 (line " in said
    assert not [value for value in (*VALUES, "abc") if value in said]


def test_gb18030_far_behind_plain_ascii_is_refused_and_not_garbled(tmp_path: Path) -> None:
    plain = b"Ann,13812345678," + b"." * 1000 + b"\n"
    content = b"name,phone,signs\n" + plain * 300 + "张三,13812345678,.\n".encode("gb18030")

    said = refused(tmp_path, content)

    assert "line 302: is not utf-8 at its byte 1: name the encoding with --encoding" in said
    assert masked(tmp_path, content, "--encoding=gb18030").exit_code == 0


@pytest.mark.parametrize("content", [TABLE.encode("utf-16"), b"", b"\xff\xff\xff\xff"])
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    assert masked(tmp_path, content).exit_code == 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04" + bytes(99), "no text but xlsx (ZIP), whatever the suffix says: add --format xlsx"),
        (b"\xd0\xcf\x11\xe0" + bytes(99), "no text but xls (Microsoft Office), whatever the suffix says: save it as"),
        (b"\x1f\x8b" + bytes(99), "no text but gzip, whatever the suffix says: unpack it first"),
        (b"PAR1\x15" + bytes(99), "no text but Parquet, whatever the suffix says: add --format parquet"),
        (b"ARROW1\0\0" + bytes(99), "no text but Arrow, whatever the suffix says: add --format arrow"),
    ],
)
def test_another_form_under_the_suffix_of_a_text_is_named(tmp_path: Path, content: bytes, told: str) -> None:
    assert told in refused(tmp_path, content)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_named_with_and_without_its_mark(tmp_path: Path, encoding: str) -> None:
    assert "the input is UTF-16: save it as UTF-8" in refused(tmp_path, TABLE.encode(encoding))
