"""A client that guesses is told of, also while the store does not say whether it was told of before."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from masking_service.service.call.errors import QuotaExceeded
from masking_service.service.waybills.conflicts import ConflictBudget
from masking_service.store.errors import StoreUnavailable
from tests.service.people.policies import someone


@pytest.mark.parametrize(("said", "alerts"), [(True, 1), (False, 0), (StoreUnavailable("down"), 1)])
def test_guessing_without_budget_raises_one_alert(said: bool | Exception, alerts: int) -> None:
    raised: list[Any] = []
    denied: list[Any] = []

    def is_first(*_asked: object) -> bool:
        if isinstance(said, Exception):
            raise said
        return said

    def refuse(*_asked: object) -> None:
        raise QuotaExceeded("1h", 0, role="label-printer", counts="conflicts")

    parts: Any = {
        "budgets": SimpleNamespace(reserve=refuse, check=refuse),
        "once": SimpleNamespace(is_first=is_first),
        "recorder": SimpleNamespace(
            record_denial=lambda _, action, code, stated: denied.append((action, code, stated))
        ),
        "alerts": SimpleNamespace(raise_alert=lambda *alert: raised.append(alert)),
    }
    context: Any = SimpleNamespace(principal=someone("label-printer"), now=0)
    guess: Any = SimpleNamespace(compared=True, outcome="conflict")
    grant: Any = SimpleNamespace(role="label-printer")

    ConflictBudget(**parts).spend(context, grant, [guess], stored=True)

    assert raised == [("conflicts", context.principal)] * alerts
    assert [(action, code, stated.role) for action, code, stated in denied] == [
        ("tokenize", "quota-exceeded", "label-printer")
    ]
    assert guess.outcome == "quota-exceeded"
