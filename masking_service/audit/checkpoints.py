"""Makes checkpoints: signed lists of all writers' newest entries.

Each is bound to the one before, and its epoch is one higher. Every process
keeps the newest checkpoint that it has seen, so that a store that was rolled
back is detected, and no checkpoint is made of a log that lost signed entries.

One stream of checkpoints names the writers of all slots. A checkpoint names at
least what the one before it names, because this is the order of each attempt:

1. read the newest checkpoint;
2. read the lists of writers;
3. read the newest entry of each;
4. in a cluster with replicas, wait until each slot's replicas have these
   entries: a failover must not lose what the checkpoint names;
5. store the checkpoint, only if that of step 1 is still the newest;
6. take writers that have ended off the lists.

The process that made the checkpoint of step 1 had read its entries before it
was stored, so steps 2 and 3 find them all. One server replies in the order in
which it is asked, and the first two steps are one exchange there. Several slots
are several servers, which may reply in any order: then each step is an exchange.
"""

import fcntl
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from keys.errors import IntegrityError, KeysetError
from keys.files import read_secret_file, write_secret_file
from keys.signers import LogSigner
from masking_audit.format.lines import Checkpoint, CheckpointLine, UnreadableLineError, is_signed, read_line, write_line
from masking_audit.format.links import encode
from masking_service.audit.errors import CheckpointsBlockedError, RolledBackError
from masking_service.audit.stored import fields_of
from masking_service.audit.streams import read_checkpoint
from masking_service.audit.writers import Writers, covers, describe_rollback, heads, refuse_lost_entries
from masking_service.store.client import Command, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.pipeline import Script

FILE: Final = "checkpoint.json"


class LocalCheckpoint:
    """The newest checkpoint seen, in memory and in a shared file, to detect rollbacks.

    The file is signed and not secret. A changed file is detected; without it, a process trusts the store as a new one
    does.

    Args:
        folder: the state directory, shared by its processes.

    Attributes:
        folder: the state directory.
        newest: the newest checkpoint seen; None if there is none yet.

    Raises:
        KeysetError: the file cannot be read, or was signed with other keys.
    """

    def __init__(self, folder: Path, signer: LogSigner) -> None:
        self.folder = folder
        self._path = folder / FILE
        self._signer = signer
        self.newest = self._read()

    def save(self, seen: CheckpointLine) -> None:
        """Save a checkpoint, unless a newer one is saved."""
        if self.newest is None or self.newest.checkpoint.epoch <= seen.checkpoint.epoch:
            self.newest = seen
        with self._path.with_suffix(".lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = self._read()
            if kept is None or kept.checkpoint.epoch < seen.checkpoint.epoch:
                write_secret_file(self._path, write_line(seen), replace=True)

    def delete(self) -> None:
        self._path.unlink(missing_ok=True)
        self.newest = None

    def _read(self) -> CheckpointLine | None:
        if not self._path.exists():
            return None
        try:
            read = read_line(read_secret_file(self._path))
        except UnreadableLineError:
            raise KeysetError(f"{self._path}: does not contain a checkpoint") from None
        if not isinstance(read, CheckpointLine) or not is_signed(read, self._signer.every):
            raise KeysetError(
                f"{self._path}: was not signed with these keys; it belongs to another keyset, or was changed"
            )
        return read


EVERY_SECONDS: Final = 55
"""Age at which the newest checkpoint is followed by another, so that they are at most a minute apart."""
MAX_ATTEMPTS: Final = 20
"""An attempt fails only if another process makes a checkpoint in the same millisecond."""
FIRST_PREVIOUS: Final = "0" * 64
"""The link before the first checkpoint."""

_SCRIPT: Final = Script.of(__package__, "checkpoint.lua")


class Checkpoints:
    """Makes and reads the checkpoints of one store.

    Args:
        signer: signs each checkpoint, with the key that is active then.
        folder: the state directory, where the newest checkpoint seen is saved.

    Attributes:
        oldest: the oldest checkpoint in the store at the last `refresh_oldest`; None before.
        fault: why no checkpoint can be made, in words; empty if one can.

    Raises:
        KeysetError: the saved checkpoint cannot be read, or was signed with other keys.
    """

    def __init__(self, store: Store, signer: LogSigner, folder: Path, clock: Callable[[], int]) -> None:
        self._store = store
        self._signer = signer
        self._clock = clock
        self._lock = threading.Lock()
        self._writers = Writers(store, clock)
        self._local = LocalCheckpoint(folder, signer)
        self.oldest: CheckpointLine | None = None
        self.fault = ""
        self._newest_noticed = (b"", 0)  # link of the newest checkpoint, and when it was first seen by this clock

    def refresh_oldest(self) -> None:
        """Read the oldest checkpoint that is still in the store. One round trip.

        Raises:
            StoreUnavailable: the store did not answer.
            IntegrityError: it was not signed with these keys.
        """
        checkpoints = self._store.identity.audit.checkpoints
        [reply] = self._store.read([(b"XRANGE", checkpoints, b"-", b"+", b"COUNT", 1)])
        self.oldest = self._signed(reply)

    @property
    def stored_since(self) -> int:
        """Since when the store has all entries, in Unix seconds: 0 if none was deleted, as far as is known."""
        return self.oldest.checkpoint.at if self.oldest and self.oldest.checkpoint.epoch > 1 else 0

    def verified(self, checkpoint: CheckpointLine) -> CheckpointLine:
        """Return a checkpoint of another source. Raises IntegrityError: it was not signed with these keys."""
        self._signer.every.verify(checkpoint.signature, checkpoint.message)
        return checkpoint

    @property
    def newest_seen(self) -> CheckpointLine | None:
        """The newest checkpoint seen by a process of this state directory."""
        return self._local.newest

    def for_store(self, store: Store) -> "Checkpoints":
        """Return checkpoints with the same keys for another store client."""
        return Checkpoints(store, self._signer, self._local.folder, self._clock)

    def read_newest(self) -> CheckpointLine | None:
        """Read the newest checkpoint in the store; None if there is none yet.

        One round trip, or two if this process sees the checkpoint for the first time.

        Raises:
            StoreUnavailable: the store did not answer.
            RolledBackError: the store is older than a checkpoint seen before.
            IntegrityError: the checkpoint was not signed with these keys, or with one that has ended.
        """
        with self._lock:
            return self._read_newest()[0]

    def unread_slots(self) -> set[int]:
        """Check that no slot lost what the newest checkpoint seen names, and return those that could not be read.

        One round trip. The checkpoints are in one slot, so they do not show that another one was rolled back.

        Raises:
            RolledBackError: a slot lost entries.
            IntegrityError: a slot contains an invalid entry.
        """
        known = self._local.newest
        if known is None:
            return set()
        found, unread = self._writers.newest_read([head.writer for head in known.checkpoint.heads])
        refuse_lost_entries(known.checkpoint, found, self._clock())
        return unread

    def make_if_due(self) -> None:
        """Make a checkpoint if the newest is old. Does nothing if another thread is reading or making a checkpoint.

        Raises:
            As `make`.
        """
        if not self._lock.acquire(blocking=False):
            return
        try:
            newest, writers = self._read_newest()
            if newest is None or self._is_due(newest):
                self._attempt(newest, writers, _keys_after(newest))
            self.fault = ""
        except IntegrityError as error:
            self.fault = str(error)
            raise
        finally:
            self._lock.release()

    def make(
        self, keys: Sequence[bytes] | None = None, *, despite_loss: bool = False, reuse: bool = False
    ) -> CheckpointLine:
        """Return a checkpoint that covers every entry acknowledged before this call.

        Three round trips, two where none is made. Where another process makes one meanwhile that covers as much, that
        one is returned.

        Args:
            keys: those that may sign what follows, only the active one if it is empty; None: as the newest one says.
            despite_loss: make it even if signed entries are missing: the operator takes the responsibility.
            reuse: make none if the newest one covers those entries.

        Raises:
            StoreUnavailable: it is unknown whether it was made.
            RolledBackError: the store is older than a signed checkpoint; none is made.
            IntegrityError: the log was not made with these keys. A CheckpointsBlockedError means that the store refuses
                checkpoints.
        """
        with self._lock:
            for attempt in range(MAX_ATTEMPTS):
                newest, writers = self._read_newest(any_key=despite_loss)
                named = _keys_after(newest) if keys is None else [key.hex() for key in keys]
                lost = attempt > 0 and keys is None  # another process made one meanwhile, which may cover as much
                made = self._attempt(newest, writers, named, despite_loss=despite_loss, reuse=reuse or lost)
                if made is not None:
                    return made
        raise StoreUnavailable("refused")

    def trust_store(self) -> None:
        """Forget the newest checkpoint seen, and trust the present content of the store."""
        with self._lock:
            self._local.delete()

    def _read_newest(self, *, any_key: bool = False) -> tuple[CheckpointLine | None, list[bytes]]:
        """Return the newest checkpoint, and the writers that its slot lists.

        Args:
            any_key: accept one that was signed with a key that has ended.
        """
        known, named = self._local.newest, self._store.identity.audit
        commands: list[Command] = [
            (b"XREVRANGE", named.checkpoints, b"+", b"-", b"COUNT", 1),
            (b"SMEMBERS", named.writers()),
        ]
        if known is not None:
            place = b"%d-0" % known.checkpoint.epoch
            commands.append((b"XRANGE", named.checkpoints, place, place))
        replies = self._store.read(commands)
        newest = self._signed(replies[0])
        if known is not None:
            stored = self._signed(replies[2])  # None if it was archived and deleted since
            is_older = newest is None or newest.checkpoint.epoch < known.checkpoint.epoch
            if is_older or (stored is not None and stored.link != known.link):
                raise RolledBackError(describe_rollback(newest, known))
        if newest is not None and (known is None or newest.link != known.link):
            if not (any_key or is_signed(newest, self._signer.present)):
                raise IntegrityError("the newest checkpoint was signed with a key that has ended")
            if self._store.replicas:
                # The checkpoint may be on one server only. When a later write has reached the replicas, so has it.
                self._store.write([(b"SREM", named.writers(), b"")])
            self._local.save(newest)
        return newest, replies[1]

    def _is_due(self, newest: CheckpointLine) -> bool:
        """Return whether the next checkpoint is due.

        The clocks of two hosts may differ. So that they do not sign checkpoints in reply to each other's, the age of
        one whose time is ahead of this clock is counted from when it was first seen.
        """
        now = self._clock()
        if newest.link != self._newest_noticed[0] or now < self._newest_noticed[1]:
            self._newest_noticed = (newest.link, now)
        return now - min(newest.checkpoint.at, self._newest_noticed[1]) >= EVERY_SECONDS

    def _attempt(
        self,
        previous: CheckpointLine | None,
        writers: Sequence[bytes],
        keys: Sequence[str],
        *,
        despite_loss: bool = False,
        reuse: bool = False,
    ) -> CheckpointLine | None:
        """Make the next checkpoint, as `make`; None if another process did.

        Args:
            writers: those that the slot of the checkpoints lists.
            keys: in hexadecimal.
        """
        named, roster = self._store.identity.audit, self._store.identity.roster
        found = self._writers.newest([*writers, *self._writers.in_other_slots()])
        if previous is not None:
            if not despite_loss:
                refuse_lost_entries(previous.checkpoint, found, self._clock())
            if reuse and covers(previous.checkpoint, found):
                return previous
        self._writers.wait_for_replicas(roster)
        checkpoint = Checkpoint(
            epoch=previous.checkpoint.epoch + 1 if previous else 1,
            at=self._clock(),
            previous=previous.link.hex() if previous else FIRST_PREVIOUS,
            heads=heads(found),
            slots=named.slots,
            keys=tuple(keys),
        )
        made = self._store_next(checkpoint)
        if made is not None:
            self._local.save(made)
            self._writers.let_leave([one for one in found if one.ends])
        return made

    def _store_next(self, checkpoint: Checkpoint) -> CheckpointLine | None:
        """Sign a checkpoint and store it; None if another process was first."""
        unsigned = CheckpointLine(checkpoint, encode(checkpoint), b"")
        signature = self._signer.sign(unsigned.message)
        args = checkpoint.epoch, unsigned.content, signature
        kept = self._store.script(_SCRIPT, [self._store.identity.audit.checkpoints], args)
        if kept < 0:
            raise CheckpointsBlockedError(checkpoint.epoch - 1)
        return CheckpointLine(checkpoint, unsigned.content, signature) if kept else None

    def _signed(self, reply: Sequence[Any]) -> CheckpointLine | None:
        """Parse a checkpoint from a range reply, and verify its signature."""
        if not reply:
            return None
        name, flat = reply[0]
        try:
            found = read_checkpoint(fields_of(flat))
            if name != b"%d-0" % found.checkpoint.epoch:
                raise UnreadableLineError("is stored at another epoch")
        except UnreadableLineError:
            raise IntegrityError("the stream of checkpoints contains an invalid one") from None
        return self.verified(found)


def _keys_after(newest: CheckpointLine | None) -> Sequence[str]:
    """Return the keys that may sign what follows a checkpoint: while the key turns over, each says it again."""
    return newest.checkpoint.keys if newest else ()
