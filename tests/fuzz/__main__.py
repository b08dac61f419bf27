"""Run one target or all of them.

`python -m tests.fuzz TARGET [-runs=N] [-max_total_time=SECONDS] FOLDER` takes libFuzzer's options, and adds inputs that
reach new code to FOLDER. `python -m tests.fuzz all LIMIT FOLDER` runs every target and prints the figures; the limit is
a number of runs, of which each has a share, or seconds for each (`3s`). `python -m tests.fuzz corpus` gives every
target its inputs of the corpus, and names those that passed.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import atheris

CORPUS = Path(__file__).parent / "corpus"
SHARES = {
    "texts": 40,
    "records": 25,
    "bodies": 4,
    "neighbours": 3,
    "tables": 2,
    "jwts": 15,
    "audit_files": 41,
    "tokens": 300,
    "api_keys": 250,
    "proofs": 320,
}
"""Of a thousand runs. A run of a slow target takes a thousand times as long as one of a fast one."""


def main(name: str, options: list[str]) -> None:
    """Run one target in this process, which ends with it."""
    with atheris.instrument_imports(include=["masking_service", "keys"]):
        from tests.fuzz.targets import TARGETS, timed

    target = TARGETS[name]
    target(b"")  # what is made once is made here, outside of the bound
    atheris.Setup([sys.argv[0], "-max_len=4096", *options, str(CORPUS / name)], lambda data: timed(target, data))
    atheris.Fuzz()


def run_all(limits: Mapping[str, str], folder: Path) -> int:
    """Run every target, two at a time; print a line for each and return how many failed.

    Args:
        limits: libFuzzer's option that ends each target.
        folder: takes a log and the new inputs of each.
    """
    with atheris.instrument_imports(include=["masking_service", "keys"]):  # once, for all processes
        import tests.fuzz.targets  # noqa: F401 - its functions register themselves

    waiting, total, failed = [*SHARES], 0, 0
    running: dict[int, tuple[str, float]] = {}
    while waiting or running:
        while waiting and len(running) < 2:
            name = waiting.pop(0)
            running[_start(name, limits[name], folder)] = name, time.monotonic()
        process, status = os.wait()
        name, begun = running.pop(process)
        output = (folder / f"{name}.log").read_text("utf-8", "replace")
        counted = int(match[1]) if (match := re.search(r"Done (\d+) runs", output)) else 0
        passed = status == 0 and counted > 0
        word = "ok" if passed else f"FAILED, see {folder / name}.log"
        print(f"{name:12} {counted:>10,} runs {time.monotonic() - begun:>8,.0f} s  {word}", flush=True)
        total, failed = total + counted, failed + (not passed)
    print(f"{'total':12} {total:>10,} runs, {failed} failed")
    return failed


def replay() -> None:
    """Give every target its inputs, without the fuzzer, which takes 40 s to instrument the code."""
    from tests.fuzz.targets import TARGETS, timed

    for path in sorted(path for path in CORPUS.rglob("*") if path.is_file()):
        target = TARGETS[path.parent.name]
        target(b"")  # what is made once is made here, outside of the bound
        timed(target, path.read_bytes())
        print(path.relative_to(CORPUS), flush=True)


def _start(name: str, limit: str, folder: Path) -> int:
    """Run a target in a process of its own; return its id."""
    found = folder / name
    found.mkdir(parents=True, exist_ok=True)
    if process := os.fork():
        return process
    log = os.open(folder / f"{name}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(log, stream)
    # It ends by an exception or by itself. Only an ordinary end lets libFuzzer keep the input that failed.
    main(name, [limit, f"-artifact_prefix={folder}/{name}-", str(found)])
    raise AssertionError("the fuzzer ends the process")


def _limits(said: str) -> dict[str, str]:
    """Return the end of each target: after so many seconds (`3s`), or its share of so many runs."""
    if said.endswith("s"):
        return dict.fromkeys(SHARES, f"-max_total_time={said[:-1]}")
    return {name: f"-runs={int(said) * share // 1000}" for name, share in SHARES.items()}


if __name__ == "__main__":
    if sys.argv[1] == "all":
        sys.exit(run_all(_limits(sys.argv[2]), Path(sys.argv[3])))
    if sys.argv[1] == "corpus":
        replay()
    else:
        main(sys.argv[1], sys.argv[2:])
