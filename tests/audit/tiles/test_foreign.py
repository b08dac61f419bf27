"""Another project's implementation of C2SP (aics-tlog, aics-witness) reads our logs, and we exchange cosignatures."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from masking_audit.format.links import leaf_of, place_of
from masking_audit.tiles.cosigner import Cosigner, CosignerServer
from masking_audit.tiles.cosigning import Cosigning
from masking_audit.tiles.log import CHECKPOINT, TiledLog
from masking_audit.tiles.notes import Note, NoteKey, parse_signatures
from masking_audit.tiles.prove import find_entry, prove
from masking_service.audit.questions import Position
from masking_service.store.client import Store
from tests.audit.archives import extend, grow, key_of
from tests.audit.tiles import trees
from tests.e2e.processes import ROOT, wait_for
from tests.http_servers import running

BIN = ROOT / ".venv" / "tlog" / "bin"
LEAVES = trees.some_leaves(1000)

pytestmark = pytest.mark.skipif(
    not (BIN / "aics-witness").exists(), reason="`make .venv/tlog/made` needs Python 3.12 or newer, and packages"
)


def foreign(*arguments: object) -> str:
    """Run the foreign implementation on our files; return what it printed."""
    command = [str(BIN / "python"), str(Path(__file__).with_name("foreign.py")), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def log_of(folder: Path, *sizes: int) -> TiledLog:
    """Publish a log at each of the sizes."""
    folder.mkdir(exist_ok=True)
    return extend(TiledLog(folder, Position(1, 0), "log.example/1"), LEAVES, *sizes)


@pytest.mark.parametrize(
    ("size", "tiles"), [(1, 1), (255, 1), (256, 2), (257, 3), (512, 3), (600, 4), (1000, 5)], ids=lambda each: str(each)
)
def test_every_note_and_tile_is_as_it_expects(tmp_path: Path, size: int, tiles: int) -> None:
    log = log_of(tmp_path / "archive", min(size, 100), size)

    assert foreign("log", log.folder, log.key) == f"log.example/1 {size} {tiles} {-(-size // 256)}"


def test_it_finds_a_changed_tile(tmp_path: Path) -> None:
    log = log_of(tmp_path / "archive", 600)
    path = log.folder / "tile" / "0" / "001"
    path.write_bytes(path.read_bytes()[:-1] + b"x")

    with pytest.raises(subprocess.CalledProcessError) as failed:
        foreign("log", log.folder, log.key)
    assert "TileVerificationError" in failed.value.stderr


def test_it_verifies_the_proof_of_an_entry(store: Store, tmp_path: Path) -> None:
    archive, proof = tmp_path / "archive", tmp_path / "proof"
    names = grow(store, archive, *[1, 2, 3] * 50)
    place = place_of(names[200])
    proof.write_bytes(bytes(prove(archive, *place)))
    lines = (archive / "audit-000001.ndjson").read_bytes().splitlines(keepends=True)
    leaf = find_entry(lines, *place)[1].decode()

    assert foreign("proof", proof, key_of(archive), leaf) == "201 301"
    with pytest.raises(subprocess.CalledProcessError):
        foreign("proof", proof, key_of(archive), leaf_of(*place, bytes(32)).decode())


def test_its_client_gets_cosignatures_of_our_cosigner(tmp_path: Path) -> None:
    log = log_of(tmp_path / "archive", 300)
    cosigner = Cosigner(tmp_path / "cosigner", "cosigner.example/1", [log.key], lambda: int(time.time()))
    with running(CosignerServer(cosigner, 0)) as url:
        for size in (300, 600):
            log = log_of(tmp_path / "archive", size)
            assert log.note
            lines = parse_signatures(foreign("feed", log.folder, url, cosigner.key) + "\n")
            assert Note(log.note.text, lines).verify(cosigner.key) > 0
            log.add_signatures(lines)
            assert foreign("log", log.folder, log.key, cosigner.key).startswith(f"log.example/1 {size} ")


@contextmanager
def foreign_witness(folder: Path, log: TiledLog) -> Iterator[tuple[str, NoteKey]]:
    """Run its witness on the loopback address; yield URL and key."""
    folder.mkdir()
    config = ["--config", str(folder / "witness.json")]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = str(BIN / "aics-witness")
    subprocess.run([program, "init", *config, "--name", "witness.example/1"], check=True, capture_output=True)
    added = ["add-log", *config, "--origin", log.key.name, "--vkey", str(log.key)]
    subprocess.run([program, *added], check=True, capture_output=True)
    status = subprocess.run([program, "status", *config], check=True, capture_output=True, text=True).stdout
    key = next(word for word in status.split() if word.startswith("witness.example/1+"))
    running = subprocess.Popen([program, "serve", *config, "--listen", f"127.0.0.1:{port}"], stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: answers(port), "the witness listens")
        yield f"http://127.0.0.1:{port}", NoteKey.parse(key)
    finally:
        running.terminate()
        running.wait(10)


def answers(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def test_its_witness_cosigns_our_log(tmp_path: Path) -> None:
    log = log_of(tmp_path / "archive", 300)
    with foreign_witness(tmp_path / "witness", log) as (url, key):
        for size in (300, 600, 1000):
            log = log_of(tmp_path / "archive", size)
            Cosigning(log, url, key, lambda: int(time.time())).refresh()
            note = Note.parse((log.folder / CHECKPOINT).read_bytes())
            assert abs(note.verify(key) - time.time()) < 30
