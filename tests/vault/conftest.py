"""Fixtures of the vault's tests: a store, a vault and a plain client on one clean server."""

from collections.abc import Iterator

import pytest
import redis

from masking_service.vault.connection import Store
from masking_service.vault.vault import Vault
from tests.vault import stores


@pytest.fixture
def store(valkey: str) -> Iterator[Store]:
    store = stores.admitted(valkey)
    yield store
    store.close()


@pytest.fixture
def vault(store: Store) -> Vault:
    return stores.vault(store)


@pytest.fixture
def client(valkey: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(valkey) as client:
        yield client


@pytest.fixture
def wire(valkey: str) -> Iterator[stores.LossyWire]:
    """A wire to the server of `valkey` that can lose replies."""
    wire = stores.LossyWire(valkey)
    yield wire
    wire.close()
