"""Counts what audit entries say: fields opened, views in full, cases opened, refused calls. Pure."""

from typing import Final, NamedTuple

from masking_service.audit.actions import Action, Outcome
from masking_service.audit.reading import EntryDocument

NO_REFUSAL: Final = frozenset({Outcome.RELEASED, Outcome.DONE, Outcome.NOT_FOUND, Outcome.UNAVAILABLE})
"""Outcomes of calls that were not refused; `unavailable` takes an earlier entry back."""


class Figures(NamedTuple):
    """Counts of opened fields, full views, opened cases and refused calls."""

    fields: int = 0
    full_views: int = 0
    cases: int = 0
    refusals: int = 0

    def __bool__(self) -> bool:
        return any(self)

    def plus(self, other: "Figures") -> "Figures":
        """The sums."""
        return Figures(*(a + b for a, b in zip(self, other, strict=True)))


def figures_of(entry: EntryDocument) -> Figures:
    """What one entry adds. It counts fields and waybills, not entries."""
    action, outcome, count = entry["action"], entry["outcome"], entry.get("count", 0)
    if outcome not in NO_REFUSAL:
        return Figures(refusals=entry.get("times", 1))
    return Figures(
        fields=count if action == Action.DETOKENIZE else 0,
        full_views=count if action in (Action.VIEW, Action.SEARCH) else 0,
        cases=int(action == Action.CASE_OPEN and outcome == Outcome.DONE),
    )
