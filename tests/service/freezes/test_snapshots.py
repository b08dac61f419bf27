"""When the lists of freezes are written to files."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from masking_service.service.freezes.state import FreezeSnapshots
from tests.keys.known import known_keyring


class Snapshots(FreezeSnapshots):
    """Notes what is written, and not where."""

    written: list[tuple[str, int, bytes]]

    def _snapshot(self, tenant: str) -> Any:
        return SimpleNamespace(keep=lambda serial, sealed: self.written.append((tenant, serial, sealed)))


def test_a_list_is_written_once_and_again_where_it_is_newer(tmp_path: Path) -> None:
    lists = {"default": (0, b""), "other": (7, b"seven")}
    stored: Any = SimpleNamespace(document=lambda tenant: SimpleNamespace(as_stored=lambda: lists[tenant]))
    snapshots = Snapshots(stored, known_keyring(), tmp_path)
    snapshots.written = []

    for _ in range(2):
        snapshots.keep(lists)
    lists |= {"default": (1, b"one"), "other": (6, b"six")}
    snapshots.keep(lists)

    assert snapshots.written == [("other", 7, b"seven"), ("default", 1, b"one")]
