"""Which phones are recipients', and in which spelling they are found."""

import pytest

from masking_service.masking.kinds.phone import mask_phone
from masking_service.masking.records.recipients import MAX_PHONES, Phone, is_recipients, numbers_of, read
from masking_service.masking.records.schema import Place
from masking_service.masking.schemas import load_schemas
from tests.every import every

MOBILE = Phone("13812345678", "5678")


@every(
    "path",
    [
        "recipient.phone",
        "d_mobile",
        "receiveInfo.receiverMobile",
        "recManMobile",
        "to_address.phone",
        "address_to.phone",
        "post_tel",
        "address_info.tel_number",
        "ship-phone-number",
        "customerDetails.receiverDetails.contactInformation.phone",
        "requestedShipment.recipients[0].contact.phoneNumber",
        "ShipmentRequest.Shipment.ShipTo.Phone.Number",
        "收件人电话",
    ],
)
def test_a_member_whose_name_says_so_is_a_recipients(path: str) -> None:
    assert is_recipients(Place.parse(f"phone {path}"))


@every(
    "place",
    [
        "phone sender.phone",
        "phone j_mobile",
        "phone from_address.phone",
        "phone pay_tel",
        "phone contactInfoList[1].mobile",
        "phone 寄件人电话",
        "name recipient.name",
        "virtual_phone receiver.safeNo",
    ],
)
def test_what_is_a_senders_or_left_open_is_not(place: str) -> None:
    assert not is_recipients(Place.parse(place))


def test_every_schema_that_is_stored_has_a_recipients_phone_but_the_one_that_leaves_it_open() -> None:
    without = {
        schema.name
        for schema in load_schemas().values()
        if schema.tokenize and not any(is_recipients(Place.at(kind, keys)) for keys, kind in schema.fields)
    }

    assert without == {"sf"}


@every(
    "value",
    [13812345678, "13812345678", "+86 138-1234-5678", "0086-13812345678", "１３８１２３４５６７８", "8613812345678"],
)
def test_a_mobile_has_one_spelling(value: object) -> None:
    assert read(value) == [MOBILE]


@pytest.mark.parametrize("value", ["021-59791234", "(021)59791234-801", "+86 21 5979 1234", "86-021-59791234"])
def test_a_landline_has_one_number(value: str) -> None:
    assert [phone.number for phone in read(value)] == ["2159791234"]


@every("value", [None, "", "  ", "张三", "138****5678", "*******5678", "12345", "1" * 300])
def test_what_holds_no_number_has_none(value: object) -> None:
    assert read(value) == []


def test_a_country_code_stays() -> None:
    assert [phone.number for phone in read("+852 9155 5002")] == ["85291555002"]


@every("value", ["13812345678", "021-59791234", "+86 21 59791234", "4008123456", "+852 9155 5002"])
def test_an_ending_is_what_a_label_shows(value: str) -> None:
    (phone,) = read(value)

    assert phone.ending in ("", phone.number[-4:])
    assert bool(phone.ending) == mask_phone(value).endswith(phone.number[-4:])


def test_several_numbers_are_each_read_once_and_of_very_many_some() -> None:
    assert numbers_of(["13812345678/13912345678", "13812345678"]) == [MOBILE, Phone("13912345678", "5678")]
    assert len(numbers_of([f"1381234{at:04}" for at in range(20)])) == MAX_PHONES
