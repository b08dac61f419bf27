"""A pytest plugin that notes which test runs which lines, and how long each test takes."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import coverage
import pytest

ROOT = Path(__file__).parents[2]
OUTPUT = "MUTANTS_COVERED"
"""Names the file to write in the environment."""

PACKAGES = ["keys", "masking_audit", "masking_console", "masking_files", "masking_service"]

_measured = coverage.Coverage(source=PACKAGES, data_file=None, branch=False)
_seconds: dict[str, float] = {}
_failed: set[str] = set()


def pytest_configure() -> None:
    _measured.start()
    # Otherwise the first test that imports a module would seem to be the only one that needs its constants.
    for package in PACKAGES:
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if not module.name.endswith(("__main__", "wsgi")):  # these start a program
                importlib.import_module(module.name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[Any]:
    _measured.switch_context(item.nodeid)
    return (yield)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds[report.nodeid] = _seconds.get(report.nodeid, 0.0) + report.duration
    if report.failed:
        _failed.add(report.nodeid)


def pytest_unconfigure() -> None:
    _measured.stop()
    data = _measured.get_data()
    lines = {
        str(Path(file).relative_to(ROOT)): {
            line: [test for test in tests if test and test not in _failed]
            for line, tests in data.contexts_by_lineno(file).items()
        }
        for file in data.measured_files()
    }
    modules = [
        name
        for name, module in list(sys.modules.items())
        if (getattr(module, "__file__", None) or "").find("site-packages") >= 0
    ]
    result = {"lines": lines, "seconds": _seconds, "modules": modules, "failed": sorted(_failed)}
    Path(os.environ[OUTPUT]).write_text(json.dumps(result))
