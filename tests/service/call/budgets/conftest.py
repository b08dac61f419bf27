"""Budgets on a store that holds nothing."""

import random
from collections.abc import Callable

import pytest

from masking_service.service.call.budgets import Budgets
from masking_service.service.people.rules import Factors
from masking_service.store.client import Store
from tests.keys.known import known_keyring
from tests.service.call.budgets.spending import Spent


@pytest.fixture
def spending() -> Spent:
    return Spent()


@pytest.fixture
def make(store: Store, spending: Spent) -> Callable[..., Budgets]:
    """`make(role=10, tenant=50)`: budgets with these factors."""

    def build(role: int = 10, tenant: int = 50, at: Store = store) -> Budgets:
        return Budgets(at, known_keyring(), Factors(role, tenant), random.randbytes, spending)

    return build


@pytest.fixture
def budgets(make: Callable[..., Budgets]) -> Budgets:
    return make()
