"""Tests that the page on the policy has every section and every permission."""

import re

from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy_file import MORE_SECTIONS, SECTIONS
from tests.e2e.processes import ROOT

PAGE = (ROOT / "docs" / "policy.md").read_text("utf-8")


def part(heading: str) -> str:
    """Return what is under a heading, up to the next one."""
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_the_table_has_every_section() -> None:
    rows = re.findall(r"^\| `(\w+)`", part("What each section decides"), re.MULTILINE)

    assert {"version", *rows} == {*SECTIONS, *MORE_SECTIONS}


def test_the_list_has_every_permission() -> None:
    listed = part("Permissions").partition("\n\n")[0]

    assert set(re.findall(r"`([a-z]+:[a-z]+)`", listed)) == set(Permission)
