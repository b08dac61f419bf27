"""Whom an invitation lets enrol a device, and until when."""

from __future__ import annotations

from typing import Any

import pytest

from masking_service.service.call.errors import SignatureInvalid
from masking_service.service.devices.state import RANDOM_BYTES, Invitation, invite, read_invitation
from tests.keys.known import known_keyring
from tests.store.stores import foreseen

NOW = 1_800_000_000
WEEK = 7 * 86_400
KEYS = known_keyring().tenant("default")
TEXT = invite(KEYS, "staff/c-1", "13900001111", foreseen("invitations")(RANDOM_BYTES), NOW)


def why(principal: str = "staff/c-1", text: str = TEXT, now: int = NOW, tenant: str = "default") -> str:
    """Why an invitation is refused; empty where it is good."""
    try:
        read_invitation(known_keyring().tenant(tenant), principal, text, now)
    except SignatureInvalid as refused:
        return str(refused.reason)
    return ""


def test_an_invitation_has_an_id_of_its_own_and_the_phone_of_its_person() -> None:
    other = invite(KEYS, "staff/c-1", "", foreseen("others")(RANDOM_BYTES), NOW)
    found, without = (read_invitation(KEYS, "staff/c-1", text, NOW) for text in (TEXT, other))

    assert (found.phone, without.phone) == ("13900001111", "")
    assert len({found.id, without.id}) == 2
    assert found == Invitation(found.id, "13900001111")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"now": NOW + WEEK}, ""),
        ({"now": NOW + WEEK + 1}, "the invitation is too old"),
        ({"principal": "staff/c-2"}, "the invitation is another person's, or none"),
        ({"tenant": "other"}, "the invitation is another person's, or none"),
        ({"text": TEXT[:-4]}, "the invitation is another person's, or none"),
        ({"text": "?"}, "the invitation is another person's, or none"),
        ({"text": ""}, "the invitation is another person's, or none"),
    ],
)
def test_an_invitation_is_good_for_its_person_for_seven_days(change: dict[str, Any], reason: str) -> None:
    assert why(**change) == reason
