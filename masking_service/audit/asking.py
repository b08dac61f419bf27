"""Asks the archive for entries that the store no longer has. Its answers are verified with a shared key."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from keys.messages import SIGNATURE, TIMESTAMP, MessageKey
from masking_audit.format.lines import CheckpointLine, UnreadableLineError, read_line
from masking_service.audit.errors import ArchiveUnavailable
from masking_service.audit.questions import (
    MAX_ANSWER_BYTES,
    ArchivedEntry,
    LinesQuestion,
    LogAnswer,
    NamedQuestion,
    NewestQuestion,
    PageQuestion,
    Question,
    is_signed_answer,
    sign_question,
)
from masking_service.outbound import Outbound, OutboundError
from masking_service.store.connection import Breaker

TIMEOUT_SECONDS: Final = 1.5
AT_ONCE: Final = 4
"""Questions of one process at the same time."""
WAIT_SECONDS: Final = 0.5
"""Seconds a question waits for a free place. A search asks none after 2.5 s, so it ends within 5 s."""


class AskedArchive:
    """The archive behind a URL, as `OlderEntries`."""

    def __init__(self, url: str, key: MessageKey, clock: Callable[[], int]) -> None:
        self._key, self._clock = key, clock
        self._breaker = Breaker()
        self._outbound = Outbound(
            url,
            name="audit-archive",
            seconds=TIMEOUT_SECONDS,
            at_once=AT_ONCE,
            wait=WAIT_SECONDS,
            max_bytes=MAX_ANSWER_BYTES,
        )

    def page(self, question: PageQuestion) -> LogAnswer:
        """Return a page; see `OlderEntries`: one exchange."""
        return self._ask(question)

    def named(self, tenant: str, names: Sequence[str]) -> list[ArchivedEntry]:
        """Return entries by their ids; see `OlderEntries`: one exchange."""
        return self._ask(NamedQuestion(tenant, [*names])).rows

    def lines(self, since: int = 0) -> Iterator[bytes]:
        """Yield the lines of the archive, oldest first: one exchange for each 4 MB.

        Args:
            since: if it is not 0, lines may be left out whose entries are all older (Unix seconds).

        Raises:
            ArchiveUnavailable: the archive did not answer.
        """
        answer = self._ask(LinesQuestion(since))
        while True:
            yield from answer.lines.encode().splitlines(keepends=True)
            if answer.position is None:
                return
            answer = self._ask(LinesQuestion(since, answer.position))

    def newest_checkpoint(self) -> CheckpointLine | None:
        """Return the newest archived checkpoint, whose signature is not verified; None if there is none: one exchange.

        Raises:
            ArchiveUnavailable: the archive did not answer.
        """
        line = self._ask(NewestQuestion()).checkpoint
        try:
            found = read_line(line.encode()) if line else None
        except UnreadableLineError:
            found = None
        return found if isinstance(found, CheckpointLine) else None

    def _ask(self, question: Question) -> LogAnswer:
        if not self._breaker.lets_pass():
            raise ArchiveUnavailable
        body, stamp = msgspec.json.encode(question), str(self._clock())
        signature = sign_question(self._key, stamp, body)
        try:
            answer = self._outbound.ask(body, {TIMESTAMP: stamp, SIGNATURE: signature})
            if answer.status != 200 or not is_signed_answer(
                self._key, signature, answer.body, answer.headers.get(SIGNATURE.lower(), "")
            ):
                raise ValueError("not a signed answer")
            read = msgspec.json.decode(answer.body, type=LogAnswer)
        except (OutboundError, ValueError) as error:
            self._breaker.failed("unreachable")
            raise ArchiveUnavailable(str(error)) from None
        self._breaker.succeeded()
        return read
