"""Tests changes of the keyset file."""

import json
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from keys import keyset
from keys import rotation as turnover
from keys.errors import KeysetError
from keys.keyset import Keyset
from keys.keyset_file import USES, KeysetFile, NamedRoot, RootEntry, SecretEntry, Transit
from keys.rotation import (
    RotatableKey,
    activate,
    active_root,
    destroy_retired_roots,
    distribute,
    distributed,
    is_named,
    rewrap_secrets,
    secrets_under_retired_roots,
)

BORN, LATER = "2026-11-24", "2026-12-01"
ROTATABLE: tuple[RotatableKey, ...] = ("root", "token")
each_key = pytest.mark.parametrize("which", ROTATABLE)


def rotate(path: Path, which: RotatableKey, today: str = LATER) -> None:
    distribute(path, which, today)
    activate(path, which, today)


@contextmanager
def refused(path: Path, told: str) -> Iterator[None]:
    """Expect a KeysetError with this message, and an unchanged file."""
    content = path.read_bytes()
    with pytest.raises(KeysetError, match=told):
        yield
    assert path.read_bytes() == content


def entries(path: Path, which: RotatableKey) -> list[RootEntry] | list[SecretEntry]:
    file: KeysetFile = keyset.read(path)[0]
    return file.roots if which == "root" else [entry for entry in file.secrets if entry.use == "token"]


def history(path: Path, which: RotatableKey) -> list[tuple[str, str, str]]:
    return [(entry.state, entry.created, entry.since) for entry in entries(path, which)]


@each_key
def test_a_distributed_key_is_added_to_the_active_one(path: Path, which: RotatableKey) -> None:
    distribute(path, which, LATER)

    assert history(path, which) == [("active", BORN, BORN), ("distributed", LATER, LATER)]


def test_a_distributed_token_key_reads_and_does_not_make(path: Path) -> None:
    opened = distribute(path, "token", LATER)

    assert (opened.active["token"], sorted(version for use, version in opened.secrets if use == "token")) == (0, [0, 1])


def test_a_distributed_root_key_unwraps_and_does_not_wrap(path: Path) -> None:
    before = keyset.load(path).active_root

    opened = distribute(path, "root", LATER)

    assert (opened.active_root, len(opened.root_ids)) == (before, 2)


def test_a_root_key_that_waits_is_not_among_the_retired_and_one_that_was_active_is(path: Path) -> None:
    before = keyset.load(path).active_root

    retired = [change(path, "root", LATER).retired_roots for change in (distribute, activate)]

    assert retired == [frozenset(), {before}]


@each_key
def test_no_second_key_is_distributed(path: Path, which: RotatableKey) -> None:
    distribute(path, which, LATER)
    content = path.read_bytes()

    opened = distribute(path, which, LATER)

    assert (path.read_bytes(), opened.digest) == (content, keyset.load(path).digest)


def test_nothing_changes_if_another_root_key_is_waiting(path: Path) -> None:
    distribute(path, "root", LATER)

    with refused(path, "is waiting to become active"):
        distribute(path, "root", LATER, NamedRoot("pkcs11", "new"))


ENGINE = Transit("https://bao.example:8200", "token", "ca.pem")


@pytest.mark.parametrize(
    ("named", "same"),
    [
        (NamedRoot("transit", "root", 2), True),
        (NamedRoot("transit", "root", 2, id="00" * 8, transit=ENGINE), True),
        (NamedRoot("transit", "root", 3), False),
        (NamedRoot("transit", "roots", 2), False),
        (NamedRoot("pkcs11", "root", 2), False),
        (NamedRoot("file"), False),
        (NamedRoot("transit", "root", 2, id="11" * 8), False),
        (NamedRoot("transit", "root", 2, transit=Transit("https://other.example", "token", "ca.pem")), False),
    ],
)
def test_a_named_root_key_is_known_by_all_that_names_it(path: Path, named: NamedRoot, same: bool) -> None:
    file = replace(keyset.read(path)[0], transit=ENGINE)
    entry = RootEntry("00" * 8, "distributed", BORN, provider="transit", name="root", version=2)

    assert is_named(entry, file, named) is same


@each_key
def test_activation_retires_the_previous_key(path: Path, which: RotatableKey) -> None:
    distribute(path, which, BORN)

    activate(path, which, LATER)

    assert history(path, which) == [("retired", BORN, LATER), ("active", BORN, LATER)]


@each_key
def test_retired_keys_keep_their_dates(path: Path, which: RotatableKey) -> None:
    for day in (BORN, LATER):
        rotate(path, which, day)

    assert [since for _, _, since in history(path, which)] == [BORN, LATER, LATER]


@each_key
def test_activation_needs_a_waiting_key(path: Path, which: RotatableKey) -> None:
    with pytest.raises(KeysetError, match=f"^{path}: no {which} key is waiting to become active$"):
        activate(path, which, LATER)


@each_key
def test_the_other_kind_of_key_does_not_change(path: Path, which: RotatableKey) -> None:
    (other,) = {*ROTATABLE} - {which}
    distribute(path, other, LATER)
    before = history(path, other)
    distribute(path, which, LATER)

    activate(path, which, LATER)

    assert history(path, other) == before


def test_every_change_counts_and_says_what_it_was(path: Path) -> None:
    told = []
    changes: list[Callable[[], Keyset]] = [
        lambda: distribute(path, "token", LATER),
        lambda: activate(path, "token", LATER),
        lambda: distribute(path, "root", LATER),
        lambda: activate(path, "root", LATER),
        lambda: rewrap_secrets(path),
        lambda: destroy_retired_roots(path),
    ]
    for change in changes:
        opened = change()
        file, found = keyset.read(path)
        told.append((file.serial, file.last))
        assert (opened.digest, opened.serial) == (found.digest, file.serial)

    assert told == [
        (1, "distribute token"),
        (2, "activate token"),
        (3, "distribute root"),
        (4, "activate root"),
        (5, "rewrap"),
        (6, "destroy"),
    ]


def test_rotations_keep_all_secrets(path: Path) -> None:
    before = keyset.load(path).secrets
    for which in ROTATABLE:
        rotate(path, which)
    rewrap_secrets(path)

    after = destroy_retired_roots(path).secrets

    assert {name: after[name] for name in before} == before


def test_rewrapped_secrets_depend_on_the_active_root_key_only(path: Path) -> None:
    rotate(path, "root")
    before = secrets_under_retired_roots(*keyset.read(path))

    rewrap_secrets(path)

    assert (before, secrets_under_retired_roots(*keyset.read(path))) == (len(USES), 0)


@pytest.mark.parametrize("change", [rewrap_secrets, destroy_retired_roots])
def test_where_no_root_key_is_retired_nothing_changes(path: Path, change: Callable[[Path], Keyset]) -> None:
    content = path.read_bytes()

    assert (change(path).serial, path.read_bytes()) == (0, content)


def test_a_root_key_that_a_secret_needs_is_not_destroyed(path: Path) -> None:
    rotate(path, "root")

    with refused(path, "names a root key that no provider in the keyset has"):
        destroy_retired_roots(path)


def test_only_retired_root_keys_are_destroyed(path: Path) -> None:
    rotate(path, "root")
    rewrap_secrets(path)
    distribute(path, "root", LATER)

    destroy_retired_roots(path)

    assert [state for state, _, _ in history(path, "root")] == ["active", "distributed"]


def test_a_destroyed_root_key_is_nowhere_in_the_file(path: Path) -> None:
    gone = json.loads(path.read_text())["roots"][0]
    rotate(path, "root")
    rewrap_secrets(path)

    destroy_retired_roots(path)

    assert [value for value in (gone["id"], gone["key"]) if value in path.read_text()] == []


def test_a_shredding_is_kept_with_the_root_key_that_it_activates(path: Path) -> None:
    distribute(path, "root", LATER)

    opened = activate(path, "root", LATER, shredded_before="1970-01-11")

    assert (opened.shredded_before, keyset.read(path)[0].shredded_before) == (10, "1970-01-11")


def test_a_later_rotation_keeps_what_was_shredded(path: Path) -> None:
    distribute(path, "root", LATER)
    activate(path, "root", LATER, shredded_before="1970-01-11")
    distribute(path, "root", LATER)

    assert activate(path, "root", LATER).shredded_before == 10


def test_a_changed_file_stays_readable_by_its_owner_only(path: Path) -> None:
    distribute(path, "token", LATER)

    assert (stat.S_IMODE(path.stat().st_mode), [file.name for file in path.parent.iterdir()]) == (
        0o600,
        ["keyset.json"],
    )


def test_a_file_readable_by_others_is_not_changed(path: Path) -> None:
    path.chmod(0o644)

    with refused(path, "its mode 0644 gives others access"):
        distribute(path, "token", LATER)


def test_the_sixty_fifth_token_key_is_refused(path: Path) -> None:
    for _ in range(63):
        rotate(path, "token")

    with pytest.raises(KeysetError, match=f"^{path}: has reached the limit of 64 token keys$"):
        distribute(path, "token", LATER)


def test_a_change_that_would_lose_a_secret_is_not_written(path: Path) -> None:
    file, opened = keyset.read(path)
    opened.secrets["token", 5] = bytes(32)

    with refused(path, "the change would lose a secret; the file was not changed"):
        turnover.write_changed(path, opened, file, "test")


def test_a_crash_while_the_file_is_written_leaves_the_old_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = path.read_bytes()

    def crash(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr("os.fsync", crash)
    with pytest.raises(OSError, match="no space"):
        distribute(path, "token", LATER)

    assert (path.read_bytes(), [file.name for file in path.parent.iterdir()]) == (content, ["keyset.json"])


def test_the_active_root_key_is_the_one_that_wraps(path: Path) -> None:
    distribute(path, "root", BORN)
    activate(path, "root", LATER)
    distribute(path, "root", LATER)

    file, opened = keyset.read(path)

    assert bytes.fromhex(active_root(file).id) == opened.active_root


@each_key
def test_in_a_new_file_no_key_waits(path: Path, which: RotatableKey) -> None:
    assert distributed(keyset.read(path)[0], which) is None
