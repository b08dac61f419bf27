"""Verifies the chain of one writer, its links and signatures, and the checkpoints with the entries they name."""

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from masking_audit.format.lines import CheckpointLine, EntryLine
from masking_audit.format.links import FIRST_LINK, LINK_BYTES, LINK_FORMS, entry_id, is_link
from masking_audit.verify.findings import FindingKind, Findings
from masking_audit.verify.log_keys import LogKeys

OUT_OF_ORDER: Final = "comes after an entry with a higher number"
EDITED: Final = "the entry does not match its link"
DUPLICATE: Final = "occurs twice in the log"


Gap = tuple[int, int, int]
"""First and last missing number, and the line after the gap."""


class Links:
    """The link of each entry number."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._runs: list[bytearray] = []

    def get(self, number: int) -> bytes | None:
        """Return the link of a number; None if unknown."""
        at = bisect_right(self._starts, number) - 1
        if at < 0:
            return None
        offset = (number - self._starts[at]) * LINK_BYTES
        return bytes(self._runs[at][offset : offset + LINK_BYTES]) or None

    def put(self, number: int, linked: bytes) -> None:
        """Set the link of a number."""
        at = bisect_right(self._starts, number) - 1
        if at >= 0:
            offset = (number - self._starts[at]) * LINK_BYTES
            if offset <= len(self._runs[at]):
                self._runs[at][offset : offset + LINK_BYTES] = linked
                return
        self._starts.insert(at + 1, number)
        self._runs.insert(at + 1, bytearray(linked))

    def forget(self, before: int) -> None:
        """Forget the links of all numbers below `before`."""
        while self._starts and self._starts[0] < before:
            keep = self._runs[0][(before - self._starts[0]) * LINK_BYTES :]
            del self._starts[0], self._runs[0]
            if keep:
                self._starts.insert(0, before)
                self._runs.insert(0, keep)


def without(gaps: Sequence[Gap], number: int) -> list[Gap]:
    """Return gaps without a number that has come late."""
    parts = [
        part
        for first, last, line in gaps
        for part in ((first, min(last, number - 1), line), (max(first, number + 1), last, line))
    ]
    return [part for part in parts if part[0] <= part[1]]


class Chain:
    """Verifies the entries of one writer.

    Args:
        number, head: an entry that was verified elsewhere; the chain continues from it.

    Attributes:
        number: the highest number so far.
        head: its link.
        signed: the highest number that a valid signature covers.
        line: the last line with an entry of this writer.
    """

    def __init__(
        self, writer: str, findings: Findings, keys: LogKeys, number: int = 0, head: bytes = FIRST_LINK
    ) -> None:
        self.writer = writer
        self._faults = findings
        self._keys = keys
        self.first = self.number = self.signed = number
        self.head = head
        self.line = 0
        self.links = Links()
        if number:
            self.links.put(number, head)
        self._gaps: list[Gap] = []
        self._suspect: tuple[int, int, list[bytes]] | None = None
        """Line and number of an entry that does not match its link, and its computed link in each form."""

    def add(self, line: int, parsed: EntryLine) -> None:
        """Add the next line of this writer."""
        if parsed.number <= self.number:
            self._add_late(line, parsed)
            return
        if parsed.number == self.number + 1:
            self._append(line, parsed)
        else:
            self._resolve_suspect()
            self._gaps.append((self.number + 1, parsed.number - 1, line))
            self.head = parsed.link
        self.number, self.line = parsed.number, line
        if parsed.signature:
            self._check_signature(line, parsed)
        self.links.put(parsed.number, self.head)

    def end(self) -> None:
        """Report what is missing at the end."""
        self._resolve_suspect()
        for first, last, line in self._gaps:
            missing = f"{entry_id(self.writer, first)} is" if first == last else f"{self._range(first, last)} are"
            self._faults.add(
                FindingKind.DROPPED, line, entry_id(self.writer, first), f"before this line {missing} missing"
            )
        if self.signed < self.number:
            text = f"{self._range(self.signed + 1, self.number)}: no signature follows; the commit was cut off"
            self._faults.add(FindingKind.CUT_OFF, self.line, entry_id(self.writer, self.number), text)

    def _append(self, line: int, parsed: EntryLine) -> None:
        """Add the entry with the expected number.

        If the previous entry did not match its link, this one decides which of the two was edited.
        """
        sound = is_link(parsed.link, self.head, self.writer, parsed.number, parsed.entry)
        for before in self._suspect[2] if not sound and self._suspect else ():
            if is_link(parsed.link, before, self.writer, parsed.number, parsed.entry):
                self._resolve_suspect(before)
                self.head = parsed.link
                return
        self._resolve_suspect()
        if not sound:
            computed = [form(self.head, self.writer, parsed.number, parsed.entry) for form in LINK_FORMS]
            self._suspect = (line, parsed.number, computed)
        self.head = parsed.link

    def _check_signature(self, line: int, parsed: EntryLine) -> None:
        computed = self._suspect[2] if self._suspect is not None else ()
        signed_head = next((head for head in (self.head, *computed) if self._is_signed(parsed, head)), None)
        if signed_head is not None:
            self._resolve_suspect(None if signed_head == self.head else signed_head)
            self.head = signed_head
        else:
            self._resolve_suspect()
            signed = self._range(self.signed + 1, parsed.number)
            text = f"the signature of {signed} is invalid: it or something that it covers was changed, or its key ended"
            self._faults.add(FindingKind.FORGED, line, entry_id(self.writer, parsed.number), text)
        self.signed = parsed.number

    def _is_signed(self, parsed: EntryLine, head: bytes) -> bool:
        return self._keys.has_signed(parsed.signature, self.writer, parsed.number, head)

    def _resolve_suspect(self, linked: bytes | None = None) -> None:
        """Report the suspect: the entry was edited, or only its link, if `linked` was signed."""
        if self._suspect is None:
            return
        line, number, _ = self._suspect
        self._suspect = None
        if linked is not None:
            self.links.put(number, linked)
            text = "its link was edited; the entry itself is as signed"
        elif self.signed == number - 1:
            text = EDITED
        else:
            since = entry_id(self.writer, self.signed + 1)
            text = f"{EDITED}; or an entry since {since} was edited together with its link"
        self._faults.add_entry(FindingKind.EDITED, line, self.writer, number, text)

    def _add_late(self, line: int, parsed: EntryLine) -> None:
        """Add an entry that comes too late."""
        before = self.links.get(parsed.number - 1) if parsed.number > 1 else FIRST_LINK
        sound = before is None or is_link(parsed.link, before, self.writer, parsed.number, parsed.entry)
        known = self.links.get(parsed.number)
        if known is None and parsed.number > self.first:
            kind, text = FindingKind.OUT_OF_ORDER, OUT_OF_ORDER
            self._gaps = without(self._gaps, parsed.number)
            self.links.put(parsed.number, parsed.link)
        elif known == parsed.link and sound:
            kind, text = FindingKind.DUPLICATE, DUPLICATE
        else:
            kind, text = FindingKind.DUPLICATE, "is a different entry with a number that is taken"
            sound = True
        self._faults.add_entry(kind, line, self.writer, parsed.number, text)
        if not sound:
            self._faults.add_entry(FindingKind.EDITED, line, self.writer, parsed.number, EDITED)

    def _range(self, first: int, last: int) -> str:
        name = entry_id(self.writer, first)
        return name if first == last else f"{name} to {last}"


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
