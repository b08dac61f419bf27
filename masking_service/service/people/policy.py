"""The policy: all grants of roles, computed once when it is loaded.

What is not in the table is forbidden. There is no wildcard, no negative rule and no switch that grants.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from pathlib import Path

from masking_service.service.people import rules
from masking_service.service.people.device_rules import PROVEN
from masking_service.service.people.errors import Forbidden, PolicyError, ProfileRequired, PurposeRequired
from masking_service.service.people.permissions import (
    KEYS_ONLY_PERMISSIONS,
    PROFILE_PERMISSIONS,
    PURPOSE_PERMISSIONS,
    Permission,
)
from masking_service.service.people.policy_file import full_kinds, read_policy
from masking_service.service.people.principals import Principal
from masking_service.service.people.rules import Budget, Role, Rules, Scope, SearchRule

_LookUpKey = tuple[str, str, str | None, str | None]  # role, permission, profile, purpose


@dataclass(frozen=True, slots=True)
class Grant:
    """A granted permission: its role, profile or purpose, scope and budget.

    `kinds` is what the purpose opens (empty without a purpose), `full_kinds` what the profile shows in full
    (empty without a profile; a view with any is a disclosure). `scope` `custody` narrows to what the caller holds.
    `budget` is what a use of this grant spends; None if it is free. `device_proof` says whether a use has to be proven
    by the caller's own device.
    """

    role: str
    permission: str
    profile: str | None = None
    purpose: str | None = None
    scope: Scope = "all"
    kinds: frozenset[str] = field(default=frozenset())
    full_kinds: frozenset[str] = field(default=frozenset())
    budget: Budget | None = None
    device_proof: bool = False


_Table = dict[_LookUpKey, tuple[int, Grant]]


@dataclass(frozen=True, slots=True)
class _Credential:
    """The roles of one sort of credential, with the permissions that they have under it, and their grants."""

    roles: Mapping[str, Role]
    grants: _Table


class Policy:
    """A valid, immutable policy. A reload makes a new one.

    `rules` is what it says. `development` lets API keys hold every role, as `serve --dev` needs it; elsewhere the
    roles that open, approve or erase are for signed-in staff only. `roles_for_keys` are the others. What only API keys
    may do, no access token does, whatever its roles.
    """

    __slots__ = ("_for_keys", "_for_staff", "roles_for_keys", "rules")

    def __init__(self, policy_rules: Rules, *, development: bool) -> None:
        self.rules = policy_rules
        self.roles_for_keys = frozenset(
            name for name, role in policy_rules.roles.items() if development or not role.staff_only
        )
        # The narrowest grant gets the smallest number.
        grants = sorted(_grants(policy_rules), key=_width)
        of_keys = {name: policy_rules.roles[name] for name in self.roles_for_keys}
        of_staff = {
            name: replace(role, permissions=role.permissions - KEYS_ONLY_PERMISSIONS)
            for name, role in policy_rules.roles.items()
        }
        self._for_keys = _Credential(of_keys, _table(grants, of_keys))
        devices = policy_rules.devices
        if devices is not None:  # no issuer can make a proof for an API key
            grants = [replace(one, device_proof=devices.guards(one.permission, one.role)) for one in grants]
        self._for_staff = _Credential(of_staff, _table(grants, of_staff))

    @classmethod
    def parse(cls, text: str, source: str = "policy", *, development: bool) -> "Policy":
        """Parse YAML text. Raises PolicyError with every fault in `source`."""
        return cls(read_policy(text, source), development=development)

    @classmethod
    def load(cls, path: Path, *, development: bool) -> "Policy":
        """Read a policy file. Raises PolicyError, also if it cannot be read."""
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise PolicyError([("(file)", "there is no such file")], path.name) from None
        except (OSError, UnicodeDecodeError):
            raise PolicyError([("(file)", "cannot be read as UTF-8 text")], path.name) from None
        return cls.parse(text, path.name, development=development)

    def grant(
        self, principal: Principal, permission: str, *, profile: str | None = None, purpose: str | None = None
    ) -> Grant:
        """Return the grant of a permission.

        Without a profile, where the permission works through one, the only allowed profile is meant. Of several
        roles that grant the same the narrowest counts (custody before all, then the smaller budget, then by
        name), whatever the order in the credential: adding a role never widens what another role already gives.

        Raises Forbidden, ProfileRequired, or PurposeRequired.
        """
        table = self._credential(principal).grants
        roles = principal.roles
        if len(roles) == 1:
            found = table.get((roles[0], permission, profile, purpose))
        else:
            if profile is None and permission in PROFILE_PERMISSIONS:
                profile = self.default_profile(principal, permission)
            every = [table[q] for role in roles if (q := (role, permission, profile, purpose)) in table]
            found = min(every, key=itemgetter(0), default=None)
        if found is None:
            raise self._refusal(principal, permission, profile, purpose)
        return found[1]

    def may_store(self, principal: Principal) -> bool:
        """Return whether a principal may mask or tokenize."""
        return self.permits(principal, Permission.WAYBILL_MASK) or self.permits(principal, Permission.WAYBILL_TOKENIZE)

    def check_split(self) -> None:
        """Check that the policy is safe where intake hosts are apart.

        An attacker who controls an intake host can make tokens of waybills with guessed numbers, so a token alone must
        open nothing.

        Raises:
            PolicyError: a purpose opens values without a case.
        """
        faults = [
            (f"purposes.{name}.case", "must be required where the tiers are split: a token alone must open nothing")
            for name, purpose in self.rules.purposes.items()
            if not purpose.needs_case
        ]
        if faults:
            raise PolicyError(faults)

    def _refusal(
        self, principal: Principal, permission: str, profile: str | None, purpose: str | None
    ) -> Forbidden | ProfileRequired | PurposeRequired:
        """Return why there is no grant: what the request did not name, else forbidden."""
        if not self.permits(principal, permission):
            return Forbidden()
        if permission in PROFILE_PERMISSIONS and profile is None:
            return ProfileRequired()
        if permission in PURPOSE_PERMISSIONS and purpose is None:
            return PurposeRequired()
        return Forbidden("profile" if permission in PROFILE_PERMISSIONS else "purpose")

    def permits(self, principal: Principal, permission: str) -> bool:
        """Return whether any role grants this permission, whatever the profile or purpose.

        It decides only what a caller is told (a 403 before a 400). Using a permission takes a `grant`.
        """
        return any(permission in role.permissions for role in self.roles_of(principal))

    def default_profile(self, principal: Principal, permission: str) -> str:
        """Return the principal's only profile; raise ProfileRequired if there are several."""
        profiles = {
            profile
            for role in self.roles_of(principal)
            if permission in role.permissions and permission in PROFILE_PERMISSIONS
            for profile in role.profiles
        }
        if not profiles:
            raise Forbidden
        if len(profiles) > 1:
            raise ProfileRequired
        return profiles.pop()

    def budget_grants(self, principal: Principal) -> list[Grant]:
        """Return the principal's narrowest grant for each thing that is counted."""
        names = {role.name for role in self.roles_of(principal)}
        found: dict[str, Grant] = {}
        for _, grant in self._for_staff.grants.values():  # narrowest first
            if grant.role in names and grant.budget is not None:
                found.setdefault(grant.budget.counts, grant)
        return list(found.values())

    def approvals_needed(self, purpose: str, waybills: int, *, sampled: bool = False) -> int:
        """Return how many people have to approve a case. `sampled` says whether it names a waybill of the sample."""
        rule = self.rules.purposes[purpose]
        needed = rule.always_approved or sampled or waybills > self.rules.cases.approve_above
        return rule.approvals if needed else 0

    def retention_days(self, tenant: str) -> int:
        return self.rules.retention_tenants.get(tenant, self.rules.retention_default)

    def search(self, tenant: str) -> SearchRule:
        """Return which search indexes of a tenant are kept."""
        return self.rules.search_tenants.get(tenant, self.rules.search_default)

    @property
    def unproven(self) -> dict[str, list[str]]:
        """Return the calls that signed-in people make without a device's proof, with the roles of each."""
        rule, issuers = self.rules.devices, self.rules.issuers.values()
        spoken = {role for issuer in issuers for role in issuer.roles} if issuers else {*self.rules.roles}
        left = {
            call: [
                name
                for name, role in self.rules.roles.items()
                if name in spoken and permission in role.permissions and not (rule and rule.needs(call, name))
            ]
            for call, permission in PROVEN.items()
        }
        return {call: roles for call, roles in left.items() if roles}

    @property
    def unproven_keys(self) -> list[str]:
        """Return the roles with which an API key makes calls that people prove by a device."""
        rule, roles = self.rules.devices, self.rules.roles
        if rule is None:
            return []
        return [
            name
            for name in sorted(self.roles_for_keys)
            if any(rule.needs(call, name) and need in roles[name].permissions for call, need in PROVEN.items())
        ]

    @property
    def budgets(self) -> frozenset[tuple[str, Budget]]:
        """All budgets, each with its role."""
        return frozenset((grant.role, grant.budget) for _, grant in self._for_staff.grants.values() if grant.budget)

    @property
    def longest_retention_days(self) -> int:
        """The longest retention of any tenant, in days."""
        return max((self.rules.retention_default, *self.rules.retention_tenants.values()))

    @property
    def tenants(self) -> set[str]:
        """The tenants that it names."""
        rules = self.rules
        of_issuers = (tenant for issuer in rules.issuers.values() for tenant in issuer.tenants)
        return {*rules.retention_tenants, *rules.search_tenants, *of_issuers}

    @property
    def digest(self) -> str:
        """SHA-256 of the policy's content in hex, for audit entries."""
        return self.rules.digest

    def roles_of(self, principal: Principal) -> Iterator[Role]:
        """Return the principal's roles, with the permissions that its sort of credential gives.

        API keys have none of the roles for staff only, and access tokens nothing that is for API keys only.
        """
        roles = self._credential(principal).roles
        return (roles[name] for name in principal.roles if name in roles)

    def _credential(self, principal: Principal) -> _Credential:
        return self._for_keys if principal.source == "key" else self._for_staff


class PolicyFile:
    """A policy file with its key files, and whether they have changed.

    A key file may come after the policy, and be exchanged without it.

    Args:
        path: where it is; what a symbolic link leads to may be exchanged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: dict[Path, tuple[int, ...]] = {}

    def changed(self) -> bool:
        """Return whether a file has changed since the policy was read."""
        return any(_look(path) != seen for path, seen in self._seen.items())

    def read(self, *, development: bool) -> Policy:
        """Read the policy. A faulty file counts as read, so `changed` is false until it changes again.

        Raises:
            PolicyError: with every fault.
        """
        self._seen = {self._path: _look(self._path)}
        policy = Policy.load(self._path, development=development)
        files = [self._path.parent / rule.keys for rule in policy.rules.issuers.values() if not rule.fetched]
        if policy.rules.cases.check is not None:
            files.append(self._path.parent / policy.rules.cases.check.key)
        if policy.rules.calls is not None:
            keys = (policy.rules.calls.key, policy.rules.calls.records_key)
            files += [self._path.parent / key for key in keys if key]
        if policy.rules.signed is not None:
            files += [self._path.parent / file for file in policy.rules.signed.models.values()]
        self._seen |= {file: _look(file) for file in files}
        return policy


def _look(path: Path) -> tuple[int, ...]:
    """Return what identifies a file's content; empty if it cannot be read."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _table(grants: Sequence[Grant], roles: Mapping[str, Role]) -> _Table:
    """Return the grants of some roles by what is asked for, each with its place in the order."""
    return {
        key: (number, grant)
        for number, grant in enumerate(grants)
        if grant.role in roles
        for key in _look_up_keys(grant, roles[grant.role])
        if key[1] in roles[grant.role].permissions
    }


def _grants(policy_rules: Rules) -> Iterator[Grant]:
    for role in policy_rules.roles.values():
        budgets: dict[str, Budget | None] = {
            Permission.WAYBILL_VIEW: role.budgets.get("full_views"),
            Permission.WAYBILL_SEARCH: role.budgets.get("searches"),
            Permission.WAYBILL_TOKENIZE: policy_rules.conflicts,
            Permission.CASE_OPEN: policy_rules.case_waybills,
            Permission.CALL_MAKE: role.budgets.get("calls"),
            Permission.DECOY_PLANT: role.budgets.get("decoys"),
        }
        for permission in role.permissions:
            if permission in PROFILE_PERMISSIONS:
                for profile in role.profiles:
                    full = full_kinds(policy_rules.profiles[profile])
                    masked = permission == Permission.WAYBILL_VIEW and not full
                    budget = None if masked else budgets.get(permission)
                    yield Grant(role.name, permission, profile, None, role.scope, frozenset(), full, budget)
            elif permission in PURPOSE_PERMISSIONS:
                for purpose in role.purposes:
                    kinds = policy_rules.purposes[purpose].kinds
                    fields = role.budgets.get("fields")
                    yield Grant(role.name, permission, None, purpose, role.scope, kinds, frozenset(), fields)
            else:
                yield Grant(role.name, permission, scope=role.scope, budget=budgets.get(permission))


def _look_up_keys(grant: Grant, role: Role) -> Iterator[_LookUpKey]:
    yield grant.role, grant.permission, grant.profile, grant.purpose
    if grant.profile is not None and len(role.profiles) == 1:
        yield grant.role, grant.permission, None, None


def _width(grant: Grant) -> tuple[object, ...]:
    """Sort key: custody scope first, then smaller budgets, then the name."""
    limits = {window.name: window.limit for window in grant.budget.windows} if grant.budget else {}
    by_window = [limits.get(name, math.inf) for name in reversed(rules.WINDOWS)]
    return (
        grant.scope != "custody",
        *by_window,
        grant.role,
        grant.permission,
        grant.profile or "",
        grant.purpose or "",
    )
