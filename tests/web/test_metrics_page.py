"""docs/metrics.md lists every metric that the service exposes, with its labels, and no other."""

from __future__ import annotations

import re

from prometheus_client.parser import text_string_to_metric_families

from masking_service.shipped import ROOT
from tests.web.api import Api

ROW = re.compile(r"^\| (`masking_\w+`(?:, `masking_\w+`)*) \|([\w, ]*)\|", re.MULTILINE)


def listed() -> dict[str, set[str]]:
    """name → labels, of each row of the page's tables."""
    found: dict[str, set[str]] = {}
    for names, labels in ROW.findall((ROOT / "docs" / "metrics.md").read_text()):
        for name in re.findall(r"masking_\w+", names):
            found[name] = {label.strip() for label in labels.split(",") if label.strip()}
    return found


def exposed(api: Api) -> dict[str, set[str]]:
    """name → labels, of everything that is there after some calls."""
    api.mask({"sender": {"phone": "13812345678"}})
    api.get(None, "/readyz")
    api.parts.checkpoints.make()
    api.parts.checkpoints.refresh_oldest()
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(api.get(None, "/metrics").text):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found[name] = {label for sample in family.samples for label in sample.labels if label != "le"}
    return {name: labels for name, labels in found.items() if not name.endswith("_created")}


def test_the_page_lists_what_is_exposed(fresh: Api) -> None:
    there = exposed(fresh)
    there.setdefault("masking_store_memory_limit_bytes", set())  # where a server has a limit: test_scraped.py
    there.setdefault("masking_published_age_seconds", set())  # where there are two tiers: tests/monitoring

    assert there == listed()
