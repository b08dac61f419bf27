"""The corpus for every target, so that what the fuzzer found once cannot come back. `make proofs` fuzzes, too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from masking_service.shipped import ROOT
from tests.fuzz.__main__ import CORPUS, SHARES

INPUTS = sorted(path for path in CORPUS.rglob("*") if path.is_file())
RUNS = 1_000
"""Of all targets together, beside the whole corpus; `make fuzz` is the run that finds something new."""


def test_no_input_of_the_corpus_breaks_a_promise() -> None:
    """In a process of its own: a target makes a service in it, and silences its log."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "corpus"],
        cwd=ROOT,
        capture_output=True,
        timeout=110,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout.split()) == (0, [str(path.relative_to(CORPUS)) for path in INPUTS]), (
        done.stderr
    )


@pytest.mark.proof
def test_no_input_breaks_a_promise(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzz", "all", str(RUNS), str(tmp_path)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=300, text=True, check=False)

    logs = "".join(path.read_text("utf-8", "replace")[-2_000:] for path in sorted(tmp_path.glob("*.log")))
    assert done.returncode == 0, done.stdout + done.stderr + logs
    assert [line.split()[-1] for line in done.stdout.splitlines()[:-1]] == ["ok"] * len(SHARES)


def test_every_target_begins_with_examples() -> None:
    assert {path.parent.name for path in INPUTS} == {*SHARES}
