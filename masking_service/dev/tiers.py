"""Runs an intake host as a child of `serve --dev --split`, which is then the opening tier.

``tiers.json`` in the state directory names the address of each tier and all of its processes, as they are now.
"""

import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from keys import tiers
from keys.files import write_secret_file
from keys.keyset import load
from masking_service.dev.child import end_child, start_child
from masking_service.runtime.clock import today
from masking_service.runtime.settings import Settings
from masking_service.runtime.state_files import served_address
from masking_service.shipped import ROOT

HOST: Final = "intake-1"
FOLDER: Final = "intake"
FILE: Final = "tiers.json"
LOG: Final = "intake.log"
LOOPBACK_ADDRESS: Final = "127.0.0.1"


class TierProcesses(msgspec.Struct, frozen=True):
    """Where a tier answers, and its processes."""

    url: str
    pids: list[int]


class IntakeHost:
    """The intake host of a development set-up.

    Args:
        settings: of the opening tier, whose keyset is split here.
        workers: worker processes; one a processor if not given.

    Attributes:
        opening: the settings with which the opening tier serves.
    """

    def __init__(self, settings: Settings, workers: int | None) -> None:
        self._folder = settings.state_dir.resolve()
        self._home = self._folder / FOLDER
        _split(settings, self._home)
        address = LOOPBACK_ADDRESS, _free_port()
        self.opening = replace(settings, tier="opening", forward_address=address)
        self._environment = {
            **os.environ,
            "MASKING_REDIS_URL": settings.redis_url,
            "MASKING_TIER": "intake",
            "MASKING_OPENING_URL": f"https://{address[0]}:{address[1]}",
            **({"MASKING_WORKERS": str(workers)} if workers else {}),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._written = b""
        self._owner = os.getpid()

    def start(self) -> None:
        """Start the process, from the main thread. Raises ChildError: its life cannot be tied to this process."""
        command = [sys.executable, "-m", "masking_service", "serve", "--dev", "--port", "0"]
        command += ["--state-dir", str(self._home)]
        self._process = start_child(command, ROOT, self._folder / LOG, env=self._environment)

    def look_after(self) -> None:
        """Restart the process if it has ended, and write down what runs."""
        if self._process is None:
            return
        if self._process.poll() is not None:
            self.start()
        own, intake = os.getpid(), self._process.pid
        both = {
            "intake": TierProcesses(served_address(self._home) or "", [intake, *_children(intake)]),
            "opening": TierProcesses(served_address(self._folder) or "", [own, *_workers(own)]),
        }
        content = msgspec.json.format(msgspec.json.encode(both), indent=2) + b"\n"
        if all(tier.url for tier in both.values()) and content != self._written:
            write_secret_file(self._folder / FILE, content, replace=True)
            self._written = content

    def stop(self) -> None:
        """End it, but not where a worker of the opening tier ends."""
        if os.getpid() != self._owner:
            return
        process, self._process = self._process, None
        if process is not None:
            end_child(process)
        (self._folder / FILE).unlink(missing_ok=True)


def _split(settings: Settings, home: Path) -> None:
    """Make the keyset of the host and enrol it, at the first start only."""
    home.mkdir(mode=0o700, exist_ok=True)
    opened = tiers.begin_split(settings.keyset, today())
    entry = tiers.make_intake_keyset(opened, HOST, home / "keyset.json", today())
    if not any(host.name == HOST for host in load(settings.keyset).hosts.values()):
        tiers.enrol(settings.keyset, entry, today())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK_ADDRESS, 0))
        port: int = probe.getsockname()[1]
    return port


def _children(pid: int) -> list[int]:
    """Return the processes that a process has started, and that run."""
    try:
        # Bytes, because a signal handler calls it, see `served_address`.
        return sorted(int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_bytes().split())
    except OSError:
        return []


def _workers(pid: int) -> list[int]:
    """Return the children that are of the same session: all other programs have one of their own."""
    return [child for child in _children(pid) if _session(child) == os.getsid(pid)]


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return 0
