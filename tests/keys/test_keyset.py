"""Tests creating and reading keyset files."""

import base64
import json
import stat
from pathlib import Path

import pytest

from keys import keyset
from keys.errors import KeysetError
from keys.keyring import Keyring
from keys.keyset_file import USES
from tests.every import every


def test_a_new_keyset_is_readable_by_its_owner_only(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_new_keyset_can_be_used(path: Path) -> None:
    assert Keyring(keyset.load(path)).made_for == "production"


def test_a_new_keyset_has_one_active_key_for_every_use(path: Path) -> None:
    file, _ = keyset.read(path)

    assert [(entry.state, entry.created, entry.since) for entry in file.roots] == [
        ("active", "2026-11-24", "2026-11-24")
    ]
    assert [(entry.use, entry.state, entry.version) for entry in file.secrets] == [(use, "active", 0) for use in USES]


def test_a_keyset_knows_its_file_by_a_digest(path: Path) -> None:
    before = keyset.load(path).digest
    path.write_bytes(path.read_bytes() + b" ")

    assert (len(before), keyset.load(path).digest == before) == (16, False)


def test_a_keyset_of_the_first_release_is_read(path: Path) -> None:
    document = json.loads(path.read_text())
    for name in ("serial", "last", "shredded_before"):
        del document[name]
    for entry in (*document["roots"], *document["secrets"]):
        del entry["since"]
    path.write_text(json.dumps(document))

    opened = keyset.load(path)

    assert (opened.serial, opened.shredded_before, opened.active["token"]) == (0, 0, 0)


def test_a_file_has_a_line_for_each_member_so_that_people_can_compare_two(path: Path) -> None:
    text = path.read_text()

    assert text == json.dumps(json.loads(text), indent=2) + "\n"


def test_the_secrets_in_the_file_are_wrapped(path: Path) -> None:
    opened = keyset.load(path)
    content = path.read_text()

    assert [use for (use, _), secret in opened.secrets.items() if base64.b64encode(secret).decode() in content] == []


def test_no_two_keysets_are_alike(path: Path, tmp_path: Path) -> None:
    keyset.create(tmp_path / "second.json", made_for="production", today="2026-11-24")
    one, other = keyset.load(path).secrets, keyset.load(tmp_path / "second.json").secrets

    assert {*one.values()} & {*other.values()} == set()


def test_a_keyset_is_never_overwritten(path: Path) -> None:
    before = path.read_bytes()

    with pytest.raises(KeysetError, match=f"^{path}: a keyset exists already, and keys are never overwritten$"):
        keyset.create(path, made_for="development", today="2026-11-25")

    assert path.read_bytes() == before


def test_a_missing_keyset_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeysetError, match="no such file"):
        keyset.load(tmp_path / "keyset.json")


@pytest.mark.parametrize("mode", [0o644, 0o620])
def test_a_keyset_readable_by_others_is_refused(path: Path, mode: int) -> None:
    path.chmod(mode)

    with pytest.raises(KeysetError, match=f"^{path}: its mode {mode:04o} gives others access"):
        keyset.load(path)


@every("part", range(20))
def test_a_truncated_keyset_is_refused(path: Path, part: int) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * part // 20])

    with pytest.raises(KeysetError, match=f"^{path}: is truncated or not a keyset"):
        keyset.load(path)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b'{"roots": [{"id": "\xff"}]}', id="no UTF-8"),
        pytest.param(b"\0" * 4096, id="zeros"),
        pytest.param(b"[]", id="no object"),
    ],
)
def test_what_is_no_keyset_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    with pytest.raises(KeysetError, match=f"^{path}: is "):
        keyset.load(path)


def test_a_duplicated_file_is_refused(path: Path) -> None:
    path.write_bytes(path.read_bytes() * 2)

    with pytest.raises(KeysetError, match=f"^{path}: is truncated or not a keyset"):
        keyset.load(path)
