"""Runs the bash blocks of a page and compares their output.

A line that begins with `#>` is the output of the commands above it. In it, `…` matches anything, and a time, date or
long hexadecimal number matches any other. A token that the page shows twice must be the same token both times.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests import programs
from tests.e2e.processes import ROOT, environment

BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PRINTS = "#>"
BETWEEN = "\x1e"  # printed between the steps of a run; no page prints it itself
CHANGES = {
    "…": r".*?",
    r"wbt1[\w-]{23}": "",  # a token: see above
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    r"\b\d{4}-\d\d-\d\d\b": r"\d{4}-\d\d-\d\d",
    r"\b(?=[0-9a-f]*[0-9])[0-9a-f]{12,}(?:-\d+)?\b": r"[0-9a-f]{12,}(?:-\d+)?",
}
CHANGING = re.compile("|".join(f"({each})" for each in CHANGES))


@dataclass(frozen=True)
class Step:
    """Commands and their expected output, if any."""

    commands: str
    prints: str


def steps(page: str) -> list[Step]:
    """Return all steps of a page, in order."""
    found: list[Step] = []
    for block in BLOCK.findall(page):
        for part in re.findall(rf"((?:^(?!{PRINTS}).*\n)+)((?:^{PRINTS}.*\n)*)", block, re.MULTILINE):
            commands, prints = part
            said = "\n".join(line.removeprefix(PRINTS).strip() for line in prints.splitlines())
            found.append(Step(commands, said))
    return found


def run(steps: list[Step], folder: Path, settings: Mapping[str, str]) -> list[str]:
    """What each step printed.

    Raises:
        AssertionError: a command failed; with its step and what the shell said.
    """
    script = "".join(f"{step.commands}\nprintf '{BETWEEN}'\n" for step in steps)
    variables = {name: value for name, value in environment(**settings).items() if not name.startswith("MAKE")}
    shell = ("bash", "-e", "-o", "pipefail", "-c", f"exec 2>&1\n{script}")
    done = programs.run(*shell, cwd=folder, env=variables, timeout=100)
    printed = done.stdout.split(BETWEEN)
    assert done.returncode == 0, f"{steps[len(printed) - 1].commands}\nended with {done.returncode}:\n{printed[-1]}"
    return [each.strip() for each in printed[: len(steps)]]


def is_what_was_said(step: Step, printed: str, tokens: dict[str, str]) -> bool:
    """Return whether the output matches; collect the tokens."""
    new: list[str] = []
    pattern, end = "", 0
    for found in CHANGING.finditer(step.prints):
        pattern += re.escape(step.prints[end : found.start()])
        end = found.end()
        replacement = [*CHANGES.values()][(found.lastindex or 0) - 1]
        if replacement:
            pattern += replacement
        elif found[0] in tokens:
            pattern += re.escape(tokens[found[0]])
        elif found[0] in new:
            pattern += f"(?P=t{new.index(found[0])})"
        else:
            pattern += rf"(?P<t{len(new)}>wbt1[\w-]{{23}})"
            new.append(found[0])
    same = re.fullmatch(pattern + re.escape(step.prints[end:]), printed, re.DOTALL)
    if same:
        tokens |= {token: same[f"t{at}"] for at, token in enumerate(new)}
    return bool(same) and len(set(tokens.values())) == len(tokens)


def checkout(folder: Path) -> None:
    """Make a folder that looks like a fresh clone."""
    for path in ROOT.iterdir():
        if not path.name.startswith("."):
            (folder / path.name).symlink_to(path)
    (folder / ".venv").symlink_to(sys.prefix)


def pages() -> list[Path]:
    """Return every page of the project."""
    tops = [top for top in ROOT.iterdir() if top.is_dir() and not top.name.startswith(".")]
    readmes = [page for top in tops for page in top.rglob("README.md") if "node_modules" not in page.parts]
    return sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *readmes})
