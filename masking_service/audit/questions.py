"""What the service asks of an archive, and how questions and answers are signed.

Both sides share a key. An answer is signed together with its question, so that it
is the answer to no other one. Content is not encrypted: it names no person and no
waybill; where others can read the network, a proxy with TLS carries it.
"""

import hmac
from typing import Final

import msgspec

from keys.messages import MessageKey
from masking_service.audit.order import Order
from masking_service.audit.wanted import ArchivedEntry, Wanted

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
    """Asks for a page; see `wanted.OlderEntries`."""

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
        rows: the entries of a page, or those that were named.
        more, examined: whether the page may have further entries, and how many were examined for it.
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
