"""The part that opens values, as docs/architecture.md names it: how long it is, and what it does not need."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_house import ROOT, imports, module_name, nodes, parsed, sources

pytestmark = pytest.mark.xdist_group("sources")
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
SECTION = PAGE.split("## The trusted part\n")[1].split("\n## ")[0]
ROWS = re.findall(r"^\| [^|]+ \| ([^|]+) \| ([\d,]+) \|$", SECTION, re.MULTILINE)
"""The files of each row, and the lines that it states."""
FILES = re.compile(r"`([^`]+\.(?:py|lua))`")
NAMED = [ROOT / name for files, _ in ROWS for name in FILES.findall(files)]
MAX_LINES = 7_300
APART = (
    "masking_audit.lookout",
    "masking_console",
    "masking_files",
    "masking_service.http",
    "masking_service.service.lookout",
)


def code_lines(path: Path) -> int:
    """Count the lines of a file that are neither blank nor comments nor docstrings."""
    text = path.read_text("utf-8")
    if path.suffix == ".lua":
        return sum(not line.lstrip().startswith("--") for line in text.splitlines() if line.strip())
    documented = {
        line
        for node in nodes(parsed(path))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    nothing = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines = {
        line
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in nothing
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(lines - documented)


def reached() -> Iterator[str]:
    """Yield every module of the product that the named files import, however far away."""
    files = {module_name(path): path for path in sources()}
    waiting, seen = [module_name(path) for path in NAMED if path.suffix == ".py"], set[str]()
    while waiting:
        module = waiting.pop()
        if module in seen or module not in files:
            continue
        seen.add(module)
        yield module
        for name in imports(files[module]):
            waiting += [name, name.rpartition(".")[0]]


def test_the_trusted_part_has_no_more_lines_of_code_than_stated() -> None:
    assert all(path.exists() for path in NAMED)
    assert len(NAMED) > 30

    total = sum(map(code_lines, NAMED))

    assert total <= MAX_LINES
    counted = [sum(code_lines(ROOT / name) for name in FILES.findall(files)) for files, _ in ROWS]
    stated = [int(lines.replace(",", "")) for _, lines in ROWS]
    assert [(one, other) for one, other in zip(stated, counted, strict=True) if abs(one - other) > other // 10] == []


def test_the_trusted_part_needs_nothing_of_desk_files_lookout_and_pages() -> None:
    assert sorted(module for module in reached() if module.startswith(APART)) == []


def test_every_answer_with_a_value_is_made_from_its_entry() -> None:
    """`Recorded.release` is the only way from a stored value to an answer, a view or a provider of calls."""
    calls = [
        (ast.unparse(node.func), [*map(ast.unparse, node.args)])
        for path in NAMED
        if path.suffix == ".py"
        for node in nodes(parsed(path))
        if isinstance(node, ast.Call)
    ]
    views = "_rendered(profile, number, found)"

    assert sorted((what, given[-1]) for what, given in calls if what.startswith("answers.Opened")) == [
        ("answers.OpenedField", "entry.release(self.value)"),
        ("answers.OpenedToken", "entry.release(self.value)"),
    ]
    assert [given[1] for what, given in calls if what == "self.line.bind"] == ["entry.release(other)"]
    # The other one is in `shown_masked`, which raises where a kind is shown in full.
    assert [given for what, given in calls if what == "entry.release" and given == [views]] == [[views]]
    assert [what for what, given in calls if f"{what}({', '.join(given)})" == views] == ["_rendered"] * 2
