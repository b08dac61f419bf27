"""What verifies is small and needs little, so that an auditor can read it and install it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import pytest

from tests import programs
from tests.test_house import ROOT, imports

OF_ONE_PROOF: Final = "masking_audit.tiles.proofs"
OF_A_LOG: Final = "masking_audit.verify.verifier"
MAX_LINES: Final = 1_000
FOREIGN: Final = {"cryptography", "msgspec"}


def file_of(module: str) -> Path | None:
    """Return the file of a module of ours; None for another's, and for a name inside a module."""
    path = ROOT.joinpath(*module.split("."))
    return next((file for file in (path / "__init__.py", path.with_suffix(".py")) if file.exists()), None)


def closure(module: str) -> tuple[set[Path], set[str]]:
    """Return the files of ours that a module imports, wherever in a file, and the packages of others."""
    files: set[Path] = set()
    others: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        parts = name.split(".")
        if file_of(parts[0]) is None:
            others.add(parts[0])
        for end in range(1, len(parts) + 1):
            file = file_of(".".join(parts[:end]))
            if file is not None and file not in files:
                files.add(file)
                waiting += imports(file)
    return files, others - sys.stdlib_module_names


def lines_of(files: set[Path]) -> int:
    """Return the lines of files, comments and empty ones included."""
    return sum(len(file.read_text("utf-8").splitlines()) for file in files)


def test_the_verifier_of_one_proof_is_read_in_an_hour() -> None:
    files, _ = closure(OF_ONE_PROOF)

    assert {"keys/signatures.py", "masking_audit/format/links.py"} <= {str(file.relative_to(ROOT)) for file in files}
    assert lines_of(files) <= MAX_LINES


@pytest.mark.parametrize("module", [OF_ONE_PROOF, OF_A_LOG])
def test_a_verifier_needs_nothing_of_the_service(module: str) -> None:
    files, others = closure(module)

    assert others == FOREIGN
    assert [file for file in files if file.is_relative_to(ROOT / "masking_service")] == []


@pytest.mark.parametrize("module", [OF_ONE_PROOF, OF_A_LOG])
def test_a_verifier_loads_no_client_of_a_store_and_no_web_framework(module: str) -> None:
    code = f"import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"

    loaded = {*programs.output(sys.executable, "-c", code, cwd=ROOT).split()}

    assert loaded & {"flask", "redis", "openpyxl", "yaml", "masking_service", "click"} == set()
    assert loaded >= FOREIGN


def test_the_closure_follows_late_imports_and_packages() -> None:
    files, others = closure("masking_service")  # its `mask` imports the library when it is called

    assert ROOT / "masking_service" / "library.py" in files
    assert "yaml" in others
