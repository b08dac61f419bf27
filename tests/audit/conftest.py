"""Folders in memory, and one log that all reading tests share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from masking_service.audit.checkpoints import Checkpoints
from masking_service.dev.embedded import EmbeddedServer
from masking_service.store.client import Store
from tests.audit import logs
from tests.audit.checkpoints.made import Clock
from tests.audit.logs import SIGNER
from tests.conftest import folder_in_memory
from tests.store import stores


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder in memory: archives sync each of their files to disk, which takes most of the time elsewhere."""
    with folder_in_memory("audit-") as folder:
        yield folder


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def process(store: Store, tmp_path: Path, clock: Clock) -> Callable[..., Checkpoints]:
    """Makes processes that make checkpoints: `process("name")`, each with its own state directory."""

    def make(name: str = "", through: Store = store, by: Callable[[], int] = clock) -> Checkpoints:
        (tmp_path / name).mkdir(exist_ok=True)
        return Checkpoints(through, SIGNER, tmp_path / name, by)

    return make


@pytest.fixture(scope="session")
def sound(embedded: EmbeddedServer) -> tuple[bytes, ...]:
    """The lines of a valid log."""
    return tuple(logs.lines_of_real_log(embedded))


@pytest.fixture(params=[1, 4], ids=["one slot", "four slots"])
def spread(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run a test with the log in one slot, and spread over four."""
    with stores.spread_over(request.param):
        yield
