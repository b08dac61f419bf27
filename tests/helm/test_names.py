"""Names of every sort: of releases, of namespaces, of one's own choice, and under a chart above."""

import re
import shutil
from pathlib import Path

import pytest

from tests import programs
from tests.helm.chart import ROOT, VALUES, Chart, Object, objects, refusal, validate
from tests.helm.references import faults

EVERYTHING = ("--values", str(VALUES / "everything.yaml"))
LONGEST = "a" * 50 + "-bc"
"""Helm takes 53 characters."""


def sound(done: programs.Ended) -> list[Object]:
    """What was rendered, when Kubernetes would take it."""
    assert done.returncode == 0, done.stderr
    rendered = objects(done.stdout)
    assert faults(rendered) == []
    for each in rendered:
        validate(each)
    return rendered


@pytest.mark.parametrize(
    ("release", "namespace", "given", "name"),
    [
        ("masking", "express", (), "masking-waybill-masking"),
        ("waybill-masking", "express", (), "waybill-masking"),
        ("my-waybill-masking-2", "express", (), "my-waybill-masking-2"),
        ("true", "null", (), "true-waybill-masking"),
        ("a.b", "123", (), "a-b-waybill-masking"),
        ("1e3", "0x10", ("fullnameOverride=null-",), None),
        ("1e3", "0x10", ("fullnameOverride=yes",), "yes"),
        ("123", "1e3", ("fullnameOverride=masks", "nameOverride=123"), "masks"),
        ("no", "no", ("nameOverride=n",), "no"),
        (LONGEST, "n" * 63, (), "a" * 39),
        ("a" * 38 + "-b", "express", (), "a" * 38),
        ("masking", "express", ("nameOverride=labels",), "masking-labels"),
    ],
)
def test_every_name_is_one_that_kubernetes_takes(
    chart: Chart, release: str, namespace: str, given: tuple[str, ...], name: str | None
) -> None:
    words = [word for one in given for word in ("--set-string", one)]

    done = chart.run("template", release, "helm", "--namespace", namespace, *EVERYTHING, *words)

    if name is None:
        assert "/fullnameOverride" in done.stderr
        return
    rendered = sound(done)
    deployments = {each["metadata"]["name"] for each in rendered if each["kind"] == "Deployment"}
    assert deployments == {name, f"{name}-intake", f"{name}-desk"}
    assert {each["metadata"]["namespace"] for each in rendered} == {namespace}
    assert {each["metadata"]["labels"]["app.kubernetes.io/instance"] for each in rendered} == {release}


@pytest.mark.parametrize("release", ["1masking", "123"])
def test_a_name_that_no_service_can_have_is_refused(chart: Chart, release: str) -> None:
    assert "begins with a letter: set fullnameOverride" in refusal(chart.run("template", release, "helm"))


def test_two_releases_in_one_namespace_share_no_name_and_no_pod(chart: Chart) -> None:
    one, other = (sound(chart.run("template", name, "helm", *EVERYTHING)) for name in ("one", "two"))

    names = [{(each["kind"], each["metadata"]["name"]) for each in release} for release in (one, other)]
    assert not names[0] & names[1]
    assert faults([*one, *other]) == []


def test_it_works_as_a_subchart_with_global_values(chart: Chart, tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: above\nversion: 1.0.0\n")
    (tmp_path / "values.yaml").write_text("global: {registry: x}\nwaybill-masking: {replicas: 7}\n")
    shutil.copytree(ROOT / "helm", tmp_path / "charts" / "waybill-masking")

    rendered = sound(chart.run("template", "all", str(tmp_path)))

    assert [each["spec"]["replicas"] for each in rendered if each["kind"] == "Deployment"] == [7]


def test_a_version_with_a_build_in_it_makes_labels_that_are_taken(chart: Chart, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "helm", tmp_path / "helm")
    card = tmp_path / "helm" / "Chart.yaml"
    card.write_text(re.sub(r"(?m)^(version|appVersion): .*", r"\1: 1.2.3+build.4", card.read_text()))

    (deployment,) = [o for o in sound(chart.run("template", "m", str(tmp_path / "helm"))) if o["kind"] == "Deployment"]

    assert deployment["metadata"]["labels"]["helm.sh/chart"] == "waybill-masking-1.2.3_build.4"


def test_a_kubernetes_that_knows_no_sleep_before_the_end_is_refused(chart: Chart) -> None:
    assert "requires kubeVersion: >=1.30.0-0" in refusal(chart.template("--kube-version", "1.29.0"))
