"""Keeps the directory of people, and lists it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated, Final

from msgspec import Meta

from masking_service.masking.timestamps import rfc3339
from masking_service.service.call.answers import Answer, Time
from masking_service.service.call.call import Gate
from masking_service.service.call.recorder import RequestContext
from masking_service.service.directory.state import KnownPeople, KnownPerson
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Policy
from masking_service.store.errors import StoreUnavailable


class Colleague(Answer):
    """A person who has signed in, as that sign-in said."""

    principal: str
    name: Annotated[str | None, Meta(description="As the issuer says it; null where it says none.")]
    roles: list[str]
    purposes: Annotated[list[str], Meta(description="For which the person's roles open values, under today's policy.")]
    seen_at: Annotated[Time, Meta(description="The day of the last sign-in.")]


class Colleagues(Answer):
    """The people of the caller's tenant who have signed in within 180 days, by name."""

    people: list[Colleague]


READERS: Final = (Permission.CASE_READ, Permission.CASE_OPEN, Permission.AUDIT_READ, Permission.PRINCIPAL_FREEZE)
"""Who may know the names: those whose work shows principals."""
MAX_REMEMBERED: Final = 10_000

Defer = Callable[[Callable[[], None]], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The people of the caller's tenant, under one policy.

    Attributes:
        defer: runs something later, in another thread.
    """

    policy: Policy
    gate: Gate
    known: KnownPeople
    defer: Defer
    _written: set[tuple[str, KnownPerson]] = field(default_factory=set, repr=False)

    def note(self, context: RequestContext) -> None:
        """Remember a signed-in person: once a day, and when name or roles change. No round trip of the call's own."""
        principal = context.principal
        if principal.source != "jwt":
            return
        person = self.known.note(principal, context.now)
        if (principal.tenant, person) not in self._written:
            if len(self._written) >= MAX_REMEMBERED:
                self._written.clear()
            self._written.add((principal.tenant, person))
            self.defer(lambda: self._write(principal.tenant, person, context.now))

    def listed(self, context: RequestContext, role: str | None) -> Colleagues:
        """The people who have signed in, those of a role if one is named. Round trips: as of `KnownPeople.listed`.

        Raises:
            AccessError: the caller may not.
            StoreUnavailable, IntegrityError: it cannot be read.
        """
        permission = next((one for one in READERS if self.policy.permits(context.principal, one)), READERS[0])
        self.gate.grant(context.principal, permission)
        found = self.known.listed(context.principal.tenant, context.now)
        return Colleagues([self._colleague(one) for one in found if role is None or role in one.roles])

    def _colleague(self, person: KnownPerson) -> Colleague:
        known = self.policy.rules.roles
        roles = [name for name in person.roles if name in known]
        opening = [known[name] for name in roles if Permission.DETOKENIZE in known[name].permissions]
        purposes = sorted({purpose for role in opening for purpose in role.purposes})
        return Colleague(person.id, person.name or None, roles, purposes, rfc3339(person.seen_at))

    def _write(self, tenant: str, person: KnownPerson, now: int) -> None:
        try:
            self.known.write(tenant, person, now)
        except StoreUnavailable:
            with suppress(KeyError):  # the next call writes again
                self._written.remove((tenant, person))
