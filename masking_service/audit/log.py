"""The audit log of this process: a chained stream of its own, to which nothing is added twice or out of order.

`append` returns when the entry is durable. Whoever arrives while another commit
is under way is committed with all who wait, in one write. When a commit fails,
nobody knows what of it is stored: the chain ends there and a new writer begins,
so that no number is ever given to two entries.
"""

import threading
from collections.abc import Callable

from masking_service.audit.entries import FIRST_LINK, Entry, encode, link
from masking_service.vault.connection import Command, Store
from masking_service.vault.errors import StoreUnavailable
from masking_service.vault.layout import AUDIT_WRITERS, audit_key

WRITER_BYTES = 8


class _Waiting:
    """An entry on its way in, and what became of it."""

    __slots__ = ("entry", "fault", "id")

    def __init__(self, entry: bytes) -> None:
        self.entry = entry
        self.id = ""
        self.fault: StoreUnavailable | None = None


class AuditLog:
    """Appends entries durably.

    Args:
        store: the way to Redis.
        random: gives that many random bytes; names the writer.
    """

    def __init__(self, store: Store, random: Callable[[int], bytes]) -> None:
        self._store = store
        self._random = random
        self._queue: list[_Waiting] = []
        self._queue_lock = threading.Lock()
        self._commit_lock = threading.Lock()
        self._begin()

    def append(self, entry: Entry) -> str:
        """Make `entry` durable and return its id, ``WRITER-NUMBER``.

        Raises:
            StoreUnavailable: it may not be stored; whatever it stands for must not be answered.
        """
        mine = _Waiting(encode(entry))
        with self._queue_lock:
            self._queue.append(mine)
        with self._commit_lock:
            if not mine.id and mine.fault is None:
                with self._queue_lock:
                    batch, self._queue = self._queue, []
                self._commit(batch)
        if mine.fault is not None:
            raise StoreUnavailable(mine.fault.reason)
        return mine.id

    def _begin(self) -> None:
        self._writer = self._random(WRITER_BYTES).hex()
        self._number = 0
        self._head = FIRST_LINK

    def _commit(self, batch: list[_Waiting]) -> None:
        """One write for all who wait; they learn their ids, or all of them the fault."""
        commands: list[Command] = [] if self._number else [(b"SADD", AUDIT_WRITERS, self._writer.encode())]
        number, head = self._number, self._head
        for waiting in batch:
            number += 1
            head = link(head, self._writer, number, waiting.entry)
            commands.append(
                (b"XADD", audit_key(self._writer), b"%d-0" % number, b"entry", waiting.entry, b"link", head)
            )
        try:
            self._store.write(commands)
        except StoreUnavailable as fault:
            # After a lost reply the second attempt is refused for numbers that stand there: ours, if the link is.
            if fault.reason == "refused" and self._stands(number, head):
                self._learn(batch, number, head)
                return
            self._begin()
            for waiting in batch:
                waiting.fault = fault
            return
        except BaseException:
            self._begin()
            for waiting in batch:
                waiting.fault = StoreUnavailable("connection")
            raise
        self._learn(batch, number, head)

    def _learn(self, batch: list[_Waiting], number: int, head: bytes) -> None:
        """The batch stands, up to `number`: everybody learns their id."""
        for ahead, waiting in enumerate(batch, self._number + 1):
            waiting.id = f"{self._writer}-{ahead}"
        self._number, self._head = number, head

    def _stands(self, number: int, head: bytes) -> bool:
        """Whether entry `number` of this writer is in the store with the link `head`."""
        place = b"%d-0" % number
        try:
            found = self._store.read([(b"XRANGE", audit_key(self._writer), place, place)])[0]
        except StoreUnavailable:
            return False
        return [fields[-1] for _, fields in found] == [head]
