"""Cases on a store that holds nothing."""

import pytest

from masking_service.service.cases.state import Cases
from masking_service.store.client import Store
from tests.keys.known import known_keyring
from tests.store import stores


@pytest.fixture
def cases(store: Store) -> Cases:
    return Cases(store, known_keyring(), stores.foreseen())
