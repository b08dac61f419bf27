"""A keyset file of production."""

from pathlib import Path

import pytest

from keys import keyset


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "keyset.json"
    keyset.create(path, made_for="production", today="2026-11-24")
    return path
