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


@pytest.mark.parametrize("accepted", ["gzip", "gzip;q=0", ""])
def test_a_file_is_kept_for_a_day_and_sent_again_only_if_it_changed(app: Flask, accepted: str) -> None:
    browser, compressed = app.test_client(), accepted == "gzip"
    answer = browser.get("/static/desk.css", headers={"Accept-Encoding": accepted})
    etag = answer.headers["ETag"]
    told = {name: answer.headers.get(name) for name in ("Content-Encoding", "Vary", "Cache-Control", "Content-Length")}

    again = [
        browser.get("/static/desk.css", headers={"Accept-Encoding": accepted, "If-None-Match": each})
        for each in (etag, '"another"')
    ]

    content = gzip.decompress(answer.data) if compressed else answer.data
    assert content == (STATIC / "desk.css").read_bytes()
    assert told == {
        "Content-Encoding": "gzip" if compressed else None,
        "Vary": "Accept-Encoding",
        "Cache-Control": "public, max-age=86400",
        "Content-Length": str(len(answer.data)),
    }
    assert etag.startswith("W/") is compressed  # it names the file, not the bytes of one encoding
    assert [(each.status_code, each.headers.get("Content-Encoding")) for each in again] == [
        (304, None),
        (200, told["Content-Encoding"]),
    ]
