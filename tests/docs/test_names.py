"""Tests that the files, modules, classes and methods that pages and docstrings name are in the project."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from tests.docs.pages import pages
from tests.e2e.processes import ROOT

TOPS = ("bench", "deploy", "docs", "examples", "helm", "image", "keys", "tests")
PROGRAMS = ("masking_service", "masking_audit", "masking_files", "masking_console")
MARKED = re.compile(r"`+([\w.-]+(?:/[\w.-]+)*/?)`+")
PATH = re.compile(r".*(?:/|/[^/]+[.]\w+)")
DOCSTRING = re.compile(r'"""(.*?)"""', re.DOTALL)
SETTINGS = {"lookout.freeze", "schemas.sto.fields", "schemas.NAME", "profiles.NAME"}
"""Settings of a policy whose first word is also a module."""
NO_MODULES = SETTINGS | {"identity.roster"}  # an attribute of the store
PAST = {ROOT / "CHANGELOG.md", *(ROOT / "docs" / "adr").glob("*.md")}
"""Pages that name the files of their day."""

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


@cache
def sources() -> tuple[Path, ...]:
    return tuple(path for top in (*TOPS, *PROGRAMS) for path in sorted((ROOT / top).rglob("*.py")))


@cache
def places(*, of_tests: bool) -> frozenset[str]:
    """Return each way to write the path of a file or folder; those of tests begin with `tests/`, except in tests."""
    found = {path.name for path in ROOT.iterdir() if path.name != ".local"}  # what `make run` left
    for top in (*TOPS, *PROGRAMS):
        for path in (ROOT / top, *(ROOT / top).rglob("*")):
            parts = path.relative_to(ROOT).parts
            found |= {"/".join(parts[at:]) for at in range(len(parts) if top != "tests" or of_tests else 1)}
    return frozenset(found)


@cache
def modules() -> dict[str, list[Path]]:
    """Return the files of each module and package, by each way to write its dotted name."""
    found = defaultdict(list)
    for path in sources():
        parts = path.relative_to(ROOT).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        for at in range(len(parts) if parts[0] != "tests" else 1):
            found[".".join(parts[at:])].append(path)
    return found


@cache
def words(path: Path) -> frozenset[str]:
    """Return every word of a file outside its docstrings."""
    return frozenset(re.findall(r"\w+", DOCSTRING.sub("", path.read_text("utf-8"))))


def gone_paths(text: str, *, of_tests: bool = False) -> list[str]:
    """Return the marked paths that do not exist; a path of the project begins with its folder, or ends as a module."""
    known = places(of_tests=of_tests)
    return [
        name
        for name in MARKED.findall(text)
        if (name.endswith(".py") or (PATH.fullmatch(name) and name.partition("/")[0] in known))
        and name.rstrip("/") not in known
        and "NAME" not in name
    ]


def gone_modules(text: str) -> list[str]:
    """Return the marked dotted names that begin with a module and lead to nothing in it."""
    return [
        name
        for name in MARKED.findall(text)
        if re.fullmatch(r"[a-z_]\w*(?:\.\w+)+(?<!\.json)", name)
        and name.partition(".")[0] in modules()
        and name not in places(of_tests=True)
        and name not in NO_MODULES
        and not is_in_the_code(name)
    ]


def is_in_the_code(name: str) -> bool:
    if name in modules():
        return True
    parts = name.split(".")
    heads = [".".join(parts[:end]) for end in range(len(parts) - 1, 0, -1) if ".".join(parts[:end]) in modules()]
    rest = {*parts[heads[0].count(".") + 1 :]}
    return any(rest <= words(path) for path in modules()[heads[0]])


@cache
def docstrings(path: Path) -> str:
    return "\n".join(DOCSTRING.findall(path.read_text("utf-8")))


def test_every_named_path_is_in_the_project() -> None:
    gone = {page: gone_paths(page.read_text("utf-8")) for page in pages() if page not in PAST}
    tests = ROOT / "tests"
    gone |= {path: gone_paths(docstrings(path), of_tests=path.is_relative_to(tests)) for path in sources()}

    assert {str(path.relative_to(ROOT)): found for path, found in gone.items() if found} == {}


def test_every_module_that_a_docstring_names_is_in_the_project() -> None:
    gone = {path: gone_modules(docstrings(path)) for path in sources()}

    assert {str(path.relative_to(ROOT)): found for path, found in gone.items() if found} == {}


def test_names_that_are_gone_are_found() -> None:
    assert gone_paths("`state/stems.py`, `audit/tiles/`, `search/state.py`, `tests/docs/`, `.local/x`") == [
        "state/stems.py",
        "audit/tiles/",
    ]
    assert gone_modules("`audit.entries.Entry`, `masking_audit.format.entries.Entry`") == ["audit.entries.Entry"]
