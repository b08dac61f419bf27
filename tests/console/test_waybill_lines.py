"""Pasted lines are judged one by one, and a phone is never sent on."""

from __future__ import annotations

import pytest

from masking_console.waybill_lines import is_phone, read_lines, sound_numbers, without_phones
from tests.every import every


@every(
    ("text", "rows"),
    [
        ("SF1234567890", [(1, "sound", "SF1234567890")]),
        ("SF 1495 8917", [(1, "sound", "SF14958917")]),
        ("  yt8800212345678  ", [(1, "sound", "YT8800212345678")]),
        ("ＳＦ１２３４５６７８９０", [(1, "sound", "SF1234567890")]),
        ("SF1234567890 SF1234567891", [(1, "sound", "SF1234567890"), (1, "sound", "SF1234567891")]),
        ("SF1234567890，SF1234567891", [(1, "sound", "SF1234567890"), (1, "sound", "SF1234567891")]),
        ("SF1234567890\t签收", [(1, "sound", "SF1234567890"), (1, "no-number", "签收")]),
        ("SF1234567890\nSF1234567890", [(1, "sound", "SF1234567890"), (2, "twice", "SF1234567890")]),
        ("hello\n\n13812345678", [(1, "no-number", "hello"), (3, "phone", "")]),
        ("SF12", [(1, "no-number", "SF12")]),
        ("ABCDEFGH", [(1, "no-number", "ABCDEFGH")]),
        ("", []),
    ],
)
def test_each_line_has_a_verdict(text: str, rows: list[tuple[int, str, str]]) -> None:
    assert [tuple(row) for row in read_lines(text)] == rows


@every(
    "phone",
    [
        "13812345678",
        "+86 138 1234 5678",
        "138-1234-5678",
        "0086 13812345678",
        "１３８１２３４５６７８",
        "021-59791234",
        "+852 9123 4567",
    ],
)
def test_what_looks_like_a_phone_is_one(phone: str) -> None:
    assert [row.verdict for row in read_lines(phone)] == ["phone"]
    assert is_phone(phone) or phone.startswith("１")
    assert without_phones(f"SF1234567890\n{phone}\nhello") == "SF1234567890\nhello"
    assert sound_numbers(phone) == []


@pytest.mark.parametrize("number", ["SF1234567890", "YT8800212345678", "773012345678901", "DPK0-123-456"])
def test_a_waybill_number_is_no_phone(number: str) -> None:
    assert not is_phone(number)
    assert sound_numbers(number) == [number]


def test_a_phone_beside_a_number_goes_and_the_number_stays() -> None:
    assert without_phones("SF1234567890\t13812345678") == "SF1234567890"
