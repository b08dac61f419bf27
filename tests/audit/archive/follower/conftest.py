"""A log of three writers, and the folder where a witness archives it."""

from pathlib import Path

import pytest
import redis

from masking_service.store.client import Store
from tests.audit import logs
from tests.audit.archive.follower.followed import DAY
from tests.audit.archives import follow
from tests.audit.logs import Process, full_entry
from tests.store.stores import NOW, Copy, named


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture(scope="session")
def copies() -> dict[int, Copy]:
    """Logs that were written once, by the number of their slots."""
    return {}


@pytest.fixture
def logged(store: Store, client: redis.Redis, copies: dict[int, Copy]) -> Store:
    """A store with three writers and three checkpoints."""
    slots = named().slots
    if slots in copies:
        copies[slots].restore(client)
    else:
        logs.real_log(store)
        copies[slots] = Copy(client)
    return store


@pytest.fixture
def month_later(logged: Store, folder: Path) -> Store:
    """Everything is archived, and a month has passed."""
    follow(logged, folder)
    Process(logged, "another").commit(full_entry(1))
    logs.checkpoint(logged, NOW + 31 * DAY)
    return logged
