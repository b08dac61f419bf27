"""What the watch rules keep of a company, in memory instead of in the store."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from masking_service.audit.actions import Outcome
from masking_service.service.call.recorder import RequestContext, Stated
from masking_service.service.freezes.state import MINUTE, Freeze
from masking_service.service.people.principals import Principal
from masking_service.service.state.sealed import Prepared


@dataclass(frozen=True, slots=True)
class Review:
    """Something that a person has to look at: an approval, or an alert."""

    at: int
    why: str
    who: str


@dataclass(slots=True)
class Memory:
    """Freezes, audit, alerts and metrics as `FreezeByPolicy` uses them, in memory.

    Args:
        write: writes an audit entry.
        reviews: receives the alerts.
    """

    write: Callable[..., None]
    reviews: list[Review]
    misses: Counter[str] = field(default_factory=Counter)
    refusals: dict[str, tuple[int, int]] = field(default_factory=dict)
    frozen: dict[str, Freeze] = field(default_factory=dict)
    alerted: dict[tuple[str, str], int] = field(default_factory=dict)
    now: int = 0

    def add_misses(self, principal: Principal, count: int) -> int:
        self.misses[principal.id] += count
        return self.misses[principal.id]

    def set_misses(self, principal: Principal, count: int) -> None:
        self.misses[principal.id] = count

    def add_refusal(self, principal: Principal) -> int:
        since, count = self.refusals.get(principal.id, (0, 0))
        since, count = (self.now, 1) if self.now >= since + MINUTE else (since, count + 1)
        self.refusals[principal.id] = since, count
        return count

    def refusals_of(self, principal: Principal) -> int:
        since, count = self.refusals.get(principal.id, (0, 0))
        return count if self.now < since + MINUTE else 0

    def prepare_freeze(self, tenant: str, freeze: Freeze) -> tuple[Freeze, Prepared[bool]]:
        del tenant
        stored = self.frozen.setdefault(freeze.id, freeze)
        return stored, Prepared((), lambda: True)

    def change(
        self, context: RequestContext, action: str, stated: Stated, prepare: Callable[[], Prepared[bool]]
    ) -> "_Recorded":
        prepare()
        self.write(context.principal, context.now, action, Outcome.DONE, subject=stated.subject)
        return _Recorded()

    def raise_alert(self, kind: str, principal: Principal) -> None:
        last = self.alerted.get((kind, principal.id), -MINUTE)
        if self.now >= last + MINUTE:
            self.alerted[kind, principal.id] = self.now
            self.reviews.append(Review(self.now, kind, principal.id))

    def freeze(self, why: str) -> None:
        """Nothing: the metric is not needed here."""


class _Recorded:
    """The entry of the simulated log that was just written."""

    id = ""
