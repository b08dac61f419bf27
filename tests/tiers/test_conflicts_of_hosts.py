"""How many conflicts count for an intake host: they were answered already, and stay within its budget."""

from __future__ import annotations

from typing import Any

import pytest

from masking_service.service.call.errors import QuotaExceeded
from masking_service.service.call.recorder import RequestContext
from masking_service.service.people.policy import Grant
from masking_service.service.people.principals import Principal
from masking_service.service.people.rules import Budget, Window
from masking_service.service.tiers.resubmit import Resubmit
from tests.store.stores import NOW

CONTEXT = RequestContext(Principal("client/printer", "express", (), frozenset(), "key"), "r-1", NOW)
GRANT = Grant("label-printer", "waybill:tokenize", budget=Budget("conflicts", (Window("1h", 3_600, 100),)))
OF_HOST = ("service/intake-a", "express", "intake-host", Budget("host_conflicts", (Window("1h", 3_600, 1_000),)))


class Budgets:
    """Has room for so many, and notes what is taken from what."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.taken: list[int] = []

    def check(self, principal: Principal, grant: Grant, amount: int, now: int) -> None:
        assert (principal.id, principal.tenant, grant.role, grant.budget, amount, now) == (*OF_HOST, 1, NOW)

    def reserve(self, principal: Principal, grant: Grant, amount: int, now: int) -> None:
        assert (principal.id, principal.tenant, grant.role, grant.budget, now) == (*OF_HOST, NOW)
        if amount > self.room:
            raise QuotaExceeded("1h", NOW, role=grant.role, counts="host_conflicts")
        self.room -= amount
        self.taken.append(amount)


@pytest.mark.parametrize(
    ("room", "conflicts", "taken"),
    [(1_000, 0, []), (1_000, 1, [1]), (1_000, 5, [4, 1]), (1_000, 6, [4, 2]), (5, 7, [4]), (3, 7, [])],
)
def test_conflicts_are_taken_in_the_largest_parts_until_one_does_not_fit(
    room: int, conflicts: int, taken: list[int]
) -> None:
    budgets: Any = Budgets(room)
    nothing: Any = None
    settling = Resubmit(admission=nothing, gate=nothing, budgets=budgets, storing=nothing)

    settling._room_of_host("a", CONTEXT, GRANT)
    settling._count_for_host("a", CONTEXT, GRANT, conflicts)

    assert budgets.taken == taken
