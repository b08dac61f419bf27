"""Power cuts and full disks, by a library that is preloaded."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import Node

SOURCE = Path(__file__).with_name("power.c")


def built(source: Path, folder: Path) -> Path:
    """Compile a source and return the library."""
    library = folder / f"{source.stem}.so"
    build = ["cc", "-O1", "-shared", "-fPIC", "-Wall", "-Werror", "-o", str(library), str(source), "-ldl"]
    subprocess.run(build, check=True)
    return library


class Power:
    """The power supply of a server, and its disk.

    Args:
        folder: where the library is built, and where the mark of a full disk is put.
    """

    def __init__(self, folder: Path) -> None:
        self._library = built(SOURCE, folder)
        self._full = folder / "full"

    @contextmanager
    def loaded(self, **settings: str) -> Iterator[None]:
        """Start servers inside with this power and these settings."""
        before = dict(os.environ)
        libraries = " ".join([str(self._library), settings.pop("LD_PRELOAD", "")])
        os.environ.update(settings, LD_PRELOAD=libraries, POWER_FULL=str(self._full))
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    def cut(self, node: Node) -> int:
        """Cut the power: only what was synced is left. Return the bytes lost."""
        node.kill()
        lost = 0
        for file in sorted(node.directory.rglob("*.aof")):
            noted = file.with_name(f"{file.name}.synced")
            kept = int(noted.read_text()) if noted.exists() else 0
            lost += max(0, file.stat().st_size - kept)
            os.truncate(file, min(kept, file.stat().st_size))
        return lost

    @contextmanager
    def full(self) -> Iterator[None]:
        """Nothing can be appended inside."""
        self._full.touch()
        try:
            yield
        finally:
            self._full.unlink()
