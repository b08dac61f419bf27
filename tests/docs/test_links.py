"""Tests the links between the pages of the project."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.pages import pages
from tests.e2e.processes import ROOT
from tests.every import every

CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
PAGES = [pytest.param(page, id=str(page.relative_to(ROOT))) for page in pages()]


@cache
def prose(page: Path) -> str:
    return CODE.sub("", page.read_text("utf-8"))


def links(page: Path) -> list[str]:
    """What a page links to inside the project."""
    return [unquote(link) for link in LINK.findall(prose(page)) if "://" not in link]


@cache
def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings on GitHub."""
    fences_gone = re.sub(r"(?ms)^```.*?^```$", "", page.read_text("utf-8"))
    found: set[str] = set()
    for heading in HEADING.findall(fences_gone):
        text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        again = sum(each == name or re.fullmatch(rf"{re.escape(name)}-\d+", each) is not None for each in found)
        found.add(f"{name}-{again}" if again else name)
    return found


def leads_somewhere(page: Path, link: str) -> bool:
    file, _, anchor = link.partition("#")
    target = (page.parent / file).resolve() if file else page
    return target.is_relative_to(ROOT) and target.exists() and (not anchor or anchor in anchors(target))


@every("page", PAGES)
def test_every_link_inside_the_project_has_a_target(page: Path) -> None:
    assert [link for link in links(page) if not leads_somewhere(page, link)] == []


def test_every_document_is_reachable_from_the_readme() -> None:
    reached: set[Path] = set()
    ahead = [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page.is_dir():
            ahead += page.glob("*.md")
        elif page.suffix == ".md" and page not in reached:
            reached.add(page)
            ahead += [(page.parent / link.partition("#")[0]).resolve() for link in links(page)]

    assert {str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md") if page not in reached} == set()


@every(
    ("link", "leads"),
    [
        *(("docs/keys.md#shredding", True), ("docs/keys.md#nowhere", False), ("docs/none.md", False)),
        *(("docs/adr/", True), ("../", False)),
    ],
)
def test_a_broken_link_is_detected(link: str, leads: bool) -> None:
    assert leads_somewhere(ROOT / "README.md", link) is leads
