"""What single defences are worth: the recommended set-up with one thing changed, for the thieves whom it concerns."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec

from bench.theft.steps import PURPOSE
from bench.theft.workforce import Workforce
from masking_service.access.policy import Policy


@dataclass(frozen=True)
class Variant:
    """A change of practices, thieves, the sample or the number of approvals, by the names of their members.

    Attributes:
        every_rate: whether all seeds run it, and not only those with the lowest rate of tickets.
    """

    text: str
    strategies: tuple[str, ...]
    practices: Mapping[str, Any] = field(default_factory=dict)
    thieves: Mapping[str, Any] = field(default_factory=dict)
    sample: int | None = None
    approvals: int | None = None
    every_rate: bool = False

    def policy(self, policy: Policy) -> Policy:
        """Return the policy with the change."""
        rules = policy.rules
        if self.sample is not None:
            rules = replace(rules, cases=replace(rules.cases, sample=self.sample))
        if self.approvals is not None:
            purpose = replace(rules.purposes[PURPOSE], approvals=self.approvals)
            rules = replace(rules, purposes={**rules.purposes, PURPOSE: purpose})
        return policy if rules is policy.rules else Policy(rules, development=True)

    def workforce(self, workforce: Workforce) -> Workforce:
        """Return the workforce with the change."""
        return msgspec.structs.replace(
            workforce,
            practices=msgspec.structs.replace(workforce.practices, **self.practices),
            thieves=msgspec.structs.replace(workforce.thieves, **self.thieves),
        )


RINGS: Final = ("colluding", "splitting", "rubber_stamp")
VARIANTS: Final = {
    "any_officer": Variant(
        "cases name no officer", ("burst", "drip", "odd_hours"), practices={"cases_name_officer": False}
    ),
    "by_site": Variant("couriers see all of their site", ("scraper",), practices={"couriers_have_sites": True}),
    "remote": Variant(
        "renters control the officer's device remotely, at every rate",
        ("burst", "odd_hours"),
        thieves={"own_device": False},
        every_rate=True,
    ),
    "known_device": Variant(
        "renters first work by day for eight days, at every rate",
        ("odd_hours",),
        thieves={"days_by_day": 8},
        every_rate=True,
    ),
    "two_approvals": Variant(
        "two approvals where one is needed, at every rate", ("rubber_stamp",), approvals=2, every_rate=True
    ),
    "no_sample": Variant("no sample", RINGS, sample=0),
    "sample_3": Variant("a sample of 3 %", RINGS, sample=30),
    "tickets_1": Variant("a ring gets 1 ticket a day", RINGS, thieves={"tickets_a_day": 1}),
    "tickets_20": Variant("a ring gets 20 tickets a day", RINGS, thieves={"tickets_a_day": 20}),
}
