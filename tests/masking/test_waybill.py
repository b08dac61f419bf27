"""Waybill numbers have one spelling."""

import pytest

from masking_service.masking.waybill import named_waybills, normalise_waybill_no
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
