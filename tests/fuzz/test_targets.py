"""A short run of every target, so that what the fuzzer found once cannot come back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from masking_service.shipped import ROOT
from tests.fuzz.__main__ import CORPUS, SHARES

SECONDS = 3


@pytest.mark.parametrize("target", SHARES)
def test_no_input_breaks_a_promise(target: str, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.fuzz",
        target,
        f"-max_total_time={SECONDS}",
        f"-artifact_prefix={tmp_path}/",
    ]

    done = subprocess.run(
        [*command, str(tmp_path)], cwd=ROOT, capture_output=True, timeout=110, text=True, errors="replace", check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Done " in done.stderr


def test_every_target_begins_with_examples() -> None:
    assert {path.name for path in CORPUS.iterdir()} == {*SHARES}
    assert all([*path.iterdir()] for path in CORPUS.iterdir())
