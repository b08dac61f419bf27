"""Appends to the audit log.

Each process writes its own chained, signed stream.

`append` returns when the entry is durable. Entries that arrive during a commit
are committed together afterwards, in one step and under one signature (group
commit); the thread of the first of them makes that commit. If a commit fails,
it is unknown what was stored: the chain ends and a new writer begins, so that a
number is never used for two entries.

Where the log is spread over slots, a process stays in one, so that its entries keep
their order. It takes the next slot when it first writes, so that processes spread evenly.

Ids from outside are entered through `outside_id`, so that no entry holds personal data, a token or a key.
"""

import re
import threading
from collections.abc import Callable, Sequence
from typing import Final

from keys.signers import LogSigner
from masking_audit.format.entries import Entry, Fact
from masking_audit.format.links import FIRST_LINK, commit_message, encode, entry_id, fact_hash, link
from masking_service.audit.actions import Action, Outcome
from masking_service.audit.stored import pack
from masking_service.service.state.sealed import HashField, Sealed
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import AuditKeys
from masking_service.store.pipeline import Script

WRITER_BYTES: Final = 8
IDLE_SECONDS: Final = 12 * 3600
"""A chain that was idle for longer is not continued: after an idle day, checkpoints stop listing it."""
MAX_WAIT_SECONDS: Final = 4.0
"""Seconds for the running commit and the next one. The store gives up sooner; this keeps answers in time."""
SERVICE_PRINCIPAL: Final = "service/audit"
"""The principal of the first and the last entry of a chain."""

_SCRIPT: Final = Script.of(__package__, "commit.lua")
REPLACED: Final = "(replaced)"
_CREDENTIAL: Final = re.compile(r"wbt\d[A-Za-z0-9_-]{16}|wbk_[A-Za-z0-9_-]{8}|eyJ[A-Za-z0-9_-]{8}").search
"""A token, an API key, or a part of a JWT. No id looks like these."""
_REQUEST_ID: Final = re.compile(r"(?!00)(?=[0-9]*[a-f])[0-9a-f]{32}").fullmatch
"""The form of a generated request id.

It is not searched for numbers of persons, which would take 5 % of the time of a view. It cannot contain one: only a
number that fills the word or begins with 00 can be in a word of hexadecimal digits.
"""


def fact(sealed: Sealed) -> Fact:
    """Return the announcement of sealed state."""
    value = "" if sealed.value is None else fact_hash(sealed.value)
    return Fact(fact_hash(sealed.place), value, sealed.until, sealed.once)


def outside_id(text: str) -> str:
    """Return an id from outside, replaced if it contains personal data, a token or a key."""
    if not text or _REQUEST_ID(text):
        return text
    # Not at the top: it costs a command a quarter of its start.
    from masking_service.masking.numbers.numbers_in_text import contains_personal_data

    return REPLACED if contains_personal_data(text) or _CREDENTIAL(text) else text


class _Pending:
    """An entry that waits for its commit.

    Attributes:
        entry, stored, tenant: the encoded entry, its stored form, and the hash of its tenant.
        id, error: the result; one of them is set.
        is_leader: whether its thread makes the next commit.
        wake_up: released when its thread may continue, because there is a result or because it leads.
    """

    __slots__ = ("entry", "error", "fields", "id", "is_leader", "stored", "tenant", "wake_up")

    def __init__(self, entry: Entry, fields: Sequence[HashField] = ()) -> None:
        self.entry = encode(entry)
        self.stored = pack(self.entry)
        self.fields = fields
        self.tenant = entry.tenant
        self.id = ""
        self.error: StoreUnavailable | None = None
        self.is_leader = False
        self.wake_up = threading.Lock()
        self.wake_up.acquire()


class AuditLog:
    """Appends entries durably.

    Args:
        signer: signs each commit, with the key that is active then.
        random: returns the given number of random bytes; names the writer.
        clock: returns the time in Unix seconds; fractions are cut off.
    """

    def __init__(
        self, store: Store, signer: LogSigner, random: Callable[[int], bytes], clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._signer = signer
        self._random = random
        self._clock = clock
        self._queue: list[_Pending] = []
        self._lock = threading.Lock()  # guards _queue, _committing and _closed; not held during a commit
        self._committing = False
        self._closed = False
        self._after: tuple[str, ...] = ()
        self._slot: int | None = None
        self._writer, self._number, self._head = "", 0, FIRST_LINK
        self._start_chain()

    @property
    def writes_fields(self) -> bool:
        """Whether `append` takes fields: not in a cluster, where a script writes keys of one slot only."""
        return not self._store.slotted

    def append(self, entry: Entry, fields: Sequence[HashField] = ()) -> str:
        """Make `entry` durable, with fields of other hashes in the same step, and return its id, ``WRITER-NUMBER``.

        Raises:
            StoreUnavailable: the entry may not be stored; what it records must not be answered.
        """
        return self._commit_pending(_Pending(entry, fields))

    def write(self, fields: Sequence[HashField]) -> None:
        """Write fields whose entry is durable, where `append` takes none: one round trip. Raises StoreUnavailable."""
        self._store.write([command for one in fields for command in one.commands()])

    def close(self) -> str:
        """End the chain with a closing entry. Only the first call has an effect.

        Returns:
            The id of the last entry; empty if nothing was ever appended.

        Raises:
            StoreUnavailable: the closing entry may not be stored; the chain then ends as after a crash.
        """
        with self._lock:
            if self._closed or not (self._number or self._after or self._committing):
                self._closed = True
                return ""
        return self._commit_pending(_Pending(self._marker(Action.CLOSE)), last=True)

    def _commit_pending(self, mine: _Pending, *, last: bool = False) -> str:
        """Commit `mine`, or wait until another thread does."""
        with self._lock:
            if self._closed:
                raise StoreUnavailable("closed")
            self._closed = last
            self._queue.append(mine)
            mine.is_leader = at_once = not self._committing
            self._committing = True
        try:  # a thread can become the leader before it waits; the lock is then released already
            if not at_once and not mine.wake_up.acquire(timeout=MAX_WAIT_SECONDS):
                raise StoreUnavailable("timeout")
            if mine.is_leader:
                with self._lock:
                    batch, self._queue = self._queue, []
                self._commit(batch)
        except BaseException:
            with self._lock:
                if mine in self._queue:  # a thread that has left must not become the leader
                    self._queue.remove(mine)
            raise
        finally:
            if mine.is_leader:
                self._wake_next_leader()
        if mine.error is not None:
            raise StoreUnavailable(mine.error.reason)
        return mine.id

    def _wake_next_leader(self) -> None:
        """Let the first waiting thread make the next commit, so that each waits for the running commit and its own."""
        with self._lock:
            if self._queue:
                self._queue[0].is_leader = True
                self._queue[0].wake_up.release()
            else:
                self._committing = False

    def _start_chain(self) -> None:
        if self._number:
            self._after = (entry_id(self._writer, self._number), self._head.hex())
        self._writer, self._number, self._head = self._random(WRITER_BYTES).hex(), 0, FIRST_LINK
        self._last_at = 0

    def _marker(self, action: Action) -> Entry:
        """Return the first or last entry of a chain."""
        return Entry(
            at=int(self._clock()),
            action=action,
            outcome=Outcome.DONE,
            principal=SERVICE_PRINCIPAL,
            role="",
            tenant="",
            request="",
            policy="",
            after=self._after if action is Action.START else (),
        )

    def _enter_slot(self, keys: AuditKeys) -> int:
        """Return the slot of this process; the first time, take the next one in one round trip."""
        if self._slot is None:
            self._slot = 0 if keys.slots == 1 else (self._store.write([(b"INCR", keys.turns)])[0] - 1) % keys.slots
        return self._slot

    def _commit(self, batch: list[_Pending]) -> None:
        """Store a batch in one step."""
        try:
            now, named = int(self._clock()), self._store.identity.audit
            slot = self._enter_slot(named)
            if self._number and now - self._last_at > IDLE_SECONDS:
                self._start_chain()
            if not self._number:
                batch = [_Pending(self._marker(Action.START)), *batch]
                self._writer = named.in_slot(self._writer, slot)
            orders: dict[str, int] = {"": 0}
            args: list[bytes | int] = []
            number, head = self._number, self._head
            for pending in batch:
                number += 1
                head = link(head, self._writer, number, pending.entry)
                args += pending.stored, head, orders.setdefault(pending.tenant, len(orders))
            signature = self._signer.sign(commit_message(self._writer, number, head))
            fields = [field for pending in batch for field in pending.fields]
            keys = [named.stream(self._writer), named.writers(slot)]
            keys += [named.order(tenant, slot) for tenant in orders if tenant]
            keys += [field.key for field in fields]
            for field in fields:
                args += field.name, field.value, field.until
            start = self._writer.encode(), self._number + 1, signature, len(batch)
            self._store.script(_SCRIPT, keys, [*start, *args])
            for position, pending in enumerate(batch, self._number + 1):
                pending.id = entry_id(self._writer, position)
            self._number, self._head, self._last_at = number, head, now
        except BaseException as error:
            reported = error if isinstance(error, StoreUnavailable) else StoreUnavailable("connection")
            for pending in batch:
                pending.error = reported
            self._start_chain()
            if error is not reported:
                raise
        finally:
            for pending in batch:
                pending.wake_up.release()
