"""The list of mutants that change nothing: no caller of the module can tell them from the original.

`equivalent.txt` has one a line: `file: function: old line => new line # reason`. The function is `Class.method` as
Python names it, or `(module)`; old and new are all lines that differ. So a reason covers one place, also after other
lines have moved.
"""

from __future__ import annotations

import ast
import difflib
from pathlib import Path
from typing import NamedTuple

from tests.mutants.operators import Mutant

FILE = Path(__file__).with_suffix(".txt")
OUTSIDE = "(module)"


class Change(NamedTuple):
    """What a mutant changes, without line numbers."""

    path: str
    function: str
    lines: str
    """The old lines and the new ones, stripped, with ` => ` between them."""

    def __str__(self) -> str:
        return ": ".join(self)


def change(mutant: Mutant, root: Path) -> Change:
    """Return what a mutant changes in the checkout `root`."""
    old, new = (root / mutant.path).read_text("utf-8"), mutant.source(root) or ""
    changed = difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    lines = [line[1:].strip() for line in changed if line[:3] not in ("---", "+++", "@@ ")]
    return Change(mutant.path, function_at(old, mutant.line), " => ".join(line for line in lines if line))


def function_at(source: str, line: int) -> str:
    """Return the qualified name of the innermost function or class around a line."""
    names: list[str] = []
    inside = ast.iter_child_nodes(ast.parse(source))
    while found := next((node for node in inside if _is_around(node, line)), None):
        if isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.append(found.name)
        inside = ast.iter_child_nodes(found)
    return ".".join(names) or OUTSIDE


def _is_around(node: ast.AST, line: int) -> bool:
    begin = min((one.lineno for one in getattr(node, "decorator_list", ())), default=getattr(node, "lineno", 0))
    return begin <= line <= (getattr(node, "end_lineno", None) or 0)


def listed(text: str) -> dict[Change, str]:
    """Read the list: each change with its reason.

    Raises:
        ValueError: if a line is not of the form, has no reason, or is there twice.
    """
    found: dict[Change, str] = {}
    for line in text.splitlines():
        known, mark, reason = line.rpartition(" # ")
        path, function, lines = (*known.split(": ", 2), "", "")[:3]
        if not mark or not reason.strip() or " => " not in lines:
            raise ValueError(f"not of the form `file: function: old => new # reason`: {line}")
        if (one := Change(path, function, lines.strip())) in found:
            raise ValueError(f"listed twice: {one}")
        found[one] = reason.strip()
    return found
