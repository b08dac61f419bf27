"""Parquet and Arrow files are masked and tokenized in their types, a few thousand rows at a time."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import ipc

from masking_files import columnar
from tests.cli.files.runs import CELLS, HEADERS, MASKED, run

ROW: dict[str, Any] = dict(zip(HEADERS, CELLS, strict=True)) | {"重量": 1.5}
SHOWN: dict[str, Any] = dict(zip(HEADERS, MASKED, strict=True)) | {"重量": 1.5, "error": None}
SUFFIXES = (".parquet", ".arrow", ".arrows")


def write(path: Path, table: pa.Table) -> Path:
    if path.suffix == ".parquet":
        pq.write_table(table, path)
    else:
        make = ipc.new_stream if path.suffix == ".arrows" else ipc.new_file
        with make(str(path), table.schema) as writer:
            writer.write_table(table)
    return path


def read(path: Path) -> pa.Table:
    if path.suffix == ".parquet":
        return pq.read_table(path)
    return (ipc.open_stream if path.suffix == ".arrows" else ipc.open_file)(str(path)).read_all()


def masked(path: Path, *options: str) -> pa.Table:
    done = run("mask", path, *options)
    assert done.exit_code == 0, done.output
    return read(path.with_name(f"{path.stem}.masked{path.suffix}"))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_is_masked_in_its_form_and_types(tmp_path: Path, suffix: str) -> None:
    table = pa.Table.from_pylist([ROW] * 3)

    shown = masked(write(tmp_path / f"in{suffix}", table))

    assert shown.to_pylist() == [SHOWN] * 3
    assert shown.schema.remove(len(HEADERS)) == table.schema
    assert (tmp_path / f"in.masked{suffix}").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_types_and_values_that_are_no_text_stay(tmp_path: Path, suffix: str) -> None:
    columns = {
        "收件人": pa.array(["张三", None, "李四"]).dictionary_encode(),
        "时间": pa.array([1, None, 3], pa.timestamp("ns", "Asia/Shanghai")),
        "金额": pa.array([1.25, None, 3], pa.float64()),
        "已签收": pa.array([True, None, False]),
        "标签": pa.array([["易碎"], None, []], pa.list_(pa.string())),
        "件数": pa.array([1, None, 2**40]),
    }
    table = pa.table(columns)

    shown = masked(write(tmp_path / f"in{suffix}", table))

    assert shown.column("收件人").to_pylist() == ["张*", None, "李*"]
    others = [*columns][1:]
    assert shown.select(others).equals(table.select(others))


def test_members_of_structs_are_columns(tmp_path: Path) -> None:
    rows = [{"sender": {"name": "张三", "phone": "13812345678", "age": None}, "n": 1}, {"sender": None, "n": 2}]

    shown = masked(write(tmp_path / "in.parquet", pa.Table.from_pylist(rows)))

    assert shown.to_pylist() == [
        {"sender": {"name": "张*", "phone": "*******5678", "age": None}, "n": 1, "error": None},
        {"sender": None, "n": 2, "error": None},
    ]


def test_a_phone_that_is_a_number_becomes_a_text_and_a_hidden_number_is_null(tmp_path: Path) -> None:
    path = write(tmp_path / "in.parquet", pa.table({"电话": [13812345678, None], "备用": [13987654321, 7]}))

    shown = masked(path, "--unmapped", "hide")

    assert shown.schema.types == [pa.string(), pa.int64(), pa.string()]
    assert shown.to_pydict() == {"电话": ["*******5678", None], "备用": [None, None], "error": [None, None]}


def test_a_column_that_looks_personal_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    path = write(tmp_path / "in.parquet", pa.table({"收件人": ["张三"], "备用": [13812345678]}))

    done = run("mask", path)

    assert done.exit_code == 2
    assert "column 2 (备用), phone:" in done.stderr
    assert [*tmp_path.iterdir()] == [path]


def test_a_row_that_fails_is_hidden_whole(tmp_path: Path) -> None:
    rows = [ROW, {**ROW, "收件人": "13812345678 " * 20_000}]
    path = write(tmp_path / "in.parquet", pa.Table.from_pylist(rows))

    done = run("mask", path)

    good, bad = read(tmp_path / "in.masked.parquet").to_pylist()
    assert done.exit_code == 1
    assert good == SHOWN
    assert bad == {**dict.fromkeys(HEADERS, "*"), "重量": None, "error": "too-large /recipient/name"}


def test_the_rows_are_in_order_over_many_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columnar, "_READ", 64)
    monkeypatch.setattr(columnar, "_WRITTEN", 200)
    rows = [{**ROW, "运单号": f"SF{10**9 + at}"} for at in range(1_000)]
    path = tmp_path / "in.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=150)

    shown = masked(path, "--batch", "70")

    assert shown.to_pylist() == [{**SHOWN, "运单号": f"SF{10**9 + at}"} for at in range(1_000)]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [("in.parquet", b"PAR1 no", "damaged"), ("in.arrow", b"ARROW1 no", "damaged"), ("in.arrows", b"", "damaged")],
)
def test_a_damaged_file_is_refused(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(content)

    done = run("mask", tmp_path / name)

    assert done.exit_code == 2
    assert why in done.stderr


def test_standard_input_is_refused_and_a_missing_library_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "not from standard input" in run("mask", "-", "--format", "parquet", stdin=b"PAR1").stderr
    monkeypatch.setattr(columnar, "pa", None)
    path = write(tmp_path / "in.parquet", pa.table({"收件人": ["张三"]}))
    assert "waybill-masking[arrow]" in run("mask", path).stderr


def test_memory_does_not_grow_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrow holds what is read and the row group that is written, however many there are."""
    monkeypatch.setattr(columnar, "_READ", 20)
    monkeypatch.setattr(columnar, "_WRITTEN", 20)
    table = pa.Table.from_pylist([{"收件人": "张三", "代码": chr(97 + at % 26) * 1_000} for at in range(1_200)])
    path, size = tmp_path / "in.parquet", table.nbytes
    pq.write_table(table, path, row_group_size=20)
    del table
    held, flush = [pa.total_allocated_bytes()], columnar.ColumnSheet.flush

    def counted(sheet: columnar.ColumnSheet) -> None:
        flush(sheet)
        held.append(pa.total_allocated_bytes())

    monkeypatch.setattr(columnar.ColumnSheet, "flush", counted)
    assert run("mask", path, "--batch", "20").exit_code == 0

    assert len(held) > 50
    assert max(held) - held[0] < size / 4


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (pa.list_(pa.struct([("name", pa.string())])), [{"name": "张三"}]),
        (pa.list_(pa.string()), ["张三"]),
        (pa.binary(), "张三".encode("gb18030")),
        (pa.binary(4), "张三".encode("gb18030")),
        (pa.binary_view(), "张三".encode()),
    ],
)
def test_a_mapped_column_of_any_type_becomes_one_of_texts(tmp_path: Path, kind: pa.DataType, value: object) -> None:
    table = pa.table({"收件人": pa.array([value, None], kind)})

    shown = masked(write(tmp_path / "in.arrow", table)).column("收件人")

    assert shown.type == pa.string()
    first, second = shown.to_pylist()
    assert "三" not in first
    assert second is None


def test_bytes_that_are_no_text_stay(tmp_path: Path) -> None:
    table = pa.table({"收件人": ["张三"], "id": pa.array([b"\xff" * 16], pa.binary(16))})

    assert masked(write(tmp_path / "in.parquet", table)).column("id").to_pylist() == [b"\xff" * 16]


def test_views_are_written_as_plain_values(tmp_path: Path) -> None:
    rows = {"name": "张三", "phone": "13812345678"}
    table = pa.table(
        {
            "收件人": pa.array(["张三", None], pa.string_view()),
            "sender": pa.array([rows, None], pa.struct([("name", pa.string_view()), ("phone", pa.string_view())])),
            "标签": pa.array([["易碎"], None], pa.list_(pa.string_view())),
        }
    )

    shown = masked(write(tmp_path / "in.arrow", table))

    assert shown.drop_columns(["error"]).to_pydict() == {
        "收件人": ["张*", None],
        "sender": [{"name": "张*", "phone": "*******5678"}, None],
        "标签": [["易碎"], None],
    }
    assert shown.schema.field("收件人").type == pa.string()


def test_a_column_of_a_type_that_is_not_read_is_refused(tmp_path: Path) -> None:
    runs = pa.RunEndEncodedArray.from_arrays([2], ["x"])
    source = write(tmp_path / "in.arrow", pa.table({"收件人": ["张三", "李四"], "runs": runs}))

    done = run("mask", source)

    assert done.exit_code == 2
    assert "column runs has a type that cannot be read (run_end_encoded" in done.output
    assert [*tmp_path.iterdir()] == [source]


def test_a_phone_that_is_a_fraction_is_its_digits_and_one_that_is_no_number_is_empty(tmp_path: Path) -> None:
    """Programs that know no empty integer write such phones."""
    table = pa.table({"收件人": ["张三"] * 5, "电话": [13812345678.0, float("nan"), None, 1.5, 2.0**53]})

    shown = masked(write(tmp_path / "in.parquet", table)).column("电话").to_pylist()

    assert shown == ["*******5678", None, None, "**", "*" * 19]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_notes_of_columns_and_members_are_left_out(tmp_path: Path, suffix: str) -> None:
    def noted(name: str, kind: pa.DataType) -> pa.Field:
        return pa.field(name, kind, metadata={"note": "张三13812345678"})

    inner = [noted("x", pa.int64())]
    columns = {
        noted("收件人", pa.string()): ["张三"],
        noted("s", pa.struct(inner)): [{"x": 1}],
        noted("l", pa.list_(inner[0])): [[1]],
        noted("f", pa.list_(inner[0], 1)): [[1]],
        noted("m", pa.map_(pa.field("key", pa.string(), nullable=False), inner[0])): [[("k", 1)]],
    }
    table = pa.table([*columns.values()], schema=pa.schema([*columns], metadata={"owner": "张三13812345678"}))
    source = write(tmp_path / f"in{suffix}", table)

    shown = masked(source)

    assert shown.column("m").to_pylist() == [[("k", 1)]]
    assert read(source).schema.serialize().to_pybytes().count(b"13812345678") > 5
    assert b"13812345678" not in shown.schema.serialize().to_pybytes()


@pytest.mark.parametrize(
    ("offsets", "texts"),
    [((0, 2, 4), b"ok\xff\xfe"), ((0, 2**30, 4), b"abcd")],
    ids=["no UTF-8", "offsets beyond the texts"],
)
def test_a_column_whose_texts_cannot_be_read_is_refused_by_its_place(
    tmp_path: Path, offsets: tuple[int, ...], texts: bytes
) -> None:
    buffers = [None, pa.py_buffer(pa.array(offsets, pa.int32()).buffers()[1]), pa.py_buffer(texts)]
    broken = pa.Array.from_buffers(pa.string(), 2, buffers)
    source = write(tmp_path / "in.arrow", pa.table({"收件人": ["张三", "李四"], "电话": broken}))

    done = run("mask", source)

    assert done.exit_code == 2
    assert "line 1, column 2: the column is damaged, or has a text that is not UTF-8" in done.output
    assert [*tmp_path.iterdir()] == [source]


def test_columns_of_one_name_are_refused_by_their_places(tmp_path: Path) -> None:
    table = pa.table([pa.array(["张三"])] * 3, names=["收件人", "x", "收件人"])

    assert "columns 1 and 3 have the same name" in run("mask", write(tmp_path / "in.arrow", table)).output


def test_a_column_whose_name_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    source = write(tmp_path / "in.arrow", pa.table({"收件人": ["张三"], "abcdef": ["x"]}))
    source.write_bytes(source.read_bytes().replace(b"abcdef", b"abc\xff\xff\xff"))

    done = run("mask", source)

    assert (done.exit_code, "the file is damaged or of another format (arrow)" in done.output) == (2, True)
