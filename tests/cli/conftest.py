"""The commands in this process, each time on a state directory of its own and a store that holds nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from click.testing import CliRunner, Result

from masking_service.cli import commands
from masking_service.dev.development import Development
from masking_service.dev.embedded import DURABLE
from tests.store.stores import ask

Command = Callable[..., Result]


@pytest.fixture
def command(tmp_path: Path, valkey: str) -> Command:
    """Runs one command."""

    def run(*arguments: str, folder: Path = tmp_path, given: bytes = b"", store: str = valkey) -> Result:
        environment = {"MASKING_STATE_DIR": str(folder), "MASKING_REDIS_URL": store}
        return CliRunner().invoke(commands, arguments, env=environment, input=given)

    return run


@pytest.fixture
def production(command: Command) -> Command:
    """Runs one command where `keys init` was run."""
    assert command("keys", "init").exit_code == 0
    return command


@pytest.fixture
def development(valkey: str, tmp_path: Path) -> Path:
    """The state directory of a development set-up."""
    folder = tmp_path / "dev"
    with Development({"MASKING_STATE_DIR": str(folder), "MASKING_REDIS_URL": valkey}):
        return folder


@pytest.fixture
def lossy(client: redis.Redis) -> Iterator[Callable[[], object]]:
    """Lets the server sync once a second, from when it is called."""
    yield lambda: ask(client, "CONFIG", "SET", "appendfsync", "everysec")
    ask(client, "CONFIG", "SET", "appendfsync", dict(DURABLE)["appendfsync"])
