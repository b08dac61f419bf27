"""Tests that the classes and methods which a page names are in the code."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.docs.pages import pages
from tests.e2e.processes import ROOT

METHOD = re.compile(r"`([A-Z]\w+)\.(\w+)(?:\([^`]*\))?`")
PAGES = [
    pytest.param(page, id=str(page.relative_to(ROOT))) for page in pages() if METHOD.search(page.read_text("utf-8"))
]


@cache
def members() -> set[tuple[str, str]]:
    """Return every class of the service with each name that its body defines."""
    found = set()
    for path in [*(ROOT / "keys").rglob("*.py"), *(ROOT / "masking_service").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                found |= {(node.name, name) for inner in node.body for name in names(inner)}
    return found


def names(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef):
        return [statement.name]
    return (
        [statement.target.id] if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) else []
    )


@pytest.mark.parametrize("page", PAGES)
def test_every_named_method_is_in_the_code(page: Path) -> None:
    assert [named for named in METHOD.findall(page.read_text("utf-8")) if named not in members()] == []


def test_a_method_that_is_gone_is_found() -> None:
    table = "| 1 | `service/call/gate.py` `Gate.grant`, `Gate.no_longer` |"

    assert [named for named in METHOD.findall(table) if named not in members()] == [("Gate", "no_longer")]
