"""Budgets on a store that holds nothing."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
import redis

from keys import keyset
from keys.keyring import Keyring
from masking_service.access.budgets import Budgets
from masking_service.access.rules import Factors
from masking_service.store.client import Store
from tests.access.budgets.spending import Spent, admitted


@pytest.fixture(scope="module")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    path = tmp_path_factory.mktemp("keys") / "keyset.json"
    keyset.create(path, made_for="development", today="2026-01-01")
    return Keyring(keyset.load(path))


@pytest.fixture
def store(valkey: str) -> Store:
    return admitted(Store(valkey))


@pytest.fixture
def client(valkey: str) -> redis.Redis:
    return redis.Redis.from_url(valkey)


@pytest.fixture
def spending() -> Spent:
    return Spent()


@pytest.fixture
def make(store: Store, keyring: Keyring, spending: Spent) -> Callable[..., Budgets]:
    """`make(role=10, tenant=50)`: budgets with these factors."""

    def build(role: int = 10, tenant: int = 50, at: Store = store) -> Budgets:
        return Budgets(at, keyring, Factors(role, tenant), random.randbytes, spending)

    return build


@pytest.fixture
def budgets(make: Callable[..., Budgets]) -> Budgets:
    return make()
