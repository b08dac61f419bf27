"""The summary counts, names places and codes, and never a value; memory does not grow with the file."""

import json
from pathlib import Path

import pytest

from masking_files.passing import sentence
from masking_service.service.rule_texts import ITEMS
from tests.cli.files.runs import CELLS, HEADERS, MASKED, TABLE, VALUES, line, masked, ndjson, peaks, row, run

LINES = 12_000
MAX_GROWTH_KIB = 8 * 1024


def test_warnings_and_failures_are_counted_by_code(tmp_path: Path) -> None:
    content = line(*HEADERS) + row(at2="138****5678") + row(at1="张*", at7="13812345678") + "x\n" + "y\n"

    result = masked(tmp_path, content)

    assert "records: 4, failed: 2" in result.stderr
    assert "warnings: already-masked 2" in result.stderr
    assert "failed: wrong-cell-count 2" in result.stderr


def test_a_failure_is_named_by_line_column_and_pointer(tmp_path: Path) -> None:
    result = masked(tmp_path, ndjson({"sender": {"phone": True}}), name="in.ndjson")

    assert "line 1, record 1: invalid-type /sender/phone" in result.stderr


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ("{", "Correct it, or export the file again"),
        ('{"shop": "x"}', "--schema"),
        ('{"receiver_name": "张三"}', "These schemas would fit: "),
        ('{"sender": {"phone": true}}', "a string, an integer or null for a value"),
        ('{"remark": ' + "[" * 40 + "]" * 40 + "}", "The schema expects"),
    ],
)
def test_each_failed_line_says_what_to_do(tmp_path: Path, record: str, told: str) -> None:
    result = masked(tmp_path, record + "\n", name="in.ndjson")

    assert told in json.loads(result.stdout)["error"]["detail"]


@pytest.mark.parametrize("locale", ["C.UTF-8", "zh_CN.UTF-8"])
@pytest.mark.parametrize(
    ("name", "content", "code", "told"),
    [
        (
            "in.csv",
            TABLE + "x\n",
            "wrong-cell-count",
            ("put cells that hold the delimiter in quotes", "请为每一列加上列名"),
        ),
        ("in.ndjson", "{\n", "invalid-json", ("Correct it, or export", "请更正，或重新导出")),
        ("in.ndjson", "[" * 100_000 + "]" * 100_000, "invalid-json", ("is nested too deeply", "嵌套过深")),
        ("in.ndjson", '{"x": 1}\n', "nothing-mapped", ("Name its schema with --schema", "请用 --schema 指定")),
    ],
)
def test_the_summary_says_what_to_do_about_each_code(
    tmp_path: Path, locale: str, name: str, content: str, code: str, told: tuple[str, str]
) -> None:
    path = tmp_path / name
    path.write_text(content)
    result = run("mask", path, env={"LC_ALL": locale})

    (line,) = [line for line in result.stderr.splitlines() if line.startswith(("failed:", "失败："))]
    assert f"{code} 1" in line
    assert told[locale != "C.UTF-8"] in line


def test_every_failure_of_a_record_has_a_sentence() -> None:
    codes = [*ITEMS, "invalid-json", "wrong-cell-count", "rounded-number"]

    assert all(sentence(code) for code in codes)


def test_of_many_failures_the_first_are_named(tmp_path: Path) -> None:
    result = masked(tmp_path, TABLE + "x\n" * 50)

    assert result.stderr.count("wrong-cell-count") == 21
    assert "and 30 more" in result.stderr


def test_the_columns_are_named_by_number(tmp_path: Path) -> None:
    result = masked(tmp_path, "收件人,备用电话,甲\n张三,1,2\n")

    assert "columns: 1 /recipient/name\n" in result.stderr
    assert "masked without a place in the schema: 2 (phone)" in result.stderr


def test_columns_that_nothing_maps_are_named_last(tmp_path: Path) -> None:
    result = masked(tmp_path, '收件人,甲,"乙\nx"\n张三,1,2\n')

    assert result.stderr.splitlines()[-1] == "not mapped: columns 2 (甲), 3 (乙 x)"


def test_one_record_is_one_record(tmp_path: Path) -> None:
    assert "records: 1, failed: 0" in masked(tmp_path, TABLE).stderr


def test_no_value_is_said_whatever_fails(tmp_path: Path) -> None:
    result = masked(tmp_path, TABLE + line(*CELLS, "x") + row(at1="13812345678") + ",".join(CELLS) + ',"')

    assert result.exit_code == 2
    assert not [value for value in (*VALUES, CELLS[0]) if value in result.stderr]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    record = ndjson({"waybill_no": "SF1234567890", "recipient": {"name": "张三", "phone": "13812345678"}})
    for name, lines in (("few", 2_000), ("many", LINES)):
        half = lines // 2
        (tmp_path / f"{name}.csv").write_text(line(*HEADERS) + row() * lines)
        (tmp_path / f"{name}.ndjson").write_text(record * half)
        (tmp_path / f"{name}.json").write_text("[" + ",\n".join([record.strip()] * half) + "]")

    few, many = ([tmp_path / f"{name}{suffix}" for suffix in (".csv", ".ndjson", ".json")] for name in ("few", "many"))
    *_, before, table, stream, array = peaks(*few, *many)

    for suffix, lines in ((".csv", LINES), (".ndjson", LINES // 2), (".json", LINES // 2)):
        assert (tmp_path / f"many.masked{suffix}").read_text().count("张*") == lines
    assert max(table, stream, array) - before < MAX_GROWTH_KIB, f"{before} KiB, then {(table, stream, array)}"


def test_every_line_of_a_long_file_is_there_in_order(tmp_path: Path) -> None:
    numbers = [f"SF{10**9 + number}" for number in range(3_001)]

    result = masked(tmp_path, line(*HEADERS) + "".join(map(row, numbers)), "--batch=7")

    assert [text.split(",")[0] for text in result.stdout.splitlines()[1:]] == numbers
    assert {text.split(",", 1)[1] for text in result.stdout.splitlines()[1:]} == {",".join(MASKED[1:]) + ","}
