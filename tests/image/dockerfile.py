"""The Dockerfile as data: its stages, each a list of instructions."""

import json
import re
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[2]

Instruction = tuple[str, str]


def stages() -> list[list[Instruction]]:
    """Return every stage as (instruction, rest of the line), continued lines joined."""
    return _parts()[1:]


def instructions(name: str, stage: int = -1) -> list[str]:
    """Return the arguments of every instruction `name` of a stage."""
    return [rest for found, rest in stages()[stage] if found == name]


def base() -> str:
    """Return the name of the image that the stages begin with, if the build is not told another one."""
    ((_, argument),) = _parts()[0]
    return argument.removeprefix("BASE=")


def environment() -> dict[str, str]:
    """Return the variables that the image sets."""
    pairs = [word.split("=", 1) for rest in instructions("ENV") for word in shlex.split(rest)]
    return dict(pairs)


def command() -> list[str]:
    """Return the image's command."""
    words: list[str] = json.loads(instructions("CMD")[0])
    return words


def _parts() -> list[list[Instruction]]:
    """Return what comes before the stages, and the stages."""
    text = re.sub(r"(?m)^\s*#.*\n", "", (ROOT / "Dockerfile").read_text())
    found: list[list[Instruction]] = [[]]
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        if line.strip():
            name, _, rest = line.partition(" ")
            if name == "FROM":
                found.append([])
            found[-1].append((name, rest.strip()))
    return found
