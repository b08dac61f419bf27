"""Verifies a log with the public key alone: was anything edited, dropped, doubled, moved or cut off, and where?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

import msgspec

from keys.signatures import Verifier
from masking_service.audit.entries import entry_id
from masking_service.audit.lines import LONGEST_LINE, CheckpointLine, EntryLine, Head, Unreadable, read_line
from masking_service.audit.verify.chain import Chain
from masking_service.audit.verify.epochs import GIVEN, SUCCESSOR, Epochs, Promises, is_signed, name_of
from masking_service.audit.verify.findings import Faults, Kind

BLANK: Final = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a log holds: how much of what, and from when to when its entries are (Unix seconds; 0 without entries)."""

    entries: int
    writers: int
    commits: int
    checkpoints: int
    first_at: int
    last_at: int
    newest_epoch: int
    newest_checkpoint_at: int


class Known(msgspec.Struct, frozen=True):
    """What is known of a writer at some point.

    Attributes:
        number: its highest number.
        links: the links (hexadecimal) of its last entries, up to that one.
        named: whether the newest checkpoint names it.
    """

    writer: str
    number: int
    links: Sequence[str]
    named: bool


class Start(msgspec.Struct, frozen=True):
    """A point in a log from which it is verified on: the newest checkpoint, its link, and the writers by then."""

    epoch: int
    link: str
    writers: Sequence[Known]

    @classmethod
    def behind(cls, said: CheckpointLine) -> "Start":
        """The point at which everything that a checkpoint names was there, and nothing else."""
        heads = said.checkpoint.heads
        known = [Known(head.writer, head.number, [head.link], named=True) for head in heads]
        return cls(said.checkpoint.epoch, said.link.hex(), known)


class Verification:
    """Takes the lines of a log, one after the other.

    Args:
        verifier: of the key that signs the log.
        start: where the log begins, where its beginning is kept elsewhere.
        against: a checkpoint that was kept elsewhere: everything that it names must be here.

    Attributes:
        faults: what is wrong so far.
        chains: the writers seen.
        epochs: the checkpoints seen.
    """

    def __init__(self, verifier: Verifier, start: Start | None = None, against: CheckpointLine | None = None) -> None:
        self.faults = Faults()
        self.chains: dict[str, Chain] = {}
        self._promises: dict[str, Promises] = {}
        self._verifier = verifier
        self._against = against
        self._begins_later = start is not None and start.epoch > 0
        self._entries = self._commits = self._checkpoints = 0
        self._first_at = self._last_at = 0
        self._line = 0
        self._ends_with_checkpoint = False
        self.epochs = Epochs(self.faults, verifier)
        if start is not None:
            self._begin_at(start)
        if against is not None and is_signed(against, verifier):
            self._promise(against.checkpoint.heads, GIVEN)
        elif against is not None:
            self.faults.add(Kind.FORGED, 0, "", "the checkpoint that was handed over is not signed with this key")

    def take(self, line: bytes) -> EntryLine | CheckpointLine | None:
        """The next line; what it says, or None where it says nothing that can be relied on."""
        self._line += 1
        if not line.strip(BLANK):
            return None
        try:
            said = read_line(line)
        except Unreadable as fault:
            ends = "" if line.endswith(b"\n") else "; the log was cut off within it, if it is the last"
            self.faults.add(Kind.UNREADABLE, self._line, "", f"{fault}{ends}")
            self._ends_with_checkpoint = False
            return None
        self.take_said(said)
        return said

    def forget(self, writer: str) -> None:
        """Give up all that is known of a writer that has ended."""
        self.chains.pop(writer, None)
        self._promises.pop(writer, None)

    def point(self, heads: Mapping[str, int]) -> Start:
        """What has to be known to go on from here. Links before those in `heads` are given up."""
        known = []
        for writer, chain in sorted(self.chains.items()):
            first = min(heads.get(writer, chain.number), chain.number)
            chain.links.forget(first)
            links = [chain.links.get(number) or b"" for number in range(first, chain.number + 1)]
            known.append(Known(writer, chain.number, [linked.hex() for linked in links], writer in heads))
        return Start(self.epochs.epoch, self.epochs.head.hex(), known)

    def take_said(self, said: EntryLine | CheckpointLine) -> None:
        """As `take`, with the line read already."""
        if isinstance(said, CheckpointLine):
            self._take_checkpoint(said)
        else:
            self._take_entry(said)

    def end(self) -> Summary:
        """There are no more lines: what is missing now was cut off."""
        for chain in self.chains.values():
            chain.end()
        self.epochs.end()
        for writer, promises in self._promises.items():
            self._check_kept(writer, promises)
        if not self._entries and not self._checkpoints:
            self.faults.add(Kind.CUT_OFF, 0, "", "holds nothing")
        elif not self._ends_with_checkpoint:
            self.faults.add(Kind.CUT_OFF, self._line, "", "does not end with a checkpoint: whatever followed is gone")
        elif self.epochs.head:  # a newest checkpoint that nobody signed is a fault already, and names nothing
            self._check_named()
        if self._against is not None:
            self._check_reached(self._against)
        return self.summary()

    def summary(self) -> Summary:
        """What was taken so far."""
        return Summary(
            entries=self._entries,
            writers=len(self.chains),
            commits=self._commits,
            checkpoints=self._checkpoints,
            first_at=self._first_at,
            last_at=self._last_at,
            newest_epoch=self.epochs.epoch,
            newest_checkpoint_at=self.epochs.at,
        )

    def _begin_at(self, start: Start) -> None:
        self.epochs = Epochs(self.faults, self._verifier, start.epoch, bytes.fromhex(start.link))
        for known in start.writers:
            links = [bytes.fromhex(one) for one in known.links]
            chain = Chain(known.writer, self.faults, self._verifier, known.number, links[-1])
            for ahead, linked in enumerate(links, known.number - len(links) + 1):
                chain.links.put(ahead, linked)
            self.chains[known.writer] = chain

    def _take_entry(self, said: EntryLine) -> None:
        chain = self.chains.get(said.writer)
        if chain is None:
            chain = self.chains[said.writer] = Chain(said.writer, self.faults, self._verifier)
        chain.take(self._line, said)
        promises = self._promises.get(said.writer)
        if promises is not None:
            promises.keep(chain, self.faults)
        if said.after is not None:
            self._promise([said.after], SUCCESSOR)
        self._entries += 1
        self._commits += bool(said.signature)
        self._first_at = min(self._first_at or said.at, said.at)
        self._last_at = max(self._last_at, said.at)
        self._ends_with_checkpoint = False

    def _take_checkpoint(self, said: CheckpointLine) -> None:
        self._checkpoints += 1
        self._ends_with_checkpoint = True
        if self.epochs.take(self._line, said):
            self._promise(said.checkpoint.heads, said.checkpoint.epoch)
        against = self._against
        if against is not None and said.checkpoint.epoch == against.checkpoint.epoch and said.link != against.link:
            text = "is not the checkpoint of this epoch that was handed over: the log was rewritten"
            self.faults.add(Kind.REWRITTEN, self._line, f"checkpoint {said.checkpoint.epoch}", text)

    def _promise(self, heads: Sequence[Head], epoch: int) -> None:
        for head in heads:
            promises = self._promises.setdefault(head.writer, Promises())
            chain = self.chains.get(head.writer)
            promises.add(head.number, bytes.fromhex(head.link), epoch, chain, self.faults)

    def _check_kept(self, writer: str, promises: Promises) -> None:
        chain = self.chains.get(writer)
        by = f"{name_of(promises.epoch)} names {entry_id(writer, promises.newest)}"
        if chain is None:
            if self._begins_later and promises.epoch == SUCCESSOR:
                return  # it may have ended before this log begins
            self.faults.add(Kind.MISSING_WRITER, 0, writer, f"{by}, and nothing of this writer is here")
        elif promises.newest > chain.number:
            text = f"{by}: {entry_id(writer, chain.number + 1)} and all behind it are missing"
            self.faults.add(Kind.CUT_OFF, chain.line, entry_id(writer, chain.number), text)

    def _check_named(self) -> None:
        """What no checkpoint names may have had successors."""
        for writer, chain in self.chains.items():
            named = max(self._promises[writer].newest if writer in self._promises else 0, chain.first)
            if chain.number > named:
                text = f"no checkpoint names it, nor any since {entry_id(writer, named)}: whatever followed was cut off"
                self.faults.add(Kind.CUT_OFF, chain.line, entry_id(writer, chain.number), text)

    def _check_reached(self, against: CheckpointLine) -> None:
        epoch = against.checkpoint.epoch
        if self.epochs.epoch < epoch:
            text = f"ends at checkpoint {self.epochs.epoch}, before the one that was handed over ({epoch})"
            self.faults.add(Kind.CUT_OFF, 0, "", text)


def verify(lines: Iterable[bytes], verification: Verification) -> Summary:
    """Take all `lines` and say what they held; what is wrong with them stands in the faults of `verification`."""
    for line in lines:
        verification.take(line)
    return verification.end()


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file. Of one that is longer than any line of a log, its beginning: it is unreadable anyway."""
    while line := file.readline(LONGEST_LINE):
        yield line
        while line and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE)
