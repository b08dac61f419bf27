"""The auditor's program by itself: its package verifies with its own requirements, and without the service."""

from __future__ import annotations

import json
import runpy
import sys
import sysconfig
import tomllib
import venv
from importlib import metadata
from pathlib import Path
from typing import Final

import pytest
from packaging.requirements import Requirement

from masking_audit.cli import COMMANDS
from masking_audit.format.links import place_of
from masking_audit.tiles.prove import prove
from masking_service import __version__
from masking_service.store.client import Store
from tests import programs
from tests.audit.archives import grow
from tests.audit.logs import SIGNER
from tests.test_house import ROOT

PACKAGE: Final = "waybill-audit"
EACH_COMMAND: Final = """
import contextlib, io, json, sys
from masking_audit.__main__ import main
from masking_audit.cli import COMMANDS
done = {}
for command in [command.name for command in COMMANDS]:
    sys.argv[1:] = [command, "--help"]
    said, status = io.TextIOWrapper(io.BytesIO(), write_through=True), 0
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        try:
            main()
        except SystemExit as end:
            status = end.code or 0
    done[command] = status, said.buffer.getvalue().decode()
print(json.dumps(done))
"""
"""Asks each command for its help, in one process."""
ABSENT: Final = {"flask", "gunicorn", "openpyxl", "requests"}


def needed(requirements: list[str], extra: str = "") -> dict[str, metadata.Distribution]:
    """Return what requirements need, as it is installed here, with all that it needs in turn."""
    found: dict[str, metadata.Distribution] = {}
    for text in requirements:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            distribution = metadata.distribution(requirement.name)
            found |= {requirement.name: distribution} | needed(distribution.requires or [])
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, built from this checkout."""
    return programs.build_wheel(ROOT / "masking_audit", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module", params=["", "store"], ids=["without the extra", "with it"])
def installed(request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of a virtual environment with the package and what it requires."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder)
    python = folder / "bin" / "python"
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    programs.install_wheel(wheel, python)
    (package,) = metadata.distributions(name=PACKAGE, path=[str(packages)])
    for distribution in needed(package.requires or [], request.param).values():
        for top in {file.parts[0] for file in distribution.files or () if file.parts[0] not in ("..", "__pycache__")}:
            if not (packages / top).exists():
                (packages / top).symlink_to(str(distribution.locate_file(top)))
    return python.parent


def called(installed: Path, folder: Path, *arguments: str) -> programs.Ended:
    return programs.run(installed / PACKAGE, *arguments, cwd=folder, env={"PATH": "/usr/bin:/bin"})


def says(installed: Path, code: str) -> str:
    return programs.output(installed / "python", "-c", code, cwd="/", env={}).strip()


@pytest.fixture
def proof(store: Store, tmp_path: Path) -> Path:
    """A folder with the proof of an entry, and the two public keys."""
    (name, *_) = grow(store, tmp_path / "archive", 2, 1)
    (tmp_path / "entry.tlog-proof").write_bytes(bytes(prove(tmp_path / "archive", *place_of(name))))
    (tmp_path / "log.vkey").write_bytes((tmp_path / "archive" / "log.vkey").read_bytes())
    (tmp_path / "audit-public.pem").write_bytes(SIGNER.public_pem())
    return tmp_path


VERIFY: Final = ("verify", "--proof", "entry.tlog-proof", "--key", "log.vkey", "--key", "audit-public.pem")


def test_it_verifies_a_proof_with_its_signatures(installed: Path, proof: Path) -> None:
    done = called(installed, proof, *VERIFY)

    assert (done.returncode, done.stderr) == (0, "")
    assert "is leaf 1 of the 4 that the log" in done.stdout
    assert "The service signed the entry." in done.stdout


def test_it_refuses_a_proof_that_was_changed(installed: Path, proof: Path) -> None:
    file = proof / "entry.tlog-proof"
    file.write_bytes(file.read_bytes().replace(b"\nindex 1\n", b"\nindex 0\n"))
    done = called(installed, proof, *VERIFY)

    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "The entry is not proved.")


def test_it_verifies_a_log(installed: Path, proof: Path) -> None:
    done = called(installed, proof, "verify", "archive/audit-000001.ndjson", "--public-key", "audit-public.pem")

    assert "4 entries of 1 writer" in done.stdout
    assert done.stderr == ""


def test_a_key_that_is_none_is_said_in_words(installed: Path, proof: Path) -> None:
    (proof / "audit-public.pem").write_bytes(b"-----BEGIN")
    done = called(installed, proof, *VERIFY)

    assert (done.returncode, done.stderr.strip()) == (2, "audit-public.pem: is not a public key in PEM")


def test_it_has_no_web_framework_and_no_reader_of_workbooks(installed: Path) -> None:
    code = f"from importlib.util import find_spec; print([name for name in {sorted(ABSENT)} if find_spec(name)])"

    assert says(installed, code) == "[]"


def test_every_command_starts_with_the_extra_and_says_without_it_what_is_missing(
    installed: Path, request: pytest.FixtureRequest
) -> None:
    done = json.loads(says(installed, EACH_COMMAND))
    assert [*done] == [command.name for command in COMMANDS]
    failed = {command: said for command, (status, said) in done.items() if status}

    if request.node.callspec.params["installed"]:
        assert failed == {}
    else:
        assert {"follow", "export", "serve"} <= set(failed) <= set(done) - {"verify", "cosign"}
        assert all("is missing: pip install './masking_audit[store]'" in said for said in failed.values())


def test_it_requires_only_what_the_service_requires() -> None:
    project = tomllib.loads((ROOT / "masking_audit" / "pyproject.toml").read_text("utf-8"))["project"]
    own = {*project["dependencies"], *project["optional-dependencies"]["store"]}

    assert own <= {line for line in (ROOT / "requirements.in").read_text("utf-8").splitlines() if line}


def test_it_has_the_version_of_the_service(wheel: Path) -> None:
    assert wheel.name == f"waybill_audit-{__version__}-py3-none-any.whl"


def test_the_module_runs_the_program(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["masking_audit", "--help"])
    runpy.run_module("masking_audit", run_name="__main__")

    assert "verify" in capsys.readouterr().out
