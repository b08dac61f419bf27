"""Data keys on a store that holds none."""

import pytest

from masking_service.service.vault.data_keys import DataKeys
from masking_service.store.client import Store
from tests.service.vault.data_keys.made import made


@pytest.fixture
def data_keys(store: Store) -> DataKeys:
    return made(store)
