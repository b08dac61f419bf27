"""Tests that pages and policies name every section, permission and signed act."""

import re
from typing import get_args

from masking_service.masking.kinds.table import TABLE, TOKEN_KINDS
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy_file import MORE_SECTIONS, SECTIONS
from masking_service.service.proposals.api import ActName
from tests.e2e.processes import ROOT
from tests.every import every

ACTS = set(get_args(ActName))
POLICIES = ("policy.yaml", "examples/policy-recommended.yaml")
PAGE = (ROOT / "docs" / "policy.md").read_text("utf-8")


def read(file: str) -> str:
    return (ROOT / file).read_text("utf-8")


def part(heading: str) -> str:
    """Return what is under a heading, up to the next one."""
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_the_table_has_every_section() -> None:
    rows = re.findall(r"^\| `(\w+)`", part("What each section decides"), re.MULTILINE)

    assert {"version", *rows} == {*SECTIONS, *MORE_SECTIONS}


def test_the_list_has_every_permission() -> None:
    listed = part("Permissions").partition("\n\n")[0]

    assert set(re.findall(r"`([a-z]+:[a-z]+)`", listed)) == set(Permission)


def test_the_page_on_signatures_has_every_act() -> None:
    rows = re.findall(
        r"^\| `[a-z-]+`(?:, `[a-z-]+`)* \|", (ROOT / "docs" / "signatures.md").read_text("utf-8"), re.MULTILINE
    )

    assert set(re.findall(r"[a-z-]+", " ".join(rows))) & ACTS == ACTS


def test_the_page_and_the_comments_name_every_kind_that_can_be_opened() -> None:
    row = re.search(r"^\| `purposes` \|.*", PAGE, re.MULTILINE)
    comments = [re.search(r"^#   kinds {8}.*", text, re.MULTILINE) for text in map(read, POLICIES)]

    for line in (row, *comments):
        assert line is not None
        assert {*re.findall(r"\w+", line[0])} >= {*TOKEN_KINDS}


@every("file", POLICIES)
def test_the_comment_of_a_policy_says_how_each_kind_is_hidden(file: str) -> None:
    listed = dict(re.findall(r"^#   (\w+) +.*?hide: ([a-z| ]*[a-z])", read(file), re.MULTILINE))

    assert {name: {*said.split(" | ")} for name, said in listed.items() if name in TABLE} == {
        name: {*kind.hide} for name, kind in TABLE.items() if kind.hide
    }


@every("file", POLICIES)
def test_the_comment_of_a_policy_has_every_act(file: str) -> None:
    listed = re.search(r"^#   acts {12}(.*(?:\n# {10,}.*)*)", read(file), re.MULTILINE)

    assert listed is not None
    assert set(re.findall(r"[a-z-]+", listed[1])) & ACTS == ACTS
