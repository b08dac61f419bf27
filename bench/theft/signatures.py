"""`python -m bench.theft.signatures`: what stolen sign-ins take, with acts that people sign and without.

Three thieves use sign-ins of others. One forges them with the issuer's key and acts as ten officers; one has a login
that an officer lent; one controls an officer's computer from afar. None has a key that was enrolled for the officer. A
PIN can be typed from afar, so only `hardware: touch` keeps the last one out. Insiders who sign with their own keys take
what they take without signatures: `python -m bench.theft`.
"""

import argparse
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

import msgspec

from bench.theft import thieves
from bench.theft.defences import NONE, Defences
from bench.theft.figures import p95
from bench.theft.heist import Heist
from bench.theft.model import Service
from bench.theft.steps import DAY
from bench.theft.thieves import CHUNK
from bench.theft.work import BEGIN, HOUR, MINUTE
from bench.theft.workforce import DEFAULT, Workforce
from masking_service.service.people.policy import Policy
from masking_service.service.people.signed_rules import Hardware, SignedRule
from masking_service.shipped import ROOT

POLICIES: Final[Mapping[str, Path]] = {
    "default": ROOT / "policy.yaml",
    "recommended": ROOT / "examples" / "policy-recommended.yaml",
}
SIGNING: Final[tuple[Hardware | None, ...]] = (None, "any", "touch")
"""No signatures, and signatures by two sorts of hardware."""
THIEVES: Final = ("forged sign-ins", "lent login", "remote control")
OFFICERS: Final = 10


class Company(NamedTuple):
    """Where a thief works.

    Attributes:
        rate: tickets per million parcels.
    """

    policy: Policy
    workforce: Workforce
    rate: int


def signing(policy: Policy, hardware: Hardware | None) -> Policy:
    """Return a policy under which such keys sign openings; None for none."""
    signed = SignedRule("localhost", ("http://localhost",), frozenset({"detokenize"}), hardware=hardware or "any")
    return Policy(replace(policy.rules, signed=signed if hardware else None), development=True)


def records(thief: str, company: Company, seed: int) -> int:
    """Return how many records a thief takes before the theft is noticed."""
    policy, workforce, rate = company
    remote = thief == "remote control"
    changed = msgspec.structs.replace(workforce.thieves, own_device=not remote)
    people = msgspec.structs.replace(workforce, thieves=changed)
    defended = policy.rules.cases.check is not None
    service = Service(policy, Defences.of(people, seed) if defended else NONE, keep=defended)
    random = Random(f"{thief} {seed}")
    begin = BEGIN + random.randrange(min(30, people.days)) * DAY
    queue = people.cases_an_officer(rate)
    heist = Heist(thief.replace(" ", "-"), seed, service, people, random, begin, BEGIN + people.days * DAY, queue)
    (_forge if thief == "forged sign-ins" else thieves.odd_hours)(heist)
    return heist.records()


def _forge(heist: Heist) -> None:
    """Open what the desk asked ten officers to open, as each of them, by day."""
    officers = [heist.member("dispute-officer", number) for number in range(OFFICERS)]
    for begin in heist.days():
        for rank, officer in enumerate(officers):
            at = begin + 9 * HOUR + rank * MINUTE
            while at < begin + 18 * HOUR:
                case = heist.honest_case(at, CHUNK, officer, "forged")
                if case is None or not heist.take(officer, at, case, "forged").released:
                    break
                at += HOUR


def table(seeds: range, days: int) -> str:
    """Return the p95 and the most of all seeds at each rate of tickets, as a table in Markdown."""
    workforce = msgspec.structs.replace(Workforce.load(DEFAULT), days=days)
    lines = [
        "| policy | thief | tickets per million | nothing signed | signed, any key | signed, touch |",
        "|---|---|---:|---|---|---|",
    ]
    for name, path in POLICIES.items():
        policy = Policy.load(path, development=True)
        for thief, rate in product(THIEVES, workforce.desk.tickets_per_million):
            taken = [
                sorted(records(thief, Company(signing(policy, sort), workforce, rate), seed) for seed in seeds)
                for sort in SIGNING
            ]
            cells = " | ".join(f"{p95(one):,} ({one[-1]:,})" for one in taken)
            lines.append(f"| {name} | {thief} | {rate:,} | {cells} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(prog="python -m bench.theft.signatures", description=__doc__)
    asked.add_argument("--seeds", type=int, default=5)
    asked.add_argument("--days", type=int, default=60)
    said = asked.parse_args()
    print(table(range(1, said.seeds + 1), said.days))


if __name__ == "__main__":
    main()
