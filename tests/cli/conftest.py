"""The commands in this process, each time on a state directory of its own and a store that holds nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from masking_service.cli import commands

Command = Callable[..., Result]


@pytest.fixture
def command(tmp_path: Path, valkey: str) -> Command:
    """Runs one command."""

    def run(*arguments: str, folder: Path = tmp_path, given: bytes = b"") -> Result:
        environment = {"MASKING_STATE_DIR": str(folder), "MASKING_REDIS_URL": valkey}
        return CliRunner().invoke(commands, arguments, env=environment, input=given)

    return run


@pytest.fixture
def production(command: Command) -> Command:
    """Runs one command where `keys init` was run."""
    assert command("keys", "init").exit_code == 0
    return command
