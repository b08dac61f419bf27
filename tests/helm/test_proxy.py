"""The proxy of a pod: nginx accepts its configuration, and everything in the chart follows from whether it is there."""

from pathlib import Path

import pytest

from tests import programs
from tests.helm.chart import Chart, Object, objects, refusal
from tests.servers import debian

WITHOUT = ("--set", "proxy.enabled=false")


def rendered(chart: Chart, kind: str, *arguments: str) -> Object:
    """The service's own object of a kind."""
    found = objects(chart.template(*arguments).stdout)
    return next(one for one in found if one["kind"] == kind and one["metadata"]["name"] == "masking-waybill-masking")


def configuration(chart: Chart, *arguments: str) -> dict[str, str]:
    found = objects(chart.template(*arguments).stdout)
    name = "masking-waybill-masking-proxy"
    data: dict[str, str] = next(
        one["data"] for one in found if (one["kind"], one["metadata"]["name"]) == ("ConfigMap", name)
    )
    return data


def test_nginx_accepts_its_configuration(chart: Chart, tmp_path: Path) -> None:
    for name, text in configuration(chart).items():
        (tmp_path / name).write_text(text.replace("/tmp/", f"{tmp_path}/").replace("/etc/masking", str(tmp_path)))

    programs.output(debian("nginx"), "-t", "-e", "stderr", "-c", tmp_path / "nginx.conf")


@pytest.mark.parametrize(("workers", "passed", "of_one"), [(1, 20, 15), (2, 40, 30), (8, 160, 120)])
def test_what_it_passes_follows_from_the_workers(chart: Chart, workers: int, passed: int, of_one: int) -> None:
    text = configuration(chart, "--set", f"workers={workers}")["nginx.conf"]

    assert f"max_conns={passed};" in text
    assert f"limit_conn masking_callers {of_one};" in text


@pytest.mark.parametrize(("size", "text"), [(2_097_152, "2097152"), (8_388_608, "8388608")])
def test_it_takes_bodies_up_to_the_limit_of_the_service(chart: Chart, size: int, text: str) -> None:
    found = configuration(chart, "--set-string", f"settings.MASKING_MAX_BODY_BYTES={size}")["nginx.conf"]

    assert f"client_max_body_size {text};" in found
    assert f"client_body_buffer_size {text};" in found


@pytest.mark.parametrize(("arguments", "port"), [((), "proxy"), (WITHOUT, "service")])
def test_the_service_leads_to_the_proxy_where_there_is_one(chart: Chart, arguments: tuple[str, ...], port: str) -> None:
    ports = rendered(chart, "Service", *arguments)["spec"]["ports"]

    assert {each["name"]: each["targetPort"] for each in ports} == {"http": port, "metrics": "metrics"}


@pytest.mark.parametrize(("arguments", "port"), [((), 8000), (WITHOUT, 8080)])
def test_clients_reach_the_proxy_and_monitoring_the_service(
    chart: Chart, arguments: tuple[str, ...], port: int
) -> None:
    peers = ("--set-json", 'network={"clients": [{"podSelector": {}}], "monitoring": [{"namespaceSelector": {}}]}')
    clients, monitoring = rendered(chart, "NetworkPolicy", *arguments, *peers)["spec"]["ingress"]

    assert {"podSelector": {}} in clients["from"]
    assert (clients["ports"][0]["port"], monitoring["ports"][0]["port"]) == (port, 9080)
    assert monitoring["from"] == [{"namespaceSelector": {}}]


def test_without_the_proxy_a_pod_has_one_container(chart: Chart) -> None:
    pod = rendered(chart, "Deployment", *WITHOUT)["spec"]["template"]["spec"]

    assert [each["name"] for each in pod["containers"]] == ["service"]
    assert not [each for each in pod["volumes"] if each["name"].startswith("proxy")]


def test_the_proxy_ends_before_the_service(chart: Chart) -> None:
    pod = rendered(chart, "Deployment")["spec"]["template"]["spec"]
    service, proxy = (each["lifecycle"]["preStop"]["sleep"]["seconds"] for each in pod["containers"])

    assert proxy < service < pod["terminationGracePeriodSeconds"] - 10


def test_the_port_of_monitoring_is_not_given_to_clients(chart: Chart) -> None:
    assert "service.port must not be 9080" in refusal(chart.template("--set", "service.port=9080"))
