"""What a manifest of a pack is verified by."""

from __future__ import annotations

from pathlib import Path

import pytest

from keys.signatures import Verifier
from keys.signers import Signer
from masking_audit.packs.manifest import (
    MANIFEST,
    Manifest,
    ManifestError,
    changed_files,
    digest_of,
    read_manifest,
    write_manifest,
)
from tests.audit.logs import SIGNER, TENANT, VERIFIER
from tests.keys.known import known_bytes

OF_ANOTHER = Verifier(Signer(known_bytes("another")).public_pem())


@pytest.fixture
def signed(tmp_path: Path) -> Manifest:
    (tmp_path / "a.csv").write_bytes(b"a")
    files = {"a.csv": digest_of(tmp_path / "a.csv")}
    manifest = Manifest("report", 3, TENANT, "", 1, 2, 9, "0" * 64, 7, 0, files)
    write_manifest(tmp_path, manifest, SIGNER)
    return manifest


def test_what_was_signed_is_read(tmp_path: Path, signed: Manifest) -> None:
    assert read_manifest(tmp_path, VERIFIER) == signed


def test_a_manifest_is_indented_for_people(tmp_path: Path, signed: Manifest) -> None:
    assert (tmp_path / MANIFEST).read_text().startswith('{\n "manifest": {\n  "pack": "report",\n')


def test_another_key_did_not_sign_it(tmp_path: Path, signed: Manifest) -> None:
    with pytest.raises(ManifestError, match="not signed with this key"):
        read_manifest(tmp_path, OF_ANOTHER)


@pytest.mark.parametrize(("old", "new"), [('"entries": 7', '"entries": 8'), ('"tenant": "0', '"tenant": "1')])
def test_a_changed_manifest_is_refused(tmp_path: Path, signed: Manifest, old: str, new: str) -> None:
    path = tmp_path / MANIFEST
    path.write_text(path.read_text().replace(old, new))

    with pytest.raises(ManifestError, match="was changed"):
        read_manifest(tmp_path, VERIFIER)


@pytest.mark.parametrize(
    ("old", "new"), [('"signature": "', '"signature": "!'), ('"entries": 7', '"entries": "7"'), ("{", "")]
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, signed: Manifest, old: str, new: str) -> None:
    path = tmp_path / MANIFEST
    path.write_text(path.read_text().replace(old, new, 1))

    with pytest.raises(ManifestError, match="cannot be read"):
        read_manifest(tmp_path, VERIFIER)


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="is missing"):
        read_manifest(tmp_path, VERIFIER)


def test_missing_and_changed_files_are_named(tmp_path: Path, signed: Manifest) -> None:
    assert changed_files(tmp_path, signed) == []
    (tmp_path / "a.csv").write_bytes(b"b")
    assert changed_files(tmp_path, signed) == ["a.csv"]
    (tmp_path / "a.csv").unlink()
    assert changed_files(tmp_path, signed) == ["a.csv"]
