"""A production set-up whose log has an entry, an export of it and a witness."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from masking_service.runtime.state_files import PUBLIC_KEY
from tests.cli.audit.witnesses import StartCommand, follow
from tests.cli.conftest import Command
from tests.e2e.processes import ROOT, SERVICE, environment


@pytest.fixture
def command(production: Command) -> Command:
    """Runs one command on a production set-up whose log has an entry."""
    assert production("clients", "add", "printer-1", "--role", "label-printer").exit_code == 0
    return production


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def exported(command: Command, tmp_path: Path) -> Path:
    """An export in a file."""
    path = tmp_path / "log.ndjson"
    path.write_bytes(command("audit", "export").stdout_bytes)
    return path


@pytest.fixture
def start(valkey: str, state: Path) -> Iterator[StartCommand]:
    """Starts a command of `audit` in a process of its own."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str, folder: Path = state) -> subprocess.Popen[str]:
        settings = environment(MASKING_STATE_DIR=str(folder), MASKING_REDIS_URL=valkey, PYTHONUNBUFFERED="1")
        command = (*SERVICE, "audit", *arguments)
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(command, cwd=ROOT, env=settings, stdout=pipe, stderr=pipe, text=True))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def witness(state: Path, command: Command, tmp_path: Path) -> Path:
    """The state directory of a follower, which has the public key and nothing else."""
    folder = tmp_path / "witness"
    folder.mkdir()
    shutil.copy(state / PUBLIC_KEY, folder / PUBLIC_KEY)
    return folder


@pytest.fixture
def archived_log(command: Command, witness: Path, valkey: str) -> Path:
    """An archive that a witness has published."""
    command("audit", "export")
    return follow(witness, valkey)
