"""Where a profile hides what is unmapped, what the schema maps and lists under `keep` comes back, and nothing else."""

import copy
from typing import Any

import pytest

from masking_service.masking.effort import Effort
from masking_service.masking.errors import DefinitionError
from masking_service.masking.members.member_names import kind_of
from masking_service.masking.records.columns import FEW
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.record import Masker
from masking_service.masking.records.schema import EACH, Schema
from masking_service.masking.schemas import load_schemas
from tests.masking.standard import LABEL

HIDE = Profile.parse("label", {"name": {"hide": "given"}, "phone": {"show_last": 4}, "unmapped": "hide"})
OWN: dict[str, Any] = {
    "schema": "own",
    "source": "ours",
    "waybill_no": ["no"],
    "fields": {"to.name": "name", "to.phone": "phone"},
    "keep": ["order", "paid", "to.city", "items[].sku", "items[].count"],
}
RECORD: dict[str, Any] = {
    "no": "SF1234567890",
    "to": {"name": "张三", "phone": "13812345678", "city": "上海", "level": "金卡"},
    "order": "A-1",
    "paid": True,
    "gift": False,
    "items": [{"sku": "6901", "count": 2, "title": "图书"}, "x"],
    "extra": {"order": "A-1"},
}


def masked(record: dict[str, Any], profile: Profile = HIDE, **change: Any) -> dict[str, Any]:
    record = copy.deepcopy(record)
    Masker(Schema.parse("own", {**OWN, **change}), profile).mask(record)
    return record


def test_only_what_is_mapped_or_kept_comes_back() -> None:
    assert masked(RECORD) == {
        "no": "SF1234567890",
        "to": {"name": "张*", "phone": "*******5678", "city": "上海", "level": "**"},
        "order": "A-1",
        "paid": True,
        "gift": "*",
        "items": [{"sku": "6901", "count": 2, "title": "**"}, "*"],
        "extra": {"order": "***"},
    }


def test_a_batch_shows_the_same() -> None:
    batch = [copy.deepcopy(RECORD) for _ in range(FEW)]

    Masker(Schema.parse("own", OWN), HIDE).mask_batch(batch, Effort())

    assert batch == [masked(RECORD)] * FEW


def test_what_is_below_a_kept_path_is_hidden() -> None:
    assert masked({**RECORD, "order": {"id": "A-1"}})["order"] == {"id": "***"}


def test_the_leak_guard_holds_for_what_is_kept() -> None:
    assert masked({**RECORD, "order": "给张三 13812345678"})["order"] == "给张* *******5678"


def test_without_hide_a_kept_member_is_guarded_like_any_other() -> None:
    assert masked({**RECORD, "order": "打13987654321"}, LABEL)["order"] == "打*******4321"


@pytest.mark.parametrize(
    ("keep", "path"),
    [
        ("order", "keep"),
        (["items[0].sku"], "keep.0"),
        (["order", "order"], "keep.1"),
        (["to.name"], "keep.0"),
        (["to"], "keep.0"),
        (["to.name.first"], "keep.0"),
        ([7], "keep.0"),
    ],
    ids=["no list", "an index", "twice", "mapped", "above a mapped one", "below a mapped one", "a number"],
)
def test_a_fault_in_keep_is_named_by_its_path(keep: Any, path: str) -> None:
    with pytest.raises(DefinitionError) as fault:
        Schema.parse("own", {**OWN, "keep": keep})

    assert fault.value.path == f"schemas.own.{path}"


def test_no_shipped_schema_keeps_a_member_whose_name_is_personal() -> None:
    kept = [path for schema in load_schemas().values() for path in schema.keep]
    steps = [[step for step in path if step != EACH] for path in kept]

    assert kept
    assert [path for path in steps if kind_of(path[-1], path[:-1]) not in (None, "text")] == []
