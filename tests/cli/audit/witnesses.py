"""What a witness archives, and the commands that tests run."""

import json
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from keys.signatures import Verifier
from masking_audit.archive.archive import Archive
from masking_audit.archive.follower import Follower
from masking_service.audit.streams import Streams
from masking_service.runtime.clock import clock
from masking_service.runtime.state_files import ARCHIVE, PUBLIC_KEY
from tests.store import stores

StartCommand = Callable[..., subprocess.Popen[str]]


def lines_in(folder: Path) -> list[bytes]:
    return b"".join(path.read_bytes() for path in sorted((folder / ARCHIVE).glob("*.ndjson"))).splitlines()


def follow(witness: Path, valkey: str, *, hours: int = 0, keep_hours: int = 30 * 24) -> Path:
    """Archive and publish what is new, as `audit follow` does so many hours from now; return the archive."""
    store = stores.admitted(valkey)
    verifier = Verifier((witness / PUBLIC_KEY).read_bytes())
    with closing(store), Archive(witness / ARCHIVE, verifier, origin="log.example/1") as archive:
        Follower(Streams(store), archive, lambda: clock() + hours * 3600, keep_hours).archive_new()
    return witness / ARCHIVE


def first_entry(archive: Path) -> str:
    lines = (archive / "audit-000001.ndjson").read_bytes().splitlines()
    return str(next(json.loads(line)["id"] for line in lines if b"client-add" in line))
