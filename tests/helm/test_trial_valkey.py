"""The trial store, started here with the chart's own arguments: it keeps what it acknowledges."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from masking_service.dev.embedded import DURABLE
from masking_service.store import health as readiness
from masking_service.store.client import Store
from tests.helm.chart import ROOT, Chart
from tests.servers import HOST, Node

PASSWORD = "trial"


def arguments(chart: Chart) -> list[str]:
    pod = chart.one("trial", "StatefulSet", "trial-valkey")["spec"]["template"]["spec"]
    words: list[str] = pod["containers"][0]["args"]
    return words


@pytest.fixture
def trial(chart: Chart, tmp_path: Path) -> Iterator[Node]:
    node = Node(tmp_path)
    users = node.directory / "users.acl"
    users.write_text(
        "user default off ~* &* +@all\n"
        + (ROOT / "examples" / "redis.acl").read_text().replace("resetpass", f">{PASSWORD}")
    )
    places = {"6379": str(node.port), "/data": ".", "/run/valkey/users.acl": str(users)}
    node._command += [places.get(word, word) for word in arguments(chart)]
    node.client = redis.Redis(host=HOST, port=node.port, username="waybill", password=PASSWORD, socket_timeout=2)
    node._answers = lambda: bool(node.client.info())  # type: ignore[method-assign]  # a password is needed
    node.start()
    yield node
    node.end()


def test_it_has_every_durable_setting_of_production(chart: Chart) -> None:
    words = arguments(chart)
    given = {name: words[words.index(f"--{name}") + 1] for name, _ in DURABLE}

    assert given == {name: value.strip('"') for name, value in DURABLE}


def test_the_service_finds_nothing_wrong_with_it(trial: Node) -> None:
    store = Store(f"redis://waybill:{PASSWORD}@{HOST}:{trial.port}/0")
    store.trust()

    assert readiness.every_fault(store) == []
    store.close()


def test_nobody_gets_in_without_the_password(trial: Node) -> None:
    with (
        redis.Redis(host=HOST, port=trial.port, retry=Retry(NoBackoff(), 0)) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()
