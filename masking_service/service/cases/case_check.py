"""Asks the ticket system whether a case is real, before its waybills are opened.

A waybill is never sent. The ticket's own list comes back, signed over a nonce, and the case may name nothing else. One
attempt, within `TIMEOUT_SECONDS`, no redirects, no cached answers; whatever is not a valid answer opens nothing.
"""

import hashlib
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from keys.errors import KeysetError
from keys.messages import MessageKey
from masking_service.masking.waybill import normalise_waybill_no
from masking_service.observability.metrics import CaseCheckOutcome
from masking_service.outbound import REQUEST_NONCE_BYTES, Outbound, OutboundError, SignedAnswer, read_signed_answer
from masking_service.service.cases.problems import CaseCheckUnavailable, TicketMismatch, UnknownCaseNumber
from masking_service.service.people.errors import PolicyError
from masking_service.service.people.principals import principal_id
from masking_service.service.people.rules import CheckRule
from masking_service.store.connection import Breaker

TIMEOUT_SECONDS: Final = 0.8
MAX_ANSWER_BYTES: Final = 64 * 1024
AT_ONCE: Final = 8
"""Exchanges of one process at the same time."""
MAX_REMEMBERED: Final = 10_000


class TicketRequest(msgspec.Struct, frozen=True):
    """A question to the ticket system. It names no waybill."""

    v: int
    nonce: str
    tenant: str
    case: str
    purpose: str


class Confirmation(NamedTuple):
    """The digest of the ticket system's answer, and who may open values, None for any officer."""

    digest: str
    officer: str | None


class Ticket(SignedAnswer, frozen=True):
    """What the ticket system says; further members are ignored.

    `case` is the one number under which this ticket is a case, None where the system does not say it. Where only the
    assignee opens values, `assignee` is the id of a principal.
    """

    open: bool
    waybills: list[str]
    assignee: Any = None
    case: str | None = None

    def lists(self, waybills: Collection[str]) -> bool:
        """Return whether the ticket lists these normalised numbers."""
        listed = set()
        for number in self.waybills:
            with suppress(ValueError):
                listed.add(normalise_waybill_no(number))
        return listed.issuperset(waybills)

    def confirm(self, case: str, waybills: Collection[str], officer: str | None, *, by_assignee: bool) -> str | None:
        """Return who may open values under a case, None for any officer.

        Raises:
            TicketMismatch: the ticket is closed, is another case's, does not list all of these normalised numbers, or,
                where only the assignee may open values, has none or another one than `officer`.
        """
        if not self.open or self.case not in (None, case) or not self.lists(waybills):
            raise TicketMismatch
        if not by_assignee:
            return officer
        try:
            assignee = principal_id(self.assignee)
        except ValueError:
            raise TicketMismatch from None
        if officer not in (None, assignee):
            raise TicketMismatch
        return assignee


class CaseCheck:
    """The ticket system of one policy.

    Args:
        rule: where it is, and when it is asked again.
        key: signs questions and answers.
        clock: returns the time in Unix seconds.
        counted: called with the outcome of each check.
    """

    def __init__(
        self,
        rule: CheckRule,
        key: MessageKey,
        *,
        clock: Callable[[], int],
        random: Callable[[int], bytes],
        counted: Callable[[CaseCheckOutcome], None],
    ) -> None:
        self.rule = rule
        self._key = key
        self._clock = clock
        self._random = random
        self._counted = counted
        self._breaker = Breaker()
        self._outbound = Outbound(
            rule.url,
            name="case-check",
            seconds=TIMEOUT_SECONDS,
            at_once=AT_ONCE,
            wait=TIMEOUT_SECONDS,
            max_bytes=MAX_ANSWER_BYTES,
        )
        self._confirmed: dict[tuple[str, str, str | None], int] = {}

    def confirm(
        self, tenant: str, case: str, purpose: str, waybills: Collection[str], officer: str | None, now: int
    ) -> Confirmation:
        """Confirm a case: one exchange.

        Args:
            tenant, case, purpose: are sent.
            waybills: normalised numbers, which are not.
            officer: the id of the one officer for whom the case is, None for any.
            now: Unix seconds; when it was confirmed, for `due`.

        Raises:
            UnknownCaseNumber: there is no such ticket.
            TicketMismatch: as `Ticket.confirm`.
            CaseCheckUnavailable: there was no valid answer in time.
        """
        try:
            confirmed = self._confirm(tenant, case, purpose, waybills, officer)
        except UnknownCaseNumber:
            self._counted("unknown")
            raise
        except TicketMismatch:
            self._counted("mismatch")
            raise
        except CaseCheckUnavailable:
            self._counted("failed")
            raise
        self._counted("confirmed")
        if len(self._confirmed) >= MAX_REMEMBERED:
            self._confirmed.clear()  # better asked once more than never again
        self._confirmed[self._remembered(tenant, case, confirmed.officer)] = now
        return confirmed

    def due(self, tenant: str, case: str, officer: str, confirmed_at: int, now: int) -> bool:
        """Return whether a case has to be confirmed again before an officer opens something under it.

        `confirmed_at` is when it was confirmed for this officer at its opening, in Unix seconds; 0 for never.
        """
        newest = max(confirmed_at, self._confirmed.get(self._remembered(tenant, case, officer), 0))
        return not newest <= now < newest + self.rule.again_after

    def _remembered(self, tenant: str, case: str, officer: str | None) -> tuple[str, str, str | None]:
        return tenant, case, officer if self.rule.by_assignee else None

    def _confirm(
        self, tenant: str, case: str, purpose: str, waybills: Collection[str], officer: str | None
    ) -> Confirmation:
        nonce = self._random(REQUEST_NONCE_BYTES).hex()
        body = msgspec.json.encode(TicketRequest(1, nonce, tenant, case, purpose))
        if not self._breaker.lets_pass():
            raise CaseCheckUnavailable
        try:
            answer = self._outbound.ask(body, self._key.headers(self._clock(), body))
            ticket = None if answer.status == 404 else read_signed_answer(answer, self._key, nonce, Ticket)
        except (OutboundError, ValueError) as error:
            self._breaker.failed("unreachable")
            raise CaseCheckUnavailable(str(error)) from None
        self._breaker.succeeded()
        if ticket is None:
            raise UnknownCaseNumber
        bound = ticket.confirm(case, waybills, officer, by_assignee=self.rule.by_assignee)
        return Confirmation(hashlib.sha256(answer.body).hexdigest(), bound)


def load_case_check(
    rule: CheckRule | None,
    folder: Path,
    *,
    development: bool,
    clock: Callable[[], int],
    random: Callable[[int], bytes],
    counted: Callable[[CaseCheckOutcome], None],
) -> CaseCheck | None:
    """Return the case check that a policy names, with its key read; None without one.

    Raises:
        PolicyError: the key cannot be used, or the URL is not https outside development.
    """
    if rule is None:
        return None
    key = check_key(rule, folder, development=development)
    return CaseCheck(rule, key, clock=clock, random=random, counted=counted)


def check_key(rule: CheckRule, folder: Path, *, development: bool) -> MessageKey:
    """Return the key of a case check. Raises as `load_case_check`."""
    if not development and not rule.url.startswith("https://"):
        raise PolicyError([("cases.check.url", "has to begin with https:// outside development")])
    try:
        return MessageKey.read(folder / rule.key)
    except (KeysetError, OSError):
        raise PolicyError(
            [("cases.check.key", "has to be a file that only the service reads, of at least 32 bytes")]
        ) from None
