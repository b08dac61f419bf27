"""Runs child processes that never outlive this one: the embedded server, and the audit log's witness."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from masking_service.runtime.settings import Settings, SettingsError
from masking_service.runtime.state_files import ARCHIVE
from masking_service.shipped import ROOT

STOP_SECONDS: Final = 10.0

# Runs in the child before it becomes the program, where code may run safely whatever threads the parent
# has (a preexec_fn may not). A core limit of 1 byte, not 0, also stops dumps that go to a pipe: core(5)
# ignores 0 there.
_BECOME: Final = """
import ctypes, os, resource, signal, sys
parent, command = int(sys.argv[1]), sys.argv[2:]
PR_SET_PDEATHSIG = 1
if ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL)) != 0:
    sys.exit("the kernel refused PR_SET_PDEATHSIG")
if os.getppid() != parent:
    sys.exit("the parent is gone already")
if resource.getrlimit(resource.RLIMIT_CORE)[1] != 0:  # raising a limit takes a privilege
    resource.setrlimit(resource.RLIMIT_CORE, (1, 1))
os.execv(command[0], command)
"""


class ChildError(SettingsError):
    """A process cannot be started as a child. The message says why."""


def start_child(
    command: Sequence[str], directory: Path, log: Path, keep_open: Sequence[int] = (), env: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start `command` so that the kernel ends it when this process ends, in whatever way.

    Raises:
        ChildError: When this is not Linux, or not the main thread: PR_SET_PDEATHSIG is tied to
            the thread that starts the child, and would kill the child when that thread ends.
    """
    if sys.platform != "linux":
        raise ChildError("only Linux ends a child with its parent")
    if threading.current_thread() is not threading.main_thread():
        raise ChildError("a child must be started from the main thread")
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _BECOME, str(os.getpid()), *command],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=keep_open,
            env=env,
            umask=0o077,
            start_new_session=True,  # Ctrl-C reaches the service, which then stops its server last
        )


def end_child(process: subprocess.Popen[bytes]) -> None:
    """Stop a child, by force after ten seconds."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


LOG: Final = "audit-follow.log"
SOON_SECONDS: Final = 10.0
KEEP_HOURS: Final = 30 * 24
"""Nothing serves the archive of a development set-up, so the store keeps all that is shown."""


class Witness:
    """The witness process.

    Args:
        settings: of the service; the archive is in its state directory, unless the environment names another folder.
    """

    def __init__(self, settings: Settings) -> None:
        folder = settings.state_dir.resolve()  # the child runs in another folder
        archive = Path(os.environ.get("MASKING_AUDIT_ARCHIVE") or folder / ARCHIVE).resolve()
        here = ["--state-dir", str(folder), "--archive", str(archive), "--keep-hours", str(KEEP_HOURS)]
        self._command = [sys.executable, "-m", "masking_service", "audit", "follow", *here]
        self._environment = {**os.environ, "MASKING_REDIS_URL": settings.redis_url}
        self._log = folder / LOG
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._said = False

    def start(self) -> None:
        """Start the process, from the main thread. Raises ChildError: its life cannot be tied to this process."""
        self._process = start_child(self._command, ROOT, self._log, env=self._environment)
        self._started = time.monotonic()

    def look_after(self) -> None:
        """Restart the process if it has ended. If it ends again soon, that is reported once."""
        if self._process is None or self._process.poll() is None:
            return
        # Its exit status is unknown: gunicorn's master collects the exit status of every child.
        if time.monotonic() - self._started > SOON_SECONDS:
            self.start()
        elif not self._said:
            self._said = True
            text = f"THE WITNESS OF THE AUDIT LOG HAS ENDED, and nothing is archived: {self._log} says why"
            print(text, file=sys.stderr, flush=True)

    def stop(self) -> None:
        """Let it archive the rest, and end it."""
        process, self._process = self._process, None
        if process is not None:
            end_child(process)
