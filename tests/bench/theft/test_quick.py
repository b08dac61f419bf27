"""A small run: the shape of its figures, the same figures for the same seed, and agreement with the application."""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench.marked import put_between
from bench.theft import page, thieves
from bench.theft.__main__ import RECOMMENDED, main
from bench.theft.figures import commit, kept_runs, summary
from bench.theft.figures import run as simulated
from bench.theft.workforce import DEFAULT, Workforce
from masking_service.shipped import ROOT
from tests import programs

Json = dict[str, Any]
POLICY = (ROOT / "policy.yaml").read_text("utf-8")
SMALL = {
    "people": {"officers": 6, "desk": 3, "supervisors": 2, "couriers": 40},
    "days": 8,
    "seeds": 3,
    "staff_one_in": 1,
    "companies": 2,
    "replay": {"one_in": 20, "seeds": 1},
}


def run(workforce: Path, seed: int) -> Json:
    """Run the command; return what it printed."""
    command = (sys.executable, "-m", "bench.theft", "--seed", str(seed), "--json", "--workforce", workforce)
    printed: Json = json.loads(programs.output(*command, cwd=ROOT, timeout=110))
    return printed


@pytest.fixture(scope="module")
def workforce(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workforce file for a run of seconds."""
    said = {**msgspec.yaml.decode(DEFAULT.read_bytes()), **SMALL}
    said["oddities"] = {**said["oddities"], "lost_bag": 0.02, "late_custody": 0.05}
    said["practices"] = {**said["practices"], "ticket_outages": 0.05, "ticket_slips": 0.1, "decoys_in_lists": 0.1}
    path = tmp_path_factory.mktemp("workforce") / "workforce.yaml"
    path.write_bytes(msgspec.yaml.encode(said))
    return path


@pytest.fixture(scope="module")
def figures(workforce: Path) -> Json:
    return run(workforce, 1)


def test_the_figures_have_the_documented_shape(figures: Json) -> None:
    strategy = {"records_p50", "records_p95", "records_max", "days_p50"}
    totals = {
        "strategies",
        "honest_freezes_per_100k_person_days",
        "review_items_per_day_per_10k",
        "replayed",
        "disagreements",
    }

    assert totals | {"before"} <= set(figures)
    assert totals <= set(figures["before"])
    assert [*figures["strategies"]] == [*thieves.STRATEGIES]
    assert all(strategy <= set(one) for one in figures["strategies"].values())


def test_model_and_application_agree_on_each_replayed_call(figures: Json) -> None:
    assert (figures["disagreements"], figures["before"]["disagreements"]) == (0, 0)
    assert figures["replayed"] >= 20


def test_the_same_seed_gives_the_same_figures_in_another_process(workforce: Path, figures: Json) -> None:
    said = Workforce.load(workforce)
    companies = [simulated(RECOMMENDED, said, True, 1, company) for company in range(figures["companies"])]
    found = summary([one for runs in companies for one in runs], said)

    assert found == {name: figures[name] for name in found}


def test_each_thief_takes_something_and_none_passes_the_budgets(figures: Json) -> None:
    taken = {name: one["records_max"] for name, one in figures["before"]["strategies"].items()}

    assert min(count for name, count in taken.items() if name != "guessing") > 0
    assert taken["burst"] <= 1_000


def test_with_the_defences_no_thief_takes_more_and_some_take_nothing(figures: Json) -> None:
    before = {name: one["records_max"] for name, one in figures["before"]["strategies"].items()}
    taken = {name: one["records_max"] for name, one in figures["strategies"].items()}

    assert all(count <= before[name] for name, count in taken.items())
    assert (taken["drip"], taken["scraper"]) == (0, 0)


def test_an_unknown_key_of_a_workforce_is_an_error(workforce: Path, tmp_path: Path) -> None:
    path = tmp_path / "workforce.yaml"
    path.write_bytes(workforce.read_bytes() + b"surprise: 1\n")

    with pytest.raises(ValueError, match="surprise"):
        Workforce.load(path)


@pytest.mark.parametrize(
    ("flag", "text", "place"),
    [
        ("--workforce", "people: {officers: many}", "$.people.officers"),
        ("--workforce", "people: [", "workforce.yaml"),
        ("--policy", "version: 1", "cases: missing"),
        ("--policy", POLICY.replace("  tracking:", "  scans:"), "roles.tracking: missing"),
        ("--policy", POLICY.replace("dispute", "claim"), "purposes.dispute: missing"),
    ],
    ids=["no number", "no YAML", "no policy", "no tracking", "no dispute"],
)
def test_a_faulty_file_ends_the_command_with_the_place(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    flag: str,
    text: str,
    place: str,
) -> None:
    path = tmp_path / f"{flag.removeprefix('--')}.yaml"
    path.write_text(text)
    monkeypatch.setattr(sys, "argv", ["bench.theft", flag, str(path)])

    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert place in capsys.readouterr().err


def test_a_missing_file_ends_the_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["bench.theft", "--policy", "absent.yaml"])

    with pytest.raises(SystemExit):
        main()
    assert "absent.yaml" in capsys.readouterr().err


def test_a_kept_result_is_not_run_again(workforce: Path, tmp_path: Path) -> None:
    said = Workforce.load(workforce)
    said = msgspec.structs.replace(said, days=2, replay=msgspec.structs.replace(said.replay, seeds=0))
    first = kept_runs(RECOMMENDED, said, 2, tmp_path, (0, False))
    (kept,) = tmp_path.iterdir()
    written = kept.stat().st_mtime_ns

    assert kept_runs(RECOMMENDED, said, 2, tmp_path, (0, False)) == first
    assert (kept.stat().st_mtime_ns, [one.seed for one in first]) == (written, [2, 4])
    kept_runs(RECOMMENDED, msgspec.structs.replace(said, days=3), 2, tmp_path, (0, False))
    assert len([*tmp_path.iterdir()]) == 2


def test_the_published_page_is_made_of_the_published_figures() -> None:
    figures = json.loads((ROOT / "docs" / "insiders" / "figures.json").read_text())

    assert page.page(figures) == (ROOT / "docs" / "insiders.md").read_text()


@pytest.mark.parametrize("name", page.READMES)
def test_the_readme_shows_the_published_figures(name: str) -> None:
    figures = json.loads((ROOT / "docs" / "insiders" / "figures.json").read_text())
    text = (ROOT / name).read_text()

    assert put_between(text, "theft", page.READMES[name](figures)) == text


def test_an_aim_is_judged_at_each_rate_of_tickets_by_itself() -> None:
    figures = json.loads((ROOT / "docs" / "insiders" / "figures.json").read_text())
    at_rates = figures["records_by_tickets_per_million"]
    (worst,) = [line for line in page.tables(figures).splitlines() if line.startswith(f"| {page.WORST} |")]

    for rate in figures["by_tickets_per_million"]:
        records = max(one[rate] for one in at_rates.values())
        assert f"{records:,} {'met' if records <= page.AIM else '**missed**'}" in worst


def test_every_seed_counts_at_its_rate(figures: Json) -> None:
    assert sum(one["seeds"] for one in figures["by_tickets_per_million"].values()) == len(figures["seeds"])


@pytest.mark.parametrize(
    ("after", "before", "said"),
    [
        (["a1"], ["a1"], "They ran on commit `a1`."),
        (["a1", "b2"], ["a1"], "resumed on other code**: its seeds ran on `a1`, `b2`."),
        (["a1"], [""], "resumed on other code**: its seeds ran on `a1` and on unknown code."),
        ([""], [""], "was not recorded"),
    ],
    ids=["one commit", "resumed on another", "resumed from unknown code", "unknown"],
)
def test_the_page_names_the_code_that_the_seeds_ran_on(after: list[str], before: list[str], said: str) -> None:
    published: Json = json.loads((ROOT / "docs" / "insiders" / "figures.json").read_text())
    found = {**published, "code": after, "before": {**published["before"], "code": before}}

    assert said in page.tables(found)


def test_a_run_names_its_commit(figures: Json) -> None:
    assert figures["code"] == figures["before"]["code"] == [commit()]


THREATS = {
    "take the addresses of all parcels of a site": "scraper",
    "an opener with ten rented logins": "splitting",
    "an officer with a friend at the desk": "colluding",
    "a buyer's list of numbers": "buyers_list",
    "other people's cases, as an officer": "drip",
    "guess with a printer's credential": "guessing",
    "approve for a ring": "rubber_stamp",
    "in a week by day through a rented login": "burst",
    "at night through a rented login": "odd_hours",
    "act as five officers and five couriers": "forged",
}
"""Rows of the threat model that show the most records of a strategy."""


@pytest.mark.parametrize(("row", "strategy"), THREATS.items(), ids=THREATS.values())
def test_the_threat_model_shows_the_published_figures(row: str, strategy: str) -> None:
    figures = json.loads((ROOT / "docs" / "insiders" / "figures.json").read_text())
    before, after = (one["strategies"][strategy]["records_max"] for one in (figures["before"], figures))
    (line,) = [line for line in (ROOT / "docs" / "threat-model.md").read_text().splitlines() if row in line]

    assert f"| {before:,} | {after:,} |" in line


@pytest.mark.parametrize("name", page.READMES)
def test_the_readme_quotes_the_published_figures(name: str) -> None:
    figures = json.loads((ROOT / "docs" / "insiders" / "figures.json").read_text())
    before, after = (
        {strategy: f"{one['records_max']:,}" for strategy, one in found["strategies"].items()}
        for found in (figures["before"], figures)
    )
    people = sum(figures["company"][who] for who in ("couriers", "officers", "desk", "supervisors"))
    most = max(one["records_max"] for one in figures["strategies"].values())
    text = (ROOT / name).read_text().partition("<!-- theft:begin -->")[0]

    quoted = (f"{people:,}", before["scraper"], before["colluding"], after["scraper"], after["colluding"], f"{most:,}")
    assert [number for number in quoted if number not in text] == []
    assert str(len(figures["seeds"])) in text
