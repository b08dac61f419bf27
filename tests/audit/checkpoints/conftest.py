"""Processes that make checkpoints by one clock."""

from collections.abc import Callable
from pathlib import Path

import pytest

from masking_service.audit.checkpoints import Checkpoints
from masking_service.store.client import Store
from tests.audit.checkpoints.made import Clock
from tests.audit.logs import SIGNER


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def process(store: Store, tmp_path: Path, clock: Clock) -> Callable[[str], Checkpoints]:
    """Makes processes with their own state directories."""

    def make(name: str = "") -> Checkpoints:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        return Checkpoints(store, SIGNER, folder, clock)

    return make


@pytest.fixture
def checkpoints(process: Callable[..., Checkpoints]) -> Checkpoints:
    return process()
