"""Who may list devices of their own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Literal

import pytest

from masking_service.service.call.recorder import RequestContext
from masking_service.service.devices.proofs import NoDevices
from masking_service.service.devices.use import OwnDevices
from masking_service.service.people.errors import AccessError, Forbidden, Frozen
from masking_service.service.people.principals import Principal

NOW = 1_796_000_000


@pytest.mark.parametrize(
    ("source", "frozen", "rule", "refused"),
    [("key", False, "rule", Forbidden), ("jwt", True, "rule", Frozen), ("jwt", False, None, NoDevices)],
)
def test_they_are_listed_for_signed_in_people_who_are_not_frozen_where_the_policy_asks_for_devices(
    source: Literal["key", "jwt"], frozen: bool, rule: str | None, refused: type[AccessError]
) -> None:
    person = Principal("staff/li", "express", ("courier",), frozenset(), source)

    def refuse_frozen(principal: Principal) -> None:
        assert principal == person
        if frozen:
            raise Frozen

    unread: Any = None
    own = OwnDevices(
        gate=SimpleNamespace(refuse_frozen=refuse_frozen),  # type: ignore[arg-type]
        proofs=SimpleNamespace(rule=rule),  # type: ignore[arg-type]
        **dict.fromkeys(("store", "keyring", "devices", "freezes", "budgets", "recorder", "alerts"), unread),
    )

    with pytest.raises(refused):
        own.listed(RequestContext(person, "r-1", NOW))
