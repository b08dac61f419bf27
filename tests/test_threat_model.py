"""The threat model names its proofs: each of them exists, and no actor is without one."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "masking_service"
DOCUMENT = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
PROOF = re.compile(r"`(tests/[\w/]+\.py)::([\w:]+)`")
ACTORS = dict(re.findall(r"(?ms)^## \d+\. ([^\n]+)\n(.*?)(?=^## )", DOCUMENT))
ROWS = [row for text in ACTORS.values() for row in re.findall(r"(?m)^\|(?! must not \||---).*", text)]


@cache
def names_in(file: str) -> frozenset[str]:
    """The tests of a file as pytest calls them, without their parameters."""
    found = set()
    for node in ast.parse((ROOT / file).read_text("utf-8")).body:
        within = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        for inner in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(inner, ast.FunctionDef) and inner.name.startswith("test"):
                found.add(within + inner.name)
    return frozenset(found)


def test_every_test_that_is_named_exists() -> None:
    assert {f"{file}::{name}" for file, name in PROOF.findall(DOCUMENT) if name not in names_in(file)} == set()


def test_every_mention_of_a_test_is_a_whole_one() -> None:
    assert DOCUMENT.count(".py::") == len(PROOF.findall(DOCUMENT))


def test_every_row_has_its_proof() -> None:
    assert ROWS
    assert [row for row in ROWS if not PROOF.search(row)] == []


def test_there_are_rows_of_every_actor() -> None:
    assert len(ACTORS) == len(re.findall(r"(?m)^## \d+\. ", DOCUMENT))
    assert [actor for actor, text in ACTORS.items() if not PROOF.search(text)] == []


def test_of_every_actor_it_is_said_what_is_left() -> None:
    assert [actor for actor, text in ACTORS.items() if "**Remaining risk.**" not in text] == []


def test_every_module_that_is_named_exists() -> None:
    modules = set(re.findall(r"`([\w/]+\.(?:py|lua))`", DOCUMENT))

    assert {module for module in modules if not ((ROOT / module).is_file() or (PACKAGE / module).is_file())} == set()
