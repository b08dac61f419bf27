"""`make chaos`: one fault after the other under load, until so many tokens were acknowledged, and the account of it."""

from __future__ import annotations

import argparse
import random
import tempfile
from pathlib import Path

from tests.chaos.faults import FAULTS
from tests.chaos.world import World


def main() -> None:
    """Run, and print a line a fault and the sum."""
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--tokens", type=int, default=1_000_000, help="acknowledged tokens after which it ends")
    parser.add_argument("--seed", type=int, default=1, help="another order of faults")
    wanted = parser.parse_args()
    draw = random.Random(wanted.seed)
    acknowledged, outages = 0, [0.0]
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        world = World(Path(folder))
        try:
            while acknowledged < wanted.tokens:
                fault = draw.choice(FAULTS)
                print(fault.__name__.replace("_", " "), flush=True)
                with world.under_load(seconds=10) as load:
                    fault(world)
                acknowledged += sum(len(tokens) for _, tokens in load.account.kept)
                outages.append(load.account.outage)
        finally:
            world.stop()
    print(f"{acknowledged:,} tokens acknowledged, none lost; the longest outage {max(outages):.1f} s")


if __name__ == "__main__":
    main()
