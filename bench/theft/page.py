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


def tables(figures: Json) -> str:
    """Return the tables of a run, as Markdown."""
    company = figures["company"]
    rows = [
        f"A company of {company['couriers']:,} couriers, {company['officers']} officers, {company['desk']} people at "
        f"the desk and {company['supervisors']} supervisors; {company['days']} days; {len(figures['seeds'])} seeds.",
        "A quick run: what it says of honest work rests on few people." if figures["quick"] else "",
        "",
        "| strategy | records p50 | p95 | max | detected | days to detection | income a day, ¥ | logins a day, ¥ |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, one in figures["strategies"].items():
        days = "never" if one["days_p50"] is None else one["days_p50"]
        low, high = one["income_a_day"]
        rows.append(
            f"| {NAMES[name]} | {one['records_p50']:,} | {one['records_p95']:,} | {one['records_max']:,} "
            f"| {one['detected']} of {len(figures['seeds'])} | {days} | {low:,} to {high:,} | {one['logins_a_day']:,} |"
        )
    rows += [
        "",
        "| tickets per million parcels | honest freezes per 100,000 person-days | review items a day per 10,000 staff "
        "| calls of staff refused | views of couriers refused, at least |",
        "|---:|---:|---:|---:|---:|",
    ]
    for rate, one in figures["by_tickets_per_million"].items():
        rows.append(
            f"| {int(rate):,} | {one['honest_freezes_per_100k_person_days']} | {one['review_items_per_day_per_10k']} "
            f"| {one['staff_calls_refused']:.1%} | {one['courier_views_refused_at_least']:.1%} |"
        )
    rows += [
        "",
        f"{figures['replayed']:,} person-days ({figures['replayed_calls']:,} calls) were replayed through the real "
        f"application; {figures['disagreements']} calls disagreed.",
        f"Seeds {figures['seeds'][0]} to {figures['seeds'][-1]}.",
    ]
    return "\n".join(rows)


def draw(figures: Json, path: Path) -> None:
    """Draw what each thief has taken by each day."""
    with mpl.rc_context({**SETTINGS, "svg.hashsalt": "theft"}):
        figure, panel = plt.subplots(figsize=(8, 4.2))
        for name, curve in figures["curves"].items():
            panel.plot(range(1, len(curve) + 1), curve, label=NAMES[name])
        panel.axhline(AIM, color="#555555", linewidth=0.8)
        panel.annotate(f"aim: ≤ {AIM}", (1, AIM * 1.1), fontsize=7)
        panel.set(yscale="symlog", xlabel="days since the theft began", ylabel="records taken, median of the seeds")
        panel.set_ylim(bottom=0)
        panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        panel.legend(fontsize=7, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0))
        figure.tight_layout()
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Date": None})
        plt.close(figure)


def page(figures: Json) -> str:
    """Return docs/insiders.md."""
    text = Template(Path(__file__).with_name("page.md").read_text())
    return text.substitute(tables=tables(figures))


def save(figures: Json, docs: Path) -> None:
    """Write the page, the plot and the figures into a folder of documents."""
    draw(figures, docs / "insiders" / "theft.svg")
    (docs / "insiders" / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
    (docs / "insiders.md").write_text(page(figures))
