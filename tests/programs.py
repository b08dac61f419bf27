"""Programs that run to their end in a process of their own, and programs that a test needs on the machine."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import pytest

Ended = subprocess.CompletedProcess[str]

PACKAGES: Final[Mapping[str, str]] = {
    "buildah": "buildah",
    "cc": "gcc libc6-dev",
    "chromium-headless-shell": "chromium-headless-shell fonts-noto-cjk",
    "curl": "curl",
    "java": "default-jdk-headless",
    "javac": "default-jdk-headless",
    "jq": "jq",
    "mmdebstrap": "mmdebstrap",
    "nginx": "nginx",
    "node": "nodejs npm",
    "openssl": "openssl",
    "podman": "podman",
    "prometheus": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "promtool": "prometheus",
    "redis-server": "redis-server",
    "runc": "runc",
    "softhsm2-util": "softhsm2",
    "systemd-analyze": "systemd",
    "valkey-server": "valkey-server",
}
"""The Debian packages of every program that a test needs and a bare machine may lack; `.ci/run` installs them."""
BINARIES: Final = Path(sys.prefix, "binaries")
"""Where `make .venv/dev` puts the packages of requirements-binaries.txt."""
UV: Final = Path(sys.prefix, "bin", "uv")
"""Builds and installs with a third of pip's work."""
FOLDERS: Final = ("/usr/sbin", "/sbin")
"""Where servers are, too; they are not in the PATH of every user."""


def needed(*names: str) -> None:
    """Skip the test if a program is missing, and say what to install; in CI that is a failure.

    A test that starts other things first is marked with `needs`, so that it is skipped before them.
    """
    missing = [name for name in names if _find(name) is None]
    if missing:
        packages = dict.fromkeys(package for name in missing for package in PACKAGES[name].split())
        pytest.skip(f"{', '.join(missing)} missing: apt-get install {' '.join(packages)}")


def path_of(name: str) -> Path:
    """Return where a program is. Skips the test if it is missing."""
    needed(name)
    return Path(str(_find(name)))


def package_of_binaries(name: str) -> metadata.Distribution:
    """Return a package of requirements-binaries.txt. Skips the test if it is not installed."""
    for found in metadata.distributions(name=name, path=[str(BINARIES)]):
        return found
    pytest.skip(f"{name} missing: make .venv/dev")


def _find(name: str) -> str | None:
    assert name in PACKAGES, f"{name} has no package in {__name__}.PACKAGES"
    return shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", os.defpath), *FOLDERS)))


def run(*command: str | Path, timeout: float = 60, **how: Any) -> Ended:
    """Run a program and return its result, also if it failed. Raises TimeoutExpired."""
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False, **how)


def output(*command: str | Path, timeout: float = 60, **how: Any) -> str:
    """Run a program that must not fail; what it prints."""
    done = run(*command, timeout=timeout, **how)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build_wheel(project: Path, folder: Path) -> Path:
    """Build the package of a folder with what is installed here."""
    here = ("--offline", "--no-build-isolation", "--python", sys.executable)
    output(UV, "build", "--quiet", "--wheel", *here, "--out-dir", folder, project)
    (built,) = folder.glob("*.whl")
    return built


def install_wheel(wheel: Path, python: Path) -> None:
    """Install a package without what it requires."""
    output(UV, "pip", "install", "--quiet", "--offline", "--no-deps", "--python", python, wheel)
