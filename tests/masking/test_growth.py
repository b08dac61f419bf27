"""Texts made to be costly: twice the text takes at most about twice the work to read."""

from collections.abc import Callable

from masking_service.masking.addresses.foreign.address import ForeignAddress, hide_foreign_units, in_parts
from masking_service.masking.addresses.han_addresses import hide_han_units
from masking_service.masking.addresses.han_units_in_text import hide_units_in_text
from masking_service.masking.addresses.japanese_addresses import hide_japanese_units
from masking_service.masking.kinds.address import mask_address
from masking_service.masking.kinds.name import mask_name
from masking_service.masking.kinds.phone import mask_phone, phone_numbers
from masking_service.masking.names.latin_at_addresses import latin_names_beside_address
from masking_service.masking.names.names_in_text import names_in
from masking_service.masking.names.names_of_clauses import Span
from masking_service.masking.names.names_of_neighbours import names_of_neighbours
from masking_service.masking.names.names_on_own_lines import names_above_addresses
from masking_service.masking.numbers.codes_in_text import orders_in
from masking_service.masking.numbers.numbers_in_text import scrub
from masking_service.masking.records.leaks import may_leak
from tests.every import every
from tests.growth import grows
from tests.masking.scenarios import UNITS, masked_party

UNIT_SIGNS = (
    *(
        "一1",
        "12-",
        "1号",
        "栋",
        "楼",
        "阳光花园",
        "1/",
        "A-",
        "º",
        "3º ",
        "no ",
        "no. ",
        ", ",
        "tr upp ",
        "F",
        "1F",
        "东户",
    ),
    *(
        "单",
        "之",
        "の",
        "丁目",
        "1.1",
        "1 - ",
        "#",
        "##",
        "№",
        "1st ",
        "et ",
        "VI/",
        "- ",
        "Apt ",
        "links ",
        "e e floor ",
    ),
)
MASKS: dict[str, Callable[[str], object]] = {
    "party": masked_party,
    "name": lambda value: mask_name(value, "given"),
    "unit": lambda value: mask_address(value, "unit"),
    "detail": lambda value: mask_address(value, "detail"),
    "phone": lambda value: mask_phone(value, 4),
    "numbers": phone_numbers,
    "text": scrub,
}


def _unread(text: str) -> bool:
    return ForeignAddress(text).unread()


def _names_beside_address(text: str) -> list[Span]:
    return [*latin_names_beside_address(text)]


def _names_above_address(text: str) -> list[Span]:
    return [*names_above_addresses(text)]


def _names_of_neighbours(text: str) -> list[Span]:
    return [*names_of_neighbours(f"様あ전화{text}")]


def _name_of_record(text: str) -> bool:
    """Look for a name that is found as often as the text is long."""
    return may_leak([text], [], ["john smith"] * (len(text) // 20))


@every(
    ("read", "unit"),
    [
        (orders_in, "取件码3-2-1001,"),
        (_names_beside_address, "Dr "),
        (_names_beside_address, "Aa pod Bb "),
        (_names_above_address, "c/o ก "),
        (_names_above_address, "김 "),
        (in_parts, "Oak Road\n12 - 4000 A"),
        (hide_foreign_units, "Oak Ltd, "),
        (_names_of_neighbours, "*"),
        (_names_of_neighbours, "* "),
        (_name_of_record, "给J*** *****先生"),
    ],
)
def test_what_is_before_a_find_is_read_for_a_few_characters(read: Callable[[str], object], unit: str) -> None:
    assert not grows(read, unit, 20_000)


every_reader_of_units = every(
    "read", [hide_han_units, hide_units_in_text, hide_foreign_units, hide_japanese_units, _unread]
)


@every_reader_of_units
def test_twice_the_signs_of_units_are_no_more_than_twice_the_work(read: Callable[[str], object]) -> None:
    assert [unit for unit in UNIT_SIGNS if grows(read, unit, 3_000)] == []


@every_reader_of_units
def test_twice_of_anything_else_is_no_more_than_twice_the_work(read: Callable[[str], object]) -> None:
    assert [unit for unit in UNITS if grows(read, unit, 3_000)] == []


@every("name", MASKS)
@every("length", [120, 250, 20_000])
def test_twice_of_what_repeats_is_no_more_than_twice_the_work_of_a_mask(name: str, length: int) -> None:
    assert [unit for unit in UNITS if grows(MASKS[name], unit, length)] == []


NAMES = (
    "王芳那份要李丽那份要",
    "王芳两箱苹果李丽一箱梨",
    "老杜让小胡说",
    "客服小唐，",
    "我和孙**",
    "Bitte bei Brahms klingeln ",
    "signed by smith ",
    "deliver to for bob 0412 345 678 ",
    "事務所の田中まで",
    "hallo, hier ist birgit, ",
    "hola, soy manuela ",
    "bitte sabine anrufen ",
    "gunther *****1234 gunther ",
    "Jan N**** 612 345 678 ",
    "נמסר לדוד כהן ",
    "दे दें राम कुमार को ",
    "Παρελήφθη από Νίκος Παππάς ",
    "小川浩です、",
    "邵 敏 涵 *******1234 ",
    "colis de pierre simon ",
    "emre demir bey ",
    "김영희가 받을게요 ",
    "สมหญิง ใจดี รับเอง\n",
    "江城三部的王在野已揽件，",
    "Customer Refused, customer Maria Keller, ",
    "姓：王 名：小明 ",
    "**王小明** ",
)
"""Names with their cues: each one that is found may lead to others."""


@every("unit", NAMES)
def test_twice_as_many_names_take_at_most_about_twice_as_long(unit: str) -> None:
    assert not grows(names_in, unit, 1_000)
