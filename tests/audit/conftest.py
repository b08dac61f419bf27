"""One log that all reading tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from masking_service.dev.embedded import EmbeddedServer
from tests.audit import logs
from tests.store import stores


@pytest.fixture(scope="session")
def sound(embedded: EmbeddedServer) -> tuple[bytes, ...]:
    """The lines of a valid log."""
    return tuple(logs.lines_of_real_log(embedded))


@pytest.fixture(params=[1, 4], ids=["one slot", "four slots"])
def spread(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run a test with the log in one slot, and spread over four."""
    with stores.spread_over(request.param):
        yield
