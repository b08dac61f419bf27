"""Tests secret files."""

import os
import stat
from pathlib import Path

import pytest

from keys.errors import KeysetError
from keys.files import read_secret_file, write_secret_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secret"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_was_written_is_read(path: Path) -> None:
    write_secret_file(path, b"content", replace=False)

    assert read_secret_file(path) == b"content"


@pytest.mark.parametrize("replace", [False, True])
def test_a_written_file_is_readable_by_its_owner_only(path: Path, replace: bool) -> None:
    before = os.umask(0)
    try:
        write_secret_file(path, b"content", replace=replace)
    finally:
        os.umask(before)

    assert mode(path) == 0o600


def test_an_existing_file_is_not_overwritten(path: Path) -> None:
    write_secret_file(path, b"first", replace=False)

    with pytest.raises(FileExistsError):
        write_secret_file(path, b"second", replace=False)

    assert read_secret_file(path) == b"first"


def test_an_existing_file_is_replaced_on_request(path: Path) -> None:
    write_secret_file(path, b"first", replace=False)

    write_secret_file(path, b"second", replace=True)

    assert read_secret_file(path) == b"second"


@pytest.mark.parametrize("replace", [False, True])
def test_no_draft_is_left_behind(path: Path, replace: bool) -> None:
    write_secret_file(path, b"content", replace=replace)

    assert [*path.parent.iterdir()] == [path]


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_secret_file(path, b"old", replace=False)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            write_secret_file(path, b"new", replace=True)

    assert (read_secret_file(path), [*path.parent.iterdir()]) == (b"old", [path])


def test_a_draft_that_is_a_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    path.with_name(f".{path.name}.{os.getpid()}").symlink_to(elsewhere)

    with pytest.raises(OSError, match="symbolic links"):
        write_secret_file(path, b"content", replace=False)

    assert not elsewhere.exists()


@pytest.mark.parametrize("open_mode", [0o604, 0o602, 0o601, 0o620, 0o666, 0o777])
def test_a_file_readable_by_others_is_refused_with_the_remedy(path: Path, open_mode: int) -> None:
    write_secret_file(path, b"content", replace=False)
    path.chmod(open_mode)

    with pytest.raises(KeysetError) as fault:
        read_secret_file(path)

    assert str(fault.value) == f"{path}: its mode {open_mode:04o} gives others access; run: chmod 600 {path}"


@pytest.mark.parametrize("closed_mode", [0o400, 0o600, 0o640, 0o440])
def test_the_group_may_read_a_file(path: Path, closed_mode: int) -> None:
    write_secret_file(path, b"content", replace=False)
    path.chmod(closed_mode)

    assert read_secret_file(path) == b"content"


def test_a_missing_file_is_named(path: Path) -> None:
    with pytest.raises(KeysetError, match=f"^{path}: no such file$"):
        read_secret_file(path)


def test_a_folder_is_refused(path: Path) -> None:
    path.mkdir(mode=0o700)

    with pytest.raises(KeysetError, match=f"^{path}: cannot be read"):
        read_secret_file(path)


def test_a_pipe_is_refused_and_not_waited_for(path: Path) -> None:
    os.mkfifo(path, 0o600)

    with pytest.raises(KeysetError, match=f"^{path}: is not a regular file$"):
        read_secret_file(path)


def test_a_file_that_the_system_does_not_open_is_named_with_the_systems_reason(path: Path) -> None:
    path.symlink_to(path)

    with pytest.raises(KeysetError, match=f"^{path}: cannot be read"):
        read_secret_file(path)


def test_file_and_folder_are_on_disk_when_it_is_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode)))
    write_secret_file(path, b"content", replace=False)

    assert synced == [False, True]


def test_writing_leaves_no_file_open(path: Path) -> None:
    before = len([*Path("/proc/self/fd").iterdir()])
    write_secret_file(path, b"content", replace=True)

    assert len([*Path("/proc/self/fd").iterdir()]) == before
