"""A log on a store that holds nothing."""

import pytest

from masking_service.audit.log import AuditLog
from masking_service.store.client import Store
from tests.audit.logs import log_on


@pytest.fixture
def log(store: Store) -> AuditLog:
    return log_on(store)
