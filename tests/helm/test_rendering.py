"""What the chart renders is what Kubernetes takes, strictly, from the defaults to everything at once."""

import json
import re

import kubernetes_validate
import pytest

from masking_service.runtime.settings import VARIABLES
from tests.every import every
from tests.helm.chart import NEWEST, OLDEST, ROOT, VALUE_SETS, Chart, validate

every_value_set = every("value_set", VALUE_SETS)


@every_value_set
def test_it_passes_a_strict_lint(chart: Chart, value_set: str) -> None:
    done = chart.lint(value_set)

    assert (done.returncode, "0 chart(s) failed" in done.stdout) == (0, True), done.stdout


@every_value_set
@pytest.mark.parametrize("version", [OLDEST, NEWEST], ids=["oldest", "newest"])
def test_every_object_meets_the_schema_of_kubernetes(chart: Chart, value_set: str, version: str) -> None:
    for rendered in chart.render(value_set):
        validate(rendered, version)


def test_the_validation_is_strict(chart: Chart) -> None:
    deployment = json.loads(json.dumps(chart.one("defaults", "Deployment")))
    deployment["spec"]["template"]["spec"]["containers"][0]["securityContext"]["readOnlyRootFileSystem"] = True

    with pytest.raises(kubernetes_validate.ValidationError):
        validate(deployment)


def test_everything_means_every_template() -> None:
    assert {"defaults", "production", "sentinel", "cluster", "trial", "everything"} <= set(VALUE_SETS)


@every_value_set
def test_everything_is_in_the_namespace_of_the_release(chart: Chart, value_set: str) -> None:
    assert {rendered["metadata"]["namespace"] for rendered in chart.render(value_set)} == {"express"}


def test_everything_on_renders_every_kind(chart: Chart) -> None:
    assert {rendered["kind"] for rendered in chart.render("everything")} == {
        "ConfigMap",
        "Deployment",
        "HorizontalPodAutoscaler",
        "NetworkPolicy",
        "Pod",
        "PodDisruptionBudget",
        "PrometheusRule",
        "Service",
        "ServiceAccount",
        "ServiceMonitor",
        "StatefulSet",
    }


def test_every_variable_is_one_that_the_service_or_the_desk_reads(chart: Chart) -> None:
    names = {variable["name"] for pod in chart.pods("everything") for variable in pod["containers"][0].get("env", [])}
    desk = set(re.findall(r"`(MASKING_CONSOLE_\w+)`", (ROOT / "docs" / "desk.md").read_text()))

    others = {"MASKING_URL", "MASKING_INTAKE_URL", "MASKING_TEST_KEY", "SSL_CERT_FILE"}
    assert names - set(VARIABLES) - desk == others


def test_the_default_policy_is_the_one_of_this_repository(chart: Chart) -> None:
    assert chart.one("defaults", "Deployment")
    given = next(o for o in chart.render("defaults") if o["metadata"]["name"] == "masking-waybill-masking-policy")

    assert given["data"]["policy.yaml"].strip() == (ROOT / "policy.yaml").read_text().strip(), "cp policy.yaml helm/"


def test_helm_test_runs_the_script_of_this_repository(chart: Chart) -> None:
    given = chart.one("defaults", "ConfigMap", "test")["data"]

    assert given == {"round_trip.py": (ROOT / "helm" / "round_trip.py").read_text()}


def test_a_policy_of_ones_own_takes_its_place_whole(chart: Chart) -> None:
    given = next(o for o in chart.render("production") if o["metadata"]["name"] == "masking-waybill-masking-policy")

    assert given["data"] == {"policy.yaml": "version: 1\nroles: {}\n", "staff.jwks": '{"keys": []}'}


def test_the_version_is_the_service_s(chart: Chart) -> None:
    assert (
        f"## [{chart.one('defaults', 'Deployment')['metadata']['labels']['app.kubernetes.io/version']}]"
        in (ROOT / "CHANGELOG.md").read_text()
    )
