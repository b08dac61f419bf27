"""`make run` and `ask`: they call the service that was started in the folder, and no other."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import programs
from tests.docs.pages import checkout
from tests.e2e.processes import environment
from tests.servers import free_ports

ASK = ". examples/ask.sh; ask"


class Folder:
    """A checkout, and commands that are run in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        checkout(path)
        if self.run("make --question .venv/runtime").returncode:
            pytest.skip(
                "this test needs the .venv of `make .venv/dev`, as new as the locks: run it by .venv/bin/python"
            )

    def run(self, command: str) -> programs.Ended:
        variables = {name: value for name, value in environment().items() if not name.startswith(("MAKE", "PORT"))}
        return programs.run("bash", "-c", command, cwd=self.path, env=variables, timeout=100)


@pytest.fixture
def fresh(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture(scope="module")
def port() -> int:
    return free_ports(1)[0]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Folder]:
    folder = Folder(tmp_path_factory.mktemp("running"))
    try:
        started = folder.run(f"make run PORT={port}")
        assert started.returncode == 0, started.stdout + started.stderr
        yield folder
    finally:
        folder.run("make stop")


def test_a_stranger_at_the_port_is_sent_nothing(fresh: Folder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        taken = stranger.getsockname()[1]
        refused = fresh.run(f"make run PORT={taken}")
        stranger.setblocking(False)
        with pytest.raises(BlockingIOError):
            stranger.accept()

    assert refused.returncode != 0
    assert f"port {taken} of 127.0.0.1 is taken by another program: choose another one" in refused.stdout
    assert len(refused.stdout.splitlines()) == 2
    assert not (fresh.path / ".local" / "keyset.json").exists()


def test_a_port_that_is_none_is_said_to_be_none(fresh: Folder) -> None:
    refused = fresh.run("make run PORT=abc")

    assert refused.returncode != 0
    assert "'abc' is no port: give a number from 0 to 65535" in refused.stdout


def test_another_port_is_not_waited_for_while_the_service_runs(running: Folder, port: int) -> None:
    refused = running.run("make run PORT=9")

    assert refused.returncode != 0
    assert f"it runs already at http://127.0.0.1:{port}: `make stop` first" in refused.stdout


def test_without_a_port_the_running_service_gets_the_batch(running: Folder, port: int) -> None:
    again = running.run("make run")

    assert again.returncode == 0
    assert f"http://127.0.0.1:{port}/v1/mask" in again.stdout


def test_ask_finds_the_service_that_runs(running: Folder) -> None:
    assert "-LARGE" in running.run(f"{ASK} supervisor '/cases?status=pending'").stdout  # the first batch's


@pytest.mark.parametrize(
    ("place", "words", "status", "said"),
    [
        ("running", "director /cases", 2, "there is no 'director'. Known: label-printer courier tracking"),
        ("fresh", "supervisor /cases", 2, "no service runs in this folder; `make run` starts one"),
        ("running", "supervisor /nowhere --fail", 22, "404"),
    ],
    ids=["an unknown name", "another folder, where nothing runs", "curl's own end"],
)
def test_ask_ends_with_a_status_and_says_why(
    request: pytest.FixtureRequest, place: str, words: str, status: int, said: str
) -> None:
    failed = request.getfixturevalue(place).run(f"{ASK} {words}")

    assert failed.returncode == status
    assert said in failed.stderr
