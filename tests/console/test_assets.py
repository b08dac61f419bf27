"""What the desk serves of others: the files of the pinned packages, unchanged, with their licences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "masking_console" / "static" / "vendor"
PACKAGES = {"oat": "@knadh/oat", "htmx": "htmx.org"}


@pytest.mark.parametrize("folder", sorted(VENDOR.iterdir()), ids=lambda path: path.name)
def test_served_files_are_those_of_the_pinned_package(folder: Path) -> None:
    name, _, version = folder.name.partition("-")
    package = ROOT / "node_modules" / PACKAGES[name]
    if not package.exists():
        pytest.skip("node_modules is missing: run `make assets`")
    originals = {path.name: path.read_bytes() for path in package.rglob("*") if path.is_file()}

    assert json.loads(originals["package.json"])["version"] == version
    for path in folder.iterdir():
        assert path.read_bytes() == originals[path.name], path.name


def test_every_package_brings_its_licence_and_is_the_one_in_package_json() -> None:
    pinned = json.loads((ROOT / "package.json").read_text())["dependencies"]

    assert {path.name for path in VENDOR.iterdir()} == {f"{name}-{pinned[PACKAGES[name]]}" for name in PACKAGES}
    assert all((path / "LICENSE").exists() for path in VENDOR.iterdir())


def test_the_first_load_is_small() -> None:
    """Over the wire it is compressed; uncompressed it is under 100 kB already."""
    served = [
        path for path in (ROOT / "masking_console" / "static").rglob("*") if path.suffix in {".css", ".js", ".svg"}
    ]

    assert sum(path.stat().st_size for path in served) < 100_000
