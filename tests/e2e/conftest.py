"""One development service that all end-to-end tests share, and others that a test starts for itself."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.processes import Running


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running.serve(tmp_path_factory.mktemp("shared"), "--dev", "--workers", "2")
    yield running
    running.stop()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts services: `start("--dev")`; the same folder every time."""
    started: list[Running] = []

    def begin(*arguments: str, **settings: str) -> Running:
        started.append(Running.serve(tmp_path, *arguments, **settings))
        return started[-1]

    yield begin
    for running in started:
        if running.process.poll() is None:
            running.stop()
