"""What every story needs: the service over a real store, a clock to set, and the auditor who reads the log."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from masking_service.cli import commands
from masking_service.runtime.clock import clock
from masking_service.runtime.settings import Settings
from tests.stories.auditor import Auditor
from tests.web.api import Api, Clock
from tests.web.conftest import fresh, set_clock, settings, valkey

__all__ = ["fresh", "set_clock", "settings", "valkey"]

Command = Callable[..., Result]
"""Runs a command on the story's log: `command("audit", "lookout", MASKING_POLICY="…")`."""


@pytest.fixture
def command(settings: Settings, valkey: str) -> Command:
    def run(*arguments: str, **environment: str) -> Result:
        known = {"MASKING_STATE_DIR": str(settings.state_dir), "MASKING_REDIS_URL": valkey, **environment}
        return CliRunner().invoke(commands, arguments, env=known)

    return run


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
