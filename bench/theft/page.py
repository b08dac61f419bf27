"""Writes docs/insiders.md and its plot from the figures of a run."""

import json
from pathlib import Path
from string import Template
from typing import Any

import matplotlib as mpl

mpl.use("svg")  # no screen; chosen before pyplot is imported

from matplotlib import pyplot as plt
from matplotlib.ticker import FuncFormatter

from bench.plots import SETTINGS
from bench.theft.variants import VARIANTS
from bench.theft.workforce import PRESENT

Json = dict[str, Any]
NAMES = {
    "burst": "burst: all that the budgets give, for a week",
    "drip": "drip: 60 days below every budget",
    "odd_hours": "rented login at night",
    "colluding": "opener and officer together",
    "scraper": "courier who scrapes custody (addresses)",
    "guessing": "printer credential that guesses",
    "splitting": "case splitter with ten rented logins",
    "rubber_stamp": "supervisor who rubber-stamps",
    "buyers_list": "buyer's list of numbers",
}
AIM = 100
AIMS = {
    "worst_records_p95": ("records in the worst strategy, p95", AIM),
    "honest_freezes_per_100k_person_days": ("honest freezes per 100,000 person-days", 1),
    "review_items_per_day_per_10k": ("review items a day per 10,000 staff", 5),
}

BESIDE = {
    "approvals_per_day_per_10k": "approvals a day per 10,000 staff, which are no review items here",
    "worst_records_until_approval_p95": "records in the worst strategy, p95, if a person who has to approve a case "
    "notices the thief",
}


def tables(figures: Json) -> str:
    """Return the tables of a run, as Markdown."""
    before = figures["before"]
    return "\n".join(
        [
            *_company(figures),
            "",
            *_aims(figures),
            "",
            "With the defences:",
            "",
            *_strategies(figures),
            "",
            *_by_rate(figures),
            "",
            *_honest(figures),
            "",
            "The default policy alone:",
            "",
            *_strategies(before),
            "",
            *_honest(before),
            "",
            *_variants(figures),
            "",
            _replayed(figures),
            f"Seeds {figures['seeds'][0]} to {figures['seeds'][-1]}.",
        ]
    )


def _replayed(figures: Json) -> str:
    days, calls, different = (
        figures[key] + figures["before"][key] for key in ("replayed", "replayed_calls", "disagreements")
    )
    return f"{days:,} person-days ({calls:,} calls) were replayed through the real application; {different} disagreed."


def _company(figures: Json) -> list[str]:
    company = figures["company"]
    return [
        f"A company of {company['couriers']:,} couriers, {company['officers']} officers, {company['desk']} people at "
        f"the desk and {company['supervisors']} supervisors; {company['days']} days; {len(figures['seeds'])} seeds."
        + (" A quick run: what it says of honest work rests on few people." if figures["quick"] else ""),
    ]


def _aims(figures: Json) -> list[str]:
    rows = ["| aim | at most | with the defences | | default policy alone |", "|---|---:|---:|---|---:|"]
    for key, (text, most) in AIMS.items():
        found = figures[key]
        said = "met" if found <= most else "**missed**"
        rows.append(f"| {text} | {most} | {found:,} | {said} | {figures['before'][key]:,} |")
    for key, text in BESIDE.items():
        rows.append(f"| {text} | | {figures[key]:,} | | {figures['before'][key]:,} |")
    return rows


def _strategies(figures: Json) -> list[str]:
    rows = [
        "| strategy | records p50 | p95 | max | p95, if approvers notice | detected | days to detection "
        "| income a day, ¥ | logins a day, ¥ |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, one in figures["strategies"].items():
        days = "never" if one["days_p50"] is None else one["days_p50"]
        low, high = one["income_a_day"]
        rows.append(
            f"| {NAMES[name]} | {one['records_p50']:,} | {one['records_p95']:,} | {one['records_max']:,} "
            f"| {one['records_until_approval_p95']:,} | {one['detected']} of {len(figures['seeds'])} | {days} "
            f"| {low:,} to {high:,} | {one['logins_a_day']:,} |"
        )
    return rows


def _by_rate(figures: Json) -> list[str]:
    rates = [*figures["by_tickets_per_million"]]
    rows = [
        "| most records, by tickets per million parcels | " + " | ".join(f"{int(rate):,}" for rate in rates) + " |",
        "|---|" + "---:|" * len(rates),
    ]
    return rows + [
        f"| {NAMES[name]} | " + " | ".join(f"{found[rate]:,}" for rate in rates) + " |"
        for name, found in figures["records_by_tickets_per_million"].items()
    ]


def _honest(figures: Json) -> list[str]:
    rows = [
        "| tickets per million parcels | person-days | honest freezes per 100,000 | review items a day per 10,000 "
        "| approvals a day per 10,000 | calls of staff refused | views of couriers refused, at least |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    return rows + [
        f"| {int(rate):,} | {one['person_days']:,} | {one['honest_freezes_per_100k_person_days']} "
        f"| {one['review_items_per_day_per_10k']} | {one['approvals_per_day_per_10k']} "
        f"| {one['staff_calls_refused']:.1%} | {one['courier_views_refused_at_least']:.1%} |"
        for rate, one in figures["by_tickets_per_million"].items()
    ]


def _variants(figures: Json) -> list[str]:
    rows = [
        "| one thing changed | strategy | records p50 | p95 | max | p95, if approvers notice |",
        "|---|---|---:|---:|---:|---:|",
    ]
    return rows + [
        f"| {VARIANTS[key].text} | {NAMES[name]} | {one['records_p50']:,} | {one['records_p95']:,} "
        f"| {one['records_max']:,} | {one['records_until_approval_p95']:,} |"
        for key, strategies in figures["variants"].items()
        for name, one in strategies.items()
    ]


def draw(figures: Json, path: Path) -> None:
    """Draw what each thief has taken by each day: the default policy alone, and with the defences."""
    with mpl.rc_context({**SETTINGS, "svg.hashsalt": "theft"}):
        figure, panels = plt.subplots(1, 2, figsize=(8, 4.4), sharey=True)
        for panel, one, title in zip(
            panels, (figures["before"], figures), ("default policy alone", "with the defences"), strict=True
        ):
            for name, curve in one["curves"].items():
                panel.plot(range(1, len(curve) + 1), curve, label=NAMES[name])
            panel.axhline(AIM, color="#555555", linewidth=0.8)
            panel.annotate(f"aim: ≤ {AIM}", (1, AIM * 1.1), fontsize=7)
            panel.set(yscale="symlog", xlabel="days since the theft began", title=title)
            panel.set_ylim(bottom=0)
            panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        panels[0].set_ylabel("records taken, median of the seeds")
        figure.legend(*panels[0].get_legend_handles_labels(), fontsize=7, ncols=2, loc="lower center")
        figure.tight_layout(rect=(0, 0.22, 1, 1))
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Date": None})
        plt.close(figure)


def page(figures: Json) -> str:
    """Return docs/insiders.md."""
    text = Template(Path(__file__).with_name("page.md").read_text())
    return text.substitute(tables=tables(figures), **_quoted(figures))


def _quoted(figures: Json) -> dict[str, str]:
    """Return the figures that the text quotes, by the names that it uses."""
    before, rates = figures["before"], figures["by_tickets_per_million"].values()
    strategies, variants = figures["strategies"], figures["variants"]
    worst = max(strategies, key=lambda name: strategies[name]["records_p95"])
    reviews, approvals = ([one[f"{what}_per_day_per_10k"] for one in rates] for what in ("review_items", "approvals"))
    freezes = [one["honest_freezes_per_100k_person_days"] for one in rates]
    days = sum(one["person_days"] for one in rates)
    numbers = {
        "worst_records": strategies[worst]["records_p95"],
        "worst_max": max(one["records_max"] for one in strategies.values()),
        "before_records": before["worst_records_p95"],
        "person_days": days,
        "at_work": round(figures["company"]["officers"] * PRESENT),
        "guesses_before": before["strategies"]["guessing"]["records_max"],
        "guesses": strategies["guessing"]["records_max"],
        "remote_night": variants["remote"]["odd_hours"]["records_max"],
        "remote_day": variants["remote"]["burst"]["records_max"],
        "several_signals": variants["several_signals"]["burst"]["records_max"],
        "ring_chooses": max(one["records_p95"] for one in variants["ring_assigns"].values()),
        "any_officer": max(one["records_p95"] for one in variants["any_officer"].values()),
        "tickets_20": max(one["records_max"] for one in variants["tickets_20"].values()),
    }
    return {
        **{name: f"{number:,}" for name, number in numbers.items()},
        "worst": NAMES[worst],
        "seeds": str(len(figures["seeds"])),
        "freezes": f"{min(freezes)} to {max(freezes)}",
        "reviews": f"{min(reviews)} to {max(reviews)}",
        "approvals": f"{min(approvals)} to {max(approvals)}",
        "refused": f"{max(one['staff_calls_refused'] for one in rates):.0%}",
    }


def save(figures: Json, docs: Path) -> None:
    """Write the page, the plot and the figures into a folder of documents."""
    draw(figures, docs / "insiders" / "theft.svg")
    (docs / "insiders" / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
    (docs / "insiders.md").write_text(page(figures))
