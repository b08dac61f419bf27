"""The documents show the figures of the saved run, and none was typed."""

import pytest

from bench import page

FIGURES = page.saved()


def test_the_page_is_what_the_saved_figures_make() -> None:
    assert (page.DOCS / "benchmarks.md").read_text() == page.page(FIGURES)


@pytest.mark.parametrize("name", page.FED)
def test_other_documents_show_the_same_run(name: str) -> None:
    text = (page.DOCS / name).read_text()

    assert page.fed(text, FIGURES, page.FED[name]) == text


def test_the_saved_run_was_a_whole_one() -> None:
    assert not FIGURES.quick


def test_every_picture_is_of_that_run() -> None:
    from bench import plots  # here, because it is slow to import

    for name in plots.PICTURES:
        assert FIGURES.machine.line in (page.DOCS / "benchmarks" / f"{name}.svg").read_text(), name


def test_a_document_without_a_place_for_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for bench:rates"):
        page.fed("# Scaling\n", FIGURES, page.FED["scaling.md"])
