"""Two tiers in the chart: each has its own keys, its own credentials of the store, and its own callers."""

import json
from typing import Any

from tests.helm.chart import Chart, Object, refusal, set_json


def env(deployment: Object) -> dict[str, Any]:
    (service, *_) = deployment["spec"]["template"]["spec"]["containers"]
    return {variable["name"]: variable.get("value", variable.get("valueFrom")) for variable in service["env"]}


def secrets(deployment: Object) -> set[str]:
    """The Secrets that the pods of a Deployment mount or read."""
    text = json.dumps(deployment)
    return {name for name in ALL if f'"{name}"' in text}


ALL = {
    "waybill-masking-keyset",
    "masking-redis",
    "masking-intake-keyset",
    "masking-intake-redis",
    "masking-archive",
    "masking-clients",
}


def test_without_intake_hosts_there_is_one_tier(chart: Chart) -> None:
    named = {name for name in env(chart.one("production", "Deployment")) if "TIER" in name or "FORWARD" in name}

    assert named == set()


def test_each_tier_has_its_own_keys_and_credentials(chart: Chart) -> None:
    opening, intake = (chart.one("tiers", "Deployment", component) for component in ("service", "intake"))

    assert secrets(intake) == {"masking-intake-keyset", "masking-intake-redis"}
    assert secrets(opening) == ALL - secrets(intake)
    assert env(opening)["MASKING_TIER"] == "opening"
    assert env(intake)["MASKING_TIER"] == "intake"
    assert (opening["spec"]["replicas"], intake["spec"]["replicas"]) == (3, 6)


def test_intake_hosts_ask_the_opening_tier_where_it_listens(chart: Chart) -> None:
    opening, intake = (env(chart.one("tiers", "Deployment", component)) for component in ("service", "intake"))
    service = chart.one("tiers", "Service", "opening")
    (port,) = service["spec"]["ports"]

    assert intake["MASKING_OPENING_URL"] == f"https://{service['metadata']['name']}:{port['port']}"
    assert opening["MASKING_FORWARD_BIND"].endswith(f":{port['port']}")
    assert service["spec"]["selector"]["app.kubernetes.io/component"] == "service"


def test_only_intake_hosts_reach_the_port_between_the_tiers_and_label_systems_reach_intake_hosts(chart: Chart) -> None:
    opening, intake = (chart.one("tiers", "NetworkPolicy", one)["spec"] for one in ("service", "intake"))
    (forward,) = [rule for rule in opening["ingress"] if rule["ports"] == [{"port": 8443, "protocol": "TCP"}]]
    (asking,) = [rule for rule in intake["egress"] if rule["ports"] == [{"port": 8443, "protocol": "TCP"}]]

    assert [peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for peer in forward["from"]] == ["intake"]
    assert [peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for peer in asking["to"]] == ["service"]
    assert {"podSelector": {"matchLabels": {"app": "label-printer"}}} in intake["ingress"][0]["from"]
    assert {"podSelector": {"matchLabels": {"app": "label-printer"}}} not in opening["ingress"][0]["from"]
    assert {"podSelector": {"matchLabels": {"app": "courier-app"}}} not in intake["ingress"][0]["from"]


def test_shared_secrets_are_refused(chart: Chart) -> None:
    same: list[dict[str, Any]] = [
        {"intake": {"enabled": True, "keyset": {"existingSecret": "waybill-masking-keyset"}}},
        {"intake": {"enabled": True, "redis": {"existingSecret": "waybill-masking-redis"}}},
    ]

    for values in same:
        assert "must not be the service's own" in refusal(chart.template(*set_json(values)))
