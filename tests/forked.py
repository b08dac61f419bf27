"""Processes that start within milliseconds: they are forked from one that has imported the audit log already."""

from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from typing import Any

FORKED = get_context("forkserver")
FORKED.set_forkserver_preload(["tests.audit.archives"])


def start(work: Callable[..., None], *arguments: Any) -> ForkServerProcess:
    """Call a function of a module in a process of its own."""
    process = FORKED.Process(target=work, args=arguments)
    process.start()
    return process


def status_of(process: ForkServerProcess) -> int | None:
    """Wait until a process has ended; return its exit status, -N if signal N ended it."""
    process.join(60)
    return process.exitcode
