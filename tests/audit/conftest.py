"""One log that all reading tests share."""

from __future__ import annotations

import pytest
import redis

from masking_service.dev.embedded import EmbeddedServer
from tests.audit import logs
from tests.store import stores


@pytest.fixture(scope="session")
def sound(embedded: EmbeddedServer) -> tuple[bytes, ...]:
    """The lines of a valid log."""
    embedded.start()
    with redis.Redis.from_url(embedded.url) as client:
        client.flushall()
    store = stores.admitted(embedded.url)
    try:
        logs.real_log(store)
        return tuple(logs.lines(store))
    finally:
        store.close()
