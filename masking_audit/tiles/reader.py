"""Reads the tiles of a log, and checks each against the root of a signed head.

The hashes of the right edge lead to the root; every other tile must have the
hash that the tile above it names.
"""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final

from masking_audit.tiles.layout import ENTRIES, HEIGHT, WIDTH, levels, split_bundle, split_hashes, tile_path, width_of
from masking_audit.tiles.merkle import leaf_hash
from masking_audit.tiles.tree import complete_root, root
from masking_audit.tiles.tree_head import TreeHead

KEPT_TILES: Final = 1024

Split = Callable[[bytes], list[bytes]]


class TileError(Exception):
    """A tile or bundle is missing, or is not the one that was signed. The text names its path."""


class TileReader:
    """The tiles of one head.

    Args:
        folder: the folder with ``tile/``.

    Attributes:
        tile: returns the hashes of a tile, by level and index; raises TileError as `node`.

    Raises:
        TileError: the right edge does not lead to the root.
    """

    def __init__(self, folder: Path, head: TreeHead) -> None:
        self._folder = folder
        self._counts = dict(levels(head.size))
        self.head = head
        self.tile = lru_cache(KEPT_TILES)(self._checked_tile)
        self._edge = {
            level: read_tile(folder, level, count // WIDTH, count % WIDTH, split_hashes)
            for level, count in levels(head.size)
            if count % WIDTH
        }
        if root(head.size, self._edge_node) != head.root:
            raise TileError(f"{folder}: the partial tiles do not lead to the root in the checkpoint")

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree; see `tree.Nodes`.

        Raises:
            TileError: a tile is missing, or is not the one that was signed.
        """
        tile_level, height = divmod(level, HEIGHT)
        tile, at = divmod(index << height, WIDTH)
        return complete_root(self.tile(tile_level, tile)[at : at + (1 << height)])

    def leaves(self, bundle: int) -> list[bytes]:
        """Return the leaves of an entry bundle. Raises TileError: it is missing, or is not the one that was signed."""
        width = width_of(bundle, self.head.size)
        leaves = read_tile(self._folder, ENTRIES, bundle, width, split_bundle)
        if [leaf_hash(leaf) for leaf in leaves] != self.tile(0, bundle):
            raise TileError(f"{self._folder / tile_path(ENTRIES, bundle, width)}: is not the bundle that was signed")
        return leaves

    def _checked_tile(self, level: int, index: int) -> list[bytes]:
        """Read a tile, and compare it with what the tile above names."""
        if width_of(index, self._counts[level]) < WIDTH:
            return self._edge[level]
        hashes = read_tile(self._folder, level, index, WIDTH, split_hashes)
        if complete_root(hashes) != self.tile(level + 1, index // WIDTH)[index % WIDTH]:
            raise TileError(f"{self._folder / tile_path(level, index)}: is not the tile that was signed")
        return hashes

    def _edge_node(self, level: int, index: int) -> bytes:
        """Return the hash of a subtree that ends at the right edge, from partial tiles alone."""
        tile_level, height = divmod(level, HEIGHT)
        at = (index << height) % WIDTH
        return complete_root(self._edge[tile_level][at : at + (1 << height)])


def read_tile(folder: Path, level: int | str, index: int, width: int, split: Split) -> list[bytes]:
    """Read a tile or bundle; if a partial one is gone, the beginning of the full one.

    Raises:
        TileError: it is missing or malformed.
    """
    paths = [folder / tile_path(level, index, wide) for wide in dict.fromkeys((width, WIDTH))]
    path = next((each for each in paths if each.exists()), None)
    if path is None:
        raise TileError(f"{paths[0]}: is missing")
    try:
        parts = split(path.read_bytes())
    except ValueError as error:
        raise TileError(f"{path}: {error}") from None
    if len(parts) < width or (path == paths[0] and len(parts) > width):
        raise TileError(f"{path}: has not the number of hashes or entries that its name says")
    return parts[:width]
