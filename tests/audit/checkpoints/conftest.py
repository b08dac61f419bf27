"""A process that makes checkpoints."""

from collections.abc import Callable

import pytest

from masking_service.audit.checkpoints import Checkpoints


@pytest.fixture
def checkpoints(process: Callable[..., Checkpoints]) -> Checkpoints:
    return process()
