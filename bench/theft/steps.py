"""Who calls, what a call is and what it came to: the words that model, replay and thieves share."""

from dataclasses import dataclass
from typing import Final

from masking_service.service.cases.case_check import Ticket
from masking_service.service.cases.state import Case
from masking_service.service.people.policy import Grant
from masking_service.service.people.principals import DEFAULT_TENANT, Principal

PHONE = "/recipient/phone"
PURPOSE = "dispute"
TICKET_SYSTEM: Final = "client/ticket-system"
DAY = 86_400


def is_known(number: str) -> bool:
    """Return whether a waybill of the model is stored."""
    return number.startswith("SF")


def is_phantom(number: str) -> bool:
    """Return whether a waybill of the model is a decoy."""
    return number.startswith("SP")


def person(name: str, *roles: str) -> Principal:
    """Return a signed-in person, with the id that the development issuer gives."""
    return Principal(f"dev/{name}", DEFAULT_TENANT, roles, frozenset(), "jwt")


@dataclass(frozen=True, slots=True)
class Done:
    """What a call came to: its outcome, and how many items it released."""

    outcome: str
    released: int = 0
    retry_at: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """A call of a person with its outcome, and what decided it, for the replay.

    `windows` are the packed windows before it, the person's first; `misses` and `refusals` the counts before it;
    `ticket` is the ticket of its case, and `answers` whether the ticket system answers.
    """

    who: Principal
    at: int
    action: str
    grant: Grant | None
    numbers: tuple[str, ...]
    held: frozenset[str]
    case: Case | None
    name: str
    ticket: Ticket | None
    answers: bool
    conflicts: int
    windows: tuple[bytes, ...]
    misses: int
    refusals: int
    frozen: bool
    done: Done
