"""What the service asks of an archive, what that answers, and how both are signed.

Both sides share a key. An answer is signed together with its question, so that it
is the answer to no other one. Content is not encrypted: it names no person and no
waybill; where others can read the network, a proxy with TLS carries it.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from keys.messages import MessageKey
from masking_service.audit.order import Order

MAX_PAGE_BYTES: Final = 4 * 1024 * 1024
"""Bytes at which a page ends: sizes of entries differ by a factor of a thousand."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What entries have in common. What is None does not matter.

    Attributes:
        waybill: the hash of a waybill that an item of the entry is about; several where a rotation changed it.
        asked: as in the entry; several as of `waybill`.
        begin, end: the entry's time is at `begin` or later, and before `end` (Unix seconds).
    """

    principal: str | None = None
    action: str | None = None
    outcome: str | None = None
    case: str | None = None
    waybill: str | tuple[str, ...] | None = None
    asked: str | tuple[str, ...] | None = None
    begin: int | None = None
    end: int | None = None

    def matches(self, entry: Mapping[str, Any]) -> bool:
        return (
            self.principal in (None, entry["principal"])
            and self.action in (None, entry["action"])
            and self.outcome in (None, entry["outcome"])
            and self.case in (None, entry.get("case"))
            and (self.asked is None or entry.get("asked") in one_or_more(self.asked))
            and (self.begin is None or entry["at"] >= self.begin)
            and (self.end is None or entry["at"] < self.end)
            and (self.waybill is None or self._is_about(entry, one_or_more(self.waybill)))
        )

    def _is_about(self, entry: Mapping[str, Any], waybills: Sequence[str]) -> bool:
        return any(item["waybill"] in waybills for item in entry.get("items", ()))


def one_or_more(wanted: str | tuple[str, ...]) -> Sequence[str]:
    """Return possible values in an entry. A single one is a text, as archives of earlier releases read it."""
    return (wanted,) if isinstance(wanted, str) else wanted


class ArchivedEntry(NamedTuple):
    """An archived entry, by its place in the order of its tenant."""

    order: Order
    id: str
    entry: msgspec.Raw


MAX_QUESTION_BYTES: Final = 64 * 1024
MAX_ANSWER_BYTES: Final = 12 * 1024 * 1024
MAX_LIMIT: Final = 500
MAX_NAMES: Final = 50
VALID_SECONDS: Final = 60
"""Seconds by which the clocks of both sides may differ."""


class Position(msgspec.Struct, frozen=True, order=True):
    """A 1-based segment and a byte offset in it."""

    segment: int
    size: int


class PageQuestion(msgspec.Struct, frozen=True, tag="page"):
    """Asks for up to `limit` wanted entries from `low` to `high`, both included; for `newest`, from `high` to `low`."""

    tenant: str
    wanted: Wanted
    low: Order
    high: Order
    newest: bool
    limit: int


class NamedQuestion(msgspec.Struct, frozen=True, tag="named"):
    """Asks for entries by their ids."""

    tenant: str
    names: list[str]


class NewestQuestion(msgspec.Struct, frozen=True, tag="newest"):
    """Asks for the newest archived checkpoint."""


class LinesQuestion(msgspec.Struct, frozen=True, tag="lines"):
    """Asks for lines of the archive.

    Attributes:
        since: if it is not 0, lines may be left out whose entries are all older (Unix seconds).
        position: where to go on; None to begin.
    """

    since: int
    position: Position | None = None


class LogAnswer(msgspec.Struct, frozen=True):
    """Answers a question.

    Attributes:
        rows: the entries of a page in the order that was asked for, or those that were named. The last one of a page
            may be one that is not wanted, if there is more.
        more, examined: whether there may be more after the page, and how many entries were read for it.
        checkpoint: the newest one, as a line of the log; empty if it was not asked for, or there is none.
        position: where the next lines are; None at the end.
    """

    rows: list[ArchivedEntry] = []
    more: bool = False
    examined: int = 0
    checkpoint: str = ""
    lines: str = ""
    position: Position | None = None


Question = PageQuestion | NamedQuestion | NewestQuestion | LinesQuestion


class OlderEntries(Protocol):
    """Entries that the store no longer has. Raises ArchiveUnavailable where the archive does not answer."""

    def page(self, question: PageQuestion) -> LogAnswer:
        """Return a page."""
        ...

    def named(self, tenant: str, names: Sequence[str]) -> list[ArchivedEntry]:
        """Return those of a tenant's entries with these ids that are archived."""
        ...


def sign_question(key: MessageKey, stamp: str, body: bytes) -> str:
    """Return the signature of a question; `stamp` is its time in Unix seconds."""
    return key.sign(b"archive-question/1", stamp.encode(), body)


def sign_answer(key: MessageKey, question: str, body: bytes) -> str:
    """Return the signature of an answer to a question with the signature `question`."""
    return key.sign(b"archive-answer/1", question.encode(), body)


def is_signed_question(key: MessageKey, stamp: str, body: bytes, given: str, now: int) -> bool:
    """Return whether a question is signed and its time is about now."""
    if not (stamp.isascii() and stamp.isdecimal() and abs(int(stamp[:12]) - now) <= VALID_SECONDS):
        return False
    return hmac.compare_digest(sign_question(key, stamp, body).encode(), given.encode())


def is_signed_answer(key: MessageKey, question: str, body: bytes, given: str) -> bool:
    """Return whether an answer is signed and belongs to its question."""
    return hmac.compare_digest(sign_answer(key, question, body).encode(), given.encode())
