"""Unmapped members: their names are scanned too, and a batch is masked as each of its records is."""

import copy
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from masking_service.masking.effort import Effort
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.json_numbers import Fraction, encode
from masking_service.masking.records.columns import FEW
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.record import Masker
from masking_service.masking.records.walk import FOUND_IN_TEXT, UNMAPPED_MASKED, Masked
from tests.every import every
from tests.masking.standard import LABEL, STANDARD, masked, schema, standard


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("13700001111", "*******1111"),
        ("137 0000 1111", "*******1111"),
        ("110101199003074610", "*" * 18),
        ("tel 13700001111 of the gate", "tel *******1111 of the gate"),
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


def test_lists_within_lists_are_scanned_and_masked_by_their_name() -> None:
    record, found = masked(standard(extra=[1, [["tel 13700001111"], []]], receiverTel=[["13700001111"]]))

    assert record["extra"] == [1, [["tel *******1111"], []]]
    assert record["receiverTel"] == [["*******1111"]]
    assert found.warnings == [("/extra/1/0/0", FOUND_IN_TEXT), ("/receiverTel/0/0", UNMAPPED_MASKED)]


@every("when", ["2026-10-03T11:20:00+08:00", "2026-10-03 11:20:00", "2026/10/3"])
@every("name", ["signedFor", "receiverMobile", "consignee_name"])
def test_a_date_under_a_name_that_says_personal_stays(name: str, when: str) -> None:
    record, found = masked(standard(extra={name: when}))
    assert (record["extra"], found.warnings) == ({name: when}, [])


@every("name", ["OD2026112412345", "6901234567890", "@timestamp", "2026-11-24T10:00:00", "WB20260001234"])
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


def unmapped(name: str, value: Any) -> Any:
    """What shows of an unmapped member, alone and among many."""
    record, _ = masked(standard(**{name: value}))
    batch = [standard(**{name: copy.deepcopy(value)}) for _ in range(30)]
    Masker(STANDARD, LABEL).mask_batch(batch, Effort())
    assert all(one[name] == record[name] for one in batch)
    return record[name]


@every("value", [13700001111, "13700001111", "13700001111.00", "¥13700001111.5", "13700001111 元"])
@every("name", ["amount", "goods_price", "weight_g", "保价金额", "实际重量"])
def test_a_number_stays_under_the_name_of_an_amount_or_a_weight(name: str, value: Any) -> None:
    assert unmapped(name, value) == value


def test_the_heading_of_rows_stays_and_rows_that_do_not_fit_it_are_lists() -> None:
    rows = [["name", "tel"], ["Jane Roe", "13912345678"], ["x"], ["x", "13712345678", "y"]]
    shown = [["name", "tel"], ["J*** ***", "*******5678"], ["x"], ["x", "*******5678", "y"]]

    assert unmapped("rows", rows) == shown


@every("value", [1234567.0, 138123456789.0, 1e15])
@every("name", ["amount", "seconds", "extra"])
def test_a_number_with_a_fraction_of_zeros_stays_a_number(name: str, value: float) -> None:
    assert (unmapped(name, value), unmapped("data", {name: [value]})) == (value, {name: [value]})


@every(
    "value",
    ["110101199003074610", "13700001111 李四", "电话13700001111", "1-13700001111", "13700001111-801"],
)
def test_what_is_no_amount_is_scanned_under_such_a_name(value: str) -> None:
    assert value not in unmapped("amount", value)


@every(
    ("member", "value", "shown"),
    [
        ("receiverTel", {"stringValue": "83831234"}, {"stringValue": "******34"}),
        ("receiverTel", {"$numberLong": "9820098200"}, {"$numberLong": "******8200"}),
        ("phone", {"default": "9820098200", "1": 83831234}, {"default": "******8200", "1": "******34"}),
        ("phones", [{"type": "cell", "v": "83831234"}], [{"type": "cell", "v": "******34"}]),
        ("idCard", {"S": "E12345678", "type": "passport"}, {"S": "*********", "type": "passport"}),
        ("birthday", {"S": "1990-01-01"}, {"S": "**********"}),
        ("address2", {"S": "Apt 4"}, {"S": "*****"}),
        ("phone", {"label": "home", "updated": "2024-11-05", "verified": True}, None),
        ("phone", {"created_at": 1764150000, "model": "iPhone 15"}, None),
        ("room", {"name": "A", "id": 5, "label": "large"}, None),
    ],
)
def test_what_is_in_an_object_of_a_kind_is_of_it_if_its_name_says_nothing(member: str, value: Any, shown: Any) -> None:
    assert unmapped(member, value) == (value if shown is None else shown)


@every(
    ("member", "value", "shown"),
    [
        ("hp", "9820098200", "******8200"),
        ("hp", "150", None),
        ("ph", "7.2", None),
        ("bsn", 123456782, "*********"),
        ("tin", "773012345678", "************"),
        ("tin", "two cans", None),
        ("nik", "3171012345678901", "****************"),
    ],
)
def test_a_short_word_alone_says_its_kind_where_the_value_has_its_digits(member: str, value: Any, shown: Any) -> None:
    assert unmapped(member, value) == (value if shown is None else shown)
    assert unmapped("goods", {member: value}) == {member: value}


@pytest.mark.parametrize("name", ["operator", "creator", "操作员"])
def test_a_role_that_may_be_a_machines_hides_names_alone(name: str) -> None:
    assert unmapped(name, "李四光") == "李**"
    assert unmapped(name, "李四光 13700001111") == "李** *******1111"
    assert unmapped(name, "system") == "system"
    assert unmapped(name, "自动分拣") == "自动分拣"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"name":"李四光","mobile":"13700001111"}', '{"name":"李**","mobile":"*******1111"}'),
        ('{"receiver": {"name": "李四光"}, "goods": [{"name": "保温杯"}], "fee": 1.10}',
         '{"receiver":{"name":"李**"},"goods":[{"name":"保温杯"}],"fee":1.10}'),
        ('["13700001111"]', '["*******1111"]'),
        ('{"extra":"{\\"contact\\":\\"李四光\\"}"}', '{"extra":"{\\"contact\\":\\"李**\\"}"}'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["ext_info", "receiver"])
def test_json_in_a_text_is_masked_as_members_are(text: str, shown: str, name: str) -> None:
    assert unmapped(name, text) == shown


@pytest.mark.parametrize(
    "text",
    [
        '{"order_no": "YT1234567890123", "goods": [{"name": "保温杯", "price": 1.10}], "at": 1764150000000}',
        "[上海市]快件已到达[青浦华新]",
        "{}",
        '{"a": 1',
    ],
    ids=["a document", "brackets of a text", "an empty object", "half an object"],
)
def test_json_that_holds_nothing_personal_stays_as_it_was_written(text: str) -> None:
    assert unmapped("ext_info", text) == text


@pytest.mark.parametrize("levels", [32, 100_000])
def test_json_in_a_text_of_more_than_32_levels_is_refused(levels: int) -> None:
    """Python versions differ in how deep they can read, and the answer does not."""
    with pytest.raises(InvalidRecord) as refused:
        unmapped("ext_info", "[" * levels + "]" * levels)

    assert refused.value.errors == (("", "too-deep"),)


def test_the_warning_for_json_in_a_text_names_the_member_that_holds_it() -> None:
    _, found = masked(standard(ext='{"a":{"mobile":"13700001111"},"tel":"13700002222"}'))

    assert found.warnings == [("/ext", UNMAPPED_MASKED)]


@every(
    ("text", "shown"),
    [
        ("李四光 13700001111", "李** *******1111"),
        ("李四光(13700001111)已揽收", "李**(*******1111)已揽收"),
        ("13700001111李四光", "*******1111李**"),
        ("快件交给李四光，13700001111，派送中", "快件交给李**，*******1111，派送中"),
        ("单号 13700001111", "单号 *******1111"),
        ("请送到上海市华志路1685号3号楼2单元402室，谢谢", "请送到上海市华志路1685号3号楼*单元***室，谢谢"),
        ("李四光，上海市华志路1685号3号楼2单元402室", "李**，上海市华志路1685号3号楼*单元***室"),
        ("Jane Roe, 500 Howard St, Apt 5B, San Francisco", "J*** ***, 500 Howard St, Apt **, San Francisco"),
        ("签收人：李四光", "签收人：李**"),
        ("签收人：本人", "签收人：本人"),
        ("上海市青浦区华新镇华志路1685号", "上海市青浦区华新镇华志路1685号"),
        ("乡村风3层实木鞋架", "乡村风3层实木鞋架"),
        ("A-01-02 货架3层", "A-01-02 货架3层"),
    ],
)
@every("name", ["x", "note"])
def test_a_text_of_unknown_meaning_hides_who_is_meant(text: str, shown: str, name: str) -> None:
    assert unmapped(name, text) == shown


@every("name", ["id", "user_id", "code", "ref_no", "order_no", "mailNo", "trackingNumber", "运单号", "awb"])
@every(
    ("value", "shown"),
    [
        ("13812345678", "*******5678"),
        ("138-1234-5678", "*******5678"),
        ("138 1234 5678", "*******5678"),
        ("+44 7700 900123", "+44 ******0123"),
        ("13812345678,13812345678", "*******5678,*******5678"),
        ("902-1845936-54", "902-1845936-54"),
        ("75312345678901", "75312345678901"),
    ],
)
def test_a_phone_is_no_code_and_no_number_of_an_order(name: str, value: str, shown: str) -> None:
    assert unmapped(name, value) == shown


@pytest.mark.parametrize("name", ["order_no", "mailNo", "运单号", "out_trade_no"])
@pytest.mark.parametrize("value", ["110101199003074610", "110101199003074611", "110101900307461"])
def test_the_number_of_an_order_is_no_identity_number(name: str, value: str) -> None:
    together = [standard(**{name: value}) for _ in range(FEW)]

    Masker(STANDARD, LABEL).mask_batch(together, Effort())

    assert unmapped(name, value) == value
    assert [record[name] for record in together] == [value] * FEW


@every("name", ["commenterName", "sharer_name", "xyzName"])
def test_a_name_behind_an_unknown_word_is_hidden_where_it_is_likely_a_person_in_han(name: str) -> None:
    shown = {"王小明": "王**", "古洞": "古*", "保温杯": "保温杯", "张家口": "张家口", "John Smith": "John Smith"}

    assert {value: masked(standard(extra={name: value}))[0]["extra"][name] for value in shown} == shown


@every("name", ["to", "from", "shipTo", "ship_to", "bill_to", "soldTo", "recv", "courier", "dest_name"])
def test_a_side_is_hidden_where_it_is_likelier_a_person_than_a_place(name: str) -> None:
    assert [unmapped(name, value) for value in ("李四", "Mary Jones")] == ["李*", "M*** *****"]
    for value in ("上海", "北京", "常州", "顺丰", "申通", "DHL Express", "New York", "WECHAT", "2024-01-15"):
        assert unmapped(name, value) == value


@every(
    ("name", "value", "shown"),
    [
        ("签名", "李四", "李*"),
        ("signee", "李四", "李*"),
        ("names", ["李四", "王小明"], ["李*", "王**"]),
        ("names", ["苹果", "香蕉"], ["苹果", "香蕉"]),
        ("x", {"id": "receiver_name", "val": "李四"}, {"id": "receiver_name", "val": "李*"}),
        ("x", {"field": "收件人姓名", "data": "李四"}, {"field": "收件人姓名", "data": "李*"}),
        ("x", {"id": "SKU1", "data": "红色"}, {"id": "SKU1", "data": "红色"}),
        ("x", 'see {"skype":"abcd1234"} there', 'see {"skype":"********"} there'),
        ("post_addr", {"street": {"name": "华新镇"}}, {"street": {"name": "华新镇"}}),
        ("签收人", "丰巢", "丰巢"),
        ("签收人", "李四", "李*"),
        ("x", Fraction("1.3700001111e10"), "*.*************"),
        ("code", "1.3700001111E+10", "*.**************"),
    ],
)
def test_what_a_name_says_of_its_value(name: str, value: Any, shown: Any) -> None:
    assert encode(unmapped(name, value)) == encode(shown)


@pytest.mark.parametrize("name", ["goods_name", "product-name", "productTitle"])
def test_words_in_latin_letters_are_no_name_where_goods_are_named(name: str) -> None:
    assert unmapped(name, "Harry Potter box, 3 pcs") == "Harry Potter box, 3 pcs"
    assert unmapped(name, "Attn: Harry Potter") == "Attn: H**** ******"
    assert unmapped(name, "box 13700001111") == "box *******1111"


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
    assert [[*one.warnings] for one in found if isinstance(one, Masked)] == warnings


@every(
    "value",
    [
        "褚时健",
        "上海市华志路1685号",
        "110101199003074610",
        "13812345678",
        "138-1234-5678",
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


@every("value", ["WB20260001234", " sf-123456 ", "11010119900307461", "12345678901", 20260001234, None, ""])
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


@pytest.mark.parametrize("many", [1, 30])
@pytest.mark.parametrize("value", ["WB-1 褚时健", "a word", 2.5], ids=["name", "word", "number"])
def test_a_value_in_place_of_the_object_with_the_waybill_number_is_hidden(value: Any, many: int) -> None:
    batch: list[Any] = [{"remark": "x", "order": value, "waybill_no": "WB1234567"} for _ in range(many)]
    Masker(schema({"remark": "text"}, ["order.no"]), LABEL).mask_batch(batch, Effort())

    assert batch == [{"remark": "x", "order": "*" * len(str(value)), "waybill_no": "WB1234567"}] * many


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


def test_what_the_leak_guard_leaves_of_an_unmapped_text_is_masked_again() -> None:
    """Found by the fuzzer: the stars of a hidden name made a number of what stood beside them."""
    text = "\x7f\x7f\x7f6bTO1NM=6b1ONM=4954\x7f\x7fM=49bTO1NM=6\x7f\x7f\x7f\x7fb1ONM\x01\0"
    once, _ = masked(standard(x=[text, "6"]))

    assert masked(once)[0] == once


FILES = {
    "a document": "JVBERi0xLjQKJdP0zOEKMSAwIG9iago8PAovQ3JlYXRpb25EYXRlKEQ6MjAyNDAxMDEpCj4+CmVuZG9iago=",
    "a picture": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "a page's picture": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9Q",
    "a label printer's code": "XlhBCl5GTzUwLDUwXkEwTiw0MCw0MF5GREFjbWVeRlNeRk81MCwxMDBeRkQxMl5GU15YWgo=",
}
"""Files in base64, as the answers of carriers have them."""


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
@pytest.mark.parametrize("others", [0, FEW])
def test_a_file_in_base64_is_hidden_whole(text: str, others: int) -> None:
    records: list[Any] = [standard(label=text), *(standard(label="JVBERi") for _ in range(others))]

    found = Masker(STANDARD, LABEL).mask_batch(records, Effort())

    assert records[0]["label"] == "*" * len(text)
    assert ("/label", UNMAPPED_MASKED) in found[0].warnings  # type: ignore[union-attr]  # it is masked
    assert [one["label"] for one in records[1:]] == ["JVBERi"] * others


@every(
    ("record", "name"),
    [
        ({"signedFor": "2024-03-01T12:00:00Z"}, "a date"),
        ({"released_to": "FRONT DOOR"}, "a place"),
        ({"destinataire": {"urlSuivi": "https://edesti.com/1G08Q6PK6PHP"}}, "a page"),
        ({"destinataire": {"codePays": "FR", "pays": {"code": "FR", "libelle": "FRANCE"}}}, "a country"),
        ({"shipper": {"Division": "New York", "City": "New York"}}, "a region"),
        ({"contact_info": {"receive_email_updates_flag": "true"}, "bold": "true"}, "a flag"),
        ({"ship_to": {"address_residential_indicator": "no"}}, "a flag"),
        ({"customer": {"last_order_name": "#1001", "tags": "vip, wholesale"}}, "an order"),
        ({"bill_to": {"payment_terms": "prepaid"}}, "terms"),
        ({"recipient_options": {"deliveryCapabilities": ["HAS_ACCESS_POINT"]}}, "codes"),
        ({"recipient_options": {"signatureConfirmation": "MANDATORY"}}, "a code"),
        ({"shipping_cost_customer": "470.00"}, "a price"),
        ({"partName": "马达", "dish_name": "米粉肉", "local_name": "沙田"}, "things that look like names"),
        ({"courier_name": "J&T Express", "courierName": "顺丰速运", "service": {"courier_name": "ups"}}, "a carrier"),
        ({"shopkeeper": {"user_grade": "grade_platinum"}}, "a grade"),
        ({"events": [{"description": "Received by Australia Post"}, {"description": "Data received"}]}, "a trace"),
    ],
)
def test_what_payloads_of_carriers_say_of_others_than_persons_stays(record: dict[str, Any], name: str) -> None:
    masked_record, _ = masked(standard(**record))

    assert {member: masked_record[member] for member in record} == record


@every(
    ("member", "value"),
    [
        ("signedFor", "Jean Petit"),
        ("released_to", "Jean Petit"),
        ("receiver", {"handle": "jean_petit"}),
        ("customer", {"handle": "LI_WEI"}),
        ("customer", {"page": "https://example.com/zhangsan"}),
        ("recipient_name", "2025-01-03 4155552671"),
    ],
)
def test_beside_them_persons_are_hidden(member: str, value: Any) -> None:
    record, _ = masked(standard(**{member: value}))

    assert record[member] != value
