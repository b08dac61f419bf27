"""Unmapped members: their names are scanned too, and a batch is masked as each of its records is."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from masking_service.domain.effort import Effort
from masking_service.domain.profiles import Profile
from masking_service.domain.record import Masked, Masker
from masking_service.domain.unmapped import FOUND_IN_TEXT, UNMAPPED_MASKED
from tests.domain.records import LABEL, STANDARD, masked, schema, standard


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("13700001111", "*******1111"),
        ("137 0000 1111", "*******1111"),
        ("110101199003074610", "*" * 18),
        ("tel 13700001111 of the neighbour", "tel *******1111 of the neighbour"),
        ("someone@example.com", "*******@*******.***"),
    ],
)
@pytest.mark.parametrize("parent", ["", "/extra"])
def test_a_member_name_is_scanned(name: str, shown: str, parent: str) -> None:
    members = {"first": 1, name: "x", "last": 2}
    record, found = masked(standard(**({"extra": members} if parent else members)))

    inner = record["extra"] if parent else record
    assert [key for key in inner if key in {"first", shown, "last"}] == ["first", shown, "last"]
    assert name not in inner
    assert inner[shown] == "x"
    assert found.warnings == [(f"{parent}/{shown}", FOUND_IN_TEXT)]


@pytest.mark.parametrize(
    "name", ["OD2026112412345", "6901234567890", "@timestamp", "2026-11-24T10:00:00", "WB20260001234"]
)
def test_a_member_name_that_is_a_number_of_something_stays(name: str) -> None:
    record, found = masked(standard(extra={name: "x"}))
    assert (record["extra"], found.warnings) == ({name: "x"}, [])


def test_members_whose_names_are_masked_alike_are_all_kept() -> None:
    record, _ = masked(standard(extra={"13700001111": 1, "*******1111": 2, "13900001111": 3}))
    assert record["extra"] == {"*******1111*": 1, "*******1111": 2, "*******1111**": 3}


@pytest.mark.parametrize("where", ["top", "inner"])
def test_columns_leave_records_whose_member_names_hold_data(where: str) -> None:
    inner = {"13700001111": "x"}
    batch = [standard(**(inner if where == "top" else {"extra": inner | {"at": at}})) for at in range(30)]

    Masker(STANDARD, LABEL).mask_batch(batch, Effort())

    assert not any("13700001111" in str(record) for record in batch)
    assert all("*******1111" in str(record) for record in batch)


def test_a_bare_name_passes_under_a_profile_that_shows_names() -> None:
    record, found = masked(standard(name="李四"), by=Profile.parse("open", {"name": {"hide": "nothing"}}))
    assert (record["name"], found.warnings) == ("李四", [])


NESTED = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(
        ["", " ", "张三", "13700001111", "OD2026112412345", "2026-11-24 10:00", "1\n2\n3\n4\n5\n6\n7", "备注"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "order_no", "id", "note", "receiver", "13900001111"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(st.lists(NESTED, min_size=1, max_size=4))
def test_columns_and_the_single_pass_agree_on_nested_members(values: list[Any]) -> None:
    one_by_one = [standard(goods=copy.deepcopy(value)) for value in values * 20]
    together = copy.deepcopy(one_by_one)
    masker = Masker(STANDARD, LABEL)

    warnings = [masker.mask(record).warnings for record in one_by_one]
    found = masker.mask_batch(together, Effort())

    assert together == one_by_one
    assert [one.warnings for one in found if isinstance(one, Masked)] == warnings


@pytest.mark.parametrize(
    "value",
    [
        "褚时健",
        "上海市华志路1685号",
        "110101199003074610",
        "13812345678",
        13812345678,
        ["褚时健"],
        {"name": "褚时健"},
        2.5,
    ],
)
def test_what_is_no_waybill_number_is_hidden_at_its_place(value: Any) -> None:
    record, found = masked(standard(waybill_no=copy.deepcopy(value)))
    batch = [standard(waybill_no=copy.deepcopy(value)) for _ in range(30)]
    Masker(STANDARD, LABEL).mask_batch(batch, Effort())

    assert set(record["waybill_no"]) == {"*"}
    assert found.warnings == [("/waybill_no", UNMAPPED_MASKED)]
    assert {one["waybill_no"] for one in batch} == {record["waybill_no"]}


@pytest.mark.parametrize(
    "value", ["WB20260001234", " sf-123456 ", "11010119900307461", "12345678901", 20260001234, None, ""]
)
def test_a_waybill_number_stays_at_its_place(value: Any) -> None:
    record, found = masked(standard(waybill_no=value))
    assert (record["waybill_no"], found.warnings) == (value, [])


@pytest.mark.parametrize("at", [("order", "no"), ("waybill_no",)])
@pytest.mark.parametrize("value", ["褚时健", "13812345678", {"name": "褚时健"}])
def test_every_place_of_a_waybill_number_is_checked(at: tuple[str, ...], value: Any) -> None:
    own = schema({"remark": "text"}, ["order.no"])
    hidden = {"*"} if isinstance(value, dict) else {"*" * len(value)}
    batch: list[Any] = [{"remark": "x", "order": {"no": "WB1234567"}, "waybill_no": "WB1234567"} for _ in range(30)]
    for record in batch:
        (record["order"] if at[0] == "order" else record)[at[-1]] = copy.deepcopy(value)

    Masker(own, LABEL).mask_batch(batch, Effort())

    assert {(record["order"] if at[0] == "order" else record)[at[-1]] for record in batch} == hidden


@given(st.text(st.sampled_from("张三欧阳路号室1390 8-+*>,/.\x14@aBo九…　１转x()楼市"), min_size=1, max_size=30))
@example("oof\x14>i-921976915715287893575 ab")
@example("-张路o")
@example("934+13%EE \x17123438+\x01\x08123454+1")
@example("(e\r+13812345678")
@pytest.mark.parametrize("name", ["收件人", "name"])
def test_masking_the_mask_of_what_may_be_a_name_changes_nothing(name: str, party: str) -> None:
    record, _ = masked(standard(**{name: party, "receiver": {"x": party}}))
    again, _ = masked(record)

    assert again == record
