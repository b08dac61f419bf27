"""Tests the tiles and the note of a log, through kills and against tampering."""

import os
import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from masking_audit.archive.segments import ArchiveError
from masking_audit.tiles.check import damage, first_difference
from masking_audit.tiles.layout import ENTRIES, tile_path
from masking_audit.tiles.log import CHECKPOINT, STATE, TiledLog, read_checkpoint, write_files
from masking_audit.tiles.log_key import PRIVATE, PUBLIC
from masking_audit.tiles.notes import NoteError, NoteKey
from masking_audit.tiles.reader import TileReader
from masking_audit.tiles.tree_head import TreeHead, head_of
from masking_service.audit.questions import Position
from tests.audit.archives import extend
from tests.audit.tiles import trees

BEGIN = Position(1, 0)
LEAVES = trees.some_leaves(70_000)
SMALL = LEAVES[:600]
"""Two full tiles at level 0, a partial one, and a partial one at level 1."""


class Killed(BaseException):
    """The process ends here."""


def grow(archive: Path, leaves: list[bytes], *steps: int) -> TiledLog:
    """Open the log as a new process, and publish it at each of the sizes."""
    archive.mkdir(exist_ok=True)
    log = extend(TiledLog(archive, BEGIN, "log.example/1"), leaves, *steps)
    log.require_published_entries()
    return log


def files(archive: Path) -> dict[str, bytes]:
    """Return the content of all files with tiles and bundles."""
    folder = archive / "log"
    return {str(path.relative_to(folder)): path.read_bytes() for path in (folder / "tile").rglob("*") if path.is_file()}


def expected_files(leaves: list[bytes]) -> dict[str, bytes]:
    """Return the tiles of a tree as the specification defines them, for fewer than 1000 tiles in a level."""
    found: dict[str, bytes] = {}
    hashes = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
    level = 0
    bundles = [b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in part) for part in parts(leaves)]
    while hashes:
        for index, part in enumerate(parts(hashes)):
            name = f"{index:03}" + (f".p/{len(part)}" if len(part) < 256 else "")
            found[f"tile/{level}/{name}"] = b"".join(part)
            if level == 0:
                found[f"tile/entries/{name}"] = bundles[index]
        hashes = [fold(part) for part in parts(hashes) if len(part) == 256]
        level += 1
    return found


def parts(items: list[bytes]) -> list[list[bytes]]:
    return [items[at : at + 256] for at in range(0, len(items), 256)]


def fold(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [sha256(b"\x01" + hashes[at] + hashes[at + 1]).digest() for at in range(0, len(hashes), 2)]
    return hashes[0]


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 600, pytest.param(65_536, marks=pytest.mark.slow)])
def test_the_tiles_are_those_of_the_specification(tmp_path: Path, size: int) -> None:
    log = grow(tmp_path, LEAVES, size)
    assert log.note

    assert files(tmp_path) == expected_files(LEAVES[:size])
    assert head_of(log.note) == TreeHead("log.example/1", size, trees.mth(LEAVES[:size]))


@pytest.mark.parametrize(
    ("index", "path"),
    [
        (999, "tile/entries/999"),
        (1_000, "tile/entries/x001/000"),
        (1_234_067, "tile/entries/x001/x234/067"),  # the example of the specification
        (999_999, "tile/entries/x999/999"),
    ],
)
def test_each_thousand_tiles_have_a_folder(index: int, path: str) -> None:
    assert tile_path(ENTRIES, index) == path


@pytest.mark.slow
def test_a_tree_of_70000_has_the_tiles_that_the_specification_counts(tmp_path: Path) -> None:
    grow(tmp_path, LEAVES, 70_000)
    found = {name for name in files(tmp_path) if "entries" not in name}
    full = {f"tile/0/{index:03}" for index in range(273)}

    assert found == full | {"tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"}
    assert files(tmp_path) == expected_files(LEAVES)


def test_partial_tiles_stay_until_the_full_tile_is_there(tmp_path: Path) -> None:
    grow(tmp_path, LEAVES, 3, 5)
    assert {*files(tmp_path)} == {f"tile/{level}/000.p/{width}" for level in ("0", "entries") for width in (3, 5)}

    grow(tmp_path, LEAVES, 256)
    assert files(tmp_path) == expected_files(LEAVES[:256])


def test_a_log_that_grows_in_steps_and_restarts_is_the_same_log(tmp_path: Path) -> None:
    for size in (1, 255, 256, 300, 300, 511, 513, 600):
        grow(tmp_path, LEAVES, size)
    log = grow(tmp_path / "at once", SMALL, 600)
    assert log.note

    whole = files(tmp_path / "at once")
    assert {name: files(tmp_path)[name] for name in whole} == whole
    assert (tmp_path / "log" / CHECKPOINT).read_text().splitlines()[:3] == log.note.text.splitlines()


def test_each_file_and_each_folder_that_changed_is_on_disk_when_files_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(Path(f"/proc/self/fd/{descriptor}").readlink()))
    folder = tmp_path / "log"

    write_files(folder, {"a": b"1", "tile/0/b": b"2"})

    files = [folder / ".a", folder / "tile/0/.b"]
    folders = [folder / "tile/0", folder / "tile", folder, tmp_path]
    assert sorted(synced) == sorted([*files, *folders])
    assert synced[-1] == tmp_path
    assert {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == {"a": b"1", "b": b"2"}


def test_nothing_is_written_if_nothing_was_added(tmp_path: Path) -> None:
    grow(tmp_path, SMALL, 600)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    grow(tmp_path, SMALL, 600)

    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.fixture
def killed_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Ends the process at its n-th fsync or rename."""

    def kill_at(number: int) -> None:
        left = [number]

        def step(real: Callable[..., object]) -> Callable[..., object]:
            def stepped(*args: object, **how: object) -> object:
                left[0] -= 1
                if left[0] == 0:
                    raise Killed
                return real(*args, **how)

            return stepped

        monkeypatch.undo()
        for owner, name in ((os, "fsync"), (Path, "replace"), (shutil, "rmtree")):
            monkeypatch.setattr(owner, name, step(getattr(owner, name)))

    return kill_at


def kills(killed_at: Callable[[int], None], work: Callable[[], object]) -> Iterator[None]:
    """Do the work again and again, killed one step later each time, until it is done."""
    for number in range(1, 200):
        killed_at(number)
        try:
            work()
        except Killed:
            yield
        else:
            return
    pytest.fail("the work never ends")


def test_after_a_kill_at_any_step_the_log_is_the_same(
    tmp_path: Path, killed_at: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "archive"
    grow(archive, SMALL, 250)
    for _ in kills(killed_at, lambda: grow(archive, SMALL, 600)):
        monkeypatch.undo()
        if (note := read_checkpoint(archive / "log" / CHECKPOINT, log_key(archive))) is not None:
            head = head_of(note)
            TileReader(archive / "log", head)  # what is signed is on disk
            assert head.root == trees.mth(SMALL[: head.size])
    monkeypatch.undo()
    whole = expected_files(SMALL)

    assert {name: files(archive)[name] for name in whole} == whole
    assert {*files(archive)} - {*whole} == set()


def log_key(archive: Path) -> NoteKey:
    return TiledLog(archive, BEGIN).key


def test_each_kill_alone_is_recovered_from(
    tmp_path: Path, killed_at: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = 0
    while True:
        number += 1
        archive = tmp_path / str(number)
        grow(archive, SMALL, 250)
        killed_at(number)
        try:
            grow(archive, SMALL, 258)
        except Killed:
            monkeypatch.undo()
            log = grow(archive, LEAVES, 260)
            assert log.note
            assert head_of(log.note).root == trees.mth(LEAVES[:260])
            assert [*damage(archive / "log", head_of(log.note))] == []
        else:
            break

    assert number > 10


@pytest.mark.parametrize(
    "name",
    ["tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/001", "tile/entries/002.p/88"],
)
@pytest.mark.parametrize("how", ["changed", "deleted", "cut off"])
def test_a_changed_tile_is_named(tmp_path: Path, name: str, how: str) -> None:
    log = grow(tmp_path, SMALL, 600)
    assert log.note
    tamper(tmp_path / "log" / name, how)

    found = [*damage(log.folder, head_of(log.note))]

    assert len(found) == 1
    assert found[0].startswith(f"{log.folder / name}: ")


def tamper(path: Path, how: str) -> None:
    content = path.read_bytes()
    if how == "changed":
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif how == "cut off":
        path.write_bytes(content[:-1])
    else:
        path.unlink()


def test_a_whole_log_has_no_damage(tmp_path: Path) -> None:
    log = grow(tmp_path, SMALL, 250, 600)
    assert log.note

    assert [*damage(log.folder, head_of(log.note))] == []


NAMED = [b"audit-leaf/1 %d-1 link" % number for number in range(600)]


@pytest.mark.parametrize(
    ("archived", "expected"),
    [
        (NAMED, ""),
        (NAMED[300:], ""),  # the oldest segments were deleted
        ([*NAMED, b"audit-leaf/1 600-1 link"], ""),  # newer than the checkpoint
        ([], ""),
        (NAMED[:599], "599-1: is in the log, and not in the archive"),
        ([*NAMED[:300], *NAMED[301:]], "301-1: is archived in the place of 300-1"),
        ([*NAMED[:300], b"audit-leaf/1 300-1 other", *NAMED[301:]], "300-1: is archived in the place of 300-1"),
        ([b"audit-leaf/1 0-1 other", *NAMED[1:]], "0-1: is the first archived entry, and not in the log"),
    ],
    ids=["whole", "younger", "older", "empty", "cut off", "one less", "another link", "another beginning"],
)
def test_an_archive_that_differs_from_its_log_is_found(tmp_path: Path, archived: list[bytes], expected: str) -> None:
    log = grow(tmp_path, NAMED, 600)
    assert log.note
    found = first_difference(log.folder, head_of(log.note), archived)

    assert found.startswith(expected)
    assert bool(found) == bool(expected)


@pytest.mark.parametrize("name", ["tile/0/002.p/88", "tile/1/000.p/2"])
@pytest.mark.parametrize("how", ["changed", "deleted", "cut off"])
def test_a_log_with_a_changed_edge_does_not_go_on(tmp_path: Path, name: str, how: str) -> None:
    log = grow(tmp_path, SMALL, 600)
    tamper(log.folder / name, how)

    with pytest.raises(ArchiveError, match=name):
        grow(tmp_path, LEAVES, 650)


def test_a_note_of_a_longer_log_than_the_archive_stops_it(tmp_path: Path) -> None:
    grow(tmp_path, SMALL, 250)
    kept = (tmp_path / STATE).read_bytes()
    grow(tmp_path, SMALL, 600)
    (tmp_path / STATE).write_bytes(kept)

    with pytest.raises(ArchiveError, match="the archive has 500 entries, and its published checkpoint 600"):
        grow(tmp_path, SMALL, 500)


def test_a_note_that_the_archive_does_not_lead_to_stops_it(tmp_path: Path) -> None:
    grow(tmp_path, SMALL, 600)
    (tmp_path / STATE).unlink()
    forked = [*SMALL[:300], b"another", *SMALL[301:]]

    with pytest.raises(ArchiveError, match="the archived entries are not those of its published checkpoint"):
        grow(tmp_path, forked, 600)


@pytest.mark.parametrize("how", ["older", "missing", "forged", "of another log"])
def test_another_note_stops_it(tmp_path: Path, how: str) -> None:
    note = tmp_path / "log" / CHECKPOINT
    grow(tmp_path, SMALL, 250)
    older = note.read_bytes()
    log = grow(tmp_path, SMALL, 600)
    if how == "missing":
        note.unlink()
    else:
        other = grow(tmp_path / "other", SMALL, 600)
        forged = bytes(log.note).replace(b"\n600\n", b"\n601\n")  # type: ignore[arg-type]  # it is signed
        note.write_bytes({"older": older, "forged": forged, "of another log": bytes(other.note)}[how])  # type: ignore[arg-type]  # it is signed

    with pytest.raises(ArchiveError, match="checkpoint"):
        grow(tmp_path, SMALL, 600)


def test_tiles_are_made_again_from_the_beginning_if_the_state_is_lost(tmp_path: Path) -> None:
    grow(tmp_path, SMALL, 600)
    before = (tmp_path / "log" / CHECKPOINT).read_bytes()
    (tmp_path / STATE).unlink()
    grow(tmp_path, SMALL, 600)

    assert (tmp_path / "log" / CHECKPOINT).read_bytes() == before


@pytest.mark.parametrize("name", ["tile/0/000", "tile/entries/001", "tile/1/000.p/2"])
def test_a_published_tile_is_never_overwritten(tmp_path: Path, name: str) -> None:
    log = grow(tmp_path, SMALL, 600)
    (tmp_path / STATE).unlink()
    tamper(log.folder / name, "changed")
    before = (log.folder / name).read_bytes()

    with pytest.raises(ArchiveError, match=name):
        grow(tmp_path, SMALL, 600)
    assert (log.folder / name).read_bytes() == before


def test_a_damaged_state_says_what_to_do(tmp_path: Path) -> None:
    grow(tmp_path, SMALL, 600)
    (tmp_path / STATE).write_bytes(b"{")

    with pytest.raises(ArchiveError, match="Move it away"):
        grow(tmp_path, SMALL, 600)


def test_the_key_is_private_and_stays(tmp_path: Path) -> None:
    first = grow(tmp_path, SMALL, 3)

    assert (tmp_path / PRIVATE).stat().st_mode & 0o777 == 0o600
    assert grow(tmp_path, SMALL, 5).key == first.key
    assert (tmp_path / PUBLIC).read_text() == f"{first.key}\n"


def test_a_log_without_a_name_is_named_after_its_key(tmp_path: Path) -> None:
    key = TiledLog(tmp_path, BEGIN).key

    assert key.name == f"waybill-masking/{key.public_key[:8].hex()}"


def test_a_lost_key_is_not_replaced(tmp_path: Path) -> None:
    grow(tmp_path, SMALL, 3)
    (tmp_path / PRIVATE).unlink()

    with pytest.raises(ArchiveError, match="restore it"):
        grow(tmp_path, SMALL, 5)


def test_another_name_for_a_log_is_refused(tmp_path: Path) -> None:
    grow(tmp_path, SMALL, 3)

    with pytest.raises(ArchiveError, match="another name"):
        TiledLog(tmp_path, BEGIN, "log.example/2")


def test_a_checkpoint_that_is_not_signed_is_refused(tmp_path: Path) -> None:
    log = grow(tmp_path, SMALL, 3)
    path = tmp_path / "note"
    path.write_bytes(bytes(log.note).replace(b"\n3\n", b"\n4\n"))  # type: ignore[arg-type]  # it is signed

    with pytest.raises(NoteError, match="note: wrong signature"):
        read_checkpoint(path, log.key)
