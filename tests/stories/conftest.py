"""What every story needs: the service over a real store, a clock to set, and the auditor who reads the log."""

from __future__ import annotations

import pytest

from masking_service.runtime.clock import clock
from tests.stories.auditor import Auditor
from tests.web.api import Api, Clock
from tests.web.conftest import fresh, set_clock, settings, valkey

__all__ = ["fresh", "set_clock", "settings", "valkey"]


@pytest.fixture
def auditor(fresh: Api) -> Auditor:
    """An auditor with the exported log and the public key only."""
    return Auditor(fresh)


@pytest.fixture
def now(set_clock: Clock) -> int:
    """The minute in which a story begins; the clock moves only when the story moves it."""
    begin = clock() // 60 * 60 + 60
    set_clock(begin)
    return begin
