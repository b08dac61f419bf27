"""`make chaos`: faults under load, on a single server, Sentinel and a cluster in turn, until so many were done."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, Final

from tests.chaos.faults import FAULTS
from tests.chaos.groups import CLUSTER_FAULTS, SENTINEL_FAULTS, ClusterWorld, SentinelWorld
from tests.chaos.load import Shape
from tests.chaos.single import SingleServer
from tests.chaos.world import World

SHAPE: Final = Shape(largest=500, both=True)
SETUPS: Final[dict[str, tuple[Callable[[Path, int], World], Sequence[Callable[[Any], None]]]]] = {
    "single server": (lambda folder, _: SingleServer(folder, SHAPE), FAULTS),
    "sentinel": (lambda folder, seed: SentinelWorld(folder, SHAPE, seed), SENTINEL_FAULTS),
    "cluster": (lambda folder, seed: ClusterWorld(folder, SHAPE, seed), CLUSTER_FAULTS),
}


class Totals:
    """What was done so far, and what became of it."""

    def __init__(self) -> None:
        self.tokens = 0
        self.lost = 0
        self.faults: Counter[str] = Counter()
        self.slowest: dict[str, float] = {}

    def add(self, fault: str, recovery: float) -> None:
        self.faults[fault] += 1
        self.slowest[fault] = max(self.slowest.get(fault, 0.0), recovery)

    def report(self) -> None:
        for fault, count in sorted(self.faults.items()):
            print(f"{fault}: {count} times, at most {self.slowest[fault]:.1f} s to the next acknowledgement")
        print(
            f"{self.tokens:,} tokens acknowledged, {self.faults.total():,} faults; "
            f"lost, also for a service that starts again: {self.lost}",
            flush=True,
        )


def one_turn(setup: str, seed: int, totals: Totals, tokens: int, steady: float) -> None:
    """Every fault of a set-up once, in an order of its own, and then an account of all that was acknowledged."""
    make, faults = SETUPS[setup]
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        world = make(Path(folder), seed)
        try:
            for fault in draw.sample(faults, len(faults)):
                name = f"{setup}: {fault.__name__.replace('_', ' ')}"
                print(f"\n{name}", end="", flush=True)
                with world.under_load(tokens=tokens, steady=steady) as load:
                    fault(world)
                totals.add(name, load.account.recovery)
            world.restart_service()
            totals.lost += world.lost_of_everything()
            totals.tokens += world.acknowledged
        finally:
            world.stop()


def main() -> None:
    """Run, print a line for each fault, and the totals."""
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--tokens", type=int, default=1_000_000, help="end after so many acknowledged tokens, and …")
    parser.add_argument("--faults", type=int, default=100, help="… so many faults")
    parser.add_argument("--steady", type=float, default=10, help="seconds for which every worker stays ready")
    parser.add_argument(
        "--seed", type=int, default=random.randrange(10**6), help="the order of faults, and their places"
    )
    wanted = parser.parse_args()
    began = time.monotonic()
    print(f"seed {wanted.seed}", flush=True)
    totals, draw = Totals(), random.Random(wanted.seed)
    for setup in cycle(SETUPS):
        one_turn(setup, draw.randrange(10**9), totals, -(-wanted.tokens // wanted.faults), wanted.steady)
        print(f"\nafter {(time.monotonic() - began) / 3600:.1f} h, seed {wanted.seed}:")
        totals.report()
        if totals.lost or (totals.tokens >= wanted.tokens and totals.faults.total() >= wanted.faults):
            sys.exit(1 if totals.lost else 0)


if __name__ == "__main__":
    main()
