"""JSON and NDJSON: read one record at a time, written one a line; numbers keep every digit."""

import json
import random
from pathlib import Path

import pytest

from tests.cli.files.runs import RECORD, VALUES, masked, ndjson, refused
from tests.web.api import without_details

OUT = {
    "waybill_no": "SF1234567890",
    "sender": {"name": "张*", "phone": "*******5678", "address": "华志路1685号3号楼*单元***室"},
    "recipient": {"name": "欧阳**", "phone": "021-******34-***", "address": "一号楼*单元***"},
    "remark": "放门卫",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_ndjson_is_masked_line_by_line(tmp_path: Path, encoding: str) -> None:
    result = masked(tmp_path, ndjson(RECORD, RECORD).encode(encoding), name="in.ndjson")

    assert [json.loads(text) for text in result.stdout.splitlines()] == [OUT, OUT]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_stays_an_array(tmp_path: Path, encoding: str, indent: int | None) -> None:
    content = json.dumps([RECORD, RECORD], ensure_ascii=False, indent=indent).encode(encoding)

    assert json.loads(masked(tmp_path, content, name="in.json").stdout) == [OUT, OUT]


def test_an_object_of_records_stays_one(tmp_path: Path) -> None:
    result = masked(tmp_path, json.dumps({"records": [RECORD]}), name="in.json")

    assert json.loads(result.stdout) == {"records": [OUT]}


@pytest.mark.parametrize("content", ["[]", '{"records": []}', " [ ] \n"])
def test_no_records_are_no_fault(tmp_path: Path, content: str) -> None:
    result = masked(tmp_path, content, name="in.json")

    assert result.exit_code == 0
    assert json.loads(result.stdout) == json.loads(content)


@pytest.mark.parametrize("number", ["1.50", "1e2", "1E+400", "12345678901234567890123456", "0.10000000000000000000001"])
@pytest.mark.parametrize("name", ["in.json", "in.ndjson"])
def test_unmapped_numbers_come_back_as_written(tmp_path: Path, number: str, name: str) -> None:
    content = f'{{"remark":"","n":{number}}}'

    result = masked(tmp_path, f"[{content}]" if name == "in.json" else content, name=name)

    assert content in result.stdout


def test_a_phone_written_as_a_fraction_elsewhere_is_found(tmp_path: Path) -> None:
    result = masked(tmp_path, ndjson(RECORD | {"n": 13812345678.0}), name="in.ndjson")

    assert "13812345678" not in result.stdout


@pytest.mark.parametrize(
    "bad", ["{", '{"a":NaN}', '{"a":"\\ud800"}', "[" * 100_000 + "]" * 100_000, '"\x01"', "9" * 5000]
)
def test_a_bad_line_fails_alone(tmp_path: Path, bad: str) -> None:
    result = masked(tmp_path, ndjson(RECORD) + bad + "\n" + ndjson(RECORD), name="in.ndjson")

    assert result.exit_code == 1
    lines = [without_details(json.loads(text)) for text in result.stdout.splitlines()]
    assert lines == [OUT, {"error": {"code": "invalid-json"}}, OUT]
    assert "line 2, record 2: invalid-json" in result.stderr


@pytest.mark.parametrize("bad", ['{"a":NaN}', '{"a":"\\ud800"}', "{]", "nul", '{"a" 1}', "{} {}"])
def test_a_bad_element_fails_alone_if_its_end_can_be_found(tmp_path: Path, bad: str) -> None:
    result = masked(tmp_path, f"[{json.dumps(RECORD)},\n{bad},\n{json.dumps(RECORD)}]", name="in.json")

    assert without_details(json.loads(result.stdout)) == [OUT, {"error": {"code": "invalid-json"}}, OUT]
    assert "line 2, record 2: invalid-json" in result.stderr


def test_a_record_of_the_wrong_shape_shows_nothing_of_itself(tmp_path: Path) -> None:
    wrong = RECORD | {"sender": {"name": ["张三"], "phone": 13812345678}}

    result = masked(tmp_path, ndjson(wrong, 5, None), name="in.ndjson")

    failed = [without_details(json.loads(text)["error"]) for text in result.stdout.splitlines()]
    assert failed[0] == {"code": "invalid-type", "errors": [{"pointer": "/sender/name", "code": "invalid-type"}]}
    assert [fault["code"] for fault in failed] == ["invalid-type"] * 3
    assert not [value for value in VALUES if value in result.stdout + result.stderr]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ('[{"a": 1},\n ]', "line 2, column 2: a record"),
        ('[{"a": 1},\n {"b": "', "line 2, column 2: the record that begins here does not end"),
        ('[{"a": 1}', "line 1, column 2: the record that begins here does not end"),
        ('[{"a": 1},', "line 1, column 11: the record that begins here does not end"),
        ('[{"a": 1}}', "line 1, column 10: ] is expected"),
        ("[1] x", "line 1, column 5: nothing may"),
        ('{"total": 1, "records": []}', "line 1, column 2: the object has to begin"),
        ('{"records": [], "total": 1}', "line 1, column 15: } is expected"),
        ('"x"', "line 1, column 1: [ is expected"),
        ("", "line 1, column 1: [ is expected"),
        ('["' + "x" * 1_200_000 + '"]', "line 1, column 2: the record that begins here is longer"),
    ],
)
def test_what_cannot_be_read_on_is_named_by_its_place(tmp_path: Path, content: str, where: str) -> None:
    assert where in refused(tmp_path, content, name="in.json")


def test_elements_are_found_wherever_the_text_is_cut(tmp_path: Path) -> None:
    rng = random.Random(7)
    texts = ['a"b', "\\", '\\"', "]},[{", "张三,", "\n", "\\u0041", "x" * 5000]
    records = [
        {"k": [rng.choice(texts), {"d": rng.choice(texts)}], rng.choice(texts): None, "remark": None}
        for _ in range(1000)
    ]

    result = masked(tmp_path, json.dumps(records, indent=1), name="in.json")

    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout) == records
