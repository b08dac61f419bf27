"""A run that leaves a process behind fails, names it and ends it."""

import os
import sys
from pathlib import Path

import pytest

from tests import leftovers, programs
from tests.e2e import processes
from tests.e2e.processes import ROOT, gone

LEAVES = """
import os, subprocess, sys

def test_passes(tmp_path):
    sleep = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    start = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {sleep!r}], start_new_session=True)"
    with open("PID", "w") as pid:
        subprocess.run([sys.executable, "-c", start], stdout=pid, check=True)
    while not open("PID").read():
        pass
"""
ENDS = """
def test_passes():
    pass
"""


@pytest.mark.parametrize("workers", ["0", "1"], ids=["in one process", "with a worker"])
@pytest.mark.parametrize(("test", "status"), [(LEAVES, 1), (ENDS, 0)], ids=["one is left", "none is left"])
def test_a_run_fails_where_an_orphan_is_left(test: str, status: int, workers: str, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    (tmp_path / "test_one.py").write_text(test.replace("PID", str(pid_file)))
    if status:  # it waits for what does not end
        (tmp_path / "conftest.py").write_text("from tests import leftovers\n\nleftovers.SECONDS = 1.0\n")
    words = ("-c", os.devnull, "--rootdir", tmp_path, "-p", "tests.leftovers", "-p", "no:cacheprovider", "-n", workers)
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("TESTS_", "PYTEST_"))}

    done = programs.run(sys.executable, "-m", "pytest", *words, tmp_path, cwd=ROOT, env=variables)

    assert done.returncode == status, done.stdout
    assert "1 passed" in done.stdout
    assert ("processes that the run left behind" in done.stdout) == bool(status)
    if status:
        pid = pid_file.read_text().strip()
        assert f"{pid}: {sys.executable}" in done.stdout
        assert gone(int(pid))


def test_this_run_is_checked(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.pluginmanager.is_registered(leftovers)


def test_a_service_that_is_not_ready_in_time_is_not_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "START_SECONDS", 0.2)
    pid_file = tmp_path / "pid"
    script = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(600)"

    with pytest.raises(AssertionError, match="the ready line"):
        processes.Running([sys.executable, "-S", "-c", script], tmp_path, {})

    assert not pid_file.exists() or gone(int(pid_file.read_text()))


def test_programs_are_started_outside_of_a_run_too() -> None:
    """Benchmarks and the long proofs start services without pytest."""
    script = "from tests.e2e.processes import run; print(run('--version').stdout)"
    variables = {name: value for name, value in os.environ.items() if name != leftovers.RUN}

    done = programs.run(sys.executable, "-c", script, cwd=ROOT, env=variables)

    assert (done.returncode, done.stdout.split()[0]) == (0, "waybill-masking"), done.stderr
