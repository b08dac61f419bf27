"""The benchmark runs: quick mode measures every contender and stage, and draws every picture. No time is asserted."""

import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import page, stages
from bench.figures import ENCRYPT, Figures
from bench.mixed import SHARES
from bench.waybills import KINDS, USUAL
from masking_service.shipped import ROOT
from tests import programs
from tests.e2e.processes import SERVICE

SECONDS = 300
"""It takes a third of a minute on two idle cores; a machine that runs many tests is busy."""
pytestmark = pytest.mark.timeout(SECONDS + 20)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a quick run, which was started as `make bench` starts one, saved what it measured."""
    made = tmp_path_factory.mktemp("checkout") / "docs"
    made.mkdir()
    for name in page.FED:
        (made / name).write_text((ROOT / "docs" / name).read_text())
    variables = {**os.environ, "COLUMNS": "160"}
    command = (*SERVICE, "bench", "--quick", "--save", made)
    (made / "printed").write_text(programs.output(*command, cwd=ROOT, timeout=SECONDS, env=variables))
    return made


@pytest.fixture(scope="module")
def figures(folder: Path) -> Figures:
    return page.saved(folder)


def test_every_contender_does_what_it_can_in_every_size(figures: Figures) -> None:
    found = [(rate.contender, rate.use_case, rate.size) for rate in figures.rates if rate.records == USUAL]

    expected = [
        (contender, use_case, size)
        for use_case, contenders in {
            "mask": ("service", "baseline", "presidio"),
            "tokenize": ("service", "baseline", "hand_rolled"),
            ENCRYPT: ("openbao",),
        }.items()
        for size in figures.sizes
        for contender in contenders
    ]
    assert sorted(found) == sorted(expected)
    assert all(min(rate.rounds) > 0 for rate in figures.rates)


def test_the_service_is_measured_with_every_kind_of_records(figures: Figures) -> None:
    found = {
        (rate.contender, rate.use_case, rate.size, rate.records) for rate in figures.rates if rate.records != USUAL
    }

    batch = figures.sizes[-1]
    assert found == {
        ("service", use_case, batch, kind) for use_case in ("mask", "tokenize") for kind in KINDS if kind != USUAL
    }


def test_every_stage_took_its_time_in_every_size(figures: Figures) -> None:
    found = {(one.use_case, one.size): set(one.stages) for one in figures.stages}

    everything = {*stages.PARTS, stages.REST}
    masking = everything - stages.ONLY_TOKENIZING
    assert found == {("mask", size): masking for size in stages.SIZES} | {
        ("tokenize", size): everything for size in stages.SIZES
    }
    assert all(min(one.stages.values()) > 0 for one in figures.stages)


def test_every_kind_of_request_was_answered_under_load(figures: Figures) -> None:
    assert [set(loaded.kinds) for loaded in figures.load] == [set(SHARES)] * len(figures.load)
    assert all(0 < kind.p50 <= kind.p99 for loaded in figures.load for kind in loaded.kinds.values())


def test_the_bytes_of_a_waybill_add_up_to_what_the_store_holds_of_it(figures: Figures) -> None:
    each = figures.bytes
    told = each.name + each.header + each.body + each.padding + each.seal

    assert 0 < told < each.held < figures.growth[-1].memory
    assert 0 <= each.padding < 64


def test_every_picture_is_a_small_drawing_with_date_and_machine(folder: Path, figures: Figures) -> None:
    from bench import plots

    for name in plots.PICTURES:
        content = (folder / "benchmarks" / f"{name}.svg").read_bytes()
        assert ElementTree.fromstring(content).tag.endswith("svg")  # noqa: S314 - made a moment ago
        assert figures.machine.line in content.decode()
        assert len(content) < 60_000


def test_the_same_figures_give_the_same_drawings(folder: Path, figures: Figures, tmp_path: Path) -> None:
    from bench import plots

    plots.draw(figures, tmp_path)

    assert [path.read_bytes() for path in sorted(tmp_path.iterdir())] == [
        path.read_bytes() for path in sorted((folder / "benchmarks").glob("*.svg"))
    ]


def test_the_page_says_that_a_quick_run_means_nothing(folder: Path) -> None:
    assert page.QUICK in (folder / "benchmarks.md").read_text()


def test_the_tables_are_printed_and_fed_to_other_documents(folder: Path, figures: Figures) -> None:
    assert figures.machine.line in (folder / "printed").read_text()
    for name, tables in page.FED.items():
        text = (folder / name).read_text()
        assert [table(figures) in text for table in tables.values()] == [True] * len(tables)


def test_saving_again_changes_no_figure(folder: Path, figures: Figures, tmp_path: Path) -> None:
    page.save(figures, tmp_path)

    assert (tmp_path / page.FIGURES).read_bytes() == (folder / page.FIGURES).read_bytes()
