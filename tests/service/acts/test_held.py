"""Which key an approver acts on: the one of that id and person, the one that waits before the one that is approved."""

from types import SimpleNamespace
from typing import Any

import pytest

from masking_service.service.acts.approving import HeldKey
from masking_service.service.call.errors import NotFound


def one(name: str, principal: str = "staff/li", state: str = "") -> Any:
    return SimpleNamespace(id=name, principal=principal, state=state)


def held(approved: list[Any], waiting: list[Any]) -> HeldKey[Any, Any]:
    sort: Any = SimpleNamespace(fingerprint=lambda key: f"of {key.id} {key.state}")
    questions: Any = [SimpleNamespace(answer=lambda given=tuple(given): given) for given in (approved, waiting)]
    return HeldKey("staff/li", "k-1", sort, *questions)


def test_a_key_that_waits_is_that_of_the_id_and_the_person() -> None:
    mine, others = one("k-1"), [one("k-2"), one("k-1", "staff/wang"), one("k-2", "staff/wang")]

    assert held([], [*others, mine]).request() == mine
    for key in others:
        asked = held([], [key])
        assert (asked.request(), asked.held()) == (None, None)
        with pytest.raises(NotFound):
            asked.fingerprint()


def test_an_approved_key_is_that_of_the_id() -> None:
    mine = one("k-1", state="approved")
    asked = held([one("k-2"), mine], [])

    assert (asked.request(), asked.held(), asked.found(), asked.fingerprint()) == (None, mine, mine, "of k-1 approved")


def test_a_key_that_waits_again_comes_before_the_one_that_is_approved() -> None:
    waits, approved = one("k-1", state="waits"), one("k-1", state="approved")
    asked = held([approved], [waits])

    assert (asked.request(), asked.held(), asked.found(), asked.fingerprint()) == (
        waits,
        approved,
        waits,
        "of k-1 waits",
    )
    assert asked.questions == (asked.approved, asked.waiting)
