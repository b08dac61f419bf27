"""The shipped schemas say what the table of masking rules says, and places keep the codes that stored records hold."""

import hashlib
from importlib import resources
from pathlib import Path

import pytest

from masking_service.masking.errors import DefinitionError
from masking_service.masking.records.schema import Place, written
from masking_service.masking.schemas import load_schemas
from masking_service.service.vault.records import place_code, place_of
from tests.every import every

SCHEMAS = load_schemas()
# Lines may be added to places.txt, never changed: their numbers are in stored records.
PINNED_LINES = 109
PINNED_DIGEST = "1b74b6a8b4a600369ac2e6f3208f671b116fb778c3fa547c3c557932cfac6b1c"


def expand(text: str) -> dict[str, str]:
    """``kind: path path`` lines as a mapping; ``{a,b}`` in a path means each."""
    found = {}
    for line in text.strip().splitlines():
        kind, paths = line.strip().split(": ")
        for path in paths.split():
            found.update(dict.fromkeys(_alternatives(path), kind))
    return found


def _alternatives(path: str) -> list[str]:
    before, opened, rest = path.partition("{")
    if not opened:
        return [path]
    inner, _, after = rest.partition("}")
    return [before + part + tail for part in inner.split(",") for tail in _alternatives(after)]


DHL = "customerDetails.{shipper,receiver,buyer,importer,exporter}Details"
FEDEX = "requestedShipment.{shipper,recipients[]}"
UPS = "{Shipment,ShipmentRequest.Shipment}.{Shipper,ShipTo,ShipFrom}"
TABLE = {
    "standard": "name: {sender,recipient}.name\nphone: {sender,recipient}.phone\n"
    "address: {sender,recipient}.address\ntext: remark",
    "sf": "name: contactInfoList[].{contact,company}\nphone: contactInfoList[].{tel,mobile}\n"
    "address: contactInfoList[].address\ntext: remark",
    "sf-legacy": "name: {j,d}_{contact,company}\nphone: {j,d}_{tel,mobile}\naddress: {j,d}_address",
    "zto": "name: senderInfo.senderName receiveInfo.receiverName\n"
    "phone: senderInfo.sender{Phone,Mobile} receiveInfo.receiver{Phone,Mobile}\n"
    "address: senderInfo.senderAddress receiveInfo.receiverAddress\n"
    "text: remark orderItems[].remark traces[].desc desc",
    "yto": "name: {sender,recipient}Name realNameInfo.name\nphone: {sender,recipient}Mobile\n"
    "address: {sender,recipient}Address\nsecret: realNameInfo.cerNum",
    "sto": "name: {sender,receiver}.name\nphone: {sender,receiver}.{tel,mobile}\n"
    "address: {sender,receiver}.address\nvirtual_phone: receiver.safeNo\ntext: remark",
    "yunda": "name: orders[].{sender,receiver}.{name,company}\nphone: orders[].{sender,receiver}.mobile\n"
    "address: orders[].{sender,receiver}.address\ntext: orders[].{remark,cus_area1,cus_area2}",
    "jd": "name: {sender,receive}Name\nphone: {sender,receive}{Tel,Mobile}\naddress: {sender,receive}Address",
    "cainiao": "name: {sender,trade_order_info_dtos[].recipient}.name\n"
    "phone: {sender,trade_order_info_dtos[].recipient}.{mobile,phone}\n"
    "address: {sender,trade_order_info_dtos[].recipient}.address.detail",
    "taobao": "name: receiver_name\nphone: receiver_{mobile,phone}\naddress: receiver_address",
    "pdd": "name: receiver_name\nphone: receiver_phone\naddress: receiver_address address\ntext: buyer_memo remark",
    "douyin": "name: post_receiver\nphone: post_tel pay_tel\naddress: post_addr.detail\n"
    "text: buyer_words seller_words\nvirtual_phone: virtual_tel",
    "wechat": "name: address_info.user_name {sender,receiver}.{name,company}\n"
    "phone: address_info.tel_number {sender,receiver}.{tel,mobile}\n"
    "address: address_info.detail_info {sender,receiver}.address\nunit: address_info.house_number\ntext: custom_remark",
    "kdniao": "name: {Sender,Receiver}.{Company,Name}\nphone: {Sender,Receiver}.{Tel,Mobile}\n"
    "address: {Sender,Receiver}.Address\ntext: Remark",
    "kuaidi100": "name: {recMan,sendMan}Name\nphone: {recMan,sendMan}Mobile\naddress: {recMan,sendMan}PrintAddr\n"
    "secret: sendIdCard",
    "easypost": "name: {to,from}_address.{name,company}\nphone: {to,from}_address.phone\n"
    "email: {to,from}_address.email\naddress: {to,from}_address.street1\nunit: {to,from}_address.street2",
    "shippo": "name: address_{to,from}.{name,company}\nphone: address_{to,from}.phone\n"
    "email: address_{to,from}.email\naddress: address_{to,from}.street1\nunit: address_{to,from}.street2",
    "amazon": "name: {recipient,buyer}-name\nphone: {ship,buyer}-phone-number\nemail: buyer-email\n"
    "address: ship-address-1\nunit: ship-address-{2,3}\ntext: delivery-Instructions gift-message-text",
    "dhl": f"name: {DHL}.contactInformation.{{fullName,companyName}}\n"
    f"phone: {DHL}.contactInformation.{{phone,mobilePhone}}\n"
    f"email: {DHL}.contactInformation.email\naddress: {DHL}.postalAddress.addressLine1\n"
    f"unit: {DHL}.postalAddress.addressLine{{2,3}}",
    "fedex": f"name: {FEDEX}.contact.{{personName,companyName}}\nphone: {FEDEX}.contact.phone{{Number,Extension}}\n"
    f"email: {FEDEX}.contact.emailAddress\naddress: {FEDEX}.address.streetLines[]",
    "ups": f"name: {UPS}.{{Name,AttentionName}}\nphone: {UPS}.Phone.Number\nemail: {UPS}.EMailAddress\n"
    f"address: {UPS}.Address.AddressLine[]",
    "meituan": "name: {recipient,receiver,courier}_name invoice_title\n"
    "phone: {recipient,receiver,courier,shipper}_phone\naddress: {recipient,receiver}_address\nsecret: taxpayer_id\n"
    "text: caution note",
}
WAYBILL_PATHS = {
    "sf": "waybillNoInfoList[0].waybillNo",
    "zto": "billCode",
    "yto": "mailNo",
    "sto": "waybillNo",
    "jd": "waybillCode",
    "cainiao": "waybill_code",
    "pdd": "tracking_number",
    "douyin": "tracking_no",
    "wechat": "waybill_id",
    "kdniao": "LogisticCode",
    "kuaidi100": "kuaidinum",
    "easypost": "tracking_code",
    "shippo": "tracking_number",
    "amazon": "tracking-number",
    "dhl": "shipmentTrackingNumber",
    "fedex": "masterTrackingNumber requestedShipment.masterTrackingId.trackingNumber",
    "ups": "ShipmentIdentificationNumber ShipmentResults.ShipmentIdentificationNumber",
    "meituan": "mt_peisong_id order_id",
}


def places_text() -> str:
    return resources.files("masking_service.masking.schemas").joinpath("places.txt").read_text("utf-8")


def test_the_shipped_schemas_are_those_of_the_table() -> None:
    assert SCHEMAS.keys() == TABLE.keys()


@every("name", sorted(TABLE))
def test_a_schema_maps_the_paths_of_the_table(name: str) -> None:
    assert {written(steps): kind for steps, kind in SCHEMAS[name].fields} == expand(TABLE[name])


@every("name", sorted(TABLE))
def test_the_waybill_number_is_sought_where_the_table_says_and_then_at_the_top(name: str) -> None:
    paths = [written(steps) for steps in SCHEMAS[name].waybill_paths]
    assert paths == [*WAYBILL_PATHS.get(name, "").split(), "waybill_no"]


def test_only_the_schema_of_many_waybills_cannot_be_tokenized() -> None:
    assert [name for name, schema in SCHEMAS.items() if not schema.tokenize] == ["yunda"]


def test_the_codes_in_stored_records_keep_their_meaning() -> None:
    pinned = "\n".join(places_text().splitlines()[:PINNED_LINES])
    assert hashlib.sha256(pinned.encode()).hexdigest() == PINNED_DIGEST


def test_no_place_has_two_codes() -> None:
    lines = places_text().splitlines()
    assert len(set(lines)) == len(lines)


def test_every_fixed_path_of_a_shipped_schema_has_a_code() -> None:
    places = [
        Place.at(kind, steps) for schema in SCHEMAS.values() for steps, kind in schema.fields if "[]" not in steps
    ]
    assert all(isinstance(place_code(place), int) for place in places)


def test_a_place_in_an_array_is_written_in_words() -> None:
    assert place_code(Place.at("name", ("contactInfoList", 3, "contact"))) == "name contactInfoList[3].contact"


@pytest.mark.parametrize(
    "place",
    [Place.at("phone", ("recipient", "phone")), Place.at("name", ("orders", 0, "items", 12, "who"))],
    ids=["a code", "words"],
)
def test_a_code_and_a_place_in_words_give_the_place_back(place: Place) -> None:
    assert place_of(place_code(place)) == place


@pytest.mark.parametrize("code", [-1, 10_000])
def test_a_code_of_no_line_is_refused(code: int) -> None:
    with pytest.raises(KeyError):
        place_of(code)


def test_an_operators_schema_is_added_to_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("schema: own\nsource: ours\nfields:\n  who: name\n")
    assert load_schemas(tmp_path).keys() == SCHEMAS.keys() | {"own"}


def test_a_sites_own_schema_cannot_replace_a_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "sto.yaml").write_text("schema: sto\nsource: ours\nfields:\n  who: name\n")
    with pytest.raises(DefinitionError) as fault:
        load_schemas(tmp_path)
    assert fault.value.path == "schemas.sto"


@pytest.mark.parametrize("text", ["a: [", "fields:\n  who: name\n  who: phone\n"])
def test_yaml_that_cannot_be_read_or_says_a_thing_twice_is_a_fault_of_that_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "own.yaml").write_text(text)
    with pytest.raises(DefinitionError) as fault:
        load_schemas(tmp_path)
    assert fault.value.path == "schemas.own"
