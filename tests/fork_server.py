"""Starts programs of this repository quickly: it forks them from a process that has imported what they need.

Most of what such a program takes to start is imports, and compiling the expressions of the masks. A forked one has
that already; all else is as if it was started by `python -m` in the repository's folder. All processes of a run share
that process, which imports when it is first needed. `tests/forked.py` starts functions: the standard library forks
these, and leaves out what Python does at its end, which a service needs.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

from tests import leftovers, programs

ROOT: Final = Path(__file__).parents[1]
NOTHING: Final = Path(os.devnull)
MAX_MESSAGE: Final = 256 * 1024


class Order(NamedTuple):
    """What to start: a module with its arguments, and the files that it reads and writes."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    source: str
    output: str
    errors: str


class Program:
    """A module that runs as a program, with the methods of `subprocess.Popen` that tests use.

    Each of its files may be a named pipe.
    """

    def __init__(
        self,
        *command: str,
        environment: Mapping[str, str],
        output: Path,
        errors: Path | None = None,
        source: Path = NOTHING,
    ) -> None:
        self.args = command
        self._server = _server(environment.get("LD_PRELOAD", ""))
        self.pid = self._server.start(Order(command, environment, str(source), str(output), str(errors or output)))

    def poll(self) -> int | None:
        """Return its exit status, -N if signal N ended it, or nothing while it runs."""
        return self._server.status(self.pid, 0)

    def wait(self, timeout: float = 60) -> int:
        """Wait for its end and return its exit status. Raises TimeoutExpired."""
        if (status := self._server.status(self.pid, timeout)) is None:
            raise subprocess.TimeoutExpired(self.args, timeout)
        return status

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it may end in between
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def run(*command: str, environment: Mapping[str, str], timeout: float = 60, source: Path = NOTHING) -> programs.Ended:
    """Run a module as a program to its end; its exit status, and what it printed. Raises TimeoutExpired."""
    with tempfile.TemporaryDirectory() as made:
        output, errors = Path(made, "output"), Path(made, "errors")
        program = Program(*command, environment=environment, output=output, errors=errors, source=source)
        try:
            status = program.wait(timeout)
        finally:
            program.kill()
        return programs.Ended(command, status, output.read_text("utf-8"), errors.read_text("utf-8"))


class _Server:
    """A connection to the process that programs are forked from."""

    def __init__(self, preloaded: str) -> None:
        self._statuses: dict[int, int] = {}
        self._started: list[int] = []
        self._lock = threading.Lock()
        self._socket = _begun.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
        self._socket.connect(_address(preloaded))

    def start(self, order: Order) -> int:
        with self._lock:
            self._socket.sendall(json.dumps(order).encode())
            while not self._started:
                self._read()
            self._statuses.pop(pid := self._started.pop(), None)  # of an earlier process with the same id
            return pid

    def status(self, pid: int, seconds: float) -> int | None:
        """Return the exit status of a program that ends within some seconds."""
        deadline = time.monotonic() + seconds
        with self._lock:
            while pid not in self._statuses:
                if not select.select([self._socket], [], [], max(0.0, deadline - time.monotonic()))[0]:
                    return None
                self._read()
            return self._statuses[pid]

    def _read(self) -> None:
        message = self._socket.recv(MAX_MESSAGE)
        assert message, "the process that programs are forked from has ended"
        pid, status = json.loads(message)
        if status is None:
            self._started.append(pid)
        else:
            self._statuses[pid] = status


_begun = ExitStack()
"""What ends with this process: connections, and the processes that it began."""


@cache
def _server(preloaded: str) -> _Server:
    if leftovers.begin_run():  # in a benchmark or another program that runs no tests
        begin()
    if preloaded:  # in few tests, each with a library of its own
        begin(preloaded)
    return _Server(preloaded)


def begin(preloaded: str = "") -> None:
    """Let all processes of this run start programs; those with a library that is preloaded, this process."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(_address(preloaded))
        listener.listen()
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fork_server", str(listener.fileno())],
            cwd=ROOT,
            env=os.environ | {"LD_PRELOAD": preloaded},
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
        )
    _begun.enter_context(process)


def end() -> None:
    """Start no more programs in this process, and end what it has begun. The programs go on."""
    _begun.close()


def _address(preloaded: str) -> str:
    """Return the name of a socket of this run. It is no file, so nothing is left of it."""
    return f"\0{os.environ[leftovers.RUN]}-{crc32(preloaded.encode())}"


def _next_order(listener: socket.socket, end: int) -> Order | None:
    """Fork a process for each order. Return the order in that process, and nothing in this one when `end` is closed."""
    clients: dict[int, socket.socket] = {}
    running: dict[int, tuple[int, socket.socket]] = {}
    waiting = select.poll()
    waiting.register(listener)
    waiting.register(end)
    while True:
        for ready, _ in waiting.poll():
            if ready == end:
                return None
            if ready == listener.fileno():
                _import()
                client, _ = listener.accept()
                clients[client.fileno()] = client
                waiting.register(client, select.POLLIN)
            elif ready in running:
                pid, client = running.pop(ready)
                waiting.unregister(ready)
                os.close(ready)
                status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                with suppress(OSError):  # it has ended before its program
                    client.send(json.dumps([pid, status]).encode())
            elif not (message := clients[ready].recv(MAX_MESSAGE)):
                waiting.unregister(ready)
                clients.pop(ready).close()
            elif pid := os.fork():
                running[made := os.pidfd_open(pid)] = pid, clients[ready]
                waiting.register(made, select.POLLIN)
                clients[ready].send(json.dumps([pid, None]).encode())
            else:
                for inherited in (listener, *clients.values()):
                    inherited.close()
                for process in running:
                    os.close(process)
                return Order(*json.loads(message))


def _read_from(path: str) -> None:
    with Path(path).open("rb") as file:
        os.dup2(file.fileno(), 0)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  # the old one knows whether /dev/null can seek


def _write_to(path: str, descriptor: int) -> None:
    with Path(path).open("ab") as file:
        os.dup2(file.fileno(), descriptor)


@cache
def _import() -> None:
    """Import what most programs need, and nothing that asks for its environment when it is imported.

    Each worker of a service reads the tables of the masks, which takes a second of the processor: here, once for all.
    """
    for name in (
        "masking_audit.cli",
        "masking_console.__main__",
        "masking_service.cli.doctor",
        "masking_service.cli.serve",
        "masking_service.dev.development",
        "masking_service.server.worker",
    ):
        import_module(name)
    import_module("masking_service.server.serving").read_tables()
    assert "prometheus_client" not in sys.modules  # it asks whether several processes count together
    gc.freeze()  # no program looks through what all of them share


if __name__ == "__main__":
    if (order := _next_order(socket.socket(fileno=int(sys.argv[1])), sys.stdin.fileno())) is not None:
        os.environ.clear()
        os.environ.update(order.environment)
        if preloaded := order.environment.get("LD_PRELOAD"):
            ctypes.CDLL(preloaded).read_environment()  # it has read that of the process that this one was forked from
        _read_from(order.source)
        _write_to(order.output, 1)
        _write_to(order.errors, 2)
        sys.argv[1:] = order.command[1:]
        runpy.run_module(order.command[0], run_name="__main__", alter_sys=True)
