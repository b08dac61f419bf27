"""The archive of a log outside the store: verified before it is kept, appended to, and never taken back.

Segments end behind a checkpoint, so that each begins where a log can be verified
from. What contradicts the archive is refused, and the archive stays as it is.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

from keys.signatures import Verifier
from masking_service.audit.archive.segments import ArchiveError, Position, Segments, State
from masking_service.audit.entries import entry_id
from masking_service.audit.lines import CheckpointLine, EntryLine, Unreadable, read_line, write_line
from masking_service.audit.verify.verifier import Start, Verification

SEGMENT_BYTES: Final = 64 * 1024 * 1024
BEGINNING: Final = Start(0, "0" * 64, ())


class Archive:
    """An archive that this process alone adds to.

    Args:
        folder: where it is.
        verifier: of the key that signs the log.
        start: where the log begins, for a new archive of a log whose beginning is kept elsewhere.
        segment_bytes: a segment that has as many is closed at the next checkpoint.

    Attributes:
        verification: all that the archive holds, taken.
        newest: the newest checkpoint that was added since the start of this process.
        torn: bytes that were cut off at the start: of a line, or of a commit, that was not written whole.

    Raises:
        ArchiveError: another process holds it, or it is not as it was left.
    """

    def __init__(
        self, folder: Path, verifier: Verifier, start: Start = BEGINNING, *, segment_bytes: int = SEGMENT_BYTES
    ) -> None:
        self._verifier = verifier
        self._segment_bytes = segment_bytes
        self._segments = Segments(folder)
        self._start, self._point = start, Position(1, 0)
        self._state = State(self._point, self._point, start)
        self.newest: CheckpointLine | None = None
        self.torn = 0
        try:
            self._state = self._segments.state() or self._state
            while torn := self._resume(self._state):
                self.torn += torn
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let another process have it. What was not saved does not count."""
        self._segments.close()

    def number_of(self, writer: str) -> int:
        """The highest number of a writer in the archive; 0 where it has none."""
        chain = self.verification.chains.get(writer)
        return chain.number if chain else 0

    def add_commit(self, commit: Sequence[EntryLine]) -> None:
        """The next commit of a writer: entries of which the last one bears the signature.

        Raises:
            ArchiveError: it contradicts the archive, and is not in it.
        """
        for said in commit:
            self._take(said)
        self._segments.append(b"".join(map(write_line, commit)))

    def add_checkpoint(self, said: CheckpointLine) -> None:
        """The next checkpoint, once all that it names is in the archive.

        Raises:
            ArchiveError: it contradicts the archive, and is not in it.
        """
        self._take(said)
        self._segments.append(write_line(said))
        if self._segments.position.size >= self._segment_bytes:
            self._segments.turn()
        self._pass(said, self._segments.position)

    def save(self) -> None:
        """Put everything on the disk: from now on it counts."""
        if self._segments.position != self._state.counted:
            self._segments.sync()
            self._state = State(self._segments.position, self._point, self._start)
            self._segments.keep(self._state, write_line(self.newest) if self.newest else b"")

    def _take(self, said: EntryLine | CheckpointLine) -> None:
        """Verify a line, as strictly as something that will stand for ever has to be."""
        if isinstance(said, EntryLine) and said.number != self.number_of(said.writer) + 1:
            name = entry_id(said.writer, self.number_of(said.writer) + 1)
            raise ArchiveError(f"{entry_id(said.writer, said.number)} stands where {name} has to")
        if isinstance(said, CheckpointLine) and said.checkpoint.epoch != self.verification.epochs.epoch + 1:
            epoch = self.verification.epochs.epoch + 1
            raise ArchiveError(f"checkpoint {said.checkpoint.epoch} stands where checkpoint {epoch} has to")
        self.verification.take_said(said)
        for fault in self.verification.faults:
            raise ArchiveError(f"{fault.where}: {fault.kind}: {fault.text}")
        if isinstance(said, CheckpointLine):
            for head in said.checkpoint.heads:
                if head.number > self.number_of(head.writer):
                    name = entry_id(head.writer, head.number)
                    raise ArchiveError(f"checkpoint {said.checkpoint.epoch} names {name}, which is not there")

    def _pass(self, said: CheckpointLine, behind: Position) -> None:
        """A checkpoint is in: a place to go on from."""
        heads = {head.writer: head.number for head in said.checkpoint.heads}
        for known in self._start.writers:
            if known.named and known.writer not in heads:
                self.verification.forget(known.writer)  # it has ended
        self.newest = said
        self._start, self._point = self.verification.point(heads), behind

    def _resume(self, state: State) -> int:
        """Take again what is behind the last checkpoint, and cut off what is not whole: how many bytes that was."""
        self.verification = Verification(self._verifier, state.start)
        self._start, self._point = state.start, state.point
        whole = state.point
        for line, end in self._segments.lines(state.point):
            if not line.endswith(b"\n"):
                break
            try:
                said = read_line(line)
                self._take(said)
            except (ArchiveError, Unreadable) as fault:
                raise ArchiveError(f"{self._segments.path(end.segment)}: {fault}") from None
            if isinstance(said, CheckpointLine) or said.signature:
                whole = end
            if isinstance(said, CheckpointLine):
                self._pass(said, end)
        if whole < state.counted:
            raise ArchiveError(
                f"{self._segments.path(state.counted.segment)}: is not whole; bring back what is missing"
            )
        torn = self._segments.go_on_at(whole)
        if not torn:
            self.save()
        return torn
