"""Runs the witness as a child of `serve --dev`. It is restarted if it dies."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from masking_service.dev.child import end_child, start_child
from masking_service.runtime.settings import Settings
from masking_service.runtime.state_files import ARCHIVE
from masking_service.shipped import ROOT

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
