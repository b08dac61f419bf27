"""What all people of a role, and of a tenant, may spend together, as multiples of one person's budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from masking_service.service.people.rules import Budget


@dataclass(frozen=True, slots=True)
class Factors:
    """The budgets of a role and of a tenant, as multiples of a person's."""

    role: int
    tenant: int

    def of(self, budget: Budget) -> tuple[int, int, int]:
        """Return how many times a person's budget the person, the role and the tenant may spend.

        Where the policy says how many people a role has, two thirds of their budgets if that is more: on a peak day
        most of them come near their own. But what is opened stays bounded as for a few people.
        """
        if budget.counts == "fields":
            return 1, self.role, self.tenant
        return 1, max(self.role, _together(budget.people)), max(self.tenant, _together(budget.tenant_people))

    def fits(self, budget: Budget) -> int:
        """Return for how many people of a role the common budget is enough on a peak day."""
        return self.of(budget)[1] * 3 // 2


def _together(people: int) -> int:
    """Two thirds, rounded up."""
    return -(-people * 2 // 3)
