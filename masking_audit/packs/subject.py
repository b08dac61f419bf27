"""What leaked: which entries of the log are about it, and what it could do. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from masking_audit.format.entries import Entry
from masking_audit.packs.documents import PackTable
from masking_service.service.people.policy import Policy
from masking_service.service.people.policy_file import full_kinds
from masking_service.service.people.rules import Budget, Role

SubjectKind = Literal["principal", "issuer", "site", "courier"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A login, an API key, an issuer's key, a site, or a courier's phone.

    Attributes:
        kind: `principal` for a login, or the API key of a partner or printer.
        name: the principal's or courier's id, the issuer's alias, or the site's code.
    """

    kind: SubjectKind
    name: str

    def __str__(self) -> str:
        return self.name if self.kind == "principal" else f"{self.kind} {self.name}"

    def acts_in(self, entry: Entry) -> bool:
        """Return whether an entry is an act of what leaked, or about a parcel that passed it."""
        if self.kind == "issuer":
            return entry.principal.startswith(f"{self.name}/")
        if self.kind == "site":
            return any(item.site == self.name for item in entry.items)
        if self.kind == "courier":
            return entry.principal == self.name or any(item.courier == self.name for item in entry.items)
        return entry.principal == self.name

    def is_frozen_in(self, subject: str) -> bool:
        """Return whether a freeze of this principal belongs to the incident."""
        return subject.startswith(f"{self.name}/") if self.kind == "issuer" else subject == self.name


HEADERS: Final = ("policy", "role", "opens", "full", "may", "most-fields", "most-views")
SHOWN_OF_DIGEST: Final = 12


@dataclass(slots=True)
class Reach:
    """The roles in which a principal acted under each policy, added entry by entry.

    Args:
        begin, end: the period, in Unix seconds; `end` is outside.
    """

    subject: Subject
    begin: int
    end: int
    _roles: dict[str, set[str]] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Add an act of the subject: which policy decided, and by which role."""
        self._roles.setdefault(entry.policy, set()).update({entry.role} - {""})

    def could(self, policies: Mapping[str, Policy]) -> PackTable:
        """Return what the subject could do under each policy of the period.

        Args:
            policies: by digest. Of one that is not given, only the roles are known.
        """
        return PackTable(
            "could", HEADERS, [row for digest in sorted(self._roles) for row in self._rows(digest, policies)]
        )

    def can(self, policy: Policy) -> PackTable:
        """Return what the subject can do under the policy in force."""
        return PackTable("can", HEADERS, [*self._rows(policy.digest, {policy.digest: policy})])

    @property
    def roles(self) -> set[str]:
        """The roles in which it acted under any policy."""
        return set().union(*self._roles.values()) if self._roles else set()

    def _rows(self, digest: str, policies: Mapping[str, Policy]) -> Iterator[tuple[object, ...]]:
        policy = policies.get(digest)
        if policy is None:
            yield from ((digest[:SHOWN_OF_DIGEST], role, "?", "?", "?", "?", "?") for role in sorted(self.roles))
            return
        names = self.roles
        if self.subject.kind == "issuer":
            rule = policy.rules.issuers.get(self.subject.name)
            names = names | set(rule.roles) if rule else names
        seconds = self.end - self.begin
        for name in sorted(names):
            role = policy.rules.roles.get(name)
            if role is None:
                yield (digest[:SHOWN_OF_DIGEST], name, "-", "-", "-", 0, 0)
                continue
            opens = [_purpose(policy, purpose) for purpose in sorted(role.purposes)]
            full = sorted({kind for profile in role.profiles for kind in _full(policy, role, profile)})
            yield (
                digest[:SHOWN_OF_DIGEST],
                name,
                "; ".join(opens) or "-",
                ", ".join(full) or "-",
                ", ".join(sorted(role.permissions)),
                _most(role.budgets.get("fields"), seconds),
                _most(role.budgets.get("full_views"), seconds),
            )


def _purpose(policy: Policy, name: str) -> str:
    """Return a purpose with the kinds it opens, and what it requires."""
    rule = policy.rules.purposes[name]
    needs = " + case" if rule.needs_case else ""
    return f"{name} ({', '.join(sorted(rule.kinds))}){needs}{' + approval' if rule.always_approved else ''}"


def _full(policy: Policy, role: Role, profile: str) -> Iterable[str]:
    """Return the kinds that a role sees in full through a profile."""
    return full_kinds(policy.rules.profiles[profile]) if "waybill:view" in role.permissions else ()


def _most(budget: Budget | None, seconds: int) -> int:
    """Return the maximum that one person can spend in a period of `seconds`: the limit of the strictest window."""
    windows = budget.windows if budget else ()
    return min((window.limit * -(-seconds // window.seconds) for window in windows), default=0)
