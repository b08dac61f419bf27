"""A log, and a wire that loses replies."""

from collections.abc import Iterator

import pytest

from masking_service.audit.log import AuditLog
from masking_service.store.client import Store
from tests.audit.logs import log_on
from tests.store.stores import LossyWire


@pytest.fixture
def log(store: Store) -> AuditLog:
    return log_on(store)


@pytest.fixture
def wire(valkey: str) -> Iterator[LossyWire]:
    wire = LossyWire(valkey)
    yield wire
    wire.close()
