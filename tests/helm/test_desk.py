"""The desk in the chart: off by default, without the keys of the service, and with the settings that it reads."""

from pathlib import Path

import pytest

from masking_console.settings import Settings
from tests.helm.chart import Chart, Object, objects, refusal
from tests.helm.references import faults
from tests.helm.test_handbook import blocks


@pytest.fixture
def pod(chart: Chart) -> Object:
    found: Object = chart.one("desk", "Deployment", "desk")["spec"]["template"]["spec"]
    return found


def test_by_default_there_is_no_desk(chart: Chart) -> None:
    names = [each["metadata"]["name"] for each in chart.render("defaults")]

    assert [name for name in names if name.endswith("-desk")] == []


def test_it_has_neither_the_keys_nor_the_store_of_the_service(pod: Object) -> None:
    (container,) = pod["containers"]
    mounted = {volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume}
    named = {v["valueFrom"]["secretKeyRef"]["name"] for v in container["env"] if "valueFrom" in v}

    assert mounted == {"waybill-masking-desk"}
    assert named == {"waybill-masking-desk-redis"}


def test_the_desk_reads_the_settings_that_its_pod_sets(pod: Object, tmp_path: Path) -> None:
    (container,) = pod["containers"]
    for name, content in (("session-key", "ab" * 32), ("client-secret", "secret")):
        (tmp_path / name).write_text(content)
        (tmp_path / name).chmod(0o440)
    environment = {
        variable["name"]: variable.get("value", "redis://desk-redis").replace("/run/masking/desk", str(tmp_path))
        for variable in container["env"]
    }

    settings = Settings.read(environment)

    assert settings.url == "https://desk.example.com"
    assert settings.service_url == "https://masking.example.com"
    assert settings.metadata_url == "https://login.example.com/realms/staff/.well-known/openid-configuration"


def test_the_authorities_of_a_company_vouch_for_each_server(chart: Chart) -> None:
    (container,) = chart.one("everything", "Deployment", "desk")["spec"]["template"]["spec"]["containers"]
    named = {v["name"]: v["value"] for v in container["env"] if v["name"].endswith("_CA")}
    mounted = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}

    assert named == {
        "MASKING_CONSOLE_ISSUER_CA": "/run/masking/authorities/ca.crt",
        "MASKING_CONSOLE_SERVICE_CA": "/run/masking/authorities/ca.crt",
        "MASKING_CONSOLE_REDIS_CA": "/run/masking/redis-tls/ca.crt",
    }
    assert mounted["/run/masking/authorities"] == "authorities"
    assert mounted["/run/masking/redis-tls"] == "redis-tls"


def test_only_the_ingress_reaches_it_and_it_reaches_what_is_named(chart: Chart) -> None:
    rules = chart.one("desk", "NetworkPolicy", "desk")["spec"]

    assert [rule["ports"] for rule in rules["ingress"]] == [[{"port": 8081, "protocol": "TCP"}]]
    assert [sorted({port["port"] for port in rule["ports"]}) for rule in rules["egress"]] == [[53], [6379], [443]]


def test_no_one_reaches_a_desk_without_named_clients(chart: Chart) -> None:
    done = chart.template("--values", "tests/helm/values/desk.yaml", "--set-json", "desk.network.clients=[]")
    policy = done.stdout.partition("masking-waybill-masking-desk")[2].partition("---")[0]

    assert "policyTypes: [Ingress, Egress]" in policy
    assert "ingress:" not in policy


def test_the_values_of_the_handbook_make_a_desk_and_its_commands_make_the_secrets(chart: Chart, tmp_path: Path) -> None:
    (values,) = blocks("yaml", "The desk")
    (commands,) = blocks("bash", "The desk")
    (tmp_path / "desk.yaml").write_text(values)

    rendered = objects(chart.template("--values", str(tmp_path / "desk.yaml")).stdout)

    assert faults(rendered) == []
    assert "masking-waybill-masking-desk" in {each["metadata"]["name"] for each in rendered}
    assert "secret generic waybill-masking-desk " in commands
    assert "secret generic waybill-masking-desk-redis " in commands


@pytest.mark.parametrize("missing", ["url", "serviceUrl", "issuer", "clientId"])
def test_a_desk_that_lacks_a_setting_is_refused(chart: Chart, missing: str) -> None:
    done = chart.template("--values", "tests/helm/values/desk.yaml", "--set", f"desk.{missing}=")

    assert f"desk.{missing} is missing" in refusal(done)


def test_a_desk_with_the_store_of_the_service_is_refused(chart: Chart) -> None:
    same = ("--set", "desk.redis.existingSecret=waybill-masking-redis")
    done = chart.template("--values", "tests/helm/values/desk.yaml", *same)

    assert "the desk has credentials of its own" in done.stderr
