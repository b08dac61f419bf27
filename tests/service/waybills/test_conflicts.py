"""A client that guesses is told of, also while the store does not say whether it was told of before."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from masking_service.audit.actions import Action
from masking_service.service.call.errors import QuotaExceeded
from masking_service.service.call.recorder import Stated
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


class _Left:
    """A budget for conflicts, with what is left of it."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.asked: list[object] = []

    def reserve(self, principal: object, grant: object, count: int, now: int) -> None:
        self.asked.append(("reserve", principal, grant, count, now))
        self._refuse_beyond(count)
        self.left -= count

    def check(self, principal: object, grant: object, count: int, now: int) -> None:
        self.asked.append(("check", principal, grant, count, now))
        self._refuse_beyond(count)

    def _refuse_beyond(self, count: int) -> None:
        if count > self.left:
            raise QuotaExceeded("1h", 0, role="label-printer", counts="conflicts")


OUTCOMES: tuple[Any, ...] = ("conflict", "revision-limit", "erased", None)


@pytest.mark.parametrize("left", range(6))
@pytest.mark.parametrize("conflicts", range(6))
@pytest.mark.parametrize("stored", [False, True])
def test_a_call_pays_for_its_conflicts_or_uses_up_what_is_left(left: int, conflicts: int, *, stored: bool) -> None:
    """A call without conflicts pays nothing, and needs room for one: a right guess is refused like a wrong one."""
    budget, alerts, denied = _Left(left), list[Any](), list[Any]()
    parts: Any = {
        "budgets": budget,
        "once": SimpleNamespace(is_first=lambda *asked: asked == (context.principal, "conflicts")),
        "recorder": SimpleNamespace(record_denial=lambda *given: denied.append(given)),
        "alerts": SimpleNamespace(raise_alert=lambda *alert: alerts.append(alert)),
    }
    context: Any = SimpleNamespace(principal=someone("label-printer"), now=7)
    grant: Any = SimpleNamespace(role="label-printer")
    before = [(True, OUTCOMES[at % 2]) for at in range(conflicts)]
    before += [(True, "erased"), (True, None), (False, "conflict"), (False, None)]
    drafts: Any = [SimpleNamespace(compared=compared, outcome=outcome) for compared, outcome in before]
    refused = max(conflicts, 1) > left

    spend = ConflictBudget(**parts).spend
    if refused and not stored:
        with pytest.raises(QuotaExceeded):
            spend(context, grant, drafts, stored=stored)
    else:
        spend(context, grant, drafts, stored=stored)

    after = [
        (compared, "quota-exceeded" if refused and stored and compared else outcome) for compared, outcome in before
    ]
    assert [(draft.compared, draft.outcome) for draft in drafts] == after
    assert budget.left == (0 if refused else left - conflicts)
    assert budget.asked[0] == ("reserve" if conflicts else "check", context.principal, grant, max(conflicts, 1), 7)
    assert all(asked == ("reserve", context.principal, grant, asked[3], 7) for asked in budget.asked[1:])  # type: ignore[index]  # a tuple
    assert len(budget.asked) == 1 or refused
    assert alerts == [("conflicts", context.principal)] * refused
    assert denied == [(context, Action.TOKENIZE, "quota-exceeded", Stated(role="label-printer"))] * refused


def test_a_call_of_new_waybills_asks_for_no_budget() -> None:
    drafts: Any = [SimpleNamespace(compared=False, outcome=outcome) for outcome in OUTCOMES]
    nothing: Any = None
    budget = ConflictBudget(budgets=nothing, once=nothing, recorder=nothing, alerts=nothing)

    budget.spend(nothing, nothing, drafts, stored=False)

    assert tuple(draft.outcome for draft in drafts) == OUTCOMES
