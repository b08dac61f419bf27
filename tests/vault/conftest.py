"""Fixtures of the vault's tests."""

from collections.abc import Iterator

import pytest

from masking_service.store.client import Store
from masking_service.vault.vault import Vault
from tests.store import stores


@pytest.fixture
def vault(store: Store) -> Vault:
    return stores.vault(store)


@pytest.fixture
def wire(valkey: str) -> Iterator[stores.LossyWire]:
    """A wire to the server of `valkey` that can lose replies."""
    wire = stores.LossyWire(valkey)
    yield wire
    wire.close()
