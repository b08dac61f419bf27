"""The command runs on a sample, gives the same figures again, and makes the documents of them."""

import sys
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from bench.marked import put_between
from bench.quality import page
from bench.quality.contenders import EXPRESSION, SERVICE
from bench.quality.measure import Figures, measure
from bench.quality.scores import ALL
from masking_service.shipped import ROOT
from tests import programs

EVERY = 40


@pytest.fixture(scope="module")
def figures() -> Figures:
    return measure(every=EVERY)


def test_a_run_scores_every_contender_that_is_there(figures: Figures) -> None:
    assert {SERVICE, EXPRESSION} <= figures.scores.keys()
    assert all(0 <= one.wrong <= one.count for scores in figures.scores.values() for one in scores)
    assert {one.kind for one in figures.scores[SERVICE]} == {"text", "address", "foreign", "calm", "name"}


def test_the_figures_say_that_the_public_corpora_were_not_there(figures: Figures) -> None:
    assert not {"public", "lines"} & figures.digests.keys()
    assert "Not all public corpora were measured" in page.page(figures)


def test_a_second_run_gives_the_same_figures(figures: Figures) -> None:
    again, once = (sha256(msgspec.json.encode(one)).hexdigest() for one in (measure(every=EVERY), figures))

    assert again == once  # digests: a failure prints what is compared


def test_forms_add_up_to_all_forms(figures: Figures) -> None:
    whole: dict[tuple[str, ...], list[int]] = {}
    for one in figures.scores[SERVICE]:
        counts = whole.setdefault((one.part, one.way, one.kind, one.what), [0, 0])
        counts[one.form == ALL] += one.count

    assert all(forms == together for forms, together in whole.values())


def test_no_example_of_the_held_out_part_is_printed(figures: Figures) -> None:
    held_out = {text for one in figures.scores[SERVICE] if one.part == "held_out" for text, _ in one.examples}

    assert held_out
    assert not any(f"`{text}`" in page.examples(figures) for text in held_out)


def test_the_command_saves_page_and_figures_without_any_text_and_feeds_the_readme(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (tmp_path / "README.md").write_text("# A\n<!-- quality:begin -->\n<!-- quality:end -->\nB\n")

    command = (sys.executable, "-m", "bench.quality", "--every", str(EVERY), "--save", docs)
    printed = programs.output(*command, cwd=ROOT, timeout=100)

    saved = page.saved(docs)
    assert (docs / "quality.md").read_text() == page.page(saved)
    assert not any(one.examples for scores in saved.scores.values() for one in scores)
    assert page.headline(saved) in printed
    assert page.headline(saved) in (tmp_path / "README.md").read_text()
    assert (tmp_path / "README.md").read_text().endswith("<!-- quality:end -->\nB\n")


def test_the_page_is_what_the_saved_figures_make() -> None:
    assert (ROOT / "docs/quality.md").read_text() == page.page(page.saved(ROOT / "docs"))


@pytest.mark.parametrize("name", page.READMES)
def test_the_readme_shows_the_saved_figures(name: str) -> None:
    text = (ROOT / name).read_text()

    assert put_between(text, "quality", page.READMES[name](page.saved(ROOT / "docs"))) == text
