"""No value set renders a secret, an unconfined container or an open network."""

import json
import re
import runpy
from typing import Any

from tests.every import every
from tests.helm.chart import ROOT, VALUE_SETS, Chart, Object

every_value_set = every("value_set", VALUE_SETS)
GUNICORN = runpy.run_path(str(ROOT / "gunicorn.conf.py"))


def component(pod: Object) -> str:
    """Return the component of a pod, by its own service account."""
    return str(pod["serviceAccountName"]).removeprefix("masking-waybill-masking-")


def mounts(container: Object) -> list[Any]:
    return list(container.get("volumeMounts", []))


@every_value_set
def test_no_secret_is_made_or_held(chart: Chart, value_set: str) -> None:
    rendered = chart.render(value_set)

    assert [found for found in rendered if found["kind"] == "Secret"] == []
    assert not re.search(r"rediss?(\+\w+)?://|unix://|PRIVATE KEY", json.dumps(rendered))


@every_value_set
def test_what_is_secret_comes_into_the_environment_by_reference_only(chart: Chart, value_set: str) -> None:
    for container in chart.containers(value_set):
        for variable in container.get("env", []):
            path = variable.get("value", "").startswith("/run/masking/")
            secret = not path and re.search(r"REDIS_URL|TEST_KEY|PASSWORD|SECRET|TOKEN", variable["name"])
            assert bool(secret) == ("secretKeyRef" in variable.get("valueFrom", {}))


@every_value_set
def test_nothing_is_mounted_by_subpath(chart: Chart, value_set: str) -> None:
    found = [mount for container in chart.containers(value_set) for mount in mounts(container)]

    assert found
    assert [mount for mount in found if "subPath" in mount or "subPathExpr" in mount] == []


@every_value_set
def test_every_container_is_confined(chart: Chart, value_set: str) -> None:
    for container in chart.containers(value_set):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "privileged": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


@every_value_set
def test_every_pod_runs_as_an_unprivileged_user(chart: Chart, value_set: str) -> None:
    for pod in chart.pods(value_set):
        assert pod["securityContext"] == {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "fsGroup": 10001,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        }
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
        assert not any("hostPath" in volume for volume in pod.get("volumes", []))


@every_value_set
def test_no_pod_has_a_token_of_the_cluster(chart: Chart, value_set: str) -> None:
    accounts = {o["metadata"]["name"]: o for o in chart.render(value_set) if o["kind"] == "ServiceAccount"}

    assert {account["automountServiceAccountToken"] for account in accounts.values()} == {False}
    for pod in chart.pods(value_set):
        assert pod["automountServiceAccountToken"] is False
        assert pod["serviceAccountName"] in accounts


@every_value_set
def test_every_container_has_requests_and_a_limit_of_memory(chart: Chart, value_set: str) -> None:
    for container in chart.containers(value_set):
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
        assert "memory" in container["resources"]["limits"]


@every_value_set
def test_what_a_pod_may_write_is_named_and_bounded(chart: Chart, value_set: str) -> None:
    for pod in chart.pods(value_set):
        volumes = {volume["name"]: volume for volume in pod.get("volumes", [])}
        for mount in (mount for container in pod["containers"] for mount in mounts(container)):
            if not mount.get("readOnly"):
                volume = volumes.get(mount["name"], {"claim": mount["name"]})
                assert volume.get("emptyDir", {}).get("sizeLimit") or volume.get("claim") in {"archive", "data"}


@every_value_set
def test_liveness_asks_the_process_and_readiness_asks_for_masking_only(chart: Chart, value_set: str) -> None:
    container = chart.one(value_set, "Deployment")["spec"]["template"]["spec"]["containers"][0]

    asked = {name: container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "liveness", "readiness")}

    assert asked == {"startup": "/healthz", "liveness": "/healthz", "readiness": "/readyz?for=mask"}


@every_value_set
def test_a_pod_that_ends_has_the_time_to_answer(chart: Chart, value_set: str) -> None:
    pod = chart.one(value_set, "Deployment")["spec"]["template"]["spec"]
    drain = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]

    assert drain > GUNICORN["keepalive"]
    assert pod["terminationGracePeriodSeconds"] >= drain + GUNICORN["graceful_timeout"] + 5


@every_value_set
def test_an_update_takes_no_pod_away_before_another_serves(chart: Chart, value_set: str) -> None:
    strategy = chart.one(value_set, "Deployment")["spec"]["strategy"]

    assert strategy == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}


def test_replicas_are_left_to_the_autoscaler_where_there_is_one(chart: Chart) -> None:
    assert chart.one("defaults", "Deployment")["spec"]["replicas"] == 3
    assert "replicas" not in chart.one("sentinel", "Deployment")["spec"]
    assert chart.one("sentinel", "HorizontalPodAutoscaler")["spec"]["minReplicas"] == 2


@every_value_set
def test_every_pod_has_a_network_policy_for_ingress_and_egress(chart: Chart, value_set: str) -> None:
    policies = [o["spec"] for o in chart.render(value_set) if o["kind"] == "NetworkPolicy"]
    selected = [policy["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for policy in policies]

    assert {tuple(policy["policyTypes"]) for policy in policies} == {("Ingress", "Egress")}
    assert sorted(selected) == sorted(component(pod) for pod in chart.pods(value_set))


@every_value_set
def test_every_rule_of_a_network_policy_names_peers_and_ports(chart: Chart, value_set: str) -> None:
    for policy in (o["spec"] for o in chart.render(value_set) if o["kind"] == "NetworkPolicy"):
        rules = [*policy.get("ingress", []), *policy.get("egress", [])]
        assert all(rule.get("from") or rule.get("to") for rule in rules)
        assert all(rule["ports"] for rule in rules)


def test_by_default_only_the_chart_s_own_test_may_call(chart: Chart) -> None:
    (rule,) = chart.one("defaults", "NetworkPolicy")["spec"]["ingress"]

    assert [peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for peer in rule["from"]] == ["test"]


def test_the_ways_out_are_names_the_store_and_the_issuers(chart: Chart) -> None:
    egress = chart.one("production", "NetworkPolicy")["spec"]["egress"]

    ports = [sorted({port["port"] for port in rule["ports"]}) for rule in egress]

    assert ports == [[53], [6380], [443]]
    assert [peer["ipBlock"]["cidr"] for rule in egress[1:] for peer in rule["to"]] == ["10.20.0.0/24", "10.30.0.7/32"]


def test_the_witness_has_neither_the_keys_nor_the_credentials_of_the_service(chart: Chart) -> None:
    witness = chart.one("everything", "StatefulSet", "witness")["spec"]
    pod = witness["template"]["spec"]

    secrets = {volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume}
    urls = [v["valueFrom"]["secretKeyRef"]["name"] for v in pod["containers"][0]["env"] if "valueFrom" in v]

    assert secrets == {"masking-witness-tls", "masking-archive"}
    assert urls == ["masking-witness"]
    assert [claim["metadata"]["name"] for claim in witness["volumeClaimTemplates"]] == ["archive"]
    assert witness["replicas"] == 1


def test_what_serves_the_archive_has_its_key_only_and_only_the_service_may_ask(chart: Chart) -> None:
    _, archive = chart.one("everything", "StatefulSet", "witness")["spec"]["template"]["spec"]["containers"]
    policy = chart.one("everything", "NetworkPolicy", "witness")["spec"]
    (peer,) = [peer for rule in policy["ingress"] for peer in rule["from"]]

    assert [variable["name"] for variable in archive["env"]] == ["MASKING_STATE_DIR"]
    assert [mount["name"] for mount in archive["volumeMounts"]] == ["archive", "tmp", "archive-key"]
    assert peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "service"


def test_the_service_asks_the_archive_of_the_chart_s_own_witness(chart: Chart) -> None:
    service = chart.one("everything", "Service", "witness")
    container = chart.one("everything", "Deployment")["spec"]["template"]["spec"]["containers"][0]
    (url,) = [variable["value"] for variable in container["env"] if variable["name"] == "MASKING_AUDIT_URL"]

    assert url == f"http://{service['metadata']['name']}:{service['spec']['ports'][0]['port']}"


def test_no_default_image_names_a_registry(chart: Chart) -> None:
    images = {container["image"] for value_set in ("defaults", "trial") for container in chart.containers(value_set)}

    assert images == {"waybill-masking:0.1.0", "nginxinc/nginx-unprivileged:1.28", "valkey/valkey:8.1"}


def test_the_trial_store_says_what_it_is(chart: Chart) -> None:
    trial = chart.one("trial", "StatefulSet", "trial-valkey")

    assert "waybill-masking/not-for-production" in trial["metadata"]["annotations"]


def test_new_schemas_roll_the_pods_and_a_new_policy_does_not(chart: Chart) -> None:
    plain, other = (
        chart.template("--set-json", f"{name}={json.dumps(value)}").stdout
        for name, value in (("schemas", {}), ("policy", "version: 1\nroles: {}\n"))
    )
    schemas = chart.template("--set-json", 'schemas={"carrier.yaml": "schema: carrier"}').stdout

    annotations = [re.findall(r"waybill-masking/schemas: .*", text) for text in (plain, other, schemas)]

    assert annotations[0] == annotations[1] != annotations[2]
