"""The benchmark runs: quick mode measures every workload of both contenders. How fast they are is not asserted."""

import os
import re
import subprocess
import sys

from masking_service.settings import ROOT


def test_the_quick_benchmark_prints_a_ratio_for_every_workload() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "masking_service", "bench", "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        env={**os.environ, "COLUMNS": "120"},
        check=False,
    )
    assert run.returncode == 0, run.stderr
    rows = re.findall(r"(mask|tokenize), (one by one|batches of 500) .* (\d+\.\d\d) ", run.stdout)
    assert sorted((use_case, size) for use_case, size, _ in rows) == [
        ("mask", "batches of 500"),
        ("mask", "one by one"),
        ("tokenize", "batches of 500"),
        ("tokenize", "one by one"),
    ]
    assert all(float(ratio) > 0 for *_, ratio in rows)
