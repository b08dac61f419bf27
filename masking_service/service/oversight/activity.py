"""Shows who was active in the last day beside their limits, and who is frozen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from keys.keyring import Keyring
from masking_service.audit.recent import Figures, RecentEntries, RecentEntry
from masking_service.masking.timestamps import rfc3339
from masking_service.service.call.call import Gate
from masking_service.service.call.recorder import RequestContext
from masking_service.service.freezes.state import Freeze, Freezes
from masking_service.service.lookout.state import Shortlists, StoredListing, in_words
from masking_service.service.oversight import answers
from masking_service.service.oversight.auditing import AUDIT_HASH_OF_TENANT
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Policy
from masking_service.service.people.rules import WINDOWS

SHOWN: Final = ("1m", "1h", "1d")
MAX_PRINCIPALS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityReport:
    """Watches the people of the caller's tenant, under one policy."""

    policy: Policy
    gate: Gate
    keyring: Keyring
    freezes: Freezes
    shortlists: Shortlists
    recent: RecentEntries

    def __call__(self, context: RequestContext) -> answers.Activity:
        """The frozen and the most active principals of the last day. Round trips: two, and those of `RecentEntries`.

        Raises:
            AccessError: the caller may not.
            StoreUnavailable, IntegrityError: it cannot be told.
        """
        self.gate.grant(context.principal, Permission.PRINCIPAL_FREEZE)
        frozen = {one.id: one for one in self.freezes.listed(context.principal.tenant)}
        tenant = self.keyring.tenant(context.principal.tenant).lasting_hash(AUDIT_HASH_OF_TENANT)
        rows, since = self.recent.rows(tenant, context.now)
        of_principal: dict[str, list[RecentEntry]] = {who: [] for who in frozen}
        for row in rows:
            of_principal.setdefault(row.principal, []).append(row)
        busiest = sorted(of_principal, key=lambda who: (who not in frozen, -len(of_principal[who]), who))
        return answers.Activity(
            [self._principal(who, of_principal[who], frozen.get(who), context.now) for who in busiest[:MAX_PRINCIPALS]],
            [_listed(one) for one in self.shortlists.of(context.principal.tenant)],
            rfc3339(since),
        )

    def _principal(
        self, who: str, rows: Sequence[RecentEntry], freeze: Freeze | None, now: int
    ) -> answers.ActivePrincipal:
        roles = sorted({row.role for row in rows if row.role})
        sums = {name: _sum(rows, now - WINDOWS[name]) for name in SHOWN}
        return answers.ActivePrincipal(
            principal=who,
            roles=roles,
            fields={name: total.fields for name, total in sums.items()},
            full_views={name: total.full_views for name, total in sums.items()},
            cases={name: total.cases for name, total in sums.items()},
            refusals={name: total.refusals for name, total in sums.items()},
            limits=self._limits(roles),
            frozen=None if freeze is None else answers.FrozenSince(rfc3339(freeze.since), freeze.by, freeze.why),
        )

    def _limits(self, roles: Iterable[str]) -> dict[str, dict[str, int]]:
        """The smallest limit of each count and window: of the roles' budgets, and of refusals until a freeze."""
        rules = self.policy.rules
        limits: dict[str, dict[str, int]] = {"refusals": {"1m": rules.watch.refusals}}
        known = [rules.roles[name] for name in roles if name in rules.roles]
        for budget in (
            one for role in known for one in role.budgets.values() if one.counts in ("fields", "full_views")
        ):
            of_count = limits.setdefault(budget.counts, {})
            for window in budget.windows:
                of_count[window.name] = min(window.limit, of_count.get(window.name, window.limit))
        return limits


def _listed(one: StoredListing) -> answers.ListedPerson:
    said = [answers.ListedReason(why.signal, in_words(why), in_words(why, "zh")) for why in one.reasons]
    return answers.ListedPerson(one.id, rfc3339(one.at), one.total, one.frozen, said)


def _sum(rows: Iterable[RecentEntry], begin: int) -> Figures:
    """The sums of what happened after `begin` (Unix seconds)."""
    each = [row.figures for row in rows if row.at > begin]
    return Figures(*map(sum, zip(*each, strict=True))) if each else Figures()
