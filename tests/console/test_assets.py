"""What the desk serves of others: the files of the pinned packages, unchanged, with their licences."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "masking_console" / "static"
VENDOR = STATIC / "vendor"
PACKAGES = {"oat": "@knadh/oat", "htmx": "htmx.org"}


@pytest.mark.parametrize("folder", sorted(VENDOR.iterdir()), ids=lambda path: path.name)
def test_served_files_are_those_of_the_pinned_package(folder: Path) -> None:
    name, _, version = folder.name.partition("-")
    package = ROOT / "node_modules" / PACKAGES[name]
    if not package.exists():
        pytest.skip("node_modules is missing: run `make assets`, which needs npm")
    originals = {path.name: path.read_bytes() for path in package.rglob("*") if path.is_file()}

    assert json.loads(originals["package.json"])["version"] == version
    for path in folder.iterdir():
        assert path.read_bytes() == originals[path.name], path.name


def test_every_package_brings_its_licence_and_is_the_one_in_package_json() -> None:
    pinned = json.loads((ROOT / "package.json").read_text())["dependencies"]

    assert {path.name for path in VENDOR.iterdir()} == {f"{name}-{pinned[PACKAGES[name]]}" for name in PACKAGES}
    assert all((path / "LICENSE").exists() for path in VENDOR.iterdir())


def test_what_every_page_loads_is_small_over_the_wire(app: Flask) -> None:
    browser = app.test_client()
    files = [path.relative_to(STATIC) for path in STATIC.rglob("*") if path.suffix in {".css", ".js", ".svg"}]
    answers = [browser.get(f"/static/{path}", headers={"Accept-Encoding": "gzip"}) for path in files]

    assert [gzip.decompress(answer.data) for answer in answers] == [(STATIC / path).read_bytes() for path in files]
    assert sum(len(answer.data) for answer in answers) < 40_000


def test_a_file_is_sent_again_only_if_it_changed(app: Flask) -> None:
    browser = app.test_client()
    etag = browser.get("/static/desk.css", headers={"Accept-Encoding": "gzip"}).headers["ETag"]

    assert browser.get("/static/desk.css", headers={"If-None-Match": etag}).status_code == 304


def test_a_browser_that_takes_no_compression_gets_the_file(app: Flask) -> None:
    answer = app.test_client().get("/static/desk.css")

    assert "Content-Encoding" not in answer.headers
    assert answer.data == (STATIC / "desk.css").read_bytes()
