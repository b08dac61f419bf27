"""Which number of a phone field can be dialled in China."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masking_service.masking.numbers.dialling import dialable
from tests.every import every


@every(
    ("value", "expected"),
    [
        ("13812345678", "13812345678"),
        (13812345678, "13812345678"),
        ("+86 138 1234 5678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("13812345678/13912345678", "13812345678"),
        ("无、13912345678", "13912345678"),
        ("021-59791234-801", "02159791234"),
        ("(021)59791234", "02159791234"),
        ("0532-8897000", "05328897000"),
        ("+86 021-59791234", "02159791234"),
    ],
)
def test_a_mobile_or_a_landline_with_its_area_code_is_dialled(value: object, expected: str) -> None:
    assert dialable(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        None,
        "59791234",
        "95338",
        "138****5678",
        "+1 212 555 0100",
        "+13812345678",
        "13812345678转1234",
        "13812345678-1234",
        "张三13812345678",
        "138123456789",
        "700123456789012",
        pytest.param("1" * 300, id="300 digits"),
    ],
    ids=str,
)
def test_anything_else_is_not(value: object) -> None:
    assert dialable(value) is None


@given(st.text(max_size=40))
def test_only_digits_are_ever_dialled(value: str) -> None:
    found = dialable(value)

    assert found is None or (found.isascii() and found.isdigit() and 10 <= len(found) <= 12)
