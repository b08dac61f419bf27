"""Headers of exports are known or mapped by hand, and no personal column is passed over for want of room."""

from pathlib import Path

import pytest

from masking_files.headers import _steps, lay_out
from masking_service.masking.records.schema import Steps
from masking_service.masking.schemas import load_schemas
from masking_service.tables.headers import Layout, known_headers, normal
from tests.cli.files.runs import HEADERS, masked, refused, rows
from tests.every import every
from tests.growth import grows

SCHEMAS = load_schemas()
STANDARD = SCHEMAS["standard"]


def placed(layout: Layout) -> dict[int, Steps]:
    """The columns with a place in the schema itself."""
    return {at: steps for at, steps in layout.places.items() if at not in layout.added}


def added(layout: Layout) -> dict[int, str]:
    """The kinds of the other personal columns."""
    return {at: layout.kinds[at] for at in layout.added}


def test_every_shipped_schema_knows_the_headers_of_exports() -> None:
    assert set(known_headers()["schemas"]) == set(SCHEMAS)


@every("name", sorted(SCHEMAS))
def test_every_meaning_leads_to_a_place_of_its_schema(name: str) -> None:
    table = known_headers()["schemas"][name]

    assert set(table) <= set(known_headers()["meanings"])
    assert [_steps(SCHEMAS[name], path) for path in table.values()]


def test_no_header_has_two_meanings() -> None:
    headers = [normal(header) for content in known_headers()["meanings"].values() for header in content["headers"]]

    assert sorted(headers) == sorted(set(headers))


@every("name", sorted(set(SCHEMAS) - {"yunda"}))
def test_a_common_export_fits_every_schema(name: str) -> None:
    layout = lay_out(HEADERS, SCHEMAS[name], {})

    assert layout.knows_number
    assert [*layout.others] == [8]


@every(
    ("header", "place"),
    [
        ("收货人", "recipient.name"),
        ("*收件人（必填）", "recipient.name"),
        ("收件人(手机号)", "recipient.phone"),
        (" Recipient_Name ", "recipient.name"),
        ("Ship To Phone", "recipient.phone"),
        ("发货人电话", "sender.phone"),
        ("sender.address", "sender.address"),
        ("/sender/address", "sender.address"),
        ("快递单号", "waybill_no"),
        ("买家留言", "remark"),
    ],
)
def test_a_header_is_known_in_its_usual_spellings(header: str, place: str) -> None:
    assert placed(lay_out([header], STANDARD, {})) == {0: tuple(place.split("."))}


@every(
    ("headers", "name", "phone", "address"),
    [
        ("收货人姓名,收货地址,联系电话,联系手机", 0, 3, 1),
        ("收件人,收件人手机/电话,收件地址,寄件人,寄件人手机/电话,寄件地址", 0, 1, 2),
        ("订单号,收货人/提货人,收货人手机号/提货人手机号,详细收货地址/提货地址", 1, 2, 3),
        ("订单号,下单时间,客户姓名,客户地址,联系电话", 2, 4, 3),
        ("客户姓名,收货人,电话,收货地址", 1, 2, 3),
        ("Billing Name,Billing Phone,Shipping Name,Shipping Address1,Shipping Address2,Shipping Phone", 2, 5, 3),
        ("Buyer Name,Ship To Name,Ship To Phone,Ship To Address 1,Ship To Address 2", 1, 2, 3),
        ("お届け先電話番号,お届け先郵便番号,お届け先住所,お届け先名", 3, 0, 2),
        ("받는분성명,받는분전화번호,받는분주소(전체, 분할)", 0, 1, 2),
        ("Empfänger,Telefon,Straße und Hausnummer", 0, 1, 2),
    ],
)
def test_the_recipient_of_a_known_export_is_found(headers: str, name: int, phone: int, address: int) -> None:
    columns = headers.replace(", 분할", "").split(",")

    places = placed(lay_out(columns, STANDARD, {}))

    recipient = {at: steps[1] for at, steps in places.items() if steps[0] == "recipient"}
    assert recipient == {name: "name", phone: "phone", address: "address"}


def test_a_mobile_takes_the_place_before_a_landline() -> None:
    layout = lay_out(["寄件人电话", "寄件人手机"], STANDARD, {})

    assert placed(layout) == {1: ("sender", "phone")}
    assert added(layout) == {0: "phone"}


@every(
    ("header", "kind"),
    [
        ("备用电话2", "phone"),
        ("Second Phone", "phone"),
        ("身份证号", "secret"),
        ("E-mail", "email"),
        ("寄件公司", "name"),
        ("门牌号", "unit"),
        ("中转联系人", "party"),
    ],
)
def test_a_personal_column_without_a_place_is_masked_all_the_same(header: str, kind: str) -> None:
    assert added(lay_out(["寄件人", "收件人", header], STANDARD, {})) == {2: kind}


@every("header", ["重量", "hotel", "phone model", "状态", "收件省", "x"])
def test_other_columns_are_left_alone(header: str) -> None:
    assert [*lay_out([header], STANDARD, {}).others] == [0]


def test_map_goes_before_what_a_header_says(tmp_path: Path) -> None:
    result = masked(
        tmp_path,
        "甲,客服电话,收件人,乙\n张三,4008123456,李四,王五\n",
        "--map=甲=sender.name",
        "--map=客服电话=unmapped",
        "--map=乙=kind:name",
    )

    assert rows(result.stdout)[1] == ["张*", "4008123456", "李*", "王*", ""]


def test_map_leads_into_arrays(tmp_path: Path) -> None:
    result = masked(
        tmp_path,
        "a,b,n\n张三,13812345678,1\n",
        "--schema=sf",
        "--map=a=contactInfoList[1].contact",
        "--map=b=contactInfoList[3].tel",
    )

    assert result.stdout == "a,b,n,error\n张*,*******5678,1,\n"


@pytest.mark.parametrize(
    "told",
    ["乙=sender.name", "甲=sender.nme", "甲=kind:nme", "甲=", "甲", "甲=sender", "甲=contactInfoList[].tel"],
)
def test_map_to_what_is_not_there_is_refused(tmp_path: Path, told: str) -> None:
    assert masked(tmp_path, "甲\n张三\n", f"--map={told}").exit_code == 2


def test_two_columns_for_one_place_are_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, "甲,乙\n张三,李四\n", "--map=甲=sender.name", "--map=乙=sender.name")

    assert "columns 1, 2 share a place" in said


def test_a_value_without_a_place_is_found_in_other_cells(tmp_path: Path) -> None:
    result = masked(tmp_path, "收件人,备用电话,其他\n张三,13812345678,打 138 1234 5678\n", "--unmapped=guard")

    assert rows(result.stdout)[1] == ["张*", "*******5678", "打 *******5678", ""]


@every(
    ("header", "kind"),
    [
        ("收方", "name"),
        ("买家", "name"),
        ("Consignee Add.", "address"),
        ("收货信息", "party"),
        ("收件人信息", "party"),
    ],
)
def test_a_header_that_once_passed_in_clear_is_personal(header: str, kind: str) -> None:
    assert lay_out(["运单号", header], STANDARD, {}).kinds == {1: kind}


@pytest.mark.parametrize(
    ("schema", "header", "kind"),
    [("jd", "senderNae", "name"), ("standard", "recipient_nme", "name"), ("jd", "senderddress", "address")],
)
def test_a_header_with_a_typing_slip_is_what_was_meant(schema: str, header: str, kind: str) -> None:
    assert added(lay_out(["运单号", header], SCHEMAS[schema], {})) == {1: kind}


def test_the_mobile_fills_the_place_and_a_further_phone_keeps_one_of_its_own() -> None:
    layout = lay_out(["收件人电话", "收件人手机", "备用电话"], STANDARD, {})

    assert layout.places == {
        0: ("columns", "收件人电话"),
        1: ("recipient", "phone"),
        2: ("columns", "备用电话"),
    }
    assert layout.fallbacks == {1: (0,)}


def test_two_columns_of_one_header_have_places_of_their_own() -> None:
    layout = lay_out(["备用电话", "备用电话"], STANDARD, {})

    assert len({*layout.places.values()}) == 2


def test_an_empty_mobile_leaves_its_place_to_the_landline(tmp_path: Path) -> None:
    table = "运单号,收件人手机,收件人电话\nSF1234567890,,021-59791234\nSF1234567891,13812345678,021-59791234\n"

    result = masked(tmp_path, table)

    assert [cells[1:3] for cells in rows(result.stdout)[1:]] == [["", "021-******34"], ["*******5678", "021-******34"]]


@pytest.mark.parametrize("told", [(), ("--map=收货信息=kind:party",)])
def test_a_cell_with_name_phone_and_address_is_masked_by_its_parts(tmp_path: Path, told: tuple[str, ...]) -> None:
    cell = "张三 13812345678 上海市青浦区华志路1685号3号楼2单元402室"

    result = masked(tmp_path, f"运单号,收货信息\nSF1234567890,{cell}\n", *told)

    assert rows(result.stdout)[1][1] == "张* *******5678 上海市青浦区华志路1685号3号楼*单元***室"
    assert "without a place in the schema: 2 (party)" in result.stderr


def test_a_column_of_the_short_word_for_waybill_numbers_holds_them(tmp_path: Path) -> None:
    result = masked(tmp_path, "单号,收件人\nSF1234567890,张三\n")

    assert "columns: 1 /waybill_no, 2 /recipient/name" in result.stderr


@pytest.mark.parametrize("header", ["c,", "name,", "备用电话,", "x"])
def test_twice_the_columns_take_at_most_about_twice_as_long(header: str) -> None:
    width = len(header)

    def laid_out(headers: str) -> Layout:
        return lay_out([f"{one}{at}" for at, one in enumerate(headers.split(","))], STANDARD, {})

    assert not grows(laid_out, header, 150 * width)


def test_columns_alike_have_places_of_their_own() -> None:
    layout = lay_out(["运单号", *["备用电话"] * 3, *["x"] * 2], STANDARD, {})

    assert len({*layout.places.values(), *layout.others.values()}) == 6
