"""Grants, people, and what is told and stored of budgets."""

from typing import cast

import pytest
import redis

from masking_service.service.call.budgets import Budgets
from masking_service.service.call.errors import QuotaExceeded
from masking_service.service.people.policy import Grant
from masking_service.service.people.principals import Principal
from masking_service.service.people.rules import WINDOWS, Budget, Counted, Window

NOW = 1_800_000_000  # the first second of a part in every window but the longest
FREE = Grant("officer", "token:detokenize")


def windows(limits: dict[str, int]) -> tuple[Window, ...]:
    return tuple(Window(name, WINDOWS[name], limit) for name, limit in limits.items())


def grant(limits: dict[str, int], role: str = "officer", counts: Counted = "fields") -> Grant:
    return Grant(role, "token:detokenize", budget=Budget(counts, windows(limits)))


def person(name: str = "u-1", tenant: str = "default") -> Principal:
    return Principal(f"staff/{name}", tenant, ("officer",), frozenset(), "jwt")


class Spent:
    """What was told of spending, in order."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, int]] = []

    def spent(self, role: str, counts: Counted, amount: int) -> None:
        self.told.append((role, counts, amount))

    def given_back(self, role: str, counts: Counted, amount: int) -> None:
        self.told.append((role, counts, -amount))


def refused(budgets: Budgets, who: Principal, what: Grant, amount: int, now: float) -> QuotaExceeded:
    with pytest.raises(QuotaExceeded) as caught:
        budgets.reserve(who, what, amount, now)
    return caught.value


def stored(client: redis.Redis) -> dict[bytes, bytes]:
    """Every key and what it holds."""
    return {key: cast(bytes, client.get(key)) for key in cast(list[bytes], client.keys())}
