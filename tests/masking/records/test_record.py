"""The pass over a record: every mapped value is masked in place, every other value comes back as it came."""

import copy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masking_service.masking.effort import Effort
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.records.columns import FEW
from masking_service.masking.records.profile_masks import Masks
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.record import Masker
from masking_service.masking.records.schema import Place
from masking_service.masking.records.walk import _masks_of, render
from tests.every import every
from tests.masking.standard import (
    ABROAD,
    COURIER,
    EVERY_KIND,
    HIDDEN,
    LABEL,
    STANDARD,
    errors_of,
    masked,
    schema,
    standard,
)


def test_a_standard_record_is_masked_for_a_label() -> None:
    record, _ = masked(standard())
    assert record == {
        "waybill_no": "WB20260001234",
        "sender": {"name": "张*", "phone": "*******5678", "address": "华志路1685号3号楼*单元***室"},
        "recipient": {"name": "欧阳**", "phone": "*******4321", "address": "文一西路969号5幢****室"},
        "remark": "易碎品，请轻放",
    }


def test_each_kind_is_masked_by_its_own_rule() -> None:
    record, _ = masked(
        {
            "name": "张三",
            "phone": "13812345678",
            "address": "华志路15号301",
            "unit": "402",
            "text": "电联13900001111",
            "secret": "me@example.com",
            "safe": "17012340000-1234",
            "people": [{"name": "李四", "phones": ["13812345679", "021-59791234"]}],
        },
        of=EVERY_KIND,
    )
    assert record == {
        "name": "张*",
        "phone": "*******5678",
        "address": "华志路15号***",
        "unit": "***",
        "text": "电联*******1111",
        "secret": "**************",
        "safe": "17012340000-1234",
        "people": [{"name": "李*", "phones": ["*******5679", "021-******34"]}],
    }


def test_a_field_tells_where_its_mask_is() -> None:
    record, found = masked(standard())
    place, value = found.fields[1]
    assert (place.pointer, value) == ("/sender/phone", "13812345678")
    assert place.parent(record)[place.keys[-1]] == "*******5678"


def test_what_came_in_hidden_is_not_kept() -> None:
    _, found = masked(standard(sender={"name": "张三", "phone": "138****5678", "address": "华志路1号"}))
    places, values = found.kept()
    assert [place.path for place in places][:2] == ["sender.name", "sender.address"]
    assert values[:2] == ["张三", "华志路1号"]


def test_fields_come_in_the_schemas_order_and_arrays_in_theirs() -> None:
    record = {"people": [{"name": "a"}, {}, {"phones": ["1", "2"], "name": "b"}], "text": "", "name": None}
    _, found = masked(record, of=EVERY_KIND)
    assert [place.path for place in found.places] == [
        "name",
        "text",
        "people[0].name",
        "people[2].name",
        "people[2].phones[0]",
        "people[2].phones[1]",
    ]


def test_null_and_empty_and_blank_values_stay_and_are_fields() -> None:
    record, found = masked({"name": None, "phone": "", "address": " \t"}, of=EVERY_KIND)
    assert record == {"name": None, "phone": "", "address": " \t"}
    assert found.values == [None, "", " \t"]


def test_an_integer_is_masked_as_its_decimal_string_and_kept_as_it_came() -> None:
    record, found = masked({"phone": 13812345678}, of=EVERY_KIND)
    assert (record["phone"], found.values[0]) == ("*******5678", 13812345678)


def test_a_virtual_phone_that_is_an_integer_stays_one() -> None:
    assert masked({"safe": 17012340000}, of=EVERY_KIND)[0] == {"safe": 17012340000}


@every("bad", [True, False, Decimal("1.5"), 1.5, [], ["a"], {}, {"a": 1}])
def test_what_can_be_no_value_is_an_invalid_type_at_its_pointer(bad: object) -> None:
    assert errors_of(standard(remark=bad)) == (("/remark", "invalid-type"),)


@every("bad", ["张三", 1, True, [], [{}]])
def test_a_value_in_the_place_of_an_object_is_an_invalid_type(bad: object) -> None:
    assert errors_of(standard(sender=bad)) == (("/sender", "invalid-type"),)


@pytest.mark.parametrize("bad", ["a", 1, {}, {"0": {}}])
def test_a_value_in_the_place_of_an_array_is_an_invalid_type(bad: object) -> None:
    assert errors_of({"people": bad}, EVERY_KIND) == (("/people", "invalid-type"),)


def test_every_bad_place_is_named() -> None:
    record = {"people": ["a", {"name": []}, {"phones": [{}]}], "unit": True}
    assert set(errors_of(record, EVERY_KIND)) == {
        ("/people/0", "invalid-type"),
        ("/people/1/name", "invalid-type"),
        ("/people/2/phones/0", "invalid-type"),
        ("/unit", "invalid-type"),
    }


@pytest.mark.parametrize("record", [None, [], "a", 1])
def test_a_record_that_is_no_object_is_an_invalid_type(record: object) -> None:
    assert errors_of(record) == (("", "invalid-type"),)


def test_null_in_the_place_of_an_object_counts_as_absent() -> None:
    record, found = masked({"sender": None, "recipient": {"name": "张三"}})
    assert (record, len(found.fields)) == ({"sender": None, "recipient": {"name": "张*"}}, 1)


def test_null_elements_of_an_array_are_absent() -> None:
    assert masked({"people": [None, {"name": "张三"}]}, of=EVERY_KIND)[0] == {"people": [None, {"name": "张*"}]}


def nested(levels: int) -> Any:
    value: Any = "x"
    for level in range(levels):
        value = [value] if level % 2 else {"k": value}
    return value


def test_thirty_two_levels_are_masked() -> None:
    record = standard(extra=nested(31))
    assert masked(record)[0]["extra"] == nested(31)


@pytest.mark.parametrize("levels", [32, 5_000])
def test_a_deeper_record_is_refused_without_naming_its_keys(levels: int) -> None:
    assert errors_of(standard(extra=nested(levels))) == (("", "too-deep"),)


def test_an_integer_too_long_to_be_written_is_refused() -> None:
    assert errors_of(standard(extra=10**5000)) == (("/extra", "too-large"),)


@every(
    "value", [1234567890123456789012345, Decimal("0.10"), Decimal("1E+400"), True, None, [], {}, "x", [1, {"a": None}]]
)
def test_unmapped_values_come_back_exactly(value: object) -> None:
    record, _ = masked(standard(extra=value))
    assert repr(record["extra"]) == repr(value)


def test_a_strangers_phone_in_an_unmapped_member_is_masked() -> None:
    record, found = masked(standard(note="13900001111", fallback=13900001111))
    assert (record["note"], record["fallback"]) == ("*******1111", "*******1111")
    assert found.warnings == [("/note", "found-in-text"), ("/fallback", "found-in-text")]


def test_a_strangers_phone_in_the_remark_goes() -> None:
    assert masked(standard(remark="找13900001111"))[0]["remark"] == "找*******1111"


def test_the_records_own_waybill_number_stays_in_the_remark() -> None:
    record = standard(waybill_no="4111111111111111", remark="单号4111111111111111，电话13900001111")
    assert masked(record)[0]["remark"] == "单号4111111111111111，电话*******1111"


@pytest.mark.parametrize(
    ("field", "came", "shown"),
    [
        ("phone", "138****5678", "*******5678"),
        ("phone", "*******5678", "*******5678"),
        ("name", "张*", "张*"),
        ("name", "张^_^", "张***"),
    ],
)
def test_a_mask_that_comes_in_is_tightened_and_nothing_is_stored(field: str, came: str, shown: str) -> None:
    record, found = masked({"sender": {field: came}})
    assert (record["sender"][field], found.hidden) == (shown, [0])
    assert found.warnings == [(f"/sender/{field}", "already-masked")]


@pytest.mark.parametrize(
    "came", ["$Ab3d+/Xy==$Zm9v$1$$", "~AgAAAAK1cQEFfGBDqAFvDbCKNfwwK2Vd0T9Cf4Wq~", "#Q2lwaGVyVGV4dA==#1##"]
)
def test_ciphertext_passes_and_nothing_is_stored(came: str) -> None:
    record, found = masked({"sender": {"phone": came}})
    assert (record["sender"]["phone"], found.hidden) == (came, [0])
    assert found.warnings == [("/sender/phone", "already-masked")]


def test_a_masked_record_is_masked_to_itself() -> None:
    once, _ = masked(standard(note="欧阳娜娜 139 8765 4321"))
    assert masked(once)[0] == once


@every(
    "sender",
    [
        {"name": "张小明", "phone": "86 13812340689", "address": "华志路15号3号楼402室张小明86 13812340689"},
        {"name": "张三、有限公司", "phone": "13812345678"},
        {"name": "John Smith、有限公司"},
        {"name": "王小明13987654321", "address": "华志路15号王小明13987654321"},
        {"name": "阿卜杜拉•买买提", "address": "华志路15号阿卜杜拉•买买提收"},
    ],
)
def test_what_the_guard_hid_reads_the_same_the_second_time(sender: dict[str, Any]) -> None:
    once, _ = masked(standard(sender=sender))
    assert masked(once)[0] == once


def test_the_waybill_number_stays_where_the_guard_hid_something_beside_it() -> None:
    own = "4111111111111111"
    record, _ = masked(standard(waybill_no=own, remark=f"张三 {own}"))
    assert record["remark"] == f"张* {own}"


def test_a_name_in_parts_with_a_wrong_dot_is_stored() -> None:
    record, found = masked({"sender": {"name": "阿卜杜拉•买买提"}})
    assert (record["sender"]["name"], found.hidden, found.warnings) == ("阿***•***", [], [])


def test_a_hidden_profile_hides_virtual_phones_too() -> None:
    assert masked({"safe": "17012340000"}, by=HIDDEN, of=EVERY_KIND)[0] == {"safe": "***********"}


@every(
    ("beside", "shown"),
    [
        ("身份证110101199003074610", "身份证******************"),
        ("张三 13987654321", "张* *******4321"),
        ("卡号6222021234567890128", "卡号*******************"),
        ("微信abc12345", "微信********"),
        ("abc@163.com", "***@***.***"),
        ("021-59791234转801", "021-******34转***"),
        ("周先生代收", "*先生代收"),
    ],
)
def test_the_courier_sees_the_address_and_nobody_beside_it(beside: str, shown: str) -> None:
    address = f"华志路5号402室 {beside}"
    by_itself = masked({"sender": {"address": address}}, by=COURIER)[0]
    view = render(COURIER, [(Place.at("address", ("sender", "address")), address)])
    assert by_itself == view == {"sender": {"address": f"华志路5号402室 {shown}"}}


@pytest.mark.parametrize("beside", [{}, {"note": "x02159791234"}, {"remark": "轻放"}])
@pytest.mark.parametrize(
    ("number", "phone"),
    [("02159791234", "021-59791234"), ("8613902206279", "13902206279"), ("4008123456", "4008123456")],
)
def test_a_waybill_number_that_is_a_phone_of_the_record_is_hidden(
    number: str, phone: str, beside: dict[str, str]
) -> None:
    record = {"waybill_no": number, "sender": {"phone": phone}, **beside}
    batch = [copy.deepcopy(record) for _ in range(FEW)]

    Masker(STANDARD, LABEL).mask_batch(batch, Effort())

    assert masked(record)[0]["waybill_no"] == "*" * len(number)
    assert batch == [masked(record)[0]] * FEW


def test_the_courier_sees_the_address_in_full() -> None:
    assert masked(standard(), by=COURIER)[0]["sender"]["address"] == "华志路1685号3号楼2单元402室"


def test_what_a_pass_found_does_not_show_values() -> None:
    assert "张" not in repr(masked(standard())[1])


def test_a_view_holds_the_mapped_fields_alone() -> None:
    _, found = masked(standard(weight=3))
    view = render(LABEL, found.fields)
    assert view == {key: value for key, value in masked(standard())[0].items() if key != "waybill_no"}


def test_a_view_builds_arrays_up_and_leaves_empty_objects_where_nothing_is_known() -> None:
    fields = [
        (Place.at("name", ("people", 2, "name")), "张三"),
        (Place.at("phone", ("people", 0, "phones", 1)), "13812345678"),
    ]
    assert render(LABEL, fields) == {"people": [{"phones": [{}, "*******5678"]}, {}, {"name": "张*"}]}


def test_a_view_keeps_null_and_empty_values() -> None:
    fields = [(Place.at("name", ("name",)), None), (Place.at("phone", ("phone",)), "")]
    assert render(LABEL, fields) == {"name": None, "phone": ""}


def test_a_view_does_not_change_what_it_is_given() -> None:
    fields = [(Place.at("name", ("name",)), "张三"), (Place.at("text", ("text",)), "给张三")]
    before = copy.deepcopy(fields)
    render(LABEL, fields)
    assert fields == before


def test_a_view_shows_no_value_in_another_field() -> None:
    fields = [(Place.at("name", ("name",)), "张三"), (Place.at("address", ("address",)), "华志路1号张三家")]
    assert render(COURIER, fields)["address"] == "华志路1号张*家"


OF_EACH_KIND: dict[str, list[Any]] = {
    "name": ["张三", "王小明", "欧阳娜娜", "张*", "Anna Schmidt", "张三13812345678", "", None],
    "phone": ["13812345678", "021-59791234", "138****5678", "13812345678/13900001111", 13812345678, " "],
    "address": ["华志路1685号3号楼2单元402室", "华志路1号张三家", "文一西路969号5幢1808室", "张三 13812345678"],
    "text": ["易碎品，请轻放", "给张三", "电联13812345678", "单号SF1381234567890"],
}
FIELDS = [
    (Place.at(kind, (f"{kind}{at}",)), value)
    for kind, values in OF_EACH_KIND.items()
    for at, value in enumerate(values)
]


@given(
    st.lists(st.sampled_from(FIELDS), max_size=8, unique_by=lambda field: field[0].pointer),
    st.sampled_from([LABEL, COURIER, HIDDEN, ABROAD]),
)
def test_a_view_masks_usual_values_as_it_masks_others(fields: list[tuple[Place, Any]], by: Profile) -> None:
    shown = render(by, fields, "SF1381234567890")
    _masks_of.cache_clear()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Masks, "usual", lambda *_: None)
        assert render(by, fields, "SF1381234567890") == shown
    _masks_of.cache_clear()


def test_a_view_keeps_the_waybill_number_it_is_told() -> None:
    fields = [(Place.at("phone", ("phone",)), "13812345678"), (Place.at("text", ("text",)), "单号SF1381234567890")]
    assert render(LABEL, fields, "SF1381234567890")["text"] == "单号SF1381234567890"


def test_a_view_of_what_can_be_no_value_is_refused() -> None:
    with pytest.raises(InvalidRecord):
        render(LABEL, [(Place.at("name", ("name",)), True)])


def test_an_array_of_values_is_masked() -> None:
    tags = schema({"tags[]": "name"})
    assert masked({"tags": ["张三", None, "李四"]}, of=tags)[0] == {"tags": ["张*", None, "李*"]}


def test_a_member_name_with_a_slash_is_escaped_in_the_pointer() -> None:
    assert errors_of({"a/b": True}, schema({"a/b": "name"})) == (("/a~1b", "invalid-type"),)


HAN = st.text("张三李四王五欧阳娜娜明华丽军", min_size=2, max_size=5)
LATIN = st.text("abcdefgh", min_size=2, max_size=8).map(str.title)
NAMES = HAN | st.tuples(LATIN, LATIN).map(" ".join) | st.tuples(HAN, HAN).map("·".join)
PHONES = st.from_regex(r"\A1[3-9][0-9]{9}\Z") | st.from_regex(r"\A0(21|571)-[2-8][0-9]{7}\Z").filter(str.isascii)
ADDRESSES = st.tuples(st.sampled_from(["华志路", "文一西路"]), st.integers(1, 2000), st.integers(1, 30)).map(
    lambda parts: f"{parts[0]}{parts[1]}号{parts[2]}幢2单元402室"
)
VALUES = st.none() | st.just("") | st.text(max_size=12)
SIDES = st.fixed_dictionaries(
    {}, optional={"name": NAMES | VALUES, "phone": PHONES | VALUES, "address": ADDRESSES | VALUES, "city": st.text()}
)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text("甲乙丙戊", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("甲乙丙戊", max_size=3), inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.fixed_dictionaries({"sender": SIDES}, optional={"recipient": SIDES, "remark": VALUES, "other": PLAIN})


@given(RECORDS)
def test_masking_twice_is_masking_once(record: dict[str, Any]) -> None:
    once, _ = masked(record)
    assert masked(once)[0] == once


@pytest.mark.parametrize("by", [LABEL, HIDDEN, ABROAD], ids=lambda profile: profile.name)
def test_a_number_that_is_hidden_for_a_phone_keeps_no_sign(by: Profile) -> None:
    """Found by the fuzzer: the sign was hidden when the mask was masked again."""
    number = -1148183223285952953919
    once, _ = masked(standard(sender={"x": {"r": number}}, mobile=number), by)

    assert once["sender"]["x"]["r"] == "*" * 23
    assert masked(once, by)[0] == once


@given(RECORDS)
def test_the_fields_are_the_originals(record: dict[str, Any]) -> None:
    _, found = masked(record)
    originals = {(side, key): value for side in ("sender", "recipient") for key, value in record.get(side, {}).items()}
    for place, value in found.fields:
        expected = record["remark"] if place.keys == ("remark",) else originals[place.keys]  # type: ignore[index]  # a record
        assert value == expected


@given(PLAIN)
def test_unmapped_keys_are_unchanged_where_nothing_leaks(other: Any) -> None:
    assert masked(standard(other=other))[0]["other"] == other


@given(NAMES, PHONES, st.text("，。 甲乙", max_size=5))
def test_a_view_for_a_label_never_shows_a_name_or_a_phone(name: str, phone: str, beside: str) -> None:
    _, found = masked(standard(sender={"name": name, "phone": phone}, remark=f"{name}{beside}{phone}"))
    view = str(render(LABEL, found.fields))
    assert name not in view
    assert phone not in view
