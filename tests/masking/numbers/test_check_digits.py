"""Of all check digits of a number, one makes it a person's or a card's; each is calculated here in another way."""

from __future__ import annotations

from masking_service.masking.numbers.identity import _is_islander, find_cards, is_citizen
from tests.every import every


@every("number", ["65319919990909899", "11010119900307461", "44178319881126775", "37261819690418936"])
def test_one_check_of_a_citizens_number_is_right(number: str) -> None:
    right = (12 - sum(int(digit) * pow(2, 17 - at, 11) for at, digit in enumerate(number))) % 11

    assert [check for check in "0123456789X" if is_citizen(number + check)] == ["0123456789X"[right]]


@every(("number", "letter"), [("B12345678", 11), ("O19999999", 35), ("K29345671", 19), ("W28765432", 32)])
def test_one_check_digit_of_a_number_of_taiwan_is_right(number: str, letter: int) -> None:
    total = letter // 10 + 9 * (letter % 10) + sum((9 - at) * int(number[at]) for at in range(1, 9))

    assert [check for check in "0123456789" if _is_islander(number + check)] == [str(-total % 10)]


@every(("number", "check"), [("A123456", "3"), ("AB987654", "3"), ("WX999999", "8"), ("C765432", "2")])
def test_one_check_digit_of_a_number_of_hong_kong_is_right(number: str, check: str) -> None:
    assert [one for one in "0123456789A" if _is_islander(f"{number}({one})")] == [check]


@every("number", ["411111111111111", "621483123456789", "37828224631000", "601100099013942"])
def test_one_check_digit_of_a_card_is_right(number: str) -> None:
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in number[::-1][::2])
    right = str(-(doubled + sum(map(int, number[::-1][1::2]))) % 10)

    assert [check for check in "0123456789" if [*find_cards(number + check)]] == [right]
