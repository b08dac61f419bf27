"""`python -m bench.against CHECKOUT`: audited full views one by one, beside those of another checkout.

Both services run at the same time, each with a store of its own, and are asked in turns, in short windows: what the
machine does meanwhile meets both. Figures are medians over pairs of windows. With ``--without-log`` the other
one is this checkout with an audit log that keeps nothing.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.audited import VIEWS_ALONE, Bench, Workload
from bench.figures import Measured, quotients, spread
from masking_service.shipped import ROOT


@dataclass(frozen=True)
class Window:
    """Views a second, and milliseconds of a processor for each, of service, store and witness together."""

    rate: float
    processor: float


@dataclass(frozen=True)
class Compared:
    """The windows of this checkout and of the other one, pair by pair."""

    ours: Sequence[Window]
    theirs: Sequence[Window]

    @property
    def rates(self) -> Measured:
        """How many views this checkout answers for each of the other one."""
        return quotients([one.rate for one in self.ours], [one.rate for one in self.theirs])

    @property
    def processor(self) -> Measured:
        """How much of a processor the other checkout takes for each that this one takes."""
        return quotients([one.processor for one in self.theirs], [one.processor for one in self.ours])


def measure(folder: Path, others: Callable[[Path], Bench], *, windows: int, calls: int) -> Compared:
    """Ask this checkout and another one in turns; the first pair of windows warms up."""
    with ExitStack() as running:
        sides: list[tuple[Bench, Workload]] = []
        for name, start in (("ours", Bench), ("theirs", others)):
            (folder / name).mkdir()
            bench = start(folder / name)
            running.callback(bench.stop)
            sides.append((bench, next(one for one in bench.prepare() if one.name == VIEWS_ALONE)))
        found: tuple[list[Window], list[Window]] = ([], [])
        for number in range(windows + 1):
            for side in (0, 1) if number % 2 else (1, 0):
                window = _window(*sides[side], calls)
                if number:
                    found[side].append(window)
    return Compared(*found)


def _window(bench: Bench, workload: Workload, calls: int) -> Window:
    before = bench.processor_seconds()
    rate = bench.rate(workload, calls)
    return Window(rate, (bench.processor_seconds() - before) * 1_000 / calls)


def show(compared: Compared, other: str) -> Table:
    """Return the table of the figures."""
    table = Table(
        "full views, one a call", "views /s", "ms of a processor", title=f"{len(compared.ours)} pairs of windows"
    )
    for name, windows in (("this checkout", compared.ours), (other, compared.theirs)):
        rate, processor = (statistics.median(getattr(one, part) for one in windows) for part in ("rate", "processor"))
        table.add_row(name, f"{rate:,.0f}", f"{processor:.2f}")
    table.add_row("ratio, pair by pair", spread(compared.rates), spread(compared.processor))
    return table


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.against")
    parser.add_argument("checkout", nargs="?", type=Path, help="the other checkout, such as a git worktree")
    parser.add_argument("--without-log", action="store_true", help="this checkout with a log that keeps nothing")
    parser.add_argument("--quick", action="store_true", help="a few seconds, to prove that it works")
    asked = parser.parse_args()
    if (asked.checkout is None) != asked.without_log:
        parser.error("give a checkout, or --without-log")
    windows, calls = (2, 50) if asked.quick else (20, 800)

    def others(folder: Path) -> Bench:
        if asked.without_log:
            return Bench(folder, ROOT, "bench.without_log")
        return Bench(folder, asked.checkout.resolve())

    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        compared = measure(Path(name), others, windows=windows, calls=calls)
    Console().print(show(compared, "without the log" if asked.without_log else str(asked.checkout)))


if __name__ == "__main__":
    main()
