"""The numbers of development set-ups: none that a phone could dial, and the same ones in every worker."""

from keys.messages import MessageKey
from masking_service.service.phone_calls.line import DevelopmentProvider
from masking_service.service.phone_calls.provider import Binding


def test_a_reference_has_one_number_whoever_is_called_and_the_number_is_none() -> None:
    one, other = (DevelopmentProvider(MessageKey(bytes(32)), lambda: 0) for _ in range(2))

    assert [
        one.bind("13900000001", "13812345678", "r" * 32, 1),
        other.bind("13900000002", "13812345679", "r" * 32, 2),
        one.bind("13900000001", "13812345678", "s" * 32, 1),
    ] == [
        Binding("no-number-700572737844059", None, "r" * 32),
        Binding("no-number-700572737844059", None, "r" * 32),
        Binding("no-number-700831034456023", None, "s" * 32),
    ]
