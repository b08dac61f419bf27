"""What stolen sign-ins take with signatures and without, in a short run of the model."""

from __future__ import annotations

import msgspec
import pytest

from bench.theft.signatures import POLICIES, THIEVES, Company, records, signing
from bench.theft.workforce import DEFAULT, Workforce
from masking_service.service.people.policy import Policy
from masking_service.service.people.signed_rules import Hardware

WORKFORCE = msgspec.structs.replace(Workforce.load(DEFAULT), days=20)
POLICY = Policy.load(POLICIES["default"], development=True)


def taken(thief: str, hardware: Hardware | None) -> int:
    return records(thief, Company(signing(POLICY, hardware), WORKFORCE, 4_500), 1)


@pytest.mark.parametrize("thief", THIEVES)
def test_without_signatures_each_thief_takes_something(thief: str) -> None:
    assert taken(thief, None) > 0


@pytest.mark.parametrize("thief", ["forged sign-ins", "lent login"])
def test_a_sign_in_of_another_person_takes_nothing_where_acts_are_signed(thief: str) -> None:
    assert taken(thief, "any") == 0


def test_a_remote_controller_types_a_pin_and_touches_nothing() -> None:
    assert (taken("remote control", "any") > 0, taken("remote control", "touch")) == (True, 0)
