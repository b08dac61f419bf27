"""A log that is spread over four slots."""

from collections.abc import Iterator

import pytest

from tests.audit.slots.spread import SLOTS
from tests.store import stores


@pytest.fixture(autouse=True)
def _spread() -> Iterator[None]:
    with stores.spread_over(SLOTS):
        yield


@pytest.fixture(params=range(SLOTS))
def slot(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found
