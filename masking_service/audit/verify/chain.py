"""The chain of one writer, as it is read from lines: every entry bound to the one before, every commit signed."""

from bisect import bisect_right
from typing import Final

from keys.errors import IntegrityError
from keys.signatures import Verifier
from masking_service.audit.entries import FIRST_LINK, commit_message, entry_id, link
from masking_service.audit.lines import EntryLine
from masking_service.audit.verify.findings import Faults, Kind

LINK_BYTES: Final = 32
OUT_OF_ORDER: Final = "stands behind an entry with a higher number"
EDITED: Final = "the entry is not the one that its link stands for"
DOUBLED: Final = "stands in the log twice"


class Links:
    """Which link each number has: 32 bytes for each, whatever numbers are missing."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._runs: list[bytearray] = []

    def get(self, number: int) -> bytes | None:
        """The link of a number, None where it is not known."""
        at = bisect_right(self._starts, number) - 1
        if at < 0:
            return None
        offset = (number - self._starts[at]) * LINK_BYTES
        return bytes(self._runs[at][offset : offset + LINK_BYTES]) or None

    def put(self, number: int, linked: bytes) -> None:
        """Keep the link of a number, in place of one that was kept before."""
        at = bisect_right(self._starts, number) - 1
        if at >= 0:
            offset = (number - self._starts[at]) * LINK_BYTES
            if offset <= len(self._runs[at]):
                self._runs[at][offset : offset + LINK_BYTES] = linked
                return
        self._starts.insert(at + 1, number)
        self._runs.insert(at + 1, bytearray(linked))

    def forget(self, before: int) -> None:
        """Give up the links of all numbers below `before`."""
        while self._starts and self._starts[0] < before:
            keep = self._runs[0][(before - self._starts[0]) * LINK_BYTES :]
            del self._starts[0], self._runs[0]
            if keep:
                self._starts.insert(0, before)
                self._runs.insert(0, keep)


class Chain:
    """Takes the entries of one writer.

    Args:
        writer: whose.
        faults: is told what is wrong.
        verifier: of the key that signs.
        number, head: an entry that is vouched for elsewhere: the chain goes on from there.

    Attributes:
        number: the highest number so far.
        head: its link.
        signed: the highest number that stands under a good signature.
        line: the last line that held an entry of this writer.
        links: the link of each number.
    """

    def __init__(
        self, writer: str, faults: Faults, verifier: Verifier, number: int = 0, head: bytes = FIRST_LINK
    ) -> None:
        self.writer = writer
        self._faults = faults
        self._verifier = verifier
        self.first = self.number = self.signed = number
        self.head = head
        self.line = 0
        self.links = Links()
        if number:
            self.links.put(number, head)
        self._gaps: list[tuple[int, int, int]] = []
        """First and last missing number, and the line that showed it."""
        self._doubt: tuple[int, int, bytes] | None = None
        """Line and number of an entry that does not have the link given, and the link that it has."""

    def take(self, line: int, said: EntryLine) -> None:
        """The next line of this writer."""
        if said.number <= self.number:
            self._take_late(line, said)
            return
        if said.number == self.number + 1:
            self._follow(line, said)
        else:
            self._settle(edited=True)
            self._gaps.append((self.number + 1, said.number - 1, line))
            self.head = said.link
        self.number, self.line = said.number, line
        if said.signature:
            self._check_signature(line, said)
        self.links.put(said.number, self.head)

    def end(self) -> None:
        """There are no more lines."""
        self._settle(edited=True)
        for first, last, line in self._gaps:
            missing = f"{entry_id(self.writer, first)} is" if first == last else f"{self._range(first, last)} are"
            self._faults.add(Kind.DROPPED, line, entry_id(self.writer, first), f"before this line {missing} missing")
        if self.signed < self.number:
            text = f"{self._range(self.signed + 1, self.number)}: no signature stands behind; the commit was cut off"
            self._faults.add(Kind.CUT_OFF, self.line, entry_id(self.writer, self.number), text)

    @property
    def is_whole(self) -> bool:
        """Whether every entry so far has the link given, and stands under a signature."""
        return self._doubt is None and not self._gaps and self.signed == self.number

    def _follow(self, line: int, said: EntryLine) -> None:
        """An entry with the number that was to come. Which of two neighbours was changed, its successor tells."""
        found = link(self.head, self.writer, said.number, said.entry)
        if found != said.link and self._doubt is not None:
            other = link(self._doubt[2], self.writer, said.number, said.entry)
            if other == said.link:
                self._settle(edited=False)
                self.head = other
                return
        self._settle(edited=True)
        if found != said.link:
            self._doubt = (line, said.number, found)
        self.head = said.link

    def _check_signature(self, line: int, said: EntryLine) -> None:
        if self._is_signed(said, self.head):
            self._settle(edited=True)
        elif self._doubt is not None and self._is_signed(said, self._doubt[2]):
            self.head = self._doubt[2]
            self._settle(edited=False)
        else:
            self._settle(edited=True)
            signed = self._range(self.signed + 1, said.number)
            text = f"the signature is not the key's for {signed}: it, or something that it covers, was changed"
            self._faults.add(Kind.FORGED, line, entry_id(self.writer, said.number), text)
        self.signed = said.number

    def _is_signed(self, said: EntryLine, head: bytes) -> bool:
        try:
            self._verifier.verify(said.signature, commit_message(self.writer, said.number, head))
        except IntegrityError:
            return False
        return True

    def _settle(self, *, edited: bool) -> None:
        """Say what the doubt turned out to be: the entry was edited, or only the link that it gives."""
        if self._doubt is None:
            return
        line, number, found = self._doubt
        self._doubt = None
        if not edited:
            self.links.put(number, found)
            text = "its link was edited; the entry is as it was signed"
        elif self.signed == number - 1:
            text = EDITED
        else:
            since = entry_id(self.writer, self.signed + 1)
            text = f"{EDITED}; or one since {since} was edited together with its link"
        self._faults.add_entry(Kind.EDITED, line, self.writer, number, text)

    def _take_late(self, line: int, said: EntryLine) -> None:
        """An entry with a number that was passed already."""
        before = self.links.get(said.number - 1) if said.number > 1 else FIRST_LINK
        sound = before is None or link(before, self.writer, said.number, said.entry) == said.link
        known = self.links.get(said.number)
        if known is None and said.number > self.first:
            kind, text = Kind.OUT_OF_ORDER, OUT_OF_ORDER
            self._fill(said.number)
            self.links.put(said.number, said.link)
        elif known == said.link and sound:
            kind, text = Kind.DOUBLED, DOUBLED
        else:
            kind, text = Kind.DOUBLED, "is another entry under a number that is taken"
            sound = True
        self._faults.add_entry(kind, line, self.writer, said.number, text)
        if not sound:
            self._faults.add_entry(Kind.EDITED, line, self.writer, said.number, EDITED)

    def _fill(self, number: int) -> None:
        for at, (first, last, line) in enumerate(self._gaps):
            if first <= number <= last:
                rest = [(first, number - 1, line), (number + 1, last, line)]
                self._gaps[at : at + 1] = [gap for gap in rest if gap[0] <= gap[1]]
                return

    def _range(self, first: int, last: int) -> str:
        name = entry_id(self.writer, first)
        return name if first == last else f"{name} to {last}"
