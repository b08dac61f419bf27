"""What a company has besides policy, budgets and watch. Each defence is a pure function; the product has none yet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from masking_service.access.cases import Opening
from masking_service.audit.entries import Entry

CaseRule = Callable[[Opening], int]
"""Returns how many approvals a case needs at least, or raises AccessError where it may not be opened."""
DailyReview = Callable[[Sequence[Entry]], Sequence[str]]
"""Returns who is reviewed after a day, the most suspicious first, given all entries until then."""


@dataclass(frozen=True)
class Defences:
    """Rules for each case, and reviews of each day."""

    case_rules: tuple[CaseRule, ...] = ()
    daily_reviews: tuple[DailyReview, ...] = ()

    def opening(self, opening: Opening) -> Opening:
        """Return the case as the rules let it be opened."""
        needed = [rule(opening) for rule in self.case_rules]
        return msgspec.structs.replace(opening, approvals_needed=max(opening.approvals_needed, *needed, 0))

    def reviewed(self, entries: Sequence[Entry]) -> list[str]:
        """Return whom the reviews name after a day."""
        return [name for review in self.daily_reviews for name in review(entries)]


NONE: Final = Defences()
