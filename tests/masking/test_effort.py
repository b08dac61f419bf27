"""How much work a batch may be: more than labels ever need, and far less than a body made to cost would take."""

import copy
import json
from itertools import count
from typing import Any

import pytest

from masking_service.masking.effort import A_BATCH, Effort, estimate
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.kinds.table import TABLE
from masking_service.masking.members.member_names import ROOT, plan
from masking_service.masking.names.names_in_text import effort
from masking_service.masking.records import columns
from masking_service.masking.records.record import AT_ONCE, CountryMasker, Masker, sample_record
from masking_service.masking.records.walk import Masked, render
from masking_service.masking.schemas import load_schemas
from masking_service.service.waybills.answers import InvalidRecord as Refused
from masking_service.service.waybills.mask import MaskResult, mask_batch
from tests.every import every
from tests.masking.standard import LABEL, STANDARD, errors_of, standard

FOREIGN = "+852 9123 4567"
COSTLY = "+1 23/" * 40
"""A field of 240 characters that may hold forty foreign numbers."""


@pytest.fixture(scope="module")
def masker() -> CountryMasker:
    return CountryMasker(load_schemas()["standard"], LABEL)


def refusals(results: list[MaskResult]) -> list[int]:
    return [at for at, result in enumerate(results) if isinstance(result, Refused)]


ODD = {  # of the kinds that have one
    "name": "Acme International Trading Co., Ltd.",
    "phone": FOREIGN,
    "address": "Flat A, 12/F, 1 Queen's Road, Hong Kong",
    "unit": "12/F",
    "text": "Please leave at the door, call +852 9123 4567 before",
    "secret": "A123456(7)",
    "virtual_phone": "17012345678",
    "email": "名.字@example.com",
}


@every("name", sorted(load_schemas()))
def test_a_batch_has_room_for_a_thousand_records_of_firms_abroad_in_every_schema(name: str) -> None:
    schema = load_schemas()[name]
    kinds = {json.dumps(kind.example): ODD.get(kind.name, kind.example) for kind in TABLE.values()}
    one = json.dumps(sample_record(schema))
    for usual, odd in kinds.items():
        one = one.replace(usual, json.dumps(odd))
    effort = Effort()
    Masker(schema, LABEL).mask(json.loads(one), effort)

    assert 1_000 * (A_BATCH - effort.left) <= A_BATCH


def test_one_record_may_hold_hundreds_of_orders() -> None:
    party = {"name": "上海某某贸易有限公司", "mobile": "13812345678", "address": "文一西路969号阿里巴巴西溪园区5号楼3F"}
    record = {"orders": [{"sender": dict(party), "receiver": dict(party)} for _ in range(300)]}

    Masker(load_schemas()["yunda"], LABEL).mask(record)


@pytest.mark.parametrize(
    ("schema", "record", "where"),
    [
        ("sf", {"contactInfoList": [{"mobile": COSTLY} for _ in range(100)]}, "/contactInfoList/27/mobile"),
        ("standard", {"sender": {"name": "张三"}, "note": ["张三"] * 9_000}, ""),
        ("standard", {"sender": {"name": "张三"}, "note": ["x"] * 10_001}, "/note"),
        ("standard", {"sender": {"name": "张三"}, "note": [{"a": {"b": 1}}] * 4_000}, "/note"),
        ("standard", {"sender": {"name": "张三", "more": [{}] * 10_001}}, "/sender/more"),
        ("standard", {"sender": {"name": "李四"}, "张三": [{"mobile": 1}] * 10_001}, "/张*"),
        ("standard", {"sender": {"name": "李四"}, "张三": [1] * 10_001}, ""),
        ("sf", {"contactInfoList": [1] * 10_001}, "/contactInfoList"),
        ("sf", {"contactInfoList": [None] * 10_001}, "/contactInfoList"),
    ],
    ids=[
        "many foreign phones",
        "its own name without end",
        "many unmapped texts",
        "many objects in objects",
        "many objects in a mapped one",
        "many under the name of a person",
        "many under what may be a name",
        "many faults",
        "many nulls",
    ],
)
def test_a_record_over_a_cap_is_refused_with_its_place(schema: str, record: dict[str, object], where: str) -> None:
    assert errors_of(record, load_schemas()[schema]) == ((where, "too-large"),)


@pytest.mark.parametrize(
    "costly",
    [
        {"contactInfoList": [{"mobile": COSTLY} for _ in range(100)]},
        {"contactInfoList": [{"mobile": f"138{at:08}"} for at in range(15_000)], "note": "x" * 900_000},
    ],
    ids=["many foreign phones", "much to look for"],
)
def test_it_does_not_fail_its_neighbours(costly: dict[str, object]) -> None:
    batch = [{"contactInfoList": [{"mobile": FOREIGN}]}, costly, {"contactInfoList": [{"mobile": FOREIGN}]}]

    assert refusals(mask_batch(CountryMasker(load_schemas()["sf"], LABEL), batch)) == [1]


def test_many_records_made_to_cost_leave_nothing_for_each_other(masker: CountryMasker) -> None:
    batch = [{"sender": {"phone": COSTLY}, "recipient": {"phone": COSTLY}} for _ in range(100)]
    masked = masker.mask_batch(batch, Effort(A_BATCH / 10))
    refused = [at for at, one in enumerate(masked) if isinstance(one, InvalidRecord)]

    assert refused == list(range(refused[0], 100))
    assert 0 < refused[0] < 50


def test_the_usual_record_is_masked_even_where_nothing_is_left(masker: CountryMasker) -> None:
    record = {"sender": {"name": "张三", "phone": "13812345678", "address": "华志路1685号3号楼2单元402室"}}

    masker.mask(record, Effort(0))

    assert record["sender"]["phone"] == "*******5678"


def test_a_thousand_records_that_repeat_their_own_values_have_room(masker: CountryMasker) -> None:
    note = "张三先生，电话13812345678，" * 8
    batch = [{"sender": {"name": "张三", "phone": "13812345678"}, "note": note} for _ in range(100)]
    masked = masker.mask_batch(batch, Effort(A_BATCH / 10))

    assert all(isinstance(one, Masked) for one in masked)


@every("kind", ["name", "phone", "address"])
@every("piece", ["13812345678 ", "1*", "ab/", "张/", "e\u0301"])
def test_a_value_of_a_megabyte_is_refused_as_too_large(kind: str, piece: str) -> None:
    record = {"recipient": {kind: piece * (1_000_000 // len(piece.encode()))}}

    assert errors_of(record) == ((f"/recipient/{kind}", "too-large"),)


def test_names_of_many_people_each_leave_nothing_for_each_other() -> None:
    batch = [{"contactInfoList": [{"contact": "张/" * 128} for _ in range(6)]} for _ in range(100)]
    masked = CountryMasker(load_schemas()["sf"], LABEL).mask_batch(batch, Effort(A_BATCH / 10))

    assert isinstance(masked[-1], InvalidRecord)


def test_texts_of_many_records_are_paid_also_where_their_outlines_are_known() -> None:
    masker = CountryMasker(load_schemas()["standard"], LABEL)
    paid = []
    for _ in range(2):
        effort = Effort()
        masker.mask_batch(
            [{"recipient": {"phone": "13812345678"}, "note": "请联系张先生放门口"} for _ in range(40)], effort
        )
        paid.append(A_BATCH - effort.left)

    assert paid[0] >= paid[1] > 40 * 100  # the names of members are new the first time


def test_texts_beyond_the_cap_cost_their_own_part_of_the_records_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "TOGETHER", 20)
    texts = {f"m{n}": "请联系张先生放门口" for n in range(6)}
    batch = [{"recipient": {"phone": "13812345678"}, **texts} for _ in range(60)]
    effort = Effort(20 * 6 * 350)  # a text costs 344

    accepted = [
        isinstance(one, Masked) for one in CountryMasker(load_schemas()["standard"], LABEL).mask_batch(batch, effort)
    ]

    assert accepted == [True] * 20 + [False] * 40


def test_a_record_that_took_nearly_all_it_may_can_be_shown() -> None:
    record = {"contactInfoList": [{"mobile": COSTLY} for _ in range(27)]}
    effort = Effort()
    fields = CountryMasker(load_schemas()["sf"], LABEL).mask(record, effort).fields

    assert A_BATCH - effort.left > 0.9 * effort.a_record
    assert "+1 23" not in json.dumps(render(LABEL, fields))


@every("kind", ["phone", "name", "address", "text", "unit"])
@every("piece", ["1", "+", "a", "张", "１"])
def test_a_longer_value_is_never_estimated_to_cost_less(kind: str, piece: str) -> None:
    costs = [estimate(kind, piece * size) for size in (1, 10, 100, 1_000, 10_000)]

    assert costs == sorted(costs)


@every(
    ("value", "units"),
    [
        ("", (90, 22, 100, 36, 2)),
        ("张三", (102, 26.4, 110, 40, 4)),
        ("John Smith", (150, 33.2, 123, 56, 12)),
        ("13812345678", (156, 187.2, 188, 58, 13)),
        ("+852 9123 4567", (364, 383.8, 393, 254, 16)),
        ("00 44 20, a@b.cn #5 1* 0:00 ＋1", (1322, 1282.2, 1326, 1148, 32)),
        ("一" * 300, (1670, 673.2, 1600, 636, 302)),
        ("aA" * 300, (1970, 966, 1212, 1236, 602)),
        ("7" * 2_100, (3470, 5884.2, 5784, 4145, 2053.25)),
        ("+" * 257, (50267, 49227.2, 50025, 49190, 259)),
    ],
)
def test_a_value_of_each_kind_has_its_price(value: str, units: tuple[float, ...]) -> None:
    assert [estimate(kind, value) for kind in ("phone", "name", "address", "text", "unit")] == pytest.approx(units)


@every(
    ("text", "units"),
    [
        ("", 10),
        ("易碎品", 11.5),
        ("找张三丰代收，电话******5678", 113.7),
        ("收件人：欧阳娜娜，请放前台", 47.9),
        ("Please call John Smith or Mary", 70),
        ("张王李赵陈黄周吴" * 6, 29.5),
        ("华志路1685号3号楼2单元402室，找李四，不在放门卫王师傅", 132.2),
    ],
)
def test_the_names_of_a_text_have_their_price(text: str, units: float) -> None:
    assert effort(text) == pytest.approx(units)


@every(
    ("changes", "units"),
    [
        ({}, 31.176),
        ({"remark": "找张三丰代收，电话13812345678"}, 542.785),
        ({"remark": "收件人：李小四 电话：13912345678 地址：华志路1685号3号楼2单元402室"}, 3081.786),
        ({"remark": "姓名\t电话\n李小四\t13912345678\n王五\t13712345678"}, 1372.184),
        ({"remark": '{"name":"李小四","phone":"+852 9123 4567"}'}, 1553.15),
        ({"remark": "请联系李晓燕13812345678。好的。" * 200}, 46835.348),
        (
            {"x": [{"receiver": "李小四", "tel": FOREIGN}, "找李四收", 13812345678], "receiverName": "John Smith"},
            1757.581,
        ),
        ({"张小明": {"a": [{}, 1]}}, 703.295),
        ({"recipient": {"name": ODD["name"], "phone": FOREIGN, "address": ODD["address"]}}, 394.215),
    ],
)
def test_a_record_whose_members_are_known_takes_its_price(changes: dict[str, Any], units: float) -> None:
    for _ in range(2):
        Masker(STANDARD, LABEL).mask(copy.deepcopy(standard(**changes)), spent := Effort())

    assert A_BATCH - spent.left == pytest.approx(units, abs=0.001)


def test_names_of_members_made_to_cost_are_refused_and_do_not_fail_neighbours(masker: CountryMasker) -> None:
    costly = {"remark": "", **{f"receiver{at}mobile": 1 for at in range(100_000)}}
    batch = [{"remark": "", "mobile": "13812345678"}, costly, {"remark": "", "mobile": "13812345678"}]

    assert refusals(mask_batch(masker, batch)) == [1]


def test_a_record_lists_a_hundred_warnings_and_that_there_are_more(masker: Masker) -> None:
    record = {"sender": {"name": "张三"}, "numbers": [f"138{at:08}" for at in range(500)]}
    masked = masker.mask(record)

    assert len(masked.warnings) == 101
    assert (masked.warnings[0], masked.warnings[-1]) == (("/numbers/0", "found-in-text"), ("", "not-listed"))
    assert all(number.startswith("*******") for number in record["numbers"])


def test_a_record_lists_a_hundred_errors_and_that_there_are_more() -> None:
    errors = errors_of({"contactInfoList": [True] * 9_000}, load_schemas()["sf"])

    assert len(errors) == 101
    assert (errors[0], errors[-1]) == (("/contactInfoList/0", "invalid-type"), ("", "not-listed"))


def test_a_pointer_is_cut_at_the_object_whose_member_has_a_long_name(masker: Masker) -> None:
    masked = masker.mask({"sender": {"name": "张三", "more": {"k" * 5_000: ["13812345678"]}}})

    assert list(masked.warnings) == [("/sender/more", "found-in-text")]


def test_a_pointer_is_cut_in_columns_too(masker: Masker) -> None:
    more = {"k" * 5_000: {"mobile": "13812345678"}}
    batch = [{"sender": {"name": "张三", "phone": "13987654321", "more": dict(more)}} for _ in range(30)]
    found = masker.mask_batch(json.loads(json.dumps(batch)), Effort(0))

    assert {warning for one in found if isinstance(one, Masked) for warning in one.warnings} == {
        ("/sender/more", "unmapped-masked")
    }


def test_names_of_members_that_are_masked_alike_do_not_multiply_the_record() -> None:
    record = {"recipients": {f"张{chr(0x4E00 + at)}": {"mobile": 1} for at in range(300)}, "sender": {"name": "李四"}}

    assert errors_of(record, load_schemas()["standard"]) == (("/recipients", "too-large"),)


def test_between_two_records_that_cost_other_work_may_go_first(masker: Masker) -> None:
    pauses: list[int] = []
    batch = [{"recipient": {"phone": FOREIGN}} for _ in range(3)]

    def pause() -> bool:
        pauses.append(len(pauses))
        return True

    masker.mask_batch(batch, Effort(pause=pause))

    assert pauses == [0, 1]


@pytest.mark.parametrize("phone", [FOREIGN, "13812345678"])
def test_records_for_which_there_is_no_time_fail_and_those_before_them_are_masked(masker: Masker, phone: str) -> None:
    """So that the same records sent again come to an end."""
    remark = "Attn: Mr. Smith, +44 20 7946 0958, Flat {at}, 12 Baker Street"
    batch: list[Any] = [
        {"recipient": {"phone": phone}, "remark": remark.format(at=at), "note": remark.format(at=-at)}
        for at in range(2 * AT_ONCE)
    ]
    times = count()
    found = masker.mask_batch(batch, Effort(pause=lambda: next(times) < 3 * AT_ONCE))

    failed = [isinstance(one, InvalidRecord) for one in found]
    assert failed == sorted(failed)
    assert AT_ONCE // 2 < failed.count(False) < 2 * AT_ONCE
    assert {fault.errors[0][1] for fault in found if isinstance(fault, InvalidRecord)} == {"too-large"}
    assert all("Smith" not in str(one) for one, fails in zip(batch, failed, strict=True) if not fails)


def test_forms_that_are_remembered_are_bounded() -> None:
    first = plan(ROOT, ("naa",))
    remembered = plan(ROOT, ("naa",)) is first
    for at in range(3_000):
        plan(ROOT, (f"n{chr(97 + at % 26)}{chr(97 + at // 26 % 26)}{at // 676}",))

    assert (remembered, plan(ROOT, ("naa",)) is first) == (True, False)
