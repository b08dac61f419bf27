"""Folders in memory, and one log that all reading tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from masking_service.dev.embedded import EmbeddedServer
from tests.audit import logs
from tests.conftest import folder_in_memory
from tests.store import stores


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder in memory: archives sync each of their files to disk, which takes most of the time elsewhere."""
    with folder_in_memory("audit-") as folder:
        yield folder


@pytest.fixture(scope="session")
def sound(embedded: EmbeddedServer) -> tuple[bytes, ...]:
    """The lines of a valid log."""
    return tuple(logs.lines_of_real_log(embedded))


@pytest.fixture(params=[1, 4], ids=["one slot", "four slots"])
def spread(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run a test with the log in one slot, and spread over four."""
    with stores.spread_over(request.param):
        yield
