"""A log that is spread over four slots."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from masking_service.audit.checkpoints import Checkpoints
from masking_service.store.client import Store
from tests.audit.logs import SIGNER
from tests.audit.slots.spread import SLOTS
from tests.store import stores
from tests.store.stores import NOW


@pytest.fixture(autouse=True)
def _spread() -> Iterator[None]:
    with stores.spread_over(SLOTS):
        yield


@pytest.fixture
def process(store: Store, tmp_path: Path) -> Callable[[str], Checkpoints]:
    """Makes processes with their own state directories."""

    def make(name: str, through: Store = store) -> Checkpoints:
        (tmp_path / name).mkdir(exist_ok=True)
        return Checkpoints(through, SIGNER, tmp_path / name, lambda: NOW)

    return make


@pytest.fixture(params=range(SLOTS))
def slot(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found
