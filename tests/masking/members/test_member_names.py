"""What the names of members and headers say: whose the value is, and of which kind."""

from pathlib import Path

import pytest

from masking_service.masking.members.member_names import (
    MAYBE_NAME,
    MEASURE,
    NEUTRAL,
    NUMBER,
    ROOT,
    STOCK,
    context_of,
    kind_of,
    known_plan,
    meaning_of,
    plan,
)
from masking_service.masking.members.name_words import PARTY, THING, name_words
from masking_service.masking.records.schema import EACH, written
from masking_service.masking.schemas import load_schemas
from tests.every import every
from tests.masking.members.meanings import LIST, listed


@every(
    ("kind", "names"),
    [
        (
            "phone",
            "receiverMobile mobile tel recMobile sendManMobile phone_no mobileNum telphone phonenumber j_tel fax "
            "phone2 PHONE_NUMBER NumeroSMS contact_no SHIP_TO_PHONE receiver_phone_encrypted "
            "Telefon msisdn sjh lxdh 传真 备用号码 電话 收货人电话 备用电话2 联系方式 手机号(必填) "
            "sjrdh sjrsj lxfs rcvrTelno 받는분전화번호 휴대폰 携帯電話",
        ),
        (
            "name",
            "consignee_name receiverName recManName buyer_nick full_name first_name lastname BuyerName signer_name "
            "toName receiver_company shipping_name billing_company username recname name "
            "rName sName receiverNm recipient_nm sndNm dlvNm rcvNm signName pickUpName hoTen 骑手 员工 站长 店长 患者 "
            "assignee neighbor ＲＥＣＥＩＶＥＲ＿ＮＡＭＥ 姓　名 "
            "n\u0430me r\u0435ceiverN\u0430me \u0392uyerName "
            "收货人姓名 姓名 收件公司 收货单位 昵称 "
            "fhrxm vip_name cne_name kehumingcheng rcvrNm operator creator_name driver 操作员 客服 받는분성명 수취인명",
        ),
        (
            "party",
            "linkman payee signatory lxr sjr shr fhr 委托人 经手人 货主 受件人 収件人 "
            "receiver receiver_info Consignee buyer 收货信息 收方 买家 收件人 收　件　人 姓名电话 收件人/电话/地址 "
            "jjr fjr kehu 审核人 制单人 打单员 業務員 发票抬头 invoice_title 받는분 보내는사람 수령인",
        ),
        (
            "address",
            "xxdz shdz receiver_address addr recManPrintAddr address1 shipping_address_1 streetName 收货地址 详细地址",
        ),
        ("address", "sjrdz shouhuodizhi 받는분주소"),
        (
            "unit",
            "室 unitNo floor_no room flat floor door_number 单元号 楼层 hausnummer line2 line3 second_line "
            "房 收件人房 房间 单元 楼栋 address2 street2 AddressLine2 house_number receiver_room 门牌号",
        ),
        ("email", "email buyer_email E-Mail 邮箱 이메일"),
        (
            "secret",
            "sendIdCard cerNum passport_no wechat 身份证号 证件号码 openid unionId weixinhao xhsId alipayLogonId "
            "socialSecurityNumber 주민번호 personalCustomsClearanceCode mykad hkid snils personnummer panNumber "
            "credentialNo 通行证号 birth",
        ),
        ("virtual_phone", "safeNo virtual_tel 虚拟号"),
        ("text", "remark buyer_memo 备注 买家留言"),
        (
            None,
            "goods_name site_name product_name shop_name itemName source_name template_name weight unit unit_price "
            "phone_model phoneType receiver_city receiver_zip receiver_site_name receiver_province warehouse_address "
            "ip_address customer_id receiver_id member_no mobile_id order_no waybillNo sku barcode title created_at "
            "contract company tracking_company logistics_company cod_amount country_code "
            "商品名称 店铺名称 网点名称 快递公司 公司 "
            "快递号码 收货单号码 库区号 "
            "单位 收件人城市 收货人邮编 客户编号 运单号 下单时间 手机品牌 仓库地址 "
            "ydh sj dh hp 机器人 客户人数 会员等级 상품명 운송장번호 mawb 订单金额 payment",
        ),
    ],
)
def test_a_name_says_the_kind_of_its_value(kind: str | None, names: str) -> None:
    assert {name: kind_of(name) for name in names.split(" ")} == dict.fromkeys(names.split(" "), kind)


def _known_names() -> dict[str, str | None]:
    lines = Path(__file__).with_name("member_names.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {
        f"{source}: {name}": None if kind == "-" else kind for source, kind, names in rows for name in names.split()
    }


KNOWN_NAMES = _known_names()


@every("at", KNOWN_NAMES)
def test_the_names_of_public_sdks_say_their_kinds(at: str) -> None:
    *parents, name = at.rpartition(": ")[2].split(".")

    assert kind_of(name, parents) == KNOWN_NAMES[at]


def test_every_word_of_the_list_is_read_as_it_is_written() -> None:
    """Latin letters are listed without accents, and names are read without them."""
    assert {word: name_words().cut(word) for word in listed(LIST) if " ".join(name_words().cut(word)) != word} == {}
    assert [kind_of(name) for name in ("Teléfono", "STRASSE", "Straße", "Empfänger", "받는 사람")] == [
        "phone", "address", "address", "party", "party",
    ]  # fmt: skip


SAME = {
    "name": ("name", "party"),
    "phone": ("phone",),
    "address": ("address",),
    "unit": ("unit",),
    "secret": ("secret",),
    "email": ("email",),
}
FIELDS = {
    f"{schema.name}: {written(path)}": (path, kind)
    for schema in load_schemas().values()
    for path, kind in schema.fields
    if kind in SAME
}


@every("at", FIELDS)
def test_the_names_of_every_shipped_schema_say_what_it_maps(at: str) -> None:
    path, kind = FIELDS[at]
    *parents, name = (step for step in path if step != EACH)

    assert kind_of(name, parents) in SAME[kind]


@every(
    ("name", "kind"),
    [
        ("Consignee Add.", "address"),
        ("收 件 人", "party"),
        ("手 机 号", "phone"),
        ("Sender's name", "name"),
        ("Item's name", None),
    ],
)
def test_a_name_of_words_with_spaces_is_read(name: str, kind: str | None) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("kind", "names"),
    [("phone", "moblie phnoe"), ("name", "reciever_name recepient_name receiver_nmae"), ("address", "receiver_adress")],
)
def test_one_typing_slip_does_not_hide_what_a_name_says(kind: str, names: str) -> None:
    assert {kind_of(name) for name in names.split()} == {kind}


@every(
    ("path", "kind"),
    [
        ("receiver.name", "name"),
        ("recipient.nmae", "name"),
        ("receiver.company", "name"),
        ("recipients.contact.companyName", "name"),
        ("billing_address.name", "name"),
        ("recipient.address.detail", "address"),
        ("ShipTo.Address.AddressLine", "address"),
        ("address.line2", "unit"),
        ("ShipTo.Phone.Number", "phone"),
        ("name.first", "name"),
        ("receiver.room", "unit"),
        ("receiver.door", "unit"),
        ("receiver.line1", "address"),
        ("receiver.line2", "unit"),
        ("recipient.first_line", "address"),
        ("recipient.second_line", "unit"),
        ("OrdererModel.prefecture", None),
        ("customer.sex", None),
        ("receiver.detail", "address"),
        ("receiver.dz", "address"),
        ("recipient.destination", "address"),
        ("收件人.号码", "phone"),
        ("收件人.房", "unit"),
        ("address.room", "unit"),
        ("address.door", "unit"),
        ("address.line1", "address"),
        ("address.dz", "address"),
        ("address.destination", "address"),
        ("parcel.destination", None),
        ("goods.name", None),
        ("shop.name", None),
        ("shop.address", None),
        ("shop.contact", "party"),
        ("line_items.properties.name", None),
        ("customer.orders.name", None),
        ("receiver.city", None),
        ("receiver.phone.countryCode", None),
        ("unknown.name", None),
    ],
)
def test_the_objects_around_a_name_tell_whose_it_is(path: str, kind: str | None) -> None:
    *parents, name = path.split(".")

    assert kind_of(name, parents) == kind


@every("thing", LIST["things"])
def test_a_thing_does_not_clear_a_member_that_says_a_person_itself(thing: str) -> None:
    for name in ("user_name", "userName", "realName", "real_name", "姓名", "receiver_name", "contactName"):
        assert kind_of(name, [thing]) == "name"


@pytest.mark.parametrize("thing", ["goods", "shop", "station", "district", "app"])
@pytest.mark.parametrize("name", ["name", "full_name", "nickname", "display_name", "名字"])
def test_a_thing_clears_a_name_that_it_may_have_itself(thing: str, name: str) -> None:
    assert kind_of(name, [thing]) is None


@every("name", ["expressUserName", "packageUserName", "shopUserName", "bankUserName", "银行户名", "店铺真实姓名"])
def test_so_it_is_where_the_thing_is_in_the_same_name(name: str) -> None:
    assert kind_of(name) == "name"


@every(
    ("name", "kind"),
    [
        ("tel-address-from", "party"),
        ("tel_from", "phone"),
        ("phone_to", "phone"),
        ("phoneDriver", "phone"),
        ("email_to", "email"),
        ("name_from", "name"),
        ("station_name_from", None),
        ("unit_from", None),
        ("message_from_buyer", "text"),
        ("备注收件人", "party"),
    ],
)
def test_a_kind_before_a_side_is_that_of_the_value(name: str, kind: str | None) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize("name", ["ShipperName", "seller_nick", "卖家昵称"])
def test_a_shipper_and_a_seller_may_be_people(name: str) -> None:
    assert kind_of(name) == "name"


def test_a_phone_beside_it_makes_a_bare_name_a_persons() -> None:
    assert kind_of("name", ["unknown"], beside=["phone"]) == "name"
    assert kind_of("name", ["shop"], beside=["phone"]) is None


@pytest.mark.parametrize("context", [ROOT, NEUTRAL, PARTY, THING])
@pytest.mark.parametrize(
    "names", [("name", "phone"), ("name", "x"), ("title", "收件人", "code"), ("no", "tel", "name")]
)
def test_one_name_means_what_it_means_beside_the_others(context: str, names: tuple[str, ...]) -> None:
    assert tuple(meaning_of(context, name, names) for name in names) == plan(context, names)


def test_a_bare_name_at_the_top_may_be_an_orders_number() -> None:
    assert plan(ROOT, ("name",))[0].kind == MAYBE_NAME


@every(
    ("kind", "names"),
    [
        (NUMBER, "order_no parcel_id 运单号"),
        (STOCK, "sku barcode goods_id mall_id num_iid shop_id site_code sku_id bag_no timestamp 网点编码 袋号"),
    ],
)
def test_the_numbers_of_orders_and_goods_are_known_as_such(kind: str, names: str) -> None:
    assert {plan(ROOT, (name,))[0].kind for name in names.split()} == {kind}


def test_forms_are_remembered_but_not_names_that_may_be_values() -> None:
    plan(ROOT, ("receiver_mobile", "weight"))
    plan(ROOT, ("13812345678",))
    plan(ROOT, ("张" * 41,))
    wide = tuple(f"m{chr(97 + at % 26)}{chr(97 + at // 26)}" for at in range(65))
    plan(ROOT, wide)

    assert known_plan(ROOT, ("receiver_mobile", "weight")) is not None
    assert known_plan(ROOT, ("13812345678",)) is None
    assert known_plan(ROOT, ("张" * 41,)) is None
    assert known_plan(ROOT, wide) is None


def test_a_context_is_that_of_the_innermost_object_that_says_one() -> None:
    assert context_of(["data", "receiver", "extra"]) == "party"
    assert context_of([]) == ROOT


@every("name", ["amount", "totalPrice", "cod_amount", "weight_g", "件数", "保价金额", "实际重量", "운임금액"])
def test_amounts_and_measures_are_known_as_such(name: str) -> None:
    assert plan(ROOT, (name,))[0].kind == MEASURE
