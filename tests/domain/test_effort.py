"""How much work a batch may be: more than labels ever need, and far less than a body made to cost would take."""

from __future__ import annotations

import pytest

from masking_service.domain.effort import A_BATCH, A_RECORD, UNBOUNDED, Effort, Share
from masking_service.domain.errors import InvalidRecord
from masking_service.domain.record import Masker, render
from masking_service.items import mask_batch
from masking_service.schemas import load_schemas
from tests.domain.records import LABEL

FOREIGN = "+852 9123 4567"
COSTLY = "+1 23/" * 40
"""A field of 240 characters in which forty foreign numbers may stand."""


@pytest.fixture(scope="module")
def masker() -> Masker:
    return Masker(load_schemas()["standard"], LABEL)


def refusals(results: list[dict[str, object]]) -> list[int]:
    return [at for at, result in enumerate(results) if "error" in result]


def test_a_thousand_labels_with_foreign_phones_and_remarks_are_masked(masker: Masker) -> None:
    party = {"name": "Maria da Silva", "phone": FOREIGN, "address": "Flat A, 12/F, 1 Queen's Road, Hong Kong"}
    batch = [{"sender": dict(party), "recipient": dict(party), "remark": "请放门卫，" * 20} for _ in range(1_000)]

    assert refusals(mask_batch(masker, batch)) == []


def test_a_record_made_to_cost_is_refused_as_too_large() -> None:
    record = {"contactInfoList": [{"mobile": COSTLY} for _ in range(30)]}

    with pytest.raises(InvalidRecord) as refusal:
        Masker(load_schemas()["sf"], LABEL).mask(record)

    assert refusal.value.errors == (("", "too-large"),)


def test_it_does_not_fail_its_neighbours() -> None:
    costly = {"contactInfoList": [{"mobile": COSTLY} for _ in range(30)]}
    batch = [{"contactInfoList": [{"mobile": FOREIGN}]}, costly, {"contactInfoList": [{"mobile": FOREIGN}]}]

    assert refusals(mask_batch(Masker(load_schemas()["sf"], LABEL), batch)) == [1]


def test_many_records_made_to_cost_leave_nothing_for_each_other(masker: Masker) -> None:
    batch = [{"sender": {"phone": COSTLY}, "recipient": {"phone": COSTLY}} for _ in range(1_000)]
    refused = refusals(mask_batch(masker, batch))

    assert refused == list(range(refused[0], 1_000))
    assert 0 < refused[0] < 200


def test_the_usual_record_is_masked_even_where_nothing_is_left(masker: Masker) -> None:
    record = {"sender": {"name": "张三", "phone": "13812345678", "address": "华志路1685号3号楼2单元402室"}}

    masker.mask(record, Effort(0))

    assert record["sender"]["phone"] == "*******5678"


def test_many_names_in_a_record_that_repeats_them_are_not_searched_for_without_end() -> None:
    names = ["张" + chr(0x4E00 + at) for at in range(2_000)]
    record = {"contactInfoList": [{"contact": name} for name in names], "note": " ".join(names)}

    with pytest.raises(InvalidRecord):
        Masker(load_schemas()["sf"], LABEL).mask(record)


def test_what_was_accepted_can_always_be_shown(masker: Masker) -> None:
    record = {"sender": {"phone": COSTLY}, "recipient": {"phone": COSTLY}}
    fields = [(place, value) for place, value, *_ in masker.mask(record).fields]

    shown = [render(LABEL, fields) for _ in range(200)]

    assert len(shown) == 200
    assert UNBOUNDED.left == float("inf")


@pytest.mark.parametrize("kind", ["phone", "name", "address", "text", "unit"])
def test_a_longer_value_never_costs_less(kind: str) -> None:
    def cost(size: int) -> float:
        effort = Effort()
        Share(effort).read(kind, "1" * size)
        return A_BATCH - effort.left

    costs = [cost(size) for size in (1, 10, 100, 1_000, 10_000)]
    assert costs == sorted(costs)
    assert 0 < costs[0] < costs[-1] < A_RECORD
