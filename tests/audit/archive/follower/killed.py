"""A witness that is killed while it archives."""

import os
import signal
from pathlib import Path

from masking_audit.archive.archive import Archive
from masking_audit.archive.follower import Follower
from masking_audit.archive.segments import Segments
from masking_audit.tiles import log
from masking_service.audit.streams import Streams
from masking_service.store.client import Store
from tests.audit.logs import VERIFIER

PLACES = (
    "within a line",
    "before it is on the disk",
    "before it is written down",
    "before it is published",
    "before the tree is signed",
    "after the tree is signed",
)


def archive_and_die(url: str, folder: Path, place: str) -> None:
    """Archive what is new, up to one of `PLACES`."""
    write = os.write

    def die(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def write_half(file: int, data: bytes) -> int:
        if not data.startswith(b"{"):
            return write(file, data)
        write(file, data[: len(data) // 2])
        die()
        raise AssertionError

    def flush(segments: Segments) -> None:
        segments._flush()
        die()

    deadly = (
        (os, "write", write_half),
        (Segments, "sync", flush),
        (Segments, "save_state", die),
        (log, "write_files", die),
        (log.TiledLog, "_write_note", die),
        (log, "write_secret_file", die),
    )
    setattr(*deadly[PLACES.index(place)])
    store = Store(url)
    store.trust()
    Follower(Streams(store), Archive(folder, VERIFIER), lambda: 0, 720).archive_new()
