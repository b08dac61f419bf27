"""Where an intake host asks the opening tier, and when it stops to ask one that does not answer."""

from __future__ import annotations

from typing import Any, cast

import pytest

from masking_service.service.tiers.forwarding import Answered, Forwarding, NotSettled, Settled

NOTHING = cast(Any, None)
ANSWER = Settled([])


@pytest.mark.parametrize(
    ("url", "address"),
    [("https://opening.example", ("opening.example", 443)), ("https://[2001:db8::1]:8443", ("2001:db8::1", 8443))],
)
def test_the_address_is_that_of_the_url(url: str, address: tuple[str, int]) -> None:
    assert Forwarding(url, NOTHING)._address == address


def test_only_three_failures_in_a_row_stop_the_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    forwarding = Forwarding("https://opening.example", NOTHING)
    coming = iter([None, None, ANSWER, None, None, ANSWER, None, None, None, ANSWER])

    def answer(asked: bytes) -> Answered:
        answered = next(coming)
        if answered is None:
            raise ConnectionResetError
        return answered

    monkeypatch.setattr(forwarding, "_answer", answer)
    answers = [forwarding.settle(NOTHING) for _ in range(10)]

    none = NotSettled()
    assert answers == [none, none, ANSWER, none, none, ANSWER, none, none, none, none]
    assert (forwarding.exchanges, next(coming)) == (9, ANSWER)
