"""Fixtures of the vault's tests."""

import pytest

from masking_service.service.vault.vault import Vault
from masking_service.store.client import Store
from tests.store import stores


@pytest.fixture
def vault(store: Store) -> Vault:
    return stores.vault(store)
