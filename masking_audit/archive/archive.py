"""The append-only archive of a log, outside the store.

Everything is verified before it is added.

Segments end after a checkpoint, so that a log can be verified from the start of
each segment. Lines that contradict the archive are refused, and it does not
change. What is on disk is then published as a transparency log beside the
segments, in the order in which it was archived.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Self

from keys.signatures import Verifier
from masking_audit.archive.segments import ArchiveError, ArchiveState, Segments, write_orders
from masking_audit.format.lines import (
    CheckpointLine,
    EntryLine,
    UnreadableLineError,
    entry_lines,
    read_line,
    write_line,
)
from masking_audit.format.links import FIRST_LINK, entry_id, is_link, leaf_of
from masking_audit.tiles.log import LEAVES_PER_PUBLICATION, TiledLog
from masking_audit.verify.verifier import StartingPoint, Verification
from masking_service.audit.questions import Position

SEGMENT_BYTES: Final = 64 * 1024 * 1024
BEGINNING: Final = StartingPoint(0, "0" * 64, ())


class Archive:
    """An archive, open in one process only.

    Args:
        start: where the log begins, for a new archive of a log whose beginning is kept elsewhere.
        segment_bytes: a segment of this size is closed at the next checkpoint.
        origin: the name of the log in checkpoint notes, for a new archive; see `tiles.log_key.open_log_key`.

    Attributes:
        log: the tiles and the checkpoint note.
        tenants: the hashes of all tenants that have entries.
        truncated_bytes: the size of the incomplete line or commit that was removed when the archive was opened.

    Raises:
        ArchiveError: another process has it open, or it was changed or damaged.
    """

    def __init__(
        self,
        folder: Path,
        verifier: Verifier,
        start: StartingPoint = BEGINNING,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        origin: str = "",
    ) -> None:
        self._verifier = verifier
        self._segment_bytes = segment_bytes
        self._segments = Segments(folder)
        self._start, self._point = start, Position(1, 0)
        self._state = ArchiveState(self._point, self._point, start)
        self._new_leaves: list[bytes] = []
        self.tenants: set[str] = set()
        self.newest: CheckpointLine | None = None
        self.truncated_bytes = 0
        try:
            self._state = self._segments.state() or self._state
            self.tenants.update(self._known_tenants())
            while truncated := self._resume(self._state):
                self.truncated_bytes += truncated
            self.log = TiledLog(folder, self._segments.begin, origin)
            self._publish_rest()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the archive. Additions that were not saved do not count."""
        self._segments.close()

    def number_of(self, writer: str) -> int:
        """Return a writer's highest archived number, or 0."""
        chain = self.verification.chains.get(writer)
        return chain.number if chain else 0

    @property
    def slots(self) -> int | None:
        """Over how many slots of the store the log is spread; None before the first checkpoint."""
        return self.verification.findings.slots if self.verification.checkpoint_chain.epoch else None

    def add_commit(self, commit: Sequence[EntryLine]) -> None:
        """Add the next commit of a writer: entries, of which the last has the signature.

        Raises:
            ArchiveError: it contradicts the archive, and was not added.
        """
        for parsed in commit:
            self._add_entry(parsed)
        self._new_leaves += [leaf_of(one.writer, one.number, one.link) for one in commit]
        self._segments.append(b"".join(map(write_line, commit)), write_orders(commit))

    def add_checkpoint(self, parsed: CheckpointLine) -> None:
        """Add the next checkpoint, after the entries it names.

        Raises:
            ArchiveError: it contradicts the archive, and was not added.
        """
        self._add_checkpoint(parsed)
        self._segments.append(write_line(parsed))
        if self._segments.position.size >= self._segment_bytes:
            self._segments.start_next()
        self._passed_checkpoint(parsed, self._segments.position)

    def save(self) -> None:
        """Write everything to disk, and publish it; only then do additions count."""
        if self._segments.position != self._state.counted:
            self._save_segments()
            for leaf in self._new_leaves:
                self.log.add(leaf)
            self._new_leaves.clear()
            self.log.publish(self._state.counted)

    def _save_segments(self) -> None:
        self._segments.sync()
        self._state = ArchiveState(self._segments.position, self._point, self._start, tuple(sorted(self.tenants)))
        self._segments.save_state(self._state, write_line(self.newest) if self.newest else b"")

    def _known_tenants(self) -> Iterable[str]:
        """Return the tenants in the state, or those of all entries if an older release wrote it."""
        if self._state.tenants is not None:
            return self._state.tenants
        every = entry_lines(line for line, _ in self._segments.lines(self._segments.begin))
        return {one.tenant for one in every if one.tenant}

    def _publish_rest(self) -> None:
        """Publish what was archived and not published: after a kill, or all that an older release archived."""
        for leaf, end in archived_leaves(self._segments, self.log.position):
            self.log.add(leaf)
            if self.log.size % LEAVES_PER_PUBLICATION == 0:
                self.log.publish(end)
        self.log.require_published_entries()
        self.log.publish(self._state.counted)

    def _add_entry(self, parsed: EntryLine) -> None:
        """Verify an entry. Lines are permanent, so even their order must be right."""
        number = self.number_of(parsed.writer) + 1
        if parsed.number != number:
            name = entry_id(parsed.writer, number)
            raise ArchiveError(f"{entry_id(parsed.writer, parsed.number)} is in the place of {name}")
        self.verification.add_parsed(parsed)
        self._refuse_findings()
        if parsed.tenant:
            self.tenants.add(parsed.tenant)

    def _add_checkpoint(self, parsed: CheckpointLine) -> None:
        """Verify a checkpoint, and that the entries it names are archived."""
        epoch = self.verification.checkpoint_chain.epoch + 1
        if parsed.checkpoint.epoch != epoch:
            raise ArchiveError(f"checkpoint {parsed.checkpoint.epoch} is in the place of checkpoint {epoch}")
        self.verification.add_parsed(parsed)
        self._refuse_findings()
        for head in parsed.checkpoint.heads:
            if head.number > self.number_of(head.writer):
                name = entry_id(head.writer, head.number)
                raise ArchiveError(f"checkpoint {parsed.checkpoint.epoch} names {name}, which is missing")

    def _refuse_findings(self) -> None:
        if self.verification.findings:
            finding = next(iter(self.verification.findings))
            raise ArchiveError(f"{finding.name}: {finding.kind}: {finding.text}")

    def _passed_checkpoint(self, parsed: CheckpointLine, after: Position) -> None:
        """Note that verification can resume after this checkpoint."""
        heads = {head.writer: head.number for head in parsed.checkpoint.heads}
        for known in self._start.writers:
            if known.named and known.writer not in heads:
                self.verification.forget(known.writer)  # it has ended
        self.newest = parsed
        self._start, self._point = self.verification.resume_point(heads), after

    def _resume(self, state: ArchiveState) -> int:
        """Verify the newest lines, and truncate an incomplete end.

        Returns:
            The number of bytes removed.
        """
        self.verification = Verification(self._verifier, state.start)
        self._start, self._point = state.start, state.point
        whole = state.point
        for line, end in self._segments.lines(state.point):
            if not line.endswith(b"\n"):
                break
            try:
                parsed = read_line(line)
                if isinstance(parsed, EntryLine):
                    self._add_entry(parsed)
                else:
                    self._add_checkpoint(parsed)
            except (ArchiveError, UnreadableLineError) as error:
                raise ArchiveError(f"{self._segments.path(end.segment)}: {error}") from None
            if isinstance(parsed, CheckpointLine) or parsed.signature:
                whole = end
            if isinstance(parsed, CheckpointLine):
                self._passed_checkpoint(parsed, end)
        if whole < state.counted:
            raise ArchiveError(f"{self._segments.path(state.counted.segment)}: is incomplete; restore what is missing")
        truncated = self._segments.resume_at(whole)
        if not truncated and self._segments.position != self._state.counted:
            self._save_segments()
        return truncated


def archived_leaves(segments: Segments, begin: Position) -> Iterator[tuple[bytes, Position]]:
    """Yield the leaf of each entry after `begin`, with the position after it.

    Signatures were verified when the entries were archived. Links are computed again, so that an entry that was
    edited since does not become a leaf.

    Raises:
        ArchiveError: a line is no longer as it was archived.
    """
    heads: dict[str, tuple[int, bytes]] = {}
    for line, end in segments.lines(begin):
        try:
            parsed = read_line(line)
        except UnreadableLineError as error:
            raise ArchiveError(f"{segments.path(end.segment)}: {error}") from None
        if isinstance(parsed, EntryLine):
            number, head = heads.get(parsed.writer, (0, FIRST_LINK))
            follows = parsed.number == number + 1
            if follows and not is_link(parsed.link, head, parsed.writer, parsed.number, parsed.entry):
                name = entry_id(parsed.writer, parsed.number)
                raise ArchiveError(f"{segments.path(end.segment)}: {name}: the entry does not match its link")
            heads[parsed.writer] = (parsed.number, parsed.link)
            yield leaf_of(parsed.writer, parsed.number, parsed.link), end
