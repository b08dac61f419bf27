"""Tests the numbers of the decision records."""

import re

from tests.docs.pages import pages
from tests.e2e.processes import ROOT

RECORDS = sorted((ROOT / "docs" / "adr").glob("*.md"))
HEADING = re.compile(r"# (\d+)\. .")
LINK = re.compile(r"\[ADR (\d+)\]\([^)]*?(\d{4})-[^)/]*\.md\)")


def test_decisions_are_numbered_without_a_gap_or_a_double() -> None:
    assert [int(path.name[:4]) for path in RECORDS] == [*range(1, len(RECORDS) + 1)]


def test_the_heading_of_a_decision_has_the_number_of_its_file() -> None:
    headings = {path.name: HEADING.match(path.read_text("utf-8")) for path in RECORDS}
    numbers = {name: int(found[1]) if found else None for name, found in headings.items()}
    assert numbers == {path.name: int(path.name[:4]) for path in RECORDS}


def test_a_link_to_a_decision_names_its_number() -> None:
    links = [link for page in pages() for link in LINK.findall(page.read_text("utf-8"))]
    assert len(links) > 5
    assert [link for link in links if int(link[0]) != int(link[1])] == []
