"""Checks all tiles and bundles of a log against a signed head, and names each one that is not as it was signed."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from masking_service.audit.tiles.layout import ENTRIES, WIDTH, levels, split_bundle, split_hashes, tile_path
from masking_service.audit.tiles.merkle import complete_root, leaf_hash
from masking_service.audit.tiles.reader import TileError, TileReader, read_tile
from masking_service.audit.tiles.tree_head import TreeHead


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


def _checks(reader: TileReader) -> Iterator[Callable[[], object]]:
    """Yield a check for each full tile, from the top, and for each bundle."""
    for level, count in reversed([*levels(reader.head.size)]):
        for index in range(count // WIDTH):
            yield partial(reader.tile, level, index)
    for bundle in range(-(-reader.head.size // WIDTH)):
        yield partial(reader.leaves, bundle)


def _damage_at_edge(folder: Path, head: TreeHead) -> list[str]:
    """Compare each partial tile with what is below it; the root says only that one of them is wrong."""
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
