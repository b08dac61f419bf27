"""Fixtures: a keyset, a store, and two processes."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from keys import keyset
from keys.keyring import Keyring
from masking_service.rotation import coordinator
from masking_service.store.genesis import claim
from tests.rotation.processes import Both, Process
from tests.store import stores


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands poll the processes without a pause, and no call is under way that they would wait for."""
    monkeypatch.setattr(coordinator, "POLL_SECONDS", 0.001)
    monkeypatch.setattr(coordinator, "DRAIN_SECONDS", 0.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "keyset.json"
    keyset.create(path, made_for="production", today="2026-11-24")
    return path


@pytest.fixture
def old_keyset(path: Path, tmp_path: Path) -> Path:
    """A copy of the keyset file, which no command changes."""
    copy = tmp_path / "old.json"
    copy.write_bytes(path.read_bytes())
    copy.chmod(0o600)
    return copy


@pytest.fixture
def url(valkey: str, path: Path) -> str:
    """The address of a store that is this keyset's."""
    claim(stores.admitted(valkey), Keyring(keyset.load(path)), os.urandom)
    return valkey


@pytest.fixture
def both(path: Path, url: str) -> Iterator[Both]:
    both = Process(path, url), Process(path, url)
    for process in both:
        process.look()
    yield both
    for process in both:
        process.store.close()


@pytest.fixture
def process(path: Path, url: str) -> Process:
    """A process of the service that has looked at its keyset and its store once."""
    process = Process(path, url)
    process.look()
    return process
