"""`make bench`: the service beside a baseline and other products, alternating in one run on one embedded store.

What counts is the ratio of two figures of the same run. With `--save docs` it writes docs/benchmarks.md anew.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import redis
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import Progress

from bench import cluster, growth, mixed, page, rates, tables
from bench.audited import generous_policy
from bench.contenders import ROOT, Contender, baseline, hand_rolled, openbao, presidio, proxied, service, stop, store_of
from bench.figures import MIN_PAIRS, Bytes, Figures, Grown, Loaded, Rate, Staged, machine


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    sizes: tuple[int, ...]
    rounds: int
    seconds: float
    staged: int
    marks: tuple[int, ...]
    beside: int
    shares: tuple[float, ...]
    load_seconds: float
    probe: int
    shards: tuple[int, ...]
    requests: int

    @property
    def growing(self) -> int:
        """How many steps it takes to the last mark."""
        return -(-self.marks[-1] // growth.STEP)


FULL = Extent(
    sizes=(1, 10, 50, 500),
    rounds=MIN_PAIRS,
    seconds=1.2,
    staged=40_000,
    marks=(10_000, 30_000, 100_000, 300_000, 1_000_000),
    beside=21,
    shares=(0.1, 0.25, 0.5, 0.75, 0.9, 1.0, 3.0),
    load_seconds=5.0,
    probe=1_500,
    shards=cluster.SHARDS,
    requests=60,
)
QUICK = Extent(
    sizes=(1, 50),
    rounds=1,
    seconds=0.1,
    staged=2_000,
    marks=(4_000, 12_000),
    beside=1,
    shares=(0.5, 3.0),
    load_seconds=0.3,
    probe=100,
    shards=(2,),
    requests=8,
)

Tick = Callable[[], None]


def main() -> None:
    """Measure, print the tables, and save them where that is asked for."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--quick", action="store_true", help="under a minute, to prove that it works")
    parser.add_argument("--save", type=Path, help="the folder in which page, pictures and figures are written")
    parser.add_argument("--state-dir", type=Path, help="where the stores of the run are made; a temporary folder else")
    wanted = parser.parse_args()
    extent = QUICK if wanted.quick else FULL
    with tempfile.TemporaryDirectory(prefix="bench-", dir=wanted.state_dir) as name:
        figures = measure(Path(name), extent, quick=wanted.quick)
        page.save(figures, wanted.save or Path(name))
    console = Console()
    console.print(figures.machine.line)
    for table in tables.TABLES.values():
        console.print(Markdown(table(figures)))


def measure(folder: Path, extent: Extent, *, quick: bool) -> Figures:
    """One run of everything."""
    with Progress(console=Console(stderr=True)) as progress:

        def part(name: str, count: int) -> Tick:
            task = progress.add_task(name, total=count)
            return lambda: progress.advance(task)

        store, compared = _compared(folder / "compared", extent, part)
        staged = _staged(extent, part("stages", 1))
        grown, ratios, parts, loaded = _grown(folder / "grown", extent, part)
        (folder / "clusters").mkdir()
        tick = part("shards", len(extent.shards) * (extent.rounds + 1))
        sharded = cluster.measure(
            folder / "clusters", shards=extent.shards, rounds=extent.rounds, requests=extent.requests, tick=tick
        )
    return Figures(machine(store), quick, compared, staged, grown, ratios, parts, loaded, sharded)


def _compared(folder: Path, extent: Extent, part: Callable[[str, int], Tick]) -> tuple[str, list[Rate]]:
    """The store's name, and the rates of all contenders on it."""
    contenders: list[Contender] = []
    folder.mkdir()
    try:
        contenders.append(service(folder))
        url = store_of(folder)
        contenders.append(baseline(folder, url))
        contenders.append(presidio(folder))
        contenders.append(hand_rolled(folder, url))
        contenders.append(openbao(folder))
        tick = part("rates", rates.count(contenders, extent.sizes, extent.rounds))
        found = rates.measure(contenders, extent.sizes, rounds=extent.rounds, seconds=extent.seconds, tick=tick)
        with redis.Redis.from_url(url, protocol=2) as client:
            return f"Valkey {client.info('server')['valkey_version']}", found
    finally:
        stop(contenders)


def _staged(extent: Extent, tick: Tick) -> list[Staged]:
    """In a process of its own, which becomes the service and has nothing else in its memory."""
    command = [sys.executable, "-m", "bench.stages", "--json", "--waybills", str(extent.staged)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if ran.returncode:
        raise RuntimeError(f"the stages could not be measured: {ran.stderr[-2000:].decode()}")
    tick()
    return msgspec.json.decode(ran.stdout, type=list[Staged])


def _grown(
    folder: Path, extent: Extent, part: Callable[[str, int], Tick]
) -> tuple[list[Grown], list[float], Bytes, list[Loaded]]:
    """A store that grows, the full one beside a fresh one, and a mixed load on the full one."""
    contenders: list[Contender] = []
    full, fresh = folder / "full", folder / "fresh"
    full.mkdir(parents=True)
    try:
        contenders.append(service(full, {"MASKING_POLICY": str(generous_policy(full))}))
        url = store_of(full)
        with redis.Redis.from_url(url, protocol=2) as client:
            grown = growth.measure(contenders[0], client, extent.marks, part("growth", extent.growing))
            parts = growth.bytes_of_a_record(client, url, full)
            contenders.append(service(fresh))
            with redis.Redis.from_url(store_of(fresh), protocol=2) as other:
                tick = part("full beside fresh", extent.beside + 2)
                ratios = growth.against_fresh(contenders, (client, other), extent.beside, tick)
            contenders.pop().stop()
            tick = part("load", len(extent.shares) * mixed.WINDOWS)
            with proxied(contenders[0], folder / "nginx") as behind:
                loaded = mixed.measure(
                    behind, client, full, extent.shares, probe=extent.probe, seconds=extent.load_seconds, tick=tick
                )
        return grown, ratios, parts, loaded
    finally:
        stop(contenders)


if __name__ == "__main__":
    main()
