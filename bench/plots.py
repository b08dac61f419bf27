"""The pictures of a run, as SVG whose bytes follow from the figures alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")  # no screen; chosen before pyplot is imported

from matplotlib import pyplot as plt
from matplotlib.ticker import FuncFormatter, NullFormatter

from bench.figures import ENCRYPT, Figures
from bench.mixed import COURIER, LABEL
from bench.tables import LATENCY_AIMS, MAX_BYTES

COLOURS = {
    "service": "#0b6e4f",
    "baseline": "#8a8d91",
    "presidio": "#c1666b",
    "hand_rolled": "#d4a017",
    "openbao": "#4a6fa5",
}
SETTINGS: Any = {
    "svg.hashsalt": "bench",
    "svg.fonttype": "none",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "legend.frameon": False,
}
_thousands = FuncFormatter(lambda value, _: f"{value:,.0f}")


def draw(figures: Figures, folder: Path) -> list[Path]:
    """Draw every picture into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, picture in PICTURES.items():
        with mpl.rc_context(SETTINGS):
            figure = picture(figures)
            figure.text(0.01, 0.005, figures.machine.line, fontsize=7, color="#555555")
            figure.tight_layout(rect=(0, 0.03, 1, 1))
            paths.append(folder / f"{name}.svg")
            figure.savefig(paths[-1], metadata={"Date": None})
            plt.close(figure)
    return paths


def rates(figures: Figures) -> Any:
    """Waybills a second over the size of the batch."""
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True)
    for panel, use_case in zip(panels, ("mask", "tokenize"), strict=True):
        for contender in dict.fromkeys(rate.contender for rate in figures.rates if rate.use_case == use_case):
            medians = [figures.of(contender, use_case, size).median for size in figures.sizes]
            panel.plot(figures.sizes, medians, marker="o", label=contender, color=COLOURS[contender])
        panel.set(xscale="log", yscale="log", title=use_case, xlabel="waybills a request")
        panel.set_xticks(figures.sizes, map(str, figures.sizes))
        panel.minorticks_off()
        panel.yaxis.set_major_formatter(_thousands)
    panels[0].set_ylabel("waybills a second")
    sealed = [rate for rate in figures.rates if rate.use_case == ENCRYPT]
    panels[1].plot(
        [rate.size for rate in sealed],
        [rate.median for rate in sealed],
        "--*",
        color=COLOURS["openbao"],
        label="openbao, encrypts only",
    )
    for panel in panels:
        panel.legend(fontsize=8)
    return figure


def latency(figures: Figures) -> Any:
    """How long views take over the load that there is."""
    figure, panel = plt.subplots(figsize=(7, 3.6))
    offered = [loaded.offered for loaded in figures.load]
    for kind, colour in ((LABEL, COLOURS["service"]), (COURIER, COLOURS["openbao"])):
        panel.plot(offered, [x.kinds[kind].p99 for x in figures.load], marker="o", color=colour, label=f"{kind}, p99")
        panel.plot(offered, [x.kinds[kind].p50 for x in figures.load], "--", color=colour, label=f"{kind}, p50")
        panel.axhline(LATENCY_AIMS[kind], color=colour, linewidth=0.8, alpha=0.5)
        panel.annotate(f"aim: p99 ≤ {LATENCY_AIMS[kind]} ms", (offered[-1], LATENCY_AIMS[kind]), fontsize=7, ha="right")
    panel.set(yscale="log", xlabel="requests a second, mixed", ylabel="milliseconds since it was due")
    panel.yaxis.set_major_formatter(_thousands)
    panel.yaxis.set_minor_formatter(NullFormatter())
    panel.legend(ncols=2, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return figure


def stages(figures: Figures) -> Any:
    """Where the time of a waybill goes."""
    figure, panel = plt.subplots(figsize=(9, 3.6))
    colours = mpl.color_sequences["tab10"]
    rows = list(reversed(figures.stages))
    left = [0.0] * len(rows)
    for name, colour in zip(figures.stage_names, colours, strict=False):
        widths = [100 * one.stages.get(name, 0.0) / sum(one.stages.values()) for one in rows]
        panel.barh([f"{one.use_case}, {one.size}" for one in rows], widths, left=left, color=colour, label=name)
        left = [a + b for a, b in zip(left, widths, strict=True)]
    for at, one in enumerate(rows):
        panel.text(101, at, f"{sum(one.stages.values()):,.1f} µs a waybill", va="center", fontsize=8)
    panel.set(xlim=(0, 122), xlabel="% of the time inside the service", ylabel="use case, batch")
    panel.set_xticks(range(0, 101, 20))
    panel.legend(ncols=5, fontsize=8, loc="lower center", bbox_to_anchor=(0.42, 1.0))
    return figure


def growth(figures: Figures) -> Any:
    """Rate and memory over the waybills that are stored."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4))
    stored = [one.stored for one in figures.growth]
    left.plot(stored, [one.tokenize for one in figures.growth], marker="o", color=COLOURS["service"], label="tokenize")
    left.plot(
        stored, [one.mask for one in figures.growth], "--", color=COLOURS["baseline"], label="mask (touches no store)"
    )
    left.set(xscale="log", xlabel="waybills stored", ylabel="waybills a second")
    left.set_ylim(bottom=0)
    left.yaxis.set_major_formatter(_thousands)
    left.legend(fontsize=8)
    right.plot(stored, [one.memory for one in figures.growth], marker="o", color=COLOURS["openbao"])
    right.axhline(MAX_BYTES, color="#c1666b", linewidth=0.8)
    right.annotate(f"aim: ≤ {MAX_BYTES}", (stored[-1], MAX_BYTES + 15), fontsize=7, ha="right")
    right.set(xscale="log", xlabel="waybills stored", ylabel="bytes of memory a waybill")
    right.set_ylim(0, MAX_BYTES * 1.15)
    return figure


PICTURES: dict[str, Callable[[Figures], Any]] = {
    "rates": rates,
    "latency": latency,
    "stages": stages,
    "growth": growth,
}
