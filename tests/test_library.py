"""`from masking_service import mask`: records are masked in a process of one's own."""

import sys
from typing import Any

import pytest

from masking_service import Masked, mask
from tests import programs

RECORD = {
    "waybill_no": "SF1234567890",
    "recipient": {"name": "欧阳娜娜", "phone": "13812345678"},
    "mobile": "13987654321",
}


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def test_records_are_masked_and_those_given_stay_as_they_are() -> None:
    assert mask([RECORD]) == [
        Masked(
            {
                "waybill_no": "SF1234567890",
                "recipient": {"name": "欧阳**", "phone": "*******5678"},
                "mobile": "*******4321",
            },
            warnings=(("/mobile", "unmapped-masked"),),
        )
    ]
    assert RECORD["mobile"] == "13987654321"


def test_a_record_that_cannot_be_masked_fails_alone() -> None:
    results = mask([{"x": 1}, {"recMobile": "13812345678"}], schema="standard")
    fitting = mask([{"recManMobile": "13812345678"}], schema="kuaidi100", profile="hidden")

    assert [(one.record, one.errors) for one in results] == [(None, (("", "nothing-mapped"),))] * 2
    assert fitting[0].record == {"recManMobile": "***********"}


@pytest.mark.parametrize("unknown", [{"schema": "unknown"}, {"profile": "unknown"}])
def test_an_unknown_schema_or_profile_is_refused(unknown: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"unknown (schema|profile)"):
        mask([RECORD], **unknown)


@pytest.mark.parametrize("records", [RECORD, {}, "张三", b"x", None, 7], ids=lambda records: type(records).__name__)
def test_records_that_are_no_list_are_refused_with_what_is_wanted(records: Any) -> None:
    with pytest.raises(TypeError, match=r"records must be a list of records.*for one record write mask\(\[record\]\)"):
        mask(records)


@pytest.mark.parametrize("name", ["schema", "profile"])
@pytest.mark.parametrize("value", [None, 1, ["label"]], ids=repr)
def test_a_name_that_is_no_text_is_refused(name: str, value: Any) -> None:
    with pytest.raises(TypeError, match=f"{name} must be the name of a {name}"):
        mask([RECORD], **{name: value})


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (None, "invalid-type"),
        ([RECORD], "invalid-type"),
        ("张三", "invalid-type"),
        ({13812345678: "x"}, "invalid-type"),
        ({**RECORD, "x": {("张三",): 1}}, "invalid-type"),
        ({**RECORD, "x": b"13812345678"}, "invalid-type"),
        ({**RECORD, "x": {"13812345678"}}, "invalid-type"),
        ({**RECORD, "x": object()}, "invalid-type"),
        ({**RECORD, "x": nested(50)}, "too-deep"),
        ({**RECORD, "x": nested(50_000)}, "too-deep"),
    ],
    ids=["null", "list", "text", "number as a key", "tuple as a key", "bytes", "set", "object", "deep", "deeper"],
)
def test_a_record_that_is_no_json_object_fails_alone(record: Any, code: str) -> None:
    wrong, usual = mask([record, RECORD])

    assert (wrong.record, wrong.errors) == (None, (("", code),))
    assert usual.record is not None


def test_a_tuple_is_a_list() -> None:
    record = mask([{**RECORD, "x": ("电话13987654321",)}])[0].record

    assert record is not None
    assert record["x"] == ["电话*******4321"]


def test_importing_the_package_loads_none_of_it() -> None:
    script = "import sys, masking_service; print(sorted(name for name in sys.modules if name.startswith('masking_')))"

    assert programs.output(sys.executable, "-c", script).strip() == "['masking_service']"
