"""The chart installs the dashboard and the alert rules of its files if they are enabled."""

import json

import pytest
import yaml

from tests.helm.chart import ROOT, Chart, objects, set_json
from tests.monitoring.rules import RULES, selectors

FILES = ROOT / "helm" / "files"


def test_the_rules_of_the_operator_are_those_of_the_file(chart: Chart) -> None:
    rules = chart.one("everything", "PrometheusRule", "monitoring")

    assert rules["spec"] == yaml.safe_load((FILES / "alerts.yaml").read_text())
    assert rules["metadata"]["labels"]["release"] == "prometheus"


def test_grafana_is_handed_the_dashboard_of_the_file(chart: Chart) -> None:
    given = chart.one("everything", "ConfigMap", "monitoring")

    assert json.loads(given["data"]["waybill-masking.json"]) == json.loads((FILES / "dashboard.json").read_text())
    assert given["metadata"]["labels"]["grafana_dashboard"] == "1"


def test_nobody_gets_either_who_did_not_ask(chart: Chart) -> None:
    components = {each["metadata"]["labels"].get("app.kubernetes.io/component") for each in chart.render("defaults")}

    assert "monitoring" not in components


@pytest.mark.parametrize("name", ["", "wm", "express"])
def test_what_is_scraped_has_the_job_that_the_rules_ask_for(chart: Chart, name: str) -> None:
    """Whatever the release is called: without more, the operator's job is the name of the Service."""
    done = chart.template(*set_json({"fullnameOverride": name, "serviceMonitor": {"enabled": True}}))
    (monitor,) = (each for each in objects(done.stdout) if each["kind"] == "ServiceMonitor")
    (endpoint,) = monitor["spec"]["endpoints"]
    job = [each["replacement"] for each in endpoint["relabelings"] if each["targetLabel"] == "job"]
    asked = [matchers for rule in RULES.values() for name, matchers in selectors(rule["expr"]) if name == "up"]

    assert asked == [[("job", "=", *job)]]
