"""A real Prometheus over a service in two tiers: what is watched of intake hosts is there."""

import json
from collections.abc import Iterator

import pytest

from tests.e2e.processes import Running, wait_for
from tests.every import every
from tests.monitoring import processes
from tests.monitoring.rules import EXPRESSIONS, OF_TIERS, labels_of, selectors
from tests.servers import free_ports

pytestmark = [pytest.mark.timeout(180), pytest.mark.needs("prometheus")]


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[processes.Prometheus]:
    service = Running.serve(tmp_path_factory.mktemp("service"), "--dev", "--split", "--workers", "1")
    try:
        wait_for((service.state / "tiers.json").exists, "tiers.json")
        urls = [one["url"] for one in json.loads((service.state / "tiers.json").read_bytes()).values()]
        opening, intake = sorted((int(url.rpartition(":")[2]) for url in urls), key=lambda port: port != service.port)
        (nobody,) = free_ports(1)
        with processes.prometheus(tmp_path_factory.mktemp("prometheus"), opening, nobody, intake) as prometheus:
            wait_for(lambda: len(prometheus.query("masking_workers")) == 2, "both tiers are scraped", 30)
            yield prometheus
    finally:
        service.stop()


@every("name", sorted(OF_TIERS))
def test_every_metric_and_label_of_the_tiers_is_there(prometheus: processes.Prometheus, name: str) -> None:
    found = selectors(EXPRESSIONS[name])

    assert found
    assert [each for each, _ in found if not prometheus.query(each)] == []
    assert [one for one, label in labels_of(EXPRESSIONS[name]) if not prometheus.query(f'{one}{{{label}!=""}}')] == []


def test_the_publication_is_recent_and_its_alert_is_quiet(prometheus: processes.Prometheus) -> None:
    (age,) = prometheus.query("max(masking_published_age_seconds)")

    assert 0 <= float(age["value"][1]) < 120
    assert prometheus.states()["MaskingPublicationLate"] == "inactive"
