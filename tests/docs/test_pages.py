"""Runs the commands of the README and the quick starts."""

import json
import re
from pathlib import Path

import pytest

from tests.docs.conftest import Reader
from tests.docs.pages import Step, is_what_was_said, steps
from tests.e2e.processes import ROOT

pytestmark = pytest.mark.timeout(300)  # a page is a dozen commands, and the first one starts the service

TRANSLATED = ".zh-CN"
QUICK_STARTS = sorted((ROOT / "docs" / "quickstart").glob("*.md"))
TRANSLATIONS = [page for page in [ROOT / "README.zh-CN.md", *QUICK_STARTS] if TRANSLATED in page.name]
SCREENS = "dispute-desk"
"""This page has no commands: tests/browser works at the screens that it describes."""
PAGES = [page for page in [ROOT / "README.md", *QUICK_STARTS] if TRANSLATED not in page.name and page.stem != SCREENS]


DESK_PAGES = [page for page in QUICK_STARTS if page.name.startswith(SCREENS)]


@pytest.mark.parametrize("page", DESK_PAGES, ids=lambda page: page.name)
def test_the_waybill_of_a_page_without_commands_is_found_as_it_says(page: Path, reader: Reader) -> None:
    told = set(re.findall(r"`([^`]+)`", page.read_text("utf-8")))
    forms = (r"YT\d{13}", r"\d{3} \d{4} \d{4}", r"\d{4}", r"\d{6}")
    (number,), (phone,), (last4,), (site,) = ([code for code in told if re.fullmatch(form, code)] for form in forms)
    asked = ({"phone": phone}, {"last4": last4, "site": site})

    searches = [f". examples/ask.sh; ask service-desk /search -d '{json.dumps(each)}'" for each in asked]
    found = [json.loads(printed)["results"] for printed in reader.run(*(Step(search, "") for search in searches))]

    assert [[each["waybill_no"] for each in results] for results in found] == [[number], [number]]


def without_comments(step: Step) -> Step:
    return Step(re.sub(r"(?m)^# .*\n", "", step.commands), step.prints)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_print_what_the_page_says(page: Path, reader: Reader) -> None:
    told = steps(page.read_text("utf-8"))
    tokens: dict[str, str] = {}

    printed = reader.run(*told)

    for step, came in zip(told, printed, strict=True):
        assert not step.prints or is_what_was_said(step, came, tokens), (
            f"{step.commands}\nis said to print\n{step.prints}\nand printed\n{came}"
        )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_page_shows_the_output_of_at_least_half_of_its_steps(page: Path) -> None:
    told = steps(page.read_text("utf-8"))

    assert sum(bool(step.prints) for step in told) > len(told) / 2


@pytest.mark.parametrize("page", TRANSLATIONS, ids=lambda page: page.name)
def test_a_translation_has_the_same_commands_and_answers(page: Path) -> None:
    original = page.with_name(page.name.replace(TRANSLATED, ""))

    told, translated = (
        [without_comments(step) for step in steps(each.read_text("utf-8"))] for each in (original, page)
    )

    assert translated == told


@pytest.mark.parametrize("page", QUICK_STARTS, ids=lambda page: page.name)
def test_a_quick_start_fits_a_page(page: Path) -> None:
    assert len(page.read_text("utf-8").splitlines()) <= 100
