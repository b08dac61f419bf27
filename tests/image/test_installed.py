"""What the image's script installs, and what its command then does: in a directory instead of a container."""

import importlib.metadata
import re
import shlex
import sys
from pathlib import Path

import pytest

from tests import programs
from tests.e2e.processes import Running
from tests.image.dockerfile import ROOT
from tests.image.installed import BATCH, Installed, another
from tests.servers import free_ports

pytestmark = pytest.mark.timeout(300)  # the first one installs everything


def packages(target: Path) -> Path:
    (found,) = (target / "venv" / "lib").glob("python3*/site-packages")
    return found


def test_the_locked_requirements_are_installed_and_nothing_else(target: Path) -> None:
    locked = re.findall(r"(?m)^([\w.-]+==[^\s;]+)( ;)?", (ROOT / "requirements.txt").read_text())
    there = importlib.metadata.distributions(path=[str(packages(target))])

    found = {f"{re.sub(r'[-_.]+', '-', one.metadata['Name']).lower()}=={one.version}" for one in there}

    assert {pin for pin, marker in locked if not marker} <= found <= {pin for pin, _ in locked}


@pytest.mark.parametrize("requirement", [f"click==8.1.8 --hash=sha256:{'0' * 64}", "click==8.1.8"])
def test_a_requirement_with_another_hash_or_none_is_refused(requirement: str, tmp_path: Path) -> None:
    copy = tmp_path / "source"
    (copy / "image").mkdir(parents=True)
    (copy / "image" / "install.sh").write_text((ROOT / "image" / "install.sh").read_text())
    (copy / "requirements.txt").write_text(f"{requirement}\n")

    variables = {"PYTHON": sys.executable, "PATH": "/usr/bin:/bin"}
    done = programs.run("sh", "image/install.sh", "requirements", tmp_path / "opt", cwd=copy, env=variables)

    assert done.returncode != 0
    assert "HASH" in done.stderr.upper()


def test_no_installer_and_no_test_is_in_it(target: Path) -> None:
    installers = [found for name in ("pip", "setuptools", "wheel", "uv") for found in packages(target).glob(name)]

    assert installers == []
    assert {path.name for path in (target / "app").iterdir()} == {
        "LICENSE",
        "__pycache__",
        "gunicorn.conf.py",
        "keys",
        "masking_audit",
        "masking_console",
        "masking_files",
        "masking_service",
        "policy.yaml",
        "wsgi.py",
    }


def test_what_the_unit_starts_runs_from_a_folder_that_was_moved(target: Path) -> None:
    """An upgrade installs beside what runs, and renames then. Scripts name the place in which they were made."""
    started = re.search(r"(?m)^ExecStart=(.+)$", (ROOT / "deploy" / "masking.service").read_text())
    assert started
    moved = target.with_name("moved")
    command = shlex.split(started[1].replace("/opt/masking", str(moved)))
    target.rename(moved)
    try:
        done = programs.run(*command, "--version", cwd=moved / "app")
        with pytest.raises(FileNotFoundError):
            programs.run(moved / "venv" / "bin" / "gunicorn", "--version")
    finally:
        moved.rename(target)

    assert (done.returncode, done.stdout.split()[0]) == (0, "gunicorn")


def test_it_is_alive_ready_and_makes_the_round_trip_of_helm_test(
    installed: Installed, service: Running, printer: str
) -> None:
    script = str(ROOT / "helm" / "round_trip.py")

    said = installed.run("python", script, MASKING_URL=f"http://127.0.0.1:{service.port}", MASKING_TEST_KEY=printer)

    assert [line[:3] for line in said.splitlines()] == ["ok:"] * 9
    assert printer not in said


def test_the_round_trip_fails_without_a_key(service: Running) -> None:
    url = f"http://127.0.0.1:{service.port}"
    done = programs.run(sys.executable, ROOT / "helm" / "round_trip.py", env={"MASKING_URL": url})

    assert done.returncode == 1
    assert done.stderr == "failed: the Secret with the API key of a label printer is there\n"


def test_it_can_write_nothing_but_its_state(installed: Installed, service: Running, printer: str) -> None:
    assert service.status(printer, "POST", "/v1/mask", BATCH) == 200

    with pytest.raises(AssertionError, match="PermissionError"):
        installed.run("python", "-c", "open('written', 'w')")
    assert {path.name for path in (installed.folder / "state").iterdir()} >= {"keyset.json", "clients.sealed"}
    assert "Traceback" not in service.log
    assert "ermission" not in service.log


def test_a_pod_that_starts_without_its_store_masks_for_the_clients_that_were_handed_out(
    installed: Installed, printer: str, tmp_path: Path
) -> None:
    pod = another(installed, tmp_path, f"redis://127.0.0.1:{free_ports(1)[0]}/0")

    service = pod.start("/readyz?for=mask")

    try:
        assert service.status(printer, "POST", "/v1/mask", BATCH) == 200
        assert service.status(None, "GET", "/readyz") == 503
    finally:
        service.stop()
