"""Freezing and thawing by hand: announced to the audit log before it is done, and never to one's own advantage.

The answer tells nothing about whether anybody of that id exists.
"""

from collections.abc import Sequence
from typing import Any, Final

from masking_service.access.errors import Forbidden
from masking_service.access.freezes import Freeze, Freezes
from masking_service.access.gate import Gate
from masking_service.access.principals import principal_id
from masking_service.access.tallies import Tallies
from masking_service.domain.text import scrub
from masking_service.domain.timestamps import rfc3339
from masking_service.observability.metrics import Metrics
from masking_service.usecases.errors import NotFound
from masking_service.usecases.journal import Call, Journal
from masking_service.vault.sealed import Sealed

BY_HAND: Final = "by hand"
MOST_KEPT: Final = 500
"""Characters of a reason. A longer one is cut: no freeze fails over its reason."""

Result = dict[str, Any]


class Freezing:
    """Who may freeze whom, under one policy. It works inside the caller's tenant."""

    def __init__(self, *, gate: Gate, freezes: Freezes, tallies: Tallies, journal: Journal, metrics: Metrics) -> None:
        self._gate = gate
        self._freezes = freezes
        self._tallies = tallies
        self._journal = journal
        self._metrics = metrics

    def listed(self, call: Call) -> list[Result]:
        """Who is frozen, the longest frozen first. Round trips: one.

        Raises:
            AccessError: the caller may not know.
            StoreUnavailable, IntegrityError: it cannot be told.
        """
        self._gate.grant(call.principal, "principal:freeze")
        return [_answer(one) for one in self._freezes.listed(call.principal.tenant)]

    def freeze(self, call: Call, principal: str, why: str | None) -> Result:
        """Freeze a principal, known or not. Round trips: live permission, look, audit, write.

        Args:
            principal: the id as it was sent.
            why: in the caller's words.

        Raises:
            AccessError: the caller may not.
            NotFound: nobody can have that id.
            StoreUnavailable: they may or may not be frozen; the same call can be made again.
        """
        subject = _well_formed(principal)
        with self._journal.denials(call, "freeze", subject=subject):
            grant, _ = self._gate.grant_live(call.principal, "principal:freeze")
        if not subject:
            raise NotFound
        reason = scrub((why or "").strip() or BY_HAND)[:MOST_KEPT]
        wanted = Freeze(id=subject, since=call.now, why=reason, by=call.principal.id)
        with self._journal.changing(call, "freeze", role=grant.role, subject=subject) as announce:
            standing, new = self._freezes.freeze(call.principal.tenant, wanted, announce)
        if new:
            self._metrics.freeze("by-hand")
        return _answer(standing) | {"frozen": True}

    def thaw(self, call: Call, principal: str) -> Result:
        """Let a principal go on; what counted against them is forgotten. Nobody thaws themselves.

        Round trips: one more than freezing.

        Raises:
            AccessError: the caller may not.
            NotFound: nobody can have that id.
            StoreUnavailable: they may or may not be thawed; the same call can be made again.
        """
        subject = _well_formed(principal)
        with self._journal.denials(call, "thaw", subject=subject):
            grant, _ = self._gate.grant_live(call.principal, "principal:freeze")
            if subject == call.principal.id:
                raise Forbidden
        if not subject:
            raise NotFound
        tenant = call.principal.tenant
        with self._journal.changing(call, "thaw", role=grant.role, subject=subject) as announce:

            def announce_and_forget(sealed: Sequence[Sealed]) -> None:
                announce(sealed)
                self._tallies.clear(tenant, subject)  # before they go on, or the next miss would freeze them again

            self._freezes.thaw(tenant, subject, announce_and_forget)
        return {"id": subject, "frozen": False}


def _well_formed(principal: str) -> str:
    """The id, or nothing where nobody can have it."""
    try:
        return principal_id(principal)
    except ValueError:
        return ""


def _answer(freeze: Freeze) -> Result:
    return {"id": freeze.id, "since": rfc3339(freeze.since), "why": freeze.why}
