"""The service in this process, over a real Valkey that holds nothing at the start of each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from masking_service.dev.development import Development
from masking_service.dev.embedded import EmbeddedServer
from masking_service.runtime.settings import Settings
from masking_service.runtime.wiring import assemble
from masking_service.store.client import Clocks
from tests.service.people.policies import Edit, edited, put
from tests.web.api import NUMBER, SITE, Api, Clock, Trips, Under, emptied, record, settle, started
from tests.web.proving import INDEXES, proven
from tests.web.signing import SIGNED, signed


@pytest.fixture(scope="session")
def settings(embedded: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A development set-up, made once."""
    folder = tmp_path_factory.mktemp("state")
    embedded.start()
    with redis.Redis.from_url(embedded.url) as client:
        client.flushall()  # what other tests left is another set-up's
    with Development({"MASKING_STATE_DIR": str(folder), "MASKING_REDIS_URL": embedded.url}) as made:
        return made.settings


@pytest.fixture
def valkey(valkey: str, settings: Settings) -> Iterator[str]:
    """The URL of a real Valkey that holds nothing, and of which nothing was seen before.

    Nothing that a test defers is written after its end.
    """
    (settings.state_dir / "checkpoint.json").unlink(missing_ok=True)
    yield valkey
    settle()


@pytest.fixture(scope="session")
def shared(settings: Settings) -> Api:
    parts = assemble(settings)
    parts.store.trust()
    return Api(parts)


@pytest.fixture(scope="session")
def shared_signing(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Api:
    """A service whose policy has the acts signed that lead to values or keys."""
    policy = tmp_path_factory.mktemp("signing") / "policy.yaml"
    policy.write_text(edited(signed(SIGNED)), "utf-8")
    parts = assemble(replace(settings, policy=policy))
    parts.store.trust()
    return Api(parts)


@pytest.fixture(scope="session")
def shared_proving(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Api:
    """A service whose policy has views, calls and searches proven, and acts signed that lead to values or keys."""
    policy = tmp_path_factory.mktemp("proving") / "policy.yaml"
    edits = signed(SIGNED), proven(), put("search", INDEXES)
    policy.write_text(edited(lambda text: [edit(text) for edit in edits]), "utf-8")
    parts = assemble(replace(settings, policy=policy))
    parts.store.trust()
    return Api(parts)


@pytest.fixture
def proving(shared_proving: Api, valkey: str) -> Api:
    """The service under that policy, over an empty store."""
    return emptied(shared_proving)


@pytest.fixture
def signing(shared_signing: Api, valkey: str) -> Api:
    """The service under that policy, over an empty store."""
    return emptied(shared_signing)


@pytest.fixture
def api(shared: Api, valkey: str) -> Api:
    """The service that the tests share. Its store is empty; what it has in memory is not new."""
    return emptied(shared)


@pytest.fixture
def ready(api: Api) -> Api:
    """A service that knows one waybill, held by the couriers' site, and a case that names it."""
    api.tokenize(record(), custody={"site": SITE})
    api.open_case("D-1", NUMBER)
    return api


@pytest.fixture
def made(api: Api) -> dict[str, str]:
    """The tokens of a stored waybill that case D-1 names."""
    tokens: dict[str, str] = api.tokenize(record())[0]["tokens"]
    api.open_case("D-1", NUMBER)
    return tokens


@pytest.fixture
def fresh(settings: Settings, valkey: str) -> Api:
    """A service as it starts, for tests that break it or count what it does first."""
    return started(settings)


@pytest.fixture
def under(settings: Settings, valkey: str, tmp_path: Path) -> Under:
    """Makes a service under an edit of the default policy. Files that the policy names are in the test's folder."""

    def make(edit: Edit) -> Api:
        policy = tmp_path / "policy.yaml"
        policy.write_text(edited(edit), "utf-8")
        return started(replace(settings, policy=policy))

    return make


@pytest.fixture
def storeless(settings: Settings, tmp_path: Path) -> Api:
    """A service whose store does not answer."""
    parts = assemble(replace(settings, redis_url=f"unix://{tmp_path}/absent.sock"))
    parts.store.trust()
    return Api(parts)


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets what the service and its issuer take for now, in Unix seconds. The store's own clock cannot be set."""
    monkeypatch.setattr(Clocks, "check", lambda *_: None)

    def to(now: int) -> None:
        for place in ("masking_service.http.app.time", "tests.web.api.clock"):
            monkeypatch.setattr(place, lambda: now)

    return to


@pytest.fixture
def trips(api: Api) -> Trips:
    """How many exchanges with the store there were since this was last asked."""
    seen = api.parts.store.round_trips

    def since() -> int:
        nonlocal seen
        before, seen = seen, api.parts.store.round_trips
        return seen - before

    return since
