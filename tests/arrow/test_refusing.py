"""A column that looks personal and is not mapped stops the job with its name, and never with a value."""

from typing import Any

import pytest

from masking_service.arrow import Plan, UnmappedColumns, mask
from tests.arrow.batches import batch, shown
from tests.cli.files.test_unmapped import PERSONAL
from tests.every import every

PLAN = Plan({"收件人": "name"})


def refused(*rows: dict[str, Any], plan: Plan = PLAN) -> dict[str, str]:
    with pytest.raises(UnmappedColumns) as refusal:
        mask(batch(*rows), plan)
    for row in rows:
        assert not [value for value in row.values() if isinstance(value, str) and value in str(refusal.value)]
    return refusal.value.columns


@every(("kind", "cell"), [(kind, cell) for kind, cells in PERSONAL.items() for cell in cells])
def test_a_personal_column_is_refused_by_its_name(kind: str, cell: str) -> None:
    assert refused({"收件人": "王五", "备用": cell}) == {"备用": kind}


def test_a_column_is_refused_for_its_name_alone() -> None:
    row = {"收件人": "王五", "手机": "1", "x": {"mobile": "2", "n": 3}}

    assert refused(row) == {"手机": "phone", "x.mobile": "phone"}


def test_members_of_structs_and_lists_are_looked_at() -> None:
    row = {"收件人": "王五", "x": [{"n": "13812345678"}], "y": {"z": {"w": 13987654321}}}

    assert refused(row) == {"x.n": "phone", "y.z.w": "phone"}


def test_what_only_looks_like_a_name_in_few_cells_of_many_is_no_reason() -> None:
    rows = [{"收件人": "王五", "商品": f"白色运动鞋{at}号款"} for at in range(200)]
    rows[7]["商品"] = "张小泉"

    assert len(shown(batch(*rows), PLAN)) == 200
    assert refused(*({"收件人": "王五", "备用": name} for name in ("张三", "李四", "王小明"))) == {"备用": "name"}


def test_numbers_of_waybills_are_not_trusted_to_be_some() -> None:
    plan = Plan({"收件人": "name", "单号": "waybill_no"})

    assert shown(batch({"收件人": "王五", "单号": "SF1234567890"}), plan) == [{"收件人": "王*", "单号": "SF1234567890"}]
    assert refused({"收件人": "王五", "单号": "13812345678"}, plan=plan) == {"单号": "phone"}


def test_codes_amounts_and_times_stay() -> None:
    row = {"收件人": "王五", "订单号": "PO13812345678", "金额": 12.5, "时间": "2026-11-26 12:00:00", "件数": 3}

    assert shown(batch(row), PLAN) == [{**row, "收件人": "王*"}]


def test_a_header_that_is_a_value_itself_is_not_named() -> None:
    refusal = refused({"收件人": "王五", "张三": "李四"})

    assert refusal == {"column 2": "name"}


def test_the_remedy_is_said() -> None:
    with pytest.raises(UnmappedColumns, match="Map each to a kind, or to 'unmapped'"):
        mask(batch({"收件人": "王五", "备用": "13812345678"}), PLAN)
