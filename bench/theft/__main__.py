"""`python -m bench.theft`: how much nine thieves take before they are detected, and what that costs honest people."""

import argparse
import json
import sys
from pathlib import Path

import msgspec

from bench.theft import page
from bench.theft.figures import simulate
from bench.theft.workforce import DEFAULT, Workforce
from masking_service.shipped import ROOT

DEFAULT_POLICY = ROOT / "policy.yaml"
RECOMMENDED = ROOT / "examples" / "policy-recommended.yaml"


def main() -> int:
    """Run the simulation; exit with 1 where model and application disagree."""
    asked = argparse.ArgumentParser(prog="python -m bench.theft", description=__doc__)
    asked.add_argument("--seed", type=int, default=1, help="the first seed; the run takes the next ones too")
    asked.add_argument("--seeds", type=int, metavar="N", help="how many seeds; those of the workforce by default")
    asked.add_argument("--quick", action="store_true", help="a tenth of the people, three seeds, 90 days")
    asked.add_argument("--json", action="store_true", help="print the figures as JSON")
    asked.add_argument("--policy", type=Path, default=RECOMMENDED, help="the policy of the company")
    asked.add_argument("--workforce", type=Path, default=DEFAULT, help="its people and their work, as workforce.yaml")
    asked.add_argument("--save", type=Path, metavar="DOCS", help="write docs/insiders.md and its plot too")
    said = asked.parse_args()
    workforce = Workforce.load(said.workforce)
    if said.quick:
        workforce = workforce.quick()
    if said.seeds:
        workforce = msgspec.structs.replace(workforce, seeds=said.seeds)

    figures = simulate(said.policy, workforce, said.seed, defended=True)
    before = simulate(DEFAULT_POLICY, workforce, said.seed, defended=False)
    figures = {**figures, "quick": said.quick, "before": before}
    if said.save:
        page.save(figures, said.save)
    print(json.dumps(figures, indent=1) if said.json else page.tables(figures))
    for difference in figures["disagreeing"] + figures["before"]["disagreeing"]:
        print(f"disagreement: {difference}", file=sys.stderr)
    return 1 if figures["disagreements"] or figures["before"]["disagreements"] else 0


if __name__ == "__main__":
    sys.exit(main())
