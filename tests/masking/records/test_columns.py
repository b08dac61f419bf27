"""The quick way through a batch finds and masks what the pass over a single record does, and leaves the rest to it."""

import copy
import gc
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from masking_service.masking.effort import Effort
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.records import columns
from masking_service.masking.records.columns import FEW
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.record import Masker, sample_record
from masking_service.masking.records.schema import Schema
from masking_service.masking.records.spellings import may_hold_name
from masking_service.masking.records.walk import Masked
from masking_service.masking.schemas import load_schemas
from tests.every import every
from tests.masking.standard import ABROAD, COURIER, HIDDEN, LABEL, LABEL_RULES, STANDARD, schema

SCHEMAS = load_schemas()
NO_ADDRESS = Profile.parse("bare", {**LABEL_RULES, "label": False, "address": {"hide": "all"}})
PASSING = Profile.parse("passing", {**LABEL_RULES, "unmapped": "pass"})
HIDING = Profile.parse("hiding", {**LABEL_RULES, "unmapped": "hide"})
OWN_DEEPER = schema({"to.person.name": "name", "to.person.phone": "phone", "at.line": "address"}, ["to.no"])

ADDRESS = "华志路1685号3号楼2单元402室"
PERSON = {"name": "张三"}


def usual(**changes: Any) -> dict[str, Any]:
    """A usual record, with these members changed or added."""
    sender = {"name": "张三", "phone": "13812345678", "address": ADDRESS}
    recipient = {"name": "王小明", "phone": "13987654321", "address": "文一西路969号5幢1808室"}
    return {"waybill_no": "WB20260001234", "sender": sender, "recipient": recipient, **changes}


def party(**changes: Any) -> dict[str, Any]:
    return {"name": "张三", "phone": "13812345678", "address": ADDRESS, **changes}


def nested(levels: int) -> Any:
    """So many objects in each other."""
    return {"in": nested(levels - 1)} if levels > 1 else {}


def outcome(record: Any, found: Masked | InvalidRecord) -> Any:
    """All that can be seen of a record that was masked."""
    if isinstance(found, InvalidRecord):
        return found.errors
    return record, found.fields, [*found.hidden], [*found.warnings]


def fresh(value: Any) -> Any:
    """A copy in which no object is in two places, as in what JSON is read into."""
    if isinstance(value, dict):
        return {name: fresh(inner) for name, inner in value.items()}
    return [fresh(inner) for inner in value] if isinstance(value, list) else value


def in_a_batch(batch: list[Any], of: Schema, by: Profile) -> list[Any]:
    copied = [fresh(record) for record in batch]
    return list(map(outcome, copied, Masker(of, by).mask_batch(copied, Effort())))


def one_by_one(batch: list[Any], of: Schema, by: Profile) -> list[Any]:
    effort, masker, outcomes = Effort(), Masker(of, by), []
    for record in map(fresh, batch):
        try:
            outcomes.append(outcome(record, masker.mask(record, effort)))
        except InvalidRecord as fault:
            outcomes.append(fault.errors)
    return outcomes


def taken(batch: list[Any], of: Schema = STANDARD, by: Profile = LABEL, effort: Effort | None = None) -> list[bool]:
    """Which records the quick way takes."""
    return [fields is not None for fields in Masker(of, by)._columns.mask(batch, effort or Effort())]


NAMES = st.sampled_from(
    [
        "张三",
        "王小明",
        "欧阳娜娜",
        "王路",
        "华志",
        "张*",
        "王**",
        "张小*",
        "John Smith",
        "某某厂",
        "张三13812345678",
        "",
        " ",
    ]
)
PHONES = st.sampled_from(
    ["13812345678", "13900001111", "021-59791234", "138****5678", "*******5678", "", "13812345678 13900001111"]
)
ADDRESSES = st.sampled_from([ADDRESS, "华志路1号张三家", "人民路15号王路", "Apt 5", "青浦区**路", "", "华志 路1685号"])
ADDRESSES |= st.sampled_from(
    ["学院路1320-8号6幢301室", "学院路138-1234号", "轻纺市场三楼45号", "金桥路12号张三收", "A座1808"]
)
ODD: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers(0, 2**70) | st.sampled_from(["", "张三"])
ODD |= st.just([]) | st.just({}) | st.just({"name": "张三"})
SIDES = st.fixed_dictionaries({}, optional={"name": NAMES, "phone": PHONES, "address": ADDRESSES, "city": NAMES}) | ODD
PARTIES = st.fixed_dictionaries(
    {}, optional={"name": st.just("张三"), "phone": st.just("13812345678"), "no": st.just(1)}
)
USUAL_SIDES = st.fixed_dictionaries(
    {"name": NAMES.filter(bool), "phone": st.just("13812345678"), "address": ADDRESSES}
) | st.permutations(["name", "phone"]).map(lambda keys: {key: party()[key] for key in keys})
NUMBERS = st.sampled_from(["SF1234567890", "sf-12-34", "张三", "短", "", "13812345678"]) | ODD
REMARKS = (
    st.sampled_from(
        [
            "",
            "放门卫",
            "张三的",
            "13812345678",
            "易碎 ",
            "　",
            "@",
            "找王小明",
            "李四代收，电话13900001111",
            "华志路1号3楼",
        ]
    )
    | ODD
)
MEMBERS = st.sampled_from(
    [
        "x",
        "mobile",
        "收货人",
        "receiver",
        "order_no",
        "note",
        "created_at",
        "email",
        "address2",
        "name",
        "addr",
        "items",
    ]
)
OTHERS = (
    NAMES
    | PHONES
    | st.sampled_from(
        [
            "找李四，13900001111",
            "李四代收，电话13900001111",
            "放门卫",
            "PO1",
            3,
            1.5,
            13812345678,
            ["张三"],
            {"张三": None},
            nested(32),
        ]
    )
    | ODD
)
RECORDS = (
    st.fixed_dictionaries(
        {},
        optional={"waybill_no": NUMBERS, "sender": SIDES, "recipient": USUAL_SIDES, "remark": REMARKS, "x": OTHERS},
    )
    | st.fixed_dictionaries(
        {"waybill_no": st.just("SF1234567890"), "sender": USUAL_SIDES, "recipient": USUAL_SIDES},
        optional={"remark": REMARKS, "x": OTHERS},
    )
    | st.builds(
        lambda record, others: {**record, **others},
        st.just({"waybill_no": "SF1234567890", "sender": {"name": "王小明"}}),
        st.dictionaries(MEMBERS, OTHERS | PARTIES | st.lists(PARTIES, max_size=2), max_size=3),
    )
    | ODD
)


@given(
    st.lists(RECORDS, min_size=1, max_size=5),
    st.sampled_from([LABEL, COURIER, HIDDEN, NO_ADDRESS, PASSING, HIDING, ABROAD]),
)
@example([usual(sender=party(name="王路"))], LABEL)
@example([usual(sender=party(name="华志"))], LABEL)
@example([usual(), usual(sender=party(phone=13812345678)), usual(sender=None), usual(waybill_no="短")], LABEL)
@example([usual(收货人=PERSON, receiver=PERSON)], LABEL)
def test_a_batch_is_masked_as_its_records_are_one_by_one(kinds: list[Any], by: Profile) -> None:
    batch = kinds * FEW

    # Record by record: the difference of two whole batches takes minutes to write.
    for together, alone in zip(in_a_batch(batch, STANDARD, by), one_by_one(batch, STANDARD, by), strict=True):
        assert together == alone


@pytest.mark.slow
@every("by", [LABEL, ABROAD])
@every("of", SCHEMAS.values())
def test_so_it_is_in_every_schema(of: Schema, by: Profile) -> None:
    batch = [sample_record(of), *({} for _ in range(3))] * FEW

    assert in_a_batch(batch, of, by) == one_by_one(batch, of, by)


def test_the_quick_way_takes_emails_and_those_that_came_in_hidden() -> None:
    of, mails = schema({"mail": "email"}), ["jane.roe@example.com", "*.*@example.com", "名@例.cn"]
    batch = [{"mail": mail} for mail in mails * FEW]

    assert in_a_batch(batch, of, ABROAD) == one_by_one(batch, of, ABROAD)
    assert taken(batch, of, ABROAD) == [True] * 3 * FEW


@pytest.mark.parametrize("remark", ["放门卫", "李四代收，电话13900001111"])
@pytest.mark.parametrize(("phone", "quick"), [("13812345678", True), ("13208", False)])
def test_an_address_with_a_long_number_is_taken_where_no_phone_fits_into_it(
    phone: str, quick: bool, remark: str
) -> None:
    sender = party(address="学院路1320-8号6幢301室", phone=phone)
    batch = [usual(sender=sender, remark=remark) for _ in range(FEW)]

    assert taken(fresh(batch)) == [quick] * FEW
    assert in_a_batch(batch, STANDARD, LABEL) == one_by_one(batch, STANDARD, LABEL)


@every(
    "odd",
    [
        {"phone": "021-59791234"},
        {"phone": 13812345678},
        {"phone": "138*1234*5678"},
        {"phone": "13812345678/021-59791234"},
        {"phone": "+49 151 12345678"},
        {"phone": "$dGVzdA==$dGVzdA==$1$$"},
        {"name": "张小*"},
        {"name": "上海某某贸易有限公司"},
        {"name": "John Smith"},
        {"name": "王小五13912345678"},
        {"name": "John Smith", "phone": "+49 151 12345678", "address": "12 Long Street, Flat 5"},
        {"address": "华志路1685号3号楼**单元***室"},
        {"address": "12 Long Street Upper 5"},
    ],
)
def test_values_that_are_not_usual_are_read_by_themselves(odd: dict[str, Any]) -> None:
    batch = [usual(recipient=party(**odd)), usual()] * FEW

    assert in_a_batch(batch, STANDARD, LABEL) == one_by_one(batch, STANDARD, LABEL)
    assert taken(fresh(batch)) == [True] * 2 * FEW


def test_values_that_are_read_by_themselves_are_paid_for_as_in_a_single_pass() -> None:
    batch = [usual(sender=party(phone="021-59791234")) for _ in range(FEW)]
    single, together = Effort(), Effort()
    for record in fresh(batch):
        Masker(STANDARD, LABEL).mask(record, single)

    assert taken(batch, effort=together) == [True] * FEW
    assert together.left == pytest.approx(single.left, abs=1)
    assert together.left < Effort().left - 100 * FEW


def test_records_for_which_too_little_effort_is_left_are_left_to_the_single_pass() -> None:
    batch = [usual(sender=party(phone="021-59791234")) for _ in range(FEW)]
    Masker(STANDARD, LABEL).mask(fresh(batch[0]), effort := Effort())
    enough_for_two = Effort(2.5 * (Effort().left - effort.left))

    assert taken(batch, effort=enough_for_two) == [True] * 2 + [False] * (FEW - 2)


def noting(pauses: list[bool]) -> Callable[[], bool]:
    def pause() -> bool:
        pauses.append(True)
        return True

    return pause


def test_other_work_may_go_first_between_records_with_values_that_are_read_by_themselves() -> None:
    pauses: list[bool] = []

    taken(
        [usual(sender=party(phone="021-59791234")) for _ in range(FEW)],
        effort=Effort(pause=noting(pauses)),
    )

    assert len(pauses) == FEW


def test_other_work_may_go_first_between_records_with_texts_that_are_read_by_themselves() -> None:
    pauses: list[bool] = []
    remarks = [f"客户{chr(0x4E00 + at)}要求放门口，门卫李晓燕代收，电话13987654321。" * 4 for at in range(FEW)]

    taken([usual(remark=remark) for remark in remarks], effort=Effort(pause=noting(pauses)))

    assert len(pauses) >= FEW


def test_objects_in_objects_are_gone_through_in_the_order_of_the_way() -> None:
    record = {"at": {"line": ADDRESS}, "to": {"person": {"phone": "13812345678", "name": "张三"}}}
    batch = [copy.deepcopy(record) for _ in range(FEW)]

    assert in_a_batch(batch, OWN_DEEPER, LABEL) == one_by_one(batch, OWN_DEEPER, LABEL)
    assert taken(batch, OWN_DEEPER) == [True] * FEW


def test_the_usual_batch_goes_the_quick_way() -> None:
    assert taken([usual() for _ in range(500)]) == [True] * 500


def test_columns_and_single_pass_agree_on_remarks_and_unmapped_members() -> None:
    more = {
        "remark": "请放门卫，谢谢",
        "weight": 1.5,
        "order": "PO20261111",
        "paid": True,
        "items": [{"name": "书"}, None],
    }
    batch = [usual(sender=party(city="上海"), **copy.deepcopy(more)) for _ in range(FEW)]

    assert taken(batch) == [True] * FEW
    assert [batch[0][name] for name in more] == [*more.values()]


def test_remarks_with_a_name_and_a_plain_mobile_go_the_quick_way() -> None:
    batch = [usual(remark="客户李四要求改期，电话13900001111") for _ in range(FEW)]

    assert in_a_batch(batch, STANDARD, LABEL) == one_by_one(batch, STANDARD, LABEL)
    assert taken(batch) == [True] * FEW
    assert batch[0]["remark"] == "客户李*要求改期，电话*******1111"


def test_values_that_came_in_masked_go_the_quick_way() -> None:
    batch = [usual(recipient=party(name="王**", phone=phone)) for phone in ("138****5678", "13812345678") * FEW]
    together, alone = in_a_batch(batch, STANDARD, LABEL), one_by_one(batch, STANDARD, LABEL)

    assert together == alone
    assert together[0][2:] == ([3, 4], [("/recipient/name", "already-masked"), ("/recipient/phone", "already-masked")])
    assert together[1][2:] == ([3], [("/recipient/name", "already-masked")])
    assert taken(batch) == [True] * 2 * FEW
    assert batch[0]["recipient"]["phone"] == "*******5678"


def test_unmapped_texts_with_a_name_and_a_plain_mobile_go_the_quick_way() -> None:
    texts = ["送到后联系李四，13900001111", "放门卫", ""]
    batch = [usual(memo=text, more={"note": text}) for text in texts * FEW]

    assert in_a_batch(batch, STANDARD, LABEL) == one_by_one(batch, STANDARD, LABEL)
    assert taken(batch) == [True] * 3 * FEW
    assert batch[0]["memo"] == batch[0]["more"]["note"] == "送到后联系李*，*******1111"


def test_a_name_of_a_remark_that_another_member_repeats_is_left_to_the_single_pass() -> None:
    batch = [usual(remark="找李四", note="李四") for _ in range(FEW)]

    assert taken([copy.deepcopy(one) for one in batch]) == [False] * FEW
    assert in_a_batch(batch, STANDARD, LABEL) == one_by_one(batch, STANDARD, LABEL)


def test_columns_and_single_pass_agree_on_names_with_a_title() -> None:
    batch = [usual(sender=party(name="李明女士"), remark="礼盒印上李明二字") for _ in range(FEW)]

    assert in_a_batch(batch, STANDARD, LABEL) == one_by_one(batch, STANDARD, LABEL)


@pytest.mark.parametrize("nothing", [None, ""])
def test_records_with_empty_and_null_values_go_the_quick_way_and_keep_them(nothing: str | None) -> None:
    """Also where only some records of a batch have them: a null among texts must not slow the others down."""
    remarked = usual(remark="李四代收，电话13900001111")
    odd = [
        *[usual(sender=party(**{key: nothing})) for key in ("name", "phone", "address")],
        usual(remark=nothing),
        usual(sender=party(mobile=nothing, remark=nothing)),
        usual(remark=nothing, sender=dict.fromkeys(party(), nothing)),
    ]
    batch = [fresh(record) for record in (remarked, *odd) for _ in range(FEW)]

    assert in_a_batch(batch, STANDARD, LABEL) == one_by_one(batch, STANDARD, LABEL)
    assert taken([fresh(record) for record in batch]) == [True] * len(batch)


@every("unseen", ["\u200b", "\x00\x00", "\ufeff\u202e"])
def test_columns_and_single_pass_agree_on_values_in_which_nothing_is_seen(unseen: str) -> None:
    odd = [usual(sender=party(**{key: unseen})) for key in ("name", "phone", "address")]
    batch = [fresh(record) for record in odd for _ in range(FEW)]

    assert in_a_batch(batch, STANDARD, LABEL) == one_by_one(batch, STANDARD, LABEL)


def test_columns_and_single_pass_agree_on_records_with_missing_members() -> None:
    forms: list[dict[str, Any]] = [{"recipient": {"phone": "13812345678"}}, usual(sender={})]

    assert taken([copy.deepcopy(form) for _ in range(FEW) for form in forms]) == [True] * 2 * FEW


@every(
    "odd",
    [
        usual(remark="放门卫，电话139 0000 1111"),
        usual(remark="张三礼盒"),
        usual(remark=" "),
        usual(note="139 0000 1111"),
        usual(note='{"name": "李四"}'),
        usual(operator="李四"),
        usual(note=13812345678),
        usual(张三=1),
        usual(note=[{"by": "王小明"}]),
        usual(note=nested(32)),
        usual(note=10**5000),
        usual(sender=party(company="王小明的厂")),
        usual(sender=party(name="华志")),
        usual(sender=party(name="华志贸易有限公司", address="华志贸易有限公司")),
        usual(sender=party(phone="021-59791234"), remark="打59791234"),
        usual(sender=party(phone=True)),
        usual(sender=party(phone=" ")),
        usual(sender=party(phone=10**5000)),
        usual(sender=None),
        usual(sender=["张三"]),
        usual(waybill_no="张三"),
        usual(waybill_no=None),
        [],
        None,
    ],
)
def test_a_record_with_anything_else_is_left_as_it_came_and_its_neighbours_are_not(odd: Any) -> None:
    came = copy.deepcopy(odd)
    batch = [usual() for _ in range(FEW)] + [copy.deepcopy(odd) for _ in range(FEW)]

    assert taken(batch) == [True] * FEW + [False] * FEW
    assert batch[FEW:] == [came] * FEW
    assert batch[0]["sender"]["name"] == "张*"


def test_a_few_records_of_a_form_are_left() -> None:
    assert taken([usual() for _ in range(FEW - 1)]) == [False] * (FEW - 1)
    assert taken([usual() for _ in range(FEW)] + [{"sender": party()}]) == [True] * FEW + [False]


def test_nothing_is_taken_where_a_kind_has_no_usual_values() -> None:
    assert taken([usual() for _ in range(FEW)], by=HIDDEN) == [False] * FEW


def test_usual_addresses_are_taken_where_they_show_in_full() -> None:
    assert taken([usual() for _ in range(FEW)], by=COURIER) == [True] * FEW


def test_what_was_taken_holds_what_came_in() -> None:
    batch = [usual() for _ in range(FEW)]
    found = Masker(STANDARD, LABEL)._columns.mask(batch)[FEW - 1]
    assert found is not None
    places, values, warnings, hidden = found
    assert not hidden

    assert [place.path for place in places] == [
        *(f"sender.{name}" for name in ("name", "phone", "address")),
        *(f"recipient.{name}" for name in ("name", "phone", "address")),
    ]
    assert warnings == ()
    assert values == (*usual()["sender"].values(), *usual()["recipient"].values())


def test_a_record_that_fails_keeps_nothing_of_its_batch() -> None:
    """What was raised would hold the frames of the pass, and they the batch: garbage that only the collector finds."""
    masker = Masker(STANDARD, LABEL)
    gc.collect()
    gc.disable()
    try:
        masker.mask_batch([*(usual() for _ in range(FEW)), usual(sender=[]), usual(note=nested(40))], Effort())
        left = gc.collect()
    finally:
        gc.enable()

    assert left == 0


def test_a_text_is_read_once_however_many_names_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def look(text: str, names: Sequence[str]) -> bool:
        asked.append(len(names))
        return may_hold_name(text, names)

    monkeypatch.setattr(columns, "may_hold_name", look)

    assert taken([usual(sender=party(name="张三"), remark="三明市") for _ in range(FEW)]) == [True] * FEW
    assert asked == [2] * FEW
