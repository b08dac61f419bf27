"""What a witness has archived and published."""

from pathlib import Path

from masking_audit.format.lines import EntryLine, read_line
from masking_audit.format.links import leaf_of
from masking_audit.tiles.log import CHECKPOINT, read_checkpoint
from masking_audit.tiles.log_key import PUBLIC, read_public_key
from masking_audit.tiles.reader import TileReader
from masking_audit.tiles.tree_head import head_of
from masking_service.store.client import Store
from tests.audit import logs

DAY = 86_400


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("audit-*")}


def everything(store: Store) -> list[bytes]:
    return sorted(logs.lines(store))


def published(folder: Path) -> list[bytes]:
    """Return the leaves of the published log, each verified."""
    key = read_public_key(folder / PUBLIC)
    note = read_checkpoint(folder / "log" / CHECKPOINT, key)
    assert note
    reader = TileReader(folder / "log", head_of(note))
    return [leaf for bundle in range(-(-reader.head.size // 256)) for leaf in reader.leaves(bundle)]


def entries_of(lines: list[bytes]) -> list[bytes]:
    """Return the leaves of a log."""
    parsed = [read_line(line) for line in lines]
    return [leaf_of(line.writer, line.number, line.link) for line in parsed if isinstance(line, EntryLine)]
