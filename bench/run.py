"""`make bench`: the service beside its yardstick, alternating in one run on one embedded store.

Figures are medians of the rounds; what counts is the ratio of two figures of the same run.
"""

import argparse
import platform
import statistics
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench import load
from bench.contenders import Contender, service, yardstick
from bench.waybills import Waybills
from masking_service.vault.embedded import running_url

CONNECTIONS = 8  # enough for both workers to get some: with few, one of them may get all


@dataclass(frozen=True)
class Workload:
    """What is sent: which use case, how many records a request, how many requests a round."""

    use_case: str
    size: int
    requests: int

    @property
    def name(self) -> str:
        """What the table calls it."""
        return f"{self.use_case}, {'one by one' if self.size == 1 else f'batches of {self.size}'}"


FULL = [
    Workload(use_case, size, requests)
    for use_case in ("mask", "tokenize")
    for size, requests in ((500, 120), (50, 400), (1, 2_000))
]
QUICK = [
    Workload(use_case, size, requests) for use_case in ("mask", "tokenize") for size, requests in ((500, 12), (1, 200))
]


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--quick", action="store_true", help="under a minute, to prove that it works")
    parser.add_argument("--state-dir", type=Path, help="where the stores of the run are made; a temporary folder else")
    wanted = parser.parse_args()
    quick = wanted.quick
    workloads, rounds = (QUICK, 2) if quick else (FULL, 5)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=wanted.state_dir) as name:
        folder = Path(name)
        contenders: list[Contender] = []
        try:
            contenders.append(service(folder))
            store = running_url(folder)
            if store is None:
                raise RuntimeError("the embedded store does not run")
            contenders.append(yardstick(folder, store))
            rates = measure(contenders, workloads, rounds)
        finally:
            for contender in reversed(contenders):
                contender.stop()
    show(rates, rounds)


def measure(contenders: list[Contender], workloads: list[Workload], rounds: int) -> dict[tuple[str, str], list[float]]:
    """Waybills a second by (workload, contender), one figure a round; the first round warms up and is dropped."""
    rates: dict[tuple[str, str], list[float]] = {}
    supplies = {
        contender.name: Waybills(f"{chr(65 + at)}{chr(65 + at)}", at) for at, contender in enumerate(contenders)
    }
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("measuring", total=(rounds + 1) * len(workloads) * len(contenders))
        for number in range(rounds + 1):
            for workload in workloads:
                for contender in contenders if number % 2 else reversed(contenders):
                    bodies = list(islice(supplies[contender.name].bodies(workload.size), workload.requests))
                    took = load.run(
                        contender.port,
                        contender.paths[workload.use_case],
                        bodies,
                        connections=CONNECTIONS,
                        headers=contender.headers,
                    )
                    if number:
                        rate = workload.size * took.requests / took.seconds
                        rates.setdefault((workload.name, contender.name), []).append(rate)
                    progress.advance(task)
    return rates


def show(rates: dict[tuple[str, str], list[float]], rounds: int) -> None:
    """Print the medians and the ratio of the service to the yardstick."""
    table = Table(
        "workload", "yardstick /s", "service /s", "service / yardstick",
        title=f"{datetime.now(UTC).date()} · {platform.machine()}, Python {platform.python_version()} · "
        f"waybills a second, median of {rounds} rounds",
    )  # fmt: skip
    for workload in dict.fromkeys(name for name, _ in rates):
        bare, ours = (statistics.median(rates[workload, name]) for name in ("yardstick", "service"))
        table.add_row(workload, f"{bare:,.0f}", f"{ours:,.0f}", f"{ours / bare:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
