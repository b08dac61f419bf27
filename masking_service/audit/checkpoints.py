"""Checkpoints: the newest entries of all writers at one moment, signed, and bound to the checkpoint before.

The epoch rises with each. Every process remembers the newest that it has seen, so
that a store which went back behind it is found, and one that lost entries of
which a checkpoint speaks is not signed as it stands.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha1
from importlib import resources
from pathlib import Path
from typing import Any, Final

import msgspec

from keys.errors import IntegrityError
from keys.signatures import Signer, Verifier
from masking_service.audit.entries import checkpoint_message, encode
from masking_service.audit.lines import Checkpoint, CheckpointLine, Head, Unreadable, read_line
from masking_service.audit.log import CLOSE
from masking_service.audit.remembered import Remembered
from masking_service.audit.stops import WHAT_TO_DO, Blocked, RolledBack
from masking_service.store.client import Command, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import AUDIT_CHECKPOINTS, AUDIT_WRITERS, audit_key

EVERY_SECONDS: Final = 55
"""Older than this, the newest checkpoint is followed by another: never more than a minute lies between two."""
LISTED_SECONDS: Final = 86_400
"""A chain that rested longer is named for the last time. Its writer begins another before it writes again."""
ATTEMPTS: Final = 20
"""Each fails only because another process made a checkpoint in the same millisecond."""
FIRST_PREVIOUS: Final = "0" * 64
"""What the first checkpoint is bound to."""

_SCRIPT: Final = resources.files(__package__).joinpath("checkpoint.lua").read_bytes()
_DIGEST: Final = sha1(_SCRIPT, usedforsecurity=False).hexdigest().encode()  # EVALSHA's name for it


@dataclass(frozen=True, slots=True)
class _Newest:
    """The newest entry of a writer on the list; number 0 where its stream holds none."""

    writer: str
    number: int
    link: str
    leaves: bool


class Checkpoints:
    """The checkpoints of one store, made and seen by one process.

    Args:
        store: the way to Redis.
        signer: signs each checkpoint.
        folder: the state directory, where the newest one seen is remembered.
        clock: now, in Unix seconds.

    Attributes:
        oldest: the oldest in the store at the last `look_back`; None before.
        fault: why none can be made, in words; empty while nothing is in the way.

    Raises:
        KeysetError: what is remembered cannot be read, or was signed with other keys than these.
    """

    def __init__(self, store: Store, signer: Signer, folder: Path, clock: Callable[[], int]) -> None:
        self._store = store
        self._signer = signer
        self._verifier = Verifier(signer.public_pem())
        self._clock = clock
        self._lock = threading.Lock()
        self._memory = Remembered(folder, self._verifier)
        self.oldest: CheckpointLine | None = None
        self.fault = ""
        self._noticed = (b"", 0)  # the link of the newest that was looked at to keep up, and since when, by this clock

    def look_back(self) -> None:
        """See which is the oldest that the witness has left in the store. One round trip.

        Raises:
            StoreUnavailable: the store did not answer.
            IntegrityError: what stands there is no checkpoint of these keys.
        """
        self.oldest = self._signed(self._store.read([(b"XRANGE", AUDIT_CHECKPOINTS, b"-", b"+", b"COUNT", 1)])[0])

    @property
    def remembered(self) -> CheckpointLine | None:
        """The newest checkpoint that was seen here, in this process or before it."""
        return self._memory.newest

    def through(self, store: Store) -> "Checkpoints":
        """The same, of a store that is looked at before it is used."""
        return Checkpoints(store, self._signer, self._memory.folder, self._clock)

    def look(self) -> CheckpointLine | None:
        """The newest checkpoint in the store, None where there is none yet. Round trips: one, two if it is new here.

        Raises:
            StoreUnavailable: the store did not answer.
            RolledBack: it went back behind what was seen.
            IntegrityError: what stands there is no checkpoint of these keys.
        """
        with self._lock:
            return self._look()

    def keep_up(self) -> None:
        """Look, and make a checkpoint where the newest is old, whether anything happened meanwhile or not.

        Where another thread looks or makes one already, it waits for nothing and does nothing.

        Raises:
            As `make`.
        """
        if not self._lock.acquire(blocking=False):
            return
        try:
            newest = self._look()
            if newest is None or self._is_old(newest):
                self._attempt(newest)
            self.fault = ""
        except IntegrityError as fault:
            self.fault = str(fault)
            raise
        finally:
            self._lock.release()

    def make(self, *, of_less: bool = False) -> CheckpointLine:
        """Make a checkpoint that names every entry which was acknowledged before this call. Round trips: four.

        Args:
            of_less: also where writers have less than was signed: somebody has taken the responsibility for that.

        Raises:
            StoreUnavailable: it may be made.
            RolledBack: the store went back behind what was signed; nothing more is.
            IntegrityError: what stands there is no log of these keys; as Blocked, the store takes no checkpoint.
        """
        with self._lock:
            for _ in range(ATTEMPTS):
                made = self._attempt(self._look(), of_less=of_less)
                if made is not None:
                    return made
        raise StoreUnavailable("refused")

    def forget(self) -> None:
        """Take whatever the store holds for the truth from now on."""
        with self._lock:
            self._memory.forget()

    def _look(self) -> CheckpointLine | None:
        known = self._memory.newest
        commands: list[Command] = [(b"XREVRANGE", AUDIT_CHECKPOINTS, b"+", b"-", b"COUNT", 1)]
        if known is not None:
            place = b"%d-0" % known.checkpoint.epoch
            commands.append((b"XRANGE", AUDIT_CHECKPOINTS, place, place))
        replies = self._store.read(commands)
        newest = self._signed(replies[0])
        if known is None:
            standing = None
        elif newest is None or newest.checkpoint.epoch < known.checkpoint.epoch:
            raise RolledBack(_words(newest, known))
        else:
            standing = self._signed(replies[1])  # none where it was archived and taken out since
        if known is not None and standing is not None and standing.link != known.link:
            raise RolledBack(_words(newest, known))
        if newest is not None and (known is None or newest.link != known.link):
            if self._store.replicas:
                # What one server says may be lost with it. Once a later write has reached the replicas, this has, too.
                self._store.write([(b"SREM", AUDIT_WRITERS, b"")])
            self._memory.keep(newest)
        return newest

    def _is_old(self, newest: CheckpointLine) -> bool:
        """Whether another has to follow. One from the future is as new as it was when it was noticed here.

        The clocks of two hosts may be far from each other: neither may answer each checkpoint with another.
        """
        now = self._clock()
        if newest.link != self._noticed[0] or now < self._noticed[1]:
            self._noticed = (newest.link, now)
        return now - min(newest.checkpoint.at, self._noticed[1]) >= EVERY_SECONDS

    def _attempt(self, previous: CheckpointLine | None, *, of_less: bool = False) -> CheckpointLine | None:
        """Make the checkpoint that follows `previous`; None where another process was first."""
        found = [*self._newest_entries()]
        if previous is not None and not of_less:
            _refuse_cut(previous.checkpoint, found, self._clock())
        checkpoint = Checkpoint(
            epoch=previous.checkpoint.epoch + 1 if previous else 1,
            at=self._clock(),
            previous=previous.link.hex() if previous else FIRST_PREVIOUS,
            heads=[Head(one.writer, one.number, one.link) for one in found if one.number],
        )
        unsigned = CheckpointLine(checkpoint, encode(checkpoint), b"")
        signature = self._signer.sign(checkpoint_message(unsigned.link))
        keys = [AUDIT_CHECKPOINTS, AUDIT_WRITERS]
        args: list[bytes | int] = [checkpoint.epoch, unsigned.content, signature]
        for one in found:
            if one.leaves:
                keys.append(audit_key(one.writer))
                args += one.writer.encode(), one.number
        kept = self._store.script(_DIGEST, _SCRIPT, keys, args)
        if kept < 0:
            raise Blocked(checkpoint.epoch - 1)
        if not kept:
            return None
        made = CheckpointLine(checkpoint, unsigned.content, signature)
        self._memory.keep(made)
        return made

    def _newest_entries(self) -> Iterator[_Newest]:
        """The newest entry of everybody on the list, by the names of the writers."""
        writers = sorted(self._store.read([(b"SMEMBERS", AUDIT_WRITERS)])[0])
        streams = [audit_key(writer.decode("utf-8", "replace")) for writer in writers]
        replies = self._store.read([(b"XREVRANGE", stream, b"+", b"-", b"COUNT", 1) for stream in streams])
        for writer, reply in zip(writers, replies, strict=True):
            try:
                yield self._newest(writer.decode(), reply)
            except (KeyError, ValueError, msgspec.DecodeError):
                raise IntegrityError("what stands in a stream of the audit log is no entry") from None

    def _newest(self, writer: str, reply: Sequence[Any]) -> _Newest:
        if not reply:
            return _Newest(writer, 0, "", leaves=True)
        name, flat = reply[0]
        fields = dict(zip(flat[0::2], flat[1::2], strict=True))
        said = msgspec.json.decode(fields[b"entry"], type=_Said)
        leaves = said.action == CLOSE or said.at < self._clock() - LISTED_SECONDS
        return _Newest(writer, int(name.removesuffix(b"-0")), fields[b"link"].hex(), leaves)

    def _signed(self, reply: Sequence[Any]) -> CheckpointLine | None:
        """The checkpoint in the reply of a range, once its signature is verified."""
        if not reply:
            return None
        flat = reply[0][1]
        fields = dict(zip(flat[0::2], flat[1::2], strict=True))
        try:
            read = read_line(b'{"checkpoint":%b}' % fields[b"checkpoint"])
            if not isinstance(read, CheckpointLine) or reply[0][0] != b"%d-0" % read.checkpoint.epoch:
                raise Unreadable("stands at another epoch")
            found = CheckpointLine(read.checkpoint, read.content, fields[b"signature"])
        except (KeyError, Unreadable):
            raise IntegrityError("what stands among the checkpoints of the audit log is none") from None
        self._verifier.verify(found.signature, checkpoint_message(found.link))
        return found


class _Said(msgspec.Struct):
    """What a checkpoint has to know of an entry."""

    at: int
    action: str


def _refuse_cut(before: Checkpoint, found: Sequence[_Newest], now: int) -> None:
    """Raise RolledBack where a writer on the list has less than was signed, or something else in its place.

    Whatever a follower takes out was archived, and has rested for far longer than a day.
    """
    if now - before.at > LISTED_SECONDS:
        return
    newest = {one.writer: one for one in found}
    for head in before.heads:
        one = newest.get(head.writer)
        if one is not None and (one.number < head.number or (one.number == head.number and one.link != head.link)):
            raise RolledBack(
                f"the audit log lost entries that checkpoint {before.epoch} has signed: writer {head.writer} has "
                f"{one.number} of {head.number}. {WHAT_TO_DO}"
            )


def _words(newest: CheckpointLine | None, known: CheckpointLine) -> str:
    epoch = known.checkpoint.epoch
    if newest is None:
        found = "holds none: it was emptied, or it is another"
    elif newest.checkpoint.epoch < epoch:
        found = f"ends at {newest.checkpoint.epoch}: it went back"
    else:
        found = "holds another in its place: it went back, and went on from there"
    return f"checkpoint {epoch} of the audit log was seen before, and the store {found}. {WHAT_TO_DO}"
