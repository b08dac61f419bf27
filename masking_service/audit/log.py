"""The audit log of this process: a chained, signed stream of its own, to which nothing is added twice or out of order.

`append` returns when the entry is durable. Whoever arrives while another commit
is under way is committed with all who wait, in one step under one signature: the
first of them makes that commit as soon as the other is made. When
a commit fails, nobody knows what of it is stored: the chain ends there and a new
writer begins, so that no number is ever given to two entries.
"""

import threading
from collections.abc import Callable
from hashlib import sha1
from importlib import resources
from typing import Final

from keys.signatures import Signer
from masking_service.audit.entries import FIRST_LINK, Entry, commit_message, encode, entry_id, link
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import AUDIT_WRITERS, audit_key, audit_order_key

WRITER_BYTES: Final = 8
IDLE_SECONDS: Final = 12 * 3600
"""A chain that rested longer is not gone on with: after a day of rest a checkpoint lists it for the last time."""
LONGEST_WAIT_SECONDS: Final = 4.0
"""For the commit that is under way and one's own. The store gives up sooner; whoever waits longer answers in time."""
START: Final = "start"
CLOSE: Final = "close"
BY_ITSELF: Final = "service/audit"
"""The principal of the first and the last entry of a chain."""

_SCRIPT: Final = resources.files(__package__).joinpath("commit.lua").read_bytes()
_DIGEST: Final = sha1(_SCRIPT, usedforsecurity=False).hexdigest().encode()  # EVALSHA's name for it


class _Waiting:
    """An entry on its way in, and what became of it.

    Attributes:
        entry, tenant: what is stored, and in whose order.
        id, fault: one of them, once it is known.
        leads: whether its thread makes the next commit.
        turn: released once its thread may go on: because all is known, or because it leads.
    """

    __slots__ = ("entry", "fault", "id", "leads", "tenant", "turn")

    def __init__(self, entry: Entry) -> None:
        self.entry = encode(entry)
        self.tenant = entry.tenant
        self.id = ""
        self.fault: StoreUnavailable | None = None
        self.leads = False
        self.turn = threading.Lock()
        self.turn.acquire()


class AuditLog:
    """Appends entries durably.

    Args:
        store: the way to Redis.
        signer: signs each commit.
        random: gives that many random bytes; names the writer.
        clock: now, in Unix seconds.
    """

    def __init__(self, store: Store, signer: Signer, random: Callable[[int], bytes], clock: Callable[[], int]) -> None:
        self._store = store
        self._signer = signer
        self._random = random
        self._clock = clock
        self._queue: list[_Waiting] = []
        self._lock = threading.Lock()  # of the three beside it; a commit is made without it
        self._committing = False
        self._closed = False
        self._after: tuple[str, ...] = ()
        self._writer, self._number, self._head = "", 0, FIRST_LINK
        self._begin()

    def append(self, entry: Entry) -> str:
        """Make `entry` durable and return its id, ``WRITER-NUMBER``.

        Raises:
            StoreUnavailable: it may not be stored; whatever it stands for must not be answered.
        """
        return self._bring_in(_Waiting(entry))

    def close(self) -> str:
        """End the chain with an entry that says so, and take no further ones. Only the first call does anything.

        Returns:
            The id of the last entry; empty where nothing was ever appended, and so nothing has to end.

        Raises:
            StoreUnavailable: the end may not be stored; the chain then ends as it does when a process is killed.
        """
        with self._lock:
            if self._closed or not (self._number or self._after or self._committing):
                self._closed = True
                return ""
        return self._bring_in(_Waiting(self._mark(CLOSE)), last=True)

    def _bring_in(self, mine: _Waiting, *, last: bool = False) -> str:
        """Wait until `mine` is committed, or commit it with all who wait."""
        with self._lock:
            if self._closed:
                raise StoreUnavailable("closed")
            self._closed = last
            self._queue.append(mine)
            mine.leads = at_once = not self._committing
            self._committing = True
        try:  # whoever is made to lead meanwhile has a turn to take all the same
            if not at_once and not mine.turn.acquire(timeout=LONGEST_WAIT_SECONDS):
                raise StoreUnavailable("timeout")
            if mine.leads:
                with self._lock:
                    batch, self._queue = self._queue, []
                self._commit(batch)
        except BaseException:
            with self._lock:
                if mine in self._queue:  # nobody may wait for a thread that has left
                    self._queue.remove(mine)
            raise
        finally:
            if mine.leads:
                self._hand_on()
        if mine.fault is not None:
            raise StoreUnavailable(mine.fault.reason)
        return mine.id

    def _hand_on(self) -> None:
        """Whoever waits first makes the next commit: nobody waits for more than the one that runs and their own."""
        with self._lock:
            if self._queue:
                self._queue[0].leads = True
                self._queue[0].turn.release()
            else:
                self._committing = False

    def _begin(self) -> None:
        if self._number:
            self._after = (entry_id(self._writer, self._number), self._head.hex())
        self._writer, self._number, self._head = self._random(WRITER_BYTES).hex(), 0, FIRST_LINK
        self._last_at = 0

    def _mark(self, action: str) -> Entry:
        """The first or the last entry of a chain: of no tenant, and under no policy."""
        return Entry(
            at=self._clock(),
            action=action,
            outcome="done",
            principal=BY_ITSELF,
            role="",
            tenant="",
            request="",
            policy="",
            after=self._after if action == START else (),
        )

    def _commit(self, batch: list[_Waiting]) -> None:
        """One step for all who wait; they learn their ids, or all of them the fault."""
        try:
            now = self._clock()
            if self._number and now - self._last_at > IDLE_SECONDS:
                self._begin()
            if not self._number:
                batch = [_Waiting(self._mark(START)), *batch]
            orders: dict[str, int] = {"": 0}
            args: list[bytes | int] = []
            number, head = self._number, self._head
            for waiting in batch:
                number += 1
                head = link(head, self._writer, number, waiting.entry)
                args += waiting.entry, head, orders.setdefault(waiting.tenant, len(orders))
            signature = self._signer.sign(commit_message(self._writer, number, head))
            keys = [audit_key(self._writer), AUDIT_WRITERS, *[audit_order_key(tenant) for tenant in orders if tenant]]
            self._store.script(_DIGEST, _SCRIPT, keys, [self._writer.encode(), self._number + 1, signature, *args])
            for ahead, waiting in enumerate(batch, self._number + 1):
                waiting.id = entry_id(self._writer, ahead)
            self._number, self._head, self._last_at = number, head, now
        except BaseException as error:
            fault = error if isinstance(error, StoreUnavailable) else StoreUnavailable("connection")
            for waiting in batch:
                waiting.fault = fault
            self._begin()
            if error is not fault:
                raise
        finally:
            for waiting in batch:
                waiting.turn.release()
