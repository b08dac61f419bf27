"""The checkpoints of a log, as they are read from lines: each bound to the one before, each a promise of entries."""

from array import array
from typing import Final

from keys.errors import IntegrityError
from keys.signatures import Verifier
from masking_service.audit.entries import entry_id
from masking_service.audit.lines import CheckpointLine
from masking_service.audit.verify.chain import LINK_BYTES, Chain
from masking_service.audit.verify.findings import Faults, Kind

NO_LINK: Final = bytes(LINK_BYTES)
"""What the first checkpoint is bound to."""
GIVEN: Final = 0
"""Stands for the checkpoint that was handed over beside the log, where an epoch is expected."""
SUCCESSOR: Final = 2**63
"""Stands for the chain of the same process that came after, where an epoch is expected."""


def is_signed(said: CheckpointLine, verifier: Verifier) -> bool:
    """Whether the key signed this checkpoint."""
    try:
        verifier.verify(said.signature, said.message)
    except IntegrityError:
        return False
    return True


def name_of(epoch: int) -> str:
    """A checkpoint, or what else names entries, as faults name it."""
    if epoch == SUCCESSOR:
        return "the next chain of the same process"
    return f"checkpoint {epoch}" if epoch else "the checkpoint that was handed over"


class Promises:
    """Which entries of one writer checkpoints have named, and so have to be there.

    Attributes:
        newest: the highest number that was named.
        epoch: by which checkpoint.
    """

    def __init__(self) -> None:
        self.newest = self.epoch = 0
        self._numbers = array("Q")
        self._epochs = array("Q")
        self._links = bytearray()
        self._kept = 0

    def add(self, number: int, linked: bytes, epoch: int, chain: Chain | None, faults: Faults) -> None:
        """A checkpoint names an entry: it is there already, or is to come."""
        if number > self.newest or (number == self.newest and self.epoch == SUCCESSOR):
            self.newest, self.epoch = number, epoch
        if chain is not None and number <= chain.number:
            self._compare(chain, number, linked, epoch, chain.line, faults)
        elif not (self._numbers and self._numbers[-1] == number and self._links[-LINK_BYTES:] == linked):
            self._numbers.append(number)
            self._epochs.append(epoch)
            self._links += linked

    def keep(self, chain: Chain, faults: Faults) -> None:
        """The chain has gone on by one entry: hold it against what was named."""
        while self._kept < len(self._numbers) and self._numbers[self._kept] <= chain.number:
            number, epoch = self._numbers[self._kept], self._epochs[self._kept]
            linked = bytes(self._links[self._kept * LINK_BYTES : (self._kept + 1) * LINK_BYTES])
            self._kept += 1
            self._compare(chain, number, linked, epoch, chain.line, faults)

    @staticmethod
    def _compare(chain: Chain, number: int, linked: bytes, epoch: int, line: int, faults: Faults) -> None:
        known = chain.links.get(number)
        if known is not None and known != linked:
            text = f"{name_of(epoch)} names another entry here than the log holds"
            faults.add(Kind.REWRITTEN, line if number == chain.number else 0, entry_id(chain.writer, number), text)


class Epochs:
    """Takes the checkpoints of a log.

    Args:
        faults: is told what is wrong.
        verifier: of the key that signs.
        epoch, head: a checkpoint that is vouched for elsewhere: the next one follows it.

    Attributes:
        epoch: the newest epoch so far.
        head: the link of that checkpoint; empty where nobody signed it.
        line: where it stands.
        at: its time, in Unix seconds.
    """

    def __init__(self, faults: Faults, verifier: Verifier, epoch: int = 0, head: bytes = NO_LINK) -> None:
        self._faults = faults
        self._verifier = verifier
        self.first = self.epoch = epoch
        self.head = head
        self.line = self.at = 0
        self._gaps: list[tuple[int, int, int]] = []

    def take(self, line: int, said: CheckpointLine) -> bool:
        """The next checkpoint; whether it says what the key signed, so that its heads count."""
        epoch, where = said.checkpoint.epoch, f"checkpoint {said.checkpoint.epoch}"
        signed = is_signed(said, self._verifier)
        if not signed:
            self._faults.add(
                Kind.FORGED, line, where, "the signature is not the key's: it, or the checkpoint, was changed"
            )
        if epoch <= self.epoch:
            if not self._fill(epoch):
                self._faults.add(
                    Kind.DOUBLED, line, where, "stands in the log twice, or is another under an epoch that is taken"
                )
            else:
                self._faults.add(Kind.OUT_OF_ORDER, line, where, "stands behind a newer checkpoint")
            return signed
        if epoch > self.epoch + 1:
            self._gaps.append((self.epoch + 1, epoch - 1, line))
        elif signed and self.head and bytes.fromhex(said.checkpoint.previous) != self.head:
            text = f"is not bound to checkpoint {self.epoch} as it stands here: the log went on from another one"
            self._faults.add(Kind.REWRITTEN, line, where, text)
        # What nobody signed binds nothing: the next one cannot be held against it.
        self.epoch, self.line, self.at = epoch, line, said.checkpoint.at
        self.head = said.link if signed else b""
        return signed

    def end(self) -> None:
        """There are no more lines."""
        for first, last, line in self._gaps:
            missing = f"checkpoint {first} is" if first == last else f"checkpoints {first} to {last} are"
            text = f"before this line {missing} missing"
            if first == 1:
                text += "; a log whose beginning is kept elsewhere is verified with --since"
            self._faults.add(Kind.DROPPED, line, f"checkpoint {first}", text)

    def _fill(self, epoch: int) -> bool:
        for at, (first, last, line) in enumerate(self._gaps):
            if first <= epoch <= last:
                rest = [(first, epoch - 1, line), (epoch + 1, last, line)]
                self._gaps[at : at + 1] = [gap for gap in rest if gap[0] <= gap[1]]
                return True
        return False
