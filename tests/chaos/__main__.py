"""`make chaos`: a long run of faults under load, on three set-ups."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import cycle
from pathlib import Path
from typing import Any, Final

from tests.chaos.faults import FAULTS
from tests.chaos.groups import CLUSTER_FAULTS, SENTINEL_FAULTS, ClusterWorld, SentinelWorld
from tests.chaos.load import Account, Shape
from tests.chaos.single import SingleServer
from tests.chaos.world import Flapped, World

SHAPE: Final = Shape(largest=200, both=True, pause=1.0)
"""So slow that several set-ups share the machine, and a fault does not wait for a busy load."""
SETUPS: Final[dict[str, tuple[Callable[[Path, int], World], Sequence[Callable[[Any], None]]]]] = {
    "single server": (lambda folder, _: SingleServer(folder, SHAPE), FAULTS),
    "sentinel": (lambda folder, seed: SentinelWorld(folder, SHAPE, seed), SENTINEL_FAULTS),
    "cluster": (lambda folder, seed: ClusterWorld(folder, SHAPE, seed), CLUSTER_FAULTS),
}


class Totals:
    """Figures of one kind of store."""

    def __init__(self) -> None:
        self.tokens = self.lost = self.flaps = self.failures = 0
        self.faults: Counter[str] = Counter()
        self.outage = self.recovery = self.ready = 0.0

    def add(self, fault: str, account: Account) -> None:
        self.faults[fault] += 1
        self.outage = max(self.outage, account.outage)
        self.recovery = max(self.recovery, account.recovery)
        self.ready = max(self.ready, account.ready)
        self.flaps += len(account.flaps)

    def merge(self, other: Totals) -> None:
        self.tokens += other.tokens
        self.lost += other.lost
        self.flaps += other.flaps
        self.failures += other.failures
        self.faults += other.faults
        self.outage = max(self.outage, other.outage)
        self.recovery = max(self.recovery, other.recovery)
        self.ready = max(self.ready, other.ready)

    def row(self, setup: str) -> str:
        times = " | ".join(f"{seconds:.1f} s" for seconds in (self.outage, self.recovery, self.ready))
        counts = f"{self.tokens:,} | {self.lost} | {self.faults.total()}"
        return f"| {setup} | {counts} | {times} | {self.flaps} | {self.failures} |"


def report(seed: int, began: float, totals: Mapping[str, Totals]) -> None:
    """Print the figures so far, and the number of each fault."""
    print(f"\nSeed {seed}, {(time.monotonic() - began) / 3600:.1f} h. Times are the longest of all faults.\n")
    print(
        "| store | tokens acknowledged | lost | faults | without acknowledgements | end of the fault to the next one ",
        end="",
    )
    print("| to `/readyz` 200 on every worker | not ready after that | other failures |")
    print("|---" * 9 + "|")
    for setup, one in totals.items():
        print(one.row(setup))
    for setup, one in totals.items():
        print(f"\n{setup}: " + ", ".join(f"{fault} {times}" for fault, times in sorted(one.faults.items())))
    sys.stdout.flush()


def run_round(setup: str, seed: int, tokens: int, steady: float) -> Totals:
    """Cause every fault of a set-up once, in a random order; count what was lost.

    After a failure the round ends, and what was acknowledged in it does not count.
    """
    make, faults = SETUPS[setup]
    totals = Totals()
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        world = make(Path(folder), seed)
        try:
            for fault in random.Random(seed).sample(faults, len(faults)):
                name = fault.__name__.replace("_", " ")
                print(f"{setup}: {name}", file=sys.stderr, flush=True)
                try:
                    with world.under_load(tokens=tokens, steady=steady) as load:
                        fault(world)
                except Flapped as flapped:
                    print(flapped, file=sys.stderr, flush=True)
                totals.add(name, load.account)
            world.restart_service()
            totals.lost += world.lost_of_everything()
            totals.tokens += world.acknowledged
        except (AssertionError, TimeoutError):
            traceback.print_exc()
            totals.failures += 1
        finally:
            world.stop()
    return totals


def main() -> None:
    """Run rounds of the set-ups in turn, several at once; print figures after each.

    It ends when the goal is reached, or when something was lost.
    """
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--tokens", type=int, default=1_000_000, help="end after so many acknowledged tokens, and …")
    parser.add_argument("--faults", type=int, default=100, help="… so many faults")
    parser.add_argument("--steady", type=float, default=10, help="seconds for which every worker stays ready")
    parser.add_argument("--at-once", type=int, default=len(SETUPS), help="how many set-ups run at a time")
    parser.add_argument(
        "--seed", type=int, default=random.randrange(10**6), help="the order of faults, and their places"
    )
    wanted = parser.parse_args()
    began, draw = time.monotonic(), random.Random(wanted.seed)
    totals = {setup: Totals() for setup in SETUPS}
    tokens = -(-wanted.tokens // wanted.faults)
    turns = cycle(SETUPS)
    running: dict[Future[Totals], str] = {}

    def goes_on() -> bool:
        tokens_so_far = sum(one.tokens for one in totals.values())
        faults_so_far = sum(one.faults.total() for one in totals.values())
        enough = tokens_so_far >= wanted.tokens and faults_so_far >= wanted.faults
        return not enough and not any(one.lost for one in totals.values())

    with ProcessPoolExecutor(wanted.at_once) as pool:
        while goes_on() or running:
            while goes_on() and len(running) < wanted.at_once:
                setup = next(turns)
                running[pool.submit(run_round, setup, draw.randrange(10**9), tokens, wanted.steady)] = setup
            for ended in wait(running, return_when=FIRST_COMPLETED).done:
                totals[running.pop(ended)].merge(ended.result())
                report(wanted.seed, began, totals)
    sys.exit(any(one.lost or one.failures for one in totals.values()))


if __name__ == "__main__":
    main()
