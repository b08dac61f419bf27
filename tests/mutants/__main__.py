"""Try a seeded sample of mutants for some minutes, and list those that no test noticed.

Exits with 1 where fewer than 98 of 100 mutants were noticed, those of `equivalent.txt` left out.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import click

from tests.mutants import equivalent, trial
from tests.mutants.covered import OUTPUT, PACKAGES
from tests.mutants.operators import Mutant, mutants

ROOT = Path(__file__).parents[2]
CODE = (
    *("keys", "masking_audit", "masking_console"),
    *(f"masking_service/{room}" for room in ("audit", "http", "masking", "rotation", "service", "store")),
)
TESTS = (
    *(
        "tests/keys",
        "tests/service",
        "tests/audit",
        "tests/rotation",
        "tests/runtime",
        "tests/masking",
        "tests/arrow",
        "tests/tiers",
    ),
    *("tests/web", "tests/store", "tests/stories", "tests/console", "tests/cli/audit", "tests/cli/test_help.py"),
    "tests/setups/test_doctor.py",
)
DECLARED = {
    "/api.py": "tests/web/test_openapi.py",
    "/examples.py": "tests/web/test_openapi.py",
    "/problems.py": "tests/web/test_problems.py",
    "/http/": "tests/web/test_openapi.py",
    "/cli/": "tests/cli/test_help.py",
    "masking_console/__main__.py": "tests/cli/test_help.py",
}
"""Tests that read what modules declare, such as examples and options, without running a line of them, by paths."""
TRANSCRIPT = "/test_transcript.py::"
"""Part of the names of tests that compare whole answers: they notice most, and are run however long they take."""
AIM = 0.98
MAX_SECONDS = 25.0
"""Time limit for the tests of a mutant that run its line, and the same again for its module's other tests."""


@dataclass(frozen=True)
class Covered:
    """Which tests run which line, and how long they take."""

    lines: dict[str, dict[str, list[str]]]
    seconds: dict[str, float]
    modules: list[str]

    def tests(self, mutant: Mutant) -> tuple[list[str], float]:
        """Return the tests to run for a mutant, and how long they took.

        First come those that run its line, and among them those of a file that imports its module, and transcripts.
        Other tests of such a file follow, and those of `DECLARED`: a test of a constant runs no line of its module.
        """
        lines = self.lines.get(mutant.path, {})
        # A line that is run on import belongs to no test: then all tests of the module count.
        running = {*lines.get(str(mutant.line), ())} or {test for tests in lines.values() for test in tests}
        module = mutant.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        declared = {file for part, file in DECLARED.items() if part in mutant.path}
        files = {test: test.partition("::")[0] for test in self.seconds}
        own = {test for test, file in files.items() if file in declared or module in imported(ROOT / file)}
        whole = {test for test in running if TRANSCRIPT in test}
        chosen = [*self._within_limit(running - whole, own), *sorted(whole), *self._within_limit(own - running, own)]
        return chosen, sum(self.seconds[test] for test in chosen)

    def _within_limit(self, tests: set[str], own: set[str]) -> Iterator[str]:
        """Yield `MAX_SECONDS` of the tests, and one at least: first its module's own, then the fastest."""
        total = 0.0
        for test in sorted(tests, key=lambda test: (test not in own, self.seconds[test], test)):
            if total and total + self.seconds[test] > MAX_SECONDS:
                return
            total += self.seconds[test]
            yield test


@cache
def imported(file: Path) -> frozenset[str]:
    """Return the full names of all that a file imports, modules and what it takes from them."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


@click.command()
@click.option("--minutes", default=30.0, show_default=True, help="How long to go on, with the run that maps the tests.")
@click.option("--seed", default=1, show_default=True)
@click.option("--processes", default=2, show_default=True)
@click.option("--only", default="", help="Only files whose path contains this.")
@click.option("--state", default=".local/mutants", show_default=True, type=Path, help="Keeps the map between runs.")
def main(minutes: float, seed: int, processes: int, only: str, state: Path) -> None:
    """Try a seeded sample of mutants."""
    deadline = time.monotonic() + minutes * 60
    with tempfile.TemporaryDirectory() as name:
        copies = [Path(name) / str(number) for number in range(processes)]
        for copy in copies:
            _copy(copy)
        covered = _covered(copies, state)
        found = [mutant for path in _files() if only in path for mutant in mutants(ROOT, path)]
        random.Random(seed).shuffle(found)
        click.echo(f"{len(found)} mutants; seed {seed}")
        tried, survivors = 0, []
        with ProcessPoolExecutor(processes, initializer=_start, initargs=(copies, covered)) as pool:
            for mutant, survived in pool.map(_try, [(mutant, deadline) for mutant in found]):
                tried += survived is not None
                if survived:
                    survivors.append(mutant)
                    click.echo(_shown(mutant))
    _report(tried, survivors)


def _report(tried: int, survivors: list[Mutant]) -> None:
    known = equivalent.listed(equivalent.FILE.read_text("utf-8"))
    unknown = [mutant for mutant in survivors if equivalent.change(mutant, ROOT) not in known]
    counted = tried - (len(survivors) - len(unknown))
    share = 1 - len(unknown) / max(counted, 1)
    click.echo(
        f"{tried} tried, {len(survivors) - len(unknown)} equivalent, {len(unknown)} survived: {share:.1%} noticed"
    )
    sys.exit(share < AIM)


def _shown(mutant: Mutant) -> str:
    return f"survived: line {mutant.line}, {mutant.operator}\n  {equivalent.change(mutant, ROOT)}"


def _files() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for folder in CODE for path in (ROOT / folder).rglob("*.py"))


def _copy(target: Path) -> None:
    """Copy the checkout's own files: what git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    for name in listed.stdout.decode().splitlines():
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    # A mutant has the size and often the time of the original, so only the content may say which byte code is valid.
    compiled = ["-q", "--invalidation-mode", "checked-hash", *PACKAGES]
    subprocess.run([sys.executable, "-m", "compileall", *compiled], cwd=target, check=True)


def _digest() -> str:
    digest = hashlib.sha256()
    for folder in (*PACKAGES, "tests"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _covered(copies: list[Path], state: Path) -> Covered:
    """Return the map of the tests, made by running them once, each copy a part of them."""
    state.mkdir(parents=True, exist_ok=True)
    kept = state / "covered.json"
    digest = _digest()
    if not kept.exists() or json.loads(kept.read_bytes())["digest"] != digest:
        click.echo("running the tests once, to learn which lines each of them runs")
        kept.write_text(json.dumps({"digest": digest, "parts": [*_mapped(copies)]}))
    parts: list[dict[str, Any]] = json.loads(kept.read_bytes())["parts"]
    lines: dict[str, dict[str, list[str]]] = {}
    for part in parts:
        for path, tests in part["lines"].items():
            for line, names in tests.items():
                lines.setdefault(path, {}).setdefault(line, []).extend(names)
    failed = {test for part in parts for test in part["failed"]}
    for test in sorted(failed):
        click.echo(f"fails without any change, and is left out: {test}")
    seconds = {test: taken for part in parts for test, taken in part["seconds"].items() if test not in failed}
    return Covered(lines, seconds, sorted({name for part in parts for name in part["modules"]}))


def _mapped(copies: list[Path]) -> Iterator[dict[str, Any]]:
    running = []
    for number, copy in enumerate(copies):
        output = copy.with_suffix(".json")
        tests = TESTS[number :: len(copies)]
        deselected = ["--ignore=tests/web/test_schemathesis.py", "--ignore=tests/web/test_fuzz.py"]
        plugins = ["-p", "tests.mutants.covered", "-p", "no:cacheprovider"]
        command = [sys.executable, "-m", "pytest", "-q", trial.SAME_EXAMPLES, *plugins]
        started = subprocess.Popen(
            [*command, *deselected, *tests], cwd=copy, env={**os.environ, OUTPUT: str(output)}, stdout=subprocess.PIPE
        )
        running.append((started, output))
    for started, output in running:
        printed, _ = started.communicate()
        click.echo(printed.decode().splitlines()[-1])
        yield json.loads(output.read_bytes())


_worker: dict[str, Any] = {}


def _start(copies: list[Path], covered: Covered) -> None:
    import multiprocessing

    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.dont_write_bytecode = True
    number = multiprocessing.current_process()._identity[0] - 1
    _worker.update(copy=copies[number % len(copies)], covered=covered)
    trial.preload(covered.modules)


def _try(task: tuple[Mutant, float]) -> tuple[Mutant, bool | None]:
    """Return whether a mutant survived; None where the time was up or nothing could be tried."""
    mutant, deadline = task
    if time.monotonic() > deadline:
        return mutant, None
    tests, seconds = _worker["covered"].tests(mutant)
    source = mutant.source(ROOT)
    if source is None:
        return mutant, None
    copy = _worker["copy"]
    failing = trial.failing(copy, mutant.path, source, tests, seconds) if tests else ()
    # Repeat these tests on the unchanged file: one that fails there says nothing about the mutant.
    original = (copy / mutant.path).read_text("utf-8")
    if failing and trial.failing(copy, mutant.path, original, failing, seconds):
        click.echo(f"left out, as its tests fail without any change: {mutant.path}, line {mutant.line}")
        return mutant, None
    return mutant, not failing


if __name__ == "__main__":
    main()
