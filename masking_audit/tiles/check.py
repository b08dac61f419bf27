"""Checks all tiles and bundles of a log, and its archive, against a signed head."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import zip_longest
from pathlib import Path

from masking_audit.tiles.layout import ENTRIES, WIDTH, levels, split_bundle, split_hashes, tile_path
from masking_audit.tiles.merkle import leaf_hash
from masking_audit.tiles.reader import TileError, TileReader, read_tile
from masking_audit.tiles.tree import complete_root
from masking_audit.tiles.tree_head import TreeHead


def damage(folder: Path, head: TreeHead) -> Iterator[str]:
    """Yield a sentence for each tile or bundle that is missing or is not the one that was signed.

    Args:
        folder: the folder with ``tile/``.
        head: a head whose signature was verified.
    """
    try:
        reader = TileReader(folder, head)
    except TileError as error:
        yield from _damage_at_edge(folder, head) or [str(error)]
        return
    named: set[str] = set()
    for check in _checks(reader):
        try:
            check()
        except TileError as error:
            if str(error) not in named:  # what is below a wrong tile fails with it
                named.add(str(error))
                yield str(error)


def first_difference(folder: Path, head: TreeHead, archived: Iterable[bytes]) -> str:
    """Compare the archived entries with the leaves of their log, and name the first that differs.

    A rewritten archive can have valid links and signatures; only the tree shows that it had other entries.

    Args:
        folder: the folder with ``tile/``, which `damage` finds whole.
        head: a head whose signature was verified.
        archived: the leaves of the archive, in order. The oldest entries may have been deleted.

    Returns:
        A sentence; empty if there is no difference.
    """
    reader = TileReader(folder, head)
    published = (leaf for bundle in range(-(-head.size // WIDTH)) for leaf in reader.leaves(bundle))
    ours = iter(archived)
    first = next(ours, b"")
    if first not in published:  # or else the log has come as far as the archive
        return f"{_name(first)}: is the first archived entry, and not in the log" if first else ""
    for leaf, archived_leaf in zip_longest(published, ours):
        if leaf is None:
            return ""  # newer than the checkpoint
        if archived_leaf is None:
            return f"{_name(leaf)}: is in the log, and not in the archive"
        if leaf != archived_leaf:
            return f"{_name(archived_leaf)}: is archived in the place of {_name(leaf)}, or has another link in the log"
    return ""


def _name(leaf: bytes) -> str:
    return leaf.decode().split(" ")[1]


def _checks(reader: TileReader) -> Iterator[Callable[[], object]]:
    """Yield a check for each full tile, from the top, and for each bundle."""
    for level, count in reversed([*levels(reader.head.size)]):
        for index in range(count // WIDTH):
            yield partial(reader.tile, level, index)
    for bundle in range(-(-reader.head.size // WIDTH)):
        yield partial(reader.leaves, bundle)


def _damage_at_edge(folder: Path, head: TreeHead) -> list[str]:
    """Compare each partial tile with the tiles below it; the root only says that one is wrong."""
    found: list[str] = []
    for level, count in levels(head.size):
        index, width = divmod(count, WIDTH)
        if not width:
            continue
        try:
            hashes = read_tile(folder, level, index, width, split_hashes)
            if hashes != _below(folder, level, index, width):
                found.append(f"{folder / tile_path(level, index, width)}: is not the tile that was signed")
        except TileError as error:
            found.append(str(error))
    return found


def _below(folder: Path, level: int, index: int, width: int) -> list[bytes]:
    """Return the hashes of a partial tile, made from the bundle or the full tiles below it."""
    if level == 0:
        return [leaf_hash(leaf) for leaf in read_tile(folder, ENTRIES, index, width, split_bundle)]
    first = index * WIDTH
    tiles = [read_tile(folder, level - 1, first + at, WIDTH, split_hashes) for at in range(width)]
    return [complete_root(hashes) for hashes in tiles]
