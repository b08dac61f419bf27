"""`python -m bench.theft`: how much ten thieves take before they are detected, and what that costs honest people."""

import argparse
import json
import sys
from pathlib import Path

import msgspec

from bench.theft import page
from bench.theft.figures import simulate
from bench.theft.steps import PURPOSE
from bench.theft.workforce import DEFAULT, Workforce
from masking_service.service.people.errors import PolicyError
from masking_service.service.people.policy import Policy
from masking_service.shipped import ROOT

RECOMMENDED = ROOT / "examples" / "policy-recommended.yaml"
ROLES = ("label-printer", "courier", "tracking", "service-desk", "dispute-officer", "supervisor", "privacy-officer")


def check_policy(path: Path) -> None:
    """Raise PolicyError unless a policy is valid and has the roles and the purpose that people act in here."""
    rules = Policy.load(path, development=True).rules
    faults = [(f"roles.{name}", "missing") for name in ROLES if name not in rules.roles]
    faults += [] if PURPOSE in rules.purposes else [(f"purposes.{PURPOSE}", "missing")]
    if faults:
        raise PolicyError(faults, str(path))


def main() -> int:
    """Run the simulation; exit with 1 where model and application disagree."""
    asked = argparse.ArgumentParser(prog="python -m bench.theft", description=__doc__)
    asked.add_argument("--seed", type=int, default=1, help="the first seed; the run takes the next ones too")
    asked.add_argument("--seeds", type=int, metavar="N", help="how many seeds; those of the workforce by default")
    asked.add_argument("--quick", action="store_true", help="a tenth of the people, three seeds, 90 days")
    asked.add_argument("--json", action="store_true", help="print the figures as JSON")
    asked.add_argument("--policy", type=Path, default=RECOMMENDED, help="the policy of the company")
    asked.add_argument("--workforce", type=Path, default=DEFAULT, help="its people and their work, as workforce.yaml")
    asked.add_argument(
        "--keep",
        type=Path,
        metavar="DIR",
        help="keep the results of each company there, and reuse kept ones",
    )
    asked.add_argument("--save", type=Path, metavar="DOCS", help="write docs/insiders.md and its plot too")
    said = asked.parse_args()
    try:
        workforce = Workforce.load(said.workforce)
        check_policy(said.policy)
    except (OSError, ValueError, PolicyError) as error:
        asked.error(str(error))
    if said.quick:
        workforce = workforce.quick()
    if said.seeds:
        workforce = msgspec.structs.replace(workforce, seeds=said.seeds)

    figures, before = simulate(said.policy, workforce, said.seed, said.keep)
    figures = {**figures, "quick": said.quick, "before": before}
    if said.save:
        page.save(figures, said.save)
    print(json.dumps(figures, indent=1) if said.json else page.tables(figures))
    for difference in figures["disagreeing"] + figures["before"]["disagreeing"]:
        print(f"disagreement: {difference}", file=sys.stderr)
    return 1 if figures["disagreements"] or figures["before"]["disagreements"] else 0


if __name__ == "__main__":
    sys.exit(main())
