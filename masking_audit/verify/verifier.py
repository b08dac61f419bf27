"""Verifies a log with the public key alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

import msgspec

from keys.signatures import Verifier
from masking_audit.format.lines import MAX_LINE_BYTES, CheckpointLine, EntryLine, Head, UnreadableLineError, read_line
from masking_audit.format.links import entry_id
from masking_audit.verify.chain import EXTERNAL, NEXT_CHAIN, Chain, CheckpointChain, RequiredEntries, name_of
from masking_audit.verify.findings import FindingKind, Findings
from masking_audit.verify.log_keys import LogKeys
from masking_audit.verify.signatures import PersonSignatures

BLANK: Final = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class LogSummary:
    """Counts and times (Unix seconds; 0 without entries) of a log.

    `learned_key` is the public key that signs now, if only the log itself names it; otherwise empty.
    """

    entries: int
    writers: int
    commits: int
    checkpoints: int
    first_at: int
    last_at: int
    newest_epoch: int
    newest_checkpoint_at: int
    learned_key: bytes = b""


class KnownWriter(msgspec.Struct, frozen=True):
    """The state of a writer at a starting point.

    Attributes:
        links: the links (hexadecimal) of its last entries, up to that number.
        named: whether the newest checkpoint names it.
    """

    writer: str
    number: int
    links: Sequence[str]
    named: bool


class StartingPoint(msgspec.Struct, frozen=True):
    """A point from which a log can be verified.

    Attributes:
        epoch, link: of the newest checkpoint before it.
        slots: over how many slots of the store the log is spread.
        keys: its public keys so far, in hexadecimal, the oldest first.
        oldest_key: the place in `keys` of the oldest one that may sign what follows.
    """

    epoch: int
    link: str
    writers: Sequence[KnownWriter]
    slots: int = 1
    keys: Sequence[str] = ()
    oldest_key: int = 0

    @classmethod
    def after(cls, parsed: CheckpointLine, verifier: Verifier) -> "StartingPoint":
        """Return the point right after a checkpoint, which a key of `verifier` signed."""
        heads = parsed.checkpoint.heads
        known = [KnownWriter(head.writer, head.number, [head.link], named=True) for head in heads]
        every = [key.hex() for key in reversed(verifier.public_keys)]
        signer = LogKeys(verifier).signer_of(parsed.signature, parsed.message) or 0
        named = parsed.checkpoint.keys or [every[signer]]
        keys = [*every[: signer + 1], *(key for key in named if key not in every[: signer + 1])]
        oldest = min(map(keys.index, named))
        return cls(parsed.checkpoint.epoch, parsed.link.hex(), known, parsed.checkpoint.slots, keys, oldest)


class Verification:
    """Verifies the lines of a log one by one.

    Args:
        verifier: of the keys that sign the log, as far as they were given.
        start: where the log begins, if its beginning is kept elsewhere.
        against: a checkpoint that was kept elsewhere; everything that it names must be in the log.

    Attributes:
        signatures: verifies the signatures of people, too; None to leave them unverified.
    """

    def __init__(
        self, verifier: Verifier, start: StartingPoint | None = None, against: CheckpointLine | None = None
    ) -> None:
        self.findings = Findings()
        self.signatures: PersonSignatures | None = None
        self.chains: dict[str, Chain] = {}
        self._required: dict[str, RequiredEntries] = {}
        known = () if start is None else [bytes.fromhex(key) for key in start.keys]
        self._keys = LogKeys(verifier, known, 0 if start is None else start.oldest_key)
        self._against = against
        self._begins_later = start is not None and start.epoch > 0
        self._entries = self._commits = self._checkpoints = 0
        self._first_at = self._last_at = 0
        self._line = 0
        self._ends_with_checkpoint = False
        self.checkpoint_chain = CheckpointChain(self.findings, self._keys)
        if start is not None:
            self._begin_at(start)
        self._requires_given = self._require_given()

    def add(self, line: bytes) -> EntryLine | CheckpointLine | None:
        """Add a line; return its content, or None."""
        self._line += 1
        if not line.strip(BLANK):
            return None
        try:
            parsed = read_line(line)
        except UnreadableLineError as error:
            ends = "" if line.endswith(b"\n") else "; if it is the last line, the log was cut off within it"
            self.findings.add(FindingKind.UNREADABLE, self._line, "", f"{error}{ends}")
            self._ends_with_checkpoint = False
            return None
        self.add_parsed(parsed)
        return parsed

    def forget(self, writer: str) -> None:
        """Forget a writer that has ended."""
        self.chains.pop(writer, None)
        self._required.pop(writer, None)
        self._keys.forget(writer)

    def resume_point(self, heads: Mapping[str, int]) -> StartingPoint:
        """Return the state from which verification can continue. Links before those in `heads` are forgotten."""
        known = []
        for writer, chain in sorted(self.chains.items()):
            first = min(heads.get(writer, chain.number), chain.number)
            chain.links.forget(first)
            links = [chain.links.get(number) or b"" for number in range(first, chain.number + 1)]
            known.append(KnownWriter(writer, chain.number, [linked.hex() for linked in links], writer in heads))
        checkpoints = self.checkpoint_chain
        keys = [key.hex() for key in self._keys.keys[: self._keys.newest + 1]]
        return StartingPoint(
            checkpoints.epoch, checkpoints.head.hex(), known, self.findings.slots, keys, self._keys.oldest
        )

    def add_parsed(self, parsed: EntryLine | CheckpointLine) -> None:
        """Add a line that is parsed already."""
        if isinstance(parsed, CheckpointLine):
            self._take_checkpoint(parsed)
        else:
            self._take_entry(parsed)

    def end(self) -> LogSummary:
        """End the log: report what is missing, and return the summary."""
        if not self._requires_given and not self._require_given():  # its key may have been learned from the log
            self.findings.add(FindingKind.FORGED, 0, "", "the given checkpoint is not signed with this key")
        for chain in self.chains.values():
            chain.end()
        self.checkpoint_chain.end()
        for writer, required in self._required.items():
            self._check_kept(writer, required)
        if not self._entries and not self._checkpoints:
            self.findings.add(FindingKind.CUT_OFF, 0, "", "is empty")
        elif not self._ends_with_checkpoint:
            self.findings.add(FindingKind.CUT_OFF, self._line, "", "does not end with a checkpoint: its end is missing")
        elif self.checkpoint_chain.head:  # one with an invalid signature is reported already, and names nothing
            self._check_named()
        if not self._keys.reaches_given:
            text = "ends before the newest of the given keys took over: it is an older log, or made with an older key"
            self.findings.add(FindingKind.CUT_OFF, 0, "", text)
        if self._against is not None:
            self._check_reached(self._against)
        return self.summary()

    def summary(self) -> LogSummary:
        """Return the counts so far."""
        return LogSummary(
            entries=self._entries,
            writers=len(self.chains),
            commits=self._commits,
            checkpoints=self._checkpoints,
            first_at=self._first_at,
            last_at=self._last_at,
            newest_epoch=self.checkpoint_chain.epoch,
            newest_checkpoint_at=self.checkpoint_chain.at,
            learned_key=self._keys.learned,
        )

    def _begin_at(self, start: StartingPoint) -> None:
        self.findings.slots = start.slots
        self.checkpoint_chain = CheckpointChain(self.findings, self._keys, start.epoch, bytes.fromhex(start.link))
        for known in start.writers:
            links = [bytes.fromhex(one) for one in known.links]
            chain = Chain(known.writer, self.findings, self._keys, known.number, links[-1])
            for ahead, linked in enumerate(links, known.number - len(links) + 1):
                chain.links.put(ahead, linked)
            self.chains[known.writer] = chain

    def _take_entry(self, parsed: EntryLine) -> None:
        chain = self.chains.get(parsed.writer)
        if chain is None:
            chain = self.chains[parsed.writer] = Chain(parsed.writer, self.findings, self._keys)
        chain.add(self._line, parsed)
        if self.signatures is not None:
            self.signatures.add(self._line, parsed)
        required = self._required.get(parsed.writer)
        if required is not None:
            required.check_new(chain, self.findings)
        if parsed.after is not None:
            self._require([parsed.after], NEXT_CHAIN)
        self._entries += 1
        self._commits += parsed.signature != b""
        if parsed.at > self._last_at:  # `max` and `min` would be a thirtieth of verifying an entry
            self._last_at = parsed.at
        if parsed.at < self._first_at or not self._first_at:
            self._first_at = parsed.at
        self._ends_with_checkpoint = False

    def _take_checkpoint(self, parsed: CheckpointLine) -> None:
        self._checkpoints += 1
        self._ends_with_checkpoint = True
        if self.checkpoint_chain.add(self._line, parsed):
            self.findings.slots = parsed.checkpoint.slots
            self._require(parsed.checkpoint.heads, parsed.checkpoint.epoch)
        against = self._against
        if against is not None and parsed.checkpoint.epoch == against.checkpoint.epoch and parsed.link != against.link:
            text = "differs from the given checkpoint of this epoch: the log was rewritten"
            self.findings.add(FindingKind.REWRITTEN, self._line, f"checkpoint {parsed.checkpoint.epoch}", text)

    def _require_given(self) -> bool:
        """Require what the given checkpoint names; return whether there is none, or a known key signed it."""
        against = self._against
        if against is None:
            return True
        if self._keys.signer_of(against.signature, against.message) is None:
            return False
        self.findings.slots = against.checkpoint.slots
        self._require(against.checkpoint.heads, EXTERNAL)
        return True

    def _require(self, heads: Sequence[Head], epoch: int) -> None:
        for head in heads:
            required = self._required.setdefault(head.writer, RequiredEntries())
            chain = self.chains.get(head.writer)
            required.add(head.number, bytes.fromhex(head.link), epoch, chain, self.findings)

    def _check_kept(self, writer: str, required: RequiredEntries) -> None:
        chain = self.chains.get(writer)
        by = f"{name_of(required.epoch)} names {entry_id(writer, required.newest)}"
        if chain is None:
            if self._begins_later and required.epoch == NEXT_CHAIN:
                return  # it may have ended before this log begins
            self.findings.add(FindingKind.MISSING_WRITER, 0, writer, f"{by}, and the log has no entry of this writer")
        elif required.newest > chain.number:
            text = f"{by}: {entry_id(writer, chain.number + 1)} and all after it are missing"
            self.findings.add(FindingKind.CUT_OFF, chain.line, entry_id(writer, chain.number), text)

    def _check_named(self) -> None:
        """Report entries that no checkpoint names."""
        for writer, chain in self.chains.items():
            named = max(self._required[writer].newest if writer in self._required else 0, chain.first)
            if chain.number > named:
                text = f"no checkpoint names it, nor any since {entry_id(writer, named)}: the end was cut off"
                self.findings.add(FindingKind.CUT_OFF, chain.line, entry_id(writer, chain.number), text)

    def _check_reached(self, against: CheckpointLine) -> None:
        epoch = against.checkpoint.epoch
        if self.checkpoint_chain.epoch < epoch:
            text = f"ends at checkpoint {self.checkpoint_chain.epoch}, before the given one ({epoch})"
            self.findings.add(FindingKind.CUT_OFF, 0, "", text)


def verify(lines: Iterable[bytes], verification: Verification) -> LogSummary:
    """Verify all `lines` and return their summary; see also `verification.findings`."""
    for line in lines:
        verification.add(line)
    return verification.end()


def read_lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a file. A line longer than any log line is cut: it is unreadable anyway."""
    while line := file.readline(MAX_LINE_BYTES):
        yield line
        while line and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE_BYTES)
