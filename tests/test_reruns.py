"""A run fails where more than a few tests passed only when they ran again."""

import os
import sys
from pathlib import Path

import pytest

from tests import programs, reruns
from tests.e2e.processes import ROOT
from tests.reruns import MOST

TEST = """
seen = set()

import pytest

@pytest.mark.parametrize("at", range({count}))
def test_passes_when_it_runs_again(at):
    first = at not in seen
    seen.add(at)
    assert not first
"""


@pytest.mark.parametrize("workers", ["0", "1"], ids=["in one process", "with a worker"])
@pytest.mark.parametrize(("count", "status"), [(MOST, 0), (MOST + 1, 1)], ids=["few", "many"])
def test_a_run_fails_where_too_many_tests_ran_again(count: int, status: int, workers: str, tmp_path: Path) -> None:
    (tmp_path / "test_unstable.py").write_text(TEST.format(count=count))
    words = ("-c", os.devnull, "--rootdir", tmp_path, "-p", "tests.reruns", "-p", "no:cacheprovider", "-n", workers)
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("TESTS_", "PYTEST_"))}

    done = programs.run(
        sys.executable, "-m", "pytest", *words, "--reruns", "1", "-rR", tmp_path, cwd=ROOT, env=variables
    )

    counted = (done.returncode, *map(done.stdout.count, ("RERUN ", "failed first ", "E       assert not True")))
    assert counted == (status, count, count, count), done.stdout


def test_this_run_is_checked(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.pluginmanager.is_registered(reruns)
