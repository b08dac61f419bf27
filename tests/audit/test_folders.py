"""Folders that the audit program makes are for its user alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from masking_audit.archive.index import Index
from masking_audit.archive.segments import Segments
from masking_audit.tiles.cosigner import Cosigner


@pytest.mark.parametrize(
    "make",
    [
        Segments,
        lambda folder: Index(folder.parent / "archive", folder),
        lambda folder: Cosigner(folder, "cosigner", [], lambda: 0),
    ],
    ids=["archive", "index", "cosigner"],
)
def test_no_other_user_reads_a_folder_that_is_made(make: Callable[[Path], object], tmp_path: Path) -> None:
    folder = tmp_path / "made"

    make(folder)

    assert folder.stat().st_mode & 0o777 == 0o700
