"""`make chaos`: every fault under load, again and again until so many tokens were acknowledged, and their account."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.chaos.faults import FAULTS
from tests.chaos.load import Shape
from tests.chaos.world import World

PART = 25_000
"""Tokens that are acknowledged behind each fault, before what was acknowledged is looked at."""


def main() -> None:
    """Run, and print a line a fault and the sum."""
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--tokens", type=int, default=1_000_000, help="acknowledged tokens after which it ends")
    parser.add_argument("--seed", type=int, default=1, help="another order of faults")
    wanted = parser.parse_args()
    draw = random.Random(wanted.seed)
    recoveries: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        world = World(Path(folder), Shape(largest=500, both=True))
        try:
            while world.acknowledged < wanted.tokens:
                for fault in draw.sample(FAULTS, len(FAULTS)):
                    name = fault.__name__.replace("_", " ")
                    print(f"\n{name}", end="", flush=True)
                    with world.under_load(tokens=PART) as load:
                        fault(world)
                    recoveries[name] = max(recoveries.get(name, 0.0), load.account.recovery)
            world.restart_service()
            lost = world.lost_of_everything()
        finally:
            world.stop()
    slowest = max(recoveries, key=recoveries.__getitem__)
    print(
        f"\n{world.acknowledged:,} tokens acknowledged; lost, also for a service that started anew: {lost}; "
        f"the longest time from the end of a fault to the next acknowledgement {recoveries[slowest]:.1f} s ({slowest})"
    )
    sys.exit(1 if lost else 0)


if __name__ == "__main__":
    main()
