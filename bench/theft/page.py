"""Writes docs/insiders.md and its plot from the figures of a run."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from bench.marked import markdown_table, put_between
from bench.theft.variants import VARIANTS, VARIED
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
    "forged": "five officers and five couriers, with forged sign-ins",
}
AIM = 50
_COUNTS = ("No aim is", "One aim is", "Two aims are", "All three aims are")
WORST = "records in the worst strategy, p95"
AIMS = {
    "honest_freezes_per_100k_person_days": ("honest freezes per 100,000 person-days", 1),
    "review_items_per_day_per_10k": ("review items a day per 10,000 staff", 5),
}
"""Aims besides the records: by the names in the figures, the text and the bound. Each is judged rate by rate."""

BESIDE = {
    "approvals_per_day_per_10k": "approvals a day per 10,000 staff, which are no review items here",
    "worst_records_until_approval_p95": "records in the worst strategy, p95 of all rates together, if a person who has "
    "to approve a case notices the thief",
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
            f"Seeds {figures['seeds'][0]} to {figures['seeds'][-1]}. {_code(figures)}",
        ]
    )


def _replayed(figures: Json) -> str:
    days, calls, different = (
        figures[key] + figures["before"][key] for key in ("replayed", "replayed_calls", "disagreements")
    )
    return f"{days:,} person-days ({calls:,} calls) were replayed through the real application; {different} disagreed."


def _code(figures: Json) -> str:
    """Name the code that the seeds ran on: of a resumed run there may be several."""
    known = sorted({*figures["code"], *figures["before"]["code"]} - {""})
    unknown = "" in {*figures["code"], *figures["before"]["code"]}
    if not known:
        return "The commit that they ran on was not recorded."
    names = ", ".join(f"`{name}`" for name in known)
    if len(known) == 1 and not unknown:
        return f"They ran on commit {names}."
    return f"**The run was resumed on other code**: its seeds ran on {names}" + (
        " and on unknown code." if unknown else "."
    )


def _company(figures: Json) -> list[str]:
    company = figures["company"]
    return [
        f"A company of {company['couriers']:,} couriers, {company['officers']} officers, {company['desk']} people at "
        f"the desk and {company['supervisors']} supervisors; {company['days']} days; {len(figures['seeds'])} seeds."
        + (" A quick run: what it says of honest work rests on few people." if figures["quick"] else ""),
    ]


def worst_by_rate(figures: Json) -> dict[str, int]:
    """By the rate of tickets: the records that the worst strategy takes, p95 of the seeds at that rate."""
    found = figures["records_by_tickets_per_million"].values()
    return {rate: max(of_rates[rate] for of_rates in found) for rate in figures["by_tickets_per_million"]}


def _by_aim(figures: Json) -> dict[str, tuple[int, dict[str, float]]]:
    """By the text of an aim: its bound, and what was measured at each rate of tickets."""
    rates = figures["by_tickets_per_million"]
    return {WORST: (AIM, {**worst_by_rate(figures)})} | {
        text: (most, {rate: one[key] for rate, one in rates.items()}) for key, (text, most) in AIMS.items()
    }


def missed(figures: Json) -> int:
    """How many aims are missed at one rate of tickets at least."""
    return sum(max(found.values()) > most for most, found in _by_aim(figures).values())


def _aims(figures: Json) -> list[str]:
    rates, before = figures["by_tickets_per_million"], _by_aim(figures["before"])
    heads = " | ".join(f"{int(rate):,} ({one['seeds']} seeds)" for rate, one in rates.items())
    rows = [
        f"| aim, by tickets per million parcels | at most | {heads} | default policy alone, worst rate |",
        "|---|---:|" + "---|" * len(rates) + "---:|",
    ]
    for text, (most, found) in _by_aim(figures).items():
        cells = " | ".join(f"{value:,} {_said(value, most)}" for value in found.values())
        rows.append(f"| {text} | {most} | {cells} | {max(before[text][1].values()):,} |")
    beside = (
        f"- {text}: {figures[key]:,}, and {figures['before'][key]:,} with the default policy alone"
        for key, text in BESIDE.items()
    )
    return [*rows, "", "p95 of fewer than 20 seeds is their highest figure. Beside the aims:", "", *beside]


def _said(value: float, most: float) -> str:
    return "met" if value <= most else "**missed**"


def readme(figures: Json) -> str:
    """The table of README.md."""
    rates = figures["by_tickets_per_million"]
    seeds = ", ".join(f"{one['seeds']} at {int(rate):,}" for rate, one in rates.items())
    quoted = _quoted(figures)
    aims = (
        f"at most {AIM} records for each kind of theft",
        "at most 1 honest person frozen in 100,000 person-days",
        "at most 5 items to review a day for 10,000 staff",
    )
    rows = [
        (aim, *(f"{value:,}: {_said(value, most)}" for value in found.values()))
        for aim, (most, found) in zip(aims, _by_aim(figures).values(), strict=True)
    ]
    return "\n".join(
        [
            markdown_table(("aim", *(f"{int(rate):,} tickets a million parcels" for rate in rates)), rows),
            "",
            f"Seeds: {seeds}; of so few runs the highest figure counts. These figures assume",
            "that no attacker controls an officer's own device remotely, and that no ring chooses the officer of a",
            f"ticket. An attacker who does so by day takes {quoted['remote_day']} records in a week, and",
            f"{quoted['remote_touch']} where keys need a touch; such a ring takes {quoted['ring_chooses']}.",
            f"For 10,000 staff, supervisors also decide {quoted['approvals']} sampled cases a day,",
            "which do not count as items to review.",
        ]
    )


def chinese_readme(figures: Json) -> str:
    """The table of README.zh-CN.md."""
    rates = figures["by_tickets_per_million"]
    seeds = "、".join(f"{int(rate):,} 为 {one['seeds']} 个" for rate, one in rates.items())
    quoted = _quoted(figures)
    aims = (
        f"每种手法不超过 {AIM} 条",
        "每 100,000 人日误冻结不超过 1 次",
        "每 10,000 名员工每天待处理不超过 5 项",
    )
    rows = [
        (aim, *(f"{value:,}，{'达到' if value <= most else '**未达到**'}" for value in found.values()))
        for aim, (most, found) in zip(aims, _by_aim(figures).values(), strict=True)
    ]
    return "\n".join(
        [
            markdown_table(("目标", *(f"每百万件 {int(rate):,} 张工单" for rate in rates)), rows),
            "",
            f"随机种子数：{seeds}；次数少，取其中最高值。以上数字的前提是：专员本人的设备未被远程控制，团伙不能自行指定受理专员。"
            f"若白天远程控制了专员的设备，一周可获取 {quoted['remote_day']} 条，"
            f"密钥须触碰时为 {quoted['remote_touch']} 条；"
            f"若能自行指定受理专员，可获取 {quoted['ring_chooses']} 条。抽中工单的审批不计入待处理项，"
            f"每 10,000 名员工每天另有 {quoted['approvals'].replace(' to ', ' 至 ')} 项。",
        ]
    )


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
        "| records p95, by tickets per million parcels | " + " | ".join(f"{int(rate):,}" for rate in rates) + " |",
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
    import matplotlib as mpl  # here, because it takes a second to import

    mpl.use("svg")  # no screen; chosen before pyplot is imported

    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    from bench.plots import SETTINGS

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


def _range(values: Sequence[float]) -> str:
    """Return the lowest and the highest of some figures; one figure where they are the same."""
    low, high = min(values), max(values)
    return f"{low}" if low == high else f"{low} to {high}"


def _quoted(figures: Json) -> dict[str, str]:
    """Return the figures that the text quotes, by the names that it uses."""
    before, rates = figures["before"], figures["by_tickets_per_million"].values()
    strategies, variants = figures["strategies"], figures["variants"]
    by_rate = figures["records_by_tickets_per_million"]
    worst = max(strategies, key=lambda name: max(by_rate[name].values()))
    worst_rate = max(by_rate[worst], key=lambda rate: by_rate[worst][rate])
    reviews, approvals = ([one[f"{what}_per_day_per_10k"] for one in rates] for what in ("review_items", "approvals"))
    freezes = [one["honest_freezes_per_100k_person_days"] for one in rates]
    days = sum(one["person_days"] for one in rates)
    numbers = {
        "worst_records": by_rate[worst][worst_rate],
        "worst_rate": int(worst_rate),
        "worst_pooled": max(one["records_p95"] for one in strategies.values()),
        "before_records": before["worst_records_p95"],
        **figures["company"],
        "person_days": days,
        "at_work": round(figures["company"]["officers"] * PRESENT),
        "guesses_before": before["strategies"]["guessing"]["records_max"],
        "guesses": strategies["guessing"]["records_max"],
        "remote_night": variants["remote"]["odd_hours"]["records_max"],
        "remote_day": variants["remote"]["burst"]["records_max"],
        "remote_touch": max(one["records_max"] for one in variants["remote_touch"].values()),
        "unsigned": variants["unsigned"]["burst"]["records_max"],
        "unsigned_forged": variants["unsigned"]["forged"]["records_max"],
        "unsigned_listed": max(one["records_max"] for one in variants["unsigned_listed"].values()),
        "varied": VARIED,
        "companies": figures["companies"],
        "staff_one_in": figures["staff_one_in"],
        "replay_one_in": figures["replay_one_in"],
        "ring_chooses": max(one["records_p95"] for one in variants["ring_assigns"].values()),
        "any_officer": max(one["records_p95"] for one in variants["any_officer"].values()),
        "tickets_20": max(one["records_max"] for one in variants["tickets_20"].values()),
    }
    return {
        **{name: f"{number:,}" for name, number in numbers.items()},
        "worst": NAMES[worst],
        "aim": str(AIM),
        "less": ", ".join(
            f"{found:,} at {int(rate):,}" for rate, found in worst_by_rate(figures).items() if rate != worst_rate
        ),
        "missed": f"{_COUNTS[missed(figures)]} missed",
        "most_rate": f"{max(map(int, figures['by_tickets_per_million'])):,}",
        "rates": ", ".join(f"{int(rate):,}" for rate in figures["by_tickets_per_million"]),
        "seeds": str(len(figures["seeds"])),
        "freezes": _range(freezes),
        "reviews": _range(reviews),
        "approvals": _range(approvals),
        "refused": f"{max(one['staff_calls_refused'] for one in rates):.0%}",
    }


READMES: Mapping[str, Callable[[Json], str]] = {"README.md": readme, "README.zh-CN.md": chinese_readme}
"""Documents beside the folder that show the aims."""


def save(figures: Json, docs: Path) -> None:
    """Write the page, the plot and the figures into a folder of documents."""
    draw(figures, docs / "insiders" / "theft.svg")
    (docs / "insiders" / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
    (docs / "insiders.md").write_text(page(figures))
    for name, table in READMES.items():
        path = docs.parent / name
        if path.exists():
            path.write_text(put_between(path.read_text("utf-8"), "theft", table(figures)), "utf-8")
