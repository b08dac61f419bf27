"""Values that make no sense, and secrets in the wrong place, are refused before anything is rendered."""

import json

import pytest

from masking_service.runtime.settings import VARIABLES
from tests.every import every
from tests.helm.chart import ROOT, Chart, refusal, set_json
from tests.helm.combinations import PEM

INTERNET = '{"network": {"clients": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}}'
CERTIFICATE = ("existingSecret=same", "clientCertificate=true")
PRIVATE = '{"witness": {"publicKey": "-----BEGIN PRIVATE KEY-----\\n"}}'
REFUSED = {
    "an unknown value": ("/", '{"replica": 3}'),
    "an unknown nested value": ("/redis", '{"redis": {"password": "hunter2"}}'),
    "no replica": ("/replicas", '{"replicas": 0}'),
    "replicas in words": ("/replicas", '{"replicas": "three"}'),
    "no worker": ("/workers", '{"workers": 0}'),
    "a keyset in the values": ("/keyset", '{"keyset": {"content": "{}"}}'),
    "no name for the keyset": ("/keyset/existingSecret", '{"keyset": {"existingSecret": ""}}'),
    "a name that Kubernetes would refuse": ("/keyset/existingSecret", '{"keyset": {"existingSecret": "My_Keys"}}'),
    "the store's URL in the values": ("/redis", '{"redis": {"url": "redis://:hunter2@redis"}}'),
    "the store's URL among the settings": ("/", '{"settings": {"MASKING_REDIS_URL": "redis://:hunter2@redis"}}'),
    "a setting that is none": ("/", '{"settings": {"REDIS_HOST": "redis"}}'),
    "a setting that is a number": ("/settings", '{"settings": {"MASKING_MAX_BODY_BYTES": 7}}'),
    "more slots of the audit log than there can be": ("/settings", '{"settings": {"MASKING_AUDIT_SLOTS": "17"}}'),
    "the store without peers": ("/redis/peers", '{"redis": {"peers": []}}'),
    "an empty peer": ("/network/clients/0", '{"network": {"clients": [{}]}}'),
    "a peer of two sorts": (
        "/network/clients/0",
        '{"network": {"clients": [{"podSelector": {}, "ipBlock": {"cidr": "10.0.0.0/8"}}]}}',
    ),
    "the whole internet as a peer": ("/network/clients/0", INTERNET),
    "a port that is none": ("/redis/ports/0", '{"redis": {"ports": [70000]}}'),
    "a client certificate out of no Secret": ("/redis/tls", '{"redis": {"tls": {"clientCertificate": true}}}'),
    "too many replicas": ("/redis/replicas", '{"redis": {"replicas": 11}}'),
    "an image that changes under its name": ("/image/tag", '{"image": {"tag": "latest"}}'),
    "a tag in the image's name": ("/image/repository", '{"image": {"repository": "masking:1"}}'),
    "a digest that is none": ("/image/digest", '{"image": {"digest": "sha256:abc"}}'),
    "no limit of memory": ("/resources/limits", '{"resources": {"limits": {"memory": null}}}'),
    "an amount that is none": ("/resources/limits/memory", '{"resources": {"limits": {"memory": "much"}}}'),
    "a drain shorter than connections live": ("/drainSeconds", '{"drainSeconds": 2}'),
    "a pod's label that selectors use": ("/", '{"podLabels": {"app.kubernetes.io/name": "other"}}'),
    "a policy that is none": ("/policy", '{"policy": "off"}'),
    "a private key in the policy": ("/policy", '{"policy": "roles:\\n-----BEGIN PRIVATE KEY-----"}'),
    "egress without peers": ("/network/egress/0/to", '{"network": {"egress": [{"to": [], "ports": [443]}]}}'),
    "alerts that go out in the clear": ("/alerts", '{"alerts": {"url": "http://alerts", "existingSecret": "alerts"}}'),
    "alerts without a signing key": ("/alerts/existingSecret", '{"alerts": {"url": "https://alerts.example/"}}'),
    "an issuer's private key": ("/issuers/keys", '{"issuers": {"keys": {"a.pem": "-----BEGIN PRIVATE KEY-----"}}}'),
    "an issuer's private JWK": ("/issuers/keys", '{"issuers": {"keys": {"a.jwks": "{\\"d\\": \\"x\\"}"}}}'),
    "an issuer's key in the policy's place": ("/", '{"issuers": {"keys": {"policy.yaml": "roles:"}}}'),
    "a private key for the witness": ("/witness/publicKey", PRIVATE),
    "a trial server that changes under its name": ("/trialValkey/image", '{"trialValkey": {"image": "valkey:latest"}}'),
    "rules that are written into the values": ("/monitoring/rules", '{"monitoring": {"rules": {"groups": []}}}'),
    "no word on the dashboard": ("/monitoring/dashboard", '{"monitoring": {"dashboard": {"enabled": null}}}'),
    "a desk in clear": ("/desk/url", '{"desk": {"url": "http://desk.example"}}'),
    "access tokens in clear": ("/desk/serviceUrl", '{"desk": {"serviceUrl": "http://masking:80"}}'),
    "a client secret in the values": ("/desk", '{"desk": {"clientSecret": "hunter2"}}'),
    "a switch in words": ("/autoscaling/enabled", '{"autoscaling": {"enabled": "yes"}}'),
    "half a byte of memory": ("/resources/limits/memory", '{"resources": {"limits": {"memory": "512m"}}}'),
    "no processor": ("/resources/requests/cpu", '{"resources": {"requests": {"cpu": "0.0"}}}'),
    "a network that is none": (
        "/redis/peers/0/ipBlock/cidr",
        '{"redis": {"peers": [{"ipBlock": {"cidr": "10.0.0.1/99"}}]}}',
    ),
    "a service's port in words": ("/service/port", '{"service": {"port": "http"}}'),
    "a Service of another type": ("/service", '{"service": {"type": "LoadBalancer"}}'),
    "a label that is too long": ("/podLabels/a", f'{{"podLabels": {{"a": "{"b" * 64}"}}}}'),
    "a label that is no text": ("/podLabels/a", '{"podLabels": {"a": true}}'),
    "an annotation of the chart": ("/", '{"podAnnotations": {"waybill-masking/schemas": "x"}}'),
    "a toleration of everything with a value": (
        "/tolerations/0",
        '{"tolerations": [{"operator": "Exists", "value": "x"}]}',
    ),
    "a toleration of nothing": ("/tolerations/0", '{"tolerations": [{"effect": "NoSchedule"}]}'),
    "an affinity that is not known": ("/affinity", '{"affinity": {"podAffinities": {}}}'),
    "an expression without a value": (
        "/network/clients/0/podSelector/matchExpressions/0",
        '{"network": {"clients": [{"podSelector": {"matchExpressions": [{"key": "a", "operator": "In"}]}}]}}',
    ),
    "a measure before the last one ends": ("/serviceMonitor/interval", '{"serviceMonitor": {"interval": "5s"}}'),
    "a setting that could hold a secret": ("/settings", '{"settings": {"MASKING_REDIS_PASSWORD": "hunter2"}}'),
    "a setting with another word than its own": ("/settings", '{"settings": {"MASKING_REDIS_MAY_LOSE": "yes"}}'),
    "an archive that keeps nothing": ("/witness/storage/size", '{"witness": {"storage": {"size": "0"}}}'),
    "a private key behind the witness's public one": (
        "/witness/publicKey",
        json.dumps({"witness": {"publicKey": f"{PEM}-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n"}}),
    ),
    "a name that is no name of an object": ("/fullnameOverride", '{"fullnameOverride": "9lives"}'),
    "a part that is taken away": ("/", '{"autoscaling": null}'),
}


@every(("place", "values"), REFUSED.values())
def test_invalid_values_are_refused_at_their_place(chart: Chart, place: str, values: str) -> None:
    said = refusal(chart.template(*set_json(json.loads(values))))

    assert "values don't meet the specifications of the schema" in said
    assert place == "/" or f"at '{place}" in said


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (
            ["autoscaling.enabled=true", "autoscaling.minReplicas=9", "autoscaling.maxReplicas=3"],
            "autoscaling.minReplicas is greater than autoscaling.maxReplicas",
        ),
        (
            ["witness.redis.existingSecret=waybill-masking-redis", f"witness.publicKey={PEM}"],
            "the witness has credentials of its own",
        ),
        (
            [
                f"witness.publicKey={PEM}",
                *(f"{name}redis.tls.{given}" for name in ("", "witness.") for given in CERTIFICATE),
            ],
            "the witness has a certificate of its own",
        ),
        (["resources.requests.memory=1Gi"], "resources.requests.memory is greater than its limit"),
        (["witness.resources.requests.cpu=1"], "witness.resources.requests.cpu is greater than its limit"),
        (["trialValkey.maxMemory=1gb"], "trialValkey.maxMemory is greater than its limit of memory"),
        (["trialValkey.enabled=true", "redis.replicas=1"], "trialValkey has no replica"),
        (["archive.existingSecret=archive"], "set archive.url, or witness.publicKey"),
        (["archive.url=https://archive.example"], "archive.url needs archive.existingSecret"),
    ],
)
def test_two_values_that_do_not_go_together_are_refused(chart: Chart, values: list[str], reason: str) -> None:
    assert reason in refusal(chart.template(*(word for value in values for word in ("--set", value))))


def test_nowhere_is_a_word_taken_that_is_not_known() -> None:
    schema = json.loads((ROOT / "helm" / "values.schema.json").read_text())
    objects = [schema]
    for found in objects:
        objects += [inner for inner in found.values() if isinstance(inner, dict)]

    loose = [found for found in objects if found.get("type") == "object" and "additionalProperties" not in found]

    assert loose == []
    assert len(objects) > 100


NOT_IN_THE_CHART = {
    "MASKING_AUDIT_ARCHIVE",  # the witness's
}


def test_every_variable_of_the_service_is_set_by_the_chart_or_may_be(chart: Chart) -> None:
    schema = json.loads((ROOT / "helm" / "values.schema.json").read_text())
    tiers = [chart.one("everything", "Deployment", component) for component in ("service", "intake")]
    containers = [tier["spec"]["template"]["spec"]["containers"][0] for tier in tiers]

    set_by_the_chart = {variable["name"] for one in containers for variable in one["env"]} - {"SSL_CERT_FILE"}
    may_be = set(schema["properties"]["settings"]["properties"])

    assert set_by_the_chart | may_be == set(VARIABLES) - NOT_IN_THE_CHART


def test_the_schema_knows_every_default(chart: Chart) -> None:
    assert chart.template().returncode == 0
