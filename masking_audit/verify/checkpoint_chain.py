"""Verifies checkpoints and the entries they name."""

from array import array
from typing import Final

from masking_audit.format.lines import CheckpointLine
from masking_audit.format.links import LINK_BYTES, entry_id
from masking_audit.verify.chain import Chain, Gap, without
from masking_audit.verify.findings import FindingKind, Findings
from masking_audit.verify.log_keys import LogKeys

NO_LINK: Final = bytes(LINK_BYTES)
"""The link before the first checkpoint."""
EXTERNAL: Final = 0
"""Pseudo-epoch of the checkpoint that was given separately from the log."""
NEXT_CHAIN: Final = 2**63
"""Pseudo-epoch of the next chain of the same process, whose first entry names the last entry before it."""


def name_of(epoch: int) -> str:
    """Return the words for an epoch or pseudo-epoch in findings."""
    if epoch == NEXT_CHAIN:
        return "the next chain of the same process"
    return f"checkpoint {epoch}" if epoch else "the given checkpoint"


class RequiredEntries:
    """The entries of one writer that checkpoints name.

    Attributes:
        newest: the highest number named.
        epoch: the checkpoint that names it.
    """

    def __init__(self) -> None:
        self.newest = self.epoch = 0
        self._numbers = array("Q")
        self._epochs = array("Q")
        self._links = bytearray()
        self._kept = 0

    def add(self, number: int, linked: bytes, epoch: int, chain: Chain | None, findings: Findings) -> None:
        """Require an entry that a checkpoint names."""
        if number > self.newest or (number == self.newest and self.epoch == NEXT_CHAIN):
            self.newest, self.epoch = number, epoch
        if chain is not None and number <= chain.number:
            self._compare(chain, number, linked, epoch, chain.line, findings)
        elif not (self._numbers and self._numbers[-1] == number and self._links[-LINK_BYTES:] == linked):
            self._numbers.append(number)
            self._epochs.append(epoch)
            self._links += linked

    def check_new(self, chain: Chain, findings: Findings) -> None:
        """Check the chain's newest entry."""
        while self._kept < len(self._numbers) and self._numbers[self._kept] <= chain.number:
            number, epoch = self._numbers[self._kept], self._epochs[self._kept]
            linked = bytes(self._links[self._kept * LINK_BYTES : (self._kept + 1) * LINK_BYTES])
            self._kept += 1
            self._compare(chain, number, linked, epoch, chain.line, findings)

    @staticmethod
    def _compare(chain: Chain, number: int, linked: bytes, epoch: int, line: int, findings: Findings) -> None:
        known = chain.links.get(number)
        if known is not None and known != linked:
            text = f"{name_of(epoch)} names a different entry than the one in the log"
            findings.add(
                FindingKind.REWRITTEN, line if number == chain.number else 0, entry_id(chain.writer, number), text
            )


class CheckpointChain:
    """Verifies the checkpoints of a log, in its order.

    Args:
        keys: the keys that sign; they turn over with the checkpoints.
        epoch, head: a checkpoint that was verified elsewhere; the next one must follow it.

    Attributes:
        epoch: the newest epoch so far.
        head: the link of that checkpoint; empty if its signature is invalid.
        at: its time, in Unix seconds.
    """

    def __init__(self, findings: Findings, keys: LogKeys, epoch: int = 0, head: bytes = NO_LINK) -> None:
        self._faults = findings
        self._keys = keys
        self.first = self.epoch = epoch
        self.head = head
        self.line = self.at = 0
        self._gaps: list[Gap] = []

    def add(self, line: int, parsed: CheckpointLine) -> bool:
        """Add the next checkpoint; return whether its signature is valid, so that its heads count."""
        epoch, where = parsed.checkpoint.epoch, f"checkpoint {parsed.checkpoint.epoch}"
        signer = self._keys.signer_of(parsed.signature, parsed.message)
        signed = signer is not None and (epoch <= self.epoch or signer >= self._keys.oldest)
        if not signed:
            text = "the signature is invalid: it was changed, or the checkpoint, or its key ended"
            self._faults.add(FindingKind.FORGED, line, where, text)
        if epoch <= self.epoch:
            gaps = without(self._gaps, epoch)
            if gaps == self._gaps:
                self._faults.add(
                    FindingKind.DUPLICATE,
                    line,
                    where,
                    "occurs twice in the log, or is a different one with a taken epoch",
                )
            else:
                self._gaps = gaps
                self._faults.add(FindingKind.OUT_OF_ORDER, line, where, "comes after a newer checkpoint")
            return signed
        if epoch > self.epoch + 1:
            self._gaps.append((self.epoch + 1, epoch - 1, line))
        elif signed and self.head and bytes.fromhex(parsed.checkpoint.previous) != self.head:
            text = f"is not bound to this checkpoint {self.epoch}: the log continued from a different one"
            self._faults.add(FindingKind.REWRITTEN, line, where, text)
        # The next checkpoint cannot be checked against one with an invalid signature.
        self.epoch, self.line, self.at = epoch, line, parsed.checkpoint.at
        self.head = parsed.link if signed else b""
        if signer is not None and signed:
            for entry, text in self._keys.pass_checkpoint(parsed, signer):
                self._faults.add(FindingKind.FORGED, line, entry or where, text)
        return signed

    def end(self) -> None:
        """Report the missing checkpoints."""
        for first, last, line in self._gaps:
            missing = f"checkpoint {first} is" if first == last else f"checkpoints {first} to {last} are"
            text = f"before this line {missing} missing"
            if first == 1:
                text += "; verify a log whose beginning is kept elsewhere with --since"
            self._faults.add(FindingKind.DROPPED, line, f"checkpoint {first}", text)
