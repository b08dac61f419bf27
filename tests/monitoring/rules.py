"""The alert rules and the dashboard that come with the service, taken apart into what they name."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
ALERTS = ROOT / "helm" / "files" / "alerts.yaml"
DASHBOARD = ROOT / "helm" / "files" / "dashboard.json"

RULES: dict[str, dict[str, Any]] = {
    rule["alert"]: rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]
}
PANELS: list[dict[str, Any]] = [
    panel for panel in json.loads(DASHBOARD.read_text())["panels"] if panel["type"] != "row"
]
QUERIES: dict[str, str] = {
    f"{panel['title']}, {target['refId']}": target["expr"] for panel in PANELS for target in panel["targets"]
}
OF_TIERS = frozenset(
    {
        "MaskingPublicationLate",
        "Age of the newest publication at intake hosts, A",
        "Age of the oldest intake host, days, A",
    }
)
"""The expressions that find something only where the service is split into two tiers."""
EXPRESSIONS: dict[str, str] = {**{name: rule["expr"] for name, rule in RULES.items()}, **QUERIES}

_SELECTOR = re.compile(r"\b(masking_\w+|up)\b(?:\{([^}]*)\})?")
_MATCHER = re.compile(r"(\w+)\s*(=~|!=|!~|=)\s*\"([^\"]*)\"")
_GROUPING = re.compile(r"\b(?:by|on)\s*\(([^)]*)\)")


def selectors(expression: str) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """(name, matchers) of all that an expression selects; a matcher is (label, operator, value)."""
    return [(name, _MATCHER.findall(matchers)) for name, matchers in _SELECTOR.findall(expression)]


def labels_of(expression: str) -> set[tuple[str, str]]:
    """(name, label) of every label that an expression matches or groups by."""
    grouped = {label.strip() for group in _GROUPING.findall(expression) for label in group.split(",")}
    found = set()
    for name, matchers in selectors(expression):
        found |= {(name, label) for label, _, _ in matchers}
        found |= {(name, label) for label in grouped}
    return found
