"""Tells callers who they are, what the policy allows them, and what is left of their budgets."""

from collections.abc import Sequence
from dataclasses import dataclass

from masking_service.masking.timestamps import rfc3339
from masking_service.service.call.budgets import Budgets, Room
from masking_service.service.call.recorder import RequestContext
from masking_service.service.directory.use import Directory
from masking_service.service.freezes.state import Freezes
from masking_service.service.me import answers
from masking_service.service.people.device_rules import PROVEN
from masking_service.service.people.errors import Frozen
from masking_service.service.people.issuers import Issuers
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Grant, Policy
from masking_service.service.people.principals import Principal
from masking_service.service.people.rules import Purpose
from masking_service.service.people.signed_acts import SignedAct
from masking_service.service.phone_calls.line import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutMe:
    """What a caller may know about themselves, under one policy. It is open to every caller."""

    policy: Policy
    issuers: Issuers
    budgets: Budgets
    freezes: Freezes
    line: Line
    directory: Directory

    def who(self, context: RequestContext) -> answers.Me:
        """Return who the caller is, and what the policy allows; note them in the directory. Round trips: none."""
        self.directory.note(context)
        principal, rules = context.principal, self.policy.rules
        roles = list(self.policy.roles_of(principal))
        permissions = sorted({permission for role in roles for permission in role.permissions})
        named = {purpose for role in roles for purpose in role.purposes}
        purposes = sorted(rules.purposes if Permission.CASE_OPEN in permissions else named)
        return answers.Me(
            principal=principal.id,
            name=principal.name,
            tenant=principal.tenant,
            roles=[role.name for role in roles],
            permissions=permissions,
            profiles=sorted({profile for role in roles for profile in role.profiles}),
            purposes={name: _purpose(rules.purposes[name]) for name in purposes},
            cases=answers.CaseLimits(rules.cases.approve_above, rules.cases.at_most, rules.cases.longest),
            calls=Permission.CALL_MAKE in permissions and self.line.is_set_up,
            search=self._searches(principal),
            sites=sorted(principal.sites),
            signs=self._signs(permissions),
            proves=self._proves(principal),
            frozen=self._frozen(principal),
            sign_in=self._sign_in(principal),
        )

    def budgets_left(self, context: RequestContext) -> answers.Budgets:
        """Return what is left of the caller's budgets now, without spending any. At most one round trip.

        Raises:
            Frozen: the caller is frozen.
            StoreUnavailable: it cannot be read.
        """
        self.freezes.refuse(context.principal)
        grants = self.policy.budget_grants(context.principal)
        found = self.budgets.rooms(context.principal, grants, context.now)
        return answers.Budgets(budgets_left(grants, found))

    def _searches(self, principal: Principal) -> answers.Searches:
        rule = self.policy.search(principal.tenant)
        scopes = {
            role.scope for role in self.policy.roles_of(principal) if Permission.WAYBILL_SEARCH in role.permissions
        }
        return answers.Searches(phone=rule.phone and "all" in scopes, last4=rule.last4 and bool(scopes))

    def _signs(self, permissions: Sequence[str]) -> answers.Signs | None:
        rule = self.policy.rules.signed
        if rule is None:
            return None
        acts = sorted(act for act in rule.acts if not {*SignedAct(act).permissions}.isdisjoint(permissions))
        return answers.Signs(rule.rp_id, acts, rule.fields_at_most)

    def _proves(self, principal: Principal) -> list[str]:
        rule = self.policy.rules.devices
        if rule is None or principal.source != "jwt":
            return []
        roles = [*self.policy.roles_of(principal)]
        return [
            call
            for call, permission in PROVEN.items()
            if any(permission in role.permissions and rule.needs(call, role.name) for role in roles)
        ]

    def _frozen(self, principal: Principal) -> bool:
        try:
            self.freezes.refuse(principal)
        except Frozen:
            return True
        return False

    def _sign_in(self, principal: Principal) -> answers.SignIn | None:
        rule = self.issuers.unmasking_rule(principal)
        if rule is None:
            return None
        at = principal.signed_in_at
        fresh_until = None if rule.max_age is None or at is None else rfc3339(at + rule.max_age)
        return answers.SignIn(principal.acr, None if at is None else rfc3339(at), fresh_until)


def budgets_left(grants: Sequence[Grant], rooms: Sequence[Sequence[Room]]) -> list[answers.BudgetLeft]:
    return [
        answers.BudgetLeft(
            grant.budget.counts if grant.budget else "",
            [
                answers.WindowLeft(
                    room.window.name,
                    room.window.limit,
                    room.left,
                    None if room.frees_at is None else rfc3339(room.frees_at),
                )
                for room in of_grant
            ],
        )
        for grant, of_grant in zip(grants, rooms, strict=True)
    ]


def _purpose(purpose: Purpose) -> answers.PurposeRule:
    return answers.PurposeRule(
        kinds=sorted(purpose.kinds),
        case="required" if purpose.needs_case else "optional",
        approval="required" if purpose.always_approved else "above-limit",
    )
