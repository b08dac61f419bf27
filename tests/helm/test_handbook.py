"""Runs the commands of docs/kubernetes.md unchanged. helm renders instead of installing, kubectl prints."""

import json
import os
import re
import sys
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis

from tests import programs
from tests.e2e.processes import GUNICORN, Running, environment, wait_for
from tests.helm.chart import ROOT, Chart, Object, objects, set_json, validate
from tests.servers import HOST, Node, durable, free_ports

pytestmark = pytest.mark.timeout(300)  # it starts a dozen commands and a service
HANDBOOK = (ROOT / "docs" / "kubernetes.md").read_text()
TRIAL_STORE = "masking-waybill-masking-trial-valkey:6379"
KUBECTL = """#!/bin/sh
case "$*" in
*apply*) # and, at once, what the kubelet does about a minute later
    cat >applied.yaml
    sed -n 's/^  keyset.json: //p' applied.yaml | base64 -d >kubelet/new
    chmod 440 kubelet/new
    mv kubelet/new kubelet/keyset.json
    echo pushed >>pushes ;;
*exec*) while [ "$1" != -- ]; do shift; done; shift; . ./pod.env; exec "$@" ;;
*rollout*) ;;
*--dry-run*) exec '{kubectl}' "$@" ;;
*) '{kubectl}' "$@" --dry-run=client --output yaml >>created.yaml; echo --- >>created.yaml ;;
esac
"""
HELM = """#!/bin/sh
case "$1" in
test) [ ! -e pod.env ] || {{ . ./pod.env; python helm/round_trip.py >tested; }} ;;
upgrade) shift 2; '{helm}' template "$@" >rendered-$(ls rendered-* 2>/dev/null | wc -l) ;;
esac
"""


def blocks(language: str, chapter: str) -> list[str]:
    """The examples of a chapter in a language."""
    found = re.search(rf"^## {re.escape(chapter)}\n(.*?)(?=^## |\Z)", HANDBOOK, re.MULTILINE | re.DOTALL)
    assert found, chapter
    return re.findall(rf"^```{language}\n(.*?)^```$", found[1], re.MULTILINE | re.DOTALL)


@dataclass
class Desk:
    """A folder that looks like the checkout, and two commands that reach for no cluster."""

    folder: Path
    said: str = ""

    def run(self, script: str) -> str:
        variables = environment(PATH=f"{self.folder}/bin:{Path(sys.executable).parent}:{os.environ['PATH']}")
        variables |= {"KUBECONFIG": "/dev/null"}
        return programs.output("bash", "-euo", "pipefail", "-c", script, cwd=self.folder, env=variables, timeout=100)

    def objects(self, name: str) -> list[Any]:
        return objects((self.folder / name).read_text())


@pytest.fixture(scope="module")
def desk(chart: Chart, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """After chapters 2 to 5, and the rotation of a key."""
    desk = equipped(chart, tmp_path_factory.mktemp("desk"))
    folder = desk.folder
    node = store(desk)
    (first,) = blocks("bash", "3. Keys and the first client")
    (install,) = blocks("bash", "5. Install")
    (folder / "production.yaml").write_text(*blocks("yaml", "5. Install"))
    keys = first.replace("redis.express.svc:6379", f"{HOST}:{node.port}")
    desk.run("\n".join([keys, *blocks("bash", "4. Secrets"), install]))
    service = pod(folder, (folder / "service.url").read_text())
    (rotation,) = blocks("bash", "Rotating keys")
    desk.said = desk.run(f'export MASKING_REDIS_URL="$(cat service.url)"\n{rotation.replace("--wait 150", "--wait 3")}')
    yield desk
    service.stop()
    node.end()


@pytest.fixture(scope="module")
def trial(chart: Chart, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """After chapter 2 and the trial. Its pod and its store are started when the commands begin to wait for them."""
    desk = equipped(chart, tmp_path_factory.mktemp("trial"))
    node = store(desk)
    (script,) = blocks("bash", "A trial, on a cluster without Redis")
    installed, waits, rest = script.partition("kubectl --namespace express rollout")
    desk.run(installed)
    url = (desk.folder / "service.url").read_text().replace(TRIAL_STORE, f"{HOST}:{node.port}")
    service = pod(desk.folder, url, ready="/readyz?for=mask")
    (desk.folder / "pod.env").write_text(
        f"export MASKING_STATE_DIR='{desk.folder}/pod' MASKING_REDIS_URL='{url}'\n"
        f'export MASKING_URL=http://{HOST}:{service.port} MASKING_TEST_KEY="$(cat helm-test.key)"\n'
    )
    desk.run('secret() { kubectl --namespace express create secret generic "$@"; }\n' + waits + rest)
    yield desk
    service.stop()
    node.end()


def equipped(chart: Chart, folder: Path) -> Desk:
    """A desk with both commands."""
    for name in ("keys", "masking_service", "masking_audit", "masking_files", "policy.yaml", "examples", "helm"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "bin").mkdir()
    for name, text in (("kubectl", KUBECTL), ("helm", HELM)):
        program = folder / "bin" / name
        program.write_text(text.format(kubectl=chart.kubectl, helm=chart.helm))
        program.chmod(0o755)
    return Desk(folder)


def store(desk: Desk) -> Node:
    """A store with the users of chapter 2."""
    desk.run(*blocks("bash", "2. The store's users"))
    folder = desk.folder
    node = Node(folder, durable(aclfile=str(folder / "users.acl")))
    password = (folder / "service.password").read_text().strip()
    node.client = redis.Redis(host=HOST, port=node.port, username="waybill", password=password, socket_timeout=2)
    node._answers = lambda: bool(node.client.info())  # type: ignore[method-assign]  # a password is needed
    return node.start()


def pod(folder: Path, url: str, ready: str = "/readyz") -> Running:
    """A service with a copy of the keyset that only the kubelet renews."""
    for name in ("kubelet", "pod"):
        (folder / name).mkdir()
    copy = folder / "kubelet" / "keyset.json"
    copy.write_bytes((folder / "state" / "keyset.json").read_bytes())
    copy.chmod(0o440)
    (folder / "pod" / "keyset.json").symlink_to(copy)
    (port,) = free_ports(1)
    variables = {
        "MASKING_STATE_DIR": str(folder / "pod"),
        "MASKING_REDIS_URL": url,
        "MASKING_BIND": f"{HOST}:{port}",
        "MASKING_WORKERS": "2",
    }
    service = Running(GUNICORN, folder, variables, port)
    wait_for(lambda: service.status(None, "GET", ready) == 200, "it is ready", 30)
    return service


def asked_for(rendered: list[Object]) -> set[tuple[str, str]]:
    """(Secret, key) of everything that has to be there."""
    found: set[tuple[str, str]] = set()
    files = {"keyset": "keyset.json", "clients": "clients.sealed", "users": "users.acl"}
    for each in rendered:
        pod = (
            each["spec"]["template"]["spec"] if each["kind"] in {"Deployment", "StatefulSet"} else each.get("spec", {})
        )
        for volume in pod.get("volumes", []):
            if "secret" in volume:
                found.add((volume["secret"]["secretName"], files[volume["name"]]))
        for container in pod.get("containers", []):
            for variable in container.get("env", []):
                if reference := variable.get("valueFrom", {}).get("secretKeyRef"):
                    found.add((reference["name"], reference["key"]))
    return found


@pytest.mark.parametrize("way", ["desk", "trial"])
def test_the_secrets_that_it_makes_are_those_that_the_chart_asks_for(way: str, request: pytest.FixtureRequest) -> None:
    desk = request.getfixturevalue(way)
    made = {
        (each["metadata"]["name"], key)
        for each in desk.objects("created.yaml")
        if each["kind"] == "Secret"
        for key in each["data"]
    }

    assert made == asked_for(desk.objects("rendered-0"))


@pytest.mark.parametrize("way", ["desk", "trial"])
def test_nothing_secret_is_in_what_it_installs(way: str, request: pytest.FixtureRequest) -> None:
    desk = request.getfixturevalue(way)
    installed = (desk.folder / "rendered-0").read_text()

    for name in ("service.password", "witness.password", "helm-test.key"):
        assert (desk.folder / name).read_text().strip() not in installed


def test_the_installation_has_its_witness_and_its_snapshot(desk: Desk) -> None:
    names = {(each["kind"], each["metadata"]["name"]) for each in desk.objects("rendered-0")}

    assert ("StatefulSet", "masking-waybill-masking-witness") in names
    assert ("waybill-masking-clients", "clients.sealed") in asked_for(desk.objects("rendered-0"))


def test_the_trial_store_has_the_address_that_it_names(trial: Desk) -> None:
    services = {
        f"{each['metadata']['name']}:{each['spec']['ports'][0]['port']}"
        for each in trial.objects("rendered-0")
        if each["kind"] == "Service"
    }

    assert TRIAL_STORE in services
    assert f"@{TRIAL_STORE}/0" in (trial.folder / "service.url").read_text()


def test_a_trial_ends_with_a_round_trip(trial: Desk) -> None:
    said = (trial.folder / "tested").read_text()

    assert [line[:3] for line in said.splitlines()] == ["ok:"] * 9


def test_the_pod_that_a_trial_works_in_is_there(trial: Desk) -> None:
    deployments = [each for each in trial.objects("rendered-0") if each["kind"] == "Deployment"]

    assert [each["metadata"]["name"] for each in deployments] == ["masking-waybill-masking"]
    assert [each["name"] for each in deployments[0]["spec"]["template"]["spec"]["containers"]] == ["service", "proxy"]


def test_a_rotation_ends_with_the_new_keyset_in_the_secret(desk: Desk) -> None:
    (pushed,) = desk.objects("applied.yaml")
    original = (desk.folder / "state" / "keyset.json").read_bytes()

    assert pushed["metadata"] == {"name": "waybill-masking-keyset", "namespace": "express"}
    assert desk.run(f"echo '{pushed['data']['keyset.json']}' | base64 -d").encode() == original
    states = [secret["state"] for secret in json.loads(original)["secrets"] if secret["use"] == "token"]
    assert sorted(states) == ["active", "retired"]


def test_a_rotation_waits_until_the_pods_have_the_new_key(desk: Desk) -> None:
    assert (desk.folder / "pushes").read_text().count("pushed") >= 3
    assert "token key is active" in desk.said


def test_the_way_in_that_it_shows_leads_to_the_service_and_to_the_contract_alone(chart: Chart) -> None:
    (ingress,) = objects(*blocks("yaml", "What you have to add"))
    validate(ingress)
    service = chart.one("defaults", "Service")

    (path,) = ingress["spec"]["rules"][0]["http"]["paths"]

    assert path["path"] == "/v1"
    assert path["backend"]["service"] == {
        "name": service["metadata"]["name"],
        "port": {"name": service["spec"]["ports"][0]["name"]},
    }
    assert ingress["metadata"]["namespace"] == service["metadata"]["namespace"]


def test_the_claim_that_it_names_is_the_witness_s(chart: Chart) -> None:
    witness = chart.one("production", "StatefulSet", "witness")

    claim = witness["spec"]["volumeClaimTemplates"][0]["metadata"]["name"]

    assert f"`{claim}-{witness['metadata']['name']}-0`" in HANDBOOK


def test_the_ways_into_two_tiers_that_it_shows_lead_to_their_services(chart: Chart) -> None:
    values, ingress = (objects(one)[0] for one in blocks("yaml", "Two tiers"))
    validate(ingress)
    rendered = objects(chart.template(*set_json(values)).stdout)
    services = {each["metadata"]["name"] for each in rendered if each["kind"] == "Service"}

    paths = {one["path"]: one["backend"]["service"]["name"] for one in ingress["spec"]["rules"][0]["http"]["paths"]}

    assert set(paths) == {"/v1/mask", "/v1/tokenize"}
    assert set(paths.values()) == {"masking-waybill-masking-intake"} <= services


def test_the_commands_for_two_tiers_make_the_secrets_of_the_intake_pods(desk: Desk) -> None:
    """Last, because it makes further Secrets."""
    (script,) = blocks("bash", "Two tiers")
    (secrets,) = blocks("bash", "4. Secrets")
    (rotation,) = blocks("bash", "Rotating keys")
    secret = next(line for line in secrets.splitlines() if line.startswith("secret()"))
    push = rotation.partition("for try")[0]
    desk.run(
        f'export MASKING_REDIS_URL="$(cat service.url)"; REDIS=redis.express.svc:6379\n{secret}\n{push}\n'
        + script.replace("--wait 150", "--wait 3")
    )
    made = {each["metadata"]["name"]: each["data"] for each in desk.objects("created.yaml") if each["kind"] == "Secret"}
    intake = json.loads(b64decode(made["waybill-masking-intake-keyset"]["keyset.json"]))
    whole = json.loads((desk.folder / "state" / "keyset.json").read_bytes())

    assert (intake["intake"], [host["name"] for host in whole["hosts"]]) == ("kubernetes", ["kubernetes"])
    assert b"waybill-intake:" in b64decode(made["waybill-masking-intake-redis"]["url"])
    assert "user waybill-intake on >" in (desk.folder / "users.acl").read_text()
