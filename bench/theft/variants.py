"""What single defences are worth: the recommended set-up with one thing changed, for the thieves whom it concerns."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec

from bench.theft.workforce import Workforce
from masking_service.service.people.policy import Policy


@dataclass(frozen=True)
class Variant:
    """A change of practices, thieves or rules of the policy, by the names of their members."""

    text: str
    strategies: tuple[str, ...]
    practices: Mapping[str, Any] = field(default_factory=dict)
    thieves: Mapping[str, Any] = field(default_factory=dict)
    cases: Mapping[str, Any] = field(default_factory=dict)
    check: Mapping[str, Any] = field(default_factory=dict)
    lookout: Mapping[str, Any] = field(default_factory=dict)
    signed: Mapping[str, Any] = field(default_factory=dict)
    proofs: bool = True

    def policy(self, policy: Policy) -> Policy:
        """Return the policy with the change."""
        rules = policy.rules
        check = rules.cases.check and replace(rules.cases.check, **self.check)
        cases, lookout = replace(rules.cases, check=check, **self.cases), replace(rules.lookout, **self.lookout)
        signed = replace(rules.signed, **self.signed) if rules.signed and self.proofs else None
        devices = rules.devices if self.proofs else None
        changed = replace(rules, cases=cases, lookout=lookout, signed=signed, devices=devices)
        return Policy(changed, development=True)

    def workforce(self, workforce: Workforce) -> Workforce:
        """Return the workforce with the change."""
        return msgspec.structs.replace(
            workforce,
            practices=msgspec.structs.replace(workforce.practices, **self.practices),
            thieves=msgspec.structs.replace(workforce.thieves, **self.thieves),
        )


VARIED: Final = 3
"""Seeds under which single things are changed: one at each rate of tickets."""
OWN_RENTED: Final = ("burst", "odd_hours")
RINGS: Final = ("colluding", "splitting", "rubber_stamp", "buyers_list")
CHOSEN: Final = {"tickets_routed": False}
REMOTE: Final = {"own_device": False}
BY_DEVICE: Final = {
    "freeze": frozenset({"new-device", "odd-hours"}),
    "alone": frozenset({"new-device", "odd-hours", "pair", "pair-opener"}),
}
VARIANTS: Final = {
    "any_officer": Variant("any officer opens values under a case", ("drip",), check={"by_assignee": False}),
    "ring_assigns": Variant("rings choose the officer of a ticket", RINGS, practices=CHOSEN),
    "ring_assigns_no_sample": Variant("the same without a sample", RINGS, practices=CHOSEN, cases={"sample": 0}),
    "ring_assigns_sample_3": Variant("the same with a sample of 3 %", RINGS, practices=CHOSEN, cases={"sample": 30}),
    "tickets_20": Variant("a ring gets 20 tickets a day", RINGS, thieves={"tickets_a_day": 20}),
    "by_site": Variant("couriers see all of their site", ("scraper",), practices={"couriers_have_sites": True}),
    "remote": Variant("renters control the officer's device remotely", OWN_RENTED, thieves=REMOTE),
    "remote_touch": Variant(
        "the same where keys need a touch", OWN_RENTED, thieves=REMOTE, signed={"hardware": "touch"}
    ),
    "unsigned": Variant("nothing is signed or proven", (*OWN_RENTED, "splitting", "forged"), proofs=False),
    "unsigned_listed": Variant(
        "the same, and the lookout freezes and lists new devices", OWN_RENTED, proofs=False, lookout=BY_DEVICE
    ),
}
