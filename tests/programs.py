"""Programs that run to their end in a process of their own."""

import subprocess
from pathlib import Path
from typing import Any

Ended = subprocess.CompletedProcess[str]


def run(*command: str | Path, timeout: float = 60, **how: Any) -> Ended:
    """Run a program and return its result, also if it failed. Raises TimeoutExpired."""
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False, **how)


def output(*command: str | Path, timeout: float = 60, **how: Any) -> str:
    """Run a program that must not fail; what it prints."""
    done = run(*command, timeout=timeout, **how)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
