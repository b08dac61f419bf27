"""A pytest plugin: fails a run that leaves processes behind, names them and ends them.

A process belongs to a run if it inherited the run's environment, or descends from the run's own process. Most servers
are known by the first, also when they have become daemons; the second finds those that get an environment of their own.
"""

import os
import secrets
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

RUN: Final = "TESTS_RUN"
"""Names the run in the environment of all its processes."""
SECONDS: Final = 10.0
"""How long the last processes may take to end."""

_left: dict[int, str] = {}


def begin_run() -> bool:
    """Begin a run in this process, unless it belongs to one; return whether it did."""
    if RUN in os.environ:
        return False
    os.environ[RUN] = f"{os.getpid()}-{secrets.token_hex(8)}"
    return True


def pytest_configure() -> None:
    """Begin a run; xdist's workers belong to the run of the process that starts them."""
    begin_run()


def begun_here() -> bool:
    """Return whether this process began the run, and is none of those that it started."""
    return os.environ[RUN].startswith(f"{os.getpid()}-")


@pytest.hookimpl(trylast=True)  # after xdist has ended its workers
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail if a process is left."""
    if begun_here():
        _left.update(_wait_for_the_last())
        for pid in _left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if _left:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the processes that were left."""
    if _left:
        terminalreporter.section("processes that the run left behind", red=True)
        for pid, command in _left.items():
            terminalreporter.line(f"{pid}: {command}")


def _wait_for_the_last() -> dict[int, str]:
    deadline = time.monotonic() + SECONDS
    while (left := _processes_of_the_run()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def _processes_of_the_run() -> dict[int, str]:
    """Return the command of every process of the run but this one, by process id."""
    mark = f"{RUN}={os.environ[RUN]}".encode()
    parents: dict[int, int] = {}
    marked: set[int] = set()
    commands: dict[int, str] = {}
    for folder in Path("/proc").iterdir():
        try:
            pid = int(folder.name)
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if state == "Z":
                continue
            parents[pid] = int(parent)
            commands[pid] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                marked.add(pid)
        except (ValueError, OSError):
            continue
    own = os.getpid()
    ours = {pid for pid in commands if pid in marked or _descends(pid, own, parents)}
    return {pid: commands[pid] for pid in sorted(ours - {own})}


def _descends(pid: int, ancestor: int, parents: dict[int, int]) -> bool:
    while pid in parents:
        pid = parents[pid]
        if pid == ancestor:
            return True
    return False
