"""Runs the service as a process, with real sockets and its own log."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from masking_service.cli import commands
from tests import fork_server, programs

ROOT = Path(__file__).parents[2]
READY = re.compile(r"^ready at http://127\.0\.0\.1:(\d+)$", re.MULTILINE)
START_SECONDS = 60.0
SERVICE = (sys.executable, "-m", "masking_service")
GUNICORN = (sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app")
DESK = (sys.executable, "-m", "gunicorn", "-c", "masking_console/gunicorn_conf.py", "masking_console.wsgi:app")

Answer = tuple[int, dict[str, str], bytes]
Process = subprocess.Popen[bytes] | fork_server.Program


def environment(**settings: str) -> dict[str, str]:
    """Return this process's environment with only these settings of the service."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MASKING_")}
    return kept | settings


def run(*arguments: str, **settings: str) -> programs.Ended:
    """Run one command in a process of its own, to its end, however it ends."""
    return fork_server.run(*SERVICE[2:], *arguments, environment=environment(**settings))


def run_gunicorn(command: Sequence[str] = GUNICORN, **settings: str) -> programs.Ended:
    """Run the service's gunicorn, or `DESK`, with a set-up that it refuses."""
    return fork_server.run(*command[2:], environment=environment(**settings))


def begin(command: Sequence[str], log: Path, **settings: str) -> Process:
    """Start a program that writes to a file. A module of this Python is forked, which takes less time.

    A setting that is read before a program begins needs a new process.
    """
    log.write_bytes(b"")
    if tuple(command[:2]) == SERVICE[:2] and not any(name.startswith("PYTHON") for name in settings):
        return fork_server.Program(*command[2:], environment=environment(**settings), output=log)
    with log.open("ab") as output:
        return subprocess.Popen(command, cwd=ROOT, env=environment(**settings), stdout=output, stderr=subprocess.STDOUT)


def invoke(*words: str | Path, **settings: str) -> Result:
    """Run one command in this process, to its end: most of what a start takes is imports."""
    unset = dict.fromkeys(name for name in os.environ if name.startswith("MASKING_"))
    return CliRunner().invoke(commands, [*map(str, words)], env=unset | settings)


def command(*words: str | Path, **settings: str) -> str:
    """Run one command in this process, which must not fail; what it prints."""
    done = invoke(*words, **settings)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout.strip()


def wait_for(condition: Any, what: str, seconds: float = 60.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return found


class Running:
    """A service in a process of its own; `log` is its whole output."""

    def __init__(self, command: Sequence[str], folder: Path, settings: Mapping[str, str], port: int = 0) -> None:
        self.folder = folder
        self._log = folder / "service.log"
        self.process = begin(command, self._log, **settings)
        try:
            self.port = port or int(wait_for(self._ready, "the ready line", START_SECONDS)[1])
        except AssertionError:
            self.kill()
            raise

    @classmethod
    def serve(cls, folder: Path, *arguments: str, **settings: str) -> Running:
        """Start `serve` on a free port; return once it is ready."""
        folder.mkdir(parents=True, exist_ok=True)
        command = (*SERVICE, "serve", "--port", "0", "--state-dir", str(folder / "state"))
        return cls([*command, *arguments], folder, settings)

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def credentials(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.state / "credentials.json").read_bytes())
        return found

    def call(self, key: str | None, method: str, path: str, body: object = None, port: int = 0) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=10)
        try:
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            data = None if body is None else json.dumps(body).encode()
            connection.request(method, path, data, headers | ({"Content-Type": "application/json"} if data else {}))
            answered = connection.getresponse()
            return answered.status, dict(answered.getheaders()), answered.read()
        finally:
            connection.close()

    def status(self, key: str | None, method: str, path: str, body: object = None, port: int = 0) -> int:
        """The status alone; 0 where there is no answer. `port` is that of a proxy in front."""
        try:
            return self.call(key, method, path, body, port)[0]
        except OSError:
            return 0

    def asked(self, who: str, method: str, path: str, body: object = None) -> Any:
        """Return the answer to a call that must not be refused."""
        status, _, content = self.call(self.credentials[who], method, path, body)
        assert status < 300, content
        return json.loads(content)

    def archived(self, name: str = "audit-archive") -> bytes:
        """Return all that the witness has archived."""
        return b"".join(path.read_bytes() for path in sorted((self.state / name).glob("audit-*.ndjson")))

    def raw(self, *parts: bytes) -> Answer:
        """Return the answer to exactly these bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            for part in parts:
                connection.sendall(part)
            answered = http.client.HTTPResponse(connection)
            answered.begin()
            return answered.status, dict(answered.getheaders()), answered.read()

    def stop(self) -> int:
        """Send SIGTERM and return the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def valkey_pid(self) -> int:
        """Return the embedded store's process, by its lock file."""
        lock = (self.state / "valkey" / "lock").resolve()
        return next(pid for pid in _processes() if lock in _open_files(pid) and _name(pid).startswith("valkey"))

    def _ready(self) -> re.Match[str] | None:
        assert self.process.poll() is None, self.log
        return READY.search(self.log)


def gone(pid: int) -> bool:
    """Whether a process has ended; a zombie counts as ended."""
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return ""


def _open_files(pid: int) -> list[Path]:
    try:
        return [entry.readlink() for entry in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return []
