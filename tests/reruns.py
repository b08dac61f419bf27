"""A pytest plugin: fails a run in which more than a few tests passed only when they ran again.

CI runs a test that failed a second time (``--reruns 1``) and lists it as RERUN: each is a fault of the test or of the
product that depends on the machine's pace.
"""

import socket
from typing import Final

import pytest

MOST: Final = 3
_LINES: Final = 12
"""The last ones of what a test said when it failed first: the error and its place."""


def pytest_sessionstart(session: pytest.Session) -> None:
    """Let the messages of pytest-rerunfailures leave at once.

    A process of a run sends two for each test. Otherwise the second waits until the first is acknowledged, for 30 ms.
    """
    link = getattr(getattr(session.config, "failures_db", None), "sock", None)
    if link is not None and hasattr(session.config, "workerinput"):
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why tests failed that ran again."""
    for report in terminalreporter.stats.get("rerun", ()):
        terminalreporter.section(f"{report.nodeid} failed first")
        terminalreporter.line("\n".join(report.longreprtext.splitlines()[-_LINES:]))


@pytest.hookimpl(trylast=True)  # after xdist has ended its workers
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail if too many tests ran again."""
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None and len(terminal.stats.get("rerun", ())) > MOST:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
