"""The Dockerfile as data: its stages, each a list of instructions. The tests read it, and build it nowhere."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[2]

Instruction = tuple[str, str]


def stages() -> list[list[Instruction]]:
    """Every stage, from its FROM on: (instruction, the rest of the line) with continued lines joined."""
    text = re.sub(r"(?m)^\s*#.*\n", "", (ROOT / "Dockerfile").read_text())
    found: list[list[Instruction]] = []
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        if line.strip():
            name, _, rest = line.partition(" ")
            if name == "FROM":
                found.append([])
            found[-1].append((name, rest.strip()))
    return found


def instructions(name: str, stage: int = -1) -> list[str]:
    """What every instruction of that name says in a stage."""
    return [rest for found, rest in stages()[stage] if found == name]


def environment() -> dict[str, str]:
    """The variables that the image sets."""
    pairs = [word.split("=", 1) for rest in instructions("ENV") for word in shlex.split(rest)]
    return dict(pairs)


def command() -> list[str]:
    """What the image starts."""
    words: list[str] = json.loads(instructions("CMD")[0])
    return words
