"""What a text calls the number of an order stays, in every language of the list; a phone beside it does not show."""

from collections.abc import Iterator
from typing import Final

from masking_service.masking.records.profile_masks import Masks
from masking_service.masking.words.order_words import phrases
from tests.every import every
from tests.masking.standard import LABEL

TEXTS: Final = Masks(LABEL).text_mask
NUMBERS: Final = ("5500005555555559", "INV-2026-942959", "NVSGFX417145327")
"""One has the check of a bank card, one has what may be read as a room, one what may be read as a phone."""
OF_NUMBERS: Final = (*NUMBERS, "5311064398109257839", "7825 2878 5926", "FV/1229/08/2026")
PICKUP: Final = ("12-3-4567", "27-4616")


def labelled() -> Iterator[str]:
    for section, numbers in (
        ("numbers", OF_NUMBERS), ("nouns", NUMBERS), ("without-spaces", OF_NUMBERS), ("pickup", PICKUP)
    ):  # fmt: skip
        yield from (f"{phrase} {number}" for phrase in phrases()[section] for number in numbers)


def test_a_labelled_number_stays_and_a_phone_beside_it_does_not_show() -> None:
    for text in labelled():
        assert TEXTS(f"{text}, 13812345678") == f"{text}, *******5678"


@every("text", [
    "麻烦查下退款单号：1032 2622 0410", "请查托运单号为JT3032168479613", "自提码是2-5-1126", "取件編號為5-8-1033",
    "PO # is 833-08719439", "case no.: INV-2026-942959", "order VX209868107JP", "オーダー番号：0070-277607-4643",
    "код получения: 12-6-7253", "Seriennummer: 6499545435868820000", "order id-110101199003074610",
    "Invoice - 4111111111111111", "<b>Tracking no.</b> 4111111111111111", "5500005555555559（退款单号）",
    "4111111111111111 (order number)", "6288-8100-0000-0007（换货单号）", "任务号6288-8100-0000-0007",
    "Order ID: 057181234567 / 057187654321", "order 4111111111111111 and 5500005555555559 and 6011000990139424",
    "单号：230117-698538176481912、250312-138123456781473、230401-139123456781473",
    "批次号4706-5915-5798-2619和0512-6758-8413-0427一起发",
])  # fmt: skip
def test_numbers_of_orders_stay_whatever_they_look_like(text: str) -> None:
    assert TEXTS(text) == text


@every(("text", "shown"), [
    ("订单vx123456789ab", "订单vx***********"), ("commande 06 12 34 56 78", "commande ******5678"),
    ("réf 0612345678", "réf ******678"),
    ("protocolo 11 91234-5678", "protocolo *******5678"), ("pin 12-3-1001", "pin 12-*-****"),
    ("order 13812345678", "order *******5678"),
    ("order 83812345678 and 13812345678", "order 83812345678 and *******5678"),
    ("order 83812345678 / 057181234567", "order 83812345678 / 0571******67"),
    ("order - 0571-81234567", "order - 0571-******67"),
    ("return - 021-59791234", "return - 021-******34"), ("021-59791234（单号）", "021-59791234（单号）"),
    ("order 838123456789 and 021-59791234", "order 838123456789 and 021-******34"),
    ("customer id 110101199003074610", "customer id ******************"),
    ("commande, tél. 0612345678", "commande, tél. ******678"),
])  # fmt: skip
def test_what_else_is_behind_such_a_word_is_found(text: str, shown: str) -> None:
    assert TEXTS(text) == shown
