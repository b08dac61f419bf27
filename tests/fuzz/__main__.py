"""Run one target or all of them.

`python -m tests.fuzz TARGET [-runs=N] [-max_total_time=SECONDS] FOLDER` takes libFuzzer's options, and adds inputs that
reach new code to FOLDER. `python -m tests.fuzz all RUNS FOLDER` runs every target for its share and prints the figures.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import atheris

CORPUS = Path(__file__).parent / "corpus"
SHARES = {
    "texts": 24,
    "records": 15,
    "bodies": 10,
    "neighbours": 5,
    "tokens": 15,
    "jwts": 10,
    "api_keys": 15,
    "audit_files": 4,
    "proofs": 1,
    "tables": 1,
}
"""Of a hundred runs; a slow target gets fewer."""


def main(name: str, options: list[str]) -> None:
    """Run one target in this process, which ends with it."""
    with atheris.instrument_imports(include=["masking_service", "keys"]):
        from tests.fuzz.targets import TARGETS, timed

    target = TARGETS[name]
    target(b"")  # what is made once is made here, outside of the bound
    atheris.Setup([sys.argv[0], "-max_len=4096", *options, str(CORPUS / name)], lambda data: timed(target, data))
    atheris.Fuzz()


def run_all(runs: int, folder: Path) -> int:
    """Run every target, two at a time; print a line for each and return how many failed."""

    def run(name: str) -> tuple[int, bool]:
        found = folder / name
        found.mkdir(parents=True, exist_ok=True)
        begun = time.monotonic()
        command = [sys.executable, "-m", "tests.fuzz", name, f"-runs={runs * SHARES[name] // 100}"]
        command += [f"-artifact_prefix={folder}/{name}-", str(found)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        output = done.stdout.decode("utf-8", "replace")
        (folder / f"{name}.log").write_text(output)
        counted = int(match[1]) if (match := re.search(r"Done (\d+) runs", output)) else 0
        seconds = time.monotonic() - begun
        print(
            f"{name:12} {counted:>10,} runs {seconds:>8,.0f} s  {'ok' if not done.returncode else 'FAILED'}", flush=True
        )
        return counted, bool(done.returncode)

    with ThreadPoolExecutor(2) as pool:
        results = [*pool.map(run, SHARES)]
    print(f"{'total':12} {sum(count for count, _ in results):>10,} runs, {sum(failed for _, failed in results)} failed")
    return sum(failed for _, failed in results)


if __name__ == "__main__":
    if sys.argv[1] == "all":
        sys.exit(run_all(int(sys.argv[2]), Path(sys.argv[3])))
    main(sys.argv[1], sys.argv[2:])
