"""Waybill numbers have one spelling."""

import pytest

from masking_service.masking.errors import InvalidRecord
from masking_service.masking.waybill import (
    is_plain_number,
    named_waybills,
    normalise_waybill_no,
    own_number,
    required_waybills,
)
from tests.every import every


@every(
    ("written", "number"),
    [
        ("SF1381234567890", "SF1381234567890"),
        (" sf1381234567890\n", "SF1381234567890"),
        ("\u3000yt-123456 ", "YT-123456"),
        ("123456", "123456"),
        ("A" * 40, "A" * 40),
    ],
)
def test_a_number_is_trimmed_and_in_capitals(written: str, number: str) -> None:
    assert normalise_waybill_no(written) == number


@every(
    "written",
    [
        *("", "12345", "A" * 41, "SF 123456", "SF_123456", "ＳＦ123456", "SF１２３４５６", "ſf123456", "sf123456ß"),
        *("SF123456\u200b", "SF\n123456", 123456789, 1.5, True, None, ["SF123456"], {}),
    ],
)
def test_anything_else_is_refused(written: object) -> None:
    with pytest.raises(ValueError) as refused:
        normalise_waybill_no(written)
    assert not str(written) or str(written) not in str(refused.value)


@every("written", ["13812345678", " 13812345678 ", "138-1234-5678", "110101199003078515"])
def test_a_persons_number_names_no_waybill(written: str) -> None:
    """A case or a hold would keep it, and show it in every answer."""
    assert named_waybills(["SF1234567890", written]) == ({"SF1234567890": 0}, [("/waybills/1", "invalid-waybill-no")])


@every("written", ["13812345678", " 13812345678 ", "138-1234-5678", "0086-13812345678", "110101199003074610"])
def test_a_persons_number_is_no_waybill_number(written: str) -> None:
    with pytest.raises(ValueError):
        normalise_waybill_no(written)


PERSONS = (
    *("13812345678", "138-1234-5678", "86-13812345678", "86-138-1234-5678", "008613812345678", "0086-13812345678"),
    *("0086138-1234-5678", "0086-138-1234-5678", "110101199003074610"),
)
NO_PERSONS = (
    "8613812345678",
    "12812345678",
    "160-12345675",
    "8612812345678",
    "138123456789",
    "1381234567",
    "110101199003074611",
)


def test_mobile_and_identity_numbers_are_no_waybills_in_any_form() -> None:
    assert [own_number(number) for number in PERSONS] == [None] * len(PERSONS)
    assert [own_number(number) for number in NO_PERSONS] == [*NO_PERSONS]
    assert [
        own_number(number) for number in (" sf-123456 ", 123456, 13812345678, 2**199, 12345, 10**40, 1.5, None)
    ] == [*("sf-123456", "123456", None, None, None, None, None, None)]


@every(
    ("number", "plain"),
    [
        *((number, True) for number in ("SF1234", "a" * 40, "123456", "781234567890", "A13812345678", "811234567890")),
        *(
            (number, False)
            for number in ("SF123", "a" * 41, "SF-123456", "SF１２３４", "0123456", "8612345678", "4001234")
        ),
        *((number, False) for number in ("8001234", "13812345678", "110101199003074610", 123456, None, "")),
    ],
)
def test_a_number_without_signs_that_is_no_phone_is_taken_as_it_is(number: object, plain: bool) -> None:
    assert is_plain_number(number) == plain
    assert not plain or own_number(number) == number


def test_waybills_are_named_once_each_and_none_is_an_error() -> None:
    assert named_waybills(["sf123456", "YT123456", "SF123456 "]) == ({"SF123456": 0, "YT123456": 1}, [])
    assert named_waybills([]) == ({}, [("/waybills", "invalid-length")])
    assert required_waybills(["sf123456"]) == {"SF123456": 0}
    with pytest.raises(InvalidRecord) as refused:
        required_waybills(["x", "sf123456", 5])
    assert refused.value.errors == (("/waybills/0", "invalid-waybill-no"), ("/waybills/2", "invalid-waybill-no"))
