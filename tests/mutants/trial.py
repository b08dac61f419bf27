"""Runs the tests of one mutant in a child process of a process that has the libraries loaded already."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

SLOWER = 4.0
"""A mutant may take so many times as long as its tests do, and no less than `GRACE_SECONDS`."""
GRACE_SECONDS = 30.0
SAME_EXAMPLES = "--hypothesis-seed=0"
"""A property must not fail by an example that the run without a mutant did not try."""


def preload(modules: Iterable[str]) -> None:
    """Import third-party modules, so that each child has them without loading them."""
    for name in modules:
        with suppress(Exception):
            importlib.import_module(name)


class _Chosen:
    """Keeps only the chosen tests, in their order, and counts in shared memory those that began."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._order = {test: number for number, test in enumerate(tests)}
        self.begun = multiprocessing.RawValue("i", 0)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self._order), key=lambda item: self._order[item.nodeid]
        )

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.begun.value = self._order[nodeid] + 1


def failing(root: Path, path: str, source: str, tests: Sequence[str], seconds: float) -> Sequence[str]:
    """Run the tests with `source` in place of the file `path` of the copy `root`.

    Returns the tests up to the one that failed or took too long; none where all passed.
    """
    chosen = _Chosen(tests)
    file = root / path
    original = file.read_bytes()
    file.write_text(source, "utf-8")
    try:
        child = os.fork()
        if child == 0:
            os._exit(_run(root, tests, chosen))
        failed = _status(child, max(GRACE_SECONDS, seconds * SLOWER)) != 0
        # Where the tests cannot even be collected, the first of them shows it.
        return tests[: max(1, chosen.begun.value)] if failed else ()
    finally:
        file.write_bytes(original)


def _run(root: Path, tests: Sequence[str], chosen: _Chosen) -> int:
    try:
        os.setsid()
        os.chdir(root)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        sys.path[:0] = [str(root)]
        files = sorted({test.partition("::")[0] for test in tests})
        options: list[Any] = ["-x", "-q", "-p", "no:cacheprovider", "--rootdir", str(root), SAME_EXAMPLES]
        return int(pytest.main([*options, *files], plugins=[chosen]))
    except BaseException:
        return 1


def _status(child: int, seconds: float) -> int:
    """Wait for a child and end its whole group; one that takes too long counts as failed."""
    deadline = time.monotonic() + seconds
    status = 1
    while time.monotonic() < deadline:
        done, code = os.waitpid(child, os.WNOHANG)
        if done:
            status = os.waitstatus_to_exitcode(code)
            break
        time.sleep(0.02)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if status == 1:
        with suppress(ChildProcessError):
            os.waitpid(child, 0)
    return status
