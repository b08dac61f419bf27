"""An archive's entries as leaves of its log."""

from collections.abc import Iterator

from masking_audit.archive.segments import ArchiveError, Segments
from masking_audit.format.lines import EntryLine, UnreadableLineError, read_line
from masking_audit.format.links import FIRST_LINK, entry_id, is_link, leaf_of
from masking_service.audit.questions import Position


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
