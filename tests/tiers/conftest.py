"""A service in two tiers over an empty store, for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from masking_service.dev.embedded import EmbeddedServer
from masking_service.rotation import coordinator, keyset_watch
from masking_service.runtime import intake
from masking_service.runtime.settings import Settings
from tests.tiers.split import Split, set_up, split_service


@pytest.fixture(scope="session")
def both(embedded: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The set-up of both tiers, made once."""
    embedded.start()
    with redis.Redis.from_url(embedded.url) as client:
        client.flushall()  # what other tests left is another set-up's
    return set_up(tmp_path_factory.mktemp("tiers"), embedded.url)


@pytest.fixture
def split(both: Settings, valkey: str, tmp_path: Path) -> Iterator[Split]:
    with split_service(both, tmp_path / "state") as made:
        yield made


@pytest.fixture(autouse=True)
def no_calls_to_drain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands that change keys wait for no calls: here none is made meanwhile."""
    monkeypatch.setattr(coordinator, "DRAIN_SECONDS", 0.0)


@pytest.fixture(autouse=True)
def long_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let both tiers use the store for an hour: here no background thread renews their leases of ten seconds."""
    monkeypatch.setattr(keyset_watch, "LEASE_SECONDS", 3600.0)
    monkeypatch.setattr(intake, "LEASE_SECONDS", 3600.0)
