"""Columns come back masked, in their order and of their types, and nothing else of a row changes."""

import pickle
from typing import Any

import pyarrow as pa
import pytest

from masking_service.arrow import Plan, RowWarning, UnmappedColumns, mask, masked_schema
from masking_service.masking.records.profiles import Profile
from tests.arrow.batches import MASKED, PLAN, ROW, batch, shown
from tests.every import every
from tests.masking.standard import LABEL_RULES

GUARD = Plan({"收件人": "name"}, unmapped="guard")


def test_mapped_columns_are_masked_and_all_columns_keep_place_and_type() -> None:
    came = batch(ROW, ROW)

    masked = mask(came, PLAN)

    assert masked.to_pylist() == [MASKED, MASKED]
    assert masked.schema == came.schema
    assert came.to_pylist() == [ROW, ROW]


def test_a_plan_from_headers_masks_what_their_names_say() -> None:
    assert Plan.from_header(list(ROW)) == Plan({"运单号": "waybill_no", **PLAN.columns})
    assert shown(batch(), Plan.from_header(list(ROW))) == [MASKED]
    with pytest.raises(ValueError, match="no column's name"):
        Plan.from_header(["重量"])


def test_nested_columns_are_masked_where_the_schema_says() -> None:
    record = {
        "billCode": "73100012345670",
        "senderInfo": {"senderName": "张三", "senderMobile": "13812345678"},
        "orderItems": [{"remark": "电话13812345678", "n": 1}, {"remark": None, "n": 2}],
    }
    came = batch(record)

    masked = mask(came, Plan.of_schema("zto"))

    assert masked.to_pylist() == [
        {
            "billCode": "73100012345670",
            "senderInfo": {"senderName": "张*", "senderMobile": "*******5678"},
            "orderItems": [{"remark": "电话*******5678", "n": 1}, {"remark": None, "n": 2}],
        }
    ]
    assert masked.schema == came.schema


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())],
    ids=str,
)
def test_every_kind_of_text_column_keeps_its_type(kind: pa.DataType) -> None:
    came = pa.record_batch({"电话": pa.array(["13812345678", None, "13812345678"], type=kind)})

    masked = mask(came, Plan({"电话": "phone"}))

    assert masked.column(0).to_pylist() == ["*******5678", None, "*******5678"]
    assert masked.schema == came.schema


def test_a_mapped_column_of_integers_becomes_text() -> None:
    came = pa.record_batch({"电话": [13812345678, None], "n": [1, 2]})
    plan = Plan({"电话": "phone"})

    assert shown(came, plan) == [{"电话": "*******5678", "n": 1}, {"电话": None, "n": 2}]
    assert masked_schema(came.schema, plan) == mask(came, plan).schema
    assert masked_schema(came.schema, plan).types == [pa.string(), pa.int64()]


def test_the_names_and_phones_of_a_row_are_hidden_in_its_other_columns() -> None:
    row = {"收件人": "欧阳娜娜", "电话": "13812345678", "规格": "给欧阳娜娜的13812345678"}

    for mode in ("guard", "pass"):
        plan = Plan({"收件人": "name", "电话": "phone"}, unmapped=mode)
        assert shown(batch(row), plan)[0]["规格"] == "给欧阳**的*******5678"
    left = Plan({"收件人": "name", "电话": "phone", "规格": "unmapped"})
    assert shown(batch(row), left)[0]["规格"] == "给欧阳**的*******5678"


def test_a_column_that_is_left_stays_though_it_looks_personal() -> None:
    row = {"收件人": "张三", "网点电话": "021-59791234", "编号": 13987654321}

    assert shown(batch(row), Plan({"收件人": "name", "网点电话": "unmapped", "编号": "unmapped"})) == [
        {**row, "收件人": "张*"}
    ]


def test_a_privacy_number_is_shown_as_the_profile_says_also_beside_a_column_that_is_left() -> None:
    columns = {"收件人": "name", "隐私号": "virtual_phone", "网点": "unmapped"}
    row = {"收件人": "张三", "隐私号": "17012345678", "网点": "青浦华新"}

    assert shown(batch(row), Plan(columns))[0] == {"收件人": "张*", "隐私号": "17012345678", "网点": "青浦华新"}
    assert shown(batch(row), Plan(columns, profile="hidden"))[0] == {
        "收件人": "**",
        "隐私号": "***********",
        "网点": "青浦华新",
    }


@pytest.mark.parametrize(
    ("mode", "note", "count", "when"),
    [("guard", "找李* *******4321", 7, True), ("hide", "***************", None, False)],
)
def test_unmapped_columns_are_guarded_or_hidden(mode: Any, note: str, count: int | None, when: bool) -> None:
    came = pa.record_batch(
        {
            "收件人": ["张三"],
            "说明": ["找李四 13987654321"],
            "件数": [7],
            "手机": [13987654321],
            "时间": pa.array([1], type=pa.timestamp("us", "Asia/Shanghai")),
        }
    )

    masked = mask(came, Plan({"收件人": "name"}, unmapped=mode))

    found = masked.to_pydict()
    assert found["件数"] == [count]
    assert found["手机"] == [None]
    assert (found["时间"] != [None]) is when
    assert found["说明"] == [note]
    assert masked.schema == came.schema


def test_what_is_inside_of_unmapped_structs_and_lists_is_guarded() -> None:
    row = {"收件人": "张三", "扩展": {"mobile": "13987654321", "说明": "件数3"}, "轨迹": [{"描述": "电话13987654321"}]}

    assert shown(batch(row), GUARD) == [
        {
            "收件人": "张*",
            "扩展": {"mobile": "*******4321", "说明": "件数3"},
            "轨迹": [{"描述": "电话*******4321"}],
        }
    ]


def test_bytes_cannot_be_read_and_are_hidden() -> None:
    came = pa.record_batch({"收件人": ["张三"], "原文": [b"13812345678"]})

    assert shown(came, GUARD) == [{"收件人": "张*", "原文": None}]
    with pytest.raises(UnmappedColumns) as refused:
        mask(came, Plan({"收件人": "name"}))
    assert [*refused.value.columns] == ["原文"]


def test_warnings_name_the_row_and_the_place() -> None:
    _, found = mask(batch(ROW, {**ROW, "电话": "138****5678", "备注": "放门卫"}), PLAN, warnings=True)

    assert found == [
        RowWarning(0, "/备注", "found-in-text"),
        RowWarning(1, "/电话", "already-masked"),
    ]


def test_a_row_that_takes_too_much_work_is_hidden_whole_and_fails_alone() -> None:
    hard = {**ROW, "收件人": "13812345678 " * 20_000}

    masked, found = mask(batch(ROW, hard, ROW), PLAN, warnings=True)

    assert [row["电话"] for row in masked.to_pylist()] == ["*******5678", "*", "*******5678"]
    assert masked.to_pylist()[1] == {**dict.fromkeys(ROW, "*"), "重量": None}
    assert [warning for warning in found if warning.row == 1] == [RowWarning(1, "/收件人", "too-large")]


def test_cells_of_a_name_a_phone_and_an_address_are_masked_as_parties() -> None:
    came = batch({"收货信息": "张三 13812345678 华志路1685号3号楼2单元402室"})

    assert shown(came, Plan({"收货信息": "party"}))[0]["收货信息"] == "张* *******5678 华志路1685号3号楼*单元***室"


def test_a_profile_of_ones_own_can_be_given() -> None:
    own = Profile.parse("own", {**LABEL_RULES, "phone": {"show_last": 2}})

    assert shown(batch(), Plan(PLAN.columns, profile=own))[0]["电话"] == "*********78"


def test_an_empty_batch_stays_empty() -> None:
    assert mask(batch().slice(0, 0), PLAN) == batch().slice(0, 0)


def test_the_same_rows_give_the_same_masks_in_any_batches() -> None:
    rows = [{**ROW, "电话": f"138{at:08d}"} for at in range(60)]
    together = shown(batch(*rows), PLAN)

    assert [row for one in rows for row in shown(batch(one), PLAN)] == together


def test_a_plan_can_be_sent_to_another_process() -> None:
    for plan in (PLAN, Plan.of_schema("sf"), Plan.from_header(list(ROW))):
        assert pickle.loads(pickle.dumps(plan)) == plan  # noqa: S301 - its own


@every(
    ("columns", "more"),
    [
        ({"收件人": "nmae"}, {}),
        ({}, {}),
        ({"收件人": "unmapped"}, {}),
        ({"a": "waybill_no", "b": "waybill_no", "c": "name"}, {}),
        ({"收件人": "name"}, {"unmapped": "drop"}),
        ({"收件人": "name"}, {"profile": "unknown"}),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused(columns: dict[str, str], more: Any) -> None:
    with pytest.raises(ValueError, match=r"unknown|needs|only one|must be|no such"):
        Plan(columns, **more)


@pytest.mark.parametrize(
    ("came", "plan", "refusal"),
    [
        ({"收件人": ["张三"]}, Plan({"电话": "phone"}), ValueError),
        ({"电话": [1.5]}, Plan({"电话": "phone"}), TypeError),
        ({"电话": [b"1"]}, Plan({"电话": "phone"}), TypeError),
        ({"sender": ["张三"]}, Plan.of_schema("standard"), TypeError),
        ({"x": ["张三"]}, Plan.of_schema("standard"), ValueError),
        ({"sender": [{"name": "张三", "raw": b"x"}]}, Plan.of_schema("standard", unmapped="pass"), TypeError),
        ({"收件人": ["张三"], "13812345678": ["x"]}, GUARD, ValueError),
    ],
    ids=["no such column", "fractions", "bytes", "no struct", "no member", "bytes beside", "a phone as a name"],
)
def test_columns_that_do_not_fit_the_plan_are_refused(came: Any, plan: Plan, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        mask(pa.record_batch(came), plan)


def test_a_table_is_refused_with_what_to_write() -> None:
    with pytest.raises(TypeError, match=r"loop over table\.to_batches"):
        mask(pa.table({"收件人": ["张三"]}), PLAN)


def test_notes_of_columns_members_and_the_batch_are_left_out() -> None:
    notes = {"note": "张三13812345678"}
    member = pa.field("x", pa.int64(), metadata=notes)
    kinds = {
        "收件人": pa.string(),
        "s": pa.struct([member]),
        "l": pa.list_(member),
        "ll": pa.large_list(member),
        "f": pa.list_(member, 1),
        "m": pa.map_(pa.field("key", pa.string(), nullable=False), member),
    }
    schema = pa.schema([pa.field(name, kind, metadata=notes) for name, kind in kinds.items()], notes)
    row = {"收件人": "张三", "s": {"x": 1}, "l": [1], "ll": [1], "f": [1], "m": [("k", 1)]}

    masked = mask(pa.RecordBatch.from_pylist([row], schema), Plan({"收件人": "name"}, unmapped="pass"))

    assert masked.to_pylist() == [row | {"收件人": "张*"}]
    assert masked.schema == schema
    assert b"13812345678" in schema.serialize().to_pybytes()
    assert b"13812345678" not in masked.schema.serialize().to_pybytes()


NO_UTF_8 = pa.array([b"ok", b"138\xff12345678", None])


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()], ids=str)
def test_a_text_that_is_no_utf_8_is_hidden_whole_and_alone(kind: pa.DataType) -> None:
    wide = NO_UTF_8.cast(pa.large_binary() if kind == pa.large_string() else pa.binary())
    broken = pa.Array.from_buffers(kind, 3, wide.buffers())
    names = pa.array(["张三"] * 3)

    masked = mask(
        pa.RecordBatch.from_arrays([names, broken, broken.dictionary_encode()], ["收件人", "x", "y"]),
        Plan({"收件人": "name"}, unmapped="guard"),
    )

    assert masked.schema.types == [pa.string(), kind, pa.dictionary(pa.int32(), kind)]
    assert masked.to_pydict() == {"收件人": ["张*"] * 3, "x": ["ok", "*", None], "y": ["ok", "*", None]}


def test_one_inside_of_a_struct_is_refused_with_the_column() -> None:
    broken = pa.Array.from_buffers(pa.string(), 3, NO_UTF_8.buffers())
    inside = pa.StructArray.from_arrays([broken], ["x"])

    with pytest.raises(ValueError, match="s has a text that is not UTF-8"):
        mask(pa.RecordBatch.from_arrays([pa.array(["张三"] * 3), inside], ["收件人", "s"]), GUARD)
