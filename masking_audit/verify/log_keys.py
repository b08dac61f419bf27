"""Tells which key may have signed what of a log: the key turns over at checkpoints.

A checkpoint says which keys may sign what follows it. An older key then verifies only what the checkpoints up to
there name, so a person who still holds it can add nothing to the log.
"""

from collections.abc import Iterator, Mapping, Sequence

from keys.errors import IntegrityError
from keys.signatures import Verifier
from masking_audit.format.lines import CheckpointLine
from masking_audit.format.links import commit_message, entry_id


class LogKeys:
    """The keys of one log, the oldest first.

    Args:
        given: the public keys that the auditor has, of which each was signed by the one before it.
        known: of a log whose beginning is verified elsewhere: its keys so far, the oldest first.
        oldest: the place in `known` of the oldest key that may sign what follows.

    Attributes:
        keys: the public keys, 32 bytes each.
        oldest: the place in `keys` of the oldest one that may sign what follows.
        newest: that of the newest one.
    """

    def __init__(self, given: Verifier, known: Sequence[bytes] = (), oldest: int = 0) -> None:
        self._given = given.public_keys[::-1]
        self.keys = _merged(self._given, known)
        self.oldest = self.newest = self.keys.index(known[oldest]) if known and known[oldest] in self.keys else 0
        if known and known[-1] in self.keys:
            self.newest = self.keys.index(known[-1])
        self._verifiers = [Verifier.from_bytes(key) for key in self.keys]
        self._named: dict[str, int] = {}
        """The highest number of each writer that a checkpoint names."""
        self._signed: list[dict[str, int]] = [{} for _ in self.keys]
        """The highest number of each writer that each key has signed."""
        self._bounds: dict[int, Mapping[str, int]] = {at: {} for at in range(self.oldest)}
        """The newest number of each writer that an ended key verifies."""
        self._tried_first: int = self.newest

    @property
    def learned(self) -> bytes:
        """The newest key that may sign now, if it is not among the given ones; otherwise empty."""
        return b"" if self.keys[self.newest] in self._given else self.keys[self.newest]

    @property
    def reaches_given(self) -> bool:
        """Whether the newest of the given keys took over, so that no older one may sign any more."""
        return self.oldest >= self.keys.index(self._given[-1])

    def has_signed(self, signature: bytes, writer: str, number: int, head: bytes) -> bool:
        """Return whether a key that may sign a commit signed it; number and link are of its last entry."""
        at = self.signer_of(signature, commit_message(writer, number, head))
        if at is None or (at < self.oldest and number > self._bounds[at].get(writer, 0)):
            return False
        self._signed[at][writer] = max(number, self._signed[at].get(writer, 0))
        return True

    def signer_of(self, signature: bytes, message: bytes) -> int | None:
        """Return the place in `keys` of the one that signed a message; None if none did."""
        others = [at for at in range(len(self.keys)) if at != self._tried_first]
        for at in (self._tried_first, *others):
            try:
                self._verifiers[at].verify(signature, message)
            except IntegrityError:
                continue
            self._tried_first = at
            return at
        return None

    def pass_checkpoint(self, parsed: CheckpointLine, signer: int) -> Iterator[tuple[str, str]]:
        """Change the keys as the next checkpoint says; yield each fault with its entry, or an empty text.

        Args:
            signer: the place in `keys` of the one that signed it, which may sign.
        """
        for head in parsed.checkpoint.heads:
            self._named[head.writer] = max(head.number, self._named.get(head.writer, 0))
        named = [bytes.fromhex(key) for key in parsed.checkpoint.keys] or [self.keys[signer]]
        unknown = [key for key in named if key not in self.keys]
        if unknown and signer < len(self.keys) - 1:
            yield "", "names a key that is not among the given ones"
            return
        for key in unknown:
            self.keys.append(key)
            self._verifiers.append(Verifier.from_bytes(key))
            self._signed.append({})
        places = [self.keys.index(key) for key in named]
        if min(places) < self.oldest:
            yield "", "lets a key sign again that had ended"
            return
        bounds = dict(self._named)
        for at in range(self.oldest, min(places)):
            self._bounds[at] = bounds
            for writer, number in self._signed[at].items():
                if number > bounds.get(writer, 0):
                    ended = f"checkpoint {parsed.checkpoint.epoch}"
                    yield entry_id(writer, number), f"was signed with a key that ended at {ended}, not up to it"
        self.oldest, self.newest = min(places), max(places)

    def forget(self, writer: str) -> None:
        """Forget a writer that has ended."""
        self._named.pop(writer, None)
        for signed in self._signed:
            signed.pop(writer, None)


def _merged(given: list[bytes], known: Sequence[bytes]) -> list[bytes]:
    """Return all keys, the oldest first. Where they contradict each other, the given ones count."""
    shared = [key for key in given if key in known]
    if not shared:
        return [*given]
    older, newer = given[: given.index(shared[0])], given[given.index(shared[-1]) + 1 :]
    if newer and known[-1] != shared[-1]:
        return [*given]
    return [*older, *known, *newer]
